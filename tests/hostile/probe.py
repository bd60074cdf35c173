"""Opens files one by one, each in its own process, and reports the outcomes as JSON.

    python -m tests.hostile.probe PATHS.json

PATHS.json is a list of pairs: a kind and a path. The kind says how the file is opened: "load" with `gan.load`,
"commands" also by the commands that take a network, "arrays" as a file of latents and directions, "detectors" as a
feature network, and "standard" by Python's own unpickler, to prove that the files are really hostile. The report is one
JSON object per line, in the same order. A separate process is needed because the memory limits and the audit hook last
for a process's lifetime.
"""

import contextlib
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

import numpy
import torch
from click.testing import CliRunner
from rich.cells import cell_len

import gan
import gan.cli.images
import gan.cli.metrics
import gan.cli.networks.convert
import gan.cli.networks.inspect
import gan.networks.stylegan1
import gan.networks.stylegan1_discriminator
import gan.networks.stylegan2
import gan.networks.stylegan2_discriminator
import gan.networks.stylegan3
from gan.edits.directions import load_direction
from gan.io.latents import load_latents

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
    "os.mkdir",
    "os.rename",
    "os.truncate",
    "os.link",
    "os.symlink",
}


def main() -> None:
    """Probe every path of the list."""
    torch.set_num_threads(1)
    paths = Path(sys.argv[1])
    sound = warm_up(paths.parent)
    gc.freeze()  # the children share what is here; a collection in each would copy it all
    for kind, path in json.loads(paths.read_text()):
        sys.stdout.write(json.dumps(probe(path, steps(kind, sound))) + "\n")
        sys.stdout.flush()


def steps(kind: str, sound: Path) -> "dict[str, Callable[[str], object]]":
    """Operations on each file, by name."""
    if kind == "standard":
        return {"standard": standard}
    drawn = f"{sound.parent.parent}/drawn"
    if kind == "arrays":
        return {
            "load_latents": lambda path: load_latents(path, 4, 4),
            "load_direction": load_direction,
            "images": lambda path: run("images", f"--network={sound}", f"--projected-w={path}", f"--outdir={drawn}"),
            "direction": lambda path: run(
                "images", f"--network={sound}", "--seeds=1", f"--direction={path}:1", f"--outdir={drawn}"
            ),
        }
    if kind == "detectors":
        options = (f"--network={sound}", "--metrics=is10", "--device=cpu")
        return {"metrics": lambda path: run("metrics", *options, f"--detector={path}")}
    if kind == "commands":
        return {
            "load": gan.load,
            "inspect": lambda path: run("inspect", f"--network={path}"),
            "images": lambda path: run("images", f"--network={path}", "--seeds=1", f"--outdir={drawn}"),
            "convert": lambda path: run("convert", f"--network={path}", f"--output={drawn}.safetensors"),
        }
    return {"load": gan.load}


class ExitError(Exception):
    """A command ended with a sentence and exit status 1."""


def run(name: str, *options: str) -> None:
    """Run a command. Raises ExitError with its sentence if it fails as it should."""
    command = {"inspect": gan.cli.networks.inspect, "images": gan.cli.images, "convert": gan.cli.networks.convert}.get(
        name
    )
    done = CliRunner().invoke((command or gan.cli.metrics).command, list(options))
    if done.exit_code == 0:
        return
    lines = done.stderr.splitlines()
    if done.exit_code == 1 and isinstance(done.exception, SystemExit) and len(lines) == 1:
        raise ExitError(lines[0].removeprefix("Error: "))
    raise AssertionError(f"{name}: {done.exit_code} {done.exception!r} {done.stderr[:500]!r}")


def warm_up(folder: Path) -> Path:
    """Run everything once on a sound network, so that late imports happen before the audit begins.

    Returns a file of it in our own format, which opens fastest: hostile arrays are given together with it.
    """
    from tests.official_pickles import official

    sound = folder / "sound.pkl"
    sound.write_bytes(official())
    latents = folder / "sound.npy"
    numpy.save(latents, numpy.zeros((4, 4), numpy.float32))
    drawn = folder / "warm"
    gan.load(sound)
    run("inspect", f"--network={sound}")
    cell_len("\u4e2d")  # rich's table of wide letters
    b"x".decode("cp437")  # the encoding of old archives
    run("images", f"--network={sound}", "--seeds=1", f"--outdir={drawn}", f"--direction={latents}:1")
    run("images", f"--network={sound}", f"--projected-w={latents}", f"--outdir={drawn}")
    kept = drawn / "net.safetensors"
    run("convert", f"--network={sound}", f"--output={kept}")
    gan.load(kept)
    with contextlib.suppress(ExitError):
        run("inspect", f"--network={folder}/absent.pkl")
    for detector in (latents, folder / "absent.pt"):
        with contextlib.suppress(ExitError):
            run("metrics", f"--network={sound}", f"--detector={detector}", "--device=cpu")
    return kept


def standard(path: str) -> None:
    """Open `path` with the unsafe standard unpickler."""
    pickle.loads(Path(path).read_bytes())


def probe(path: str, openers: dict[str, Callable[[str], object]]) -> dict[str, Any]:
    """Return the outcome of opening `path`."""
    reading, writing = os.pipe()
    start = time.perf_counter()
    child = os.fork()
    if child == 0:
        os.close(reading)
        with os.fdopen(writing, "w") as report:
            json.dump(attempt(path, openers), report)
        os._exit(0)
    os.close(writing)
    with os.fdopen(reading) as report:
        text = report.read()
    _, status, usage = os.wait4(child, 0)
    outcome = json.loads(text) if text else {"outcome": f"died with status {status}", "message": "", "events": []}
    outcome = {"steps": {}, "modules": [], **outcome}
    return {
        **outcome,
        "seconds": usage.ru_utime + usage.ru_stime,
        "wall": time.perf_counter() - start,
        "mib": usage.ru_maxrss / 1024,
    }


def attempt(path: str, openers: dict[str, Callable[[str], object]]) -> dict[str, Any]:
    """Open `path` in this process, within the limits; report the outcome of each step and forbidden events.

    The first step's outcome is the file's; the others are for files that it refuses.
    """
    mapped = int(Path("/proc/self/statm").read_text().split()[0]) * resource.getpagesize()
    resource.setrlimit(resource.RLIMIT_AS, (mapped + EXTRA_BYTES, mapped + EXTRA_BYTES))
    events: list[str] = []
    before = set(sys.modules)

    def watch(event: str, args: tuple[Any, ...]) -> None:
        writes = event == "open" and isinstance(args[1], str) and any(letter in args[1] for letter in "wax+")
        if event in FORBIDDEN or writes:
            events.append(f"{event} {args!r}"[:300])

    sys.addaudithook(watch)
    done = {}
    for name, opener in openers.items():
        start = time.process_time()
        resource.setrlimit(resource.RLIMIT_CPU, (int(start) + 1 + SECONDS, resource.RLIM_INFINITY))
        outcome, message = _opened(path, opener)
        done[name] = {"outcome": outcome, "message": message, "seconds": time.process_time() - start}
        if outcome == "loaded" and len(done) == 1:
            break  # commands that succeed write files
    found = list(events)
    first = next(iter(done.values()))
    return {**first, "steps": done, "events": found, "modules": sorted(set(sys.modules) - before)}


def _opened(path: str, opener: Callable[[str], object]) -> tuple[str, str]:
    try:
        opener(path)
    except gan.LoadError as error:
        return type(error).__name__, str(error)
    except (ExitError, ValueError, FileNotFoundError) as error:
        return type(error).__name__, str(error)
    except BaseException as error:  # noqa: BLE001  (anything else is what the test must hear of)
        return f"unexpected {type(error).__name__}", repr(error)[:1000]
    return "loaded", ""


if __name__ == "__main__":
    main()
