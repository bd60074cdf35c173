"""Actions on found directions: saving them to files."""

import re
from dataclasses import dataclass
from pathlib import Path

from foundation.arrays import npy_of
from foundation.directions import NamedDirection, written
from foundation.files import write_bytes
from foundation.inputs import reason_of
from renderer.document.arrays import UnknownArrayError
from viz.directions.listing import shown
from viz.files.direction_files import named_of
from viz.state.finding.belonging import elsewhere
from viz.state.scene import Action, Scene, Window


@dataclass(frozen=True)
class SaveDirections(Action):
    """Save all found directions of the open network that the list shows: one `.npz`, or a `.npy` for each."""

    path: str
    only: int = 0
    """Index of the filter, as in `viz.directions.listing.FILTERS`."""

    def run(self, scene: Scene, window: Window) -> None:
        """Write them."""
        facts = window.facts
        rows = [
            row
            for group in scene.view.finds.groups
            if not elsewhere(group, facts.model)
            for row in shown(group, self.only, scene.document, hidden=False)
        ]
        unique = tuple({row.array: row for row in rows}.values())
        try:
            w_dim = facts.model.w_dim if facts.model else 0
            named = [named_of(row, facts.arrays, w_dim) for row in unique]
            path = save(Path(self.path), named, facts.model.title if facts.model else "")
        except (OSError, ValueError, UnknownArrayError) as error:
            window.say(f"The directions cannot be saved: {reason_of(error)}", bad=True)
            return
        window.saved(str(path))


def save(path: Path, named: list[NamedDirection], network: str) -> Path:
    """Write directions; return the file, or the first of several. Raises ValueError if there are none, or OSError."""
    if path.suffix.lower() != ".npy":
        write_bytes(path, written(named, network=network))
        return path
    if not named:
        raise ValueError("There is no direction to write.")
    named = [one for one in named if not one.style]
    if not named:
        raise ValueError("A .npy file holds no style channel: save them as .npz.")
    files = []
    for number, one in enumerate(named, 1):
        word = re.sub(r"[^a-z0-9]+", "-", one.name.lower()).strip("-")
        files.append(path.with_name("-".join(filter(None, (path.stem, f"{number:03d}", word))) + ".npy"))
        write_bytes(files[-1], npy_of(one.vector))
    return files[0]
