"""A spec that is still being filled in: what was typed stays as it was typed, whatever is wrong with it.

Standard library only.
"""

from collections.abc import Mapping
from dataclasses import MISSING, dataclass, field, replace
from typing import Any

from foundation.specs.formats import write
from foundation.specs.options import Field, fields

Entry = str | bool


@dataclass(frozen=True)
class Draft:
    """What has been given so far. A field without an entry, or with an empty one, keeps its default."""

    spec: type
    """The dataclass to be filled."""
    entries: Mapping[str, Entry] = field(default_factory=dict, hash=False)
    """By field: text as it was typed, or a truth."""

    def put(self, name: str, entry: Entry) -> "Draft":
        """With another entry; the very same draft where it is that already."""
        return self if self.entries.get(name) == entry else replace(self, entries={**self.entries, name: entry})

    def without(self, name: str) -> "Draft":
        """With the field's default again."""
        return replace(self, entries={key: entry for key, entry in self.entries.items() if key != name})

    def entry(self, part: Field) -> Entry:
        """What to show in a field: what was given, else nothing, and for a truth its default."""
        given = self.entries.get(part.name)
        if part.kind is bool and not part.optional:
            return bool(part.default) if given is None or given == "" else given is True or given == "1"
        return "" if given is None else write(given) if isinstance(given, bool) else given

    def value(self, part: Field) -> Any:
        """The value of a field. Raises ValueError, with a sentence, where what was typed is none."""
        given = self.entry(part)
        if isinstance(given, bool):
            return given
        text = given.strip()
        if not text:
            if part.default is MISSING:
                raise ValueError(f"{label(part)} must be given.")
            return part.default
        value = read(part, text)
        if wrong := part.check(value):
            raise ValueError(wrong)
        return value

    def changed(self, part: Field) -> bool:
        """Whether a field differs from its default, so far as what was typed can be read."""
        given = self.entries.get(part.name, "")
        if given == "":
            return False
        try:
            return bool(self.value(part) != part.default)
        except ValueError:
            return True

    @property
    def problems(self) -> dict[str, str]:
        """What is wrong, a sentence for each field that cannot be taken as it is."""
        found = {}
        for part in fields(self.spec):
            try:
                self.value(part)
            except ValueError as error:
                found[part.name] = str(error)
        return found

    def made(self) -> Any:
        """The filled spec. Raises ValueError with the first problem."""
        return self.spec(**{part.name: self.value(part) for part in fields(self.spec)})


def label(part: Field) -> str:
    """A field's name for people, as it is on the command line."""
    return part.name.replace("_", "-")


def read(part: Field, text: str) -> Any:
    """A value from text, as the command line reads it. Raises ValueError with a sentence."""
    name, option = label(part), part.option
    if option.multiple:
        reader = option.read or str
        return tuple(reader(piece.strip()) for piece in text.split(";") if piece.strip())
    if option.read is not None:
        try:
            return option.read(text)
        except ValueError as error:
            raise ValueError(f"{name}: {error}.") from None
    if part.kind is bool:
        if text not in ("0", "1"):
            raise ValueError(f"{name} must be 0 or 1, not {text}.")
        return text == "1"
    if part.kind in (int, float):
        what = "a whole number" if part.kind is int else "a number"
        try:
            return part.kind(text)
        except ValueError:
            raise ValueError(f"{name} must be {what}, not {text}.") from None
    return text


def shown(part: Field, value: Any) -> Entry:
    """A value as it is typed; the inverse of `read`."""
    if value is None or value is MISSING:
        return ""
    if part.kind is bool and not part.optional:
        return bool(value)
    if part.option.multiple:
        return "; ".join(write(one) for one in value)
    if isinstance(value, tuple) and not value:
        return "none"
    return write(tuple(value) if isinstance(value, list) else value)


def filled(spec: type, values: Mapping[str, Any]) -> Draft:
    """A draft of values by field, as a run's `run.yaml` or a preset holds them. What no field knows is left out.

    Values that are the defaults leave no entry.
    """
    entries: dict[str, Entry] = {}
    for part in fields(spec):
        if part.name not in values:
            continue
        value = values[part.name]
        value = tuple(value) if isinstance(value, list) else value
        if value is not None and value != part.default:
            entries[part.name] = shown(part, value)
    return Draft(spec, entries)
