"""Families and shapes that are drawn by a plan; docs/performance.md names those that are not, and why."""

import pytest

from gan.inference.cpu.families import family_of
from gan.networks import build
from tests.fixtures_path import ROOT
from tests.unit.renderer import tiny

PLANNED = ("sg2", "cond", "tall", "rgba", "six", "grey", "many", "numbers", "sg3")
REFERENCE = ("sg1", "growing", "bare")


def architectures():
    resnet = tiny.COMMON | {"c_dim": 0, "architecture": "resnet"}
    orig = tiny.COMMON | {"c_dim": 0, "architecture": "orig"}
    return {
        **{kind: (one.class_name, one.arguments) for kind, one in tiny.ARCHITECTURES.items()},
        "resnet": ("stylegan2.Generator", resnet),
        "orig": ("stylegan2.Generator", orig),
    }


def family(kind):
    class_name, arguments = architectures()[kind]
    return family_of(build(class_name, **arguments).eval().requires_grad_(False).synthesis)


@pytest.mark.parametrize("kind", [*PLANNED, "orig"])
def test_every_shape_of_stylegan2_and_3_has_a_plan(kind):
    assert family(kind) is not None


@pytest.mark.parametrize("kind", [*REFERENCE, "resnet"])
def test_families_without_a_plan_are_named_in_the_document(kind):
    assert family(kind) is None
    text = (ROOT / "docs" / "performance.md").read_text()
    named = "residual networks" if kind == "resnet" else "StyleGAN1"
    assert named in text.split("### Coverage")[1].split("###")[0]


def test_every_tiny_network_is_in_one_of_the_lists():
    assert {*PLANNED, *REFERENCE} == set(tiny.ARCHITECTURES)
