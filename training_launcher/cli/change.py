"""`stop` and `resume`."""

import click

from training_launcher import launcher, registry
from training_launcher.cli.finding import OUTDIRS, find
from training_launcher.errors import LaunchError


@click.command()
@click.argument("runs", nargs=-1, required=True, metavar="RUN...")
@OUTDIRS
@click.option("--wait", type=click.FloatRange(0), default=60.0, show_default=True, help="Seconds to wait for the end.")
@click.option("--force", is_flag=True, help="Kill what has not ended then; what came after the last snapshot is lost.")
def stop(runs: tuple[str, ...], outdirs: tuple[str, ...], wait: float, force: bool) -> None:
    """Stop runs well: a training saves a snapshot, so that it can be resumed. RUN is a folder, a number or a name."""
    for text in runs:
        run = find(text, outdirs)
        try:
            launcher.stop(run, patience_s=wait, force=force)
        except LaunchError as error:
            raise click.ClickException(str(error)) from error
        left = registry.read(run.folder)
        click.echo(f"{run.name}: {'asked to stop, and still ' if left.live else ''}{left.state}")


@click.command()
@click.argument("runs", nargs=-1, required=True, metavar="RUN...")
@OUTDIRS
def resume(runs: tuple[str, ...], outdirs: tuple[str, ...]) -> None:
    """Go on with runs that were stopped, lost or failed, exactly where they were saved."""
    for text in runs:
        try:
            run = launcher.resume(find(text, outdirs))
        except (LaunchError, OSError) as error:
            raise click.ClickException(str(error)) from error
        click.echo(f"{run.name}: {run.state}")
