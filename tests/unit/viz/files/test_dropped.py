"""Files dropped on the window: what each opens, by its content where its name does not say."""

import threading

import numpy as np
import pytest
import torch

from viz.files.actions import OpenDirection, OpenFile, OpenLatent, OpenNetwork, dropped
from viz.files.drops import Dropped, Drops


class Recorder:
    """A scene and a window that keep what is asked of them."""

    def __init__(self):
        self.asked = []
        self.said = []

    def request(self, action):
        self.asked.append(action)
        return self

    def say(self, text, *_, bad=False, **_more):
        self.said.append((text, bad))


def drops(holds_pictures=lambda path: False):
    return Drops(lambda: None, holds_pictures)


def looked(queue):
    """Return all files of a queue, once they have been looked at."""
    found = []
    while queue:
        found += queue.take(False)
    return found


def asked(path):
    recorder, queue = Recorder(), drops()
    queue.add([str(path)])
    [file] = looked(queue)
    dropped(recorder, recorder, file)
    queue.close()
    return recorder


FILES = {
    "direction.pt": (torch.zeros(8), OpenDirection),
    "layers.pth": (torch.zeros(1, 4, 8), OpenDirection),
    "eigenvectors.pt": ({"eigvec": torch.eye(8)}, OpenDirection),
    "latents.pt": (torch.zeros(3, 4, 8), OpenLatent),
    "network.pt": ({"g_ema": {"style.1.weight": torch.zeros(2, 2), "style.2.weight": torch.zeros(2, 2)}}, OpenNetwork),
    "mean.pt": ({"g_ema": {"style.1.weight": torch.zeros(2, 2)}, "latent_avg": torch.zeros(8)}, OpenNetwork),
    "network.pth": ({"g_ema": {"style.1.weight": torch.zeros(2, 2)}, "d": {"x": torch.zeros(2, 2)}}, OpenNetwork),
}


@pytest.mark.parametrize("name", FILES)
def test_files_of_torch_by_their_content(tmp_path, name):
    value, action = FILES[name]
    torch.save(value, tmp_path / name)
    assert asked(tmp_path / name).asked == [action(str(tmp_path / name))]


@pytest.mark.parametrize(
    ("shape", "action"), [((4, 8), OpenDirection), ((1, 4, 8), OpenDirection), ((20, 4, 8), OpenLatent)]
)
def test_arrays(tmp_path, shape, action):
    np.save(tmp_path / "w.npy", np.zeros(shape, np.float32))
    assert asked(tmp_path / "w.npy").asked == [action(str(tmp_path / "w.npy"))]


@pytest.mark.parametrize(
    ("names", "action"),
    [(("lat_comp", "lat_stdev"), OpenDirection), (("boundary",), OpenDirection), (("w",), OpenLatent)],
)
def test_archives_of_arrays(tmp_path, names, action):
    np.savez(tmp_path / "a.npz", **dict.fromkeys(names, np.zeros((1, 8), np.float32)))
    assert asked(tmp_path / "a.npz").asked == [action(str(tmp_path / "a.npz"))]


@pytest.mark.parametrize("name", ["a.pkl", "a.PT", "a.pth", "a.ckpt", "a.safetensors"])
def test_networks_by_their_endings(tmp_path, name):
    (tmp_path / name).write_bytes(b"x")
    assert asked(tmp_path / name).asked == [OpenNetwork(str(tmp_path / name))]


def test_others(tmp_path):
    assert asked(tmp_path / "a.stylescope").asked == [OpenFile(str(tmp_path / "a.stylescope"))]
    text, bad = asked(tmp_path / "a.txt").said[0]
    assert bad
    assert ".ckpt" in text
    (tmp_path / "bad.npy").write_bytes(b"x")
    assert asked(tmp_path / "bad.npy").asked == [OpenDirection(str(tmp_path / "bad.npy"))]  # which says what is wrong


def test_several_networks_are_one_drop_behind_every_direction(tmp_path):
    torch.save(torch.zeros(8), tmp_path / "one.pt")
    torch.save(torch.zeros(8), tmp_path / "two.pt")
    for name in ("a.pkl", "b.ckpt"):
        (tmp_path / name).write_bytes(b"x")
    queue = drops()
    queue.add([str(tmp_path / name) for name in ("one.pt", "a.pkl", "two.pt", "b.ckpt")])
    *directions, networks = looked(queue)
    queue.close()
    assert [file.path.rpartition("/")[2] for file in directions] == ["one.pt", "two.pt"]
    assert (networks.holds, networks.together) == ("networks", (str(tmp_path / "a.pkl"), str(tmp_path / "b.ckpt")))


def test_looking_holds_up_nobody_and_its_errors_lose_no_file(tmp_path):
    begun, go_on = threading.Event(), threading.Event()

    def slow(path):
        begun.set()
        go_on.wait()
        raise OSError("gone")

    queue = drops(slow)
    queue.add([str(tmp_path)])
    begun.wait()
    assert queue.take(False) == []
    assert queue
    go_on.set()
    assert looked(queue) == [Dropped(str(tmp_path))]
    assert not queue
    queue.close()
