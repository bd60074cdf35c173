"""Plain values as YAML and back; the text may be hostile."""

from typing import Any

import yaml

MOST_TEXT = 1 << 26
"""Longest text that is read, in bytes: one array of the largest size, twice over for its encoding."""
DEEPEST = 400
"""Lists and mappings within each other."""

_Dumper = getattr(yaml, "CSafeDumper", yaml.SafeDumper)
_Loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


class TextError(ValueError):
    """A text cannot be read; the message says why, without a full stop."""


def dump(plain: Any) -> str:
    """Return plain values as YAML in ASCII, without references."""

    class Plain(_Dumper):  # type: ignore[misc, valid-type]  # chosen at run time
        def ignore_aliases(self, data: Any) -> bool:
            return True

    text: str = yaml.dump(plain, Dumper=Plain, sort_keys=False, allow_unicode=False, width=1 << 20)
    return text


def parse(text: str) -> Any:
    """Return the plain values of a YAML text. Raises TextError.

    References (`*name`) are refused: with them a short text can expand without end.
    """
    if len(text) > MOST_TEXT:
        raise TextError(f"it is longer than {MOST_TEXT >> 20} MB")
    depth = 0
    try:
        for event in yaml.parse(text, _Loader):
            if isinstance(event, yaml.AliasEvent):
                raise TextError("it refers to its own parts")
            depth += isinstance(event, yaml.CollectionStartEvent) - isinstance(event, yaml.CollectionEndEvent)
            if depth > DEEPEST:
                raise TextError("there are too many things within each other")
        return yaml.load(text, _Loader)
    except yaml.YAMLError as error:
        where = getattr(error, "problem_mark", None)
        line = f" in line {where.line + 1}" if where is not None else ""
        raise TextError(f"it is no valid YAML{line}") from error
    except (ValueError, OverflowError, RecursionError) as error:
        if isinstance(error, TextError):
            raise
        raise TextError(f"a value in it makes no sense ({error})") from error


def salvage(text: str, indent: int = 0) -> dict[str, Any]:
    """Return the readable blocks of a damaged text that `dump` made of a mapping, key by key."""
    found: dict[str, Any] = {}
    blocks: list[list[str]] = []
    for line in text[:MOST_TEXT].splitlines():
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
            value = {name: salvage("\n".join(block[1:]), indent + 2)} if colon and not rest else None
        if isinstance(value, dict):
            found |= {str(name): one for name, one in value.items()}
    return found
