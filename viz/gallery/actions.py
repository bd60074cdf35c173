"""Actions of the gallery: show a seed, blend or walk through several, put them on the shelf."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from foundation.words import counted
from renderer.document import timeline as tl
from renderer.document.document import Swatch
from renderer.document.parts import WBlend
from renderer.document.timeline import Key, Track
from viz.directions.piles import opened_with
from viz.state.facts import Facts
from viz.state.keyframes import with_timeline
from viz.state.params import put
from viz.state.playback import scrubbed
from viz.state.scene import Action, Scene, Window
from viz.state.swatches import of_seed, opened, shelved

GALLERY = "view.gallery.on"
MOST_BLENDED = 1000
"""Most seeds of a blend, as documents hold them."""
WALK_S = 2.0
"""Seconds from one seed of a walk to the next."""


@dataclass(frozen=True)
class ShowSeed(Action):
    """Show a seed on the canvas, and close the gallery."""

    seed: int

    def change(self, scene: Scene, window: Window) -> Scene:
        """Return the scene with the seed."""
        latent = scene.document.latent.at_seed(self.seed)
        return put(put(scene, "document.latent", latent), GALLERY, False)


@dataclass(frozen=True)
class BlendSeeds(Action):
    """Show the mean of the w of several seeds, in equal parts."""

    seeds: tuple[int, ...]

    def change(self, scene: Scene, window: Window) -> Scene:
        """Return the scene with the blend, as one step."""
        model = window.facts.model
        if model is None or not self.seeds:
            return scene
        if len(self.seeds) > MOST_BLENDED:
            window.say(f"{len(self.seeds)} seeds are too many to blend: choose {MOST_BLENDED} at most.", bad=True)
            return scene
        latent, share = scene.document.latent, 1 / len(self.seeds)
        blend = WBlend(tuple((latent.at_seed(seed), share) for seed in self.seeds))
        name = f"Blend of {len(self.seeds)}"
        window.steps.step = name
        document = opened(scene.document, Swatch(name, blend), model.num_ws)
        return put(replace(scene, document=document), GALLERY, False)


@dataclass(frozen=True)
class WalkThrough(Action):
    """Fill the timeline with a loop through several seeds, and play it."""

    seeds: tuple[int, ...]

    def change(self, scene: Scene, window: Window) -> Scene:
        """Return the scene with the keys, as one step."""
        if len(self.seeds) < 2:
            return scene
        if WALK_S * len(self.seeds) > tl.LONGEST:
            window.say(
                f"{len(self.seeds)} seeds are too many to walk through: a timeline lasts {tl.LONGEST:g} s.", bad=True
            )
            return scene
        latent, timeline = scene.document.latent, scene.document.timeline
        keys = tuple(Key(WALK_S * i, latent.at_seed(seed)) for i, seed in enumerate(self.seeds))
        longer = replace(timeline, seconds=WALK_S * len(self.seeds), loop=True)
        window.steps.step = f"Walk through {len(self.seeds)}"
        filled = with_timeline(scene, tl.with_track(longer, Track("latent", keys)))
        scene = scrubbed(put(filled, GALLERY, False), 0.0)
        return replace(scene, view=replace(scene.view, playback=replace(scene.view.playback, playing=True)))


MOST_PILED = 1000
"""Most seeds that are put into a pile together."""


@dataclass(frozen=True)
class PileSeeds(Action):
    """Open the two piles with seeds in the right one, and close the gallery."""

    seeds: tuple[int, ...]

    def change(self, scene: Scene, window: Window) -> Scene:
        """Return the scene with the piles in the canvas's place."""
        if len(self.seeds) > MOST_PILED:
            window.say(f"{len(self.seeds)} seeds are too many for a pile: choose {MOST_PILED} at most.", bad=True)
            return scene
        return opened_with(scene, window.facts, self.seeds)


@dataclass(frozen=True)
class ShelveSeeds(Action):
    """Put seeds on the shelf."""

    seeds: tuple[int, ...]

    def change(self, scene: Scene, window: Window) -> Scene:
        """Return the scene with the seeds on the shelf, and say so."""
        shelf = scene.document.shelf
        for seed in self.seeds:
            shelf = shelved(shelf, of_seed(seed, scene.document.latent))
        added = len(shelf) - len(scene.document.shelf)
        if added:
            window.say(f"Put {counted(added, 'seed')} on the shelf", shelf=True)
        else:
            window.say("The shelf holds them already" if len(self.seeds) > 1 else "The shelf holds it already")
        return put(scene, "document.shelf", shelf)


def with_open(scene: Scene, facts: Facts, on: bool) -> Scene:
    """Return the scene with the gallery open or closed; another workspace than training is shown with it."""
    view = scene.view
    if on and view.workspace == "train":
        view = replace(view, workspace="explore")
    return replace(scene, view=replace(view, gallery=replace(view.gallery, on=on), panels_hidden=False))


def ranges_of(seeds: Iterable[int]) -> str:
    """Return seeds as text with ranges: `0-3,7`."""
    parts: list[list[int]] = []
    for seed in seeds:
        if parts and seed == parts[-1][1] + 1:
            parts[-1][1] = seed
        else:
            parts.append([seed, seed])
    return ",".join(f"{first}" if first == last else f"{first}-{last}" for first, last in parts)


def word(seeds: Sequence[int]) -> str:
    """Return `1 picture` or `6 pictures`."""
    return counted(len(seeds), "picture")
