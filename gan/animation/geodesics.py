"""Geodesics: paths between two w along which the picture changes as little as it can.

    E = n sum_i | G(w_{i+1}) - G(w_i) |^2,   i = 0 .. n - 1,   w_0 and w_n given

The shortest of such paths has the least energy E and a constant speed (Shao, Kumar and Fletcher, arXiv 1711.08014). A
plain minimum sinks towards the mean of w, where pictures differ little; so the points keep the distance from it that
the great circle between the ends has, and only move on that sphere. It begins at the great circle; Adam finds it.
"""

from collections.abc import Callable, Generator

import torch
import torch.nn.functional as F
from torch import Tensor

from gan.edits.features import differentiable
from gan.latents import slerp
from gan.networks.synthesis import StyleSynthesis
from gan.optimizers import Adam

POINTS, ITERATIONS, SIDE = 7, 40, 64
"""Points between the ends, steps of Adam, and the largest side of the pictures that are compared."""
_RATE = 0.03
"""Step as a share of the distance from a point to the next one."""

Steps = Generator[tuple[int, int], None, Tensor]
"""A search in steps: yields (done, total) after each, and returns its result."""
Shown = Callable[[Tensor], Tensor]
"""w [N, w_dim] -> the ws that are rendered, [N, num_ws, w_dim]."""


def geodesic_steps(
    synthesis: StyleSynthesis,
    first: Tensor,
    second: Tensor,
    mean: Tensor,
    shown: Shown | None = None,
    points: int = POINTS,
    iterations: int = ITERATIONS,
) -> Steps:
    """Find the geodesic between two w, in steps of one iteration.

    Works in inference mode too; see `differentiable`.

    Args:
        synthesis: The network, or one of a low resolution.
        first: w [w_dim].
        second: w [w_dim].
        mean: The mean of w [w_dim], the centre of the sphere.
        shown: What is done to w before it is rendered; None repeats it for all layers.
        points: Points between the ends, at even shares of the way.
        iterations: Steps of Adam.

    Returns:
        Offsets [points, w_dim] from the great circle at these shares.
    """
    network = differentiable(synthesis)
    own = shown or (lambda w: w[:, None].expand(-1, synthesis.num_ws, -1))
    search = _Search(network, first, second, mean, own, points)
    for i in range(iterations):
        search.improve()
        yield i + 1, iterations
    return search.best - search.circle[1:-1]


def energy(synthesis: StyleSynthesis, path: Tensor, shown: Shown | None = None) -> float:
    """Energy of a path [n + 1, w_dim], as in the module's head; squares are means over an image of at most `SIDE`."""
    own = shown or (lambda w: w[:, None].expand(-1, synthesis.num_ws, -1))
    with torch.no_grad():
        return float(_energy(synthesis, path, own))


def _energy(synthesis: StyleSynthesis, path: Tensor, shown: Shown) -> Tensor:
    images = synthesis(shown(path), noise_mode="const").clamp(-1, 1)
    if max(images.shape[2:]) > SIDE:
        longest = max(images.shape[2:])
        height, width = (max(1, side * SIDE // longest) for side in images.shape[2:])
        images = F.adaptive_avg_pool2d(images, (height, width))
    changes = (images[1:] - images[:-1]).square().mean(dim=(1, 2, 3))
    return len(changes) * changes.sum()


class _Search:
    """The points of a path while they are improved."""

    @torch.inference_mode(False)
    def __init__(
        self, network: StyleSynthesis, first: Tensor, second: Tensor, mean: Tensor, shown: Shown, points: int
    ) -> None:
        # Inference tensors of the caller take part in no gradient; clones made here do.
        first, second, mean = (x.detach().clone().float() for x in (first, second, mean))
        shares = torch.linspace(0, 1, points + 2, device=first.device)[:, None]
        self.circle = mean + slerp((first - mean)[None], (second - mean)[None], shares)
        self._network, self._mean, self._shown = network, mean, shown
        self._radius = (self.circle - mean).norm(dim=1, keepdim=True)[1:-1]
        self._moves = torch.zeros_like(self.circle[1:-1]).requires_grad_()
        step = float((self.circle[1:] - self.circle[:-1]).norm(dim=1).mean()) / first.numel() ** 0.5
        self._adam = Adam([self._moves], lr=_RATE * max(step, 1e-6))
        self.best, self._least = self.circle[1:-1].clone(), float("inf")

    def _points(self) -> Tensor:
        offset = self.circle[1:-1] + self._moves - self._mean
        scale: Tensor = self._radius / offset.norm(dim=1, keepdim=True).clamp_min(1e-12)
        return self._mean + offset * scale

    @torch.inference_mode(False)
    @torch.enable_grad()
    def improve(self) -> None:
        """Take one step, and keep the best points so far."""
        points = self._points()
        path = torch.cat([self.circle[:1], points, self.circle[-1:]])
        value = _energy(self._network, path, self._shown)
        if (now := float(value.detach())) < self._least:
            self._least, self.best = now, points.detach().clone()
        self._adam.zero_grad()
        value.backward()  # type: ignore[no-untyped-call]
        self._adam.step()
