"""Sources of styles, shares, psi by layer and directions, against direct calls of the library."""

import numpy as np
import pytest
import torch

from gan.display import to_rgba8
from gan.latents import seed_z, slerp
from renderer.document.arrays import UnknownArrayError
from renderer.document.mixing import put, take
from renderer.ipc.protocol import ArrayRef, Direction, Latent, LayerNoise, LayerStyle, Mixing, Noise, Truncation, WBlend
from tests.unit.renderer import tiny


def w_of(seed: int) -> torch.Tensor:
    G = tiny.network("sg2")
    return G.mapping(torch.from_numpy(seed_z(seed, G.z_dim))[None].float(), None)[0]


def drawn(ws: torch.Tensor, **noise) -> np.ndarray:
    return to_rgba8(tiny.network("sg2").synthesis(ws[None], **noise)[0])


@pytest.fixture
def store(sg2):
    return sg2.pipeline._caches.arrays


def test_half_of_another_style_is_the_average_in_w(sg2):
    picture = sg2.picture(latent=Latent(3.0), mixing=put(Mixing(), LayerStyle(2, Latent(7.0), 0.5)))
    ws = w_of(3).clone()
    ws[2] = (w_of(3)[2] + w_of(7)[2]) / 2
    np.testing.assert_allclose(picture.astype(int), drawn(ws).astype(int), atol=1)
    assert (picture != sg2.picture(latent=Latent(3.0))).any()


def test_each_layer_may_take_its_own_source(sg2):
    mixing = take(take(Mixing(), (0, 1), Latent(7.0)), (4,), Latent(8.0))
    ws = w_of(3).clone()
    ws[:2], ws[4] = w_of(7)[:2], w_of(8)[4]
    np.testing.assert_array_equal(sg2.picture(latent=Latent(3.0), mixing=mixing), drawn(ws))


def test_solo_lets_only_some_layers_act(sg2):
    both = Mixing(layers=(LayerStyle(0, Latent(7.0)), LayerStyle(1, Latent(7.0))), solo=(1,))
    one = Mixing(layers=(LayerStyle(1, Latent(7.0)),))
    np.testing.assert_array_equal(sg2.picture(mixing=both), sg2.picture(mixing=one))


def test_a_stored_latent_is_what_was_stored(sg2, store):
    ws = torch.cat([w_of(3)[:4], w_of(5)[4:]])
    picture = sg2.picture(latent=Latent(array=store.add(ws.numpy())))
    np.testing.assert_array_equal(picture, drawn(ws))
    one = sg2.picture(latent=Latent(array=store.add(w_of(5)[0].numpy())))
    np.testing.assert_array_equal(one, sg2.picture(latent=Latent(5.0)))


def test_a_stored_latent_has_a_place_among_the_seeds_and_is_walked_from(sg2, store):
    ws = torch.cat([w_of(3)[:4], w_of(5)[4:]])
    ref = store.add(ws.numpy())
    home = Latent(array=ref)
    assert home.stored == 1
    away = home.moved_to(0.25, 0.0)
    assert (away.home, away.stored) == ((0, 0), 0.75)
    between = 0.75 * ws + 0.25 * w_of(1)
    np.testing.assert_allclose(sg2.picture(latent=away).astype(int), drawn(between).astype(int), atol=1)
    corner = 0.375 * ws + 0.125 * w_of(1) + 0.375 * w_of(100) + 0.125 * w_of(101)
    found = sg2.picture(latent=home.moved_to(0.25, 0.5))
    np.testing.assert_allclose(found.astype(int), drawn(corner).astype(int), atol=1)
    # From a step away on there are the seeds alone, and back at its place it is there again.
    for x, y in ((1.0, 0.0), (1.5, 0.25), (0.5, -1.0)):
        np.testing.assert_array_equal(sg2.picture(latent=away.moved_to(x, y)), sg2.picture(latent=Latent(x, y)))
    np.testing.assert_array_equal(sg2.picture(latent=away.moved_to(0.0, 0.0)), drawn(ws))
    np.testing.assert_array_equal(sg2.picture(latent=away.at_seed(0)), sg2.picture(latent=Latent()))


def test_a_walk_from_a_stored_latent_keeps_its_distance_from_the_mean_in_an_arc(sg2, store):
    sg2.picture()  # reads the network
    w, mean = w_of(5)[0], sg2.model.w_avg
    away = Latent(array=store.add(w.numpy()), blend="arc").moved_to(0.5, 0.0)
    ends = torch.stack([w, w_of(1)[0]]) - mean
    middle = ends.mean(0) * ends.norm(dim=1).mean() / ends.mean(0).norm() + mean
    expected = drawn(middle.expand(len(w_of(5)), -1))
    np.testing.assert_allclose(sg2.picture(latent=away).astype(int), expected.astype(int), atol=1)


@pytest.mark.parametrize("shape", [(15,), (3, 16), (2, 2, 16), ()])
def test_a_stored_latent_of_another_network_is_refused(sg2, store, shape):
    ref = store.add(np.zeros(shape, np.float32))
    with pytest.raises(ValueError, match=r"this network takes 16 or 8 × 16") as caught:
        sg2.render(latent=Latent(array=ref))
    failure = sg2.pipeline.failure(sg2.request, caught.value)
    assert failure.message.startswith("The stored latent has the shape")
    assert failure.advice == "Take it away, or open the network that it was made for."


def test_an_array_that_was_never_sent_is_told(sg2):
    with pytest.raises(UnknownArrayError) as caught:
        sg2.render(latent=Latent(array=ArrayRef("f" * 64)))
    assert "missing" in sg2.pipeline.failure(sg2.request, caught.value).message


def test_psi_by_layer(sg2):
    psis = (0.0, 0.3, 0.5, 0.7, 1.0, 1.0, 1.5, -1.0)
    mean = tiny.network("sg2").mapping.w_avg
    ws = mean + torch.tensor(psis)[:, None] * (w_of(3) - mean)
    picture = sg2.picture(latent=Latent(3.0), truncation=Truncation(0.1, 3, psis))
    np.testing.assert_allclose(picture.astype(int), drawn(ws).astype(int), atol=1)
    plain = sg2.picture(latent=Latent(3.0), truncation=Truncation(0.5, 3))
    same = sg2.picture(latent=Latent(3.0), truncation=Truncation(psis=(0.5, 0.5, 0.5, 1.0)))
    np.testing.assert_array_equal(plain, same)


@pytest.mark.parametrize("rows", [1, 8])
def test_directions_move_w_after_truncation(sg2, store, rows):
    way = np.random.RandomState(0).randn(rows, 16).astype(np.float32)
    direction = Direction("smile", store.add(way if rows > 1 else way[0]), 0.4, 2, 5)
    mean = tiny.network("sg2").mapping.w_avg
    ws = torch.lerp(mean, w_of(3), 0.5)
    ws[2:6] += torch.from_numpy((0.4 * way) if rows == 1 else (0.4 * way)[2:6])
    truncation = Truncation(0.5)
    picture = sg2.picture(latent=Latent(3.0), truncation=truncation, directions=(direction,))
    np.testing.assert_allclose(picture.astype(int), drawn(ws).astype(int), atol=1)
    still = sg2.picture(latent=Latent(3.0), truncation=truncation)
    assert (picture != still).any()
    off = Direction("smile", direction.array, 0.0)
    np.testing.assert_array_equal(sg2.picture(latent=Latent(3.0), truncation=truncation, directions=(off,)), still)


def test_a_blend_in_z_is_a_great_circle(sg2):
    z = slerp(*(torch.from_numpy(seed_z(seed, 16)) for seed in (3, 4)), 0.25)
    ws = tiny.network("sg2").mapping(z[None].float(), None)[0]
    blend = WBlend(((Latent(3.0), 0.75), (Latent(4.0), 0.25)), spherical=True)
    np.testing.assert_allclose(sg2.picture(latent=blend).astype(int), drawn(ws).astype(int), atol=1)


@pytest.mark.parametrize("share", [0.25, 0.5])
def test_a_circle_turns_about_the_mean_at_constant_speed(sg2, share):
    blend = WBlend(((Latent(3.0), 1 - share), (Latent(4.0), share)), circle=True)
    ws = torch.from_numpy(sg2.pipeline.styles(tiny.changed(sg2.request, latent=blend), tiny.Watching()))
    mean = tiny.network("sg2").mapping.w_avg
    first, second, between = (w - mean for w in (w_of(3)[0], w_of(4)[0], ws[0]))
    whole, part = (torch.acos(torch.cosine_similarity(first, one, dim=0)) for one in (second, between))
    assert float(part) == pytest.approx(share * float(whole), rel=1e-4)
    length = torch.lerp(first.norm(), second.norm(), share)
    torch.testing.assert_close(between.norm(), length, rtol=1e-4, atol=0)


def test_offsets_of_a_path_are_linear_between_their_shares(sg2, store):
    parts = ((Latent(3.0), 0.625), (Latent(4.0), 0.375))
    offsets = np.random.RandomState(1).randn(3, 16).astype(np.float32)
    plain, moved = (
        sg2.pipeline.styles(tiny.changed(sg2.request, latent=blend), tiny.Watching())
        for blend in (WBlend(parts, circle=True), WBlend(parts, circle=True, through=store.add(offsets)))
    )
    np.testing.assert_allclose(moved[0] - plain[0], (offsets[0] + offsets[1]) / 2, atol=1e-5)
    foreign = WBlend(parts, circle=True, through=store.add(np.ones((3, 512), np.float32)))
    styles = sg2.pipeline.styles(tiny.changed(sg2.request, latent=foreign), tiny.Watching())
    np.testing.assert_array_equal(styles, plain, err_msg="offsets of another network are left out")


def test_a_blend_of_weight_one_is_its_part(sg2):
    blend = WBlend(((Latent(3.0), 1.0), (Latent(4.0), 0.0)), keep_norm=True)
    np.testing.assert_array_equal(sg2.picture(latent=blend), sg2.picture(latent=Latent(3.0)))


def test_lengths_are_blended_by_their_own_weights(sg2):
    G = tiny.network("sg2")
    blend = WBlend(
        ((Latent(3.0), -0.1), (Latent(4.0), 1.2), (Latent(5.0), -0.1)), keep_norm=True, lengths=(0.25, 0.75, 0.0)
    )
    ws = torch.from_numpy(sg2.pipeline.styles(tiny.changed(sg2.request, latent=blend), tiny.Watching()))
    lengths = [(w_of(seed)[0] - G.mapping.w_avg).norm() for seed in (3, 4)]
    torch.testing.assert_close((ws[0] - G.mapping.w_avg).norm(), 0.25 * lengths[0] + 0.75 * lengths[1])


def test_no_strength_in_any_layer_is_no_noise(sg2):
    layers = tiny.network("sg2").synthesis.noise_layers
    silent = Noise(layers=tuple(sorted((LayerNoise(name, strength=0.0) for name in layers), key=lambda one: one.layer)))
    np.testing.assert_array_equal(sg2.picture(noise=silent), sg2.picture(noise=Noise("none")))
    np.testing.assert_array_equal(sg2.picture(noise=Noise(strength=0.0)), sg2.picture(noise=Noise("none")))


def test_a_layer_may_have_its_own_noise(sg2):
    noise = Noise().with_layers(LayerNoise("b8.conv0", strength=2.0, seed=5))
    G, ws = tiny.network("sg2"), w_of(0)
    expected = drawn(ws, noise_mode="const", noise={"b8.conv0": (True, 2.0, 5)})
    np.testing.assert_array_equal(sg2.picture(noise=noise), expected)
    assert noise.with_layers(LayerNoise("b8.conv0")) == Noise()
    assert "b8.conv0" in G.synthesis.noise_layers


def test_names_of_directions_and_locks_do_not_render_again(sg2, store):
    ref = store.add(np.ones(16, np.float32))
    mixing = Mixing(layers=(LayerStyle(1, Latent(7.0)),))
    sg2.ran(mixing=mixing, directions=(Direction("a", ref, 1.0),))
    locked = Mixing(x=5.0, layers=(LayerStyle(1, Latent(7.0), locked=True),))
    assert sg2.ran(mixing=locked, directions=(Direction("b", ref, 1.0), Direction("c", ref, 0.0))) == []


def test_a_direction_of_another_network_is_left_out(sg2, store):
    own = Direction("own", store.add(np.ones(16, np.float32)), 0.5)
    foreign = [
        Direction("foreign", store.add(np.ones(shape, np.float32)), 0.5) for shape in ((512,), (18, 512), (7, 16))
    ]
    picture = sg2.picture(directions=(own,))
    np.testing.assert_array_equal(sg2.picture(directions=(foreign[0], own, *foreign[1:])), picture)
    assert not np.array_equal(sg2.picture(), picture)
