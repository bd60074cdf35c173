"""Rules between the options of a training run and the dataset: stated once, worded for form and command line.

Standard library only.
"""

from dataclasses import dataclass
from typing import Protocol

from foundation.specs.train_defaults import ADA


class Choices(Protocol):
    """Options that the rules read; `TrainSpec` has them."""

    @property
    def cfg(self) -> str: ...  # noqa: D102
    @property
    def gpus(self) -> int: ...  # noqa: D102
    @property
    def batch(self) -> int | None: ...  # noqa: D102
    @property
    def gamma(self) -> float | None: ...  # noqa: D102
    @property
    def batch_gpu(self) -> int | None: ...  # noqa: D102
    @property
    def mbstd_group(self) -> int | None: ...  # noqa: D102
    @property
    def fp32(self) -> bool: ...  # noqa: D102
    @property
    def bf16(self) -> bool: ...  # noqa: D102
    @property
    def grow(self) -> bool: ...  # noqa: D102
    @property
    def freezed(self) -> int: ...  # noqa: D102


@dataclass(frozen=True)
class Broken:
    """A rule that options break.

    Attributes:
        field: The option to change.
        form: Message for a form, which shows the plain names of options.
        command: Message for a command line, with options as they are typed.
    """

    field: str
    form: str
    command: str


def batch_per_gpu(spec: Choices) -> int:
    """Images that one GPU works on at a time; 0 for a batch that is not known."""
    return (spec.batch or 0) // spec.gpus if spec.batch_gpu is None else spec.batch_gpu


def broken(spec: Choices, resolution: int | None = None) -> list[Broken]:
    """Return the rules that the options break.

    Args:
        spec: Individually valid options, with what follows from the configuration (`train_defaults.resolved`).
        resolution: Width and height of the dataset's images in pixels; None if unknown.
    """
    found = [*_given(spec, resolution), _powers(spec), _batch(spec)]
    found += [_resolution(resolution), _growth(spec), _freezing(spec), _halves(spec)]
    return [one for one in found if one is not None]


def _given(spec: Choices, resolution: int | None) -> list[Broken]:
    if spec.cfg in ADA and resolution is None:
        return []
    missing = [name for name in ("batch", "gamma") if getattr(spec, name) is None]
    return [
        Broken(name, f"{name} must be given.", f"--{name} must be given with --cfg={spec.cfg}.") for name in missing
    ]


def _powers(spec: Choices) -> Broken | None:
    if spec.cfg not in ADA or not spec.gpus & (spec.gpus - 1):
        return None
    rest = f"must be a power of two with {spec.cfg}: {spec.gpus} is none."
    return Broken("gpus", f"gpus {rest}", f"--gpus {rest}")


def _batch(spec: Choices) -> Broken | None:
    batch, gpus, share, group = spec.batch, spec.gpus, batch_per_gpu(spec), spec.mbstd_group
    if batch is None or group is None:
        return None
    if share < 1:
        return Broken(
            "batch",
            f"batch must be at least gpus: {batch} is less than {gpus}.",
            f"--batch={batch} must be at least --gpus={gpus}.",
        )
    if batch % gpus:
        return Broken(
            "batch",
            f"batch must be a multiple of gpus: {batch} is none of {gpus}.",
            f"--batch={batch} must be a multiple of --gpus={gpus}.",
        )
    if batch % (gpus * share):
        return Broken(
            "batch_gpu",
            f"batch must be a multiple of gpus times batch-gpu, {gpus * share}.",
            f"--batch={batch} must be a multiple of --gpus={gpus} times --batch-gpu={share}.",
        )
    if share % group:
        images = f"The {share} images that a GPU works on at a time must be a multiple of"
        return Broken(
            "mbstd_group",
            f"{images} mbstd-group, {group}.",
            f"{images} --mbstd-group={group}: choose another --batch, --batch-gpu or --mbstd-group.",
        )
    return None


def _resolution(resolution: int | None) -> Broken | None:
    if resolution is None or (resolution >= 8 and not resolution & (resolution - 1)):
        return None
    size = f"{resolution}x{resolution}, but their size must be a power of two of at least 8"
    return Broken(
        "data",
        f"The pictures are {size}.",
        f"The images are {size}: make a dataset with `python -m gan dataset --resolution`.",
    )


def _growth(spec: Choices) -> Broken | None:
    if not spec.grow or spec.cfg == "stylegan1":
        return None
    rest = f"{spec.cfg} trains at its full resolution from the start."
    return Broken("grow", f"grow is for stylegan1; {rest}", f"--grow is for --cfg=stylegan1; {rest}")


def _freezing(spec: Choices) -> Broken | None:
    if not spec.freezed or spec.cfg != "stylegan1":
        return None
    return Broken(
        "freezed",
        "freezed is not there for stylegan1; leave it at 0.",
        "--freezed is not there for --cfg=stylegan1; leave it out.",
    )


def _halves(spec: Choices) -> Broken | None:
    if spec.bf16 and spec.fp32:
        return Broken(
            "bf16",
            "bf16 has no layers to compute where fp32 is on; leave one of them off.",
            "--bf16=1 has no layers to compute with --fp32=1: leave one of them out.",
        )
    if spec.bf16 and spec.cfg == "stylegan1":
        return Broken(
            "bf16",
            "bf16 is not there for stylegan1, which has single precision only; leave it off.",
            "--bf16 is not there for --cfg=stylegan1, which has single precision only; leave it out.",
        )
    return None
