"""The first start on a computer: a real renderer without compiled kernels reports compiling them, or that it cannot."""

from collections.abc import Callable
from pathlib import Path

import pytest

from gan.ops.cpu import jit
from renderer.ipc.child import Child
from renderer.ipc.client import WORKER
from renderer.ipc.protocol import Frame, ImageState, Network, Preparing, RenderRequest
from tests.unit.renderer import tiny

Said = list[Preparing | Frame]


@pytest.fixture
def folder(monkeypatch, tmp_path):
    """Return the folder of renderers' compiled kernels; it is empty."""
    monkeypatch.setenv("NUMBA_CACHE_DIR", str(tmp_path / "kernels"))
    monkeypatch.delenv("STYLESCOPE_KERNELS")
    return tmp_path / "kernels"


@pytest.fixture
def request_of_sg2(tmp_path):
    return RenderRequest(1, ImageState(network=Network(tiny.save(tmp_path, "sg2"))), device="cpu")


def said(request: RenderRequest, enough: Callable[[Said], object]) -> Said:
    """Return a new renderer's messages on kernels and on this request, until `enough`."""
    child = Child(WORKER, ())
    heard: Said = []
    try:
        child.send([request])
        while not enough(heard):
            message = child.receive()
            if isinstance(message, Preparing | Frame):
                heard.append(message)
    finally:
        child.kill()
        child.bury()
    return heard


def kernels(heard: Said) -> list[Preparing]:
    return [message for message in heard if isinstance(message, Preparing)]


def pictures(heard: Said) -> list[Frame]:
    return [message for message in heard if isinstance(message, Frame)]


def test_compiling_is_told_in_order_beside_the_pictures_and_only_once(folder: Path, request_of_sg2, monkeypatch):
    heard = said(request_of_sg2, lambda heard: pictures(heard) and kernels(heard) and kernels(heard)[-1].over)
    *going, last = kernels(heard)
    total = going[0].total
    assert total > 1
    first = going[0].done
    assert first <= 1, "the kernel that all plans need may be there already: it is made while the network is read"
    assert [(one.done, one.total) for one in going] == [(i, total) for i in range(first, total)]
    assert last.over
    assert not any(one.problem for one in kernels(heard))
    assert heard.index(last) > heard.index(pictures(heard)[0]), "the picture waited for the kernels"
    assert list(folder.rglob("*.nbc"))
    monkeypatch.setenv("STYLESCOPE_KERNELS", "wait")  # so that they are there before the image is
    said(request_of_sg2, pictures)  # compiles the kernels of drafts and of lower precision as well
    again = said(request_of_sg2, pictures)
    assert not kernels(again), "kernels that are on disk were compiled again"


def test_a_broken_cache_is_told_in_words_and_pictures_come_all_the_same(folder: Path, request_of_sg2, open_window):
    lock = folder / jit._version() / "affine_rows.lock"
    lock.mkdir(parents=True)
    window = open_window()
    window.ask(request_of_sg2)
    window.until(lambda: window.poll().preparing is not None)
    preparing = window.poll().preparing
    assert preparing.over
    assert preparing.problem.endswith(str(lock))
    window.renderer.restart()
    window.until(lambda: window.renderer.restarts == 1 and window.poll().preparing is None)
