"""Operator choice: never an error, and one sentence where the kernels are unavailable. Needs no device."""

import importlib
import logging
import re
import subprocess
import sys

import pytest
import torch

from gan import ops
from gan.ops import cuda
from tests.fixtures_path import ROOT

DEVICE = torch.device("cuda", 0)


@pytest.fixture(autouse=True)
def _fresh():
    cuda.forget()
    yield
    cuda.forget()


class OnDevice:
    """Tensor attributes that `attempt` reads."""

    device = DEVICE
    dtype = torch.float32


def without_triton(monkeypatch: pytest.MonkeyPatch) -> None:
    real = importlib.import_module

    def refuse(name: str):
        if name.startswith("gan.ops.cuda."):
            raise ImportError("No module named 'triton'")
        return real(name)

    monkeypatch.setattr(importlib, "import_module", refuse)
    monkeypatch.setattr(torch.cuda, "is_current_stream_capturing", lambda: False)


def test_importing_the_operators_does_not_import_triton():
    code = "import sys, gan.ops; print('triton' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "False"


def test_without_triton_there_is_one_sentence(monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture):
    without_triton(monkeypatch)
    with caplog.at_level(logging.WARNING):
        for name in cuda.OPERATORS * 2:
            assert cuda.attempt(name, OnDevice()) is None
    (notice,) = cuda.notices()
    assert "Triton is not installed" in notice
    assert caplog.messages == [notice]


@pytest.mark.parametrize(
    ("error", "words"),
    [
        (RuntimeError("Failed to find C compiler. Please specify via CC"), "finds no C compiler"),
        (OSError("libcuda.so cannot be found\nmore"), r"could not run bias_act \(libcuda.so cannot be found\)"),
    ],
)
def test_a_failing_launch_is_a_sentence(error: Exception, words: str, monkeypatch: pytest.MonkeyPatch):
    trials = pytest.importorskip("gan.ops.cuda.trials")
    monkeypatch.setattr(torch.version, "cuda", "13.0")
    monkeypatch.setattr(torch.cuda, "get_device_capability", lambda device: (9, 0))
    monkeypatch.setattr(torch.cuda, "is_current_stream_capturing", lambda: False)

    def fail(*arguments):
        raise error

    monkeypatch.setattr(trials, "disagreement", fail)
    assert cuda.attempt("bias_act", OnDevice()) is None
    (notice,) = cuda.notices()
    assert re.search(words, notice)


def test_nothing_is_tried_while_a_graph_is_recorded(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(torch.cuda, "is_current_stream_capturing", lambda: True)
    assert cuda.attempt("bias_act", OnDevice()) is None
    assert cuda.notices() == ()


def test_what_works_is_used_and_can_be_switched_off(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(torch.cuda, "is_current_stream_capturing", lambda: False)
    monkeypatch.setattr(cuda, "choose", lambda name, device, with_gradients: lambda x, *rest: (name, rest))
    assert cuda.attempt("bias_act", OnDevice(), 1, 2) == ("bias_act", (1, 2))
    with cuda.reference_only():
        assert cuda.attempt("bias_act", OnDevice(), 1, 2) is None
    assert cuda.attempt("bias_act", OnDevice()) == ("bias_act", ())


def test_other_devices_and_types_are_the_references(monkeypatch: pytest.MonkeyPatch):
    def fail(*arguments):
        raise AssertionError("a kernel was wanted")

    monkeypatch.setattr(cuda, "choose", fail)
    ops.bias_act(torch.ones(2, 3), act="lrelu")
    double = OnDevice()
    double.dtype = torch.float64
    assert cuda.attempt("bias_act", double) is None


@pytest.mark.parametrize("name", cuda.OPERATORS)
def test_the_operators_return_what_the_kernel_gives(name: str, monkeypatch: pytest.MonkeyPatch):
    answer = torch.zeros(1)
    asked = []
    monkeypatch.setattr(cuda, "attempt", lambda *arguments: asked.append(arguments[0]) or answer)
    arguments = (torch.ones(3),) if name == "upfirdn2d" else ()
    assert getattr(ops, name)(torch.ones(1, 1, 4, 4), *arguments) is answer
    assert asked == [name]


def test_a_kernel_that_asks_for_too_much_is_not_asked_again(monkeypatch: pytest.MonkeyPatch):
    errors = pytest.importorskip("triton.errors")
    calls = []

    def fail(x, *rest):
        calls.append(x)
        raise errors.TritonError("out of resource: shared memory\nReducing block sizes may help.")

    monkeypatch.setattr(torch.cuda, "is_current_stream_capturing", lambda: False)
    monkeypatch.setattr(cuda, "choose", lambda name, device, with_gradients: fail)
    for _ in range(2):
        assert cuda.attempt("bias_act", OnDevice()) is None
    assert len(calls) == 1
    assert "could not run bias_act (out of resource: shared memory)" in cuda.notices()[0]
