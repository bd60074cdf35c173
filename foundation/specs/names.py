"""Names of StyleGAN2-ADA's tool: of published networks to start from, and of its runs. Standard library only."""

from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Any

from foundation.specs.options import fields
from foundation.specs.train import TrainSpec

_PLACE = "https://nvlabs-fi-cdn.nvidia.com/stylegan2-ada-pytorch/pretrained/transfer-learning-source-nets/"

NO_RESUME = "noresume"
"""Name for fresh weights."""

SOURCES: Mapping[str, str] = MappingProxyType(
    {
        "ffhq256": f"{_PLACE}ffhq-res256-mirror-paper256-noaug.pkl",
        "ffhq512": f"{_PLACE}ffhq-res512-mirror-stylegan2-noaug.pkl",
        "ffhq1024": f"{_PLACE}ffhq-res1024-mirror-stylegan2-noaug.pkl",
        "celebahq256": f"{_PLACE}celebahq-res256-mirror-paper256-kimg100000-ada-target0.5.pkl",
        "lsundog256": f"{_PLACE}lsundog-res256-paper256-kimg100000-noaug.pkl",
    }
)
"""Addresses by name."""

_DEFAULTS = {part.name: part.default for part in fields(TrainSpec)}


def source_of(resume: str | None) -> str | None:
    """Return the file, address or folder that `--resume` means; None for fresh weights."""
    return None if resume is None or resume == NO_RESUME else SOURCES.get(resume, resume)


def ada_name(spec: Mapping[str, Any]) -> str:
    """Return the data's name followed by what was chosen.

    Args:
        spec: The options by name; missing ones have their defaults.
    """

    def of(name: str) -> Any:
        return spec.get(name, _DEFAULTS[name])

    def changed(name: str) -> bool:
        return bool(of(name) != _DEFAULTS[name])

    parts = [Path(of("data")).resolve().stem]
    parts += ["cond"] if of("cond") else []
    parts += [f"subset{of('subset')}"] if changed("subset") else []
    parts += ["mirror"] if of("mirror") else []
    parts += [f"auto{of('gpus')}" if of("cfg") == "auto" else of("cfg").removeprefix("ada-")]
    parts += [f"{name}{of(name):g}" for name in ("gamma", "kimg", "batch") if changed(name)]
    parts += [of("aug")] if changed("aug") else []
    parts += [f"{name}{of(name):g}" for name in ("p", "target") if changed(name)]
    parts += [of("augpipe")] if changed("augpipe") else []
    resume = of("resume")
    if resume is not None:
        named = resume == NO_RESUME or resume in SOURCES
        parts += [NO_RESUME if resume == NO_RESUME else f"resume{resume if named else 'custom'}"]
    parts += [f"freezed{of('freezed')}"] if changed("freezed") else []
    return "-".join([*parts, of("desc")] if of("desc") else parts)
