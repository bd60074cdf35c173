"""Settings passed to the C library's allocator."""

import ctypes

from gan import memory


def test_another_system_or_library_is_left_alone(monkeypatch):
    monkeypatch.setattr(memory.sys, "platform", "darwin")
    assert not memory.keep_freed_memory()
    monkeypatch.setattr(memory.sys, "platform", "linux")

    def missing(name):
        raise OSError(name)

    monkeypatch.setattr(ctypes, "CDLL", missing)
    assert not memory.keep_freed_memory()


def test_what_glibc_refuses_is_told(monkeypatch):
    class Library:
        def __init__(self, name):
            self.mallopt = lambda option, value: int(option == -3)

    monkeypatch.setattr(memory.sys, "platform", "linux")
    monkeypatch.setattr(ctypes, "CDLL", Library)
    assert not memory.keep_freed_memory()
