"""`submit`: creates a run. Each kind of run is a subcommand with the options of its own command."""

import dataclasses
import shlex
import textwrap
from pathlib import Path
from typing import Any

import click

from foundation.datasets.facts import look
from foundation.specs.checks import contradictions
from foundation.specs.click_options import click_options, default_map, describe, fill
from foundation.specs.slurm import SlurmOptions
from training_launcher import launcher, presets
from training_launcher.commands import COMMANDS, Command, command_line
from training_launcher.errors import LaunchError

_SLURM = "slurm_"
_OWN_FOLDER = {"fit": "outdir"}
"""Option that is not asked for, by kind: the results are kept in the run's own folder."""


@click.group()
def submit() -> None:
    """Submit a run: it starts as soon as its devices are free, and continues in the background."""


class _WithPreset(click.Command):
    """Takes missing options from a preset."""

    def make_context(
        self, info_name: str | None, args: list[str], parent: click.Context | None = None, **extra: Any
    ) -> click.Context:
        if (name := _preset_named(args)) is not None:
            preset = next((one for one in presets.load() if one.name == name and one.kind == self.name), None)
            if preset is None:
                known = ", ".join(one.name for one in presets.load() if one.kind == self.name)
                raise click.UsageError(f"There is no preset {name} for {self.name}; choose one of {known or '(none)'}.")
            extra["default_map"] = default_map(COMMANDS[str(self.name)].spec, preset.values)
        return super().make_context(info_name, args, parent, **extra)


def _preset_named(args: list[str]) -> str | None:
    for i, arg in enumerate(args):
        if arg.startswith("--preset="):
            return arg.removeprefix("--preset=")
        if arg == "--preset" and i + 1 < len(args):
            return args[i + 1]
    return None


def _add(command: Command) -> None:
    own = [one for one in click_options(command.spec) if one.name != _OWN_FOLDER.get(command.kind)]
    own += [
        click.Option(["--preset"], metavar="NAME", help="Preset for options that are not given (docs/runs.md)."),
        click.Option(["--executor"], type=click.Choice(("local", "slurm")), default="local", show_default=True,
                     help="Run on this computer, or on the cluster."),
        *_slurm_options(),
        click.Option(["--dry-run", "-n"], is_flag=True, help="Check everything, print the command, and stop."),
    ]  # fmt: skip
    if command.kind != "train":
        own += [
            click.Option(["--runs"], default="runs", show_default=True, metavar="DIR",
                         help="Folder in which the run folder is created."),
            click.Option(["--desc"], metavar="TEXT", default="", help="Words to add to the run folder's name."),
        ]  # fmt: skip

    def callback(**given: Any) -> None:
        if command.kind in _OWN_FOLDER:
            given[_OWN_FOLDER[command.kind]] = ""
        _submit(command, given)

    help_text = textwrap.dedent(command.spec.__doc__ or "")
    submit.add_command(_WithPreset(command.name, callback=callback, params=own, help=help_text))


def _submit(command: Command, given: dict[str, Any]) -> None:
    spec = fill(command.spec, given)
    slurm = fill(SlurmOptions, {part.name: given[_SLURM + part.name] for part in dataclasses.fields(SlurmOptions)})
    if given["dry_run"]:
        click.echo(describe(spec, command.name))
        click.echo(shlex.join(command_line(spec)))
        data = getattr(spec, "data", None)
        if wrong := contradictions(spec, look(data) if data else None):
            raise click.ClickException(wrong[0][1])
        return
    training = command.kind == "train"  # a training has options of its own for these
    outdir, desc = (spec.outdir, "") if training else (given["runs"], given["desc"])
    try:
        run = launcher.submit(spec, Path(outdir), executor=given["executor"], slurm=slurm, desc=desc)
    except LaunchError as error:
        raise click.ClickException(str(error)) from error
    except OSError as error:
        why = error.strerror or error
        raise click.ClickException(f"{outdir} cannot be written ({why}); give another folder.") from error
    click.echo(f"{run.folder}\n{run.state}; watch it with: python -m training_launcher watch {shlex.quote(run.folder)}")


def _slurm_options() -> list[click.Parameter]:
    """Return the cluster's options, with a prefix."""
    options = click_options(SlurmOptions)
    for option in options:
        option.opts = [f"--slurm-{name.lstrip('-')}" for name in option.opts]
        option.name = f"{_SLURM}{option.name}"
    return options


for _command in COMMANDS.values():
    _add(_command)
