"""Constant tensors that are computed once, whoever asks first."""

import ast
from pathlib import Path

import pytest
import torch

from gan.constants import cached_tensors
from gan.metrics.distance import pyramid
from tests.fixtures_path import ROOT


def test_they_are_made_once_and_outside_of_inference_mode():
    made = []

    @cached_tensors(maxsize=4)
    def ones(count: int) -> torch.Tensor:
        """Return ones."""
        made.append(count)
        return torch.ones(count)

    with torch.inference_mode():
        first = ones(3)
    assert not first.is_inference()
    assert ones(3) is first
    assert made == [3]
    assert ones.__doc__ == "Return ones."


def test_gradients_flow_through_a_distance_that_was_measured_in_inference_mode():
    image = torch.rand(1, 3, 23, 17)
    with torch.inference_mode():
        pyramid(image)
    image.requires_grad_()
    pyramid(image).square().sum().backward()
    assert image.grad is not None
    assert image.grad.abs().max() > 0


@pytest.mark.parametrize("package", ["gan", "renderer"])
def test_no_other_cache_keeps_tensors(package):
    wrong = []
    for path in sorted((ROOT / package).rglob("*.py")):
        for one in ast.walk(ast.parse(path.read_text("utf-8"))):
            if not isinstance(one, ast.FunctionDef) or one.returns is None:
                continue
            decorators = {ast.unparse(decorator).split("(")[0].rpartition(".")[2] for decorator in one.decorator_list}
            if decorators & {"lru_cache", "cache"} and "Tensor" in ast.unparse(one.returns):
                wrong.append(f"{Path(path).relative_to(ROOT)}: {one.name}")
    assert not wrong, "use `gan.constants.cached_tensors`: gradients cannot be computed with tensors of inference mode"
