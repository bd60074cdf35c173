"""Commands that watch a run learn: follow, side by side, results."""

from viz.state.command import Command
from viz.state.facts import Facts
from viz.state.followed_run import Follow, PutBeside, run_folder
from viz.state.scene import Scene, ShowDialog
from viz.state.snapshots import current


def of_following() -> tuple[Command, ...]:
    """Every one, in the order of the menu."""
    return (
        Command(
            "results", "Run", "Metric results…", "What metrics came to: a table, curves, and CSV",
            lambda scene, facts: scene.request(ShowDialog("results")),
        ),
        Command(
            "follow", "Run", "Follow this run", "Shows each new snapshot of the network's run as it appears", _follow,
            available=lambda scene, facts: bool(_folder(scene, facts)),
            checked=lambda scene, facts: bool(scene.interaction.following.folder),
        ),
        Command(
            "beside", "Run", "Compare two snapshots", "The same picture as another snapshot of the run draws it",
            _beside, available=lambda scene, facts: len(facts.snapshots) > 1,
        ),
    )  # fmt: skip


def _folder(scene: Scene, facts: Facts) -> str:
    """The run that is followed, else the run of the network shown."""
    return scene.interaction.following.folder or run_folder(scene.document.network.source)


def _follow(scene: Scene, facts: Facts) -> Scene:
    return scene.request(Follow("" if scene.interaction.following.folder else _folder(scene, facts)))


def _beside(scene: Scene, facts: Facts) -> Scene:
    here = current(facts.snapshots, scene.document.network.source)
    return scene.request(PutBeside(facts.snapshots[0 if here else -1].path))
