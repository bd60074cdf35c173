"""Status bar messages while kernels are compiled."""

import numpy as np
import pytest

from renderer.ipc.protocol import Preparing
from tests.e2e.driver import Driver, drive  # first: it selects PyOpenGL's headless platform
from tests.e2e.ui.test_draw_cache import STILL, replayed, rest
from viz.shell.layout import STATUS_BAR

pytestmark = pytest.mark.window

SLOW = Preparing(0, 0, "No space left on device: " + "/a/folder" * 20)
"""Its sentence is longer than there is room for."""


def bar(d: Driver) -> np.ndarray:
    return d.window()[-STATUS_BAR:].astype(int)


def changed(d: Driver, told: Preparing | None, before: np.ndarray) -> list[int]:
    """Return the columns of the bar that change once this is reported."""
    d.renderer.prepare(told)
    d.frames(4)
    assert d.facts.preparing == told
    return np.flatnonzero((bar(d) != before).any(axis=(0, 2))).tolist()


@pytest.mark.parametrize("width", [1280, 1920])
def test_the_line_appears_changes_and_goes_and_leaves_the_figures_alone(width: int):
    def steps(d: Driver) -> None:
        rest(d)
        before = bar(d)
        assert changed(d, None, before) == []
        first = changed(d, Preparing(2, 7), before)
        assert first
        second = bar(d)
        assert changed(d, Preparing(3, 7), second), "the number stands still"
        longest = changed(d, SLOW, before)
        assert len(longest) > len(first)
        assert changed(d, None, before) == []
        empty = np.flatnonzero((before != before[:1]).any(axis=(0, 2)))
        figures = empty[empty > width * 0.55].min()
        assert max(longest) < figures - 8, "the sentence reaches into the figures"

    drive(steps, size=(width, 720), options=STILL)


def test_what_is_told_costs_nothing_while_it_stays_the_same():
    def steps(d: Driver) -> None:
        rest(d)
        usual = replayed(d)
        d.renderer.prepare(Preparing(2, 7))
        d.frames(4)
        assert replayed(d) == usual, "the bar is drawn anew in every frame"

    drive(steps, options=STILL)
