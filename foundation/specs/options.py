"""Declaration of the fields of specs. Standard library only.

    @dataclass(frozen=True)
    class ImagesSpec:
        '''Render images of seeds.'''

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
    """Declaration of a field of a spec."""

    help: str
    """Meaning and unit, as one sentence."""
    read: Reader | None = None
    """Parser of its text; None: by the field's type."""
    names: tuple[str, ...] = ()
    """Other names on the command line, as ("--class",) for a field that cannot have that name; the first one counts."""
    low: float | None = None
    high: float | None = None
    """Smallest and largest value, both allowed."""
    choices: tuple[str, ...] = ()
    multiple: bool = False
    """True if the option can be repeated; the field is then a tuple of the values of `read`."""
    endings: tuple[str, ...] = ()
    """Endings of an output file's name, of which it must have one; for files whose format does not follow from them."""
    metavar: str = ""
    """Placeholder for the value in the help."""
    group: str = ""
    """Heading in the form; empty for basic options."""


def option(default: Any = MISSING, *, help: str, **rest: Any) -> Any:
    """Declare a field of a spec; the arguments are those of `Option`."""
    return dataclasses.field(default=default, metadata={_KEY: Option(help=help, **rest)})


@dataclass(frozen=True)
class Field:
    """A field of a spec, with everything that a form or a command line needs."""

    name: str
    kind: type
    """int, float, str, bool or tuple; of an optional field the type of its values other than None."""
    optional: bool
    """True if None is allowed, which means "not given"."""
    default: Any
    """Default value; MISSING if it must be given."""
    option: Option

    @property
    def required(self) -> bool:
        """True if a value must be given."""
        return self.default is MISSING

    @property
    def flag(self) -> str:
        """Name on the command line."""
        return self.option.names[0] if self.option.names else f"--{self.name.replace('_', '-')}"

    def check(self, value: Any) -> str:
        """Return the problem of a value in one sentence; empty if there is none."""
        name = self.name.replace("_", "-")
        if value is None:
            return "" if self.optional else f"{name} must be given."
        if self.option.choices and value not in self.option.choices:
            return f"{name} must be one of {', '.join(self.option.choices)}, not {value}."
        endings = self.option.endings
        if endings and not str(value).lower().endswith(endings):
            return f"{name} must end in {_either(endings)}, not {str(value)[-80:]}."
        low, high = self.option.low, self.option.high
        if isinstance(value, int | float) and (
            value != value or (low is not None and value < low) or (high is not None and value > high)
        ):
            span = f"between {low} and {high}" if None not in (low, high) else f"at least {low}"
            return f"{name} must be {span if low is not None else f'at most {high}'}, not {value}."
        return ""


def fields(spec: type) -> tuple[Field, ...]:
    """Return the fields of a spec, in the order of their declaration."""
    if spec not in _known:
        hints = typing.get_type_hints(spec)
        _known[spec] = tuple(
            Field(part.name, *_kind(hints[part.name]), part.default, part.metadata[_KEY])
            for part in dataclasses.fields(spec)
        )
    return _known[spec]


_known: dict[type, tuple[Field, ...]] = {}
"""Fields of the specs that were asked for: forms ask in every frame, and types are slow to evaluate."""


def problems(spec: Any) -> tuple[str, ...]:
    """Return the problems of a filled spec, a sentence each."""
    return tuple(wrong for field in fields(type(spec)) if (wrong := field.check(getattr(spec, field.name))))


def _either(words: tuple[str, ...]) -> str:
    return " or ".join(part for part in (", ".join(words[:-1]), words[-1]) if part)


def _kind(hint: Any) -> tuple[type, bool]:
    origin = typing.get_origin(hint)
    if origin in (types.UnionType, typing.Union):
        inside = [part for part in typing.get_args(hint) if part is not type(None)]
        return _kind(inside[0])[0], True
    return (origin or hint), False
