"""Table of the commands that can be a run: spec, kind and arguments of each."""

import dataclasses
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from foundation import runs as run_files
from foundation.specs.dataset import DatasetSpec
from foundation.specs.editing.projection import ProjectSpec
from foundation.specs.film import FilmSpec, SeedsSpec
from foundation.specs.formats import write
from foundation.specs.metrics import MetricRunSpec
from foundation.specs.options import Field, fields, problems
from foundation.specs.pictures import (
    ImagesSpec,
    MixingSpec,
    NoiseFiguresSpec,
    TruncationFigureSpec,
    VideoSpec,
)
from foundation.specs.train import TrainSpec
from training_launcher.errors import LaunchError
from training_launcher.run import Kind


@dataclass(frozen=True)
class Command:
    """A command that can be a run."""

    name: str
    """Name in `submit` and `run.yaml`."""
    spec: type
    kind: Kind
    module: str = "gan"
    """Module that Python runs (`python -m module name`)."""
    shares: bool = False
    """It runs at low priority beside others, and so waits for no device."""


COMMANDS = {
    command.name: command
    for command in (
        Command("train", TrainSpec, "train"),
        Command("metrics", MetricRunSpec, "metrics", "training_launcher"),
        Command("film", FilmSpec, "video", "renderer", shares=True),
        Command("seeds", SeedsSpec, "figures", "renderer", shares=True),
        Command("video", VideoSpec, "video"),
        Command("dataset", DatasetSpec, "dataset", shares=True),
        Command("project", ProjectSpec, "fit"),
        Command("images", ImagesSpec, "figures"),
        Command("style-mixing", MixingSpec, "figures"),
        Command("noise-figures", NoiseFiguresSpec, "figures"),
        Command("truncation-figure", TruncationFigureSpec, "figures"),
    )
}


def command_of(spec: Any) -> Command:
    """Return the command that a filled spec is for.

    Raises:
        LaunchError: no command that can be a run has such a spec.
    """
    for command in COMMANDS.values():
        if type(spec) is command.spec:
            return command
    raise LaunchError(f"{type(spec).__name__} cannot be a run; choose one of {', '.join(COMMANDS)}.")


def arguments(spec: Any, only: Collection[str] | None = None) -> list[str]:
    """Return a filled spec as arguments of its command, without those that have their defaults.

    Args:
        spec: The filled spec.
        only: Names of the fields to take; None takes all.
    """
    words: list[str] = []
    for part in fields(type(spec)):
        value = getattr(spec, part.name)
        if only is not None and part.name not in only:
            continue
        if value is None or (not part.required and value == part.default):
            continue
        values = value if part.option.multiple else (value,)
        words += [f"{part.flag}={'none' if item == () else write(item)}" for item in values]
    return words


def command_line(spec: Any) -> list[str]:
    """Return the exact command of a filled spec; `shlex.join` makes a line of it."""
    command = command_of(spec)
    submit = ["submit"] if command.kind == "metrics" else []
    return ["python", "-m", command.module, *submit, command.name, *arguments(spec)]


def to_plain(spec: Any) -> dict[str, Any]:
    """Convert a filled spec to plain values for YAML: numbers, strings and lists of them."""
    return {part.name: _plain(getattr(spec, part.name)) for part in fields(type(spec))}


def from_plain(command: Command, plain: Mapping[str, Any]) -> Any:
    """Build a spec from the plain values of a file; unknown names are ignored.

    Raises:
        LaunchError: a value is missing or invalid.
    """
    given: dict[str, Any] = {}
    for part in fields(command.spec):
        if part.name not in plain:
            if part.required:
                raise LaunchError(f"The run does not say its {part.name}: start a new one.")
            continue
        try:
            given[part.name] = _typed(part, plain[part.name])
        except (TypeError, ValueError) as error:
            raise LaunchError(f"The run's {part.name} cannot be understood ({error}): start a new one.") from error
    spec = command.spec(**given)
    if wrong := problems(spec):
        raise LaunchError(" ".join(wrong))
    return spec


def asked_for(folder: Path) -> tuple[Command, Any]:
    """Read the command and the filled spec of a run.

    Raises:
        LaunchError: the folder does not name a known command, or its spec is invalid.
    """
    content, problem = run_files.read_run(folder)
    if content is None:
        raise LaunchError(f"{folder.name} cannot be run again: {problem or f'there is no {run_files.RUN_FILE} in it.'}")
    name = content.get("command") or content.get("kind")
    if name not in COMMANDS:
        raise LaunchError(f"{folder.name} cannot be run again: {run_files.RUN_FILE} names no known command.")
    return COMMANDS[name], from_plain(COMMANDS[name], content["spec"])


def describe(spec: Any) -> str:
    """Return a run folder's name after its number; for trainings as the official tools build it."""
    command = command_of(spec)
    if isinstance(spec, TrainSpec):
        return run_files.describe_training(dataclasses.asdict(spec))
    if isinstance(spec, MetricRunSpec):
        return "-".join(["metrics", *spec.metrics[:2], f"networks{len(spec.networks)}"])
    if isinstance(spec, DatasetSpec):
        return f"{command.name}-{Path(spec.dest).stem}"
    if isinstance(spec, FilmSpec):
        return f"{command.name}-{Path(spec.out).stem}"
    if isinstance(spec, SeedsSpec):
        return f"{spec.kind}-{Path(spec.out).stem}"
    if isinstance(spec, VideoSpec):
        return f"{command.name}-{Path(spec.output).stem}"
    if isinstance(spec, ProjectSpec):
        return "-".join([command.name, *(Path(target).stem for target in spec.targets[:1])])
    return f"{command.name}-{Path(spec.network).stem}"


def with_folder(spec: Any, outdir: Path) -> Any:
    """Return the spec with `outdir` as the folder of runs, where it has such an option."""
    return dataclasses.replace(spec, outdir=str(outdir)) if isinstance(spec, TrainSpec) else spec


def within(spec: Any, folder: Path) -> Any:
    """Return the spec with the run's own folder as that of its results, of runs that keep them there."""
    return dataclasses.replace(spec, outdir=str(folder)) if isinstance(spec, ProjectSpec) else spec


def _plain(value: Any) -> Any:
    if isinstance(value, tuple):
        return [_plain(item) for item in value]
    return value if value is None or isinstance(value, bool | int | float | str) else str(value)


def _typed(part: Field, value: Any) -> Any:
    if value is None:
        return None
    if part.kind is not tuple:
        return float(value) if part.kind is float else value
    read = part.option.read
    if not part.option.multiple or read is None:
        return tuple(value)
    return tuple(read(item) if isinstance(item, str) else item for item in value)
