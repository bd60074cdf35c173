"""`stop` and `resume`."""

import click

from training_launcher import launcher, registry
from training_launcher.cli.finding import OUTDIRS, find
from training_launcher.errors import LaunchError


@click.command()
@click.argument("runs", nargs=-1, required=True, metavar="RUN...")
@OUTDIRS
@click.option("--wait", type=click.FloatRange(0), default=60.0, show_default=True, help="Seconds to wait for the end.")
@click.option(
    "--force", is_flag=True, help="Kill runs that have not ended by then, losing progress since the last snapshot."
)
def stop(runs: tuple[str, ...], outdirs: tuple[str, ...], wait: float, force: bool) -> None:
    """Stop runs gracefully: a training saves a snapshot to resume from. RUN is a folder, a number or a name."""
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
    """Resume runs that were stopped, lost or failed, exactly from their saved state."""
    for text in runs:
        try:
            run = launcher.resume(find(text, outdirs))
        except (LaunchError, OSError) as error:
            raise click.ClickException(str(error)) from error
        click.echo(f"{run.name}: {run.state}")
