"""Group of the commands. A command's module, and torch with it, is imported only when it is used."""

import importlib
import os

import click

from foundation.process import unlooked
from foundation.specs.click_options import ForeignGroup

_COMMANDS: dict[str, str] = {
    # name on the command line: module in this folder that holds its `command`
    "images": "images",
    "video": "video",
    "style-mixing": "style_mixing",
    "noise-figures": "noise_figures",
    "truncation-figure": "truncation_figure",
    "uncurated-figure": "uncurated_figure",
    "directions": "directions",
    "project": "project",
    "drag": "drag",
    "blend": "networks.blend",
    "convert": "networks.convert",
    "inspect": "networks.inspect",
    "dataset": "dataset",
    "train": "train",
    "metrics": "metrics",
    "spectra": "spectra",
    "diversity": "networks.diversity",
}


class _Lazy(ForeignGroup):
    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(_COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in _COMMANDS:
            return None
        # PyTorch's threads would spin while waiting for one another. On a busy computer that takes CPU time from the
        # threads they wait for: measured, two threads on two busy cores train 15 times as fast without spinning.
        os.environ.setdefault("GOMP_SPINCOUNT", "0")
        with unlooked():
            command = importlib.import_module(f"gan.cli.{_COMMANDS[cmd_name]}").command
        assert isinstance(command, click.Command)
        return command


@click.group(cls=_Lazy, context_settings={"help_option_names": ["-h", "--help"]})
def main() -> None:
    """Style-based GANs on the command line: images, films, figures, files, data, training and metrics."""
