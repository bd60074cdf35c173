"""What comes with StyleScope: networks, and the record of a run."""

from functools import cache
from pathlib import Path

ASSETS = Path(__file__).resolve().parents[2] / "assets"

RECORDED_RUNS = ASSETS / "recorded-runs"
"""A folder with the record of a real training run, without its networks."""


@cache
def bundled() -> tuple[tuple[str, str], ...]:
    """(source, name) of each: the demo network, whose source is empty, then the pattern networks."""
    patterns = sorted(ASSETS.glob("pattern-*.safetensors"))
    return (("", "Demo network"), *((str(path), pattern_name(path.stem)) for path in patterns))


def pattern_name(stem: str) -> str:
    """What people call a pattern network: `pattern-t-64` -> `Pattern network T 64`."""
    return f"Pattern network {stem.removeprefix('pattern-').replace('-', ' ').upper()}".rstrip()
