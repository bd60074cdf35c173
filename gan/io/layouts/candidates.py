"""The search for modules and state dicts in what a file holds, wherever they are nested."""

from collections.abc import Iterator, Mapping
from typing import Any

from gan.io.errors import CorruptFileError
from gan.io.layouts.found import Candidate, Tensors
from gan.io.official import state_of, tensors_of
from gan.io.records import Module, Record, Tensor

_DEPTH = 5
_MOST_PARTS = 20_000
"""Containers, modules and tensors that are looked at; a few bytes of a pickle can stand for billions."""
_MOST_CANDIDATES = 64
_TENSORS = 3
"""Fewest tensors of a state dict that holds other values too."""


def entries_of(value: Any) -> Mapping[str, Any]:
    """Return the contents of a container by the text of its keys; nothing for other values."""
    if isinstance(value, dict):
        return {str(key)[:200]: item for key, item in value.items() if isinstance(key, str | int)}
    if isinstance(value, (list, tuple)):
        return {str(index): item for index, item in enumerate(value[:1000])}
    if isinstance(value, Record):
        state = value.state if isinstance(value.state, dict) else {}
        return {str(key)[:200]: item for key, item in {**state, **value.entries}.items() if isinstance(key, str)}
    return {}


def modules_in(data: Any) -> Iterator[tuple[tuple[str, ...], Module]]:
    """Every persistent module that is no part of another, with the keys that lead to it."""
    for path, value, _ in _walk(data):
        if isinstance(value, Module):
            yield path, value


def candidates_in(data: Any) -> list[Candidate]:
    """Every state dict of a file, and every module as one; the states of optimisers are none.

    Raises:
        CorruptFileError: there are more parts than in any network, or a module is damaged and there is nothing else.
    """
    found: list[Candidate] = []
    damaged: CorruptFileError | None = None
    for path, value, siblings in _walk(data):
        tensors: Tensors = {}
        if state_of(value) is not None:
            try:
                tensors = tensors_of(value)
            except CorruptFileError as error:
                damaged = damaged or error
        elif isinstance(value, dict):
            tensors = {key: item for key, item in value.items() if isinstance(key, str) and isinstance(item, Tensor)}
            if len(tensors) < min(_TENSORS, len(value)):
                tensors = {}
        if tensors:
            found.append(Candidate(path, tensors, siblings))
        if len(found) >= _MOST_CANDIDATES:
            break
    if damaged is not None and not found:
        raise damaged
    return found


def parts_of(candidate: Candidate) -> list[Candidate]:
    """The networks that a state dict holds under prefixes such as `decoder.` and `G_ema.`; in order."""
    groups: dict[str, dict[str, Tensor]] = {}
    for key, value in candidate.tensors.items():
        first, dot, rest = key.partition(".")
        if dot:
            groups.setdefault(first, {})[rest] = value
    if len(groups) > _MOST_CANDIDATES:
        return []
    siblings = {**candidate.siblings, **{key: value for key, value in candidate.tensors.items() if "." not in key}}
    return [Candidate((*candidate.path, first), tensors, siblings) for first, tensors in groups.items()]


def _walk(data: Any) -> Iterator[tuple[tuple[str, ...], Any, Mapping[str, Any]]]:
    """Values with the keys that lead to them and what lies beside them, outer ones first; modules are not entered."""
    seen: set[int] = set()
    level: list[tuple[tuple[str, ...], Any, Mapping[str, Any]]] = [((), data, {})]
    parts = 0
    for _ in range(_DEPTH):
        inner: list[tuple[tuple[str, ...], Any, Mapping[str, Any]]] = []
        for path, value, siblings in level:
            if id(value) in seen:
                continue
            seen.add(id(value))
            yield path, value, siblings
            if state_of(value) is not None or (isinstance(value, dict) and "param_groups" in value):
                continue
            entries = entries_of(value)
            parts += len(entries) + 1
            if parts > _MOST_PARTS:
                raise CorruptFileError("The file has more parts than any network; get it again from its source.")
            inner += [
                ((*path, key), item, entries)
                for key, item in entries.items()
                if isinstance(item, (dict, list, tuple, Record, Module))
            ]
        level = inner
        if not level:
            return
