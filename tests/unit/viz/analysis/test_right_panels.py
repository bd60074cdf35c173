"""Decisions of the right and bottom panels before drawing."""

import warnings
from dataclasses import replace

import numpy as np
import pytest
from PIL import Image

from renderer.fake.engine import model_info
from renderer.ipc.protocol import (
    ArrayRef,
    Display,
    Frame,
    ImageState,
    Latent,
    Network,
    RenderRequest,
    Statistics,
    Transform,
    Truncation,
)
from tests.unit.viz.facts import new_facts
from viz.analysis.channels import shown_text
from viz.analysis.layers import channel_limit, chosen, clamped, columns_for, entries, select
from viz.analysis.panel import BLOCKS, GAP, pages, widths
from viz.analysis.performance import device_name, figures, without_idle, without_loads
from viz.analysis.spectrum import csv_text, frequency_text, frequency_ticks
from viz.files.capture_section import next_name
from viz.gl.image_cache import read_sized
from viz.mixing.layers_section import Stroke
from viz.mixing.second_style import base_seed
from viz.mixing.swatch_thumbnails import NOTHING, SwatchThumbnails, second
from viz.state.facts import Figures, Performance, Tally, Texture
from viz.state.params import put
from viz.state.scene import Scene
from viz.ui.plots import heaped

MODEL = model_info(Network(), "StyleGAN2", 64)


def facts_with(frame=None):
    return new_facts(model=MODEL, frame=frame, figures=Figures(frame))


def frame_with_table():
    stats = tuple(Statistics(0.0, 1.0 + i, 2.0) for i in range(len(MODEL.layers)))
    return Frame(1, "", 0, (), MODEL, (), Statistics(0.1, 0.5, 1.0), layers=MODEL.layers, layer_statistics=stats)


class TestStroke:
    rows = tuple((100 + 20 * i, 120 + 20 * i) for i in range(8))

    def painted(self, stroke):
        return [i for i, row in enumerate(self.rows) if stroke.covers("style", *row)]

    def test_a_fast_pointer_leaves_no_row_out(self):
        stroke = Stroke()
        stroke.begin("style", True, 110)
        stroke.move(195, held=True)
        assert self.painted(stroke) == [0, 1, 2, 3, 4]

    def test_upward_too(self):
        stroke = Stroke()
        stroke.begin("style", True, 195)
        stroke.move(130, held=True)
        assert self.painted(stroke) == [1, 2, 3, 4]

    def test_ends_when_the_button_is_let_go(self):
        stroke = Stroke()
        stroke.begin("style", True, 110)
        stroke.move(190, held=False)
        assert self.painted(stroke) == []

    def test_paints_one_kind_only(self):
        stroke = Stroke()
        stroke.begin("noise", False, 110)
        stroke.move(150, held=True)
        assert self.painted(stroke) == []
        assert stroke.covers("noise", 140, 160)


class TestSwatchThumbnails:
    scene = put(put(Scene(), "document.truncation", Truncation(0.5)), "document.transform", Transform(angle=30))

    def test_a_style_is_shown_alone_by_the_present_truncation(self):
        thumbnails = SwatchThumbnails()
        thumbnails.look(self.scene, held=False)
        request = thumbnails.request(Latent(711.0, label=4))
        assert request == RenderRequest(0, ImageState(latent=Latent(711.0, label=4), truncation=Truncation(0.5)))
        assert thumbnails.request(Latent(711.0, label=4)) is request

    def test_it_waits_for_the_hand_but_not_for_another_network(self):
        thumbnails = SwatchThumbnails()
        thumbnails.look(self.scene, held=False)
        thumbnails.look(put(self.scene, "document.truncation.psi", 0.1), held=True)
        assert thumbnails.base.image.truncation.psi == 0.5
        thumbnails.look(put(put(self.scene, "document.truncation.psi", 0.1), "view.motion.latent", True), held=False)
        assert thumbnails.base.image.truncation.psi == 0.5
        thumbnails.look(put(self.scene, "document.network", Network("other")), held=True)
        assert thumbnails.base.image.network == Network("other")

    def test_what_was_there_is_shown_until_the_next_is(self):
        thumbnails, pictures = SwatchThumbnails(), {}
        facts = replace(new_facts(), thumbnails=SomeThumbnails(pictures))
        thumbnails.look(self.scene, held=False)
        assert thumbnails.picture(facts, Latent(1.0)) == NOTHING
        pictures[thumbnails.request(Latent(1.0))] = (Texture(7, 64, 64), (0.0, 0.0, 0.5, 0.5))
        assert thumbnails.picture(facts, Latent(1.0)) == (7, (0.0, 0.0, 0.5, 0.5))
        thumbnails.look(put(self.scene, "document.truncation.psi", 0.1), held=False)
        assert thumbnails.picture(facts, Latent(1.0)) == (7, (0.0, 0.0, 0.5, 0.5))
        assert thumbnails.picture(facts, Latent(2.0)) == NOTHING


class SomeThumbnails:
    tally = Tally()

    def __init__(self, pictures):
        self.pictures = pictures

    def get(self, request, size=64, owner=""):
        return self.pictures.get(request)

    known = get


class TestSecondStyle:
    def test_walking_asks_for_whole_seeds(self):
        scene = put(put(Scene(), "document.mixing.x", 4.4), "view.motion.mixing", True)
        assert second(scene) == 4
        assert second(put(scene, "view.motion.mixing", False)) == 4.4

    def test_first_seed_can_be_kept_unless_it_lies_between_rows(self):
        assert base_seed(Latent(42.5, 3.0)) == 342.5
        assert base_seed(Latent(42.0, 3.5)) is None
        assert base_seed(Latent(42.0, array=ArrayRef("0"))) is None


class TestLayers:
    def test_the_picture_comes_first_then_the_layers_in_order(self):
        rows = entries(Scene(), facts_with(frame_with_table()))
        assert [row.layer for row in rows] == [None, *(layer.name for layer in MODEL.layers)]
        assert [row.statistics.std for row in rows] == [0.5, *(1.0 + i for i in range(len(MODEL.layers)))]
        assert [row.tile for row in rows] == [None, *range(len(MODEL.layers))]

    def test_before_the_table_is_measured_the_layers_are_known(self):
        rows = entries(Scene(), facts_with())
        assert len(rows) == 1 + len(MODEL.layers)
        assert all(row.statistics is None for row in rows)

    def test_the_figures_of_a_layer_are_not_those_of_the_picture(self):
        scene = put(Scene(), "view.display.layer", "b8.conv0")
        assert entries(scene, facts_with(frame_with_table()))[0].statistics is None

    def test_the_last_channel_depends_on_how_many_are_shown(self):
        assert [channel_limit(512, "rgb"), channel_limit(512, "one")] == [509, 511]
        assert [channel_limit(3, "rgb"), channel_limit(1, "rgb"), channel_limit(1, "one")] == [0, 0, 0]
        assert clamped(Display(channel=600, channels="one"), 512).channel == 511

    def test_choosing_a_layer_keeps_the_channel_inside_it(self):
        rows = entries(Scene(), facts_with())
        scene = put(put(Scene(), "view.display.channels", "one"), "view.display.channel", 400)
        rgb = next(row for row in rows if row.layer == "b8.torgb")
        scene = select(scene, rgb)
        assert (scene.view.display.layer, scene.view.display.channel) == ("b8.torgb", 2)
        assert chosen(scene, rows) == rgb
        assert shown_text(scene, rgb, every=False) == "8 RGB · channel 2"

    def test_narrow_tables_lose_columns_but_never_the_name(self):
        assert len(columns_for(500)) == 7
        assert [column.name for column in columns_for(200)] == ["Layer", "", "Size", "Ch.", "Std"]


class TestPages:
    @pytest.mark.parametrize(("width", "count"), [(1400, 1), (688, 2), (372, 4), (180, 4)])
    def test_as_many_pages_as_needed(self, width, count):
        shown = pages(width)
        assert len(shown) == count
        assert [block for _, blocks in shown for block in blocks] == list(BLOCKS)
        for _, blocks in shown:
            wide = widths(blocks, width)
            assert sum(wide) + GAP * (len(wide) - 1) <= width + 1e-6
            assert all(got >= min(block.least, width) for got, block in zip(wide, blocks, strict=True))


def test_frequency_ticks_are_powers_of_two_within_the_range():
    assert frequency_ticks(1 / 32, 7) == [
        (1 / 32, "1/32"),
        (1 / 16, "1/16"),
        (1 / 8, "1/8"),
        (1 / 4, "1/4"),
        (0.5, "1/2"),
    ]
    few = frequency_ticks(1 / 1024, 5)
    assert len(few) <= 5
    assert few[-1] == (0.5, "1/2")
    assert frequency_ticks(0.5, 5) == [(0.5, "1/2")]


def test_a_place_in_the_spectrum_in_words():
    assert frequency_text(0.3, -0.4) == "0.500 cycles per pixel at 53°"
    assert frequency_text(0.25, 0.0) == "0.250 cycles per pixel at 0°"


def test_performance_figures():
    values = np.arange(1.0, 101.0)
    window, render, latency, frames = figures(Performance(ui_ms=values, frame_ms=np.full(5, 20.0)))
    assert (window.value, window.note) == ("50.5 ms", "p95 95.0 ms")
    assert (render.value, latency.value) == ("–", "–")
    assert frames.value == "50 fps"
    assert [device_name(d) for d in ("auto", "cuda:1", "mps")] == ["Auto", "CUDA 1", "Apple GPU (MPS)"]


def test_waiting_and_cached_pictures_do_not_count_as_slow_or_fast():
    frames = np.array([16.0, 2000.0, 17.0, 500.0, 16.0])
    assert without_idle(frames).tolist() == [16, 17, 16]
    assert without_idle(np.array([450.0, 460.0])).tolist() == [450, 460]  # a slow window is not idle
    found = Performance(frame_ms=frames, render_ms=np.array([0.0, 0.0, 0.0, 30.0]))
    _, render, _, rate = figures(found)
    assert (render.value, rate.value, rate.note) == ("30.0 ms", "62 fps", "max 17.0 ms")


def test_reading_a_network_is_no_latency():
    stages = (("load", np.array([900.0, 0.0, 0.0])), ("synthesis", np.array([20.0, 21.0, 22.0])))
    found = Performance(latency_ms=np.array([5000.0, 30.0, 31.0]), stages=stages)
    assert without_loads(found).tolist() == [30, 31]
    assert without_loads(Performance(latency_ms=np.array([30.0]))).tolist() == [30]


def test_a_spectrum_as_csv():
    text = csv_text(np.array([[0.125, -12.5], [0.25, -30.0]]))
    assert text.splitlines() == ["cycles_per_pixel,db_of_the_mean_power", "0.125,-12.5", "0.25,-30"]


def test_stacked_series_stand_on_one_another():
    (low, first), (second_low, top) = heaped([np.array([1.0, 2.0]), np.array([3.0, 0.0])])
    assert low.tolist() == [0, 0]
    assert second_low.tolist() == first.tolist() == [1, 2]
    assert top.tolist() == [4, 2]


def test_next_name(tmp_path):
    assert next_name(tmp_path / "not there yet") == "00000.png"
    (tmp_path / "00041.png").touch()
    assert next_name(tmp_path) == "00042.png"
    assert next_name(tmp_path / "00041.png") == ""


def test_a_picture_file_is_made_small_enough(tmp_path):
    Image.new("RGB", (300, 100), (255, 0, 0)).save(tmp_path / "grid.png")
    pixels, size = read_sized(str(tmp_path / "grid.png"), 150)
    assert size == (300, 100)
    assert pixels.shape == (50, 150, 4)
    assert (pixels == (255, 0, 0, 255)).all()


def test_a_broken_picture_file_is_said_in_one_sentence(tmp_path):
    path = tmp_path / "grid.png"
    path.write_bytes(b"\x89PNG\r\n\x1a\n broken")
    with warnings.catch_warnings(), pytest.raises(ValueError, match="cannot be read"):
        read_sized(str(path))
