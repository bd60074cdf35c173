"""Conversion of frozen state to and from plain values (maps, lists, text, numbers), driven by its dataclasses' hints.

A dataclass becomes a mapping of its fields, a tuple a list; where a hint names several dataclasses, the key `is` names
the one used. Reading is tolerant: values that are unknown, invalid or out of bounds (`renderer.document.ranges`) keep
their defaults and are noted, so that files of other versions and damaged files open as far as possible. Where there is
too much of that, nothing is read.

A dataclass whose field types depend on the value of another field has a class method `plain_hints(plain)`, which gets
the mapping being read or written and returns hints by field, to use instead of the declared ones: a track of keys
returns `{"keys": tuple[Key[float], ...]}` for a path that leads to a number, where `Key` is a generic dataclass.
"""

import base64
import binascii
import contextlib
import math
import types
from collections.abc import Mapping
from dataclasses import MISSING, fields, is_dataclass
from functools import cache
from typing import Annotated, Any, Literal, TypeVar, Union, get_args, get_origin, get_type_hints

from foundation.inputs import clean_text
from renderer.document.ranges import MOST_ITEMS, SMALLEST, Count, Range, Text, found_in

T = TypeVar("T")

TAG = "is"
"""Key that names the dataclass where there is a choice; no field can have this name."""
DEEPEST = 64
"""Maximum nesting of dataclasses; deeper ones are not read."""
MOST_NOTES = 200
"""Parts that may be dropped; of a document with more nothing is read."""
_LONGEST_PATH = 80
_BYTES = "bytes"
"""Key of a text that holds characters outside of Unicode, as file names may: its bytes as base64."""
_SAMPLE = 40
"""Maximum length of an invalid value quoted in a note, in characters."""


class PlainError(ValueError):
    """A value does not have the expected type; the text says why."""


class _TooManyNotesError(Exception):
    """More than `MOST_NOTES` parts were dropped."""


def to_plain(value: Any, hint: Any = None) -> Any:
    """Convert frozen state to mappings, lists, text and numbers.

    Args:
        value: A dataclass, tuple, number, text, bool or None.
        hint: The declared type; None: its own class.

    Raises TypeError for anything else.
    """
    if is_dataclass(value) and not isinstance(value, type):
        return _mapping(value, type(value) if hint is None else hint)
    if isinstance(value, tuple):
        hints = _item_hints(hint, len(value))
        return [to_plain(one, want) for one, want in zip(value, hints, strict=True)]
    if isinstance(value, str):
        return (
            value if _is_unicode(value) else {_BYTES: base64.b64encode(value.encode("utf-8", "surrogatepass")).decode()}
        )
    if value is None or isinstance(value, bool | int | float):
        return value
    raise TypeError(f"{type(value).__name__} cannot be written as a plain value")


def from_plain(kind: type[T], plain: Any, notes: list[str], path: str = "") -> T:
    """Build an object of the dataclass `kind` from the result of `to_plain`, possibly of an older or damaged file.

    Args:
        kind: A dataclass whose fields all have defaults, or a union of dataclasses.
        plain: The plain value.
        notes: Gets a line for each value that was dropped, such as `truncation.psi: 'much' is not a number`.
        path: Path of `plain` from the root, for the notes.

    Raises PlainError if nothing of it can be used.
    """
    try:
        found: T = _object(kind, plain, notes, path, 0)
    except _TooManyNotesError as error:
        raise PlainError(f"more than {MOST_NOTES} of its values make no sense") from error
    return found


def _note(notes: list[str], path: str, reason: object) -> None:
    shown = path if len(path) <= _LONGEST_PATH else f"{path[: _LONGEST_PATH // 2]}…{path[-_LONGEST_PATH // 2 :]}"
    notes.append(clean_text(f"{shown}: {reason}"))
    if len(notes) > MOST_NOTES:
        raise _TooManyNotesError


def _mapping(value: Any, hint: Any) -> dict[str, Any]:
    kind = type(value)
    plain: dict[str, Any] = {}
    choices = [one for one in _choices(hint) if is_dataclass(_class_of(one))]
    if len(choices) > 1:
        plain[TAG] = kind.__name__
    own: Any = next((one for one in choices if _class_of(one) is kind), kind)
    hints = _hints(own)
    if hasattr(kind, "plain_hints"):
        # Values of no known type are written as what they are: nothing may keep the rest from being saved.
        with contextlib.suppress(ValueError):
            hints = hints | kind.plain_hints({field.name: getattr(value, field.name) for field in fields(kind)})
    for field in fields(kind):
        plain[field.name] = to_plain(getattr(value, field.name), hints[field.name])
    return plain


def _object(hint: Any, plain: Any, notes: list[str], path: str, depth: int) -> Any:
    """Build a dataclass. Raises PlainError if `plain` is no mapping, or lacks a field without a default."""
    if not isinstance(plain, Mapping):
        raise PlainError(f"{_sample(plain)} is not a group of values")
    if depth > DEEPEST:
        raise PlainError("there are too many things within each other")
    choices = [one for one in _choices(hint) if is_dataclass(_class_of(one))]
    tag = plain.get(TAG)
    chosen = next((one for one in choices if _class_of(one).__name__ == tag), None)
    if chosen is None and (tag is not None or not choices):
        raise PlainError(f"{_sample(tag)} is not known here")
    chosen = chosen or choices[0]
    kind, hints = _class_of(chosen), _hints(chosen)
    if hasattr(kind, "plain_hints"):
        try:
            hints = hints | kind.plain_hints(plain)
        except ValueError as error:
            raise PlainError(str(error)) from error
    good: dict[str, Any] = {}
    for field in fields(kind):
        here = f"{path}.{field.name}" if path else field.name
        optional = field.default is not MISSING or field.default_factory is not MISSING
        if field.name not in plain:
            if not optional:
                raise PlainError(f"{field.name} is missing")
            continue
        try:
            good[field.name] = _value(hints[field.name], plain[field.name], notes, here, depth)
        except PlainError as error:
            if not optional:
                raise PlainError(f"{field.name}: {error}") from error
            _note(notes, here, error)
    known = {TAG, *(field.name for field in fields(kind))}
    for key in plain:
        if key not in known:
            _note(notes, f"{path}.{str(key)[:_SAMPLE]}".lstrip("."), "is not known here")
    try:
        return kind(**good)
    except (TypeError, ValueError) as error:
        raise PlainError(str(error)) from error


def _value(hint: Any, plain: Any, notes: list[str], path: str, depth: int) -> Any:
    """Build a value of the type `hint`. Raises PlainError."""
    choices = _choices(hint)
    if plain is None and type(None) in choices:
        return None
    choices = [one for one in choices if one is not type(None)]
    if len(choices) == 1 and choices[0] is not hint and get_origin(choices[0]) is Annotated:
        return _value(choices[0], plain, notes, path, depth)
    if any(is_dataclass(_class_of(one)) for one in choices):
        return _object(hint, plain, notes, path, depth + 1)
    problem = PlainError(f"{_sample(plain)} does not fit")
    for choice in choices:
        try:
            return _simple(choice, plain, notes, path, depth)
        except PlainError as error:
            problem = error
    raise problem


def _simple(hint: Any, plain: Any, notes: list[str], path: str, depth: int) -> Any:
    """Build a value that is no dataclass. Raises PlainError."""
    whole, hint = hint, _bare(hint)
    if get_origin(hint) is Literal:
        for one in get_args(hint):
            if type(one) is type(plain) and one == plain:
                return one
        raise PlainError(f"{_sample(plain)} is none of {', '.join(map(str, get_args(hint)))}")
    if get_origin(hint) is tuple:
        return _tuple(hint, plain, notes, path, depth, found_in(whole, Count) or Count(MOST_ITEMS))
    if hint is float and isinstance(plain, int | float) and not isinstance(plain, bool):
        return _within(_number(plain), found_in(whole, Range), plain)
    if hint is int and type(plain) is int:
        return _within(plain, found_in(whole, Range), plain)
    if hint is str and isinstance(plain, str | Mapping):
        return _text(plain, found_in(whole, Text) or Text())
    if hint is bool and type(plain) is bool:
        return plain
    words = {float: "a number", int: "a whole number", bool: "true or false", str: "text"}
    raise PlainError(f"{_sample(plain)} is not {words.get(hint, 'of a known kind')}")


def _number(plain: int | float) -> float:
    try:
        number = float(plain)
    except OverflowError as error:
        raise PlainError("the number is too large") from error
    if not math.isfinite(number):
        raise PlainError(f"{_sample(plain)} is not a number")
    return number if abs(number) >= SMALLEST or number == 0 else 0.0


N = TypeVar("N", int, float)


def _within(number: N, bounds: Range | None, plain: object) -> N:
    if bounds is not None and not bounds.low <= number <= bounds.high:
        raise PlainError(f"{_sample(plain)} is not between {bounds.low:g} and {bounds.high:g}")
    return number


def _text(plain: str | Mapping[str, Any], form: Text) -> str:
    if not isinstance(plain, str):
        held = plain.get(_BYTES)
        if len(plain) != 1 or not isinstance(held, str) or len(held) > 8 * form.longest:
            raise PlainError(f"{_sample(plain)} is not text")
        try:
            plain = base64.b64decode(held, validate=True).decode("utf-8", "surrogatepass")
        except (ValueError, binascii.Error) as error:
            raise PlainError("is not text") from error
    try:
        return form.of(plain)
    except ValueError as error:
        raise PlainError(f"{_sample(plain)} {error}") from error


def _is_unicode(text: str) -> bool:
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True


def _tuple(hint: Any, plain: Any, notes: list[str], path: str, depth: int, count: Count) -> tuple[Any, ...]:
    """Build a tuple. One of any length drops invalid items; one of fixed length is valid only as a whole."""
    if not isinstance(plain, list):
        raise PlainError(f"{_sample(plain)} is not a list")
    if len(plain) > count.most:
        raise PlainError(f"{len(plain)} values, where at most {count.most} belong")
    open_ended = get_args(hint)[-1] is Ellipsis
    hints = _item_hints(hint, len(plain))
    if len(hints) != len(plain):
        raise PlainError(f"{len(plain)} values where {len(hints)} belong")
    found = []
    for i, (want, one) in enumerate(zip(hints, plain, strict=True)):
        try:
            found.append(_value(want, one, notes, f"{path}[{i}]", depth))
        except PlainError as error:
            if not open_ended:
                raise
            _note(notes, f"{path}[{i}]", error)
    return tuple(found)


def _item_hints(hint: Any, count: int) -> list[Any]:
    """Return the hints of a tuple's items; their own classes if `hint` does not declare them."""
    kind = next((one for one in map(_bare, _choices(hint)) if get_origin(one) is tuple), None)
    if kind is None:
        return [None] * count
    args = get_args(kind)
    return [args[0]] * count if args[-1] is Ellipsis else list(args)


def _choices(hint: Any) -> list[Any]:
    """Return the members of a union, without the hint's own annotations; the hint alone if it is none."""
    if get_origin(_bare(hint)) in (Union, types.UnionType):
        hint = _bare(hint)
    return list(get_args(hint)) if get_origin(hint) in (Union, types.UnionType) else [hint]


def _class_of(hint: Any) -> Any:
    return get_origin(hint) or hint


def _bare(hint: Any) -> Any:
    """Return a hint without its annotations."""
    return get_args(hint)[0] if get_origin(hint) is Annotated else hint


@cache
def _hints(kind: Any) -> dict[str, Any]:
    """Return the type of each field of a dataclass, with the arguments of a generic one substituted."""
    origin = _class_of(kind)
    hints = get_type_hints(origin, include_extras=True)
    given = dict(zip(getattr(origin, "__parameters__", ()), get_args(kind), strict=False))
    return {name: given.get(hint, hint) if isinstance(hint, TypeVar) else hint for name, hint in hints.items()}


def _sample(plain: Any) -> str:
    if isinstance(plain, str):
        plain = plain[:_SAMPLE]
    elif isinstance(plain, Mapping | list | tuple):
        return f"a {'map' if isinstance(plain, Mapping) else 'list'} of {len(plain)}"
    text = repr(plain)
    return text if len(text) <= _SAMPLE else f"{text[: _SAMPLE - 1]}…"
