"""Builds a command from a spec: parse, check, print the configuration, and run it unless `--dry-run` is given."""

import textwrap
from collections.abc import Callable
from typing import Any, TypeVar

import click

from foundation.specs.click_options import click_options, describe, fill, json_option
from gan.cli.progress import report_as_json, say
from gan.io.errors import LoadError, one_line

S = TypeVar("S")


def command(
    spec: type[S],
    name: str,
    kind: type[click.Command] = click.Command,
    *,
    json_progress: bool = False,
    plan: Callable[[S], str] | None = None,
) -> Callable[[Callable[[S], None]], click.Command]:
    """Return a decorator that makes a command of a function of the filled spec.

    The spec's docstring becomes the help text. Errors that a user can fix (`gan.LoadError`, ValueError, OSError) are
    printed in one line, with exit status 1.

    Args:
        spec: The class of the spec.
        name: Name of the command.
        kind: Class of the command.
        json_progress: Add `--json`, with which a calling program follows the progress (see `gan.cli.progress`).
        plan: Checks all that the command needs and returns what it would use, for `--dry-run`; raises as the command.
    """

    def decorate(act: Callable[[S], None]) -> click.Command:
        def callback(dry_run: bool, as_json: bool = False, **given: Any) -> None:
            filled: S = fill(spec, given)
            if as_json:
                report_as_json()
            say(describe(filled, name))
            try:
                if not dry_run:
                    act(filled)
                elif plan is not None:
                    say(plan(filled))
            except OSError as error:
                raise click.ClickException(one_line(_sentence(error))) from error
            except (LoadError, ValueError) as error:
                raise click.ClickException(one_line(str(error))) from error

        params = click_options(spec)
        checks = "Check everything, print what would be used and stop." if plan else "Print the configuration and stop."
        params.append(click.Option(["--dry-run", "-n"], is_flag=True, help=checks))
        if json_progress:
            params.append(json_option())
        return kind(name, callback=callback, params=params, help=textwrap.dedent(spec.__doc__ or ""))

    return decorate


def _sentence(error: OSError) -> str:
    """Return a sentence for a system error; errors raised with a sentence keep it."""
    if error.strerror is None or error.filename is None:
        return str(error)
    return f"{error.filename} cannot be read or written ({error.strerror}); check the path and its permissions."
