"""Recommended configurations by kind of network and resolution, from YAML files in this package."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib import resources
from types import MappingProxyType
from typing import Any

from foundation.inputs import plain_yaml
from foundation.specs.options import fields
from training_launcher.commands import COMMANDS
from training_launcher.run import Kind


@dataclass(frozen=True)
class Preset:
    """Initial values of a form or a command line."""

    name: str
    """Name on the command line and of its file."""
    title: str
    """Title to show."""
    kind: Kind
    values: Mapping[str, Any]
    """By field of the kind's spec; other fields keep their defaults."""
    note: str = ""
    """Its purpose in a sentence."""


@cache
def load() -> tuple[Preset, ...]:
    """Load all presets, in the order of their files.

    Raises:
        ValueError: a file is invalid.
    """
    folder = resources.files("training_launcher") / "presets"
    names = sorted(entry.name for entry in folder.iterdir() if entry.name.endswith(".yaml"))
    return tuple(read(name, (folder / name).read_text(encoding="utf-8")) for name in names)


def read(file: str, text: str) -> Preset:
    """Parse a preset and check it against the spec of its kind.

    Raises:
        ValueError: it is invalid.
    """
    try:
        content = plain_yaml.parse(text)
    except plain_yaml.PlainYamlError as error:
        raise ValueError(f"{file} is no YAML ({error}).") from error
    if not isinstance(content, dict) or not isinstance(content.get("values"), dict) or "title" not in content:
        raise ValueError(f"{file} needs title, kind and values.")
    kind = content.get("kind")
    if kind not in COMMANDS:
        raise ValueError(f"{file}: kind must be one of {', '.join(COMMANDS)}, not {kind}.")
    known = {part.name: part for part in fields(COMMANDS[kind].spec)}
    values: dict[str, Any] = {}
    for name, value in content["values"].items():
        if name not in known:
            raise ValueError(f"{file}: {kind} has no option {name}.")
        value = tuple(value) if isinstance(value, list) else value
        value = float(value) if known[name].kind is float and isinstance(value, int) else value
        if not isinstance(value, known[name].kind) or (wrong := known[name].check(value)):
            raise ValueError(
                f"{file}: {wrong if isinstance(value, known[name].kind) else f'{name} cannot be {value}.'}"
            )
        values[name] = value
    name = file.removesuffix(".yaml").partition("-")[2]
    return Preset(name, str(content["title"]), kind, MappingProxyType(values), str(content.get("note", "")))


@dataclass(frozen=True)
class Fitting:
    """Recommended configuration for a dataset."""

    preset: Preset
    changes: Mapping[str, Any]
    """Options of the preset to change, by field."""
    reason: str
    """Why, in one or two sentences."""


_FEW = 2000
"""Number of images below which mirroring is recommended."""
_SMALL = ((16, "try-16"), (32, "small-32"), (64, "small-64"))
_LARGE = ((256, "stylegan2-256"), (512, "stylegan2-512"), (1024, "stylegan2-1024"))


def fitting(resolution: int, images: int, gpu: bool) -> Fitting:
    """Return the configuration that fits a dataset and this computer.

    Args:
        resolution: Width and height of the images in pixels.
        images: Number of images.
        gpu: A GPU is there.
    """
    by_name = {one.name: one for one in load()}
    table = (*_SMALL, *_LARGE) if gpu else _SMALL
    name = next((one for size, one in table if resolution <= size), table[-1][1])
    changes: dict[str, Any] = {}
    said = []
    if gpu and by_name[name].values.get("device") == "cpu":
        changes["device"] = "auto"
    if not gpu:
        said.append(
            f"{resolution} pixels take days on a CPU; 64 or 32 take hours."
            if resolution > _SMALL[-1][0]
            else "There is no GPU here, so the network is a small one."
        )
    if images < _FEW:
        changes["mirror"] = True
        said.append("With so few pictures it learns from their mirror images too.")
    return Fitting(by_name[name], MappingProxyType(changes), " ".join(said))
