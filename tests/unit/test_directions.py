"""Directions in W: read safely, and applied only to the named layers."""

import io
import zipfile

import numpy as np
import pytest
import torch

from gan.edits.directions import FIRST_LAYERS, Direction, apply, chosen_direction, load_direction

NUM_WS, W_DIM = 10, 6


@pytest.fixture
def ws():
    return torch.randn(2, NUM_WS, W_DIM, generator=torch.Generator().manual_seed(0))


def vector(*shape):
    return np.random.RandomState(1).randn(*shape).astype(np.float32)


@pytest.mark.parametrize("shape", [(W_DIM,), (NUM_WS, W_DIM)])
@pytest.mark.parametrize("layers", [None, (1, 3), tuple(range(NUM_WS))])
def test_as_by_hand(ws, shape, layers):
    direction = vector(*shape)
    by_hand = ws.numpy().copy()
    for layer in range(FIRST_LAYERS) if layers is None else layers:
        by_hand[:, layer] += np.float32(1.5) * (direction if len(shape) == 1 else direction[layer])
    before = ws.clone()
    np.testing.assert_allclose(apply(ws, [Direction(direction, 1.5, layers)]).numpy(), by_hand, atol=1e-6)
    assert torch.equal(ws, before)


def test_several_add_up_and_none_changes_nothing(ws):
    a, b = Direction(vector(W_DIM), 2.0, (0,)), Direction(vector(NUM_WS, W_DIM), -1.0)
    torch.testing.assert_close(apply(ws, [a, b]), apply(apply(ws, [b]), [a]))
    assert apply(ws, []) is ws
    assert torch.equal(apply(ws, [Direction(vector(W_DIM), 0.0)]), ws)


def test_few_layers_are_all_taken():
    few = torch.zeros(3, W_DIM)
    assert (apply(few, [Direction(vector(W_DIM))]) != 0).all()


def test_what_does_not_fit_says_what_the_network_has(ws):
    with pytest.raises(ValueError, match=r"shape \[7\], but this network needs \[6\] or \[10, 6\]"):
        apply(ws, [Direction(vector(7))])
    with pytest.raises(ValueError, match=r"no layer 10 .* are 0-9"):
        apply(ws, [Direction(vector(W_DIM), 1.0, (9, 10))])


@pytest.mark.parametrize("shape", [(W_DIM,), (NUM_WS, W_DIM), (1, W_DIM), (1, NUM_WS, W_DIM)])
def test_files_of_every_published_shape(tmp_path, shape):
    path = tmp_path / "age.npy"
    np.save(path, vector(*shape).astype(np.float64))
    found = load_direction(path)
    np.testing.assert_array_equal(found, vector(*shape).squeeze())
    assert found.dtype == np.float32


def test_numpys_other_orders_and_types(tmp_path):
    values = np.asfortranarray(np.arange(12).reshape(3, 4))
    np.save(tmp_path / "a.npy", values)
    np.testing.assert_array_equal(load_direction(tmp_path / "a.npy"), values)
    np.savez_compressed(tmp_path / "a.npz", direction=values)
    np.testing.assert_array_equal(load_direction(tmp_path / "a.npz"), values)


def saved(array, **options):
    buffer = io.BytesIO()
    np.save(buffer, array, **options)
    return buffer.getvalue()


def claimed(member):
    """An archive whose array is not numpy's."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr("direction.npy", member)
    return buffer.getvalue()


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"", "no numpy file"),
        (b"hello", "no numpy file"),
        (saved(np.array([{}, 1], dtype=object), allow_pickle=True), "holds Python objects, which could run code"),
        (saved(np.zeros((2, 3, 4))), "holds 2 latents, not a direction; open it as a latent"),
        (saved(np.zeros(())), r"shape \[\]; a direction has"),
        (saved(np.zeros(0)), r"shape \[0\]; a direction has"),
        (saved(np.array(["a"])), "made of numbers"),
        (saved(np.array([1, np.nan])), "infinite or not a number"),
        (saved(np.zeros(99))[:-9], "cut short"),
        (saved(np.zeros(4)).replace(b"(4,)", b"(9999999999999,)"), "cut short|damaged"),
        (saved(np.zeros(4))[:20], "damaged"),
        (b"PK\x03\x04 and no more", "damaged"),
        (claimed(b"hello"), "damaged"),
        (claimed(saved(np.zeros(4))).replace(b"direction.npy", b"intercept.npy"), "holds no direction"),
    ],
)
def test_files_that_are_no_direction_get_a_sentence(tmp_path, content, says):
    path = tmp_path / "age.npy"
    path.write_bytes(content)
    with pytest.raises(ValueError, match=says):
        load_direction(path)


def test_one_of_many_by_name_or_number(tmp_path):
    path = tmp_path / "edits.npz"
    np.savez(path, Smile=vector(W_DIM), Age=2 * vector(W_DIM), layers=[1, 2])
    np.testing.assert_array_equal(load_direction(path), vector(W_DIM))
    for name in ("Age", "age", " AGE", "2"):
        chosen = chosen_direction(path, name)
        assert (chosen.name, chosen.layers) == ("Age", (1, 2))
        np.testing.assert_array_equal(chosen.vector, 2 * vector(W_DIM))
    for name in ("3", "0", "Pose"):
        with pytest.raises(ValueError, match=f"no direction '{name}'; it holds 2: Smile, Age"):
            load_direction(path, name)
