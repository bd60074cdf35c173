"""Transfers between host and device; those of a GPU are tested in tests/gpu."""

import pytest
import torch

from gan.device import fetch, page_locked, send


def test_on_the_cpu_nothing_is_copied():
    x = torch.arange(6.0)
    assert send(x, torch.device("cpu")) is x
    assert fetch(x) is x


@pytest.mark.skipif(torch.cuda.is_available(), reason="a device is here, and memory for it")
def test_without_page_locked_memory_there_is_none():
    assert page_locked((2, 3), torch.uint8) is None


class OnDevice:
    """As a tensor on a CUDA device."""

    device = torch.device("cuda", 0)
    shape, dtype = (2,), torch.float32

    def cpu(self):
        return torch.ones(2)


def test_without_page_locked_memory_it_is_fetched_the_plain_way(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("gan.device.page_locked", lambda shape, dtype: None)
    assert torch.equal(fetch(OnDevice()), torch.ones(2))
