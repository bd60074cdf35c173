"""Seconds per step of a fit in W, against a plain loop of the reference operators, in turn in one run.

    python -m benchmarks.editing.speed [demo] [avatars-64] [stylegan2-256] [stylegan3-t-256] [--steps=5]
        [--distance=pixels|best]

The plain loop is that of the published formulas: kernels of the modulated convolution made for each sample and grouped,
the operators without compiled kernels, a tensor of Adam for each noise image, and EfficientNet-Lite0 with its
normalisations. Ours is measured in both precisions; the usual fit has four fast steps in five. All minimise the same
distance of the same photo. Networks of 256 pixels have random weights.
"""

import argparse
import resource
import statistics as figures
import time
from collections.abc import Callable
from functools import partial
from typing import Any

import torch
from torch import Tensor

import gan
from foundation.bundled import AVATARS, DEMO
from gan.edits.projection.comparison import comparison
from gan.edits.projection.fit import Fit, FitOptions, is_small
from gan.edits.projection.mean import Statistics, statistics
from gan.edits.projection.noise import SMALLEST, noise_shapes
from gan.edits.projection.schedule import learning_rate, noise_scale
from gan.edits.projection.work import FAST_SHARE
from gan.memory import keep_freed_memory
from gan.metrics import efficientnet_lite
from gan.metrics.detectors import lite_weights
from gan.metrics.distance import NAMES, Distance, distance_at_hand, pyramid
from gan.networks import build, modulation, stylegan2_blocks, stylegan3_layers
from gan.networks.generator import StyleGenerator
from gan.ops.conv2d_resample import conv2d_resample
from gan.ops.cpu import dispatch

SIZE = 256
BUNDLED = {"demo": DEMO, "avatars-64": AVATARS}
NETWORKS = (*BUNDLED, "stylegan2-256", "stylegan3-t-256")


def network(name: str) -> StyleGenerator:
    """Return a bundled network, or one of 256 pixels with random weights."""
    if name in BUNDLED:
        G = gan.load(str(BUNDLED[name]), kernels="off").G_ema
        assert G is not None
        return G
    common = {"z_dim": 512, "c_dim": 0, "w_dim": 512, "img_resolution": SIZE, "img_channels": 3}
    torch.manual_seed(0)
    if name == "stylegan2-256":
        return build("stylegan2.Generator", **common, channel_base=16384, channel_max=512).eval().requires_grad_(False)  # type: ignore[return-value]
    return build("stylegan3.Generator", **common, channel_base=16384, channel_max=512).eval().requires_grad_(False)  # type: ignore[return-value]


def plain_modulation(
    x: Tensor,
    weight: Tensor,
    styles: Tensor,
    *,
    demodulate: bool = True,
    up: int = 1,
    padding: int = 0,
    resample_filter: Tensor | None = None,
    fused: bool = True,
) -> Tensor:
    """Convolve each sample with its own kernels, in one grouped convolution."""
    kernels = weight[None] * styles[:, None, :, None, None]
    if demodulate:
        kernels = kernels * (kernels.square().sum(dim=[2, 3, 4], keepdim=True) + 1e-8).rsqrt()
    count, _, height, width = x.shape
    y = conv2d_resample(
        x.reshape(1, -1, height, width),
        kernels.flatten(0, 1),
        resample_filter,
        up=up,
        padding=padding,
        groups=count,
        flip_weight=up == 1,
    )
    return y.reshape(count, -1, *y.shape[2:])


def plain_modulation3(real: Callable[..., Tensor], x: Tensor, w: Tensor, s: Tensor, **rest: Any) -> Tensor:
    """Do the same in StyleGAN3: weights that ask for gradients are multiplied out, as in training."""
    learned = w.detach().requires_grad_(True)
    return real(x, learned, s, **rest)


def plain_distance(distance: Distance) -> Distance:
    """Return the same distance, of EfficientNet-Lite0 with its normalisations as layers."""
    weights = lite_weights()
    if distance.kind != "lite0" or weights is None:
        return distance
    lite = efficientnet_lite.load(str(weights))

    def features(images: Tensor) -> Tensor:
        x = torch.nn.functional.interpolate(images, (224, 224), mode="bilinear", antialias=True, align_corners=False)
        parts = []
        for layer in lite.scales(((x - 127) / 128).contiguous(memory_format=torch.channels_last)):
            unit = layer / (layer.norm(dim=1, keepdim=True) + 1e-10)
            parts.append((unit / (layer.shape[2] * layer.shape[3]) ** 0.5).flatten(1))
        return torch.cat(parts, dim=1)

    return Distance(distance.name, distance.kind, features)


def plain_regulariser(images: list[Tensor]) -> Tensor:
    """Return the same, one image and one level after another."""
    total = torch.zeros(())
    for image in images:
        noise = image[None, None]
        while True:
            for axis in (3, 2):
                total = total + (noise * torch.roll(noise, shifts=1, dims=axis)).mean() ** 2
            if noise.shape[2] <= SMALLEST or noise.shape[3] <= 1:
                break
            noise = torch.nn.functional.avg_pool2d(noise, kernel_size=2)
    return total


class Plain:
    """The plain loop."""

    def __init__(self, G: StyleGenerator, distance: Distance, target: Tensor, known: Statistics, steps: int) -> None:
        self._G, self._known, self._steps, self._step = G, known, steps, 0
        self._compared = comparison(plain_distance(distance), target)
        torch.manual_seed(303)
        shapes = noise_shapes(G.synthesis)
        self._noise = {name: torch.randn(shape).requires_grad_(True) for name, shape in shapes.items()}
        self._w = known.mean[None, None].clone().requires_grad_(True)
        self._adam = torch.optim.Adam([self._w, *self._noise.values()], betas=(0.9, 0.999))

    def advance(self) -> float:
        """Do one step; returns the loss."""
        t, n = self._step, self._steps
        self._adam.param_groups[0]["lr"] = learning_rate(t, n, 0.1)
        w = self._w + torch.randn_like(self._w) * noise_scale(t, n, self._known.std)
        image = self._G.synthesis(w.expand(-1, self._G.num_ws, -1), noise_mode="const", noise=self._noise)
        loss = self._compared.distance(image) + 1e5 * plain_regulariser(list(self._noise.values()))
        self._adam.zero_grad(set_to_none=True)
        loss.backward()  # type: ignore[no-untyped-call]
        self._adam.step()
        with torch.no_grad():
            for image in self._noise.values():
                image -= image.mean()
                image *= image.square().mean().rsqrt()
        self._step += 1
        return float(loss.detach())


def timed(step: Callable[[], object]) -> tuple[float, float]:
    """Return the seconds of a step, and its CPU seconds, which other programs on the machine change less."""
    wall, cpu = time.perf_counter(), time.process_time()
    step()
    return time.perf_counter() - wall, time.process_time() - cpu


def measure(name: str, distance: Distance, steps: int) -> str:
    """Return a row: medians of plain steps and of ours in both precisions, taken in turn."""
    G = network(name)
    known = statistics(G, samples=500)
    torch.manual_seed(1)
    target = torch.rand(G.img_channels, *G.img_size) * 255
    shares = {"exact": 0.0, "fast": 1.0}
    ours = {
        kind: Fit(G, comparison(distance, target), known, FitOptions(steps + 1, fast=share))
        for kind, share in shares.items()
    }
    plain = Plain(G, distance, target, known, steps + 1)
    real, real3 = modulation.modulated_conv2d, stylegan3_layers.modulated_conv2d
    rows: dict[str, list[tuple[float, float]]] = {"plain": [], "exact": [], "fast": []}
    losses = []
    threads = torch.get_num_threads()
    for number in range(steps + 1):
        stylegan2_blocks.modulated_conv2d = plain_modulation
        stylegan3_layers.modulated_conv2d = partial(plain_modulation3, real3)
        dispatch.disable()
        taken = {"plain": timed(lambda: losses.append(plain.advance()))}
        stylegan2_blocks.modulated_conv2d, stylegan3_layers.modulated_conv2d = real, real3
        dispatch.enable()
        torch.set_num_threads(1 if is_small(G) else threads)  # as the command does
        for kind, fit in ours.items():
            taken[kind] = timed(lambda fit=fit: losses.append(fit.advance().loss))  # type: ignore[misc]
        torch.set_num_threads(threads)
        if number:  # the first warms up
            for kind, one in taken.items():
                rows[kind].append(one)
    assert abs(losses[0] - losses[1]) < 1e-3 * abs(losses[0]), "the loops do not do the same"
    wall, cpu = ({kind: figures.median(pair[i] for pair in pairs) for kind, pairs in rows.items()} for i in (0, 1))
    most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    ratios = []
    for times in (wall, cpu):
        usual = FAST_SHARE * times["fast"] + (1 - FAST_SHARE) * times["exact"]
        ratios += [f"{times['plain'] / one:.2f}" for one in (times["exact"], times["fast"], usual)]
    return (
        f"| {name} | {' | '.join(f'{wall[kind]:.3f}' for kind in rows)} | {' | '.join(ratios[:3])} | "
        f"{' | '.join(f'{cpu[kind]:.3f}' for kind in rows)} | {' | '.join(ratios[3:])} | {most:.0f} |"
    )


def main() -> None:
    """Measure networks."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("networks", nargs="*", default=NETWORKS)
    parser.add_argument("--steps", type=int, default=5)
    parser.add_argument("--distance", choices=("pixels", "best"), default="best")
    asked = parser.parse_args()
    keep_freed_memory()  # as the command does
    distance = Distance(NAMES[""], "", pyramid) if asked.distance == "pixels" else distance_at_hand()
    print(f"{asked.steps} steps each, {distance.name}, {torch.get_num_threads()} threads")
    ways = "plain | exact | fast | ratio, exact | fast | usual"
    print(f"| network | {ways} | CPU: {ways} | most memory so far, MB |")
    print("|---" * 14 + "|")
    for name in asked.networks:
        print(measure(name, distance, asked.steps), flush=True)


if __name__ == "__main__":
    main()
