"""Every workspace and dialog at the sizes and scales people have: no text is cut, and nothing lies on anything else."""

from dataclasses import replace
from pathlib import Path

import pytest
from imgui_bundle import imgui

from foundation.bundled import RECORDED_RUNS
from renderer.document.document import Swatch
from renderer.document.parts import Latent
from tests.e2e.driver import TOP, Driver, Key, drive
from tests.e2e.shell.looked_at import faults
from tests.e2e.views.look import FOUR_K, FULL, HD, settings, show
from tests.soak import ON
from viz.commands.actions import ResetLayout
from viz.files import browse_purposes
from viz.shell import dialogs, layout
from viz.state.scene import ShowDialog
from viz.state.settings import fitting
from viz.ui import record

pytestmark = pytest.mark.window

USUAL = ((HD, 1.0), (HD, 1.25), (FULL, 1.0), (FULL, 2.0), (HD, 0.75), (FOUR_K, 3.0), (FULL, 1.5), (FOUR_K, 1.0))
LOOKS = tuple((size, scale) for size in (HD, FULL, FOUR_K) for scale in fitting(size)) if ON else USUAL
DIALOG_LOOKS = LOOKS if ON else ((HD, 1.25), (FULL, 1.0))


OF_RUNS = {"save-results", "results", "save-directions"}
"""Dialogs that need results of runs or searches."""
NAMES = frozenset(path.name for path in RECORDED_RUNS.iterdir())
"""Texts of the user, which may be shortened."""


def work(d: Driver) -> None:
    """Wait for a picture, and put swatches on the shelf and steps into the history."""
    d.wait_frame()
    shelf = tuple(Swatch(f"{seed}", Latent(seed)) for seed in range(9))
    d.change(lambda s: replace(s, document=replace(s.document, shelf=shelf)))
    d.press(Key.r)
    d.press(Key.r)
    d.wait_for(lambda: d.facts.runs, what="the recorded runs")


def look(d: Driver, where: str) -> list[str]:
    """Return the faults that stay: a window whose content has just grown is one frame behind."""
    passing = _faults(d)
    if passing:
        d.frames(3)
    return [f"{where}: {fault}" for fault in (_faults(d) if passing else ())]


def _faults(d: Driver) -> list[str]:
    """Return the faults of the next frame."""
    drawn = record.start()
    d.frames(1)
    record.stop()
    return [*faults(drawn, NAMES), *tab_bars(d)]


def tab_bars(d: Driver) -> list[str]:
    """Return the panels that have a tab bar though they are alone in their node."""
    found = []
    for side in layout.sides(d.scene.view.workspace, *d.facts.size):
        window = imgui.internal.find_window_by_name(side.windows[0])
        node = window.dock_node if window is not None else None
        if node is not None and len(side.windows) == 1 and not node.is_no_tab_bar():
            found.append(f"{side.windows[0]} has a tab bar")
    return found


def test_nothing_is_cut_or_covered_in_any_workspace(tmp_path: Path):
    found: list[str] = []

    def steps(d: Driver) -> None:
        work(d)
        for k, (size, scale) in enumerate(LOOKS):
            show(d, size, scale, "light" if k % 2 else "dark")
            for workspace in layout.WORKSPACES:
                d.change(lambda s, workspace=workspace: replace(s, view=replace(s.view, workspace=workspace)))
                d.frames(layout.SETTLED + 4)
                found.extend(look(d, f"{workspace} {size} {scale}"))
                menus, middle, right = d.rect("//**/Help"), d.rect(f"{TOP}/workspace/##0"), d.rect(f"{TOP}/##undo")
                if not menus[2] < middle[0] < d.rect(f"{TOP}/workspace/##3")[2] < right[0]:
                    found.append(f"{workspace} {size} {scale}: the parts of the app bar overlap")
            d.change(lambda s: s.request(ResetLayout()))
            d.frames(3)
            found.extend(f"after Reset layout {size} {scale}: {fault}" for fault in tab_bars(d))

    drive(steps, size=FOUR_K, config_dir=tmp_path, settings=settings())
    assert not found, "\n".join(found)


def test_nothing_is_cut_or_covered_in_any_dialog(tmp_path: Path):
    found: list[str] = []

    def steps(d: Driver) -> None:
        work(d)
        for k, (size, scale) in enumerate(DIALOG_LOOKS):
            show(d, size, scale, "dark" if k % 2 else "light")
            for name in (*sorted({*dialogs.TITLES} - OF_RUNS), *browse_purposes.MODES):
                d.change(lambda s, name=name: s.request(ShowDialog(name)))
                d.frames(6)
                found.extend(look(d, f"{name} {size} {scale}"))
                d.press(Key.escape)
                d.wait_for(lambda: not dialogs.is_open(d.scene, d.facts) or d.press(Key.escape), what="it to close")

    drive(steps, size=FULL, config_dir=tmp_path, settings=settings())
    assert not found, "\n".join(found)
