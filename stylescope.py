"""The command `stylescope`: the window by itself, everything else under a name (`stylescope train`)."""

import importlib
import re
from collections.abc import Callable

import click

from foundation.specs.click_options import ForeignGroup

WINDOW = "window"
GROUPS = ("gan.cli.main", "renderer.__main__")
"""Modules whose commands are commands of `stylescope` itself. They are imported when a command is named, not when the
window opens: it must be there at once."""
MODULES = {"runs": "training_launcher.cli.main", WINDOW: "visualizer"}
"""Modules of further commands."""
_WORD = re.compile(r"[a-z]+(-[a-z]+)*")


class _Front(ForeignGroup):
    """Takes arguments that begin with no command for those of the window."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        first = args[0] if args else ""
        asks = first in ("-h", "--help", "--version")
        if not asks and not (_WORD.fullmatch(first) and first in self.list_commands(ctx)):
            args = [WINDOW, *args]
        return super().parse_args(ctx, args)

    def list_commands(self, ctx: click.Context) -> list[str]:
        return [WINDOW, *(name for group in _groups() for name in group.list_commands(ctx)), "runs", "install-desktop"]

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name == "install-desktop":
            return install_desktop
        if cmd_name in MODULES:
            command = importlib.import_module(MODULES[cmd_name]).main
            assert isinstance(command, click.Command)
            return command
        found = (group.get_command(ctx, cmd_name) for group in _groups())
        return next((one for one in found if one is not None), None)


def _groups() -> list[click.Group]:
    return [importlib.import_module(name).main for name in GROUPS]


@click.group(cls=_Front, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="stylescope", prog_name="StyleScope")
def main() -> None:
    """Explore, edit and train style-based GANs.

    Without a command it opens the window: `stylescope`, `stylescope NETWORK`, `stylescope --tour=FOLDER`.
    """


@click.command("install-desktop")
@click.option("--remove", is_flag=True, help="Take the entry away again.")
def install_desktop(remove: bool) -> None:
    """Put StyleScope into this user's applications menu, Start menu or Applications folder."""
    from viz.shell import desktop

    change: Callable[[], str] = desktop.remove if remove else desktop.install
    try:
        click.echo(change())
    except OSError as error:
        raise click.ClickException(str(error)) from error


if __name__ == "__main__":
    main(prog_name="stylescope")
