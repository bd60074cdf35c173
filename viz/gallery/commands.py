"""Commands and keys of the gallery. Their letters act only while it is shown."""

from collections.abc import Callable
from dataclasses import replace
from functools import partial

from viz.gallery import choosing
from viz.gallery.actions import BlendSeeds, PileSeeds, ShelveSeeds, ShowSeed, WalkThrough, with_open
from viz.gallery.export import ExportSeeds
from viz.gallery.panel import options_of, similar_to
from viz.gallery.view import gallery_of
from viz.history.actions import Redo, Undo
from viz.state.facts import Facts
from viz.state.interaction import SeedChoice
from viz.state.scene import Command, Scene
from viz.state.seeds.marks import Mark, can_redo, can_undo, marked, redone, undone


def of_seeds() -> tuple[Command, ...]:
    """Return the commands, those of menus first."""
    return (
        Command(
            "seeds", "View", "All seeds", "Hundreds of seeds at the present settings, to sort, star and export",
            lambda scene, facts: with_open(scene, facts, not scene.view.gallery.on), ("S",), _has_network,
            lambda scene, facts: scene.view.gallery.on,
        ),
        *_marking("star-seed", "Star", "Star the chosen pictures, or the one of the cursor", "P", "starred"),
        *_marking("reject-seed", "Reject", "Reject the chosen pictures, or the one of the cursor", "X", "rejected"),
        *_marking("unmark-seed", "Unmark", "Take the star or the rejection away", "U", ""),
        _command("show-seed", "Show on the canvas", "The cursor's seed; closes the gallery", _show, "Enter", least=1),
        _command("shelve-seeds", "Shelve", "Put the chosen seeds on the shelf", _shelve, "B", least=1),
        _command("blend-seeds", "Blend the chosen", "The mean of their w, in equal parts", _blend, least=2),
        _command("walk-seeds", "Walk through the chosen", "Keys on the timeline, 2 s each", _walk, least=2),
        _command("export-seeds", "Export the chosen", "As the section Export says", _export, least=1),
        _command("pile-seeds", "Sort two piles from the chosen", "They are the right pile", _pile, least=2),
        _command("similar-seeds", "Find similar", "Sort by similarity to the seed of the cursor", _similar),
        _command("all-seeds", "Choose all", "Everything that the sheet shows", _all, "Ctrl+A"),
        _command("invert-seeds", "Invert the choice", "Choose what is not chosen", _invert, "Ctrl+I"),
        *_arrows(),
        _command("undo-mark", "Undo in the gallery", "The newest mark, or the last step", _undo, "Ctrl+Z"),
        _command("redo-mark", "Redo in the gallery", "The star or rejection that was undone", _redo, "Ctrl+Shift+Z"),
    )  # fmt: skip


def shown(scene: Scene) -> bool:
    """Return True while the gallery has the keys."""
    return scene.view.in_gallery


def _has_network(scene: Scene, facts: Facts) -> bool:
    return facts.model is not None


def _command(
    id_: str, name: str, help_: str, run: Callable[[Scene, Facts], Scene], *keys: str,
    least: int = 0, repeats: bool = False,
) -> Command:  # fmt: skip
    """Return a command that needs `least` seeds to act on; one may be that of the cursor."""

    def available(scene: Scene, facts: Facts) -> bool:
        choice = scene.interaction.seeds
        return shown(scene) and len(choosing.targets(choice) if least < 2 else choice.chosen) >= least

    return Command(id_, "Seeds", name, help_, run, keys, available, repeats=repeats, place=shown)


def _marking(id_: str, name: str, help_: str, key: str, mark: Mark) -> tuple[Command, ...]:
    """Return the command that steps on to the next picture, and that which stays."""

    def run(scene: Scene, facts: Facts, on: bool) -> Scene:
        choice = scene.interaction.seeds
        place = _place(facts, choice.cursor)
        scene = marked(scene, facts, choosing.targets(choice), mark)
        if not on or len(choice.chosen) > 1 or place is None:
            return scene
        listing = gallery_of(facts).listing
        listing.look(scene, facts)  # what is filtered out has gone from its place
        seeds = listing.shown.seeds
        if not len(seeds):
            return scene
        step = place + 1 if choice.cursor in seeds else place
        seed = int(seeds[min(step, len(seeds) - 1)])
        return _with(scene, facts, replace(scene.interaction.seeds, chosen=(seed,), cursor=seed, anchor=seed))

    stay = f"{id_}-stay", f"{name} and stay", help_
    return (
        _command(id_, name, f"{help_}, and go on", lambda scene, facts: run(scene, facts, True), key, least=1),
        _command(*stay, lambda scene, facts: run(scene, facts, False), f"Shift+{key}", least=1),
    )


def _arrows() -> tuple[Command, ...]:
    found = []
    ways = (("←", "left", -1, 0), ("→", "right", 1, 0), ("↑", "above", 0, -1), ("↓", "below", 0, 1))
    for key, name, across, down in ways:
        for more in (False, True):
            words = f"{'Choose up to the seed' if more else 'To the seed'} {name}"
            id_, keys = f"seed-{name}{'-more' if more else ''}", f"Shift+{key}" if more else key
            run = partial(_step, across, down, more)
            found.append(_command(id_, words, "Moves the cursor", run, keys, repeats=True))
    return tuple(found)


def _step(across: int, down: int, through: bool, scene: Scene, facts: Facts) -> Scene:
    gallery, choice = gallery_of(facts), scene.interaction.seeds
    distance, place = across + down * gallery.sheet.columns, _place(facts, choice.cursor)
    moved = choosing.moved(choice, gallery.listing.shown.seeds, place, distance, through=through)
    return _with(scene, facts, moved)


def _place(facts: Facts, seed: int | None) -> int | None:
    return gallery_of(facts).listing.index(seed)


def _with(scene: Scene, facts: Facts, choice: SeedChoice) -> Scene:
    """Return the scene with another choice, whose cursor is scrolled to."""
    gallery_of(facts).sheet.reveal = choice.cursor
    return scene.interacting(seeds=choice)


def _show(scene: Scene, facts: Facts) -> Scene:
    seed = scene.interaction.seeds.cursor
    return scene if seed is None else scene.request(ShowSeed(seed))


def _shelve(scene: Scene, facts: Facts) -> Scene:
    seeds = choosing.targets(scene.interaction.seeds)
    return scene.request(ShelveSeeds(seeds)) if seeds else scene


def _blend(scene: Scene, facts: Facts) -> Scene:
    return scene.request(BlendSeeds(scene.interaction.seeds.chosen))


def _walk(scene: Scene, facts: Facts) -> Scene:
    return scene.request(WalkThrough(scene.interaction.seeds.chosen))


def _pile(scene: Scene, facts: Facts) -> Scene:
    return scene.request(PileSeeds(scene.interaction.seeds.chosen))


def _export(scene: Scene, facts: Facts) -> Scene:
    return scene.request(ExportSeeds(choosing.targets(scene.interaction.seeds), options_of(facts)))


def _similar(scene: Scene, facts: Facts) -> Scene:
    return similar_to(scene, scene.interaction.seeds.cursor)


def _all(scene: Scene, facts: Facts) -> Scene:
    choice = choosing.everything(scene.interaction.seeds, gallery_of(facts).listing.shown.seeds)
    return scene.interacting(seeds=choice)


def _invert(scene: Scene, facts: Facts) -> Scene:
    choice = choosing.inverted(scene.interaction.seeds, gallery_of(facts).listing.shown.seeds)
    return scene.interacting(seeds=choice)


def _undo(scene: Scene, facts: Facts) -> Scene:
    return undone(scene, facts) if can_undo(scene, facts) else scene.request(Undo())


def _redo(scene: Scene, facts: Facts) -> Scene:
    return redone(scene, facts) if can_redo(scene, facts) else scene.request(Redo())
