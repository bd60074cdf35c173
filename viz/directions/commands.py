"""Commands of finding directions. See `viz.commands.table` for the rest."""

from collections.abc import Callable

from renderer.document.directions.finds import WayName
from renderer.document.directions.piles import Side
from viz.directions import piles, search, ways
from viz.state.facts import Facts
from viz.state.finding.finder import shown as finder_shown
from viz.state.scene import Command, Scene

_AT_ONCE: tuple[tuple[WayName, str], ...] = (("pca", "PCA"), ("sefa", "SeFa"), ("stylespace", "StyleSpace"))
"""Searches that need nothing but a network."""


def of_directions() -> tuple[Command, ...]:
    """Return the commands in menu order."""
    return (
        Command(
            "find-directions", "File", "Find directions…", "Sliders for what this network can change",
            lambda scene, facts: finder_shown(scene), ("D",), lambda scene, facts: facts.model is not None,
        ),
        Command(
            "stop-search", "Tools", "Stop the search for directions", "Nothing is left of it",
            lambda scene, facts: search.stopped(scene),
            available=lambda scene, facts: scene.interaction.finder.running is not None,
        ),
        Command(
            "sort-piles", "Tools", "Sort two piles…", "A slider from pictures that you sort",
            lambda scene, facts: piles.opened(scene, facts), available=lambda scene, facts: facts.model is not None,
            checked=lambda scene, facts: scene.view.sorting,
        ),
        *_piles(),
        *(_find(way, name) for way, name in _AT_ONCE),
    )  # fmt: skip


def _sorting(scene: Scene) -> bool:
    return scene.view.sorting and not scene.view.gallery.on  # which lies over the piles


def _piles() -> tuple[Command, ...]:
    def put(side: Side) -> Callable[[Scene, Facts], Scene]:
        return lambda scene, facts: piles.chosen(scene, facts, side)

    def available(scene: Scene, facts: Facts) -> bool:
        return scene.view.sorting

    sides: tuple[tuple[str, str, str, Side, str], ...] = (
        ("pile-left", "To the left pile", "The picture in the middle", "left", "←"),
        ("pile-right", "To the right pile", "The picture in the middle", "right", "→"),
        ("pile-skip", "Skip the picture", "It belongs to neither pile", "skip", "↓"),
    )
    return (
        *(
            Command(id_, "Tools", name, hint, put(side), (key,), available, place=_sorting)
            for id_, name, hint, side, key in sides
        ),
        Command(
            "pile-back", "Tools", "Take back the last choice", "Its picture is in the middle again",
            piles.taken_back, ("Backspace",), piles.can_take_back, place=_sorting,
        ),
        Command(
            "pile-add", "Tools", "Add the slider of the piles", "In the section Directions",
            piles.added, ("Enter",), lambda scene, facts: scene.view.sorting and piles.trial(scene, facts) is not None,
            place=_sorting,
        ),
    )  # fmt: skip


def _find(way: WayName, name: str) -> Command:
    def run(scene: Scene, facts: Facts) -> Scene:
        return search.begun(finder_shown(scene, way=way), facts)

    return Command(
        f"find-{way}", "Tools", f"Find directions with {name}", "Opens the tab Directions, and searches",
        run, available=lambda scene, facts: not ways.lacks(way, facts.model),
    )  # fmt: skip
