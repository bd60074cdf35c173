"""Every command that can be a run: its spec, its kind, and its arguments. The one table of them."""

import dataclasses
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from training_launcher import folder as files
from training_launcher.errors import LaunchError
from training_launcher.formats import write
from training_launcher.options import Field, fields, problems
from training_launcher.run import Kind
from training_launcher.specs.film import FilmSpec
from training_launcher.specs.metrics import MetricRunSpec
from training_launcher.specs.pictures import (
    ImagesSpec,
    MixingSpec,
    NoiseFiguresSpec,
    TruncationFigureSpec,
    VideoSpec,
)
from training_launcher.specs.train import TrainSpec


@dataclass(frozen=True)
class Command:
    """A command that can be a run."""

    name: str
    """As `submit` and `run.yaml` call it."""
    spec: type
    kind: Kind
    module: str = "gan"
    """What Python is asked to run (`python -m module name`)."""
    shares: bool = False
    """Whether it gives way to what else runs, and so waits for no device."""


COMMANDS = {
    command.name: command
    for command in (
        Command("train", TrainSpec, "train"),
        Command("metrics", MetricRunSpec, "metrics", "training_launcher"),
        Command("film", FilmSpec, "video", "renderer", shares=True),
        Command("video", VideoSpec, "video"),
        Command("images", ImagesSpec, "figures"),
        Command("style-mixing", MixingSpec, "figures"),
        Command("noise-figures", NoiseFiguresSpec, "figures"),
        Command("truncation-figure", TruncationFigureSpec, "figures"),
    )
}


def command_of(spec: Any) -> Command:
    """The command that a filled spec is for.

    Raises:
        LaunchError: there is none that can be a run.
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
    """The exact command that does what a filled spec asks for; `shlex.join` makes a line of it."""
    command = command_of(spec)
    submit = ["submit"] if command.kind == "metrics" else []
    return ["python", "-m", command.module, *submit, command.name, *arguments(spec)]


def to_plain(spec: Any) -> dict[str, Any]:
    """A filled spec as files keep it: numbers, words and lists of them."""
    return {part.name: _plain(getattr(spec, part.name)) for part in fields(type(spec))}


def from_plain(command: Command, plain: Mapping[str, Any]) -> Any:
    """A filled spec from what a file keeps; what it does not know is left out.

    Raises:
        LaunchError: something is missing or cannot be.
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
    """The command and the filled spec of a run.

    Raises:
        LaunchError: the folder does not say.
    """
    content, problem = files.read_run(folder)
    if content is None:
        raise LaunchError(f"{folder.name} cannot be run again: {problem or f'there is no {files.RUN_FILE} in it.'}")
    name = content.get("command") or content.get("kind")
    if name not in COMMANDS:
        raise LaunchError(f"{folder.name} cannot be run again: {files.RUN_FILE} names no known command.")
    return COMMANDS[name], from_plain(COMMANDS[name], content["spec"])


def describe(spec: Any) -> str:
    """The name of a run's folder after its number; of trainings as the official tools build it."""
    command = command_of(spec)
    if isinstance(spec, TrainSpec):
        dataset = Path(spec.data).resolve().stem
        parts = [spec.cfg, dataset, f"gpus{spec.gpus}", f"batch{spec.batch}", f"gamma{spec.gamma:g}"]
        return "-".join([*parts, spec.desc] if spec.desc else parts)
    if isinstance(spec, MetricRunSpec):
        return "-".join(["metrics", *spec.metrics[:2], f"networks{len(spec.networks)}"])
    if isinstance(spec, FilmSpec):
        return f"{command.name}-{Path(spec.out).stem}"
    if isinstance(spec, VideoSpec):
        return f"{command.name}-{Path(spec.output).stem}"
    return f"{command.name}-{Path(spec.network).stem}"


def with_folder(spec: Any, outdir: Path) -> Any:
    """The spec of a run whose folder is made in `outdir`."""
    return dataclasses.replace(spec, outdir=str(outdir)) if isinstance(spec, TrainSpec) else spec


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
