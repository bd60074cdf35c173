"""Runs commands on hostile files, each in its own process, and reports the outcomes as JSON.

    python -m tests.hostile.commands.probe PAIRS.json

PAIRS.json has two lists of triples: program, words and place for output. Those "before" are run in this process, for
what is imported then; the first line of the report names those that wrote something. Then comes a JSON object for each
of "pairs". The memory limits and the audit hook last for a process's lifetime.
"""

import contextlib
import gc
import json
import os
import resource
import shlex
import shutil
import sys
import time
from pathlib import Path
from typing import Any

import matplotlib.pyplot  # noqa: F401  (imported before the fork, so that the children need not)
import torch
from click.testing import CliRunner

import gan.cli.main
import renderer.__main__
import renderer.engine.pipeline
from tests.hostile.probe import FORBIDDEN

SECONDS = 5
EXTRA_BYTES = 1 << 30
"""Memory a child may map beyond what is mapped when it starts."""
PROGRAMS = {"gan": gan.cli.main.main, "renderer": renderer.__main__.main}
WATCHED = FORBIDDEN - {"compile", "exec", "import", "ctypes.dlopen", "code.__new__", "pickle.find_class"}


def main() -> None:
    """Run everything in the list."""
    torch.set_num_threads(1)
    listed = json.loads(Path(sys.argv[1]).read_text())
    left = []
    for program, words, out in listed["before"]:
        invoked(program, words)
        if remove(out):
            left.append(f"{program} {words}")
    sys.stdout.write(json.dumps(left) + "\n")
    gc.freeze()  # the children share what is here; a collection in each would copy it all
    for program, words, out in listed["pairs"]:
        found = probe(program, words)  # fits would go on with what is there
        sys.stdout.write(json.dumps({**found, "left": remove(out)}) + "\n")
        sys.stdout.flush()


def remove(out: str) -> bool:
    """Remove what a command wrote, which may have an ending; return True if there was anything."""
    found = list(Path(out).parent.glob(f"{Path(out).name}*"))
    for one in found:
        shutil.rmtree(one) if one.is_dir() else one.unlink()
    return bool(found)


def invoked(program: str, words: str) -> Any:
    """Run a command in this process."""
    return CliRunner().invoke(PROGRAMS[program], shlex.split(words))


def probe(program: str, words: str) -> dict[str, Any]:
    """Return the outcome of a command in a process of its own."""
    reading, writing = os.pipe()
    start = time.perf_counter()
    child = os.fork()
    if child == 0:
        os.close(reading)
        with os.fdopen(writing, "w") as report, contextlib.suppress(BaseException):
            json.dump(attempt(program, words), report)
        os._exit(0)
    os.close(writing)
    with os.fdopen(reading) as report:
        text = report.read()
    _, status, usage = os.wait4(child, 0)
    outcome = (
        json.loads(text) if text else {"code": f"died with status {status}", "error": "", "last": "", "events": []}
    )
    wall = time.perf_counter() - start
    return {**outcome, "seconds": usage.ru_utime + usage.ru_stime, "wall": wall, "mib": usage.ru_maxrss / 1024}


def attempt(program: str, words: str) -> dict[str, Any]:
    """Run a command in this process, within the limits."""
    mapped = int(Path("/proc/self/statm").read_text().split()[0]) * resource.getpagesize()
    resource.setrlimit(resource.RLIMIT_AS, (mapped + EXTRA_BYTES, mapped + EXTRA_BYTES))
    resource.setrlimit(resource.RLIMIT_CPU, (4 * SECONDS, 4 * SECONDS + 1))
    events: list[str] = []

    def watch(event: str, args: tuple[Any, ...]) -> None:
        # A number is an end of a pipe that is open already.
        writes = event == "open" and not isinstance(args[0], int) and not set("wax+").isdisjoint(args[1] or "")
        # What a file is made of until it is whole, and asking for a folder that is there.
        own = os.path.isdir(args[0]) if event == "os.mkdir" else ".part'" in repr(args[:1])
        if (event in WATCHED or writes) and not own and "/dev/null" not in repr(args[:1]):
            events.append(f"{event} {args!r}"[:300])

    sys.addaudithook(watch)
    done = invoked(program, words)
    found = list(events)
    lines = done.stderr.splitlines()
    raised = done.exception
    error = "" if raised is None or isinstance(raised, SystemExit) else repr(raised)[:1000]
    return {"code": done.exit_code, "error": error, "last": lines[-1] if lines else "", "events": found}


if __name__ == "__main__":
    main()
