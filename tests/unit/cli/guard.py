"""Guards against unused options: recorded reads, and effects of every option's other values."""

import dataclasses
import importlib
import itertools
import pkgutil
import sys
from collections.abc import Callable, Iterator, Sequence
from typing import Any

from foundation import specs
from foundation.specs.options import Field, fields, option

ADDED = "one_more"
"""An option that nothing reads."""
_BULK = ("dataclasses", "foundation.specs.", "training_launcher.")
"""Modules that read all fields alike, by reflection: to print, to copy or to store them is no use of an option."""
_GENERATED = ("__eq__", "__hash__", "__repr__")


def commands() -> list[type]:
    """The spec of every command: all dataclasses of options in the package that no other one extends."""
    names = [module.name for module in pkgutil.walk_packages(specs.__path__, f"{specs.__name__}.")]
    found = {
        kind
        for name in names
        for kind in vars(importlib.import_module(name)).values()
        if isinstance(kind, type) and kind.__module__ == name and _is_spec(kind)
    }
    bases = {base for kind in found for base in kind.__mro__[1:]}
    return sorted(found - bases, key=lambda kind: kind.__name__)


def _is_spec(kind: type) -> bool:
    return dataclasses.is_dataclass(kind) and all("option" in part.metadata for part in dataclasses.fields(kind))


def with_one_more(kind: type) -> type:
    """Return a frozen dataclass with one additional, unknown option."""
    added = [(ADDED, int, option(1, help="One more.", low=0))]
    return dataclasses.make_dataclass(f"Extended{kind.__name__}", added, bases=(kind,), frozen=True, kw_only=True)


def names(kind: type) -> set[str]:
    """Return the fields of a dataclass."""
    return {part.name for part in dataclasses.fields(kind)}


def recording(value: Any, seen: set[str], prefix: str = "") -> Any:
    """A copy of a dataclass that puts the name of each field that is read into `seen`.

    Fields that are dataclasses of ours are recorded likewise, as "field.inner".
    """
    kind = type(value)
    own = names(kind)

    def read(self: Any, name: str) -> Any:
        if name in own:
            reader = sys._getframe(1)
            if not reader.f_globals.get("__name__", "").startswith(_BULK) and reader.f_code.co_name not in _GENERATED:
                seen.add(prefix + name)
        return object.__getattribute__(self, name)

    proxy: Any = object.__new__(type(kind.__name__, (kind,), {"__getattribute__": read, "__module__": kind.__module__}))
    for name, inner in vars(value).items():
        nested = dataclasses.is_dataclass(inner) and not isinstance(inner, type)
        proxy.__dict__[name] = recording(inner, seen, f"{prefix}{name}.") if nested else inner
    return proxy


def without_effect(
    bases: Sequence[Any], effect: Callable[[Any], Any], examples: dict[str, Sequence[Any]] | None = None
) -> set[str]:
    """Return the fields of filled specs whose other valid values do not change the effect.

    Args:
        bases: Filled specs of one class; a field must matter in one of them.
        effect: From a filled spec to something that can be compared. Raises ValueError where options do not fit.
        examples: Other values of fields whose declaration gives none away.
    """
    results = [effect(base) for base in bases]
    idle = set()
    for part in fields(type(bases[0])):
        changed = (
            (result, _effect(effect, dataclasses.replace(base, **{part.name: value})))
            for base, result in zip(bases, results, strict=True)
            for value in itertools.chain((examples or {}).get(part.name, ()), _others(part, getattr(base, part.name)))
        )
        if not any(after is not None and before != after[0] for before, after in changed):
            idle.add(part.name)
    return idle


def _effect(effect: Callable[[Any], Any], spec: Any) -> tuple[Any] | None:
    try:
        return (effect(spec),)
    except ValueError:
        return None


def _others(part: Field, value: Any) -> Iterator[Any]:
    """Other valid values, derived from how an option is declared."""
    declared = part.option
    candidates: list[Any] = list(declared.choices)
    if part.kind is bool:
        candidates += [not value]
    elif part.kind in (int, float):
        number = value or 0
        candidates += [part.kind(n) for n in (number * 2, number / 2, number + 1, number + 2) if part.kind(n) == n]
        candidates += [part.kind(end) for end in (declared.low, declared.high) if end is not None]
    elif part.kind is str and not declared.choices:
        candidates += [f"{value or ''}x"]
    elif declared.read is not None:
        for text in ("none", "auto", "a,b", "1-2", "3x2", "0.5,1", "a.npy:1"):
            try:
                read = declared.read(text)
            except ValueError:
                continue
            candidates.append((read,) if declared.multiple else read)
    return (one for one in candidates if one != value and not part.check(one))
