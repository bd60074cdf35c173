"""Names of training runs with StyleGAN2-ADA's configurations, as its tool builds them. Standard library only."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from foundation.specs.networks_by_name import NO_RESUME, SOURCES
from foundation.specs.options import fields
from foundation.specs.train import TrainSpec

_DEFAULTS = {part.name: part.default for part in fields(TrainSpec)}


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
