"""Paths between keys of the latent."""

from dataclasses import replace

import pytest

from renderer.document import timeline as tl
from renderer.document.animate import laid, value_at
from renderer.document.arrays import ArrayStore
from renderer.document.document import Document
from renderer.document.parts import ArrayRef, Display, Latent, WBlend
from renderer.document.recipe import Recipe, read, write
from renderer.document.timeline import Key, Timeline, Track, Way, fingerprint, segment_at, segment_mark, with_way

A, B, C = Latent(1), Latent(2, 3), Latent(40)
TRACK = Track("latent", (Key(0.0, A), Key(4.0, B), Key(8.0, C)))
TIMELINE = Timeline((TRACK,), seconds=12.0)
PATH = ArrayRef("a" * 64)


def at(moment, way, timeline=TIMELINE):
    changed = with_way(timeline, 4.0, way)
    return value_at(changed.tracks[0], changed, moment)


@pytest.mark.parametrize(
    ("route", "expected"),
    [
        ("straight", WBlend(((B, 0.75), (C, 0.25)))),
        ("arc", WBlend(((B, 0.75), (C, 0.25)), keep_norm=True, lengths=(0.75, 0.25))),
        ("circle", WBlend(((B, 0.75), (C, 0.25)), circle=True)),
        ("geodesic", WBlend(((B, 0.75), (C, 0.25)), circle=True)),
        ("sphere", WBlend(((B, 0.75), (C, 0.25)), spherical=True)),
    ],
)
def test_a_segment_follows_its_own_path_and_the_others_theirs(route, expected):
    assert at(5.0, Way(route)) == expected
    assert at(4.0, Way(route)) == B
    for moment in (1.0, 8.0, 9.0):
        assert at(moment, Way(route)) == at(moment, Way()), "other segments are the track's"
    assert at(5.0, Way()) != expected


def test_the_segment_across_the_seam_of_a_loop_has_a_path_too():
    timeline = with_way(TIMELINE, 8.0, Way("straight"))
    assert value_at(timeline.tracks[0], timeline, 9.0) == WBlend(((C, 0.75), (A, 0.25)))
    assert segment_at(timeline, 9.0) == (timeline.tracks[0].keys[2], timeline.tracks[0].keys[0])
    assert segment_at(replace(timeline, loop=False), 9.0) is None
    assert segment_at(timeline, 4.0)[1].value == C


def test_an_even_change_spreads_the_moments_of_its_own_keys_only():
    mark = segment_mark(B, C, "straight")
    even = Way("straight", shares=(0.0, 0.1, 1.0), measured=mark)
    assert at(5.0, even) == WBlend(((B, 0.95), (C, 0.05)))
    assert at(6.0, even) == WBlend(((B, 0.9), (C, 0.1)))
    assert at(5.0, replace(even, measured="other")) == WBlend(((B, 0.75), (C, 0.25)))
    eased = with_way(TIMELINE, 4.0, Way("straight"))
    eased = tl.with_key(eased, "latent", replace(tl.key_at(eased, "latent", 4.0), ease="in"))
    assert value_at(eased.tracks[0], eased, 6.0) == WBlend(((B, 0.75), (C, 0.25)))


def test_a_geodesic_goes_through_what_was_found_for_its_keys():
    way = Way("geodesic", through=PATH, measured=segment_mark(B, C, "geodesic"))
    assert at(5.0, way) == WBlend(((B, 0.75), (C, 0.25)), circle=True, through=PATH)
    moved = tl.keyed(with_way(TIMELINE, 4.0, way), "latent", 8.0, Latent(41))
    found = value_at(moved.tracks[0], moved, 5.0)
    assert found == WBlend(((B, 0.75), (Latent(41), 0.25)), circle=True)
    assert moved.tracks[0].keys[1].way == way, "it is still there, should the key come back"


def test_a_path_is_kept_by_changes_of_its_key_and_by_recipes():
    timeline = with_way(TIMELINE, 4.0, Way("circle", shares=(0.0, 0.5, 1.0), measured="x"))
    assert fingerprint(timeline) != fingerprint(TIMELINE)
    assert tl.keyed(timeline, "latent", 4.0, A).tracks[0].keys[1].way == timeline.tracks[0].keys[1].way
    assert tl.moved(timeline, "latent", 4.0, 5.0).tracks[0].keys[1].way.route == "circle"
    document = Document(timeline=timeline)
    text = write(Recipe(document, Display()), ArrayStore())
    notes: list[str] = []
    assert read(text, ArrayStore(), notes).document == document
    assert notes == []
    assert laid(document, Display(), timeline, 4.0)[0].latent == B


def test_shares_that_go_back_are_refused():
    with pytest.raises(ValueError, match="never back"):
        Way("straight", shares=(0.0, 0.6, 0.5))
