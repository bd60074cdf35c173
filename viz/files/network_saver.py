"""Saving the open network in another format: `python -m gan convert` in a process of its own."""

import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass

from foundation.background import Worker
from foundation.bundled import DEMO
from foundation.inputs import DETAIL, clean_text
from renderer.ipc.protocol import Network, Weights
from training_launcher.environment import environment
from viz.state.facts import ServiceKey

FORMATS = {
    "Safetensors": (".safetensors", "safetensors", "Everything, for StyleScope"),
    "Pickle": (".pkl", "official-pickle", "For the published StyleGAN2-ADA and StyleGAN3 programs; StyleGAN2 only"),
    "State dict": (".pth", "state-dict", "The generator's numbers by the published names"),
    "Rosinality": (".pt", "rosinality", "For programs that follow rosinality's StyleGAN2"),
}
"""Of each format: ending, `convert --format`, explanation."""
ENDINGS = tuple(ending for ending, _, _ in FORMATS.values())

_NOTES = ("Left out", "A state dict")
_NO_WEIGHTS = Weights()


@dataclass(frozen=True)
class SavedNetwork:
    """Result of a save: the file and what it does not hold, or an error message."""

    path: str = ""
    notes: str = ""
    problem: str = ""


class NetworkSaver:
    """Saves networks one after another. `wake()` is called on its thread after each."""

    def __init__(self, wake: Callable[[], None]) -> None:
        self._worker: Worker[tuple[str, str, Weights], SavedNetwork] = Worker("save network", _saved, wake)

    def save(self, source: str, path: str, weights: Weights = _NO_WEIGHTS) -> None:
        """Start saving the network of a source; an older file is replaced. The ending of `path` gives the format.

        With `weights` of other networks a blend is saved, which only safetensors files hold.
        """
        self._worker.submit((source or str(DEMO), path, weights))

    def poll(self) -> SavedNetwork | None:
        """Return the next result, or None."""
        return self._worker.poll()

    def close(self) -> None:
        """Leave a running process to itself."""
        self._worker.close(0.0)


def command_of(source: str, path: str, weights: Weights = _NO_WEIGHTS) -> list[str]:
    """Return the command that saves a network, or the blend of the networks that `weights` name."""
    if others := [one for one in weights.others if one.source != source]:
        numbers = {network: i + 1 for i, network in enumerate(others)}
        given = [f"--with={network.source or DEMO}" for network in others]
        given += [
            f"--layer={one.layer}:{one.amount:.9g}:{numbers[one.network]}"
            for one in weights.layers
            if one.amount > 0 and one.network in numbers
        ]
        mapping = "blended" if weights.mapping_blended else str(numbers.get(weights.mapping or Network(), "first"))
        options = (f"--network={source}", *given, f"--mapping={mapping}", f"--output={path}")
        return [sys.executable, "-P", "-m", "gan", "blend", *options]
    kind = next(kind for ending, kind, _ in FORMATS.values() if path.lower().endswith(ending))
    options = (f"--network={source}", f"--output={path}", f"--format={kind}")
    return [sys.executable, "-P", "-m", "gan", "convert", *options]


def _saved(task: tuple[str, str, Weights]) -> SavedNetwork:
    source, path, weights = task
    if weights.others and not path.lower().endswith(ENDINGS[0]):
        return SavedNetwork(problem=f"A blend of networks is saved as {ENDINGS[0]}; convert that file then.")
    try:
        done = subprocess.run(
            command_of(source, path, weights),
            env=environment(),
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            errors="replace",
            check=False,
        )
    except OSError as error:
        return SavedNetwork(problem=f"The network cannot be saved: {error.strerror or error}.")
    lines = [line.strip() for line in done.stderr.splitlines()]
    if done.returncode == 0:
        return SavedNetwork(path, clean_text(" ".join(line for line in lines if line.startswith(_NOTES)), DETAIL))
    errors = [line.removeprefix("Error: ") for line in lines if line.startswith("Error: ")]
    why = errors[-1] if errors else f"its process ended with {done.returncode}."
    return SavedNetwork(problem=clean_text(f"The network was not saved: {why}", DETAIL))


NETWORK_SAVER: ServiceKey[NetworkSaver] = ServiceKey("network saver")
