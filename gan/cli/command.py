"""Makes a command of a spec: parse, check, print the configuration, stop there on `--dry-run`, else do it."""

import textwrap
from collections.abc import Callable
from typing import Any, TypeVar

import click

from foundation.specs.click_options import click_options, describe, fill, json_option
from gan.cli.progress import say, tell_as_json
from gan.io.errors import LoadError

S = TypeVar("S")


def command(
    spec: type[S], name: str, kind: type[click.Command] = click.Command, *, tells: bool = False
) -> Callable[[Callable[[S], None]], click.Command]:
    """Decorates what a command does with its filled spec; the spec's docstring is the command's help.

    `kind` is the class of command to make, and `tells` gives it `--json`, which those who run it need to see how far it
    is (see `gan.cli.progress`). Errors that a user can mend (`gan.LoadError`, ValueError, OSError) are told
    in one line, with exit status 1.
    """

    def decorate(act: Callable[[S], None]) -> click.Command:
        def callback(dry_run: bool, as_json: bool = False, **given: Any) -> None:
            filled: S = fill(spec, given)
            if as_json:
                tell_as_json()
            say(describe(filled, name))
            if dry_run:
                return
            try:
                act(filled)
            except OSError as error:
                raise click.ClickException(_sentence(error)) from error
            except (LoadError, ValueError) as error:
                raise click.ClickException(str(error)) from error

        params = click_options(spec)
        params.append(click.Option(["--dry-run", "-n"], is_flag=True, help="Print the configuration and stop."))
        if tells:
            params.append(json_option())
        return kind(name, callback=callback, params=params, help=textwrap.dedent(spec.__doc__ or ""))

    return decorate


def _sentence(error: OSError) -> str:
    """Sentence for a system error; errors that are raised with a sentence keep it."""
    if error.strerror is None or error.filename is None:
        return str(error)
    return f"{error.filename} cannot be read or written ({error.strerror}); check the path and its permissions."
