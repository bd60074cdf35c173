"""Plans that networks make by themselves."""

import ast
import threading

import pytest
import torch

import gan
from foundation.bundled import DEMO
from gan import threads
from gan.images import load_generator
from gan.inference import cpu
from gan.inference.cpu import automatic, plans
from tests.fixtures_path import ROOT
from tests.unit.inference.comparing import is_close, latents, reference
from tests.unit.networks import tiny

SECONDS = 60
"""Longest time that compiling may take here."""


@pytest.fixture(autouse=True)
def _kernels(monkeypatch):
    monkeypatch.delenv("STYLESCOPE_KERNELS", raising=False)


@pytest.fixture
def held(monkeypatch):
    """Lets the making of plans begin, and end only when this event is set."""
    free = threading.Event()
    warm_up = cpu.warming.warm_up

    def held_up(*arguments, **options):
        assert free.wait(SECONDS)
        return warm_up(*arguments, **options)

    monkeypatch.setattr(cpu.warming, "warm_up", held_up)
    yield free
    free.set()


def ways_of(G, ws):
    with torch.no_grad(), gan.rendered_by() as ways:
        G.synthesis(ws)
    return ways


def test_the_first_calls_of_a_loaded_network_run_at_once_and_later_ones_by_its_plan(held):
    G = gan.load(DEMO, only=("G_ema",)).G_ema
    ws = latents(G)
    assert ways_of(G, ws) == ["reference"] == ways_of(G, ws)
    held.set()
    automatic._cares[G.synthesis].join()
    assert ways_of(G, ws) == ["plan"]
    with torch.no_grad():
        assert is_close(G.synthesis(ws), reference(G, ws))


def test_the_call_of_the_whole_generator_is_prepared_too(held):
    G = gan.load(DEMO, only=("G_ema",)).G_ema
    held.set()
    with torch.inference_mode(), gan.rendered_by() as ways:
        G(torch.randn(1, G.z_dim), None)
        assert gan.prepare(G)
        G(torch.randn(1, G.z_dim), None)
    assert ways[-1] == "plan"


def test_prepare_waits_for_a_plan_that_is_being_made(held):
    G = gan.load(DEMO, only=("G_ema",)).G_ema
    ws = latents(G)
    assert ways_of(G, ws) == ["reference"]
    threading.Timer(0.05, held.set).start()
    assert gan.prepare(G)
    assert ways_of(G, ws) == ["plan"]


def test_what_commands_load_waits_for_its_plan_at_the_first_call():
    G = load_generator(DEMO, "cpu")
    assert ways_of(G, latents(G)) == ["plan"]


@pytest.mark.parametrize(("variable", "use"), [("off", "wait"), ("off", "background"), (None, "off")])
def test_kernels_are_turned_off_by_the_call_or_by_the_environment(monkeypatch, variable, use):
    if variable:
        monkeypatch.setenv("STYLESCOPE_KERNELS", variable)
    G = gan.load(DEMO, only=("G_ema",), kernels=use).G_ema
    assert ways_of(G, latents(G)) == ["reference"]
    assert G.synthesis not in automatic._cares
    assert gan.prepare(G) == (variable is None)


def test_the_environment_can_make_every_call_wait(monkeypatch):
    monkeypatch.setenv("STYLESCOPE_KERNELS", "wait")
    G = gan.load(DEMO, only=("G_ema",)).G_ema
    assert ways_of(G, latents(G)) == ["plan"]


def test_gradients_and_training_begin_nothing():
    G = gan.load(DEMO, only=("G_ema",)).G_ema
    ws = latents(G)
    with gan.rendered_by() as ways:
        G.synthesis(ws.requires_grad_())
    assert ways == ["reference"]
    G.train()
    assert ways_of(G, ws) == ["reference"]
    assert automatic._cares[G.synthesis]._thread is None


@torch.no_grad()
def test_a_network_that_changes_from_call_to_call_is_not_planned_each_time():
    G = tiny.generator()
    ws = latents(G)
    automatic.care_for(G.synthesis)
    G.synthesis(ws)
    automatic._cares[G.synthesis].join()
    assert ways_of(G, ws) == ["plan"]
    for _ in range(3):
        G.synthesis.b4.conv1.bias.add_(0.1)
        assert ways_of(G, ws) == ["reference"]
    assert ways_of(G, ws) == ["plan"]
    assert is_close(G.synthesis(ws), reference(G, ws))


@torch.no_grad()
def test_a_plan_that_was_asked_for_follows_every_change():
    G = tiny.generator()
    ws = latents(G)
    automatic.care_for(G.synthesis)
    G.synthesis(ws)
    assert gan.prepare(G)
    G.synthesis.b4.conv1.bias.add_(0.1)
    assert ways_of(G, ws) == ["plan"]


def test_a_program_that_ends_does_not_compile_on(monkeypatch):
    class Slow:
        ready = False

        def prepare(self, compiling):
            compiling()

    from gan.inference.cpu import families

    made = [Slow() for _ in range(5)]
    family = families.Family(lambda network, precision: made, lambda network: object(), lambda network, whole: object())
    monkeypatch.setattr(families, "family_of", lambda synthesis: family)
    ending = threading.Event()
    ending.set()
    monkeypatch.setattr(threads, "ending", ending)
    synthesis = tiny.generator().synthesis
    automatic.care_for(synthesis)
    automatic._cares[synthesis].begin(synthesis)
    automatic._cares[synthesis].join()
    assert synthesis not in plans.entries


def test_no_command_opens_a_network_without_saying_how_it_is_drawn():
    """`load_generator` waits for kernels; whoever calls `gan.load` in the tree says what it wants."""
    silent = []
    for path in sorted((ROOT / "gan").rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text())):
            if (
                isinstance(node, ast.Call)
                and ast.unparse(node.func) == "gan.load"
                and "kernels" not in [keyword.arg for keyword in node.keywords]
            ):
                silent.append(f"{path.relative_to(ROOT)}:{node.lineno}")
    assert not silent
