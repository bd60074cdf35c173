"""Runs benchmarks one after the other in this process: `python -m tests.unit.benchmarks.together LIST`.

LIST is JSON: pairs of a benchmark's name and its arguments. Each is answered by a line of JSON, its name and what it
found. All windows that it opens share one renderer, as starting one imports PyTorch.
"""

import contextlib
import functools
import importlib
import io
import itertools
import json
import sys

import renderer.ipc.client
from tests.e2e.lent import Lent


def main() -> None:
    """Run all in the list."""
    turns = itertools.count(1)
    started = functools.cache(renderer.ipc.client.Renderer)
    renderer.ipc.client.Renderer = lambda wake: Lent(started(wake), next(turns))  # type: ignore[assignment, misc]
    for name, arguments in json.loads(sys.argv[1]):
        sys.argv, said = [name, *arguments], io.StringIO()
        with contextlib.redirect_stdout(said):
            importlib.import_module(f"benchmarks.{name}").main()
        print(json.dumps([name, json.loads(said.getvalue())]), flush=True)


if __name__ == "__main__":
    main()
