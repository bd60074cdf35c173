"""What a command is. `viz.commands.table` has them all."""

from collections.abc import Callable
from dataclasses import dataclass

from viz.state.facts import Facts
from viz.state.scene import Scene


@dataclass(frozen=True)
class Command:
    """One thing to do."""

    id: str
    group: str
    """Menu, and heading in the list of shortcuts."""
    name: str
    help: str
    run: Callable[[Scene, Facts], Scene]
    keys: tuple[str, ...] = ()
    """The first is shown."""
    available: Callable[[Scene, Facts], bool] = lambda scene, facts: True
    checked: Callable[[Scene, Facts], bool] | None = None
    """For what is on or off: whether it is on."""
    repeats: bool = False
    """Whether a held key does it again and again."""
    on_release: bool = False
    """Whether its key acts when let go, because holding it means something else."""
