"""Commands of runs: new, choose, stop, resume, follow, compare. See `viz.commands.table` for the rest."""

from collections.abc import Callable

from viz.files.actions import OpenNetwork
from viz.runs.focus import look
from viz.runs.list_panel import NEW_RUN
from viz.runs.menu import act, actions
from viz.runs.new_dataset.state import MakeDataset
from viz.runs.selection import chosen_alone, focus, shown
from viz.state.facts import Facts
from viz.state.followed_run import Follow, PutBeside, run_folder
from viz.state.params import put
from viz.state.scene import Command, Scene, ShowDialog
from viz.state.snapshots import current, drawn


def of_runs() -> tuple[Command, ...]:
    """Return the commands in menu order."""
    return (
        Command(
            "new-run", "Run", "New run…", "Train a network, or measure one",
            lambda scene, facts: scene.request(ShowDialog(NEW_RUN)), ("Ctrl+Shift+N",),
        ),
        Command(
            "new-dataset", "Run", "New dataset…", "Make a dataset of your own pictures, and train on it",
            lambda scene, facts: scene.request(MakeDataset()),
        ),
        Command(
            "previous-run", "Run", "Previous run", "The one above it in the list",
            _stepped(-1), ("Ctrl+↑",), _in_sight, repeats=True,
        ),
        Command(
            "next-run", "Run", "Next run", "The one below it in the list",
            _stepped(1), ("Ctrl+↓",), _in_sight, repeats=True,
        ),
        Command(
            "explore-newest", "Run", "Explore newest snapshot", "Draw with the newest network of the run in focus",
            _explore, available=lambda scene, facts: bool(_snapshots(scene, facts)),
        ),
        *(
            Command(f"run-{id_}", "Run", name, help_, _acted(id_), keys, _can(id_))
            for id_, name, help_, keys in (
                ("stop", "Stop run", "Let it end, a training with a snapshot", ()),
                ("resume", "Resume run", "Go on in the same folder, exactly where it was", ()),
                ("duplicate", "Duplicate run with changes…", "Another run like it", ("Ctrl+D",)),
                ("reveal", "Open the run's folder", "In the file manager", ()),
                ("copy", "Copy the run's path", "Into the clipboard", ()),
                ("trash", "Move run to trash…", "After a question", ("Shift+Del",)),
            )
        ),
    )  # fmt: skip


def _in_sight(scene: Scene, facts: Facts) -> bool:
    return scene.view.workspace == "train" and bool(facts.runs)


def _acted(action: str) -> Callable[[Scene, Facts], Scene]:
    def run(scene: Scene, facts: Facts) -> Scene:
        one = focus(scene, facts)
        return scene if one is None else act(scene, facts, one, action)

    return run


def _can(action: str) -> Callable[[Scene, Facts], bool]:
    def available(scene: Scene, facts: Facts) -> bool:
        one = focus(scene, facts) if _in_sight(scene, facts) else None
        return one is not None and any(id_ == action for id_, *_ in actions(facts, one))

    return available


def _stepped(by: int) -> Callable[[Scene, Facts], Scene]:
    def run(scene: Scene, facts: Facts) -> Scene:
        runs, now = shown(scene, facts), focus(scene, facts)
        if not runs or now is None:
            return scene
        index = runs.index(now) + by if now in runs else 0
        return chosen_alone(scene, runs[min(max(index, 0), len(runs) - 1)].folder)

    return run


def _snapshots(scene: Scene, facts: Facts) -> tuple[str, ...]:
    if not _in_sight(scene, facts):
        return ()
    return tuple(one.path for one in look(scene, facts).listing.snapshots)


def _explore(scene: Scene, facts: Facts) -> Scene:
    return scene.request(OpenNetwork(_snapshots(scene, facts)[-1]))


def of_following() -> tuple[Command, ...]:
    """Return the commands in menu order."""
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
    """Return the followed run, else the run of the shown network."""
    return scene.interaction.following.folder or run_folder(scene.document.network.source)


def _follow(scene: Scene, facts: Facts) -> Scene:
    return scene.request(Follow("" if scene.interaction.following.folder else _folder(scene, facts)))


def _beside(scene: Scene, facts: Facts) -> Scene:
    here = current(facts.snapshots, drawn(scene.document.network.source, facts.model))
    if scene.view.workspace == "train":  # its canvas lies behind the run
        scene = put(scene, "view.workspace", "explore")
    return scene.request(PutBeside(facts.snapshots[0 if here else -1].path))
