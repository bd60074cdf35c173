"""Grouping, naming and switching of layers."""

from dataclasses import replace

import pytest

from renderer.document.mixing import take
from renderer.fake.engine import model_info
from renderer.ipc.protocol import Mixing, Network
from viz.state.bands import band_of, bands_of, share_text, short_name, size_text

SG2_32 = model_info(Network(), "StyleGAN2", 32)
SG2_1024 = model_info(Network(), "StyleGAN2", 1024)
SG3_256 = model_info(Network(), "StyleGAN3-T", 256)


@pytest.mark.parametrize("model", [SG2_32, SG2_1024, SG3_256, model_info(Network(), "StyleGAN2", 4)])
def test_every_w_vector_is_in_exactly_one_band(model):
    assert [i for band in bands_of(model) for i in band.ws] == list(range(model.num_ws))


def test_bands_are_those_of_the_paper():
    assert [len(band.ws) for band in bands_of(SG2_1024)] == [4, 4, 10]
    assert [len(band.ws) for band in bands_of(SG3_256)] == [6, 5, 5]
    assert [band_of(SG3_256, i).name for i in (0, 5, 6, 10, 11, 15)] == ["Coarse"] * 2 + ["Middle"] * 2 + ["Fine"] * 2


def test_a_small_network_says_why_it_has_no_fine_band():
    coarse, middle, fine = bands_of(SG2_32)
    assert (len(coarse.ws), len(middle.ws), len(fine.ws)) == (4, 4, 0)
    assert "32 × 32" in fine.note
    assert "none" not in middle.note


def test_bands_beyond_the_network_are_empty():
    assert [len(band.ws) for band in bands_of(replace(SG2_32, num_ws=3, bands=(4, 8)))] == [3, 0, 0]


@pytest.mark.parametrize(
    ("name", "short"),
    [
        ("b8.conv0", "8 ↑"),
        ("b1024.conv1", "1024"),
        ("b1024.torgb", "1024 RGB"),
        ("b4.input", "4 in"),
        ("L3_52_512", "L3"),
        ("input", "input"),
        ("b8.skip", "b8.skip"),
        ("b8.conv0.weight", "b8.conv0.weight"),
    ],
)
def test_short_names(name, short):
    assert short_name(name) == short


def test_sizes():
    assert size_text(36, 36) == "36²"
    assert size_text(36, 52) == "36×52"


def test_share_in_words():
    mixing = take(take(Mixing(), (0, 1), None), (4, 5), None, 0.3)
    assert [share_text(mixing, ws) for ws in (range(4), range(4, 6), range(6, 8), range(8, 8))] == [
        "50 %",
        "30 %",
        "base",
        "",
    ]


def test_small_networks_name_sizes_and_not_what_was_seen_in_large_ones():
    assert [band.note for band in bands_of(SG2_32)][:2] == ["4² to 16²", "16² to 32²"]
    assert [band.note for band in bands_of(SG2_1024)] == ["pose, shape", "features, hair", "colour, texture"]


@pytest.mark.parametrize("model", [SG2_32, SG2_1024, SG3_256])
def test_short_names_tell_the_layers_of_a_network_apart(model):
    names = [layer.name for layer in model.layers]
    assert len({short_name(name) for name in names}) == len(names)
    assert max(len(short_name(name)) for name in names) <= 8
