"""CUDA graphs without a device: recording, replay and release, with a fake recorder."""

import logging

import pytest
import torch

from gan.inference.graphs import Recordings
from renderer.engine import synthesis
from renderer.engine.models import Model
from renderer.ipc.protocol import Noise, Transform
from tests.unit.renderer.tiny import Bench, Watching, output_key, save


class Remembered:
    def __init__(self, draw, output):
        self.draw, self.output, self.replays = draw, output, 0

    def replay(self):
        self.replays += 1
        self.output.copy_(self.draw())


class FakeRecorder:
    """As a CUDA graph it writes into the same memory every time, from the same memory."""

    def __init__(self, error: Exception | None = None):
        self.made: list[Remembered] = []
        self.error = error

    def record(self, draw):
        if self.error is not None:
            raise self.error
        self.made.append(Remembered(draw, draw().clone()))
        return self.made[-1], self.made[-1].output


def double(inputs):
    return inputs["x"] * 2


def test_the_second_call_is_recorded_and_the_third_only_replayed():
    recorder = FakeRecorder()
    replays = Recordings(recorder)
    assert replays.replay("key", {"x": torch.tensor([1.0])}, double) is None
    results = [replays.replay("key", {"x": torch.tensor([float(i)])}, double) for i in (2, 3)]
    assert [float(y) for y in results] == [4.0, 6.0], "a later replay changed an earlier result"
    assert len(recorder.made) == 1
    assert recorder.made[0].replays == 2


@pytest.mark.parametrize(
    ("key", "x"),
    [("other", torch.ones(1)), ("key", torch.ones(2)), ("key", torch.ones(1, dtype=torch.float64))],
    ids=["another key", "another shape", "another type"],
)
def test_what_else_could_change_the_result_gets_a_graph_of_its_own(key, x):
    recorder = FakeRecorder()
    replays = Recordings(recorder)
    for _ in range(2):
        replays.replay("key", {"x": torch.ones(1)}, double)
    assert replays.replay(key, {"x": x}, double) is None
    assert torch.equal(replays.replay(key, {"x": x * 3}, double), x * 6)
    assert len(recorder.made) == 2


def test_the_oldest_graph_goes_first_and_all_go_on_clearing():
    recorder = FakeRecorder()
    replays = Recordings(recorder, most=2)

    def draw(key):
        return replays.replay(key, {"x": torch.ones(1)}, double)

    for key in "aabbcc":
        draw(key)
    draw("b")
    assert len(recorder.made) == 3
    draw("a")
    assert len(recorder.made) == 4
    replays.clear()
    assert draw("c") is None


def test_what_cannot_be_recorded_is_said_once_and_drawn_the_plain_way(caplog):
    replays = Recordings(FakeRecorder(RuntimeError("operation not permitted\nwhen capturing")))
    with caplog.at_level(logging.WARNING):
        for _ in range(4):
            assert replays.replay("key", {"x": torch.ones(1)}, double) is None
    assert caplog.messages == ["This network is drawn without a CUDA graph: operation not permitted"]


def test_a_lack_of_memory_is_not_hidden():
    replays = Recordings(FakeRecorder(torch.OutOfMemoryError("full")))
    replays.replay("key", {"x": torch.ones(1)}, double)
    with pytest.raises(torch.OutOfMemoryError):
        replays.replay("key", {"x": torch.ones(1)}, double)


@pytest.mark.parametrize("kind", ["sg2", "sg3"])
def test_pictures_by_graphs_are_the_same(kind, tmp_path, monkeypatch):
    """Every request that a graph could get wrong: another w, transform, noise strength and seed, in turn."""
    bench = Bench(save(tmp_path, kind))
    model: Model = bench.pipeline._models.get(bench.request.image.network, "cpu", lambda share: None)
    recorder = FakeRecorder()
    model.recordings = Recordings(recorder)
    requests = [
        (seed, Noise(strength=strength, mode=mode, seed=5), Transform(x=x))
        for strength, mode, x in ((1.0, "const", 0.0), (0.5, "const", 0.0), (1.0, "random", 0.25), (1.0, "const", 0.5))
        for seed in (1, 2, 3)
    ]

    def draw(seed, noise, transform):
        ws = torch.randn(1, model.G.num_ws, model.G.w_dim, generator=torch.Generator().manual_seed(seed))
        done = synthesis.run(model, ws, output_key(noise=noise, transform=transform), Watching().check)
        return done.outputs[None]

    with torch.inference_mode():
        plain = [draw(*request) for request in requests]
        assert not recorder.made
        monkeypatch.setattr(synthesis, "_records", lambda model: True)
        by_graph = [draw(*request) for request in requests]
    assert recorder.made
    for one, other in zip(plain, by_graph, strict=True):
        assert torch.equal(one, other)
