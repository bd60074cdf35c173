"""Effects of the found directions: measured row by row at low priority, those in sight first, while no search runs."""

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from itertools import chain

import numpy as np

from renderer.document.directions.effects import Effects, EffectsFound
from renderer.document.directions.finds import Found, FoundGroup
from renderer.document.parts import ArrayRef, ImageState, Latent, Mixing, Truncation
from renderer.document.ranges import limited
from renderer.ipc.protocol import ModelInfo, RenderRequest
from viz.directions import groups
from viz.directions.listing import SORTS, Else, figures, is_added
from viz.state.facts import Facts
from viz.state.finding.belonging import elsewhere
from viz.state.recording import untracked
from viz.state.scene import Scene

FIXED_LAYERS = ("kept", "file")
"""Groups whose rows came with a range of layers, which measuring leaves."""


@dataclass
class _Measured:
    """Rows in sight that were not measured when the list was drawn last, and those that cannot be."""

    in_sight: dict[int, list[tuple[FoundGroup, Found]]] = field(default_factory=dict)
    """By the number of the group, the newest last; a group that is drawn from the cache stays as it was."""
    failed: set[ArrayRef] = field(default_factory=set)

    @property
    def waiting(self) -> list[tuple[FoundGroup, Found]]:
        """All of them, from the top of the list."""
        return [one for number in sorted(self.in_sight, reverse=True) for one in self.in_sight[number]]


@untracked
def begin_list(facts: Facts, count: int) -> None:
    """Note that a list of so many groups is about to be drawn."""
    known = facts.scratch.get(_Measured)
    known.in_sight = {number: rows for number, rows in known.in_sight.items() if number <= count}


@untracked
def begin_group(facts: Facts, number: int) -> None:
    """Note that a group, counted from 1, is about to be drawn."""
    facts.scratch.get(_Measured).in_sight[number] = []


@untracked
def note(facts: Facts, number: int, group: FoundGroup, row: Found) -> None:
    """Note that a row of a group is in sight."""
    if row.effects is None:
        facts.scratch.get(_Measured).in_sight.setdefault(number, []).append((group, row))


def settled(facts: Facts) -> bool:
    """Return True if no row in sight waits to be measured."""
    known = facts.scratch.get(_Measured)
    return all(row.array in known.failed for _, row in known.waiting)


def state_of(facts: Facts, row: Found) -> str:
    """Return what is known of a row's effects: `measured`, `measuring…` or `not measured`."""
    if row.effects is not None:
        return "measured"
    lost = row.array in facts.scratch.get(_Measured).failed or row.array not in facts.arrays
    return "not measured" if lost else "measuring…"


def look(scene: Scene, facts: Facts) -> Scene:
    """Return the scene with what was measured. Call once a frame, before the panels are drawn."""
    model, finder = facts.model, scene.interaction.finder
    if model is None or finder.running is not None or not scene.view.finds.groups:
        return scene
    found = _next(scene, facts, model)
    if found is None:
        return scene
    group, row = found
    status = facts.jobs.ask(_work(scene, row))
    if not status.over:
        return scene
    known = facts.scratch.get(_Measured)
    for number, rows in known.in_sight.items():
        known.in_sight[number] = [(other, one) for other, one in rows if one.array != row.array]
    if status.failure is not None or status.result is None:
        known.failed.add(row.array)
        return scene
    return measured(scene, facts, group, row, EffectsFound.of(status.result))


def _next(scene: Scene, facts: Facts, model: ModelInfo) -> tuple[FoundGroup, Found] | None:
    """Return the row to measure: the first in sight; then any of those that are sorted by it."""
    known = facts.scratch.get(_Measured)
    every = SORTS[scene.interaction.finder.sort] == "Changes least else"
    rows = chain(known.waiting, _unmeasured(scene) if every else ())
    return next(
        (
            (group, row)
            for group, row in rows
            if row.array not in known.failed and row.array in facts.arrays and not elsewhere(group, model)
        ),
        None,
    )


def _unmeasured(scene: Scene) -> Iterator[tuple[FoundGroup, Found]]:
    for group in scene.view.finds.groups:
        if not group.folded:
            yield from ((group, row) for row in group.rows if row.effects is None)


def _work(scene: Scene, row: Found) -> Effects:
    request = RenderRequest(0, _image(scene), scene.settings.device)
    first, last = (row.usual[0], row.usual[1]) if len(row.usual) == 2 else (row.first, row.last)
    if row.style:
        return Effects(request, row.array, row.first, row.last, row.style, row.channel, row.sigma)
    return Effects(request, row.array, first, last, before=row.before, fixed=row.fixed)


def _image(scene: Scene) -> ImageState:
    """Return what pictures of other seeds have in common with that of the document."""
    image = scene.document.image
    own = image.latent
    latent = Latent(label=own.label, condition=own.condition) if isinstance(own, Latent) else Latent()
    return replace(
        image, latent=latent, mixing=Mixing(), truncation=Truncation(), directions=(), styles=(), bends=()
    )  # fmt: skip


def measured(scene: Scene, facts: Facts, group: FoundGroup, row: Found, found: EffectsFound) -> Scene:
    """Return the scene with what a row does; its range becomes the layers on which it acts, unless somebody set it.

    A direction that has a slider keeps its range, as another would change the picture.
    """
    ref = facts.arrays.add(replace(found, kept=np.zeros((0, 2), np.float32)).packed())
    fixed = tuple(
        replace(one, measured=True, before=limited(type(one), "before", x), after=limited(type(one), "after", y))
        for one, (x, y) in zip(row.fixed, found.kept.tolist(), strict=False)
    )
    acting = None if row.style or group.way in FIXED_LAYERS else found.acting()
    free = (row.first, row.last) == tuple(row.usual) and not is_added(row, scene.document)

    def after(one: Found) -> Found:
        one = replace(one, effects=ref, fixed=fixed)
        if acting is None:
            return one
        return replace(one, usual=acting, first=acting[0], last=acting[1]) if free else replace(one, usual=acting)

    return groups.changed(scene, row.array, after)


def progress(scene: Scene, facts: Facts, group: FoundGroup) -> str:
    """Return how much of a group is measured, while its rows wait to be sorted by that; empty otherwise."""
    if SORTS[scene.interaction.finder.sort] != "Changes least else":
        return ""
    done = sum(state_of(facts, row) != "measuring…" for row in group.rows)
    if done == len(group.rows):
        return ""
    return f"measuring {done} of {len(group.rows)}"


def other_of(scene: Scene, facts: Facts, row: Found) -> Else | None:
    """Return how much of a row's change is elsewhere; all where it cannot be measured, None while it is not yet."""
    found = figures(facts).elsewhere(row, scene.view.finds.region, facts)
    return Else(1.0, False) if found is None and state_of(facts, row) == "not measured" else found


def share_text(facts: Facts, row: Found, found: EffectsFound | None) -> str:
    """Return how much of its change a row's layers have, as text for the row."""
    if found is None:
        return state_of(facts, row)
    return f"measured: {100 * found.share(row.first, row.last):.0f} %"
