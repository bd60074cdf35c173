"""Commands from specs: parse, check, print the configuration, run unless `--dry-run` is given; and groups of them."""

import signal
import textwrap
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, TypeVar

import click

from foundation.ending import STOPPING, handled
from foundation.specs.click_options import click_options, describe, fill, json_option
from gan.cli.progress import report_as_json, say
from gan.io.errors import LoadError, one_line
from gan.memory import keep_freed_memory

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
            with sentences():
                if not dry_run:
                    keep_freed_memory()
                    act(filled)
                elif plan is not None:
                    say(plan(filled))

        params = click_options(spec)
        checks = "Check everything, print what would be used and stop." if plan else "Print the configuration and stop."
        params.append(click.Option(["--dry-run", "-n"], is_flag=True, help=checks))
        if json_progress:
            params.append(json_option())
        return kind(name, callback=callback, params=params, help=textwrap.dedent(spec.__doc__ or ""))

    return decorate


@contextmanager
def sentences() -> Iterator[None]:
    """Turn errors of the block that a user can fix into one line and exit status 1, and SIGTERM into an exit.

    An exit, unlike the signal by itself, lets what is being written be taken away.
    """
    try:
        with _ending_in_order():
            yield
    except OSError as error:
        raise click.ClickException(one_line(_sentence(error))) from error
    except (LoadError, ValueError) as error:
        raise click.ClickException(one_line(str(error))) from error


@contextmanager
def _ending_in_order() -> Iterator[None]:
    if threading.current_thread() is not threading.main_thread():  # where no signal can be handled
        yield
        return

    def end(number: int, frame: object) -> None:
        raise SystemExit(128 + number)

    with handled([one for one in STOPPING if one != signal.SIGINT], end):
        yield


def _sentence(error: OSError) -> str:
    """Return a sentence for a system error; errors raised with a sentence keep it."""
    if error.strerror is None or error.filename is None:
        return str(error)
    return f"{error.filename} cannot be read or written ({error.strerror}); check the path and its permissions."


class WithMore(click.Group):
    """Command with subcommands: a first argument that names one is dispatched to it, everything else stays here."""

    def __init__(self, itself: click.Command, *others: click.Command) -> None:
        super().__init__(itself.name, commands={str(other.name): other for other in others}, help=itself.help)
        self._itself = itself

    def make_context(
        self, info_name: str | None, args: list[str], parent: click.Context | None = None, **extra: object
    ) -> click.Context:
        """Return the context of the command itself, unless the first argument names a subcommand."""
        if args and args[0].replace("_", "-") in self.commands:  # published verbs are written with either
            args = [args[0].replace("_", "-"), *args[1:]]
            return super().make_context(info_name, args, parent, **extra)
        return self._itself.make_context(info_name, args, parent, **extra)

    def invoke(self, ctx: click.Context) -> object:
        """Run the command that the context is for."""
        return super().invoke(ctx) if ctx.command is self else ctx.command.invoke(ctx)
