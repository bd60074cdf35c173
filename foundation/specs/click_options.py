"""Options of click commands, made from the fields of specs."""

import io
import sys
from collections.abc import Mapping
from dataclasses import MISSING
from typing import Any

import click

from foundation.inputs import DETAIL, SENTENCE, ContentError, clean_text
from foundation.specs.formats import Reader, write
from foundation.specs.options import Field, fields, problems


class _Read(click.ParamType[Any]):
    """Type of an option that a reader of `foundation.specs.formats` parses."""

    def __init__(self, read: Reader, name: str) -> None:
        self._read = read
        self.name = name

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        if not isinstance(value, str):
            return value
        try:
            return self._read(value)
        except ContentError as error:  # the option is as it should be; exit status 1 says so
            raise click.ClickException(f"{error}.") from error
        except ValueError as error:
            self.fail(str(error), param, ctx)


class ForeignGroup(click.Group):
    """Group of commands whose arguments, files and messages may hold any text.

    What the terminal's encoding lacks is escaped instead of raising, and error messages are one printable line.
    """

    def invoke(self, ctx: click.Context) -> Any:
        """Run the command."""
        for stream in (sys.stdout, sys.stderr):
            if isinstance(stream, io.TextIOWrapper):
                stream.reconfigure(errors="backslashreplace")
        try:
            return super().invoke(ctx)
        except click.ClickException as error:
            length = DETAIL if isinstance(error, click.UsageError) else SENTENCE
            vars(error)["message"] = error.message and clean_text(error.message, length)
            raise


def click_options(spec: type) -> list[click.Parameter]:
    """Return an option for each field of a spec, with the field's name for its value."""
    return [_option(part) for part in fields(spec)]


def json_option() -> click.Option:
    """Return `--json`, for commands whose progress a program follows."""
    return click.Option(
        ["--json", "as_json"], is_flag=True, help="Print the progress as lines of JSON on standard output."
    )


def fill(spec: type, given: dict[str, Any]) -> Any:
    """Build a spec from the values of `click_options`.

    Raises:
        click.UsageError: a value is invalid.
    """
    filled = spec(**{part.name: given[part.name] for part in fields(spec)})
    if wrong := problems(filled):
        raise click.UsageError(" ".join(wrong))
    return filled


def default_map(spec: type, values: Mapping[str, Any]) -> dict[str, Any]:
    """Return values of options, as `run.yaml` or a preset holds them, as defaults for a click context.

    Args:
        spec: The spec, whose fields are taken; values that are None are left out.
        values: Plain values by field.
    """
    found: dict[str, Any] = {}
    for part in fields(spec):
        value = values.get(part.name)
        if value is None:
            continue
        if part.option.multiple:
            found[part.name] = [write(one) for one in value]
        else:
            found[part.name] = write(tuple(value)) or "none" if isinstance(value, list | tuple) else value
    return found


def describe(filled: Any, name: str) -> str:
    """Format the configuration, a line for each option."""
    rows = [(part.flag.lstrip("-"), getattr(filled, part.name)) for part in fields(type(filled))]
    width = max(len(key) for key, _ in rows)
    return "\n".join([f"{name}:", *(f"  {key:<{width}}  {'-' if v in (None, ()) else write(v)}" for key, v in rows)])


def _option(part: Field) -> click.Option:
    default = None if part.default is MISSING else part.default
    # A switch can be given without its value, which then is "true".
    switch: dict[str, Any] = {"is_flag": False, "flag_value": "true"} if _type(part) is bool else {}
    return click.Option(
        [part.name, *(part.option.names or (part.flag,))],
        type=_type(part),
        default=write(default) if isinstance(default, tuple) and default else default,
        multiple=part.option.multiple,
        required=part.required,
        help=part.option.help,
        metavar=part.option.metavar or None,
        show_default=default not in (None, "", ()),
        **switch,
    )


def _type(part: Field) -> click.ParamType[Any] | type:
    if part.option.read is not None:
        return _Read(part.option.read, part.name)
    if part.option.choices:
        return click.Choice(part.option.choices)
    return part.kind
