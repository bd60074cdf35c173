"""When the renderer's networks are drawn by kernels."""

import numpy as np
import pytest
import torch

from gan.networks import fast_cpu
from renderer import kernels
from renderer.arrays import ArrayStore
from renderer.pipeline import Pipeline
from renderer.protocol import PICTURE, Network, RenderRequest
from tests.unit.renderer import tiny


@pytest.fixture
def used(monkeypatch):
    """How many pictures were drawn by a plan."""
    drawn = []
    plan_for = fast_cpu.plan_for

    def counted(*arguments):
        plan = plan_for(*arguments)
        if plan is not None:
            drawn.append(plan)
        return plan

    monkeypatch.setattr(fast_cpu, "plan_for", counted)
    return drawn


def picture(source, **options):
    request = RenderRequest(1, network=Network(source), device="cpu")
    rendered = Pipeline(ArrayStore(), **options).render(request, tiny.Watching())
    return tiny.pictures(rendered)[PICTURE].astype(int), rendered


@pytest.mark.parametrize("kind", ["sg2", "cond", "sg3"])
def test_the_same_picture_and_the_same_layers_up_to_rounding(folder, used, monkeypatch, kind):
    source = tiny.save(folder, kind)
    expected, by_layers = picture(source)
    assert not used
    monkeypatch.setenv(kernels.VARIABLE, "wait")
    actual, by_plan = picture(source)
    assert len(used) == 1
    assert np.abs(actual - expected).max() <= 1
    assert by_plan.layers == by_layers.layers


def test_whoever_waits_gets_kernels_from_the_first_picture_on(folder, used, monkeypatch):
    monkeypatch.delenv(kernels.VARIABLE, raising=False)
    picture(tiny.save(folder, "sg2"), wait_for_kernels=True)
    assert len(used) == 1


def test_a_network_without_a_plan_is_drawn_all_the_same(folder, used, monkeypatch):
    monkeypatch.setenv(kernels.VARIABLE, "wait")
    picture(tiny.save(folder, "sg1"))
    assert not used


def test_other_devices_have_no_use_for_them(monkeypatch):
    monkeypatch.setenv(kernels.VARIABLE, "wait")
    monkeypatch.setattr(fast_cpu, "warm_up", lambda synthesis: pytest.fail("not for this device"))
    kernels.make_ready(torch.nn.Identity(), torch.device("meta"))
