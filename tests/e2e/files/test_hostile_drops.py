"""Hostile and broken files dropped on the real window, with the real renderer: it stays fluent, and keeps the work."""

import gc
from dataclasses import replace
from pathlib import Path

import pytest

from renderer.document.arrays import ArrayStore
from renderer.document.session import load
from renderer.ipc.client import Renderer
from tests.e2e.driver import Driver, drive
from tests.e2e.lent import Lent
from tests.hostile import (
    cases_arrays,
    cases_claims,
    cases_code,
    cases_files,
    cases_made,
    cases_tensorflow,
    cases_torch,
)
from tests.hostile.case import Case
from tests.hostile.commands import files as others
from tests.hostile.documents import recipes
from tests.hostile.documents.case import DocumentCase
from tests.soak import ON, times
from viz.files.sessions import FILES
from viz.state.params import put

pytestmark = pytest.mark.window

LONGEST_MS = 100.0
"""Maximum CPU time of the window's thread in a frame."""
EVERY = times(9, 1)


def files(folder: Path) -> list[tuple[str, Path]]:
    """Write the files, in turn one of each kind. Returns (name of the attack, path)."""
    canary = f"touch {folder / 'canary'}"
    networks: list[Case] = [
        *cases_code.cases(canary),
        *cases_claims.cases(),
        *cases_files.cases(canary),
        *cases_made.cases(),
        *cases_tensorflow.cases(canary),
        *cases_arrays.cases(),
        *cases_torch.cases(canary),
    ]
    documents: list[DocumentCase] = recipes.cases()
    found: list[tuple[str, Path]] = []
    for number, case in enumerate(networks[::EVERY]):
        place = folder / f"n{number}"
        place.mkdir()
        found.append((case.name, case.write(place, number)))
    for number, document in enumerate(documents[::EVERY]):
        path = folder / f"d{number}{document.suffix}"
        document.make(path)
        found.append((document.name, path))
    more = [(kind, *one) for kind in others.SUFFIXES for one in others.files(kind)] if ON else []
    for number, (kind, name, make) in enumerate(more):
        place = folder / f"o{number}"
        place.mkdir()
        path = others.place_of(place, kind, name)
        make(path)
        found.append((f"{kind}: {name}", path))
    return found


@pytest.fixture(scope="module")
def renderer():
    started = Renderer(lambda: None)
    yield started
    started.close()


def test_the_window_stays_fluent_and_keeps_the_work(tmp_path, renderer):
    config = tmp_path / "config"
    dropped = files(tmp_path)
    assert len(dropped) > (400 if ON else 25)

    def steps(d: Driver) -> None:
        d.wait_frame()
        before = d.scene.document
        d.frames(10)
        gc.collect()
        spent: list[float] = []
        add = d.app.meters.ui.add
        d.app.meters.ui.add = lambda ms: (spent.append(ms), add(ms))  # type: ignore[assignment]
        slow = []
        for name, path in dropped:
            spent.clear()
            d.app.dismiss_messages()
            d.app.drop([str(path)])
            d.frames(2)
            d.wait_for(lambda: not d.app.services[FILES].busy, what=name)
            d.wait_for(lambda: d.app.up_to_date or d.facts.failure is not None, what=name)
            d.frames(3)
            if max(spent) > LONGEST_MS:
                slow.append((name, path.suffix, max(spent)))
            for message in d.app.messages:
                assert message.text.isprintable(), name
                assert not message.trace, (name, message.trace)
            assert not d.app.guard.errors, name
        assert slow == []
        assert not (tmp_path / "canary").exists()
        # The picture, and the autosave, are as alive as before.
        d.app.dismiss_messages()
        d.change(lambda scene: replace(scene, document=before))
        d.wait_frame()
        assert d.facts.failure is None
        d.change(lambda scene: put(scene, "document.truncation.psi", 0.123))
        d.wait_frame()

        def kept() -> bool:
            assert not d.facts.keeping.problem
            return any(
                load(path, ArrayStore(), []).document.truncation.psi == 0.123
                for path in (config / "sessions").glob("*.stylescope")
            )

        d.wait_for(kept, what="the autosave")

    drive(steps, renderer=Lent(renderer, 1), config_dir=config)
