"""Group of the commands."""

import click

from foundation.specs.click_options import ForeignGroup
from training_launcher.cli.change import resume, stop
from training_launcher.cli.listing import list_runs
from training_launcher.cli.submit import submit
from training_launcher.cli.watch import watch


@click.group(cls=ForeignGroup, context_settings={"help_option_names": ["-h", "--help"]})
def main() -> None:
    """Manage runs: training, metrics, films and figures that run in the background, queued for each device."""


for command in (submit, list_runs, watch, stop, resume):
    main.add_command(command)
