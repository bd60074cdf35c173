"""Walks through W: ws as a function of time, interpolated between keyframes."""

from dataclasses import dataclass
from typing import Literal, get_args

import torch

from foundation.interpolation import Floats, check, weights
from gan.latents import blend_w, slerp

Interpolation = Literal["linear", "cubic", "slerp"]
INTERPOLATIONS: tuple[str, ...] = get_args(Interpolation)


@dataclass(frozen=True, eq=False)
class Walk:
    """A path through keyframes in W.

    `linear` and `cubic` are straight blends; independent styles shrink toward the mean between keyframes, as if
    truncated. With `keep_norm` only the direction from the mean is blended so, and the distance from it is
    interpolated linearly. `slerp` follows great circles about the mean and preserves that distance anyway.
    """

    times: tuple[float, ...]
    """Times of the keyframes, increasing, in any unit."""
    ws: torch.Tensor
    """The keyframes, [K, num_ws, w_dim] (or any [K, ..., w_dim])."""
    w_avg: torch.Tensor
    """Centre of `slerp` and of the distances that `keep_norm` keeps: [w_dim], the network's mean, or zeros."""
    interpolation: Interpolation = "cubic"
    period: float | None = None
    """Period of a loop in the unit of the times, after which the first keyframe repeats; None for no loop."""
    keep_norm: bool = False

    def __post_init__(self) -> None:
        if self.interpolation not in INTERPOLATIONS:
            known = ", ".join(INTERPOLATIONS)
            raise ValueError(f"There is no interpolation {self.interpolation!r}; choose one of {known}.")
        if len(self.times) != len(self.ws):
            raise ValueError(f"{len(self.ws)} keyframes need as many times, but {len(self.times)} were given.")
        check(self.times, self.interpolation, self.period)  # rejects invalid times now, not in the first frame

    def at(self, t: float) -> torch.Tensor:
        """ws [num_ws, w_dim] at time t. In a loop t may be any; else the ends hold."""
        straight = weights(self.times, t, "linear", self.period)
        if self.interpolation == "slerp":
            return self._around(straight)
        shares = straight
        if self.interpolation == "cubic":
            shares = weights(self.times, t, "cubic", self.period)
        return blend_w(self.ws, shares.tolist(), self.w_avg, self.keep_norm, distances=straight.tolist())

    def _around(self, straight: Floats) -> torch.Tensor:
        near = [int(i) for i in straight.nonzero()[0]]
        if len(near) == 1:
            return self.ws[near[0]]
        a, b = (self.ws[i] - self.w_avg for i in near)
        return self.w_avg + slerp(a, b, float(straight[near[1]]))


def evenly(
    ws: torch.Tensor,
    w_avg: torch.Tensor | None,
    *,
    loop: bool = True,
    interpolation: Interpolation = "cubic",
    keep_norm: bool = False,
) -> Walk:
    """Make a walk with keyframes [K, num_ws, w_dim] one unit of time apart; a loop has the period K.

    Args:
        ws: The keyframes.
        w_avg: The network's mean of w; None for networks without one.
        loop: True if the walk returns to its start.
        interpolation: See `Walk`.
        keep_norm: See `Walk`.
    """
    times = tuple(float(i) for i in range(len(ws)))
    mean = torch.zeros_like(ws[0, 0]) if w_avg is None else w_avg
    return Walk(times, ws, mean, interpolation, float(len(ws)) if loop else None, keep_norm)
