"""Opens documents one by one, each in its own process, and reports the outcomes as JSON.

    python -m tests.hostile.documents.probe PATHS.json

PATHS.json is a list of pairs: "read", "picture" or "film", and a path. With "read" a document that opens is also drawn
by the renderer without a network, saved, and opened again. The other two run the commands. The report is one JSON
object per line, in the same order. The memory limits last for a process's lifetime.
"""

import contextlib
import gc
import io
import json
import os
import resource
import sys
import tempfile
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

import renderer.engine.film  # noqa: F401  (imported before the fork, so that the children need not)
from renderer.__main__ import main as command
from renderer.document.animate import requested
from renderer.document.arrays import ArrayStore
from renderer.document.document import request_for
from renderer.document.recall import recall
from renderer.document.recipe import Recipe, RecipeError, read, write
from renderer.document.session import Session, load, save
from renderer.fake.engine import FakeEngine
from tests.unit.renderer.tiny import Watching

SECONDS = 20
"""CPU seconds after which a child is ended."""
EXTRA_BYTES = 500 * 2**20
"""Memory a child may map beyond what is mapped when it starts."""


def main() -> None:
    """Probe every path of the list."""
    FakeEngine(resolution=32).render(request_for(Recipe().document, Recipe().display, "cpu", 1), Watching())
    gc.freeze()  # the children share what is here; a collection in each would copy it all
    for way, path in json.loads(Path(sys.argv[1]).read_text()):
        sys.stdout.write(json.dumps(probe(Path(path), way)) + "\n")
        sys.stdout.flush()


def probe(path: Path, way: str) -> dict[str, Any]:
    """Return the outcome of opening `path`."""
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(reading)
        with os.fdopen(writing, "w") as report:
            json.dump(attempt(path, way), report)
        os._exit(0)
    os.close(writing)
    with os.fdopen(reading) as report:
        text = report.read()
    _, status, usage = os.wait4(child, 0)
    outcome = json.loads(text) if text else {"outcome": f"died with status {status}", "message": "", "seconds": 0.0}
    return {**outcome, "mib": usage.ru_maxrss / 1024}


def attempt(path: Path, way: str) -> dict[str, Any]:
    """Open `path` in this process, within the limits."""
    mapped = int(Path("/proc/self/statm").read_text().split()[0]) * resource.getpagesize()
    resource.setrlimit(resource.RLIMIT_AS, (mapped + EXTRA_BYTES, mapped + EXTRA_BYTES))
    resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS))
    before = resource.getrusage(resource.RUSAGE_SELF)
    try:
        outcome, message = opened(path) if way == "read" else commanded(path, way)
    except BaseException as error:  # noqa: BLE001  (anything else is what the test must hear of)
        outcome, message = f"unexpected {type(error).__name__}", repr(error)[:1000]
    after = resource.getrusage(resource.RUSAGE_SELF)
    seconds = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return {"outcome": outcome, "message": message, "seconds": seconds}


def opened(path: Path) -> tuple[str, str]:
    """Open a document; one that opens is drawn, saved and opened again."""
    arrays = ArrayStore()
    try:
        found = recall(path, arrays)
    except RecipeError as error:
        return "refused", str(error)
    for note in found.notes:
        if len(note) > 300 or not note.isprintable():
            return "a note that cannot be shown", note[:400]
    draw(found, arrays)
    again(found, arrays)
    return "opened", ""


def draw(found: Any, arrays: ArrayStore) -> None:
    """Draw a document at some moments, with and without numpy's warnings as errors."""
    request = request_for(found.document, found.display, "cpu", 1)
    engine = FakeEngine(resolution=32)
    with np.errstate(over="raise", divide="raise", invalid="raise"):
        engine.render(request, Watching())
        for share in (0.0, 0.3, 1.0):
            timeline = found.document.timeline
            engine.render(requested(request, timeline, share * timeline.seconds), Watching())


def again(found: Any, arrays: ArrayStore) -> None:
    """Save a document as recipe and session, and open them."""
    made = Recipe(found.document, found.display, found.at)
    assert read(write(made, arrays), ArrayStore(), []) == made, "the recipe is another one"
    held = Session(found.document) if found.view is None else Session(found.document, found.view)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "again.stylescope"
        save(path, held, arrays)
        assert load(path, ArrayStore(), []) == replace(held), "the session is another one"


def commanded(path: Path, way: str) -> tuple[str, str]:
    """Run a command on a document."""
    errors = io.StringIO()
    out = path.with_suffix(".out.png" if way == "picture" else ".out.mp4")
    arguments = ["--recipe", str(path)] if way == "picture" else ["--session", str(path)]
    with contextlib.redirect_stderr(errors), contextlib.redirect_stdout(io.StringIO()):
        try:
            command.main([way, *arguments, "--out", str(out)], prog_name="renderer")
            code: object = 0
        except SystemExit as end:
            code = end.code
    return f"exit status {code}", errors.getvalue()


if __name__ == "__main__":
    main()
