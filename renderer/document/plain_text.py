"""Plain values as JSON and back, and from YAML, which older files hold; the text may be hostile.

The JSON has one line for each value of the first two levels, so that the lines before and after a damaged one can be
read without it (`salvage`).
"""

import re
from typing import Any

import msgspec

from foundation.inputs import plain_yaml
from foundation.inputs.plain_yaml import PlainYamlError

MOST_TEXT = 1 << 26
"""Longest text that is read, in bytes."""
MOST_JSON_VALUES = 1_000_000
"""Most values of a JSON text, in all."""
MOST_YAML_NODES = 400_000
"""Most values and names of a YAML text, in all."""
DEEPEST = 400
"""Lists and maps within each other."""
_SALVAGED_TEXT, _SALVAGED_LINES, _SALVAGED_LEVELS = 1 << 22, 20_000, 8
"""Of a damaged text: the characters and lines that are looked at, and the levels of maps within each other."""

_LINE = re.compile(r'(\{?| )"(\w{1,100})":(.*)', re.ASCII | re.DOTALL)


class TextError(ValueError):
    """A text cannot be read; the message says why, without a full stop."""


def dump(plain: dict[str, Any]) -> str:
    """Return plain values as JSON, by line."""
    lines = []
    for name, value in plain.items():
        if isinstance(value, dict) and value:
            inner = ",\n".join(f" {_encoded(one)}:{_encoded(held)}" for one, held in value.items())
            lines.append(f"{_encoded(name)}:{{\n{inner}\n}}")
        else:
            lines.append(f"{_encoded(name)}:{_encoded(value)}")
    return "{" + ",\n".join(lines) + "}\n"


def parse(text: str) -> Any:
    """Return the plain values of a text in JSON, or else in YAML. Raises TextError."""
    if len(text) > MOST_TEXT:
        raise TextError(f"it is longer than {MOST_TEXT >> 20} MB")
    if text[:1] == "{":
        try:
            return parse_json(text.encode())
        except UnicodeError as error:
            raise TextError("it holds characters that are no text") from error
    try:
        return plain_yaml.parse(text, most_nodes=MOST_YAML_NODES, deepest=DEEPEST, longest=MOST_TEXT)
    except PlainYamlError as error:
        raise TextError(str(error)) from error


def parse_json(data: bytes) -> Any:
    """Return the plain values of a JSON text in UTF-8. Raises TextError."""
    # Every value but the first stands after one of these, so that nothing is built of a text with too many.
    if data.count(b",") + data.count(b"[") + data.count(b"{") > MOST_JSON_VALUES:
        raise TextError(f"it holds more than {MOST_JSON_VALUES} values")
    try:
        return msgspec.json.decode(data)
    except msgspec.MsgspecError as error:
        raise TextError(f"it is no valid JSON ({_reason(error)})") from error
    except RecursionError as error:
        raise TextError("there are too many things within each other") from error


def salvage(text: str) -> dict[str, Any]:
    """Return the readable values of a damaged text that `dump`, or its predecessor for YAML, made of a map."""
    lines = text[:_SALVAGED_TEXT].split("\n", _SALVAGED_LINES)[:_SALVAGED_LINES]
    return _json_lines(lines) if text[:1] == "{" else _yaml_blocks(lines, 0)


def _json_lines(lines: list[str]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    section: dict[str, Any] = found
    for line in lines:
        match = _LINE.fullmatch(line)
        if match is None:
            continue
        inner, name, rest = match[1] == " ", match[2], match[3]
        if not inner:
            section = found
        if rest == "{" and not inner:
            section = found[name] = {}
            continue
        try:
            section[name] = parse_json(rest.removesuffix("}").encode() if _closes(rest) else rest.rstrip(",").encode())
        except (TextError, UnicodeError):
            continue
    return found


def _closes(rest: str) -> bool:
    """Return True for the last value of the whole text, which the map's own brace follows."""
    return rest.endswith("}") and rest.count("}") > rest.count("{")


def _yaml_blocks(lines: list[str], indent: int) -> dict[str, Any]:
    found: dict[str, Any] = {}
    blocks: list[list[str]] = []
    for line in lines:
        if line[indent : indent + 1].strip(" -") and not line[:indent].strip():
            blocks.append([])
        if blocks:
            blocks[-1].append(line)
    for block in blocks:
        whole = "\n".join(line[indent:] for line in block)
        try:
            value = parse(whole)
        except TextError:
            name, colon, rest = block[0].strip().partition(":")
            deeper = colon and not rest and indent < 2 * _SALVAGED_LEVELS
            value = {name: _yaml_blocks(block[1:], indent + 2)} if deeper else None
        if isinstance(value, dict):
            found |= {str(name): one for name, one in value.items()}
    return found


def _encoded(value: Any) -> str:
    return msgspec.json.encode(value).decode()


def _reason(error: Exception) -> str:
    return str(error).removeprefix("JSON is malformed: ")[:60]
