"""Configurations for `benchmarks.ops`: selected calls, those of whole networks, and random ones."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from typing import Any
from unittest.mock import patch

import numpy as np
import torch
from torch import Tensor

from gan.networks import build, stylegan3_layers
from gan.ops import bias_act, design_lowpass_filter, filtered_lrelu, setup_filter, upfirdn2d
from gan.ops.cpu import dispatch

Call = Callable[[Tensor, Tensor], Tensor]


@dataclass(frozen=True)
class Case:
    """Call of an operator."""

    op: str
    kind: str
    """Description of the arguments."""
    shape: tuple[int, ...]
    call: Call
    """Function of an image of that shape and a bias."""


SHAPES = ((1, 512, 16, 16), (8, 128, 32, 32), (4, 8, 64, 64), (1, 64, 128, 128), (1, 64, 256, 256), (4, 3, 256, 256))

SHORT = setup_filter([1, 3, 3, 1])
LONG = design_lowpass_filter(12, 0.8, 0.4, 4)
RADIAL = design_lowpass_filter(12, 0.8, 0.4, 4, radial=True)

_CHOSEN: dict[tuple[str, str], Call] = {
    ("upfirdn2d", "up 2, 4 taps"): lambda x, b: upfirdn2d(x, SHORT, up=2, padding=(2, 1, 2, 1)),
    ("upfirdn2d", "down 2, 4 taps"): lambda x, b: upfirdn2d(x, SHORT, down=2, padding=1),
    ("upfirdn2d", "4 taps"): lambda x, b: upfirdn2d(x, SHORT, padding=(2, 1, 2, 1)),
    ("upfirdn2d", "up 2, 12 taps"): lambda x, b: upfirdn2d(x, LONG, up=2, padding=(6, 5, 6, 5)),
    ("upfirdn2d", "down 2, 12 taps"): lambda x, b: upfirdn2d(x, LONG, down=2, padding=5),
    ("upfirdn2d", "up 3 down 2, 12 taps"): lambda x, b: upfirdn2d(x, LONG, up=3, down=2, padding=6),
    ("upfirdn2d", "down 2, radial"): lambda x, b: upfirdn2d(x, RADIAL, down=2, padding=5),
    ("bias_act", "lrelu"): lambda x, b: bias_act(x, b, act="lrelu", clamp=256),
    ("filtered_lrelu", "T"): lambda x, b: filtered_lrelu(x, LONG, LONG, b, 2, 2, (11, 10, 11, 10), clamp=256),
    ("filtered_lrelu", "R"): lambda x, b: filtered_lrelu(x, LONG, RADIAL, b, 2, 2, (11, 10, 11, 10), clamp=256),
}


def chosen() -> list[Case]:
    """Return every selected call with every shape in `SHAPES`."""
    return [Case(op, kind, shape, call) for (op, kind), call in _CHOSEN.items() for shape in SHAPES]


_GENERATORS: dict[str, tuple[str, dict[str, Any]]] = {
    "StyleGAN2": ("stylegan2.Generator", {"channel_base": 16384}),
    "StyleGAN3-T": ("stylegan3.Generator", {"channel_base": 16384}),
    "StyleGAN3-R": (
        "stylegan3.Generator",
        {"channel_base": 32768, "channel_max": 1024, "conv_kernel": 1, "use_radial_filters": True},
    ),
}


def of_networks(resolution: int = 256, batch: int = 4, small: bool = False) -> list[Case]:
    """Return the distinct calls of generators rendering one image and of a discriminator on a batch.

    Args:
        resolution: Resolution of the images.
        batch: Batch size of the discriminator.
        small: Networks of a few channels, to show that it runs.
    """
    few = {"channel_base": 64, "channel_max": 4} if small else {}
    found: dict[tuple[Any, ...], Case] = {}
    for name, (class_name, extra) in _GENERATORS.items():
        sizes = {"z_dim": 16, "c_dim": 0, "w_dim": 16, "img_channels": 3, "img_resolution": resolution}
        G = build(class_name, **sizes, **(extra | few)).eval()
        with _noted(name, found), torch.no_grad():
            G.synthesis(torch.randn(1, G.num_ws, 16))
    sizes = {"c_dim": 0, "img_resolution": resolution, "img_channels": 3, "channel_base": 16384}
    D = build("stylegan2.Discriminator", **(sizes | few)).eval()
    with _noted("discriminator", found), torch.no_grad():
        D(torch.randn(batch, 3, resolution, resolution))
    return list(found.values())


@contextmanager
def _noted(name: str, found: dict[tuple[Any, ...], Case]) -> Iterator[None]:
    """Record operator calls in `found`: filtered_lrelu as a whole, the others as they reach the kernels."""
    inside = False

    def note(op: str, x: Tensor, key: tuple[Any, ...], kind: str, call: Call) -> None:
        found.setdefault((op, tuple(x.shape), *key), Case(op, f"{name}, {kind}", tuple(x.shape), call))

    def lrelu(x: Tensor, **arguments: Any) -> Tensor:
        nonlocal inside
        taps = [0 if f is None else f.shape[-1] for f in (arguments["fu"], arguments["fd"])]
        plain = {key: value for key, value in arguments.items() if not isinstance(value, Tensor)}
        kind = f"up {arguments['up']} down {arguments['down']}, {taps[0]} and {taps[1]} taps"
        if arguments["fu"] is not None:  # otherwise it is a sum and a clamp
            call = partial(_with_bias, {key: value for key, value in arguments.items() if key != "b"})
            note("filtered_lrelu", x, (*taps, *map(str, plain.values())), kind, call)
        inside = True
        y = filtered_lrelu(x, **arguments)
        inside = False
        return y

    def resampled(x: Tensor, f: Tensor, up: Any, down: Any, pads: Any, flip: bool, gain: float) -> None:
        if not inside:
            kind = f"up {up[0]} down {down[0]}, {f.shape[-1]} taps"
            note("upfirdn2d", x, (up, down, pads), kind, lambda x, b: upfirdn2d(x, f, up, down, pads, flip, gain))

    def activated(x: Tensor, b: Any, dim: int, act: str, slope: float, gain: float, clamp: Any) -> None:
        if not inside and act == "lrelu" and x.ndim == 4:
            note("bias_act", x, (clamp,), act, lambda x, b: bias_act(x, b, dim, act, slope, gain, clamp))

    with (
        patch.object(stylegan3_layers, "filtered_lrelu", lrelu),
        patch.object(dispatch, "upfirdn2d", resampled),
        patch.object(dispatch, "bias_act", activated),
    ):
        yield


def _with_bias(arguments: dict[str, Any], x: Tensor, b: Tensor) -> Tensor:
    return filtered_lrelu(x, b=b, **arguments)


_MOST_NUMBERS = 1 << 20
"""Of a drawn image, and of an upsampled one four times that: what can be measured some hundred times."""


def drawn(count: int, seed: int, most: int = _MOST_NUMBERS) -> list[Case]:
    """`count` calls of each operator, of sizes and filters as networks have them, decided by `seed`."""
    random = np.random.RandomState(seed)
    makers = {"upfirdn2d": _drawn_upfirdn2d, "bias_act": _drawn_bias_act, "filtered_lrelu": _drawn_filtered_lrelu}
    return [maker(random, most) for maker in makers.values() for _ in range(count)]


def _shape(random: np.random.RandomState, most: int, up: int = 1) -> tuple[int, int, int, int]:
    """Draw a shape: batches of 1 to 8, 1 to 512 channels, sides of 4 to 276."""
    height = int(np.exp(random.uniform(np.log(4), np.log(277))))
    width = height if random.rand() < 0.8 else int(np.exp(random.uniform(np.log(4), np.log(277))))
    planes = max(1, most * 4 // max(4, up**2) // (height * width))
    batch = min(int(random.choice([1, 1, 2, 4, 8])), planes)
    channels = min(int(random.choice([1, 3, 8, 16, 32, 64, 128, 256, 512])), planes // batch)
    return batch, channels, height, width


def _filter(random: np.random.RandomState, factor: int) -> tuple[Tensor, str]:
    """Draw a low-pass filter for a factor."""
    kind = random.choice(["short", "short", "separable", "separable", "radial"])
    if kind == "short":
        taps = [[1, 1], [1, 2, 1], [1, 3, 3, 1], [1, 4, 6, 4, 1]][random.randint(4)]
        return setup_filter(taps), f"{len(taps)} taps"
    length = 6 * max(2, factor)
    found = design_lowpass_filter(length, 0.8, 0.4, 2 * max(2, factor), radial=kind == "radial")
    assert found is not None
    return found, f"{length} taps{', radial' if kind == 'radial' else ''}"


def _drawn_upfirdn2d(random: np.random.RandomState, most: int) -> Case:
    up, down = [(1, 1), (2, 1), (1, 2), (2, 1), (1, 2), (4, 1), (3, 2), (2, 2), (1, 4), (3, 1)][random.randint(10)]
    f, taps = _filter(random, max(up, down))
    pads = tuple(int(p) for p in random.randint(0, f.shape[-1], 4) + f.shape[-1] // 2)
    call = partial(_resampled, f=f, up=up, down=down, padding=pads)
    return Case("upfirdn2d", f"up {up} down {down}, {taps}", _shape(random, most, up), call)


def _resampled(x: Tensor, b: Tensor, **arguments: Any) -> Tensor:
    return upfirdn2d(x, **arguments)


def _drawn_bias_act(random: np.random.RandomState, most: int) -> Case:
    clamp = [None, 0.5, 256.0][random.randint(3)]
    call = partial(bias_act, act="lrelu", alpha=float(random.uniform(0.05, 1)), clamp=clamp)
    return Case("bias_act", f"clamp {clamp}", _shape(random, most), call)


def _drawn_filtered_lrelu(random: np.random.RandomState, most: int) -> Case:
    up, down = [(2, 2), (2, 2), (4, 2), (2, 1), (4, 4), (1, 1), (1, 2), (3, 2)][random.randint(8)]
    fu = design_lowpass_filter(6 * up, 0.8, 0.4, 2 * up) if up > 1 else SHORT
    fd, taps = _filter(random, down)
    pad = fu.shape[-1] + fd.shape[-1]
    clamp = [None, 256.0][random.randint(2)]
    pads = tuple(int(p) for p in random.randint(0, 4, 4) + pad // 2)
    call = partial(filtered_lrelu_of, fu=fu, fd=fd, up=up, down=down, padding=pads, clamp=clamp)
    return Case("filtered_lrelu", f"up {up} down {down}, {taps}", _shape(random, most, up), call)


def filtered_lrelu_of(x: Tensor, b: Tensor, **arguments: Any) -> Tensor:
    """Call `filtered_lrelu` on an image and a bias."""
    return filtered_lrelu(x, b=b, **arguments)
