"""Location of the published networks' fixtures, and skipping when they are absent."""

import os
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent


def fixtures() -> Path:
    """The fixtures folder; skips the calling test when it is absent, or fails where it is required."""
    folder = Path(os.environ.get("STYLESCOPE_FIXTURES", ROOT.parent / "shared" / "fixtures"))
    if not folder.is_dir():
        reason = f"the fixtures folder {folder} is absent (set STYLESCOPE_FIXTURES)"
        if os.environ.get("STYLESCOPE_REQUIRE_FIXTURES") == "1":
            pytest.fail(reason)
        pytest.skip(reason)
    return folder


def trained_networks() -> Path:
    """The folder of the trained `avatars-32.pkl` and its numbers; skips or fails like `fixtures`."""
    folder = fixtures().parent / "networks"
    if not (folder / "avatars-32.pkl").is_file():
        absent = pytest.fail if os.environ.get("STYLESCOPE_REQUIRE_FIXTURES") == "1" else pytest.skip
        absent(f"there is no trained network in {folder}")
    return folder
