"""YAML without its language: text, numbers, true and false, null, lists and maps, within limits.

Tags, anchors, references, merges, dates, base-60, octal, hexadecimal and binary values are not interpreted: tags,
anchors and references are refused, and the rest stays text. Files are read event by event, so that one that goes
beyond a limit is refused there, before the rest of it is read.
"""

import re
from typing import Any

import yaml

MOST_NODES = 200_000
"""Default limit of values, names, lists and maps."""
DEEPEST = 64
"""Default limit of lists and maps within each other."""
LONGEST = 1 << 24
"""Default limit of a text, in characters."""
_DIGITS = 100
"""Longest number, in characters."""

_Dumper = getattr(yaml, "CSafeDumper", yaml.SafeDumper)
_Loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)

# Exactly the decimal numbers and words of YAML 1.1: the dumper puts any text that matches them in quotes.
_INT = re.compile(r"[-+]?(?:0|[1-9][0-9_]*)", re.ASCII)
_FLOAT = re.compile(
    r"[-+]?[0-9][0-9_]*\.[0-9_]*(?:[eE][-+][0-9]+)?"
    r"|\.[0-9][0-9_]*(?:[eE][-+][0-9]+)?|[-+]?\.(?:inf|Inf|INF)|\.(?:nan|NaN|NAN)",
    re.ASCII,
)
_WORDS: dict[str, bool | None] = {
    **dict.fromkeys(("", "~", "null", "Null", "NULL")),
    **{name: True for word in ("true", "yes", "on") for name in (word, word.title(), word.upper())},
    **{name: False for word in ("false", "no", "off") for name in (word, word.title(), word.upper())},
}


class PlainYamlError(ValueError):
    """A text cannot be read; the message says why, in one short line without a full stop."""


def parse(text: str, *, most_nodes: int = MOST_NODES, deepest: int = DEEPEST, longest: int = LONGEST) -> Any:
    """Return the content of a YAML text: dict with text as names, list, str, int, float, bool or None.

    Of a name that a map holds twice the last value counts. An empty text is None.

    Args:
        text: One document.
        most_nodes: Limit of values, names, lists and maps.
        deepest: Limit of lists and maps within each other.
        longest: Limit of the text, in characters.

    Raises PlainYamlError.
    """
    if len(text) > longest:
        raise PlainYamlError(f"it is longer than {longest >> 10} KB")
    try:
        return _built(text, most_nodes, deepest)
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        line = f" in line {mark.line + 1}" if mark is not None else ""
        raise PlainYamlError(f"it is no valid YAML{line}") from error
    except UnicodeError as error:
        raise PlainYamlError("it holds characters that are no text") from error


def dump(plain: Any) -> str:
    """Return plain values (also tuples) as YAML in ASCII without references, names in their order.

    Raises yaml.YAMLError for other values.
    """

    class Plain(_Dumper):  # type: ignore[misc, valid-type]  # chosen at run time
        def ignore_aliases(self, data: Any) -> bool:
            return True

    text: str = yaml.dump(plain, Dumper=Plain, sort_keys=False, allow_unicode=False)
    return text


class _Open:
    """A list or a map that has begun, and the name that waits for its value."""

    __slots__ = ("content", "is_map", "name")

    def __init__(self, content: Any) -> None:
        self.content = content
        self.is_map = isinstance(content, dict)
        self.name: str | None = None


def _built(text: str, most_nodes: int, deepest: int) -> Any:
    stack: list[_Open] = []
    root: Any = None
    nodes = documents = 0
    event: Any  # of the kind that is asked for below
    for event in yaml.parse(text, _Loader):
        kind = type(event)
        if kind is yaml.ScalarEvent:
            value = event.value
        elif kind is yaml.SequenceStartEvent:
            value = []
        elif kind is yaml.MappingStartEvent:
            value = {}
        elif kind is yaml.SequenceEndEvent or kind is yaml.MappingEndEvent:
            stack.pop()
            continue
        elif kind is yaml.DocumentStartEvent:
            documents += 1
            if documents > 1:
                raise PlainYamlError("it holds more than one document")
            continue
        elif kind is not yaml.AliasEvent:
            continue
        nodes += 1
        if nodes > most_nodes:
            raise PlainYamlError(f"it holds more than {most_nodes} values")
        if event.anchor is not None:
            raise PlainYamlError("it refers to its own parts")
        if event.tag is not None:
            raise PlainYamlError("it holds tags")
        top = stack[-1] if stack else None
        if kind is yaml.ScalarEvent:
            if top is not None and top.name is None and top.is_map:
                top.name = value
                continue
            if not event.style:
                value = _scalar(value)
        elif len(stack) >= deepest:
            raise PlainYamlError("there are too many things within each other")
        if top is None:
            root = value
        elif not top.is_map:
            top.content.append(value)
        elif top.name is None:
            raise PlainYamlError("a list or a map in it stands where a name belongs")
        else:
            top.content[top.name] = value
            top.name = None
        if kind is not yaml.ScalarEvent:
            stack.append(_Open(value))
    return root


def _scalar(text: str) -> Any:
    """Return the value of a scalar without quotes."""
    if text in _WORDS:
        return _WORDS[text]
    kind: Any = int if _INT.fullmatch(text) else float if _FLOAT.fullmatch(text) else None
    if kind is None:
        return text
    if len(text) > _DIGITS:
        raise PlainYamlError(f"it holds a number of more than {_DIGITS} digits")
    digits = text.replace("_", "")
    return int(digits) if kind is int else float(re.sub(r"\.(inf|nan)", r"\1", digits, flags=re.IGNORECASE))
