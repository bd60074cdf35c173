"""Pictures of `gan images`, run in this process: what its start prints and returns is tested with the command."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
from click.testing import CliRunner
from numpy.typing import NDArray
from PIL import Image

import gan.cli.images


def commanded(words: Sequence[str], folder: Path) -> NDArray[np.uint8]:
    """Return the only picture, [H, W, C], that `python -m gan images` writes.

    Args:
        words: The whole command, from "python" on, which names no device; another `--outdir` of it is replaced.
        folder: Where it is written.
    """
    assert list(words[:4]) == ["python", "-m", "gan", "images"]
    options = [word for word in words[4:] if not word.startswith("--outdir=")]
    done = CliRunner().invoke(gan.cli.images.command, [*options, f"--outdir={folder}", "--device=cpu"])
    assert done.exit_code == 0, done.output
    (path,) = folder.glob("*.png")
    return np.asarray(Image.open(path))
