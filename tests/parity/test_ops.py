"""The operators against the recorded values of the published ones: forward and gradients."""

import json
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
import torch

from gan import ops
from tests.fixtures_path import fixtures

TOLERANCE = 1e-5  # of the largest value

OPERATORS: dict[str, Callable[..., torch.Tensor]] = {
    name: getattr(ops, name)
    for name in (
        "upfirdn2d",
        "filter2d",
        "upsample2d",
        "downsample2d",
        "bias_act",
        "conv2d_resample",
        "filtered_lrelu",
    )
}


def cases(*names: str) -> list[dict[str, Any]]:
    listing = json.loads((fixtures() / "ops_parity" / "configs.json").read_text())
    found = [case for case in listing if case["op"] in names]
    assert found, f"no recorded case of {names}"
    return found


@pytest.fixture(scope="module")
def expected() -> Any:
    with np.load(fixtures() / "ops_parity" / "expected.npz") as archive:
        return dict(archive)


def assert_close(actual: torch.Tensor, wanted: np.ndarray, what: str) -> None:
    assert list(actual.shape) == list(wanted.shape), what
    error = np.abs(actual.detach().numpy() - wanted).max()
    assert error <= TOLERANCE * max(np.abs(wanted).max(), 1e-30), f"{what}: off by {error}"


def check(case: dict[str, Any], expected: dict[str, np.ndarray], operator: Callable[..., torch.Tensor]) -> None:
    ident = case["id"]
    what = f"case {ident}, {case['op']}({case['kwargs']})"
    tensors: dict[str, torch.Tensor | None] = dict.fromkeys(case["none_tensors"])
    for name in case["tensors"]:
        tensors[name] = torch.from_numpy(expected[f"{ident}_in_{name}"]).requires_grad_(name in case["grads"])
    y = operator(**tensors, **case["kwargs"])
    assert_close(y, expected[f"{ident}_y"], what)
    inputs = [tensors[name] for name in case["grads"]]
    grads = torch.autograd.grad(y, inputs, torch.from_numpy(expected[f"{ident}_gy"]))
    for name, grad in zip(case["grads"], grads, strict=True):
        assert_close(grad, expected[f"{ident}_grad_{name}"], f"{what}, gradient of {name}")


@pytest.mark.parametrize("name", sorted(OPERATORS))
def test_operator_and_gradients(name: str, expected: dict[str, np.ndarray]) -> None:
    for case in cases(name):
        check(case, expected, OPERATORS[name])


def test_setup_filter(expected: dict[str, np.ndarray]) -> None:
    for case in cases("setup_filter"):
        assert_close(ops.setup_filter(case["f"], **case["kwargs"]), expected[f"{case['id']}_y"], str(case))


def test_design_lowpass_filter(expected: dict[str, np.ndarray]) -> None:
    for case in cases("design_lowpass_filter"):
        taps = ops.design_lowpass_filter(**case["kwargs"])
        if case["out_shape"] is None:
            assert taps is None
        else:
            assert taps is not None
            assert_close(taps, expected[f"{case['id']}_y"], str(case))
