"""Networks that are read before an image of them is requested."""

import os
import shutil
import threading

import numpy as np
import pytest

import gan
from renderer.engine import models
from renderer.engine.base import Cancelled
from renderer.engine.jobs import begin
from renderer.ipc.protocol import Network, ReadAhead
from tests.unit.renderer import tiny


@pytest.fixture
def run(sg2, tmp_path):
    """Six networks of one run."""
    made = [tmp_path / f"network-snapshot-{kimg:06d}.safetensors" for kimg in range(6)]
    for path in made:
        shutil.copy(sg2.request.image.network.source, path)
    return [Network(str(path)) for path in made]


@pytest.fixture
def reads(monkeypatch):
    """The names of the files that are read, in order."""
    found, load = [], gan.load
    monkeypatch.setattr(models.gan, "load", lambda source, **rest: found.append(source) or load(source, **rest))
    return found


class Impatient(tiny.Watching):
    """Watch that always interrupts."""

    def check(self, share):
        raise Cancelled


def ahead(bench, network):
    running = begin(ReadAhead(tiny.changed(bench.request, network=network)), bench.pipeline)
    return bool(running.step(tiny.Watching()).result[0])


def test_a_network_read_ahead_is_not_read_again(sg2, run, reads):
    sg2.picture()
    assert ahead(sg2, run[0])
    assert ahead(sg2, run[1])
    assert len(reads) == 3
    np.testing.assert_array_equal(sg2.picture(network=run[1]), sg2.picture())
    sg2.picture(network=run[0])
    assert len(reads) == 3, "neither is the one shown before, though more than two were read"


def test_it_gives_way_and_is_waited_for_where_a_picture_needs_it(sg2, run, reads, monkeypatch):
    sg2.picture()
    gate, load = threading.Event(), models._load_quietly
    monkeypatch.setattr(models, "_load_quietly", lambda *rest: gate.wait(20) and load(*rest))
    job = begin(ReadAhead(tiny.changed(sg2.request, network=run[0])), sg2.pipeline)
    for _ in range(2):
        with pytest.raises(Cancelled):
            job.step(Impatient())
    gate.set()
    sg2.picture(network=run[0])
    assert len(reads) == 2, "read once, by the thread"
    assert job.step(tiny.Watching()).result[0] == 1
    assert len(reads) == 2


def test_where_memory_is_short_nothing_is_read_ahead(sg2, run, reads, monkeypatch):
    sg2.picture()
    monkeypatch.setattr(models, "memory_in_use", lambda device: (6 << 30, 8 << 30))
    assert not ahead(sg2, run[0])
    assert len(reads) == 1


def test_once_memory_is_short_only_the_two_in_use_are_kept(sg2, run, reads, monkeypatch):
    for network in run[:5]:
        assert ahead(sg2, network)
    sg2.picture(network=run[0])
    assert len(reads) == 5
    monkeypatch.setattr(models, "memory_in_use", lambda device: (6 << 30, 8 << 30))
    assert not ahead(sg2, run[5])
    sg2.picture(network=run[0])
    sg2.picture(network=run[4])
    assert len(reads) == 5
    sg2.picture(network=run[1])
    assert len(reads) == 6


def test_a_file_that_is_no_network_is_told_and_others_go_on(sg2, run, tmp_path):
    (tmp_path / "bad.safetensors").write_bytes(b"no")
    with pytest.raises(gan.LoadError):
        ahead(sg2, Network(str(tmp_path / "bad.safetensors")))
    assert ahead(sg2, run[0])
    assert not ahead(sg2, Network("https://example.org/network.pkl")), "nothing is downloaded unasked"


def test_large_networks_are_few(sg2, run, reads, monkeypatch):
    size = os.path.getsize(run[0].source)
    memory = [8 * size]
    monkeypatch.setattr(models, "memory_in_use", lambda device: (0, memory[0]))
    monkeypatch.setattr(models, "AHEAD_BYTES", 5 * size)  # two of them, with the weights of their kernels
    for network in run[:5]:
        assert ahead(sg2, network)
    assert len(sg2.pipeline._models._cache.values()) == models.CACHED + 2
    monkeypatch.setattr(models, "AHEAD_BYTES", 1)
    assert ahead(sg2, run[5]), "one at least"
    assert len(sg2.pipeline._models._cache.values()) == models.CACHED + 1
    memory[0] = 7 * 8 * size  # an eighth of it is more than that
    for network in run:
        assert ahead(sg2, network)
    assert len(sg2.pipeline._models._cache.values()) == models.CACHED + 3


def test_the_next_snapshot_is_expected_to_take_as_long(sg2, sg3, run):
    """So that its first picture may be a draft already."""
    sg2.picture(network=run[0])
    first = sg2.pipeline._models.cached(run[0], "cpu")
    first.pace.ran(0, 7.0)
    assert ahead(sg2, run[1])
    second = sg2.pipeline._models.cached(run[1], "cpu")
    assert second.pace.full_s == 7.0
    assert second.shares == first.shares
    second.pace.ran(0, 9.0)
    assert first.pace.full_s == 7.0
    sg2.picture(network=sg3.request.image.network)
    assert sg2.pipeline._models.cached(sg3.request.image.network, "cpu").pace.full_s != 7.0, "another shape"
