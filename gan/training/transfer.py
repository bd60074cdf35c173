"""Transfer learning: weights of other networks as the start of a training, and how much of them fits."""

from collections.abc import Mapping
from dataclasses import dataclass

from torch import nn

from gan.io.networks import Networks
from gan.networks import build_discriminator, build_generator
from gan.training.config import TrainConfig
from gan.training.errors import TrainingError

ENOUGH = 0.9
"""Share of the learned numbers of each part that must fit, unless a partial start was asked for."""

_NAMED = 3
"""Tensors to name that do not fit."""


@dataclass(frozen=True)
class Part:
    """A part of the networks: the mapping or the synthesis of the generator, or the discriminator."""

    name: str
    fitting: int
    """Learned numbers with the same name and shape in both networks."""
    total: int
    """Learned numbers of the larger of the two."""

    @property
    def share(self) -> float:
        """Share of the numbers that fit, 0 to 1."""
        return self.fitting / self.total if self.total else 1.0

    def __str__(self) -> str:
        return f"{self.name} {_percent(self.share)}"


@dataclass(frozen=True)
class Fit:
    """Agreement of the networks of a file with the networks to train."""

    source: str
    parts: tuple[Part, ...]
    misfits: tuple[str, ...]
    """Learned tensors that one of the networks lacks or has in another shape, by name."""
    size: tuple[int, int] = (0, 0)
    """Height and width of the images of the generator in the file."""

    def __str__(self) -> str:
        fitting, total = (sum(getattr(part, name) for part in self.parts) for name in ("fitting", "total"))
        sentence = f"{fitting:,} of {total:,} numbers are those of {self.source}: {', '.join(map(str, self.parts))}"
        return f"{sentence}; not {_listed(self.misfits)}" if self.misfits else sentence

    def check(self, partial: bool) -> None:
        """Check that enough fits.

        Args:
            partial: Accept little, but not nothing of the generator.

        Raises:
            TrainingError: too little fits; the message says how much of what.
        """
        shares = ", ".join(map(str, self.parts))
        source = self.source.replace("\\", "/").rpartition("/")[2][:60]
        if not any(part.fitting for part in self.parts if part.name != "D"):
            raise TrainingError(
                f"None of the weights of {source} fit the network to train: choose the network's own --cfg, --cbase "
                "and --cmax."
            )
        height, width = self.size
        if not partial and height != width:
            raise TrainingError(
                f"{source} makes pictures of {width}x{height}, and training is for square ones: start from a square "
                "network, or take what fits with --resume-partial=1."
            )
        if not partial and any(part.share < ENOUGH for part in self.parts):
            raise TrainingError(
                f"Too little of {source} fits the network to train ({shares}): give its own --cfg, --cbase, --cmax, "
                "--map-depth and a dataset of its size, channels and labels, or --resume-partial=1 to take what fits."
            )


def transfer(start: Networks, networks: Mapping[str, nn.Module], partial: bool) -> Fit:
    """Copy every parameter and buffer that has the same name and shape.

    Args:
        start: The networks to start from.
        networks: Those to train: "G", "D" and "G_ema".
        partial: Accept networks of which little fits.

    Raises:
        TrainingError: too little fits; nothing was copied.
    """
    fit = compare(start, networks)
    fit.check(partial)
    for name, network in networks.items():
        source = _source(start, name)
        if source is not None:
            own = network.state_dict()
            network.load_state_dict({**own, **_same_shape(source, network)})
    return fit


def compare(start: Networks, networks: Mapping[str, nn.Module]) -> Fit:
    """Count what fits. The discriminator counts where the file has one; else it starts anew."""
    parts: list[Part] = []
    misfits: list[str] = []
    for name, begins in (("G_ema", ("mapping", "synthesis")), ("D", ("",))):
        source, network = _source(start, name), networks[name]
        own = {key: value.numel() for key, value in network.named_parameters()}
        if source is None:
            misfits += [f"{name}.{key}" for key in own]
            continue
        given = {key: value.numel() for key, value in source.named_parameters()}
        fitting = _same_shape(source, network).keys() & own.keys()
        misfits += [f"{name}.{key}" for key in {**own, **given} if key not in fitting]
        for begin in begins:
            numbers = [sum(n for key, n in side.items() if key.startswith(begin)) for side in (own, given)]
            agreed = sum(n for key, n in own.items() if key in fitting and key.startswith(begin))
            parts.append(Part(begin or name, agreed, max(numbers)))
    generator = start.G_ema or start.G
    size = (0, 0) if generator is None else generator.img_size
    return Fit(start.info.source, tuple(parts), tuple(misfits), size)


def check_start(config: TrainConfig, start: Networks) -> Fit:
    """Check networks to start from against those that a configuration describes. Returns what fits.

    Raises:
        TrainingError: too little fits.
    """
    G = build_generator(config.G.class_name, **config.G.arguments)
    D = build_discriminator(config.D.class_name, **config.D.arguments)
    fit = compare(start, {"G": G, "G_ema": G, "D": D})
    fit.check(config.resume_partial)
    return fit


def _source(start: Networks, name: str) -> nn.Module | None:
    return {"G": start.G or start.G_ema, "D": start.D, "G_ema": start.G_ema or start.G}[name]


def _same_shape(source: nn.Module, network: nn.Module) -> dict[str, object]:
    own = network.state_dict()
    return {key: value for key, value in source.state_dict().items() if key in own and own[key].shape == value.shape}


def _listed(names: tuple[str, ...]) -> str:
    more = f" and {len(names) - _NAMED} more" if len(names) > _NAMED else ""
    return ", ".join(names[:_NAMED]) + more


def _percent(share: float) -> str:
    return "100 %" if share == 1 else f"{min(share * 100, 99.9):.1f} %"
