"""What a request means, in pictures, on tiny networks."""

from dataclasses import replace

import numpy as np
import pytest
import torch

import gan
from gan.display import to_rgba8
from renderer.device import NoDeviceError
from renderer.engine import Cancelled
from renderer.pipeline import Pipeline
from renderer.protocol import (
    LAYER_TILE,
    LAYERS,
    PICTURE,
    SPECTRUM,
    Display,
    Latent,
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


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return tmp_path_factory.mktemp("networks")


@pytest.fixture
def sg2(folder):
    return tiny.Bench(tiny.save(folder, "sg2", notice="Not trained."))


@pytest.fixture
def cond(folder):
    return tiny.Bench(tiny.save(folder, "cond"))


@pytest.fixture
def sg3(folder):
    return tiny.Bench(tiny.save(folder, "sg3"))


def reference(kind: str, seed: int, **synthesis) -> np.ndarray:
    """The picture that the library gives of a seed by itself."""
    G = tiny.network(kind)
    z = torch.from_numpy(np.random.RandomState(seed).randn(1, G.z_dim)).float()
    return to_rgba8(G(z, None, **synthesis)[0])


# -- which stages run --


def test_the_first_request_runs_every_stage_and_the_same_again_none(sg2):
    assert sg2.ran() == ["load", "mapping", "edits", "synthesis", "display"]
    assert sg2.ran() == []
    assert sg2.ran(request_id=2) == []


@pytest.mark.parametrize(
    ("change", "stages"),
    [
        ({"truncation": Truncation(psi=0.5)}, ["edits", "synthesis", "display"]),
        ({"latent": Latent(x=1)}, ["mapping", "edits", "synthesis", "display"]),
        ({"mixing": Mixing(x=1, ws=(3,))}, ["mapping", "edits", "synthesis", "display"]),
        ({"mixing": Mixing(x=7, ws=())}, []),
        ({"noise": Noise(mode="none")}, ["synthesis", "display"]),
        ({"noise": Noise(mode="const", seed=3)}, []),
        ({"transform": Transform(x=0.3)}, []),
        ({"force_fp32": True}, []),
        ({"display": Display(scale_db=3)}, ["display"]),
        ({"display": Display(channels="one", channel=2)}, ["display"]),
        ({"display": Display(normalize=True)}, ["display"]),
        ({"display": Display(spectrum=Spectrum(on=True))}, ["display", "spectrum"]),
        ({"display": Display(layer="b8.conv0")}, ["synthesis", "display"]),
        ({"display": Display(layer_table=True)}, ["synthesis"]),
    ],
)
def test_a_change_runs_only_the_stages_that_read_it(sg2, change, stages):
    sg2.ran()
    assert sg2.ran(**change) == stages
    assert sg2.ran() == [], "going back is free"


def test_a_layer_is_captured_once(sg2):
    sg2.ran()
    at = Display(layer="b16.conv1")
    assert sg2.ran(display=at) == ["synthesis", "display"]
    assert sg2.ran(display=replace(at, channel=3)) == ["display"]
    assert sg2.ran(display=replace(at, spectrum=Spectrum(on=True, beta=0))) == ["display", "spectrum"]
    assert sg2.ran(display=replace(at, spectrum=Spectrum(on=True, beta=0, range_db=20))) == ["display"]


def test_the_spectrum_of_all_channels_does_not_depend_on_which_are_shown(sg2):
    at = Display(spectrum=Spectrum(on=True))
    sg2.ran(display=at)
    assert "spectrum" not in sg2.ran(display=replace(at, channel=1, channels="one"))
    selected = Display(spectrum=Spectrum(on=True, selected_only=True))
    sg2.ran(display=selected)
    assert "spectrum" in sg2.ran(display=replace(selected, channel=1, channels="one"))


# -- latents --


def test_a_seed_is_the_picture_that_the_library_gives(sg2, sg3):
    np.testing.assert_array_equal(sg2.picture(latent=Latent(x=7)), reference("sg2", 7))
    np.testing.assert_array_equal(sg2.picture(latent=Latent(x=3, y=2)), reference("sg2", 203))
    np.testing.assert_array_equal(sg3.picture(latent=Latent(x=5)), reference("sg3", 5))


def test_truncation_is_the_librarys(sg2):
    ours = sg2.picture(latent=Latent(x=7), truncation=Truncation(psi=0.6, cutoff=3))
    np.testing.assert_array_equal(ours, reference("sg2", 7, truncation_psi=0.6, truncation_cutoff=3))


@pytest.mark.parametrize("blend", ["z", "w", "arc"])
def test_blends_begin_and_end_at_seeds_and_move_between(sg2, blend):
    ends = [sg2.picture(latent=Latent(x=x, blend=blend)).astype(int) for x in (4, 5)]
    np.testing.assert_array_equal(ends[0], reference("sg2", 4))
    near = sg2.picture(latent=Latent(x=4.001, blend=blend)).astype(int)
    assert np.abs(near - ends[0]).max() <= 8
    middle = sg2.picture(latent=Latent(x=4.5, blend=blend)).astype(int)
    assert min(np.abs(middle - end).mean() for end in ends) > 0.5


def test_the_three_blends_differ(sg2):
    pictures = [sg2.picture(latent=Latent(x=4.5, y=0.5, blend=blend)) for blend in ("z", "w", "arc")]
    assert all((a != b).any() for a, b in zip(pictures, pictures[1:] + pictures[:1], strict=True))


def test_psi_zero_is_the_same_picture_for_all_seeds(sg2):
    pictures = [sg2.picture(latent=Latent(x=x), truncation=Truncation(psi=0)) for x in (0, 5.5, -3)]
    np.testing.assert_array_equal(pictures[0], pictures[1])
    np.testing.assert_array_equal(pictures[0], pictures[2])


# -- classes --


def test_without_a_class_a_seed_has_the_one_that_it_draws(cond):
    state = np.random.RandomState(4)
    state.randn(16)
    drawn = int(state.randint(3))
    np.testing.assert_array_equal(cond.picture(latent=Latent(x=4)), cond.picture(latent=Latent(x=4, label=drawn)))
    others = [cond.picture(latent=Latent(x=4, label=label)) for label in range(3) if label != drawn]
    assert all((cond.picture(latent=Latent(x=4)) != other).any() for other in others)


def test_a_class_beyond_the_last_is_the_last(cond):
    np.testing.assert_array_equal(cond.picture(latent=Latent(label=9)), cond.picture(latent=Latent(label=2)))


def test_two_classes_blend_from_one_to_the_other(cond):
    a, b = (cond.picture(latent=Latent(label=label)) for label in (0, 1))
    ends = [cond.picture(latent=Latent(label=0, label_b=1, label_mix=mix)) for mix in (0.0, 1.0)]
    np.testing.assert_array_equal(ends[0], a)
    np.testing.assert_array_equal(ends[1], b)
    middle = cond.picture(latent=Latent(label=0, label_b=1, label_mix=0.5))
    assert (middle != a).any()
    assert (middle != b).any()


def test_blends_of_conditional_networks_work_in_every_space(cond):
    for blend in ("z", "w", "arc"):
        seen = cond.picture(latent=Latent(x=0.5, y=0.5, blend=blend))
        assert (seen != cond.picture(latent=Latent(x=0.6, y=0.5, blend=blend))).any()


# -- mixing --


def test_mixing_all_layers_is_the_second_picture(sg2):
    mixed = sg2.picture(latent=Latent(x=0), mixing=Mixing(x=9, ws=tuple(range(8))))
    np.testing.assert_array_equal(mixed, sg2.picture(latent=Latent(x=9)))


def test_mixing_takes_the_named_layers_from_the_second_style(sg2):
    G = tiny.network("sg2")
    w = [G.mapping(torch.from_numpy(np.random.RandomState(seed).randn(1, 16)).float(), None) for seed in (0, 9)]
    ws = w[0].clone()
    ws[:, [2, 5]] = w[1][:, [2, 5]]
    mixed = sg2.picture(latent=Latent(x=0), mixing=Mixing(x=9, ws=(2, 5, 99)))
    np.testing.assert_array_equal(mixed, to_rgba8(G.synthesis(ws)[0]))


def test_truncation_comes_after_mixing(sg2):
    mixed = sg2.picture(mixing=Mixing(x=9, ws=tuple(range(8))), truncation=Truncation(psi=0.3))
    np.testing.assert_array_equal(mixed, sg2.picture(latent=Latent(x=9), truncation=Truncation(psi=0.3)))


# -- noise --


def test_noise_modes(sg2):
    none, const = sg2.picture(noise=Noise(mode="none")), sg2.picture()
    np.testing.assert_array_equal(none, reference("sg2", 0, noise_mode="none"))
    np.testing.assert_array_equal(sg2.picture(noise=Noise(strength=0.0)), none)
    every = tuple(sorted(sg2.render().model.noise_layers))
    np.testing.assert_array_equal(sg2.picture(noise=Noise(off=every)), none)
    one_off = sg2.picture(noise=Noise(off=every[:1]))
    assert (one_off != none).any()
    assert (one_off != const).any()
    assert (sg2.picture(noise=Noise(strength=2.0)) != const).any()


def test_the_same_seed_draws_the_same_noise(sg2, folder):
    first = sg2.picture(noise=Noise(mode="random", seed=3))
    assert (sg2.picture(noise=Noise(mode="random", seed=4)) != first).any()
    again = tiny.Bench(str(folder / "sg2.safetensors")).picture(noise=Noise(mode="random", seed=3))
    np.testing.assert_array_equal(first, again)
    seeded = dict.fromkeys(tiny.network("sg2").synthesis.noise_layers, (True, 1.0, 3))
    np.testing.assert_array_equal(first, reference("sg2", 0, noise=seeded))


# -- transform --


def correlation(a: np.ndarray, b: np.ndarray) -> float:
    """Of the middles of two pictures."""
    middle = slice(8, 24)
    return float(np.corrcoef(a[middle, middle, :3].ravel(), b[middle, middle, :3].ravel())[0, 1])


def test_the_picture_moves_right_and_down_and_turns_clockwise(sg3):
    base = sg3.picture()
    right, down = sg3.picture(transform=Transform(x=0.125)), sg3.picture(transform=Transform(y=0.125))
    for moved, axis in ((right, 1), (down, 0)):
        assert correlation(moved, np.roll(base, 4, axis)) > 0.99
        assert correlation(moved, np.roll(base, 4, axis)) > correlation(moved, np.roll(base, -4, axis))
    turned = sg3.picture(transform=Transform(angle=90))
    assert correlation(turned, np.rot90(base, -1)) > 0.99
    assert correlation(turned, np.rot90(base, -1)) > correlation(turned, np.rot90(base, 1))


def test_whole_pixels_rounds_the_translation_to_output_pixels(sg3):
    rounded = sg3.picture(transform=Transform(x=0.11, y=-0.07, angle=10, whole_pixels=True))
    exact = sg3.picture(transform=Transform(x=4 / 32, y=-2 / 32, angle=10))
    np.testing.assert_array_equal(rounded, exact)


def test_untransform_takes_it_back_where_that_is_possible(sg3):
    base = sg3.picture(display=Display(scale_db=20)).astype(int)
    for transform in (Transform(x=0.1, y=-0.05), Transform(angle=20)):
        back = sg3.picture(transform=transform, display=Display(scale_db=20, untransform=True)).astype(int)
        known = back[..., 3] > 0
        assert 0.2 < known.mean() < 1
        moved = sg3.picture(transform=transform, display=Display(scale_db=20)).astype(int)
        assert np.abs(back - base)[known].mean() < 0.3 * np.abs(moved - base)[known].mean()
        assert np.abs(moved - base)[known].mean() > 4
    assert sg3.picture(display=Display(untransform=True))[..., 3].min() == 255, "nothing to take back"


def test_untransform_knows_the_margin_of_a_layer(sg3):
    base = sg3.picture(display=Display(layer="input")).astype(int)
    shown = Display(layer="input", untransform=True)
    back = sg3.picture(transform=Transform(x=0.1, y=-0.05), display=shown).astype(int)
    known = back[..., 3] > 0
    assert np.abs(back[known] - base[known]).max() < 12


def test_networks_without_a_transform_stay_where_they_are(sg2):
    np.testing.assert_array_equal(sg2.picture(transform=Transform(x=0.3, angle=30)), sg2.picture())


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
        assert names == tuple(bench.pipeline._models.kept(bench.request.network, "cpu").G.synthesis.layer_names)
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
    assert model.ws_resolutions == (4, 8, 8, 16, 16, 32, 32, 32)
    assert (model.bands, model.has_transform, model.notice) == ((4, 8), False, "Not trained.")
    assert model.device == "CPU"
    assert model.layers == sg2.render().layers
    model = sg3.render().model
    assert (model.family, model.has_transform, model.noise_layers) == ("StyleGAN3-R", True, ())
    assert model.ws_names[0] == "input"
    assert len(model.ws_resolutions) == model.num_ws
    assert model.ws_resolutions[-1] == 32


def test_memory_is_told(sg2):
    used, total = sg2.render().memory
    assert 1 << 26 < used < total


# -- thumbnails, cancelling, failures --


@pytest.mark.parametrize("size", [16, 32, 64])
def test_a_thumbnail_is_the_mean_of_what_it_covers(sg2, size):
    faint = Display(scale_db=-30)  # so that nothing is cut off at black or white
    wanted = ThumbnailRequest("a", replace(sg2.request, display=replace(faint, layer="b4.conv1")), size)
    thumbnail = sg2.pipeline.thumbnail(wanted, tiny.Watching())
    picture = sg2.picture(display=faint).astype(float)
    if size <= 32:
        covered = picture.reshape(size, 32 // size, size, 32 // size, 4).mean((1, 3))
        np.testing.assert_allclose(thumbnail, covered, atol=1)
    else:
        np.testing.assert_array_equal(thumbnail, picture.repeat(2, 0).repeat(2, 1))


def test_a_cancelled_render_leaves_everything_as_it_was(sg2):
    with pytest.raises(Cancelled):
        sg2.pipeline.render(sg2.request, tiny.Watching(cancel_at=0.5))
    np.testing.assert_array_equal(sg2.picture(), reference("sg2", 0))
    assert len(sg2.render().layers) == len(tiny.network("sg2").synthesis.layer_names)


def test_shares_grow_to_one(sg3):
    for display in (Display(), Display(layer="L3_52_8")):
        watch = tiny.Watching()
        names = [layer.name for layer in sg3.render().layers]
        display = replace(display, layer=names[3]) if display.layer else display
        sg3.pipeline.render(replace(sg3.request, latent=Latent(x=11), display=display), watch)
        assert watch.shares == sorted(watch.shares)
        assert 0 < watch.shares[0] < 0.7
        assert watch.shares[-1] > 0.5


def failure_of(pipeline: Pipeline, request: RenderRequest):
    with pytest.raises((gan.LoadError, NoDeviceError)) as caught:
        pipeline.render(request, tiny.Watching())
    return pipeline.failure(request, caught.value)


def test_a_missing_file_is_one_sentence_and_an_advice_and_is_not_remembered(folder, tmp_path):
    pipeline = Pipeline()
    request = RenderRequest(5, network=Network(str(tmp_path / "sg2.safetensors")), device="cpu")
    failure = failure_of(pipeline, request)
    assert (failure.request_id, failure.problem) == (5, "load")
    assert str(tmp_path) in failure.message
    assert failure.advice == "Check the path."
    tiny.save(tmp_path, "sg2")
    assert pipeline.render(request, tiny.Watching()).pictures


def test_garbage_and_absent_devices_are_load_failures(sg2, tmp_path):
    (tmp_path / "garbage.pkl").write_bytes(b"not a network at all" * 100)
    failure = failure_of(sg2.pipeline, replace(sg2.request, network=Network(str(tmp_path / "garbage.pkl"))))
    assert failure.problem == "load"
    for name in ("tpu", "cuda:99", "cpu:1"):
        failure = failure_of(sg2.pipeline, replace(sg2.request, device=name))
        assert failure.problem == "load"
        assert "choose" in failure.advice.lower()


def test_a_file_with_g_alone_is_opened(tmp_path):
    info = gan.describe({"G": tiny.ARCHITECTURES["sg2"]})
    gan.save(tmp_path / "g.safetensors", gan.Networks(tiny.network("sg2"), None, None, info))
    np.testing.assert_array_equal(tiny.Bench(str(tmp_path / "g.safetensors")).picture(), reference("sg2", 0))


def test_the_last_two_networks_stay_and_reload_reads_again(folder, sg2):
    other, third = (str(folder / f"{kind}.safetensors") for kind in ("cond", "sg3"))
    tiny.save(folder, "cond")
    tiny.save(folder, "sg3")
    first = sg2.request.network
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
