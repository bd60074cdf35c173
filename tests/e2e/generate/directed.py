"""Image of one seed moved along a direction, by the library alone: w + strength * direction with numpy.

`python -m tests.e2e.generate.directed NETWORK OUT.npy DIRECTION.npy SEED STRENGTH FIRST LAST` writes uint8 [H, W, 4].
Runs in a process of its own: the window's tests do not import torch.
"""

import subprocess
import sys
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

ROOT = Path(__file__).parents[3]


def directed(
    network: str, direction: Path, seed: int, strength: float, first: int, last: int, folder: Path
) -> NDArray[np.uint8]:
    """Run this file and read what it wrote."""
    out = folder / f"{first}-{last}.npy"
    command = [sys.executable, "-m", "tests.e2e.generate.directed", network, str(out), str(direction)]
    subprocess.run([*command, *map(str, (seed, strength, first, last))], check=True, cwd=ROOT)
    return np.load(out)


def main() -> None:
    import torch

    import gan
    from gan.display import to_rgba8
    from gan.latents import seed_z

    path, out, direction, seed, strength, first, last = sys.argv[1:]
    network = gan.load(path, only=("G_ema",)).G_ema
    assert network is not None
    with torch.inference_mode():
        ws = network.mapping(torch.from_numpy(seed_z(int(seed), network.z_dim))[None].float()).numpy()
        ws = ws.copy()
        layers, vector = slice(int(first), int(last) + 1), np.load(direction)
        ws[:, layers] += float(strength) * (vector if vector.ndim == 1 else vector[layers])
        np.save(out, to_rgba8(network.synthesis(torch.from_numpy(ws), noise_mode="const")[0]))


if __name__ == "__main__":
    main()
