"""Decisions of the engine: when to give up a stale render, and at which resolution to render.

Standard library only.
"""

from collections.abc import Mapping

from renderer.ipc.protocol import RenderRequest

RECENT_SECONDS = 0.25
"""Longest time that starting over may delay the window's next image, at any speed of the network."""
WORTH_SECONDS = 0.1
"""A render with less than this to go is finished: starting over would save nothing visible."""
EARLY_SHARE = 0.3
"""A render that has done less than this may be given up after RECENT_SECONDS too, but not for longer than it takes."""


def low_res(limit_s: float, full_s: float, low_res_s: Mapping[int, float]) -> int:
    """Return the highest low resolution that takes no longer than `limit_s`, else the lowest one.

    0 (full resolution) if the full image takes no longer, or there is no low resolution.

    Args:
        limit_s: Seconds that an image may take.
        full_s: Seconds that a full image takes.
        low_res_s: Seconds that a low-res image takes, by resolution.
    """
    if full_s <= limit_s or not low_res_s:
        return 0
    quick = [side for side, seconds in low_res_s.items() if seconds <= limit_s]
    return max(quick) if quick else min(low_res_s)


def stale(running: RenderRequest, newer: RenderRequest) -> bool:
    """Return True if `newer` needs another synthesis than `running`, so that finishing does not help it."""

    def synthesis(request: RenderRequest) -> tuple[object, ...]:
        return request.image, request.device, request.display.layer, request.low_res_ms

    return synthesis(running) != synthesis(newer)


def give_up(share: float, elapsed_s: float, waited_s: float) -> bool:
    """Return True to drop a stale render and begin the newer request.

    During a drag every request is stale soon. Always giving up would show nothing until the drag ends; never giving
    up would delay the last position by an obsolete image. So a nearly complete render is finished, a recent one is
    started over, and the loss is bounded: an image appears at least every RECENT_SECONDS plus twice the time of one
    render.

    Args:
        share: Share of the render that is done, 0..1.
        elapsed_s: Seconds that this render has taken.
        waited_s: Seconds since the first render began after the last answer; at least `elapsed_s`.
    """
    if share <= 0:
        return waited_s < RECENT_SECONDS
    whole_s = elapsed_s / share
    if whole_s - elapsed_s < WORTH_SECONDS:
        return False
    return waited_s < RECENT_SECONDS or (share < EARLY_SHARE and waited_s < whole_s)
