"""Measured effects of found directions: ranges of layers, what is still changed, and the order by it."""

from dataclasses import replace

import numpy as np
import pytest

from renderer.document.directions.effects import EffectsFound, Fixed
from renderer.document.directions.finds import Found, FoundGroup
from renderer.document.directions.searches import FoundTable, MeasureSearch
from renderer.document.parts import ArrayRef, Direction, Network
from renderer.fake.engine import model_info
from tests.unit.viz.facts import new_facts
from viz.directions import effects, groups, listing, using
from viz.state.scene import Scene

MODEL = model_info(Network(), "StyleGAN3-T", 64)


def ref(number: int) -> ArrayRef:
    return ArrayRef(f"{number:064x}")


def result(layer: int = 4, kept=(), place: int = 0) -> EffectsFound:
    by_layer, where = np.zeros(MODEL.num_ws, np.float32), np.full((4, 4), 0.01, np.float32)
    by_layer[layer], where[place] = 1, 1
    return EffectsFound(by_layer, where, np.array(kept, np.float32).reshape(-1, 2))


def scene_of(*rows: Found, way="pca") -> tuple[Scene, FoundGroup]:
    group = FoundGroup(way, rows=rows)
    return groups.with_group(Scene(), group), group


def row(number: int = 1, **changes: object) -> Found:
    return replace(Found("PC", ref(number), 1.0, 0.5, 0, 15, (0, 15)), **changes)


def after(scene: Scene) -> Found:
    return scene.view.finds.groups[0].rows[0]


def test_the_range_becomes_that_on_which_it_acts():
    facts = new_facts(model=MODEL)
    scene, group = scene_of(row())
    found = after(effects.measured(scene, facts, group, row(), result(4)))
    assert (found.first, found.last, found.usual) == (4, 4, (4, 4))
    assert listing.figures(facts).effects(found, facts.arrays).share(4, 4) == 1


def test_a_range_that_was_set_and_that_of_a_slider_stay():
    facts = new_facts(model=MODEL)
    own = row(first=2, last=9)
    scene, group = scene_of(own)
    found = after(effects.measured(scene, facts, group, own, result(4)))
    assert (found.first, found.last, found.usual) == (2, 9, (4, 4)), "a right click goes there"
    scene, group = scene_of(row())
    scene = using.added(scene, row(), "net")
    scene = effects.measured(scene, facts, group, row(), result(4))
    assert (after(scene).first, after(scene).last) == (0, 15)
    assert (scene.document.directions[0].first, scene.document.directions[0].last) == (0, 15)
    scene, group = scene_of(row(first=0, last=7, usual=(0, 7)), way="kept")
    found = after(effects.measured(scene, facts, group, after(scene), result(4)))
    assert (found.first, found.last, found.usual) == (0, 7, (0, 7)), "it came with its layers"


def test_a_direction_without_any_effect_keeps_its_range():
    facts = new_facts(model=MODEL)
    scene, group = scene_of(row())
    nothing = replace(result(), by_layer=np.zeros(MODEL.num_ws, np.float32))
    assert after(effects.measured(scene, facts, group, row(), nothing)).last == 15


def test_what_it_still_changes_is_said_once_it_is_measured():
    fixed = (Fixed("Smile", ref(8)), Fixed("Tilt", ref(9)))
    own = row(before=ref(7), fixed=fixed)
    assert groups.fixed_text(own) == ("Measuring what it still changes of Smile, Tilt…", False)
    facts = new_facts(model=MODEL)
    scene, group = scene_of(own, way="measure")
    found = after(effects.measured(scene, facts, group, own, result(4, [(0.5, -0.1), (0.2, 0.01)])))
    assert groups.fixed_text(found) == ("Still changes Smile 0.10 σ (before 0.50), Tilt 0.01 σ (before 0.20)", False)
    worse = replace(found, fixed=(replace(found.fixed[0], after=0.4),))
    assert groups.fixed_text(worse)[1], "little is kept"
    assert groups.fixed_text(row()) == ("", False)


def test_a_measure_has_its_row_the_direction_before_and_what_it_keeps():
    facts = new_facts(model=MODEL)
    vectors = np.eye(2, MODEL.w_dim, dtype=np.float32)
    packed = FoundTable(vectors, np.ones(2, np.float32), np.full(2, 0.6, np.float32)).packed()
    kept = row(9, words="redder", region=ref(3))
    scene, _ = scene_of(kept, way="measure")
    scene = using.put_at(scene, kept, 1.0, "net")
    fixed = groups.fixed_of(scene.view.finds, scene.document.directions)
    way = MeasureSearch("brighter", keep=fixed)
    assert fixed == (Fixed("PC", kept.array, 0, 15, "redder", ref(3)),)
    group = groups.group_of(way, packed, MODEL, facts.arrays, None, 1.0)
    (one,) = group.rows
    assert (one.name, one.words, one.fixed) == ("Brighter", "brighter", fixed)
    np.testing.assert_array_equal(facts.arrays.get(one.before), vectors[1])


def test_what_changes_least_else_comes_first_once_all_are_measured():
    facts = new_facts(model=MODEL)
    rows = [row(1, name="a"), row(2, name="b"), row(3, name="c")]
    sort = listing.SORTS.index("Changes least else")
    group = FoundGroup("pca", rows=tuple(rows))
    other = [listing.Else(share, False) for share in (0.5, 0.1, 0.3)]
    assert listing.ordered(group, rows, sort, [None] * 3, other) == [1, 2, 0]
    assert listing.ordered(group, rows, sort, [None] * 3, [*other[:2], None]) == [0, 1, 2], "none jumps meanwhile"
    assert listing.figures(facts).elsewhere(rows[0], None, facts) is None


def test_elsewhere_is_outside_the_painted_region():
    facts = new_facts(model=MODEL)
    packed = facts.arrays.add(result(place=2).packed())
    own = row(effects=packed)
    region = np.zeros((64, 64), np.uint8)
    region[32:48] = 255
    painted = facts.arrays.add(region)
    plain = listing.figures(facts).elsewhere(own, None, facts)
    assert not plain.painted
    inside = listing.figures(facts).elsewhere(own, painted, facts)
    assert inside == listing.Else(pytest.approx(0.12 / 4.12), True)
    region[:] = 0
    region[:16] = 255
    outside = listing.figures(facts).elsewhere(replace(own, region=facts.arrays.add(region)), painted, facts)
    assert outside.share > 0.9, "the region of its own measure comes first"


def test_cosines_are_computed_once(monkeypatch):
    facts, counts = new_facts(model=MODEL), []
    real = listing._cosine
    monkeypatch.setattr(listing, "_cosine", lambda *args: counts.append(1) or real(*args))
    a, b = (facts.arrays.add(np.eye(2, MODEL.w_dim, dtype=np.float32)[i]) for i in (0, 1))
    own, kept = row(array=a), (Direction("b", b, 0.0, 0, 15),)
    for _ in range(3):
        assert listing.closest(own, kept, facts, MODEL) == listing.Closest("b", 0.0)
    assert len(counts) == 1
    listing.closest(own.ranged(2, 3), kept, facts, MODEL)
    assert len(counts) == 2


def test_a_row_that_cannot_be_measured_is_last_and_keeps_none_waiting():
    facts = new_facts(model=MODEL)
    lost, waits = row(1), row(2, array=facts.arrays.add(np.ones(MODEL.w_dim, np.float32)))
    assert (effects.state_of(facts, lost), effects.state_of(facts, waits)) == ("not measured", "measuring…")
    scene, group = scene_of(lost, waits)
    finder = replace(scene.interaction.finder, sort=listing.SORTS.index("Changes least else"))
    scene = scene.interacting(finder=finder)
    assert effects.progress(scene, facts, group) == "measuring 1 of 2"
    assert effects.other_of(scene, facts, lost) == listing.Else(1.0, False)
    assert effects.other_of(scene, facts, waits) is None
    scene = effects.measured(scene, facts, group, waits, result(4))
    assert effects.progress(scene, facts, scene.view.finds.groups[0]) == ""
    assert effects.other_of(scene, facts, scene.view.finds.groups[0].rows[1]).share < 1
