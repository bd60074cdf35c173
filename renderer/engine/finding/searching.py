"""Searches of jobs, done by `gan.edits` in steps that let requests pass."""

from typing import TypeVar

import numpy as np
import numpy.typing as npt
import torch
import torch.nn.functional as F

from foundation.specs.editing.defaults import NEEDS_REGION, SIMILAR
from gan.edits import classes, components, measures, stylespace, weights
from gan.edits.found import Found, sampling
from gan.edits.found import Steps as SearchSteps
from gan.edits.looks import LOOKS, View
from gan.images import Label
from renderer.document.arrays import ArrayStore
from renderer.document.directions.effects import Fixed
from renderer.document.directions.searches import (
    ChannelTable,
    ClassSearch,
    FoundTable,
    MeasureSearch,
    PcaSearch,
    SefaSearch,
    StyleSpaceSearch,
)
from renderer.document.parts import Latent
from renderer.engine.base import Steps
from renderer.engine.finding.drawing import SearchError, drawing, styled, tracing
from renderer.engine.finding.samples import Samples
from renderer.engine.finding.sorting import sorting
from renderer.engine.keys import ws_key
from renderer.engine.models import Model
from renderer.engine.ws import WsBuilder
from renderer.ipc.protocol import RenderRequest, SampleW, Search, SortPiles

Floats = npt.NDArray[np.float32]

T = TypeVar("T")


@torch.inference_mode()
def steps(model: Model, arrays: ArrayStore, samples: Samples, work: Search | SampleW | SortPiles) -> Steps:
    """Do a job's search; returns the result that the job is declared with.

    Args:
        model: The network.
        arrays: Arrays that the job names.
        samples: Keeps samples from job to job.
        work: The job.

    Raises:
        SearchError: in any step.
    """
    label = label_of(work.request)
    try:
        if isinstance(work, SortPiles):
            return (yield from sorting(model, samples, work, label))
        if isinstance(work, SampleW):
            w = yield from sampling(styled(model), work.count, first_seed=work.first_seed, label=label)
            return np.asarray(w.float().cpu().numpy())
        if isinstance(work.way, StyleSpaceSearch):
            return (yield from _channels(model, arrays, work.way, label))
        found = yield from _search(model, arrays, work.way, work.request, label)
    except ValueError as error:
        raise SearchError(str(error)) from error
    return FoundTable(found.vectors, found.sigma, found.strength).packed()


def label_of(request: RenderRequest) -> Label | None:
    """Return the class or condition of a request's picture; None for those of the seeds."""
    latent = request.image.latent
    if not isinstance(latent, Latent):
        return None
    return latent.condition or latent.label


def _channels(
    model: Model, arrays: ArrayStore, way: StyleSpaceSearch, label: Label | None
) -> SearchSteps[npt.NDArray[np.float32]]:
    G = styled(model)
    region = None if way.region is None else reduced(arrays.get(way.region), G.img_size)
    layers = (way.layer,) if way.layer else None
    found = yield from stylespace.stylespace_steps(G, way.channels, layers, region, label=label)
    numbers = {name: number for number, name in enumerate(G.synthesis.style_channels)}
    return ChannelTable(
        np.array([numbers[layer] for layer in found.layers]),
        np.array(found.channels),
        np.array(found.indices),
        found.sigma,
        found.strength,
    ).packed()


Directions = PcaSearch | SefaSearch | ClassSearch | MeasureSearch
"""Searches for directions in W."""


def _search(
    model: Model, arrays: ArrayStore, way: Directions, request: RenderRequest, label: Label | None
) -> SearchSteps[Found]:
    G = styled(model)
    match way:
        case PcaSearch():
            return (yield from components.pca_steps(G, way.components, way.samples, label=label))
        case SefaSearch():
            return (yield from weights.sefa_steps(G, way.components, way.layers))
        case ClassSearch():
            return (yield from classes.class_steps(G, way.start, way.end, way.samples))
        case MeasureSearch():
            return (yield from _measured(model, arrays, request, way, label))


def _measured(
    model: Model, arrays: ArrayStore, request: RenderRequest, way: MeasureSearch, label: Label | None
) -> SearchSteps[Found]:
    """Measure pictures with the noise and the transform of the request's.

    Where others are kept fixed, the direction as it was before follows it.
    """
    G, draw = styled(model), drawing(model, request)
    ways = measures.Ways(draw, tracing(model, request))
    reference = draw(WsBuilder(model, arrays, lambda key, make: make()).build(ws_key(model, request.image))[0], 0)
    region = None if way.region is None else reduced(arrays.get(way.region), reference.shape[:2])
    keep = [_kept(arrays, one, G.w_dim, reference) for one in way.keep]
    return (
        yield from measures.measure_steps(
            G, way.words, region, reference, ways, samples=way.samples, layers=way.layers, label=label, keep=keep
        )
    )


def _kept(arrays: ArrayStore, one: Fixed, w_dim: int, reference: Floats) -> measures.Kept:
    vector = np.asarray(arrays.get(one.array), np.float32).reshape(-1, w_dim).mean(axis=0)
    if not gauged(one):
        return measures.Kept(vector)
    size = reference.shape[:2]
    region = np.ones(size, np.float32) if one.region is None else reduced(arrays.get(one.region), size)
    return measures.Kept(vector, LOOKS[one.words], View(region, reference))


def gauged(one: Fixed) -> bool:
    """Return True if a kept direction has a measure that needs no picture on which its region was painted."""
    return one.words in LOOKS and one.words not in (*NEEDS_REGION, SIMILAR)


def reduced(region: npt.NDArray[np.generic], size: tuple[int, ...]) -> Floats:
    """Return a region [H, W] of 0..255 at another size, 0..1, by the share of each pixel that it covers."""
    whole = torch.from_numpy(np.array(region, np.float32) / 255)[None, None]
    return np.asarray(F.interpolate(whole, size, mode="area")[0, 0].numpy())
