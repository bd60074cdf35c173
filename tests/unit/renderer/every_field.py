"""Every field of frozen state, and other values for it, found by reflection."""

import dataclasses
import time
import types
from collections.abc import Callable, Iterator, Mapping
from typing import Any, Literal, Union, get_args, get_origin, get_type_hints

Samples = Mapping[str, Any]
"""Other values by `Class.field` or by class name, where the type alone does not give one that matters."""

LEAVES = ("ArrayRef",)
"""Dataclasses that are values of their own."""


@dataclasses.dataclass(frozen=True)
class Change:
    """The whole state with one field changed."""

    field: str
    """`Class.field`."""
    path: str
    """From the root, with the indices of tuples."""
    state: Any


def fields_below(kind: Any) -> frozenset[str]:
    """Every `Class.field` that a type can contain, but for groups: fields that are always a dataclass."""
    found: set[str] = set()
    seen: set[Any] = set()

    def visit(hint: Any) -> None:
        if isinstance(hint, type) and dataclasses.is_dataclass(hint):
            if hint in seen or hint.__name__ in LEAVES:
                return
            seen.add(hint)
            hints = get_type_hints(hint)
            for field in dataclasses.fields(hint):
                if not _is_group(hints[field.name]):
                    found.add(f"{hint.__name__}.{field.name}")
                visit(hints[field.name])
            return
        for one in get_args(hint):
            visit(one)

    visit(kind)
    return frozenset(found)


def _is_group(hint: Any) -> bool:
    kinds = get_args(hint) if get_origin(hint) in (Union, types.UnionType) else (hint,)
    return all(dataclasses.is_dataclass(kind) and kind.__name__ not in LEAVES for kind in kinds)


def changes(state: Any, samples: Samples) -> Iterator[Change]:
    """Every field of a dataclass and of what it contains, changed one at a time."""
    yield from _in_object(state, type(state).__name__, samples, lambda new: new)


def _in_object(value: Any, path: str, samples: Samples, whole: Callable[[Any], Any]) -> Iterator[Change]:
    hints = get_type_hints(type(value))
    for field in dataclasses.fields(value):
        name, here = f"{type(value).__name__}.{field.name}", f"{path}.{field.name}"

        def put(new: Any, name: str = field.name) -> Any:
            return whole(dataclasses.replace(value, **{name: new}))

        old = getattr(value, field.name)
        for new in others(hints[field.name], old, name, samples):
            yield Change(name, here, put(new))
        yield from _inside(old, here, samples, put)


def _inside(value: Any, path: str, samples: Samples, whole: Callable[[Any], Any]) -> Iterator[Change]:
    """Changes of what a field's value contains."""
    if isinstance(value, tuple):
        for i, item in enumerate(value):
            yield from _inside(
                item, f"{path}[{i}]", samples, lambda new, i=i: whole((*value[:i], new, *value[i + 1 :]))
            )
    elif dataclasses.is_dataclass(value) and type(value).__name__ not in LEAVES:
        yield from _in_object(value, path, samples, whole)


def others(hint: Any, old: Any, name: str, samples: Samples) -> list[Any]:
    """Other values for a field; none where only the values inside it can change."""
    if name in samples:
        return [new for new in samples[name] if new != old]
    found: list[Any] = []
    for kind in get_args(hint) if get_origin(hint) in (Union, types.UnionType) else (hint,):
        found += _of_kind(kind, old, name, samples)
    return [new for new in found if new != old or type(new) is not type(old)]


def _of_kind(kind: Any, old: Any, name: str, samples: Samples) -> list[Any]:
    if kind is type(None):
        return [None]
    if get_origin(kind) is Literal:
        return list(get_args(kind))
    if get_origin(kind) is tuple:
        if get_args(kind)[-1] is not Ellipsis:
            raise TypeError(f"{name}: give an example of {kind} in the table of samples")
        return [old[:-1]] if old else [tuple(_of_kind(get_args(kind)[0], None, name, samples))]
    number = isinstance(old, int | float) and not isinstance(old, bool)
    if kind is bool:
        return [not old]
    if kind is int:
        return [old + 1 if number else 1]
    if kind is float:
        return [old + 0.375 if number else 0.375]
    if kind.__name__ in samples:
        return list(samples[kind.__name__])
    if dataclasses.is_dataclass(kind):
        return [kind()] if old is None else []
    raise TypeError(f"{name}: give an example of {kind} in the table of samples")


class ImmediateQueue:
    """A queue of a device that does all work at once."""

    def copy(self, source, target):
        target.copy_(source)

    def mark(self):
        return time.perf_counter()

    def wait(self, mark):
        pass

    def seconds(self, first, last):
        return last - first

    def lock(self, address, size):
        return False

    def unlock(self, address):
        pass
