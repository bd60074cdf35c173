"""Arithmetic and texts of the left panels, without a window."""

import math
import random
from dataclasses import replace
from pathlib import Path

import pytest

from foundation.seeds import RANDOM_SEEDS
from renderer.document.document import Document
from renderer.document.mixing import take
from renderer.ipc.protocol import (
    Latent,
    LayerInfo,
    LayerNoise,
    LayerStyle,
    Loading,
    Mixing,
    ModelInfo,
    Network,
    Noise,
    Transform,
    Truncation,
)
from viz.files.sources import bundled
from viz.generate import latent, network, noise, pad, psi_curve, transform, truncation
from viz.state.params import put
from viz.state.scene import Scene
from viz.ui.widgets.pick import matching

MODEL = ModelInfo(
    network=Network(),
    title="net.pkl",
    family="StyleGAN2",
    z_dim=512,
    w_dim=512,
    c_dim=0,
    num_ws=10,
    resolution=64,
    height=64,
    width=64,
    img_channels=3,
    ws_names=tuple(f"w{i}" for i in range(10)),
    ws_sizes=tuple((side, side) for side in (4, 8, 8, 16, 16, 32, 32, 64, 64, 64)),
    bands=(4, 8),
    noise_layers=("b4.conv1", "b8.conv0", "b8.conv1"),
    has_transform=False,
    layers=(LayerInfo("b4.conv1", 512, 4, 4, "float32"),),
    device="CPU",
)


# -- latent --


@pytest.mark.parametrize(
    ("x", "y", "seed"),
    [
        (0, 0, 0),
        (1042.38, -0.22, 1042),
        (5, 3, 305),
        (4.5, 0.5, 105),
        (-0.5, -0.5, 0),
        (-0.6, 0, -1),
        (99999.49, 0, 99999),
    ],
)
def test_a_place_has_the_seed_of_its_nearest_whole_place(x: float, y: float, seed: int) -> None:
    assert latent.nearest_seed(Latent(x, y)) == seed
    whole = latent.snapped(Latent(x, y))
    assert whole.x + 100 * whole.y == seed


def test_a_typed_seed_is_found_again_and_keeps_the_rest() -> None:
    before = Latent(3.3, 8.1, "arc", 2, 1, 0.5)
    for seed in (0, 7, -5, 12345, 2**32 - 1):
        there = before.at_seed(seed)
        assert latent.nearest_seed(there) == seed
        assert (there.y, there.blend, there.label, there.label_b, there.label_mix) == (0, "arc", 2, 1, 0.5)


def test_snapping_is_to_the_nearest_and_only_once() -> None:
    assert latent.snapped(Latent(1.49, -2.51)) == Latent(1, -3)
    assert latent.snapped(Latent(1.5, 0)) == Latent(2, 0)
    assert latent.snapped(latent.snapped(Latent(0.7, 0.2))) == latent.snapped(Latent(0.7, 0.2))


def test_the_dice_throw_short_seeds_by_the_source_given() -> None:
    seeds = [latent.nearest_seed(latent.thrown(Latent(), random.Random(k))) for k in range(50)]
    assert seeds == [latent.nearest_seed(latent.thrown(Latent(), random.Random(k))) for k in range(50)]
    assert len(set(seeds)) > 40
    assert all(0 <= seed < RANDOM_SEEDS for seed in seeds)


def test_latent_summary() -> None:
    assert latent.summary(Latent(1042, 0)) == "seed 1042"
    assert latent.summary(Latent(5, 3)) == "seed 305"
    assert latent.summary(Latent(1042.38, -0.22)) == "1042.38, −0.22"


# -- pad --


def test_a_drag_moves_the_pictures_along_with_the_pointer() -> None:
    x, y = pad.walked(10, 0, 56, -28, cell=56, pace=1)
    assert (x, y) == (9, 0.5)
    assert pad.walked(10, 0, 56, 0, cell=56, pace=0.1) == (9.9, 0)
    assert pad.walked(10, 0, 56, 0, cell=56, pace=10) == (0, 0)


def test_the_pictures_around_are_all_that_touch_the_pad_nearest_first() -> None:
    places = pad.around(0.4, -0.2, 250, 112, cell=56, thumb=34)
    assert places[0] == (0, 0)
    distances = [math.hypot(i - 0.4, j + 0.2) for i, j in places]
    assert distances == sorted(distances)

    def touches(i: int, j: int) -> bool:
        return abs(i - 0.4) * 56 <= (250 + 34) / 2 and abs(j + 0.2) * 56 <= (112 + 34) / 2

    assert set(places) == {(i, j) for i in range(-9, 10) for j in range(-9, 10) if touches(i, j)}


def test_pictures_fade_with_distance() -> None:
    fades = [pad.opacity(d / 4) for d in range(20)]
    assert fades == sorted(fades, reverse=True)
    assert fades[0] == pytest.approx(0.91)
    assert fades[-1] > 0.16


def test_what_plays_does_not_make_new_neighbour_pictures() -> None:
    scene = put(Scene(), "document.noise", Noise("random", 3))
    scene = put(scene, "view.motion.mixing", True)
    scene = put(scene, "document.mixing", take(Mixing(4.0), (1, 2), None))
    wanted = pad.neighbour_request(scene)
    for path, value in (
        ("document.noise.seed", 9),
        ("document.mixing.x", 4.3),
        ("document.transform", Transform(0.2, 0.1, 30)),
        ("document.latent.x", 8.5),
        ("document.latent.blend", "arc"),
    ):
        assert pad.neighbour_request(put(scene, path, value)) == wanted, path
    for path, value in (
        ("document.truncation.psi", 0.5),
        ("document.latent.label", 2),
        ("document.network", Network("x.pkl")),
        ("document.mixing.layers", (LayerStyle(1),)),
        ("document.noise.mode", "none"),
        ("settings.device", "cpu"),
    ):
        assert pad.neighbour_request(put(scene, path, value)) != wanted, path


# -- truncation --


def test_a_stroke_goes_straight_over_the_bars_between() -> None:
    flat = (1.0,) * 5
    assert psi_curve.stroked(flat, (2, 0.5), (2, 0.5)) == (1, 1, 0.5, 1, 1)
    assert psi_curve.stroked(flat, (1, 0.0), (3, 1.0)) == (1, 0, 0.5, 1, 1)
    assert psi_curve.stroked(flat, (3, 1.0), (1, 0.0)) == (1, 0, 0.5, 1, 1)


def test_bars_show_psi_below_the_cutoff_and_leave_the_rest() -> None:
    assert Truncation(0.5, 2).of(4) == (0.5, 0.5, 1, 1)
    assert Truncation(0.5).of(3) == (0.5, 0.5, 0.5)
    assert Truncation(0.5, 0).of(2) == (1, 1)
    assert Truncation(0.5, 0, (0.2, 0.4)).of(4) == (0.2, 0.4, 0.4, 0.4)
    assert Truncation(0.5, 99).of(2) == (0.5, 0.5)
    assert Truncation(0.5).of(0) == ()


@pytest.mark.parametrize(("psi", "low", "high"), [(0.5, 0, 1), (-0.5, -0.5, 1), (1.5, 0, 1.5), (1, 0, 1)])
def test_the_chart_always_holds_zero_and_one(psi: float, low: float, high: float) -> None:
    assert psi_curve.span(Truncation(psi).of(3)) == (low, high)
    assert psi_curve.span(()) == (0, 1)


def test_truncation_summary() -> None:
    assert truncation.summary(Truncation(), 16) == "off"
    assert truncation.summary(Truncation(0.62, 0), 16) == "off"
    assert truncation.summary(Truncation(-0.5), 16) == "ψ −0.50"
    assert truncation.summary(Truncation(0.62, 8), 16) == "ψ 0.62 on 8 of 16"
    assert truncation.summary(Truncation(0.62, 16), 16) == "ψ 0.62"


# -- noise, transform --


def test_noise_summary() -> None:
    assert noise.summary(Noise(), None) == ""
    assert noise.summary(Noise(), replace(MODEL, family="StyleGAN3-T", noise_layers=())) == "StyleGAN3-T has none"
    assert noise.summary(Noise(), MODEL) == "3 of 3 layers"
    assert (
        noise.summary(Noise().with_layers(LayerNoise("b8.conv0", on=False), LayerNoise("other", on=False)), MODEL)
        == "2 of 3 layers"
    )
    assert noise.summary(Noise("none"), MODEL) == noise.summary(Noise(strength=0), MODEL) == "off"


def test_transform_summary() -> None:
    able = replace(MODEL, has_transform=True)
    assert transform.summary(Transform(), able) == transform.summary(Transform(), None) == ""
    assert transform.summary(Transform(angle=12), able) == "rotate 12°"
    assert transform.summary(Transform(0.1, -0.05, -12.5), able) == "0.10, −0.05, −12.5°"
    assert transform.summary(Transform(angle=12), MODEL) == "StyleGAN2 has none"


# -- network --


@pytest.mark.parametrize(
    ("typed", "source"),
    [
        ("  /a/b.pkl\n", "/a/b.pkl"),
        ('"/a b/c.pkl"', "/a b/c.pkl"),
        ("'/a/b.pkl'", "/a/b.pkl"),
        ("file:///a%20b/c.pkl", "/a b/c.pkl"),
        ("https://example.org/a.pkl", "https://example.org/a.pkl"),
        ("~/a.pkl", str(Path.home() / "a.pkl")),
        ("", ""),
    ],
)
def test_pasted_paths_are_understood(typed: str, source: str) -> None:
    assert network.clean_source(typed) == source


def test_sources_have_short_names() -> None:
    assert network.source_name("") == "Demo network"
    assert network.source_name("/runs/00007-run/") == "00007-run"
    assert network.source_name("https://example.org/models/ffhq.pkl?download=1") == "ffhq.pkl"
    assert network.source_name("C:\\nets\\a.pkl") == "a.pkl"
    for source, name in bundled():
        assert network.source_name(source) == name


def test_network_summary_and_details() -> None:
    assert network.summary(None, None) == "none yet"
    assert network.summary(MODEL, None) == "StyleGAN2 · 64"
    assert network.summary(MODEL, Loading(1, Network(), 0.42)) == "loading 42 %"
    assert network.summary(MODEL, Loading(1, Network())) == "loading"
    told = network.details(replace(MODEL, c_dim=5, notice="Random weights."), "/nets/net.pkl")
    for words in (
        "/nets/net.pkl",
        "StyleGAN2",
        "64 × 64 × 3",
        "5 classes",
        "512",
        "10 w vectors",
        "3 with noise",
        "CPU",
    ):
        assert words in told
    assert told.splitlines()[-1] == "Random weights."


def test_a_list_is_searched_anywhere_and_beginnings_come_first() -> None:
    entries = ["from seed", "2", "12", "20", "Class 2"]
    assert matching(entries, "2") == [1, 3, 2, 4]
    assert matching(entries, " CLASS") == [4]
    assert matching(entries, "") == [0, 1, 2, 3, 4]
    assert matching(entries, "zz") == []


def test_greyed_rows_say_why() -> None:
    bare = replace(MODEL, family="StyleGAN1", noise_layers=(), has_mapping=False, has_mean=False)
    reasons = (noise.unable, transform.unable, truncation.unable, latent.unable_to_blend)
    assert "StyleGAN1 network adds no noise" in noise.unable(bare)
    assert "StyleGAN1" in transform.unable(bare)
    assert "no mean of w" in truncation.unable(bare)
    assert "no mapping network" in latent.unable_to_blend(bare)
    able = replace(MODEL, has_transform=True)
    assert [reason(able) for reason in reasons] == [""] * 4
    assert noise.unable(None) == transform.unable(None) == "No network is open yet"


def test_the_default_document_is_what_every_section_calls_untouched() -> None:
    document = Document()
    assert latent.summary(document.latent) == "seed 0"
    assert truncation.summary(document.truncation, 16) == "off"
    assert transform.summary(document.transform, replace(MODEL, has_transform=True)) == ""
