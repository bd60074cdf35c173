"""Seconds per step of a fit in W, against a plain loop of the reference operators, in turn in one run.

    python -m benchmarks.editing.speed [demo] [stylegan2-256] [stylegan3-t-256] [--steps=5] [--distance=pixels|best]

The plain loop is that of the published formulas: kernels of the modulated convolution made for each sample and grouped,
the operators without compiled kernels, a tensor of Adam for each noise image, and EfficientNet-Lite0 with its
normalisations. Both minimise the same distance of the same photo. Networks of 256 pixels have random weights.
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
from gan.edits.projection.comparison import comparison
from gan.edits.projection.fit import Fit, FitOptions
from gan.edits.projection.mean import Statistics, statistics
from gan.edits.projection.noise import noise_shapes, regulariser
from gan.edits.projection.schedule import learning_rate, noise_scale
from gan.metrics import efficientnet_lite
from gan.metrics.detectors import lite_weights
from gan.metrics.distance import NAMES, Distance, distance_at_hand, pyramid
from gan.networks import build, modulation, stylegan2_blocks, stylegan3_layers
from gan.networks.generator import StyleGenerator
from gan.ops.conv2d_resample import conv2d_resample
from gan.ops.cpu import dispatch

SIZE = 256
NETWORKS = ("demo", "stylegan2-256", "stylegan3-t-256")


def network(name: str) -> StyleGenerator:
    """Return the demo network, or one of 256 pixels with random weights."""
    if name == "demo":
        G = gan.load("assets/demo.safetensors", kernels="off").G_ema
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
        loss = self._compared.distance(image) + 1e5 * regulariser(list(self._noise.values()))
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
    """Return a row: medians of plain steps and of ours, taken in turn."""
    G = network(name)
    known = statistics(G, samples=500)
    torch.manual_seed(1)
    target = torch.rand(G.img_channels, *G.img_size) * 255
    ours = Fit(G, comparison(distance, target), known, FitOptions(steps + 1))
    plain = Plain(G, distance, target, known, steps + 1)
    real, real3 = modulation.modulated_conv2d, stylegan3_layers.modulated_conv2d
    rows: dict[str, list[tuple[float, float]]] = {"plain": [], "ours": []}
    losses = []
    for number in range(steps + 1):
        stylegan2_blocks.modulated_conv2d = plain_modulation
        stylegan3_layers.modulated_conv2d = partial(plain_modulation3, real3)
        dispatch.disable()
        one = timed(lambda: losses.append(plain.advance()))
        stylegan2_blocks.modulated_conv2d, stylegan3_layers.modulated_conv2d = real, real3
        dispatch.enable()
        two = timed(lambda: losses.append(ours.advance().loss))
        if number:  # the first warms up
            rows["plain"].append(one)
            rows["ours"].append(two)
    assert abs(losses[0] - losses[1]) < 1e-3 * abs(losses[0]), "the loops do not do the same"
    wall = {kind: figures.median(w for w, _ in values) for kind, values in rows.items()}
    cpu = {kind: figures.median(c for _, c in values) for kind, values in rows.items()}
    most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    return (
        f"| {name} | {wall['plain']:.3f} | {wall['ours']:.3f} | {wall['plain'] / wall['ours']:.2f} | "
        f"{cpu['plain'] / cpu['ours']:.2f} | {most:.0f} |"
    )


def main() -> None:
    """Measure networks."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("networks", nargs="*", default=NETWORKS)
    parser.add_argument("--steps", type=int, default=5)
    parser.add_argument("--distance", choices=("pixels", "best"), default="best")
    asked = parser.parse_args()
    distance = Distance(NAMES[""], "", pyramid) if asked.distance == "pixels" else distance_at_hand()
    print(f"{asked.steps} steps each, {distance.name}, {torch.get_num_threads()} threads")
    print("| network | plain loop, s/step | fit, s/step | ratio | ratio of CPU time | most memory so far, MB |")
    print("|---|---|---|---|---|---|")
    for name in asked.networks:
        print(measure(name, distance, asked.steps), flush=True)


if __name__ == "__main__":
    main()
