"""Interpolation of latents in Z and W.

A seed gives the same point z as in the published tools, so it means the same image. Points are blended either in Z (on
the sphere that the mapping network normalises to) or in W (in straight lines, or in arcs that preserve the distance
from the mean). Points in Z are NumPy arrays, as they come from NumPy's generator; points in W are torch tensors.
"""

import math
from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
import torch

from foundation.seeds import GRID_WIDTH, SEED_RANGE, neighbours, seed_class, seed_z
from gan.device import send

FloatArray = npt.NDArray[np.float64]

__all__ = [
    "GRID_WIDTH",
    "SEED_RANGE",
    "blend_w",
    "blend_z",
    "lerp",
    "neighbours",
    "seed_class",
    "seed_z",
    "slerp",
]

_TINY = 1e-12
"""Vectors shorter than this have no direction."""


def lerp(a: torch.Tensor, b: torch.Tensor, t: float | torch.Tensor) -> torch.Tensor:
    """The straight line a + t (b - a); t = 0 gives a, t = 1 gives b. Shapes broadcast."""
    return a + t * (b - a)


def slerp(a: torch.Tensor, b: torch.Tensor, t: float | torch.Tensor) -> torch.Tensor:
    """The great circle from a to b, along the last dimension; the length goes straight from |a| to |b|.

    With theta the angle between a and b and u, v their directions (StyleGAN paper, section 4.1; Shoemake 1985):

        slerp = [ u cos(t theta) + v' sin(t theta) ] [ (1-t) |a| + t |b| ],   v' = the direction of v - u (u . v)

    `t` is a number, or a tensor that broadcasts against a[..., :1]. Points in the same or in opposite directions
    have no single great circle between them: these go along the straight line.
    """
    length_a, length_b = a.norm(dim=-1, keepdim=True), b.norm(dim=-1, keepdim=True)
    u, v = a / length_a.clamp_min(_TINY), b / length_b.clamp_min(_TINY)
    cosine = (u * v).sum(dim=-1, keepdim=True).clamp(-1, 1)
    across = v - cosine * u
    sine = across.norm(dim=-1, keepdim=True)
    theta = torch.atan2(sine, cosine)  # acos loses half of the digits for points that lie close together
    circle = u * torch.cos(t * theta) + across / sine.clamp_min(_TINY) * torch.sin(t * theta)
    arc = circle * lerp(length_a, length_b, t)
    return torch.where(sine > 1e-6, arc, lerp(a, b, t))


def blend_w(
    ws: torch.Tensor,
    weights: Sequence[float],
    w_avg: torch.Tensor,
    keep_norm: bool = False,
    distances: Sequence[float] | None = None,
) -> torch.Tensor:
    """Blend K points in W: [K, ..., w_dim] and K weights of sum 1 -> [..., w_dim].

    With d_k = w_k - w_avg (`w_avg` [w_dim], or anything that broadcasts) the straight blend is

        w = w_avg + sum_k a_k d_k

    Independent points shrink toward the average on the way: halfway between two, |d| is about 0.7 of theirs, which
    looks like truncation. `keep_norm` walks in an arc instead, in which the distance from the average is blended too:

        w = w_avg + ( sum_k a_k |d_k| ) d / |d|,   d = sum_k a_k d_k

    separately for each layer where ws has them. `distances` are other weights for the sum of |d_k|, where those of the
    direction are a spline's, which may overshoot. Opposite points have no direction halfway: the average itself.
    """
    a = _shares(weights, ws)
    if not keep_norm:
        return (a * ws).sum(dim=0)
    offsets = ws - w_avg
    offset = (a * offsets).sum(dim=0)
    reach = a if distances is None else _shares(distances, ws)
    wanted = (reach * offsets.norm(dim=-1, keepdim=True)).sum(dim=0)
    stretch: torch.Tensor = wanted / offset.norm(dim=-1, keepdim=True).clamp_min(_TINY)
    return w_avg + offset * stretch


def blend_z(zs: npt.ArrayLike, weights: Sequence[float], steps: int = 20) -> FloatArray:
    """Blend K points in Z on the sphere: [K, z_dim] and K weights of sum 1, none negative -> float64 [z_dim].

    The direction q is the spherical weighted average (Buss and Fillmore 2001), found by stepping from the normalised
    weighted sum along the mean of the great circles toward the points,

        q <- exp_q( sum_k a_k log_q(p_k) ),   log_q(p) = theta (p - q cos theta) / sin theta,   cos theta = q . p

    and the length is the weighted mean of theirs. For two points that is `slerp`, at constant speed. Points that cancel
    out have no average direction: the straight blend is given.
    """
    points = np.asarray(zs, dtype=np.float64)
    a = _weights(weights, len(points)).numpy()
    if (a < 0).any():
        raise ValueError("blend_z: weights on the sphere must not be negative")
    lengths = np.linalg.norm(points, axis=1, keepdims=True)
    directions = points / np.maximum(lengths, _TINY)
    straight = a @ directions
    if np.linalg.norm(straight) < 1e-6 or (lengths < _TINY).any():
        return np.asarray(a @ points)
    q = straight / np.linalg.norm(straight)
    for _ in range(steps):
        cosine = directions @ q
        across = directions - cosine[:, None] * q
        sine = np.linalg.norm(across, axis=1)
        theta = np.arctan2(sine, cosine)
        step = (a * theta / np.maximum(sine, _TINY)) @ across
        length = float(np.linalg.norm(step))
        if length < 1e-12:
            break
        q = q * math.cos(length) + step / length * math.sin(length)
        q /= np.linalg.norm(q)
    return np.asarray(q * (a @ lengths[:, 0]))


def _shares(weights: Sequence[float], ws: torch.Tensor) -> torch.Tensor:
    """The weights [K] so that they multiply ws [K, ...]."""
    return send(_weights(weights, ws.shape[0]).to(ws.dtype), ws.device).reshape(-1, *[1] * (ws.ndim - 1))


def _weights(weights: Sequence[float], count: int) -> torch.Tensor:
    """The weights of a blend as float64, checked: as many as there are points, of sum 1."""
    a = torch.tensor([float(w) for w in weights], dtype=torch.float64)
    if len(a) != count:
        raise ValueError(f"{count} points need {count} weights, but {len(a)} were given")
    if not math.isclose(float(a.sum()), 1.0, abs_tol=1e-6):
        raise ValueError(f"the weights of a blend must add up to 1, not to {float(a.sum()):.6g}")
    return a
