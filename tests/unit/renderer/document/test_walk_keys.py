"""Walks as keys, and constant speed."""

from random import Random

import numpy as np
import pytest

from renderer.document import walk_keys
from renderer.document.animate import source_time, value_at
from renderer.document.document import Document, Motion
from renderer.document.parts import Latent, Mixing, WBlend
from renderer.document.retiming import retimed
from renderer.document.timeline import Timeline, fingerprint

LOOP, WAY = Timeline(seconds=8.0, fps=10.0), Timeline(seconds=8.0, fps=10.0, loop=False)


def test_a_random_walk_begins_at_the_present_and_fills_the_time():
    start = Latent(5, 3, "arc")
    track = walk_keys.random_walk(LOOP, start, Random(1)).tracks[0]
    assert track.keys[0].value == start
    assert [key.at for key in track.keys] == pytest.approx([0, 1.6, 3.2, 4.8, 6.4])
    assert [key.at for key in walk_keys.random_walk(WAY, start, Random(1)).tracks[0].keys] == [0, 2, 4, 6, 8]
    assert walk_keys.random_walk(LOOP, start, Random(1)).tracks[0] == track


def test_a_circle_stays_around_the_present_and_closes():
    timeline = walk_keys.circular_walk(LOOP, Latent(5), Random(1), radius=0.5)
    track = timeline.tracks[0]
    for t in np.linspace(0, 8, 41):
        blend = value_at(track, timeline, t % 8)
        shares: dict[Latent, float] = {}
        for part, share in blend.parts if not isinstance(blend.parts[0][0], Latent) else ((blend, 1.0),):
            for latent, inner in part.parts:
                shares[latent] = shares.get(latent, 0.0) + share * inner
        centre, x, y = (shares[latent] for latent in track.keys[0].value.parts for latent in latent[:1])
        assert np.hypot(x, y) == pytest.approx(0.5, abs=1e-3)
        assert centre + x + y == pytest.approx(1)
    assert isinstance(track.keys[0].value, WBlend)


def test_a_walk_of_some_layers_leaves_the_others():
    timeline = walk_keys.layer_walk(LOOP, Latent(5), Mixing(), (2, 3), Random(1))
    for t in (0.0, 1.0, 7.5):
        mixing = value_at(timeline.tracks[0], timeline, t, Document(latent=Latent(5)))
        assert set(mixing.ws) <= {2, 3}
    assert {layer.source for layer in timeline.tracks[0].keys[0].value.layers} == {Latent(5)}, "it begins as it is"


def test_what_moves_becomes_keys_that_pass_where_it_would():
    motion = Motion(latent=True, latent_speed=0.5, turn=True, turn_speed=10.0)
    timeline = walk_keys.motion_keys(WAY, Document(latent=Latent(0.25)), motion)
    latents, angle = timeline.tracks
    assert [key.value.x for key in latents.keys] == [0.25, 1, 2, 3, 4, 4.25]
    assert [key.at for key in latents.keys] == [0, 1.5, 3.5, 5.5, 7.5, 8]
    assert value_at(angle, timeline, 4.0) == pytest.approx(40)


def test_in_a_loop_turns_and_circles_are_whole():
    motion = Motion(turn=True, turn_speed=50.0, orbit=True, orbit_speed=0.2)
    timeline = walk_keys.motion_keys(LOOP, Document(), motion)
    angle, x, y = timeline.tracks
    assert value_at(angle, timeline, 7.9) + 360 / 80 == pytest.approx(360)
    for t in np.linspace(0, 7.9, 30):
        assert np.hypot(value_at(x, timeline, t), value_at(y, timeline, t)) == pytest.approx(0.1, abs=1e-3)


def test_constant_speed_spends_time_where_the_picture_changes():
    changes = np.array([1.0, 1.0, 8.0, 2.0])
    timeline = Timeline(seconds=4.0, loop=False, constant_speed=True, retiming=retimed(Timeline(seconds=4.0), changes))
    assert timeline.retiming.measured == fingerprint(Timeline(seconds=4.0))
    sums = np.concatenate([[0], np.cumsum(changes)])
    seen = [np.interp(source_time(timeline, t), range(5), sums) for t in np.linspace(0, 4, 13)]
    assert np.diff(seen) == pytest.approx(np.full(12, 1.0), abs=0.05)


def test_a_picture_that_never_changes_keeps_its_times():
    assert retimed(Timeline(), np.zeros(5)).shares == pytest.approx(np.linspace(0, 1, 241))
