"""Families and shapes that are drawn by a plan; docs/performance.md names those that are not, and why."""

import pytest

from gan.inference.cpu.families import family_of
from gan.networks import build
from tests.fixtures_path import ROOT
from tests.unit.renderer import tiny

PLANNED = ("sg1", "growing", "sg2", "cond", "tall", "rgba", "six", "grey", "many", "numbers", "sg3")
REFERENCE = ("bare",)


def architectures():
    resnet = tiny.COMMON | {"c_dim": 0, "architecture": "resnet"}
    orig = tiny.COMMON | {"c_dim": 0, "architecture": "orig"}
    return {
        **{kind: (one.class_name, one.arguments) for kind, one in tiny.ARCHITECTURES.items()},
        "resnet": ("stylegan2.Generator", resnet),
        "orig": ("stylegan2.Generator", orig),
        "xl": ("stylegan_xl.Generator", {**tiny.ARCHITECTURES["sg3"].arguments, "c_dim": 3}),
    }


def family(kind):
    class_name, arguments = architectures()[kind]
    return family_of(build(class_name, **arguments).eval().requires_grad_(False).synthesis)


@pytest.mark.parametrize("kind", [*PLANNED, "orig", "resnet", "xl"])
def test_every_shape_of_every_family_has_a_plan(kind):
    assert family(kind) is not None


@pytest.mark.parametrize("kind", REFERENCE)
def test_networks_without_a_plan_are_named_in_the_document(kind):
    assert family(kind) is None
    text = (ROOT / "docs" / "performance.md").read_text()
    assert "StyleGAN1 without styles" in text.split("### Coverage")[1].split("###")[0]


def test_every_tiny_network_is_in_one_of_the_lists():
    assert {*PLANNED, *REFERENCE} == set(tiny.ARCHITECTURES)
