"""Renders the image of one seed with some w vectors of another, by the library alone.

`python -m tests.e2e.mixing.mixed NETWORK OUT.npy SEED OTHER AMOUNT W...` writes uint8 [H, W, 4]. Runs in a process of
its own: the window's tests do not import torch.
"""

import subprocess
import sys
from pathlib import Path

import numpy as np
from numpy.typing import NDArray


def mixed(
    network: str, folder: Path, seed: int, other: int, ws: tuple[int, ...], amount: float = 1.0
) -> NDArray[np.uint8]:
    """Run this file and read what it wrote."""
    out = folder / f"{seed}-{other}-{amount}.npy"
    numbers = map(str, (seed, other, amount, *ws))
    command = [sys.executable, "-m", "tests.e2e.mixing.mixed", network, str(out), *numbers]
    subprocess.run(command, check=True, cwd=Path(__file__).parents[3])
    return np.load(out)


def main() -> None:
    import torch

    import gan
    from gan.display import to_rgba8
    from gan.latents import seed_z

    path, out, seed, other, amount, *numbers = sys.argv[1:]
    network = gan.load(path, only=("G_ema",)).G_ema
    assert network is not None
    with torch.inference_mode():
        base, source = (
            network.mapping(torch.from_numpy(seed_z(int(one), network.z_dim))[None].float()).clone()
            for one in (seed, other)
        )
        for i in map(int, numbers):
            share = float(amount)
            base[:, i] = source[:, i] if share == 1 else (1 - share) * base[:, i] + share * source[:, i]
        np.save(out, to_rgba8(network.synthesis(base, noise_mode="const")[0]))


if __name__ == "__main__":
    main()
