"""Display options never run the network again: in frames, in jobs that show pictures, and in thumbnails of them."""

from dataclasses import fields, replace

import pytest

from renderer.document.request import DISPLAY_ONLY, RUNS_NETWORK
from renderer.engine import render
from renderer.engine.jobs import begin
from renderer.ipc.protocol import Difference, Display, Latent, Spectrum, Still
from tests.unit.renderer import tiny

OTHER = {
    "channels": "one",
    "channel": 1,
    "normalize": True,
    "scale_db": 6.0,
    "untransform": True,
    "spectrum": Spectrum(on=True),
}


def test_every_field_is_said_to_run_the_network_or_not():
    assert {field.name for field in fields(Display)} == DISPLAY_ONLY | RUNS_NETWORK
    assert set(OTHER) == DISPLAY_ONLY, "give another value of the new field"
    assert all(value != getattr(Display(), name) for name, value in OTHER.items())


@pytest.fixture
def runs(monkeypatch):
    """Runs of the synthesis network."""
    count = []
    draws = render.run

    def counted(*args, **kwargs):
        count.append(args)
        return draws(*args, **kwargs)

    monkeypatch.setattr(render, "run", counted)
    return count


def finish(work, bench):
    running, steps = begin(work, bench.pipeline), []
    while not steps or steps[-1].done < steps[-1].total:
        steps.append(running.step(tiny.Watching()))
    return steps[-1].result


@pytest.mark.parametrize("field", sorted(DISPLAY_ONLY))
def test_a_display_option_draws_nothing_again(sg3, runs, field):
    a, b = (tiny.changed(sg3.request, latent=Latent(x)) for x in (1.0, 2.0))
    shown = replace(Display(), **{field: OTHER[field]})
    ways = {
        "frame": lambda display: sg3.render(latent=Latent(9.0), display=display),
        "still": lambda display: finish(Still(replace(b, display=display)), sg3),
        "difference": lambda display: finish(Difference(replace(a, display=display), replace(b, display=display)), sg3),
    }
    for name, draw in ways.items():
        draw(Display())
        before = len(runs)
        assert before, "the first one runs the network"
        draw(shown)
        assert len(runs) == before, name


@pytest.mark.parametrize("field", sorted(DISPLAY_ONLY))
def test_work_is_the_same_whatever_the_display(sg3, field):
    shown = replace(sg3.request, request_id=7, display=replace(Display(), **{field: OTHER[field]}))
    assert shown.work == sg3.request.work
    assert tiny.changed(shown, latent=Latent(5.0)).work != shown.work
    assert replace(shown, display=Display(layer="L0_36_8")).work != shown.work


def test_stills_do_not_displace_the_outputs_of_frames(sg2, runs):
    sg2.render(latent=Latent(9.0))
    before = list(sg2.pipeline._caches.outputs._results)
    finish(Still(tiny.changed(sg2.request, latent=Latent(1.0))), sg2)
    assert list(sg2.pipeline._caches.outputs._results) == before
