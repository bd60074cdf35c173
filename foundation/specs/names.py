"""Names of StyleGAN2-ADA's tool: of published networks to start from, and of its runs. Standard library only."""

from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Any

from foundation.networks.published import BY_NAME, address_of
from foundation.specs.options import fields
from foundation.specs.train import TrainSpec

NO_RESUME = "noresume"
"""Name for fresh weights."""

SOURCES: Mapping[str, str] = MappingProxyType(
    {name: BY_NAME[name] for name in ("ffhq256", "ffhq512", "ffhq1024", "celebahq256", "lsundog256")}
)
"""Addresses by name."""

_DEFAULTS = {part.name: part.default for part in fields(TrainSpec)}


def source_of(resume: str | None) -> str | None:
    """Return the file, address or folder that `--resume` means; None for fresh weights."""
    return None if resume is None or resume == NO_RESUME else str(address_of(resume))


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
