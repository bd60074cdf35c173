"""Declares the fields of specs. Standard library only.

    @dataclass(frozen=True)
    class ImagesSpec:
        '''Make pictures of seeds.'''

        network: str = option(help="File, URL or run folder of the network.")
        seeds: tuple[int, ...] = option(read=read_seeds, help="Seeds, as in 0,1,4-6.")
        trunc: float = option(1.0, help="Truncation psi.", low=-1.0, high=2.0)

The names of options are those of the fields, with dashes. A field without a default must be given.
"""

import dataclasses
import types
import typing
from dataclasses import MISSING, dataclass
from typing import Any

from foundation.specs.formats import Reader

_KEY = "option"


@dataclass(frozen=True)
class Option:
    """What a field of a spec says of itself."""

    help: str
    """One sentence; what it means and its unit."""
    read: Reader | None = None
    """Reads text; None: by the field's type."""
    names: tuple[str, ...] = ()
    """Other names on the command line, as ("--class",) where the field's own cannot be used; the first one leads."""
    low: float | None = None
    high: float | None = None
    """Smallest and largest value, both allowed."""
    choices: tuple[str, ...] = ()
    multiple: bool = False
    """Whether it may be given again and again; the field is then a tuple of what `read` gives."""
    metavar: str = ""
    """What the help shows in place of the value."""
    group: str = ""
    """Heading under which the form shows it; empty for the basic ones."""


def option(default: Any = MISSING, *, help: str, **rest: Any) -> Any:
    """A field of a spec; the arguments are those of `Option`."""
    return dataclasses.field(default=default, metadata={_KEY: Option(help=help, **rest)})


@dataclass(frozen=True)
class Field:
    """One field of a spec, with everything a form or a command line needs of it."""

    name: str
    kind: type
    """int, float, str, bool or tuple; of an optional field, what it holds when it is given."""
    optional: bool
    """Whether None is allowed and means "not given"."""
    default: Any
    """MISSING where it must be given."""
    option: Option

    @property
    def required(self) -> bool:
        """Whether it must be given."""
        return self.default is MISSING

    @property
    def flag(self) -> str:
        """How the command line calls it."""
        return self.option.names[0] if self.option.names else f"--{self.name.replace('_', '-')}"

    def check(self, value: Any) -> str:
        """What is wrong with a value, in one sentence; empty if nothing is."""
        name = self.name.replace("_", "-")
        if value is None:
            return "" if self.optional else f"{name} must be given."
        if self.option.choices and value not in self.option.choices:
            return f"{name} must be one of {', '.join(self.option.choices)}, not {value}."
        low, high = self.option.low, self.option.high
        if isinstance(value, int | float) and (
            value != value or (low is not None and value < low) or (high is not None and value > high)
        ):
            span = f"between {low} and {high}" if None not in (low, high) else f"at least {low}"
            return f"{name} must be {span if low is not None else f'at most {high}'}, not {value}."
        return ""


def fields(spec: type) -> tuple[Field, ...]:
    """The fields of a spec, in the order in which they are declared."""
    hints = typing.get_type_hints(spec)
    return tuple(
        Field(part.name, *_kind(hints[part.name]), part.default, part.metadata[_KEY])
        for part in dataclasses.fields(spec)
    )


def problems(spec: Any) -> tuple[str, ...]:
    """What is wrong with a filled spec, a sentence each."""
    return tuple(wrong for field in fields(type(spec)) if (wrong := field.check(getattr(spec, field.name))))


def _kind(hint: Any) -> tuple[type, bool]:
    origin = typing.get_origin(hint)
    if origin in (types.UnionType, typing.Union):
        inside = [part for part in typing.get_args(hint) if part is not type(None)]
        return _kind(inside[0])[0], True
    return (origin or hint), False
