"""A spec that is being filled in: entries stay as they were typed, valid or not.

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
    """Entries so far. A field without an entry, or with an empty one, has its default."""

    spec: type
    """The dataclass to be filled."""
    entries: Mapping[str, Entry] = field(default_factory=dict, hash=False)
    """Typed text, or a bool, by field."""

    def put(self, name: str, entry: Entry) -> "Draft":
        """Return the draft with another entry; the same object if nothing changes."""
        return self if self.entries.get(name) == entry else replace(self, entries={**self.entries, name: entry})

    def without(self, name: str) -> "Draft":
        """Return the draft with the field's default."""
        return replace(self, entries={key: entry for key, entry in self.entries.items() if key != name})

    def entry(self, part: Field) -> Entry:
        """Return the entry to show: the given one, else an empty text, or the default of a bool."""
        given = self.entries.get(part.name)
        if part.kind is bool and not part.optional:
            return bool(part.default) if given is None or given == "" else given is True or given == "1"
        return "" if given is None else write(given) if isinstance(given, bool) else given

    def value(self, part: Field) -> Any:
        """Return the value of a field. Raises ValueError with a sentence for an invalid entry."""
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
        """Return True if a field differs from its default; an invalid entry does."""
        given = self.entries.get(part.name, "")
        if given == "":
            return False
        try:
            return bool(self.value(part) != part.default)
        except ValueError:
            return True

    @property
    def problems(self) -> dict[str, str]:
        """Problems by field, a sentence each."""
        found = {}
        for part in fields(self.spec):
            try:
                self.value(part)
            except ValueError as error:
                found[part.name] = str(error)
        return found

    def made(self) -> Any:
        """Return the filled spec. Raises ValueError with the first problem."""
        return self.spec(**{part.name: self.value(part) for part in fields(self.spec)})


def label(part: Field) -> str:
    """Return a field's name to show, as it is on the command line."""
    return part.name.replace("_", "-")


def read(part: Field, text: str) -> Any:
    """Parse a value as the command line does. Raises ValueError with a sentence."""
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
    """Format a value as it is typed; the inverse of `read`."""
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
    """Return a draft of values by field, as `run.yaml` or a preset holds them. Unknown names are ignored.

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
