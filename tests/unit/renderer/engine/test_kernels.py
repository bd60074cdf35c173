"""Use of kernels by the renderer's networks."""

import threading
import time

import numpy as np
import pytest
import torch

from gan.inference import cpu
from renderer.engine import kernels
from renderer.engine.describing import LOWEST_RES
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
    picture(tiny.save(folder, "bare"))
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

    def warm_up_low_res(synthesis, progress, made, least=None):
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


def test_the_plan_of_the_first_draft_comes_before_all_but_the_one_it_is_made_of(monkeypatch):
    made, coming = [], []
    monkeypatch.setattr(cpu, "warm_up", lambda synthesis, progress: made.append("exact"))
    monkeypatch.setattr(cpu, "warm_up_fast", lambda synthesis, progress: made.append("fast"))
    monkeypatch.setattr(
        cpu, "warm_up_low_res", lambda synthesis, progress, made, least=None: (coming.append(least), made(64))
    )
    monkeypatch.setenv(kernels.VARIABLE, "wait")  # until the thread ends
    ready = kernels.Preparation(lambda one: None).make_ready(torch.nn.Identity(), torch.device("cpu"))
    assert made == ["exact", "fast"]
    assert coming == [LOWEST_RES, None]
    assert ready.ready(64)


def test_no_draft_is_made_while_another_network_waits_for_its_plan(monkeypatch):
    monkeypatch.delenv(kernels.VARIABLE, raising=False)
    order, gate = [], threading.Event()
    first, second = torch.nn.Identity(), torch.nn.Linear(1, 1)

    def warm_up(synthesis, progress):
        if synthesis is second:
            gate.wait(20)
        order.append(("whole", synthesis))
        return True

    def warm_up_low_res(synthesis, progress, made, least=None):
        for side in (8, 16):
            order.append((side, synthesis))
            made(side)

    monkeypatch.setattr(cpu, "warm_up", warm_up)
    monkeypatch.setattr(cpu, "warm_up_fast", lambda synthesis, progress: order.append(("fast", synthesis)))
    monkeypatch.setattr(cpu, "warm_up_low_res", warm_up_low_res)
    preparation = kernels.Preparation(lambda told: None)
    slow, quick = (preparation.make_ready(one, torch.device("cpu")) for one in (second, first))
    until(lambda: quick.ready(0))
    time.sleep(0.1)  # in which it could go on, if it did not wait
    assert order == [("whole", first)]
    assert not quick.ready(8)
    gate.set()
    until(lambda: quick.ready(-1) and slow.ready(-1))  # both are over
    assert [what for what, _ in order[:2]] == ["whole", "whole"]
    assert set(order[2:]) == {(what, one) for what in ("fast", 8, 16) for one in (first, second)}


def until(found):
    end = time.monotonic() + 20
    while not found():
        assert time.monotonic() < end
        time.sleep(0.005)


def test_whoever_waits_for_a_plan_can_turn_away_and_gets_it_when_it_is_ready():
    coming, asked = kernels.Coming(), []

    def check():
        asked.append(len(asked))
        if len(asked) == 3:
            coming.made(64)

    coming.wait(64, check, 100.0)
    assert len(asked) == 3
    assert coming.ready(64)
    assert not coming.ready(0)
    with pytest.raises(ZeroDivisionError):
        coming.wait(0, lambda: 1 / 0, 100.0)
    coming.end()
    coming.wait(0, lambda: pytest.fail("nothing more will come"), 100.0)


def test_nobody_waits_for_compilers_where_the_reference_is_quick():
    coming = kernels.Coming()
    coming.compiling()
    coming.wait(0, lambda: pytest.fail("there is nothing to wait for"), kernels.PATIENT_SECONDS)
    with pytest.raises(ZeroDivisionError):
        coming.wait(0, lambda: 1 / 0, 2 * kernels.PATIENT_SECONDS)


def test_nobody_waits_longer_than_the_reference_takes():
    now = [0.0]

    def check():
        now[0] += 1.0

    kernels.Coming(lambda: now[0]).wait(0, check, 5.0)
    assert now[0] == 5.0


def test_reading_kernels_is_waited_for_unless_the_reference_is_quicker():
    coming = kernels.Coming()
    coming.wait(0, lambda: pytest.fail("the reference is sooner"), kernels.QUICK_SECONDS)
    with pytest.raises(ZeroDivisionError):
        coming.wait(0, lambda: 1 / 0, kernels.PATIENT_SECONDS)


def test_a_render_changes_over_to_a_plan_that_becomes_ready(folder, used, monkeypatch):
    monkeypatch.delenv(kernels.VARIABLE, raising=False)
    pipeline = Pipeline(wait_for_kernels=True)
    request = RenderRequest(1, ImageState(network=Network(tiny.save(folder, "sg2"))), device="cpu")
    model = pipeline._models.get(request.image.network, "cpu", lambda share: None)
    entry = cpu.plans.entries.pop(model.G.synthesis)
    model.plans = kernels.Coming()
    model.plans.compiling()
    seen = []

    class Watching(tiny.Watching):
        def check(self, share):
            seen.append(len(used))
            if len(seen) == 2:
                cpu.plans.entries[model.G.synthesis] = entry
                model.plans.made(0)

    rendered = pipeline.render(request, Watching())
    assert seen[0] == 0
    assert len(used) == 1
    expected, _ = picture(request.image.network.source, wait_for_kernels=True)
    np.testing.assert_array_equal(tiny.pictures(rendered)[PICTURE], expected)
