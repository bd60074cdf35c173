"""Range of w that a drag changes where none is given: the window shows the one that the optimisation takes."""

import pytest

from foundation.bundled import DEMO
from foundation.specs.editing.drag_options import DragOptions
from gan.edits.drag.settings import settings_of
from gan.io.loader import load
from tests.unit.renderer import tiny


@pytest.mark.parametrize("name", ["demo", "pattern-t-128"])
def test_the_window_is_told_the_range_that_the_network_takes(name):
    path = str(DEMO.with_name(f"{name}.safetensors"))
    bench = tiny.Bench(path)
    told = bench.pipeline.model(bench.request, tiny.Watching()).usual_drag
    assert told == settings_of(load(path).G_ema.synthesis, DragOptions(), 1.0).layers[-1]
