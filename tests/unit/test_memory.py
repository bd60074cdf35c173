"""Settings passed to the C library's allocator."""

import ctypes
import subprocess
import sys

import pytest

from gan import memory

_CHILD = """
from pathlib import Path
import torch
from gan.memory import giving_back, keep_freed_memory, return_freed_memory

def resident():
    return int(Path("/proc/self/statm").read_text().split()[1]) * 4096 / 2**20

assert keep_freed_memory()
start = resident()
with giving_back(), giving_back():
    block = torch.ones(128, 2**18)
    before = resident()
    del block
print("returned at once", before - resident())
block = torch.ones(128, 2**18)
del block
print("kept", resident() - start)
before = resident()
assert return_freed_memory()
print("given back", before - resident())
"""


@pytest.fixture(autouse=True)
def anew():
    """Look for the C library again, and forget afterwards what was found."""
    memory._library.cache_clear()
    yield
    memory._library.cache_clear()


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="the options are glibc's")
def test_what_is_read_goes_back_at_once_and_what_is_kept_on_request():
    done = subprocess.run([sys.executable, "-c", _CHILD], capture_output=True, text=True, timeout=300)
    assert done.returncode == 0, done.stderr
    megabytes = dict(line.rsplit(" ", 1) for line in done.stdout.splitlines())
    assert float(megabytes["returned at once"]) > 100
    assert float(megabytes["kept"]) > 50
    assert float(megabytes["given back"]) > 100


@pytest.mark.parametrize("kept", [False, True])
def test_room_is_made_of_what_is_kept(monkeypatch, kept):
    given = []
    monkeypatch.setattr(memory, "_kept", kept)
    monkeypatch.setattr(memory, "return_freed_memory", lambda: given.append(True))
    memory.make_room()
    assert given == [True] * kept


def test_options_of_blocks_that_give_back_end_with_the_last_one(monkeypatch):
    asked = []

    class Library:
        def __init__(self, name):
            self.mallopt = lambda option, value: asked.append(value) or 1

    monkeypatch.setattr(memory.platform, "system", lambda: "Linux")
    monkeypatch.setattr(ctypes, "CDLL", Library)
    monkeypatch.setattr(memory, "_kept", False)
    with memory.giving_back():
        assert asked == [], "nobody asked to keep anything"
        assert memory.keep_freed_memory()
    with memory.giving_back(), memory.giving_back():
        pass
    usual, kept = memory._USUAL_BYTES, memory._KEPT_BYTES
    assert asked == [usual, usual, kept, kept, usual, usual, kept, kept]
    monkeypatch.setattr(memory, "_kept", False)


def test_another_system_or_library_is_left_alone(monkeypatch):
    monkeypatch.setattr(memory.platform, "system", lambda: "Darwin")
    assert not memory.keep_freed_memory()
    memory._library.cache_clear()
    monkeypatch.setattr(memory.platform, "system", lambda: "Linux")

    def missing(name):
        raise OSError(name)

    monkeypatch.setattr(ctypes, "CDLL", missing)
    assert not memory.keep_freed_memory()


def test_what_glibc_refuses_is_told(monkeypatch):
    class Library:
        def __init__(self, name):
            self.mallopt = lambda option, value: int(option == -3)

    monkeypatch.setattr(memory.platform, "system", lambda: "Linux")
    monkeypatch.setattr(ctypes, "CDLL", Library)
    assert not memory.keep_freed_memory()
