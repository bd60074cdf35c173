"""Images of seeds against individual library calls, with classes, movement and noise."""

import numpy as np
import pytest
import torch

from gan import transforms
from gan.display import to_rgba8
from gan.images import RenderOptions, grid, label_of, render, styles
from gan.latents import seed_class, seed_z
from gan.networks import build
from tests.unit.networks import tiny


def stylegan3():
    torch.manual_seed(0)
    sizes = {"z_dim": 8, "c_dim": 0, "w_dim": 8, "img_resolution": 16, "img_channels": 3}
    return build("stylegan3.Generator", **sizes, channel_base=64, channel_max=8).eval()


@torch.no_grad()
def test_a_seed_is_the_librarys_own_picture():
    G = tiny.generator()
    ws = styles(G, [5, -3], psi=0.6)
    for i, seed in enumerate((5, -3)):
        z = torch.from_numpy(seed_z(seed, G.z_dim))[None].float()
        wanted = to_rgba8(G(z, truncation_psi=0.6)[0])[..., :3]
        assert np.array_equal(render(G, ws[i]), wanted)


@torch.no_grad()
def test_classes():
    G = tiny.generator(c_dim=4)
    assert label_of(G, 7, None) == seed_class(7, G.z_dim, 4)
    assert torch.equal(styles(G, [7]), styles(G, [7], label=seed_class(7, G.z_dim, 4)))
    assert not torch.equal(styles(G, [7], label=0), styles(G, [7], label=1))
    with pytest.raises(ValueError, match="no class 4: this network's are 0-3"):
        styles(G, [7], label=4)
    assert label_of(tiny.generator(), 7, 3) is None
    with pytest.raises(ValueError, match="no seeds"):
        styles(G, [])


@torch.no_grad()
def test_movement_is_the_networks_input_transform():
    G = stylegan3()
    ws = styles(G, [1])
    matrix = transforms.inverse(transforms.affine((0.25, -0.1), 30))
    wanted = to_rgba8(G.synthesis(ws, input_transform=matrix)[0])[..., :3]
    moved = render(G, ws[0], RenderOptions(translate=(0.25, -0.1), rotate=30))
    assert np.array_equal(moved, wanted)
    assert np.array_equal(render(G, ws[0], RenderOptions(rotate=360)), render(G, ws[0]))
    with pytest.raises(ValueError, match="no input to move"):
        render(tiny.generator(), styles(tiny.generator(), [1])[0], RenderOptions(rotate=1))


def test_random_noise_is_that_of_its_seed():
    G = tiny.generator()
    ws = styles(G, [1])[0]
    options = RenderOptions(noise_mode="random")
    assert np.array_equal(render(G, ws, options, 3), render(G, ws, options, 3))
    assert not np.array_equal(render(G, ws, options, 3), render(G, ws, options, 4))
    assert not np.array_equal(render(G, ws), render(G, ws, RenderOptions(noise_mode="none")))


def test_grid():
    tiles = [np.full((2, 3, 3), i, dtype=np.uint8) for i in range(1, 6)]
    made = grid(tiles, 3)
    assert made.shape == (4, 9, 3)
    assert made[0, ::3, 0].tolist() == [1, 2, 3]
    assert made[2, ::3, 0].tolist() == [4, 5, 0]
    with pytest.raises(ValueError, match="at least one"):
        grid([], 2)
