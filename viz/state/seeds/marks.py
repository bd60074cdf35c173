"""Stars and rejections of seeds, by network. Pure functions."""

from collections.abc import Iterable
from dataclasses import replace
from typing import Literal

from foundation.seeds import seed_at
from renderer.document.document import SeedMarks, View
from renderer.ipc.protocol import Latent, Source
from viz.state.facts import Facts
from viz.state.interaction import MarksBefore
from viz.state.scene import Scene

Mark = Literal["starred", "rejected", ""]
"""Mark of a seed; empty: neither."""
_STEPS = 100
"""Most marks that can be undone."""
_MOST = 20_000
"""Most seeds of each kind, as documents hold them."""


def network_of(scene: Scene, facts: Facts) -> str:
    """Return the key of the present network's marks: its fingerprint, or its source where that is unknown."""
    fingerprint = facts.model.fingerprint if facts.model is not None else ""
    return fingerprint or scene.document.network.source


def marks_of(view: View, network: str) -> SeedMarks:
    """Return the marks of a network."""
    return next((one for one in view.marks if one.network == network), SeedMarks(network))


def mark_of(marks: SeedMarks, seed: int) -> Mark:
    """Return the mark of a seed."""
    return "starred" if seed in marks.starred else "rejected" if seed in marks.rejected else ""


def with_mark(marks: SeedMarks, seeds: Iterable[int], mark: Mark) -> SeedMarks:
    """Return marks in which these seeds have one mark and no other."""
    changed = dict.fromkeys(seeds)
    starred = tuple(one for one in marks.starred if one not in changed)
    rejected = tuple(one for one in marks.rejected if one not in changed)
    if mark == "starred":
        starred = (*starred, *changed)[-_MOST:]
    elif mark == "rejected":
        rejected = (*rejected, *changed)[-_MOST:]
    return replace(marks, starred=starred, rejected=rejected)


def marked(scene: Scene, facts: Facts, seeds: Iterable[int], mark: Mark) -> Scene:
    """Return the scene with seeds of the present network marked, as a step of the gallery's own."""
    before = marks_of(scene.view, network_of(scene, facts))
    after = with_mark(before, seeds, mark)
    if after == before:
        return scene
    others = tuple(one for one in scene.view.marks if one.network != before.network)
    kept = (*others, after) if after.starred or after.rejected else others
    choice = scene.interaction.seeds
    past = (*choice.past[1 - _STEPS :], _now(scene, facts))
    scene = scene.interacting(seeds=replace(choice, past=past, future=()))
    return replace(scene, view=replace(scene.view, marks=kept[-200:]))


def seed_of(source: Source) -> int | None:
    """Return the seed that a style is the picture of; None if it is no whole seed, as blends and stored w are not."""
    if not isinstance(source, Latent) or source.array is not None:
        return None
    seed = seed_at(source.x, source.y)
    whole = float(source.x).is_integer() and float(source.y).is_integer() and seed >= 0
    return int(seed) if whole else None


def star_text(scene: Scene, facts: Facts, seed: int) -> str:
    """Return the label of a menu's row that stars a seed of the present network, or takes its star."""
    starred = mark_of(marks_of(scene.view, network_of(scene, facts)), seed) == "starred"
    return f"{'Take the star of' if starred else 'Star'} seed {seed}"


def star_toggled(scene: Scene, facts: Facts, seed: int) -> Scene:
    """Return the scene with a seed of the present network starred, or without its star."""
    starred = mark_of(marks_of(scene.view, network_of(scene, facts)), seed) == "starred"
    return marked(scene, facts, (seed,), "" if starred else "starred")


def can_undo(scene: Scene, facts: Facts) -> bool:
    """Return True if the newest change is a mark, and not a step of the document."""
    past = scene.interaction.seeds.past
    return bool(past) and past[-1].done >= facts.states.now


def can_redo(scene: Scene, facts: Facts) -> bool:
    """Return True if a mark was undone last."""
    future = scene.interaction.seeds.future
    return bool(future) and future[-1].done == facts.states.now


def undone(scene: Scene, facts: Facts) -> Scene:
    """Return the scene before its newest mark."""
    choice = scene.interaction.seeds
    changed = replace(choice, past=choice.past[:-1], future=(*choice.future, _now(scene, facts)))
    return _with(scene.interacting(seeds=changed), choice.past[-1])


def redone(scene: Scene, facts: Facts) -> Scene:
    """Return the scene with the mark that was undone last."""
    choice = scene.interaction.seeds
    changed = replace(choice, future=choice.future[:-1], past=(*choice.past, _now(scene, facts)))
    return _with(scene.interacting(seeds=changed), choice.future[-1])


def _now(scene: Scene, facts: Facts) -> MarksBefore:
    return MarksBefore(scene.view.marks, facts.states.now)


def _with(scene: Scene, before: MarksBefore) -> Scene:
    return replace(scene, view=replace(scene.view, marks=before.marks))
