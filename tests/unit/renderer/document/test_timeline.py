"""Keys, tracks and their changes, and documents at times of the timeline."""

from dataclasses import replace

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from gan.latents import blend_w
from renderer.document import timeline as tl
from renderer.document.animate import laid, requested, source_time, value_at
from renderer.document.document import Document, request_for
from renderer.document.parts import (
    ArrayRef,
    Direction,
    Display,
    Latent,
    LayerBend,
    LayerNoise,
    LayerStyle,
    Mixing,
    Noise,
    StyleOffset,
    Truncation,
    WBlend,
)
from renderer.document.plain import from_plain, to_plain
from renderer.document.timeline import Key, Retiming, Timeline, Track
from tests.soak import times
from tests.unit.renderer.document.states import DOCUMENTS, PATHS, states

WITH_LISTS = Document(
    directions=(Direction("smile", ArrayRef("0" * 64), 2.0),),
    styles=(StyleOffset("b8.conv0", 118, 3.0),),
    bends=(LayerBend("b8.conv0", "turn", 4.0),),
)
A, B, C = Latent(1), Latent(2, 3), Latent(40)
LATENTS = Track("latent", (Key(0.0, A), Key(3.0, B), Key(7.0, C)))


def only(track: Track, **changes: object) -> Timeline:
    return replace(Timeline((track,), 10.0), **changes)  # type: ignore[arg-type]


@given(states(Timeline))
def test_at_its_own_time_a_key_counts_exactly(timeline):
    timeline = replace(timeline, seconds=20.0, constant_speed=False)
    document = WITH_LISTS
    for track in timeline.acting:
        for key in track.keys:
            state, display = laid(document, Display(), replace(timeline, tracks=(track,)), key.at)
            assert tl.get(state, display, track.path) == key.value


@settings(max_examples=times(40))
@given(DOCUMENTS, st.floats(0, 100))
def test_any_timeline_makes_a_request_of_any_document(document, t):
    made = requested(request_for(document, Display(), "cpu", 1), document.timeline, t)
    hash(made)
    state, _ = laid(document, Display(), document.timeline, t, plain=True)
    assert isinstance(state.latent, Latent)


@given(st.floats(0, 10), st.booleans())
def test_a_request_and_a_document_get_the_same(t, loop):
    timeline = Timeline((LATENTS, Track("truncation.psi", (Key(1.0, 0.2), Key(5.0, 0.9)))), 10.0, loop=loop)
    document = Document()
    by_document, display = laid(document, Display(), timeline, t)
    direct = requested(request_for(document, Display(), "cpu", 1), timeline, t)
    assert direct == request_for(by_document, display, "cpu", 1)


@given(st.lists(st.floats(-3, 3), min_size=3, max_size=3), st.floats(0, 10))
def test_numbers_have_no_jumps_in_a_loop(values, t):
    track = Track("truncation.psi", tuple(Key(at, value) for at, value in zip((0.0, 3.0, 7.0), values, strict=True)))
    near = [value_at(track, only(track), moment) for moment in (t, (t + 1e-5) % 10)]
    assert near[0] == pytest.approx(near[1], abs=1e-3)


def test_a_number_goes_straight_or_smooth_and_a_word_waits_for_its_key():
    straight = Track("transform.angle", (Key(0.0, 0.0), Key(4.0, 8.0)), "linear")
    assert value_at(straight, only(straight, loop=False), 1.0) == 2.0
    assert value_at(straight, only(straight), 7.0) == pytest.approx(4.0), "in a loop it goes back to the first key"
    mode = Track("noise.mode", (Key(0.0, "none"), Key(4.0, "random")))
    assert [value_at(mode, only(mode), t) for t in (3.9, 4.0, 9.9)] == ["none", "random", "random"]
    seed = Track("noise.seed", (Key(0.0, 0), Key(10.0, 10)), "linear")
    assert value_at(seed, only(seed, loop=False), 4.4) == 4


def test_where_a_loop_ends_it_begins():
    ends = Track("truncation.psi", (Key(4.0, 0.5), Key(10.0, 1.0)))
    assert value_at(ends, only(ends), 0.0) == 1.0
    both = replace(ends, keys=(Key(0.0, 0.2), *ends.keys))
    assert value_at(both, only(both), 0.0) == 0.2


@given(st.floats(0, 9.99), st.sampled_from(["linear", "cubic"]))
def test_norm_keeping_interpolates_the_distances_from_the_mean_linearly(t, kind):
    torch.manual_seed(0)
    w_avg, ws = (
        torch.randn(16, dtype=torch.float64),
        dict(zip((A, B, C), torch.randn(3, 16, dtype=torch.float64) * 3, strict=True)),
    )
    track = replace(LATENTS, interpolation=kind)
    blend = value_at(track, only(track), t)
    if isinstance(blend, Latent):
        return
    assert blend.keep_norm
    w = blend_w(
        torch.stack([ws[source] for source, _ in blend.parts]), [part for _, part in blend.parts], w_avg,
        keep_norm=True, distances=blend.lengths,
    )  # fmt: skip
    lengths = [float((ws[key.value] - w_avg).norm()) for key in track.keys]
    wanted = np.interp(t, [0, 3, 7, 10], [*lengths, lengths[0]])
    assert float((w - w_avg).norm()) == pytest.approx(wanted, rel=0.01)


def test_without_norm_keeping_the_blend_is_straight_and_slerp_is_on_the_sphere():
    plain = value_at(LATENTS, only(LATENTS, keep_norm=False), 1.0)
    assert not plain.keep_norm
    assert plain.lengths == ()
    sphere = replace(LATENTS, interpolation="slerp")
    blend = value_at(sphere, only(sphere), 1.5)
    assert blend.spherical
    assert blend.parts == ((A, 0.5), (B, 0.5))


def test_keys_of_one_latent_stay_that_latent():
    track = Track("latent", (Key(0.0, A), Key(3.0, A), Key(5.0, A)))
    assert value_at(track, only(track), 2.2) == A


def test_documents_get_the_latent_passed_last_instead_of_a_blend():
    state, _ = laid(Document(), Display(), only(LATENTS), 4.0, plain=True)
    assert state.latent == B


def test_mixing_fades_in_layer_by_layer():
    style = Latent(9)
    keys = (Key(0.0, Mixing()), Key(4.0, Mixing(layers=(LayerStyle(2, style, 0.8),))))
    track = Track("mixing", keys, "linear")
    assert value_at(track, only(track, loop=False), 1.0, Document()).layers == (
        LayerStyle(2, style, pytest.approx(0.2)),
    )
    other = replace(track, keys=(Key(0.0, Mixing(layers=(LayerStyle(2, A),))), keys[1]))
    mixed = value_at(other, only(other, loop=False), 2.0, Document(latent=C)).layers[0]
    assert mixed.amount == 1
    assert dict(mixed.source.parts) == pytest.approx({C: 0.1, A: 0.5, style: 0.4})


def test_truncation_is_blended_layer_by_layer_where_the_keys_differ_in_kind():
    track = Track(
        "truncation", (Key(0.0, Truncation(0.5, 2)), Key(4.0, Truncation(psis=(0.0, 0.0, 0.0, 0.0)))), "linear"
    )
    between = value_at(track, only(track, loop=False), 2.0)
    assert between.of(6) == (0.25, 0.25, 0.5, 0.5, 0.5, 0.5)
    same = replace(track, keys=(Key(0.0, Truncation(0.5, 2)), Key(4.0, Truncation(1.0, 2))))
    assert value_at(same, only(same, loop=False), 2.0) == Truncation(0.75, 2)


def test_noise_of_layers_fades():
    off = Noise(layers=(LayerNoise("b4.conv1", on=False),))
    track = Track("noise", (Key(0.0, off), Key(4.0, Noise(strength=0.5))), "linear")
    between = value_at(track, only(track, loop=False), 2.0)
    assert between.strength == 0.75
    assert between.of("b4.conv1").strength == 0.5


def test_muted_tracks_and_tracks_of_what_is_gone_do_nothing():
    document = Document()
    gone = Timeline((Track("directions.smile", (Key(0.0, 2.0),)), replace(LATENTS, muted=True)))
    assert laid(document, Display(), gone, 1.0) == (document, Display())


@given(st.lists(st.floats(0, 1), min_size=2, max_size=9), st.floats(0, 10), st.floats(0, 10))
def test_retiming_never_goes_back(shares, a, b):
    timeline = Timeline(seconds=10.0, loop=False, retiming=Retiming(tuple(sorted(shares))), constant_speed=True)
    a, b = sorted((a, b))
    assert 0 <= source_time(timeline, a) <= source_time(timeline, b) <= 10


def test_retiming_counts_only_while_it_is_on():
    timeline = Timeline(seconds=10.0, retiming=Retiming((0.0, 0.8, 1.0)))
    assert source_time(timeline, 5.0) == 5.0
    assert source_time(replace(timeline, constant_speed=True), 5.0) == pytest.approx(8.0)


def test_a_key_is_set_moved_and_removed():
    timeline = tl.keyed(tl.keyed(Timeline(), "truncation.psi", 4.0, 0.5), "truncation.psi", 1.0, 0.2)
    assert [key.at for key in timeline.tracks[0].keys] == [1.0, 4.0]
    eased = tl.with_key(timeline, "truncation.psi", Key(4.0, 0.5, "both"))
    assert tl.key_at(tl.keyed(eased, "truncation.psi", 4.0, 0.7), "truncation.psi", 4.0) == Key(4.0, 0.7, "both")
    moved = tl.moved(eased, "truncation.psi", 4.0, 0.5)
    assert moved.tracks[0].keys == (Key(0.5, 0.5, "both"), Key(1.0, 0.2))
    onto = tl.moved(moved, "truncation.psi", 0.5, 1.0)
    assert onto.tracks[0].keys == (Key(1.0, 0.5, "both"),)
    assert tl.moved(onto, "truncation.psi", 1.0, 99.0).tracks[0].keys[0].at == onto.seconds
    assert tl.without_key(onto, "truncation.psi", 1.0).tracks == ()


@pytest.mark.parametrize("path", PATHS)
def test_every_kind_of_key_comes_back_from_text(path):
    value = tl.get(WITH_LISTS, Display(), path)
    if path == "latent":
        value = WBlend(((A, 0.25), (B, 0.75)), keep_norm=True)
    document = Document(timeline=Timeline((Track(path, (Key(1.5, value, "both"),)),)))
    notes: list[str] = []
    assert from_plain(Document, to_plain(document), notes) == document
    assert not notes


@pytest.mark.parametrize("path", ["", "nothing", "latent.nothing", "transform", "display.spectrum", "network.source"])
def test_what_is_no_parameter_has_no_type(path):
    with pytest.raises(tl.PathError, match="no parameter"):
        tl.type_of(path)


def test_what_makes_no_sense_is_refused():
    for make in (
        lambda: Timeline(seconds=0.0),
        lambda: Timeline(fps=0.0),
        lambda: Key(-1.0, 0.5),
        lambda: Track("latent", (Key(2.0, A), Key(1.0, B))),
        lambda: Retiming((0.5, 0.2)),
    ):
        with pytest.raises(ValueError, match=r"\w+ \w+"):
            make()


def test_a_timeline_has_one_track_with_keys_for_each_parameter():
    psi, other = (Track("truncation.psi", (Key(0.0, value),)) for value in (0.5, 0.7))
    assert Timeline((Track("latent"), psi, LATENTS, other)).tracks == (psi, LATENTS)
