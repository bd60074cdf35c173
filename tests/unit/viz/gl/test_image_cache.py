"""Image files read in the background."""

import threading
import time
from types import SimpleNamespace

import pytest
from PIL import Image

from viz.gl import image_cache
from viz.gl.image_cache import ImageCache
from viz.state.facts import Texture


@pytest.fixture
def files(tmp_path):
    made = []
    for i in range(6):
        path = tmp_path / f"fakes{i:06d}.png"
        Image.new("RGB", (8, 8), (i, i, i)).save(path)
        made.append(str(path))
    return made


class _Picture:
    def upload(self, pixels):
        self.texture = Texture(1, pixels.shape[1], pixels.shape[0])

    def free(self):
        """Nothing to free without OpenGL."""


@pytest.fixture
def slow(monkeypatch):
    """Reads that wait for `slow.gate`, and what was read."""
    monkeypatch.setattr(image_cache, "Picture", _Picture)
    read = image_cache._read

    slow = SimpleNamespace(gate=threading.Event(), done=[])

    def waiting(wish):
        slow.done.append(wish.path)
        assert slow.gate.wait(20)
        return read(wish)

    monkeypatch.setattr(image_cache, "_read", waiting)
    return slow


def until(found):
    end = time.monotonic() + 20
    while not found():
        assert time.monotonic() < end
        time.sleep(0.005)


def test_grids_passed_over_are_not_decoded(files, slow):
    cache = ImageCache(lambda: None)
    cache.grid(files[0])
    until(lambda: slow.done == files[:1])
    for path in files[1:]:
        assert cache.grid(path) is None
        assert cache.grid(path) is None, "asked for in every frame"
    slow.gate.set()

    def came():
        cache.take()
        return cache.known(files[-1])

    until(came)
    assert slow.done == [files[0], files[-1]]
    assert cache.grid(files[0]) is not None, "the one under way is not wasted"
    assert cache.known(files[2]) is None
    assert cache.grid(files[2]) is None
    until(lambda: (cache.take(), cache.known(files[2]))[1])
    assert slow.done == [files[0], files[-1], files[2]], "it is read when it is asked for again"
    cache.free()


def test_small_pictures_of_a_list_are_all_read_though_a_grid_moves_on(files, slow):
    slow.gate.set()
    cache = ImageCache(lambda: None)
    for path in files:
        cache.first_tile(path)
        cache.grid(path)
    until(lambda: (cache.take(), all(cache.first_tile(path) for path in files))[1])
    cache.free()
