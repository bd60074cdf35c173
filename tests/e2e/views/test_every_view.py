"""Every view of the window at the sizes and scales people have: no text is cut, and nothing lies on anything else."""

import re
from pathlib import Path

import pytest

from tests.e2e.driver import Driver, drive
from tests.e2e.views import look, over_the_canvas, panels, popups
from tests.e2e.views.look import Visit

pytestmark = [pytest.mark.window, pytest.mark.timeout(900)]
VISITS: dict[str, Visit] = {**over_the_canvas.VISITS, **panels.VISITS, **popups.VISITS}
ROOT = Path(__file__).parents[3]
WITHOUT_NETWORK = {"viz.directions.panel"}
"""Modules that draw only before the first network is open."""
DRAWS = re.compile(r"\bui\.(draw|label|wrapped|button|slider|switch|segmented|empty_state|error_strip|choice|menu)\(")


@pytest.mark.parametrize("name", VISITS)
def test_nothing_is_cut_or_covered(name: str, tmp_path: Path):
    visit, found, seen = VISITS[name], [], set()

    def steps(d: Driver) -> None:
        found.extend(look.visited(visit, d, tmp_path, seen))

    options = {"settings": look.settings(), **(visit.options or {})}
    if "options" in options:  # of the first start, which is that of a new folder
        options["config_dir"] = tmp_path / "config"
    drive(steps, size=look.FULL, scene=visit.scene, **options)
    assert not visit.draws - seen, f"not seen: {sorted(visit.draws - seen)}; seen: {sorted(seen)}"
    assert not found, "\n".join(found)


def test_every_module_that_draws_is_visited():
    drawing = set()
    for path in sorted((ROOT / "viz").rglob("*.py")):
        name = ".".join(path.relative_to(ROOT).with_suffix("").parts)
        if not name.startswith(("viz.ui.", "viz.tour.")) and DRAWS.search(path.read_text("utf-8")):
            drawing.add(name)
    visited = {name for visit in VISITS.values() for name in visit.draws}
    assert not drawing - visited - WITHOUT_NETWORK, "add a visit that draws them, here or in the modules beside"
    assert not {name for name in visited - drawing if not (ROOT / f"{name.replace('.', '/')}.py").is_file()}
