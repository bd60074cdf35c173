"""Rendered image for each field of a request, on tiny networks."""

from dataclasses import replace

import numpy as np
import pytest
import torch

from gan.display import to_rgba8
from renderer.document.mixing import take
from renderer.ipc.protocol import Display, Latent, LayerNoise, Mixing, Noise, Spectrum, Transform, Truncation
from tests.unit.renderer import tiny

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
        ({"mixing": take(Mixing(x=1), (3,), None)}, ["mapping", "edits", "synthesis", "display"]),
        ({"mixing": take(Mixing(x=7), (), None)}, []),
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
    np.testing.assert_array_equal(sg2.picture(latent=Latent(x=7)), tiny.reference("sg2", 7))
    np.testing.assert_array_equal(sg2.picture(latent=Latent(x=3, y=2)), tiny.reference("sg2", 203))
    np.testing.assert_array_equal(sg3.picture(latent=Latent(x=5)), tiny.reference("sg3", 5))


def test_truncation_is_the_librarys(sg2):
    ours = sg2.picture(latent=Latent(x=7), truncation=Truncation(psi=0.6, cutoff=3))
    np.testing.assert_array_equal(ours, tiny.reference("sg2", 7, truncation_psi=0.6, truncation_cutoff=3))


@pytest.mark.parametrize("blend", ["z", "w", "arc"])
def test_blends_begin_and_end_at_seeds_and_move_between(sg2, blend):
    ends = [sg2.picture(latent=Latent(x=x, blend=blend)).astype(int) for x in (4, 5)]
    np.testing.assert_array_equal(ends[0], tiny.reference("sg2", 4))
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


def silenced(layers):
    return Noise().with_layers(*(LayerNoise(name, on=False) for name in layers))


# -- mixing --


def test_mixing_all_layers_is_the_second_picture(sg2):
    mixed = sg2.picture(latent=Latent(x=0), mixing=take(Mixing(x=9), tuple(range(8)), None))
    np.testing.assert_array_equal(mixed, sg2.picture(latent=Latent(x=9)))


def test_mixing_takes_the_named_layers_from_the_second_style(sg2):
    G = tiny.network("sg2")
    w = [G.mapping(torch.from_numpy(np.random.RandomState(seed).randn(1, 16)).float(), None) for seed in (0, 9)]
    ws = w[0].clone()
    ws[:, [2, 5]] = w[1][:, [2, 5]]
    mixed = sg2.picture(latent=Latent(x=0), mixing=take(Mixing(x=9), (2, 5, 99), None))
    np.testing.assert_array_equal(mixed, to_rgba8(G.synthesis(ws)[0]))


def test_truncation_comes_after_mixing(sg2):
    mixed = sg2.picture(mixing=take(Mixing(x=9), tuple(range(8)), None), truncation=Truncation(psi=0.3))
    np.testing.assert_array_equal(mixed, sg2.picture(latent=Latent(x=9), truncation=Truncation(psi=0.3)))


# -- noise --


def test_noise_modes(sg2):
    none, const = sg2.picture(noise=Noise(mode="none")), sg2.picture()
    np.testing.assert_array_equal(none, tiny.reference("sg2", 0, noise_mode="none"))
    np.testing.assert_array_equal(sg2.picture(noise=Noise(strength=0.0)), none)
    every = tuple(sorted(sg2.render().model.noise_layers))
    np.testing.assert_array_equal(sg2.picture(noise=silenced(every)), none)
    one_off = sg2.picture(noise=silenced(every[:1]))
    assert (one_off != none).any()
    assert (one_off != const).any()
    assert (sg2.picture(noise=Noise(strength=2.0)) != const).any()


def test_the_same_seed_draws_the_same_noise(sg2, folder):
    first = sg2.picture(noise=Noise(mode="random", seed=3))
    assert (sg2.picture(noise=Noise(mode="random", seed=4)) != first).any()
    again = tiny.Bench(str(folder / "sg2.safetensors")).picture(noise=Noise(mode="random", seed=3))
    np.testing.assert_array_equal(first, again)
    seeded = dict.fromkeys(tiny.network("sg2").synthesis.noise_layers, (True, 1.0, 3))
    np.testing.assert_array_equal(first, tiny.reference("sg2", 0, noise=seeded))


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
