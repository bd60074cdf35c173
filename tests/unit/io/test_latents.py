"""Latents in files: round trips in every published shape."""

import numpy as np
import pytest
import torch

from gan.io.latents import KEY, load_latents, save_latents

NUM_WS, W_DIM = 5, 4


def values(*shape):
    return np.random.RandomState(0).randn(*shape).astype(np.float32)


@pytest.mark.parametrize("ending", [".npz", ".npy"])
@pytest.mark.parametrize("shape", [(NUM_WS, W_DIM), (3, NUM_WS, W_DIM)])
def test_round_trip(tmp_path, ending, shape):
    path = tmp_path / "new" / f"w{ending}"
    ws = torch.from_numpy(values(*shape))
    save_latents(path, ws)
    back = load_latents(path, NUM_WS, W_DIM)
    np.testing.assert_array_equal(back, ws.numpy().reshape(-1, NUM_WS, W_DIM))
    assert [file.name for file in path.parent.iterdir()] == [path.name]


def test_the_published_projectors_file(tmp_path):
    np.savez(tmp_path / "projected_w.npz", w=values(1, NUM_WS, W_DIM))
    np.testing.assert_array_equal(load_latents(tmp_path / "projected_w.npz", NUM_WS, W_DIM), values(1, NUM_WS, W_DIM))
    save_latents(tmp_path / "ours.npz", values(1, NUM_WS, W_DIM))
    with np.load(tmp_path / "ours.npz") as stored:
        assert stored[KEY].shape == (1, NUM_WS, W_DIM)


@pytest.mark.parametrize("shape", [(W_DIM,), (1, W_DIM), (1, 1, W_DIM)])
def test_one_w_goes_to_every_layer(tmp_path, shape):
    np.save(tmp_path / "w.npy", values(*shape))
    found = load_latents(tmp_path / "w.npy", NUM_WS, W_DIM)
    assert found.shape == (1, NUM_WS, W_DIM)
    assert (found == values(*shape).ravel()).all()


@pytest.mark.parametrize("shape", [(W_DIM + 1,), (2, W_DIM), (1, 6, W_DIM), (0, NUM_WS, W_DIM), (1, 1, 1, W_DIM)])
def test_other_shapes_are_told_what_the_network_has(tmp_path, shape):
    np.save(tmp_path / "w.npy", values(*shape))
    with pytest.raises(ValueError, match=r"this network's latents have \[5, 4\] or \[4\]"):
        load_latents(tmp_path / "w.npy", NUM_WS, W_DIM)


def test_saving_refuses_what_could_not_be_read(tmp_path):
    with pytest.raises(ValueError, match=r"\.npz or \.npy, not as w\.pt"):
        save_latents(tmp_path / "w.pt", values(NUM_WS, W_DIM))
    with pytest.raises(ValueError, match=r"not \[4\]"):
        save_latents(tmp_path / "w.npy", values(W_DIM))
    assert not list(tmp_path.iterdir())
