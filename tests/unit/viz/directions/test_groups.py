"""Groups of found directions, their rows and their order."""

from dataclasses import replace

import numpy as np
import pytest

from renderer.document.arrays import ArrayStore
from renderer.document.directions.finds import Found, FoundGroup
from renderer.document.directions.searches import (
    ChannelTable,
    ClassSearch,
    FoundTable,
    MeasureSearch,
    PcaSearch,
    SefaSearch,
    StyleSpaceSearch,
)
from renderer.document.document import Document
from renderer.document.parts import ArrayRef, Direction, Network
from renderer.fake.engine import model_info
from tests.unit.viz.facts import new_facts
from viz.directions import groups, listing, using, ways
from viz.state.finding import belonging
from viz.state.scene import Scene

MODEL = model_info(Network(), "StyleGAN3-T", 64)


def table(count: int = 3) -> FoundTable:
    vectors = np.eye(count, MODEL.w_dim, dtype=np.float32)
    return FoundTable(
        vectors, np.arange(1, count + 1, dtype=np.float32), np.linspace(0.5, 0.1, count, dtype=np.float32)
    )


def made(arrays: ArrayStore, way=PcaSearch(4000, 3)) -> FoundGroup:  # noqa: B008 - frozen
    return groups.group_of(way, table().packed(), MODEL, arrays, None, 1.5)


def test_a_group_holds_the_vectors_times_sigma_and_says_of_what_it_was_made():
    arrays = ArrayStore()
    group = made(arrays)
    assert (group.way, group.note, group.seconds) == ("pca", "4 000 w, 3 components", 1.5)
    assert [row.name for row in group.rows] == ["PC 1", "PC 2", "PC 3"]
    np.testing.assert_array_equal(arrays.get(group.rows[1].array), 2 * np.eye(3, MODEL.w_dim)[1])
    assert (group.rows[0].first, group.rows[0].last, group.rows[0].usual) == (0, 15, (0, 15))
    assert belonging.elsewhere(group, MODEL) == ""
    other = model_info(Network("/nets/other.pkl"), "StyleGAN3-T", 64)
    assert belonging.elsewhere(group, other) == "found with test pattern"


@pytest.mark.parametrize(
    ("way", "name", "note"),
    [
        (SefaSearch(3, (1, 2, 3)), "SeFa 1", "layers 1 to 3, 3 components"),
        (ClassSearch(None, 2), "Class any to 2 1", "any to 2"),
        (MeasureSearch("redder"), "Redder", "redder inside the whole picture"),
    ],
)
def test_names_follow_from_the_search(way, name, note):
    group = made(ArrayStore(), way)
    assert (group.rows[0].name, group.note) == (name, note)


def channels() -> ChannelTable:
    numbers = np.arange(3)
    return ChannelTable(numbers, 2 * numbers, 5 - numbers, np.float32([1, 2, 3]), np.float32([0.3, 0.2, 0.1]))


def test_channels_are_rows_that_move_one_style():
    arrays = ArrayStore()
    group = groups.group_of(StyleSpaceSearch(3, "L1"), channels().packed(), MODEL, arrays, (0, 3), 2.0)
    assert (group.way, group.note) == ("stylespace", "L1, 3 channels")
    row = group.rows[2]
    assert (row.style, row.channel, row.sigma, row.first, row.last) == (MODEL.style_layers[2][0], 4, 3.0, 3, 3)
    assert len({one.array for one in group.rows}) == 3
    scene = using.put_at(Scene(), row, -2.0, "")
    assert scene.document.styles == (using.offset_of(row, -2.0),)
    assert not scene.document.directions
    assert listing.is_added(row, scene.document) is scene.document.styles[0]
    assert listing.closest(row, (), new_facts(model=MODEL), MODEL) is None
    assert using.removed(scene, row).document == Scene().document
    assert [one.name for one in listing.shown(group, listing.FILTERS.index("Added"), scene.document, False)] == [
        row.name
    ]
    assert ways.lacks("stylespace", replace(MODEL, style_layers=())) == "no styles here"
    assert not ways.lacks("stylespace", MODEL)


def test_packed_channels_come_back():
    again = ChannelTable.of(channels().packed())
    for name in ("layers", "channels", "indices", "sigma", "strength"):
        np.testing.assert_array_equal(getattr(again, name), getattr(channels(), name))


def test_a_packed_table_comes_back():
    again = FoundTable.of(table().packed())
    for name in ("vectors", "sigma", "strength"):
        np.testing.assert_array_equal(getattr(again, name), getattr(table(), name))


def test_closest_counts_only_the_layers_on_which_both_act():
    facts = new_facts(model=MODEL)
    arrays = facts.arrays
    a, b = np.zeros(MODEL.w_dim, np.float32), np.zeros(MODEL.w_dim, np.float32)
    a[0], b[:2] = 2, (3, 4)
    row = Found("a", arrays.add(a), first=0, last=7)
    near, far = Direction("b", arrays.add(b), 0.0, 0, 15), Direction("c", arrays.add(-a * 3), 0.0, 8, 15)
    found = listing.closest(row, (near, far), facts, MODEL)
    assert found == listing.Closest("b", pytest.approx(0.6))
    whole = listing.closest(row.ranged(0, 15), (near, far), facts, MODEL)
    assert whole == listing.Closest("c", pytest.approx(1.0)), "the sign does not matter"
    assert listing.closest(row, (Direction("itself", row.array),), facts, MODEL) is None
    assert listing.closest(row, (Direction("gone", ArrayRef("0" * 64)),), facts, MODEL) is None


def test_rows_are_sorted_and_filtered():
    ref = [ArrayRef(f"{i:064d}") for i in range(4)]
    rows = (
        Found("PC 10", ref[0], strength=0.4, first=6, starred=True),
        Found("PC 2", ref[1], strength=0.3, first=1),
        Found("Age", ref[2], strength=0.2, first=3, hidden=True),
    )
    group = FoundGroup("pca", rows=rows)
    close = [listing.Closest("x", 0.9), None, listing.Closest("x", 0.2)]
    other = [listing.Else(share, False) for share in (0.3, 0.2, 0.1)]
    names = {
        sort: [rows[i].name for i in listing.ordered(group, rows, listing.SORTS.index(sort), close, other)]
        for sort in listing.SORTS
    }
    assert names == {
        "Strongest first": ["PC 10", "PC 2", "Age"],
        "Changes least else": ["Age", "PC 2", "PC 10"],
        "Most different first": ["PC 2", "Age", "PC 10"],
        "By layer": ["PC 2", "Age", "PC 10"],
        "By name": ["Age", "PC 2", "PC 10"],
        "Newest first": ["PC 10", "PC 2", "Age"],
    }
    file = FoundGroup("file", rows=tuple(replace(row, sigma=sigma) for row, sigma in zip(rows, (1, 3, 2), strict=True)))
    strongest = listing.ordered(file, file.rows, 0, close, other)
    assert [rows[i].name for i in strongest] == ["PC 2", "Age", "PC 10"], "of files by the deviation that they show"
    assert listing.ordered(file, file.rows, listing.SORTS.index("Newest first"), close, other) == [0, 1, 2]
    assert listing.shown(group, 0, Document(), hidden=False) == list(rows[:2])
    assert listing.shown(group, 0, Document(), hidden=True) == list(rows)
    assert listing.shown(group, 1, Document(), hidden=False) == [rows[0]]
    assert listing.shown(group, 2, Document(directions=(Direction("mine", ref[1]),)), hidden=False) == [rows[1]]


def test_to_turn_a_direction_around_leaves_the_picture():
    arrays = ArrayStore()
    group = made(arrays)
    scene = groups.with_group(Scene(), group)
    scene = using.put_at(scene, group.rows[1], 1.5, "net")
    turned = using.turned(scene, group.rows[1], arrays)
    (one,) = turned.document.directions
    assert one.strength == -1.5
    np.testing.assert_array_equal(arrays.get(one.array), -arrays.get(group.rows[1].array))
    assert turned.view.finds.groups[0].rows[1].array == one.array, "its row stays the row of the slider"


def test_a_direction_is_added_once_and_under_a_free_name():
    arrays = ArrayStore()
    group = made(arrays)
    scene = groups.with_group(Scene(), group)
    scene = using.added(scene, group.rows[0], "net")
    assert using.added(scene, group.rows[0], "net") is scene
    scene = using.added(scene, replace(group.rows[1], name="PC 1"), "net")
    assert [one.name for one in scene.document.directions] == ["PC 1", "PC 1 2"]
    scene = using.ranged(scene, group.rows[0], 2, 4)
    assert (scene.document.directions[0].first, scene.view.finds.groups[0].rows[0].last) == (2, 4)
    scene = using.named(scene, scene.view.finds.groups[0].rows[0], "  Smile \n more ")
    assert scene.document.directions[0].name == scene.view.finds.groups[0].rows[0].name == "Smile more"
    assert not using.removed(using.removed(scene, group.rows[0]), group.rows[1]).document.directions


def test_values_are_written_with_their_unit():
    assert [using.value_text(v, 1.0) for v in (2.0, -0.35, 0.0, -0.001)] == ["+2 σ", "−0.35 σ", "0 σ", "0 σ"]
    assert using.value_text(1.5, 0.0) == "+1.5"
