"""Search for the seed whose picture is closest to a photo, as the start of a fit."""

from collections.abc import Callable

import torch
from torch import Tensor

from foundation.specs.editing.fits import START_SEEDS
from gan.edits.projection.comparison import Comparison
from gan.images import Label, styles
from gan.networks.generator import StyleGenerator
from gan.networks.protocol import SynthesisOptions


@torch.no_grad()
def closest(
    G: StyleGenerator, compared: Comparison, label: Label | None, asked: Callable[[], bool], given: SynthesisOptions
) -> tuple[Tensor, bool]:
    """Return the ws [num_ws, w_dim] of the closest of `START_SEEDS` seeds, and True if all were looked at.

    Args:
        G: A generator.
        compared: The photo.
        label: See `gan.images.styles`.
        asked: Returns True once the search is asked to end; the closest seed so far then counts.
        given: More arguments of the synthesis.
    """
    arguments: SynthesisOptions = {**given, "noise_mode": "const", "force_fp32": True}
    least, best = float("inf"), None
    for seed in range(START_SEEDS):
        if best is not None and asked():
            return best, False
        ws = styles(G, [seed], label=label)[0]
        distance = float(compared.distance(G.synthesis(ws[None], **arguments)))
        if distance < least or best is None:
            least, best = distance, ws
    assert best is not None
    return best, True
