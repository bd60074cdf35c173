"""The direction between two piles, by `gan.edits.piles`: from w at once, better once small pictures are drawn."""

import numpy as np
import torch

from foundation.seeds import seed_z
from gan.edits.found import mapped
from gan.edits.piles import Coordinates, coordinates, sort_piles
from gan.images import Label
from renderer.document.directions.piles import PileFound
from renderer.engine.base import Steps
from renderer.engine.finding.drawing import styled
from renderer.engine.finding.samples import Sample, Samples, pictured
from renderer.engine.models import Model
from renderer.ipc.protocol import SortPiles


def sorting(model: Model, samples: Samples, work: SortPiles, label: Label | None) -> Steps:
    """Do a `SortPiles` job."""
    sample = yield from samples.get(model, label, work.first_seed, work.count)
    w = _w_of(model, (*work.left, *work.right), label)
    sides = np.repeat([False, True], [len(work.left), len(work.right)])
    if sample.complete:
        return _learned(w, sides, sample, _space(sample))
    first = _learned(w, sides, sample, coordinates(sample.w.cpu().numpy()))
    yield len(sample.pictures), work.count, first
    yield from pictured(model, work.request, sample)
    return _learned(w, sides, sample, _space(sample))


def _space(sample: Sample) -> Coordinates:
    return coordinates(sample.w.cpu().numpy(), np.stack(sample.pictures))


def _learned(
    w: np.ndarray[tuple[int, ...], np.dtype[np.float64]],
    sides: np.ndarray[tuple[int, ...], np.dtype[np.bool_]],
    sample: Sample,
    space: Coordinates,
) -> np.ndarray[tuple[int, ...], np.dtype[np.float32]]:
    found = sort_piles(w, sides, space)
    pool = sample.w.double().cpu().numpy()
    sigma = float((pool @ found.vector).std())
    odds = found.odds(pool)
    return PileFound(
        found.accuracy, found.error, sigma, found.vector.astype(np.float32), odds.astype(np.float32)
    ).packed()


def _w_of(
    model: Model, seeds: tuple[int, ...], label: Label | None
) -> np.ndarray[tuple[int, ...], np.dtype[np.float64]]:
    """Return the w of seeds, each with its own class where the network has classes and none is given: [N, w_dim]."""
    G = styled(model)
    rows = [mapped(G, torch.from_numpy(seed_z(seed, G.z_dim))[None].float(), label, seed)[0] for seed in seeds]
    return np.asarray(torch.stack(rows).double().cpu().numpy())
