"""Display of an image or a layer, thumbnails, networks in memory, and error messages."""

from dataclasses import replace

import numpy as np
import pytest
import torch

import gan
from gan.device import NoDeviceError
from renderer.document.mixing import take
from renderer.engine.base import Cancelled
from renderer.engine.pipeline import Pipeline
from renderer.ipc.protocol import (
    LAYER_TILE,
    LAYERS,
    PICTURE,
    SPECTRUM,
    Display,
    ImageState,
    Latent,
    LayerNoise,
    Mixing,
    Network,
    Noise,
    RenderRequest,
    Spectrum,
    ThumbnailRequest,
    Transform,
    Truncation,
)
from tests.unit.renderer import tiny

# -- display --


def test_a_layer_is_shown_in_its_own_size_and_its_channels_are_bounded(sg2):
    rendered = sg2.render(display=Display(layer="b16.conv1", channels="one", channel=500))
    assert tiny.pictures(rendered)[PICTURE].shape == (16, 16, 4)
    last = sg2.picture(display=Display(layer="b16.conv1", channels="one", channel=7))
    np.testing.assert_array_equal(tiny.pictures(rendered)[PICTURE], last)
    assert (last[..., 0] == last[..., 1]).all()
    colours = sg2.picture(display=Display(layer="b16.conv1", channel=500))
    np.testing.assert_array_equal(colours, sg2.picture(display=Display(layer="b16.conv1", channel=5)))


def test_a_layer_of_another_network_shows_the_picture(sg3):
    np.testing.assert_array_equal(sg3.picture(display=Display(layer="b16.conv1")), sg3.picture())


def test_a_captured_layer_is_the_same_alone_and_on_the_way(sg2, folder):
    on_the_way = sg2.picture(display=Display(layer="b8.conv1"))  # the first run of a network is a whole one
    sg2.ran(latent=Latent(x=1))
    alone = tiny.Bench(str(folder / "sg2.safetensors"))
    alone.ran(latent=Latent(x=1))
    np.testing.assert_array_equal(alone.picture(display=Display(layer="b8.conv1")), on_the_way)


def test_figures_are_those_of_the_values_before_gain(sg2):
    plain, loud = sg2.render(), sg2.render(display=Display(scale_db=20, channels="one", channel=1))
    assert plain.statistics == loud.statistics
    assert plain.statistics.max >= plain.selected.max
    assert loud.selected != plain.selected
    G = tiny.network("sg2")
    img = G(torch.from_numpy(np.random.RandomState(0).randn(1, 16)).float(), None)
    assert plain.statistics.mean == pytest.approx(img.mean().item(), abs=1e-6)
    assert plain.statistics.std == pytest.approx(img.std().item(), rel=1e-4)
    assert plain.statistics.max == pytest.approx(img.abs().max().item(), abs=1e-6)


def test_the_layer_table_has_every_layer(sg2, sg3):
    for bench in (sg2, sg3):
        rendered = bench.render(display=Display(layer_table=True))
        names = tuple(layer.name for layer in rendered.layers)
        assert names == tuple(bench.pipeline._models.cached(bench.request.image.network, "cpu").G.synthesis.layer_names)
        assert tiny.pictures(rendered)[LAYERS].shape == (LAYER_TILE, LAYER_TILE * len(names), 4)
        assert len(rendered.layer_statistics) == len(names)
        last = bench.render(display=Display(layer=names[3]))
        assert last.statistics == rendered.layer_statistics[3]
        assert tiny.pictures(last)[PICTURE].shape[:2] == (rendered.layers[3].height, rendered.layers[3].width)
        assert {layer.dtype for layer in rendered.layers} == {"float32"}


def test_the_spectrum_comes_with_its_radial_mean(sg2):
    rendered = sg2.render(display=Display(spectrum=Spectrum(on=True)))
    assert tiny.pictures(rendered)[SPECTRUM].shape == (32, 32, 4)
    assert [round(frequency * 32) for frequency, _ in rendered.radial] == list(range(17))


def test_values_that_are_not_finite_are_counted_and_magenta(tmp_path):
    G = tiny.network("sg2")
    G.synthesis.b32.torgb.bias[1] = float("nan")
    bench = tiny.Bench(tiny.save(tmp_path, "sg2", G))
    rendered = bench.render(display=Display(layer_table=True, spectrum=Spectrum(on=True)))
    assert rendered.nonfinite == 32 * 32
    assert (tiny.pictures(rendered)[PICTURE] == (255, 0, 255, 255)).all()
    assert bench.render(display=Display(channels="one", channel=0)).nonfinite == 0


def test_what_the_window_is_told_of_a_network(sg2, sg3):
    model = sg2.render().model
    assert (model.title, model.family, model.num_ws, model.resolution) == ("sg2.safetensors", "StyleGAN2", 8, 32)
    assert model.ws_names[:2] == ("b4.conv1", "b8.conv0")
    assert model.ws_sizes == tuple((side, side) for side in (4, 8, 8, 16, 16, 32, 32, 32))
    assert (model.bands, model.has_transform, model.notice) == ((4, 8), False, "Not trained.")
    assert model.device == "CPU"
    assert model.layers == sg2.render().layers
    model = sg3.render().model
    assert (model.family, model.has_transform, model.noise_layers) == ("StyleGAN3-R", True, ())
    assert model.ws_names[0] == "input"
    assert len(model.ws_sizes) == model.num_ws
    assert model.ws_sizes[-1] == (32, 32)


def test_what_a_network_can_do_is_told(tmp_path, sg2, sg3):
    sg1, bare = (tiny.Bench(tiny.save(tmp_path, kind)) for kind in ("sg1", "bare"))
    able = {
        name: (model.family, len(model.noise_layers), model.has_transform, model.has_mapping, model.has_mean)
        for name, model in (
            (name, bench.render().model) for name, bench in zip("1b23", (sg1, bare, sg2, sg3), strict=True)
        )
    }
    assert able["1"] == ("StyleGAN1", 8, False, True, True)
    assert able["b"] == ("StyleGAN1", 0, False, False, False)
    assert able["2"] == ("StyleGAN2", 7, False, True, True)
    assert able["3"] == ("StyleGAN3-R", 0, True, True, True)


def test_stylegan1_is_shown_as_the_library_draws_it(tmp_path):
    bench = tiny.Bench(tiny.save(tmp_path, "sg1"))
    np.testing.assert_array_equal(bench.picture()[..., :3], tiny.reference("sg1", 0)[..., :3])
    model = bench.render().model
    assert model.ws_names == tuple(layer.name for layer in model.layers[:-1])
    assert model.ws_names[:3] == ("b4.input", "b4.conv1", "b8.conv0")
    assert model.ws_sizes == tuple((side, side) for side in (4, 4, 8, 8, 16, 16, 32, 32))
    assert model.bands == (4, 8)
    silent = Noise().with_layers(*(LayerNoise(name, on=False) for name in model.noise_layers))
    off = bench.picture(noise=silent)
    np.testing.assert_array_equal(off, bench.picture(noise=Noise(mode="none")))
    assert not np.array_equal(off, bench.picture())


def test_a_network_saved_while_growing_is_shown_as_it_was(tmp_path):
    bench = tiny.Bench(tiny.save(tmp_path, "growing"))
    picture = bench.picture()
    np.testing.assert_array_equal(picture[::2, ::2].repeat(2, 0).repeat(2, 1), picture)
    rendered = bench.render(display=Display(layer_table=True))
    names = [layer.name for layer in rendered.layers]
    assert names == ["b4.input", "b4.conv1", "b8.conv0", "b8.conv1", "b8.torgb", "b16.conv0", "b16.conv1", "b16.torgb"]
    assert len(rendered.layer_statistics) == len(names)
    assert rendered.model.num_ws == len(rendered.model.noise_layers) == 8
    # What is not yet grown changes nothing.
    np.testing.assert_array_equal(bench.picture(mixing=take(Mixing(5.0), (6, 7), None)), picture)
    assert not np.array_equal(bench.picture(mixing=take(Mixing(5.0), (5,), None)), picture)


def test_a_bare_network_ignores_what_it_cannot_do(tmp_path):
    bench = tiny.Bench(tiny.save(tmp_path, "bare"))
    plain = bench.picture()
    for change in (
        {"truncation": Truncation(0.3)},
        {"noise": Noise(mode="random", seed=3)},
        {"transform": Transform(0.2, 0.1, 30)},
        {"mixing": take(Mixing(5.0), (3,), None)},
    ):
        np.testing.assert_array_equal(bench.picture(**change), plain)
    assert not np.array_equal(bench.picture(latent=Latent(1.0)), plain)
    assert not np.array_equal(bench.picture(mixing=take(Mixing(5.0), (0,), None)), plain)


def test_memory_is_told(sg2):
    used, total = sg2.render().memory
    assert 1 << 26 < used < total


# -- thumbnails, cancelling, failures --


@pytest.mark.parametrize("size", [16, 32, 64])
def test_a_thumbnail_is_the_mean_of_what_it_covers(sg2, size):
    faint = Display(scale_db=-30)  # so that nothing is cut off at black or white
    wanted = ThumbnailRequest("a", replace(sg2.request, display=replace(faint, layer="b4.conv1")), size)
    (small,) = sg2.pipeline.thumbnails((wanted,), True, tiny.Watching())
    thumbnail = small.pixels
    assert small.final
    picture = sg2.picture(display=faint).astype(float)
    if size <= 32:
        covered = picture.reshape(size, 32 // size, size, 32 // size, 4).mean((1, 3))
        np.testing.assert_allclose(thumbnail, covered, atol=1)
    else:
        enlarged = torch.nn.functional.interpolate(torch.tensor(picture).permute(2, 0, 1)[None], size, mode="bilinear")
        np.testing.assert_allclose(thumbnail, enlarged[0].permute(1, 2, 0).numpy(), atol=1)


def test_a_cancelled_render_leaves_everything_as_it_was(sg2):
    with pytest.raises(Cancelled):
        sg2.pipeline.render(sg2.request, tiny.Watching(cancel_at=0.5))
    np.testing.assert_array_equal(sg2.picture(), tiny.reference("sg2", 0))
    assert len(sg2.render().layers) == len(tiny.network("sg2").synthesis.layer_names)


def test_shares_grow_to_one(sg3):
    for display in (Display(), Display(layer="L3_52_8")):
        watch = tiny.Watching()
        names = [layer.name for layer in sg3.render().layers]
        display = replace(display, layer=names[3]) if display.layer else display
        # Shares are those of the last image's time, whose first layer may be the one that waited on a busy machine.
        model = sg3.pipeline._models.get(sg3.request.image.network, "cpu", watch.loading)
        model.shares.update({name: (i + 1) / len(names) for i, name in enumerate(names)})
        sg3.pipeline.render(tiny.changed(sg3.request, latent=Latent(x=11), display=display), watch)
        assert watch.shares == sorted(watch.shares)
        assert 0 < watch.shares[0] < 0.7
        assert watch.shares[-1] > 0.5


def failure_of(pipeline: Pipeline, request: RenderRequest):
    with pytest.raises((gan.LoadError, NoDeviceError)) as caught:
        pipeline.render(request, tiny.Watching())
    return pipeline.failure(request, caught.value)


def test_a_missing_file_is_one_sentence_and_an_advice_and_is_not_remembered(folder, tmp_path):
    pipeline = Pipeline()
    request = RenderRequest(5, ImageState(network=Network(str(tmp_path / "sg2.safetensors"))), device="cpu")
    failure = failure_of(pipeline, request)
    assert (failure.request_id, failure.problem) == (5, "load")
    assert str(tmp_path) in failure.message
    assert failure.advice == "Check the path."
    tiny.save(tmp_path, "sg2")
    assert pipeline.render(request, tiny.Watching()).images


def test_a_long_path_leaves_room_for_what_is_wrong(sg2):
    path = f"/somewhere/{'x' * 200}/last.pkl"
    failure = failure_of(sg2.pipeline, tiny.changed(sg2.request, network=Network(path)))
    assert failure.message.startswith("…x")
    assert "x/last.pkl could not be opened. " in failure.message
    assert len(failure.message) < 210


def test_garbage_and_absent_devices_are_load_failures(sg2, tmp_path):
    (tmp_path / "garbage.pkl").write_bytes(b"not a network at all" * 100)
    failure = failure_of(
        sg2.pipeline,
        tiny.changed(sg2.request, network=Network(str(tmp_path / "garbage.pkl"))),
    )
    assert failure.problem == "load"
    for name in ("tpu", "cuda:99", "cpu:1"):
        failure = failure_of(sg2.pipeline, replace(sg2.request, device=name))
        assert failure.problem == "load"
        assert "choose" in failure.advice.lower()


def test_a_file_with_g_alone_is_opened(tmp_path):
    info = gan.describe({"G": tiny.ARCHITECTURES["sg2"]})
    gan.save(tmp_path / "g.safetensors", gan.Networks(tiny.network("sg2"), None, None, info))
    np.testing.assert_array_equal(tiny.Bench(str(tmp_path / "g.safetensors")).picture(), tiny.reference("sg2", 0))


def test_the_last_two_networks_stay_and_reload_reads_again(folder, sg2):
    other, third = (str(folder / f"{kind}.safetensors") for kind in ("cond", "sg3"))
    tiny.save(folder, "cond")
    tiny.save(folder, "sg3")
    first = sg2.request.image.network
    assert "load" in sg2.ran()
    assert "load" in sg2.ran(network=Network(other))
    assert "load" not in sg2.ran(network=first)
    assert "load" in sg2.ran(network=replace(first, reload=1))
    assert "load" in sg2.ran(network=Network(third))
    assert sg2.ran(network=first)[:2] == ["load", "mapping"], "nothing of an earlier reading is reused"


def test_out_of_memory_lets_everything_go(sg2, monkeypatch):
    sg2.ran()
    failure = sg2.pipeline.failure(sg2.request, torch.OutOfMemoryError("CUDA out of memory. Tried to allocate 9 GiB"))
    assert failure.problem == "memory"
    assert sg2.ran()[0] == "load"
    assert sg2.pipeline.failure(sg2.request, MemoryError()).problem == "memory"
    assert sg2.pipeline.failure(sg2.request, RuntimeError("something else")).problem == "render"
