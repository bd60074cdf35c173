"""Opens files one by one, each in its own process, and reports the outcomes as JSON.

    python -m tests.hostile.probe PATHS.json [standard]

With "standard" each is opened by Python's own unpickler, to prove that the files are really hostile. PATHS.json is a
list of paths; the report is one JSON object per line, in the same order. A separate process is needed because the
memory limits and the audit hook last for a process's lifetime.
"""

import gc
import json
import os
import pickle
import resource
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy  # noqa: F401  (imported before the fork, so that the children need not)
import torch

import gan
import gan.networks.stylegan1
import gan.networks.stylegan1_discriminator
import gan.networks.stylegan2
import gan.networks.stylegan2_discriminator
import gan.networks.stylegan3

SECONDS = 5
EXTRA_BYTES = 768 * 2**20
"""Memory a child may map beyond what is mapped when it starts."""

FORBIDDEN = {
    "compile",
    "exec",
    "os.system",
    "os.exec",
    "os.fork",
    "os.posix_spawn",
    "os.spawn",
    "subprocess.Popen",
    "socket.connect",
    "ctypes.dlopen",
    "import",
    "pickle.find_class",
    "code.__new__",
    "shutil.rmtree",
    "os.remove",
}


def main() -> None:
    """Probe every path of the list."""
    torch.set_num_threads(1)
    warm_up()
    gc.freeze()  # the children share what is here; a collection in each would copy it all
    opener = standard if "standard" in sys.argv[2:] else gan.load
    for path in json.loads(Path(sys.argv[1]).read_text()):
        sys.stdout.write(json.dumps(probe(path, opener)) + "\n")
        sys.stdout.flush()


def warm_up() -> None:
    """Build a network, so that torch's late imports happen before the audit begins."""
    from tests.official_pickles import tiny_networks

    tiny_networks()
    with torch.device("meta"):
        tiny_networks()


def standard(path: str) -> None:
    """Open `path` with the unsafe standard unpickler."""
    pickle.loads(Path(path).read_bytes())


def probe(path: str, opener: Callable[[str], object]) -> dict[str, Any]:
    """Return the outcome of opening `path`."""
    reading, writing = os.pipe()
    start = time.perf_counter()
    child = os.fork()
    if child == 0:
        os.close(reading)
        with os.fdopen(writing, "w") as report:
            json.dump(attempt(path, opener), report)
        os._exit(0)
    os.close(writing)
    with os.fdopen(reading) as report:
        text = report.read()
    _, status, usage = os.wait4(child, 0)
    outcome = json.loads(text) if text else {"outcome": f"died with status {status}", "message": "", "events": []}
    return {
        **outcome,
        "seconds": usage.ru_utime + usage.ru_stime,
        "wall": time.perf_counter() - start,
        "mib": usage.ru_maxrss / 1024,
    }


def attempt(path: str, opener: Callable[[str], object]) -> dict[str, Any]:
    """Open `path` in this process, within the limits; report the exception and forbidden events."""
    mapped = int(Path("/proc/self/statm").read_text().split()[0]) * resource.getpagesize()
    resource.setrlimit(resource.RLIMIT_AS, (mapped + EXTRA_BYTES, mapped + EXTRA_BYTES))
    resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS))
    events: list[str] = []
    before = set(sys.modules)

    def watch(event: str, args: tuple[Any, ...]) -> None:
        writes = event == "open" and isinstance(args[1], str) and any(letter in args[1] for letter in "wax+")
        if event in FORBIDDEN or writes:
            events.append(f"{event} {args!r}"[:300])

    sys.addaudithook(watch)
    try:
        opener(path)
        outcome, message = "loaded", ""
    except gan.LoadError as error:
        outcome, message = type(error).__name__, str(error)
    except BaseException as error:  # noqa: BLE001  (anything else is what the test must hear of)
        outcome, message = f"unexpected {type(error).__name__}", repr(error)[:1000]
    found = list(events)
    return {"outcome": outcome, "message": message, "events": found, "modules": sorted(set(sys.modules) - before)}


if __name__ == "__main__":
    main()
