"""Two piles: which picture comes next, what a choice does, and the slider that grows. Pure but for `look`."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

import numpy as np

from foundation.seeds import RANDOM_SEEDS
from foundation.specs.editing.defaults import PILE_SAMPLE
from foundation.words import counted
from renderer.document.directions.finds import Found, FoundGroup
from renderer.document.directions.piles import Accuracy, PileFound, Piles, Side
from renderer.document.document import Document, request_for
from renderer.document.parts import Latent
from renderer.ipc.protocol import Display, ModelInfo, RenderRequest, SortPiles
from viz.directions import groups, using
from viz.state.facts import Facts
from viz.state.finding import finder
from viz.state.finding.belonging import key_of
from viz.state.interaction import PileSorter
from viz.state.scene import Scene

AHEAD = 6
"""Pictures drawn before they are needed."""
BY_CHANCE, EVERY = 8, 5
"""The first so many pictures come by chance, then every so manieth."""
ONE_SIDED, HOPELESS, CHANCE_ACCURACY, GOOD = 12, 24, 0.6, 0.8


def own(scene: Scene, facts: Facts) -> Piles | None:
    """Return the piles of the open network; None before the first choice."""
    if facts.model is None:
        return None
    key = key_of(facts.model)
    return next((one for one in scene.view.finds.piles if one.fingerprint == key), None)


def with_own(scene: Scene, piles: Piles) -> Scene:
    """Return the scene with the piles of a network replaced."""
    finds = scene.view.finds
    rest = tuple(one for one in finds.piles if one.fingerprint != piles.fingerprint)
    return replace(scene, view=replace(scene.view, finds=replace(finds, piles=(piles, *rest))))


def opened(scene: Scene, facts: Facts) -> Scene:
    """Return the scene with the two piles in the canvas's place, and their slider below."""
    if facts.model is None:
        return scene
    if own(scene, facts) is None:
        scene = with_own(scene, _new(facts, facts.model))
    scene = finder.shown(scene, way="piles")
    gallery = replace(scene.view.gallery, on=False)
    return replace(scene, view=replace(scene.view, sorting=True, grid=False, gallery=gallery))


def opened_with(scene: Scene, facts: Facts, seeds: Sequence[int]) -> Scene:
    """Return the scene with the two piles open, and some seeds in the right one, the newest of it."""
    scene = opened(scene, facts)
    piles = own(scene, facts)
    if piles is None:
        return scene
    for seed in seeds:
        piles = piles.chosen(seed, "right")
    return with_own(scene, piles)


def _new(facts: Facts, model: ModelInfo) -> Piles:
    last = model.num_ws - 1
    return Piles(chance=facts.chance.randrange(RANDOM_SEEDS), last=last, network=model.title, fingerprint=key_of(model))


def upcoming(piles: Piles, odds: PileFound | None, now: int | None, count: int) -> tuple[int, ...]:
    """Return the seeds of the next pictures, the present one first.

    The first ones come by chance, then those nearest to the present boundary, every fifth by chance.
    """
    used = {one.seed for one in piles.choices}
    queue = [now] if now is not None and now not in used else []
    used.update(queue)
    sample = list(range(piles.chance, piles.chance + PILE_SAMPLE))
    sure = {} if odds is None else {piles.chance + i: abs(float(one)) for i, one in enumerate(odds.odds[:PILE_SAMPLE])}
    place = len(piles.choices) + len(queue)
    while len(queue) < count:
        rest = [seed for seed in sample if seed not in used]
        if not rest:
            break
        by_chance = not sure or place < BY_CHANCE or place % EVERY == EVERY - 1
        seed = rest[0] if by_chance else min(rest, key=lambda one: sure.get(one, np.inf))
        queue.append(seed)
        used.add(seed)
        place += 1
    return tuple(queue)


def chosen(scene: Scene, facts: Facts, side: Side, seed: int | None = None) -> Scene:
    """Return the scene with the present picture, or that of a seed, on a side; the next one comes."""
    piles, sorter = own(scene, facts), scene.interaction.sorter
    seed = sorter.now if seed is None else seed
    if piles is None or seed is None:
        return scene
    after = piles.chosen(seed, side)
    queue = upcoming(after, sorter.found, None if seed == sorter.now else sorter.now, 1)
    scene = with_own(scene, after)
    return _sorting(scene, now=queue[0] if queue else None)


def can_take_back(scene: Scene, facts: Facts) -> bool:
    """Return True while the piles are shown and a choice was made."""
    return scene.view.sorting and (piles := own(scene, facts)) is not None and bool(piles.choices)


def taken_back(scene: Scene, facts: Facts) -> Scene:
    """Return the scene without the newest choice, whose picture is in the middle again."""
    piles = own(scene, facts)
    if piles is None or not piles.choices:
        return scene
    return _sorting(with_own(scene, piles.back()), now=piles.choices[-1].seed)


def corrected(scene: Scene, facts: Facts, seed: int, side: Side | None) -> Scene:
    """Return the scene with a sorted picture on another side; None takes it out."""
    piles = own(scene, facts)
    if piles is None:
        return scene
    return with_own(scene, piles.without(seed) if side is None else piles.moved(seed, side))


def _sorting(scene: Scene, **changes: object) -> Scene:
    sorter: PileSorter = replace(scene.interaction.sorter, **changes)  # type: ignore[arg-type]
    return scene.interacting(sorter=sorter)


def look(scene: Scene, facts: Facts) -> Scene:
    """Return the scene with the next picture chosen, and with what was learned. Call once a frame before the panels."""
    model = facts.model
    if not scene.view.sorting or model is None:
        return scene
    piles = own(scene, facts)
    if piles is None:
        return opened(scene, facts)
    latest = facts.scratch.get(_Latest)
    if latest.network != piles.fingerprint:  # what was learned belongs to another network
        latest.network, latest.result = piles.fingerprint, None
        scene = scene.interacting(sorter=PileSorter())
    sorter = scene.interaction.sorter
    if sorter.now is None or sorter.now in {one.seed for one in piles.choices}:
        queue = upcoming(piles, sorter.found, None, 1)
        scene = _sorting(scene, now=queue[0] if queue else None)
    if not piles.enough:
        latest.result = None  # the same piles, sorted again, have the same result
        return _sorting(scene, found=None, of=0, trial=None, problem="") if sorter.found is not None else scene
    work = SortPiles(_base(scene, facts), piles.of("left"), piles.of("right"), piles.chance, PILE_SAMPLE)
    status = facts.jobs.ask(work)
    if status.failure is not None:
        return _sorting(scene, problem=status.failure.message)
    if status.result is None or latest.result is status.result:
        return scene
    latest.result = status.result
    return _learned(scene, facts, piles, PileFound.of(status.result), status.over)


@dataclass
class _Latest:
    """The newest result of the job, by identity, and the fingerprint of its network."""

    network: str = ""
    result: object = None


def _learned(scene: Scene, facts: Facts, piles: Piles, found: PileFound, final: bool) -> Scene:
    """Return the scene with a new result: its slider and a point of its curve."""
    row = row_of(piles, found, facts)
    point = Accuracy(piles.count, found.accuracy, found.error)
    curve = (*(one for one in piles.curve if one.count < piles.count), point)
    scene = with_own(scene, replace(piles, curve=curve))
    return _sorting(scene, found=found, of=piles.count, final=final, trial=row, problem="")


def row_of(piles: Piles, found: PileFound, facts: Facts) -> Found:
    """Return the slider of two piles as a row of the results."""
    vector = np.asarray(found.vector * found.sigma, np.float32)
    last = piles.last if facts.model is None else min(piles.last, facts.model.num_ws - 1)
    ends = (min(piles.first, last), last)
    return Found(piles.right, facts.arrays.add(vector), found.sigma, found.accuracy, *ends, ends)


def trial(scene: Scene, facts: Facts) -> Found | None:
    """Return the slider that grows, with its present name and layers."""
    row, piles = scene.interaction.sorter.trial, own(scene, facts)
    if row is None or piles is None or facts.model is None:
        return None
    return replace(row, name=piles.right, first=piles.first, last=min(piles.last, facts.model.num_ws - 1))


def added(scene: Scene, facts: Facts) -> Scene:
    """Return the scene with the slider in the section Directions, and its row among the results."""
    row, piles, model = trial(scene, facts), own(scene, facts), facts.model
    if row is None or piles is None or model is None:
        return scene
    if groups.row_of(scene.view.finds, row.array) is None:
        note = f"{counted(piles.count, 'picture')} sorted: {piles.left}, {piles.right}"
        scene = groups.with_group(scene, FoundGroup("piles", note, (row,), model.title, key_of(model)))
    return using.added(scene, row, model.title, scene.interaction.sorter.strength)


def advice(piles: Piles, accuracy: float | None) -> str:
    """Return what is wrong with the piles, as a sentence; empty if nothing is."""
    left, right = len(piles.of("left")), len(piles.of("right"))
    if piles.count >= ONE_SIDED and not (left and right):
        return "All are on one side. Skip pictures that you cannot tell."
    if accuracy is not None and piles.count >= HOPELESS and accuracy < CHANCE_ACCURACY:
        return "This cannot be told from w. Try another question, or fewer layers."
    return ""


SLOPE = 0.002
"""Gain of accuracy by a picture below which more change little."""
_RECENT = 8


def useful(curve: tuple[Accuracy, ...]) -> int | None:
    """Return how many more pictures are worth sorting; None while the curve is too short.

    The slope of the last points is taken to fall as one over the number of pictures.
    """
    recent = curve[-_RECENT:]
    if len(recent) < 4:
        return None
    counts = np.array([one.count for one in recent], float)
    slope = float(np.polyfit(counts, [one.value for one in recent], 1)[0])
    now = recent[-1].count
    return 0 if slope <= SLOPE else min(round(now * slope / SLOPE) - now, 60)


@dataclass
class _Requests:
    """Requests of pictures by seed, the same objects while nothing changes."""

    base: RenderRequest = RenderRequest(0)
    made_from: tuple[object, ...] = ()
    by_seed: dict[int, RenderRequest] = field(default_factory=dict)


def _base(scene: Scene, facts: Facts) -> RenderRequest:
    """Return the request that pictures to sort have in common: the network and its truncation, nothing else."""
    kept, document = facts.scratch.get(_Requests), scene.document
    made = (document.network, document.truncation, document.force_fp32, scene.settings.device)
    if kept.made_from != made:
        plain = Document(document.network, truncation=document.truncation, force_fp32=document.force_fp32)
        kept.base, kept.made_from = request_for(plain, Display(), scene.settings.device, 0), made
        kept.by_seed = {}
    return kept.base


def request_of(scene: Scene, facts: Facts, seed: int) -> RenderRequest:
    """Return the request of the picture of a seed."""
    base, kept = _base(scene, facts), facts.scratch.get(_Requests)
    if seed not in kept.by_seed:
        kept.by_seed[seed] = replace(base, image=replace(base.image, latent=Latent(float(seed))))
    return kept.by_seed[seed]
