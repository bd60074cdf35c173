"""Decisions of the engine: when to give up a stale render, and at which resolution to render.

Standard library only.
"""

from collections.abc import Mapping
from dataclasses import replace

from renderer.ipc.protocol import Display, RenderRequest

RECENT_SECONDS = 0.25
"""Longest that starting over may keep the window waiting, whatever the network's speed."""
WORTH_SECONDS = 0.1
"""A render with less than this to go is finished: starting over would save nothing that anyone could see."""
EARLY_SHARE = 0.3
"""A render that has done less than this may be given up after RECENT_SECONDS too, but not for longer than it takes."""


def draft(limit_s: float, whole_s: float, drafts_s: Mapping[int, float]) -> int:
    """The resolution of the draft to draw: the highest that takes no longer than `limit_s`, else the lowest there is.

    0 where the whole picture takes no longer or there are no drafts.

    Args:
        limit_s: Seconds that a picture may take.
        whole_s: Seconds that a whole picture takes.
        drafts_s: Seconds that a draft takes, by its resolution.
    """
    if whole_s <= limit_s or not drafts_s:
        return 0
    quick = [side for side, seconds in drafts_s.items() if seconds <= limit_s]
    return max(quick) if quick else min(drafts_s)


def stale(running: RenderRequest, newer: RenderRequest) -> bool:
    """Whether `newer` needs another synthesis than `running`, so that finishing helps it in no way."""

    def synthesis(request: RenderRequest) -> RenderRequest:
        return replace(request, request_id=0, display=Display(layer=request.display.layer))

    return synthesis(running) != synthesis(newer)


def give_up(share: float, elapsed_s: float, waited_s: float) -> bool:
    """Whether to drop a stale render and begin the newer request.

    During a drag every request is stale soon. Giving up always would show nothing until the drag ends; giving up
    never would let its last position wait for a picture that nobody wants any more. So: finish what is nearly done,
    start over while little time has been lost since the window last got a picture, and bound that loss: a picture
    appears at least every RECENT_SECONDS plus twice the time of one render.

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
