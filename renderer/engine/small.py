"""Thumbnails: drawn by the network's low resolutions, on a GPU several at once.

A thumbnail has the lowest resolution of the network that is not below its own size. Where even that takes long, a rough
one of fewer pixels comes first.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace

import torch

from renderer.engine.base import Small, Watch
from renderer.engine.display import thumbnail
from renderer.engine.keys import display_key
from renderer.engine.models import Models
from renderer.engine.render import Render, StageCaches
from renderer.engine.synthesis import small_outputs
from renderer.ipc.protocol import Network, ThumbnailRequest

ROUGH_SECONDS = 0.1
"""A thumbnail that takes longer is preceded by a rough one."""


def resolutions(size: int, low_res_s: Mapping[int, float], full_s: float) -> tuple[int, int]:
    """Return the resolutions to draw a thumbnail of `size` pixels at: the rough one and the final one.

    They are equal where a rough one would save little; 0 is the full resolution.

    Args:
        size: Side of the thumbnail in pixels.
        low_res_s: Expected seconds of each low resolution; 0 while unknown.
        full_s: Expected seconds of the full resolution; 0 while unknown.
    """
    final = min((side for side in low_res_s if side >= size), default=0)
    if (low_res_s[final] if final else full_s) <= ROUGH_SECONDS:
        return final, final
    lower = [side for side in low_res_s if side < (final or size)]
    quick = [side for side in lower if low_res_s[side] <= ROUGH_SECONDS]
    return max(quick, default=min(lower, default=final)), final


def thumbnails(
    models: Models, caches: StageCaches, wanted: Sequence[ThumbnailRequest], rough: bool, watch: Watch
) -> tuple[Small, ...]:
    """Return thumbnails of the first few of `wanted`, as `renderer.engine.base.Engine.thumbnails` says."""
    first, size = _render(models, caches, wanted[0], watch), wanted[0].size
    model, key = first.model, first.output_key
    sides = resolutions(size, model.low_res_s, model.pace.full_s)
    side = sides[0] if rough else sides[1]
    if not side:
        # Not cached: dozens of outputs would displace those in use.
        output = first.output()
        return (Small(thumbnail(output, display_key(key, wanted[0].request.display), size)),)
    together = [first]
    if model.device.type != "cpu":  # whose plans draw one image after another
        for one in wanted[1:]:
            if (one.size, one.request.image.network, one.request.device) != (size, *_place(wanted[0])):
                break
            render = _render(models, caches, one, watch)
            if render.model is not model or render.output_key.synthesis[1:] != key.synthesis[1:]:  # all but the ws
                break
            together.append(render)
    outputs = small_outputs(model, torch.cat([one.ws() for one in together]), key.synthesis, side, watch.check)
    return tuple(
        Small(thumbnail(output, display_key(one.output_key, asked.request.display), size), side == sides[1])
        for output, one, asked in zip(outputs, together, wanted, strict=False)
    )


def _place(wanted: ThumbnailRequest) -> tuple[Network, str]:
    """Return the network of a thumbnail, and its device."""
    return wanted.request.image.network, wanted.request.device


def _render(models: Models, caches: StageCaches, wanted: ThumbnailRequest, watch: Watch) -> Render:
    """Return the stages of a thumbnail's image, whatever layer or draft is shown."""
    display = replace(wanted.request.display, layer=None)
    return Render(models, caches, replace(wanted.request, display=display, low_res_ms=0.0, fast=False), watch)
