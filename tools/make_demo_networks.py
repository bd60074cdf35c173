"""Build the networks in assets/, which the window shows before the user opens any.

`avatars-64.safetensors` and `night-avatars-64.safetensors` are taken from the runs that trained them; the record of the
first, with some of its snapshots, is in `recorded-runs/`. `pattern-t-128.safetensors` is an untrained StyleGAN3-T:
random weights, arranged to generate rosettes, and calibrated layer by layer to the activation magnitudes of a trained
network. Run from the repository's root:

    .venv/bin/python -m tools.make_demo_networks --avatars runs/00000-... --night runs/00001-... --kimg 8,30,60
"""

import dataclasses
import math
import shutil
from pathlib import Path

import click
import numpy as np
import torch
from PIL import Image
from torch import Tensor

import gan
from foundation.bundled import AVATARS, NIGHT
from foundation.runs import snapshots
from gan.analysis.equivariance import equivariance_db, rotation_error, translation_error
from gan.display import to_rgba8
from gan.latents import seed_z
from gan.networks.stylegan3 import Generator
from gan.networks.stylegan3_layers import SynthesisInput, SynthesisLayer


@dataclasses.dataclass(frozen=True)
class Pattern:
    """Parameters of the untrained network, chosen from contact sheets without any optimisation."""

    seed: int = 20
    """Seed of all random numbers, from NumPy's legacy generator, whose stream never changes."""
    fold: int = 5
    """Number of directions per rosette of input waves, the symmetry of the images."""
    asymmetry: float = 0.06
    """Strength of the asymmetric part, relative to the rosettes."""
    lowest: float = 0.3
    """Frequency of the slowest rosette, relative to the input's bandwidth."""
    style: float = 0.3
    """Standard deviation of the styles around their mean of 1, the variation between seeds."""
    move: float = 0.08
    """Standard deviation of the centre over seeds, in image widths (as far as the paper's input allows)."""
    turn: float = 0.3
    """Standard deviation of the rotation's cosine and sine, before normalisation."""
    sharpen: float = 2.2
    """Sharpening: kernels are mostly `sharpen` times a point minus (sharpen - 1) times a blur."""
    spread: float = 0.15
    """Strength of the remaining, isotropic part of the kernels, which mixes neighbouring pixels."""
    bias: float = 0.3
    """Standard deviation of the biases, which place the kinks of the leaky ReLU."""
    brightness: float = 0.5
    """Standard deviation of the output, whose range is -1..1."""
    chroma: tuple[float, float] = (0.86, 0.52)
    """Standard deviation of the two colour axes (red-blue, green-magenta), relative to that of the lightness."""


LATENT = 64
ARGUMENTS = {
    "z_dim": LATENT,
    "c_dim": 0,
    "w_dim": LATENT,
    "img_resolution": 128,
    "img_channels": 3,
    "channel_base": 2048,
    "channel_max": 64,
    "first_cutoff": 4,
    "first_stopband": 4 * 2**1.1,
}
"""Constructor arguments of the untrained network: input cutoff of four cycles, at most 64 channels for CPUs."""

CALIBRATION_SEEDS = 32
MEAN_W_SEEDS = 10_000
UNTRAINED = "random weights, calibrated, not trained"


class Dice:
    """Generator of random tensors from one seed."""

    def __init__(self, seed: int) -> None:
        self._state = np.random.RandomState(seed)

    def normal(self, *shape: int) -> Tensor:
        """Draw standard normal numbers, float32."""
        return torch.from_numpy(self._state.standard_normal(shape)).float()

    def uniform(self, *shape: int) -> Tensor:
        """Draw uniform numbers in 0..1, float32."""
        return torch.from_numpy(self._state.random_sample(shape)).float()


@torch.no_grad()
def build_pattern(pattern: Pattern) -> gan.Networks:
    """Build the untrained network, arranged and calibrated."""
    network = Generator(**ARGUMENTS).eval().requires_grad_(False)
    dice = Dice(pattern.seed)
    spread = _fill_mapping(network, dice)
    ws = network.mapping(_latents(range(CALIBRATION_SEEDS)))
    synthesis, w_avg = network.synthesis, network.mapping.w_avg
    _fill_input(synthesis.input, pattern, dice, w_avg, spread)
    x = synthesis.input(ws[:, 0])
    for w, design in zip(ws.unbind(1)[1:], synthesis.design.layers, strict=True):
        layer = getattr(synthesis, design.name)
        _fill_layer(layer, x, pattern, dice, w_avg, spread)
        if design.is_torgb:
            _fill_colors(layer, layer(x, w), pattern, synthesis.output_scale)
        x = layer(x, w)
    architecture = gan.Architecture("stylegan3.Generator", ARGUMENTS)
    return gan.Networks(None, None, network, gan.describe({"G_ema": architecture}, {"notice": UNTRAINED}))


def _latents(seeds: range) -> Tensor:
    return torch.from_numpy(np.stack([seed_z(seed, LATENT) for seed in seeds])).float()


def _fill_mapping(network: Generator, dice: Dice) -> float:
    """Fill dense layers at random; return the standard deviation of w, by which affine layers divide."""
    mapping = network.mapping
    for i in range(mapping.num_layers):
        layer = getattr(mapping, f"fc{i}")
        layer.weight.copy_(dice.normal(*layer.weight.shape) / layer.bias_gain)
        layer.bias.copy_(dice.normal(*layer.bias.shape) * 0.3 / layer.bias_gain)
    w = mapping(_latents(range(MEAN_W_SEEDS)))[:, 0]
    mapping.w_avg.copy_(w.mean(dim=0))
    return float((w - mapping.w_avg).std())


def _fill_input(layer: SynthesisInput, pattern: Pattern, dice: Dice, w_avg: Tensor, spread: float) -> None:
    """Fill the input with rosettes: `fold` directions at equal angles, with equal frequency, phase and weights."""
    channels, fold = layer.design.channels, pattern.fold
    count = channels // fold
    radius = pattern.lowest + (1 - pattern.lowest) * torch.linspace(0, 1, count).sqrt()
    angle = 2 * math.pi * (dice.uniform(count, 1) + torch.arange(fold) / fold)
    rosettes = torch.stack([angle.cos(), angle.sin()], dim=-1) * (radius * layer.design.bandwidth)[:, None, None]
    rest = channels - count * fold
    layer.freqs.copy_(torch.cat([rosettes.flatten(0, 1), dice.normal(rest, 2) * 0.5]))
    layer.phases.copy_(torch.cat([(dice.uniform(count) - 0.5).repeat_interleave(fold), torch.zeros(rest)]))
    alike = torch.cat([dice.normal(channels, count).repeat_interleave(fold, dim=1), torch.zeros(channels, rest)], dim=1)
    layer.weight.copy_(alike + pattern.asymmetry * dice.normal(channels, channels))
    scale = torch.tensor([pattern.turn, pattern.turn, pattern.move, pattern.move])[:, None]
    _fill_affine(layer.affine, dice.normal(4, LATENT) * scale / spread, torch.tensor([1.0, 0, 0, 0]), w_avg)


def _fill_affine(affine: torch.nn.Module, weight: Tensor, at_mean: Tensor, w_avg: Tensor) -> None:
    """Fill an affine layer so that it returns `at_mean` for the mean w."""
    affine.weight.copy_(weight)
    affine.bias.copy_(at_mean - weight @ w_avg / math.sqrt(LATENT))


def _fill_layer(layer: SynthesisLayer, x: Tensor, pattern: Pattern, dice: Dice, w_avg: Tensor, spread: float) -> None:
    """Fill a layer at random, fitted to the magnitude and means of its input x [N, C, H, W]."""
    design = layer.design
    weight = dice.normal(design.out_channels, design.in_channels, 1, 1)
    if design.conv_kernel == 3:
        point = torch.tensor([[0.0, 0, 0], [0, 1, 0], [0, 0, 0]])
        blur = torch.tensor([[1.0, 2, 1], [2, 4, 2], [1, 2, 1]]) / 16
        sides = torch.tensor([[0.0, 1, 0], [1, 0, 1], [0, 1, 0]]) / 2
        corners = torch.tensor([[1.0, 0, 1], [0, 0, 0], [1, 0, 1]]) / 2
        weight = weight * 2 * (pattern.sharpen * point - (pattern.sharpen - 1) * blur)
        mixing = dice.normal(2, design.out_channels, design.in_channels, 1, 1) * 1.2 * pattern.spread
        weight = weight + mixing[0] * sides + mixing[1] * corners
    # Constant brightness must not dominate variation: each filter ignores the channels' means.
    mean = x.mean(dim=(0, 2, 3))
    constant = weight.sum(dim=(2, 3)) @ mean / mean.square().sum()
    weight = weight - constant[:, None, None, None] * mean[:, None, None] / design.conv_kernel**2
    layer.weight.copy_(weight)
    styles = dice.normal(design.in_channels, LATENT) * pattern.style / spread
    _fill_affine(layer.affine, styles, torch.ones(design.in_channels), w_avg)
    layer.bias.copy_(
        torch.zeros(design.out_channels) if design.is_torgb else dice.normal(design.out_channels) * pattern.bias
    )
    layer.magnitude_ema.copy_(x.square().mean())


def _fill_colors(layer: SynthesisLayer, raw: Tensor, pattern: Pattern, output_scale: float) -> None:
    """Map three random channels to lightness and two colour axes of given contrast."""
    values = raw.transpose(0, 1).flatten(1) * output_scale
    power, axes = torch.linalg.eigh(torch.cov(values))
    whiten = axes @ torch.diag(power.rsqrt()) @ axes.T
    lightness, red_blue, green = [1.0, 1, 1], [1.0, 0, -1], [-0.5, 1, -0.5]
    basis = torch.nn.functional.normalize(torch.tensor([lightness, red_blue, green]), dim=1)
    contrast = basis.T @ torch.diag(torch.tensor([1.0, *pattern.chroma])) @ basis
    contrast *= pattern.brightness / contrast.square().sum(dim=1).mean().sqrt()
    recolor = contrast @ whiten
    layer.weight.copy_(torch.einsum("oc,cihw->oihw", recolor, layer.weight))
    layer.bias.copy_(-(recolor @ values.mean(dim=1)) / output_scale)


def take_avatars(run: Path, *, half: bool = False) -> gan.Networks:
    """Load only the moving average of a snapshot, or of a run's newest, and strip folders from its metadata.

    With `half` its numbers are rounded to half precision, which moves no pixel by more than one step of 255.
    """
    nets = gan.load(run, only=("G_ema",))
    if half and nets.G_ema is not None:
        nets.G_ema.half()
    dataset = dict(nets.info.training_set_kwargs) | {"path": Path(nets.info.training_set_kwargs["path"]).name}
    info = gan.describe({"G_ema": nets.info.architectures["G_ema"]}, dataset)
    return dataclasses.replace(nets, info=info)


def record(run: Path, outdir: Path, kimg: tuple[int, ...] = ()) -> None:
    """Copy a run's record to `outdir` without training state, images as JPEG, paths relative.

    Of its networks only the moving averages of the snapshots at `kimg` are copied, in half precision.
    """
    kept = outdir / run.name
    shutil.rmtree(kept, ignore_errors=True)
    kept.mkdir(parents=True)
    above = f"{run.resolve().parent.parent}/"
    for one in snapshots(run):
        if round(one.kimg) in kimg:
            gan.save(kept / one.path.name, take_avatars(one.path, half=True))
    for path in sorted(run.iterdir()):
        if path.suffix == ".png":
            with Image.open(path) as picture:
                picture.convert("RGB").save(kept / f"{path.stem}.jpg", quality=80)
        elif path.suffix in (".yaml", ".json", ".jsonl", ".txt"):
            (kept / path.name).write_text(path.read_text().replace(above, ""))


@torch.no_grad()
def contact_sheet(network: Generator) -> Image.Image:
    """Render seeds 0..39 at psi 1, then two seeds from psi 1.5 down to -1."""

    def picture(seed: int, psi: float) -> np.ndarray:
        return to_rgba8(network(_latents(range(seed, seed + 1)), None, truncation_psi=psi)[0])

    rows = [np.hstack([picture(row * 8 + i, 1.0) for i in range(8)]) for row in range(5)]
    rows += [np.hstack([picture(seed, psi) for psi in (1.5, 1, 0.7, 0.5, 0.25, 0, -0.5, -1)]) for seed in (0, 5)]
    return Image.fromarray(np.vstack(rows))


@torch.no_grad()
def equivariance(network: Generator, samples: int = 8) -> dict[str, float]:
    """Measure EQ-T and EQ-R in dB on a few seeds, translated by up to 1/8 of the width, rotated by any angle."""
    state = np.random.RandomState(0)
    sums = np.zeros((3, 2))
    for seed in range(samples):
        ws = network.mapping(_latents(range(seed, seed + 1)))

        def render(matrix: np.ndarray, ws: Tensor = ws) -> Tensor:
            return network.synthesis(ws, input_transform=matrix)

        still = render(np.eye(3))
        tx, ty = state.uniform(-0.125, 0.125, 2)
        sums[0] += translation_error(render, still, tx, ty, whole=True)
        sums[1] += translation_error(render, still, tx, ty, whole=False)
        sums[2] += rotation_error(render, still, state.uniform(-math.pi, math.pi))
    return {name: equivariance_db(*row) for name, row in zip(("EQ-T int", "EQ-T frac", "EQ-R"), sums, strict=True)}


@click.command(help=__doc__)
@click.option("--avatars", type=click.Path(exists=True, path_type=Path), help="Run folder of the avatars.")
@click.option("--night", type=click.Path(exists=True, path_type=Path), help="Run folder of the avatars by night.")
@click.option("--kimg", default="", help="Snapshots of the avatars that the record keeps, comma-separated.")
@click.option("--seed", type=int, default=Pattern.seed, show_default=True, help="Seed of the untrained network.")
@click.option("--sheet", type=click.Path(path_type=Path), help="Also write a contact sheet of the untrained network.")
@click.option("--outdir", type=click.Path(file_okay=False, path_type=Path), default=Path("assets"), show_default=True)
def main(avatars: Path | None, night: Path | None, kimg: str, seed: int, sheet: Path | None, outdir: Path) -> None:
    """Write the trained networks that are given; else the pattern network, and print its equivariance."""
    if avatars is not None:
        gan.save(outdir / AVATARS.name, take_avatars(avatars, half=True))
        record(avatars, outdir / "recorded-runs", tuple(map(int, kimg.split(","))) if kimg else ())
    if night is not None:
        gan.save(outdir / NIGHT.name, take_avatars(night, half=True))
    if avatars is not None or night is not None:
        return
    pattern = build_pattern(Pattern(seed=seed))
    gan.save(outdir / "pattern-t-128.safetensors", pattern)
    for name, value in equivariance(pattern.G_ema).items():
        click.echo(f"{name}: {value:.1f} dB")
    if sheet is not None:
        contact_sheet(pattern.G_ema).save(sheet)


if __name__ == "__main__":
    main()
