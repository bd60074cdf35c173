"""Use of kernels by the renderer's networks."""

import numpy as np
import pytest
import torch

from gan.inference import cpu
from renderer.engine import kernels
from renderer.engine.pipeline import Pipeline
from renderer.ipc.protocol import PICTURE, ImageState, Network, RenderRequest
from tests.unit.renderer import tiny


@pytest.fixture
def used(monkeypatch):
    """Count the images that a plan rendered."""
    drawn = []
    plan_for = cpu.plans.plan_for

    def counted(*arguments):
        plan = plan_for(*arguments)
        if plan is not None:
            drawn.append(plan)
        return plan

    monkeypatch.setattr(cpu.plans, "plan_for", counted)
    return drawn


def picture(source, **options):
    request = RenderRequest(1, ImageState(network=Network(source)), device="cpu")
    rendered = Pipeline(**options).render(request, tiny.Watching())
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
    monkeypatch.setattr(cpu, "warm_up", lambda synthesis: pytest.fail("not for this device"))
    kernels.Preparation(lambda told: None).make_ready(torch.nn.Identity(), torch.device("meta"))


class FakeWarmUp:
    """Fake `cpu.warm_up` with a scripted result for each network."""

    def __init__(self, monkeypatch):
        self.script = {}
        monkeypatch.setattr(cpu, "warm_up", self)
        monkeypatch.setenv(kernels.VARIABLE, "wait")

    def __call__(self, synthesis, progress):
        for step in self.script[synthesis]:
            if isinstance(step, tuple):
                progress(*step)
            elif isinstance(step, Exception):
                raise step
            else:
                step()
        return True


def prepared(warm_up, *scripts):
    """Reports for networks that are made ready one after another."""
    told = []
    preparation = kernels.Preparation(told.append)
    for script in scripts:
        synthesis = torch.nn.Identity()
        warm_up.script[synthesis] = script
        preparation.make_ready(synthesis, torch.device("cpu"))
    return told


FULL = cpu.CompilingError("No space left on device")


@pytest.mark.parametrize(
    ("scripts", "expected"),
    [
        ([[]], []),
        ([[(0, 2), (1, 2), (2, 2)]], [(0, 2, ""), (1, 2, ""), (0, 0, "")]),
        ([[(0, 2), FULL]], [(0, 2, ""), (0, 0, str(FULL))]),
        ([[FULL], [FULL]], [(0, 0, str(FULL))]),
        ([[FULL], [(0, 1), (1, 1)]], [(0, 0, str(FULL)), (0, 1, str(FULL)), (0, 0, "")]),
        ([[FULL], []], [(0, 0, str(FULL)), (0, 0, "")]),
    ],
    ids=["on disk", "compiled", "failed", "failed again", "failed, then compiled", "failed, then on disk"],
)
def test_what_is_told_of_kernels(monkeypatch, scripts, expected):
    told = prepared(FakeWarmUp(monkeypatch), *scripts)
    assert [(one.done, one.total, one.problem) for one in told] == expected
    assert all(one.over for one in told[-1:])


def test_kernels_of_two_networks_are_told_together(monkeypatch):
    warm_up = FakeWarmUp(monkeypatch)
    told = []
    preparation = kernels.Preparation(told.append)
    first, second = torch.nn.Identity(), torch.nn.Linear(1, 1)
    warm_up.script[second] = [(0, 4), (1, 4), (4, 4)]
    warm_up.script[first] = [(2, 5), lambda: preparation.make_ready(second, torch.device("cpu")), (3, 5), (5, 5)]
    preparation.make_ready(first, torch.device("cpu"))
    assert [(one.done, one.total) for one in told] == [(2, 5), (2, 9), (3, 9), (2, 5), (3, 5), (0, 0)]
    assert [one.over for one in told] == [False] * 5 + [True]


@pytest.mark.filterwarnings("ignore::pytest.PytestUnhandledThreadExceptionWarning")
def test_an_unforeseen_error_ends_the_telling(monkeypatch):
    told = prepared(FakeWarmUp(monkeypatch), [(0, 2), ValueError("never thought of")])
    assert [(one.done, one.total) for one in told] == [(0, 2), (0, 0)]


def test_drafts_come_after_the_whole_and_not_for_those_who_wait(monkeypatch):
    warm_up, told, drafted = FakeWarmUp(monkeypatch), [], []

    def warm_up_low_res(synthesis, progress):
        drafted.append(synthesis)
        progress(0, 1)
        raise FULL

    monkeypatch.setattr(cpu, "warm_up_low_res", warm_up_low_res)
    preparation = kernels.Preparation(lambda one: told.append((one.done, one.total, one.problem)))
    good, bad = torch.nn.Identity(), torch.nn.Linear(1, 1)
    warm_up.script = {good: [(0, 2), (2, 2)], bad: [FULL]}
    preparation.make_ready(good, torch.device("cpu"), wait=True)
    assert (told, drafted) == ([(0, 2, ""), (0, 0, "")], [])
    told.clear()
    preparation.make_ready(good, torch.device("cpu"))
    assert told == [(0, 2, ""), (0, 0, ""), (0, 1, ""), (0, 0, str(FULL))]
    preparation.make_ready(bad, torch.device("cpu"))
    assert drafted == [good], "what has no plan has none of drafts"
