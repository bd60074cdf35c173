"""Dragging points of a picture: its w vectors are optimised until handles have reached their targets.

Each step computes the features F of one layer, and nothing beyond it; then comes (Pan et al., arXiv 2305.10973)

1. tracking: each handle goes to the place around it whose features are nearest (L2) to those that it had when set;
2. motion supervision: for each handle farther than 1 pixel from its target, with d the unit vector towards it, over
   the pixels q within a radius: mean |F(q) - F(q + d)|, F(q) held constant; the sum over handles;
3. mask: hold * mean |(F - F0) m|, F0 those of the picture before anything was dragged, m 1 where it must not change;
4. a step of Adam (0.9, 0.999) of the w vectors that may change, unless the handles have arrived.

So the first step never moves a handle. Of a StyleGAN3, features are the part of a layer that the picture covers. They
move with the picture when its input is moved, so points are those of the picture as it is shown.

Where the published program has no reason, this differs (`Settings.published` has its ways): handles are found between
pixels, by cubic interpolation, and farther away than the radius of the search where the picture jumped; the mask is
compared at the resolution of the features, which costs a fraction; see `gan.edits.drag.settings` for radii, layer and
arrival.
"""

import math
import time
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Literal, Unpack

import torch
import torch.nn.functional as F
from torch import Tensor

from gan.edits.drag.gradients import FIRST_SCALE, scaled_gradient
from gan.edits.drag.settings import Settings
from gan.edits.drag.terms import held, motion, tracked
from gan.edits.drag.windows import at, smooth
from gan.edits.features import inside
from gan.networks.protocol import Synthesis, SynthesisOptions
from gan.ops.cpu import dispatch
from gan.optimizers import Adam

BETAS = (0.9, 0.999)
PROGRESS = 0.02
"""Share of the least mean distance so far by which a step must fall below it to count as progress."""
_RECENT = 12
"""Steps whose time gives the rate."""

End = Literal["", "arrived", "stuck"]
Check = Callable[[float], None]
"""Called between layers with the share of a step that is done; an exception ends the step, which changes nothing."""


@dataclass(frozen=True)
class Point:
    """A handle and its target, in pixels of the picture: 0 is the centre of the first one."""

    x: float
    y: float
    to_x: float
    to_y: float
    start: tuple[float, float] | None = None
    """Its place on the picture before anything was dragged; None if it was set on the picture as it is now."""

    @property
    def distance(self) -> float:
        """Pixels to the target."""
        return math.hypot(self.to_x - self.x, self.to_y - self.y)


@dataclass(frozen=True, eq=False)
class Losses:
    """Terms of a step's loss, before its update: motion + hold * fixed."""

    motion: float
    fixed: float


class Dragging:
    """A drag that goes on step by step.

    Args:
        synthesis: The network; see `gan.edits.drag.networks.draggable`.
        ws: The w vectors of the picture [num_ws, w_dim], before anything was dragged.
        points: At least one.
        settings: See `settings_of`.
        may_change: [H, W] of the picture, true where it may change; None, or all of one kind, for everywhere.
        moved: Offsets of the w vectors so far [num_ws, w_dim]; None for none.
        call: Other arguments of the synthesis network: noise, transform, style offsets.
    """

    @torch.inference_mode(False)
    def __init__(
        self,
        synthesis: Synthesis,
        ws: Tensor,
        points: Sequence[Point],
        settings: Settings,
        may_change: Tensor | None = None,
        moved: Tensor | None = None,
        **call: Unpack[SynthesisOptions],
    ) -> None:
        self.settings = settings
        self.points = tuple(points)
        self.steps_done = 0
        self.losses = Losses(0.0, 0.0)
        self._synthesis = synthesis
        self._call: SynthesisOptions = {**call}
        self._size = (synthesis.img_size[0], synthesis.img_size[1])
        # Made here, for tensors of inference mode take part in no gradient.
        self._start = ws.detach().to(torch.float32, copy=True).clone()
        self._rows = list(settings.layers)
        self._offset = self._start.new_zeros(1 if settings.one_w else len(self._rows), self._start.shape[1])
        own = self._offset if settings.one_w else self._start[self._rows].clone()
        if moved is not None:
            rows = moved.to(self._start)[self._rows]
            own = own + (rows.mean(dim=0, keepdim=True) if settings.one_w else rows)
        self._variable = own.clone().requires_grad_()
        self._adam = Adam([self._variable], lr=settings.rate, betas=BETAS)
        self._fixed = self._fixed_part(may_change)
        self._begun = moved is not None
        """True if the picture is not that of `ws` any more."""
        self._first: Tensor | None = None
        """Features before anything was dragged."""
        self._references: list[Tensor | None] = [None] * len(self.points)
        self._is_half, self._scale = False, FIRST_SCALE
        self._least, self._since = math.inf, 0
        self._times: deque[float] = deque(maxlen=_RECENT)

    @property
    def distance(self) -> float:
        """Mean distance to the targets."""
        return sum(one.distance for one in self.points) / len(self.points)

    @property
    def rate(self) -> float:
        """Steps a second, of the recent ones; 0 before the second."""
        seconds = self._times[-1] - self._times[0] if len(self._times) > 1 else 0.0
        return (len(self._times) - 1) / seconds if seconds > 0 else 0.0

    @torch.no_grad()
    def ws(self) -> Tensor:
        """Return the w vectors now, [num_ws, w_dim]."""
        return self._ws().detach()

    @torch.no_grad()
    def moved(self) -> Tensor:
        """Return how far they have gone from where they started, [num_ws, w_dim]."""
        return self._ws().detach() - self._start

    def go_on(self, points: Sequence[Point]) -> None:
        """Take other points or targets. Handles that are where one was keep following what that one follows."""
        # As reported, in single precision.
        known = {_place(one): reference for one, reference in zip(self.points, self._references, strict=True)}
        exact = {_place(one): one for one in self.points}
        self._references = [known.get(_place(one)) for one in points]
        self.points = tuple(
            replace(one, x=exact[_place(one)].x, y=exact[_place(one)].y) if _place(one) in exact else one
            for one in points
        )
        self._least, self._since = math.inf, 0
        self._times.clear()

    @torch.inference_mode(False)
    @torch.enable_grad()
    @dispatch.prepared()
    def step(self, check: Check | None = None) -> End:
        """Do a step; returns the reason why it is over, empty while it is not."""
        features = self._features(self._ws(), check)
        still = features.detach()
        first = self._features_before(still, check) if self._first is None else self._first
        found = self._tracked(still, first)
        points = tuple(one for one, _ in found)
        moving = [
            motion(features, one, self.settings, self._size) for one in points if one.distance > self.settings.near
        ]
        moves = sum(moving[1:], moving[0]) if moving else features.new_zeros(())
        keeps = features.new_zeros(())
        if self._fixed is not None:
            keeps = held(features, first, self._fixed, self._size, self.settings.published)
        self.losses = Losses(float(moves.detach()), float(keeps.detach()))
        end = self._end_of(points)
        if end != "arrived" and moving:
            gradient = self._gradient(moves + self.settings.hold * keeps)
            if gradient is None:  # half precision is not enough for this network
                self._call["force_fp32"] = True
                return self.step(check)
            self._variable.grad = gradient
            self._adam.step()
        self._first, self._references = first, [reference for _, reference in found]
        self._note(points)
        return end

    def _gradient(self, loss: Tensor) -> Tensor | None:
        """Return the gradient of a loss; None if layers in half precision do not have a finite one."""
        if not self._is_half:
            return torch.autograd.grad(loss, [self._variable])[0]
        found, self._scale = scaled_gradient(loss, self._variable, self._scale)
        return found

    def _note(self, points: tuple[Point, ...]) -> None:
        self.points = points
        self.steps_done += 1
        self._begun = True
        self._times.append(time.perf_counter())
        if self.distance < (1 - PROGRESS) * self._least:
            self._least, self._since = self.distance, 0
        else:
            self._since += 1

    def _end_of(self, points: tuple[Point, ...]) -> End:
        if self.settings.published:
            near = max(2.0, 2 * self._size[0] / 512)
            return "arrived" if all(one.distance < near for one in points) else ""
        mean = sum(one.distance for one in points) / len(points)
        if mean <= self.settings.arrive or all(one.distance <= self.settings.near for one in points):
            return "arrived"
        return "stuck" if self._since >= self.settings.patience else ""

    def _ws(self) -> Tensor:
        ws = self._start.clone()
        if self.settings.one_w:
            ws[self._rows] = self._start[self._rows] + self._variable
        else:
            ws[self._rows] = self._variable
        return ws

    def _features(self, ws: Tensor, check: Check | None = None) -> Tensor:
        """Return the features of the whole picture, [C, h, w]."""
        names = self._synthesis.layer_names
        count = names.index(self.settings.layer) + 1

        def look(name: str, x: Tensor) -> None:
            if check is None:
                return
            share = (names.index(name) + 1) / count
            check(share / 3)  # the derivatives take twice the time of the rest
            if x.requires_grad:
                x.register_hook(lambda gradient: check(1 - share * 2 / 3))  # type: ignore[no-untyped-call]

        options: SynthesisOptions = {**self._call, "capture": self.settings.layer, "on_layer": look}
        # Not in `first_derivatives`: its plans round otherwise, which moves whole trajectories, to save a tenth of it.
        x = self._synthesis(ws[None], **options)
        # The last layers are those in half precision: if this one is not, none before it is.
        self._is_half = x.dtype == torch.float16
        return inside(self._synthesis, self.settings.layer, x)[0].float()

    def _features_before(self, now: Tensor, check: Check | None) -> Tensor:
        if not self._begun:
            return now.clone()
        with torch.no_grad():
            return self._features(self._start, check).clone()

    def _tracked(self, features: Tensor, first: Tensor) -> list[tuple[Point, Tensor]]:
        """Return the points with their handles where they are now, and what they follow; a new one stays."""
        found = []
        for one, reference in zip(self.points, self._references, strict=True):
            known = reference is not None
            if reference is None:
                place, source = ((one.x, one.y), features) if one.start is None else (one.start, first)
                reference = self._reference(source, *place)
            if known or self.settings.published:
                x, y = tracked(features, reference, one, self.settings, self._size)
                one = replace(one, x=x, y=y)
            found.append((one, reference))
        return found

    def _reference(self, source: Tensor, x: float, y: float) -> Tensor:
        """Return what a handle that was set at a position follows, [C]."""
        if self.settings.published:
            return at(source, round(x), round(y), self._size)
        x, y = min(max(x, 0.0), self._size[1] - 1.0), min(max(y, 0.0), self._size[0] - 1.0)
        return smooth(source, source.new_tensor([x]), source.new_tensor([y]), self._size)[:, 0, 0]

    def _fixed_part(self, may_change: Tensor | None) -> Tensor | None:
        """Return the share of each sample that must not change, at the resolution that is compared; None for none."""
        if may_change is None or self.settings.hold == 0:
            return None
        if tuple(may_change.shape) != self._size:
            has, wants = (f"{size[1]} x {size[0]}" for size in (tuple(may_change.shape), self._size))
            raise ValueError(f"The mask has {has} pixels, and the picture {wants}; paint one on this picture.")
        fixed = (~may_change.bool()).to(self._start)
        if not 0 < float(fixed.mean()) < 1:
            return None
        if self.settings.published:
            return fixed
        share = self._synthesis.image_share(self.settings.layer)
        height, width = (round(side * share) for side in self._synthesis.layer_size(self.settings.layer))
        return F.adaptive_avg_pool2d(fixed[None], (height, width))[0]


def _place(point: Point) -> tuple[float, float]:
    return round(point.x, 3), round(point.y, 3)
