"""Makes a command of a spec: parse, check, print the configuration, stop there on `--dry-run`, else do it."""

import textwrap
from collections.abc import Callable
from dataclasses import MISSING
from typing import Any, TypeVar

import click

from gan.io.errors import LoadError
from training_launcher.formats import Reader, write
from training_launcher.options import Field, fields, problems

S = TypeVar("S")


class _Read(click.ParamType[Any]):
    """Text that a reader of `training_launcher.formats` understands."""

    def __init__(self, read: Reader, name: str) -> None:
        self._read = read
        self.name = name

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        if not isinstance(value, str):
            return value
        try:
            return self._read(value)
        except ValueError as error:
            self.fail(str(error), param, ctx)


def command(
    spec: type[S], name: str, kind: type[click.Command] = click.Command
) -> Callable[[Callable[[S], None]], click.Command]:
    """Decorates what a command does with its filled spec; the spec's docstring is the command's help.

    `kind` is the class of command to make. Errors that a user can mend (`gan.LoadError`, ValueError, OSError) are told
    in one line, with exit status 1.
    """

    def decorate(act: Callable[[S], None]) -> click.Command:
        parts = fields(spec)

        def callback(dry_run: bool, **given: Any) -> None:
            filled = spec(**{part.name: given[part.name] for part in parts})
            if wrong := problems(filled):
                raise click.UsageError(" ".join(wrong))
            click.echo(describe(filled, name))
            if dry_run:
                return
            try:
                act(filled)
            except OSError as error:
                raise click.ClickException(_sentence(error)) from error
            except (LoadError, ValueError) as error:
                raise click.ClickException(str(error)) from error

        params: list[click.Parameter] = [_option(part) for part in parts]
        params.append(click.Option(["--dry-run", "-n"], is_flag=True, help="Print the configuration and stop."))
        return kind(name, callback=callback, params=params, help=textwrap.dedent(spec.__doc__ or ""))

    return decorate


def describe(filled: Any, name: str) -> str:
    """The configuration, a line for each option."""
    rows = [(_names(part)[0].lstrip("-"), getattr(filled, part.name)) for part in fields(type(filled))]
    width = max(len(key) for key, _ in rows)
    return "\n".join([f"{name}:", *(f"  {key:<{width}}  {'-' if v in (None, ()) else write(v)}" for key, v in rows)])


def _sentence(error: OSError) -> str:
    """What the system complains of, as a sentence; errors that are raised with a sentence keep it."""
    if error.strerror is None or error.filename is None:
        return str(error)
    return f"{error.filename} cannot be read or written ({error.strerror}); check the path and its permissions."


def _option(part: Field) -> click.Option:
    default = None if part.default is MISSING else part.default
    return click.Option(
        [part.name, *_names(part)],
        type=_type(part),
        default=write(default) if isinstance(default, tuple) and default else default,
        multiple=part.option.multiple,
        required=part.required,
        help=part.option.help,
        metavar=part.option.metavar or None,
        show_default=default not in (None, "", ()),
    )


def _names(part: Field) -> tuple[str, ...]:
    return part.option.names or (f"--{part.name.replace('_', '-')}",)


def _type(part: Field) -> click.ParamType[Any] | type:
    if part.option.read is not None:
        return _Read(part.option.read, part.name)
    if part.option.choices:
        return click.Choice(part.option.choices)
    return part.kind
