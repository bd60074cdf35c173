"""Image of seed 0 with a psi for each w vector, by the library alone.

`python -m tests.e2e.generate.truncated NETWORK OUT.npy PSI...` writes uint8 [H, W, 4]. Runs in a process of its own:
the window's tests do not import torch.
"""

import subprocess
import sys
from pathlib import Path

import numpy as np
from numpy.typing import NDArray


def by_layer(network: str, psis: tuple[float, ...], folder: Path) -> NDArray[np.uint8]:
    """Run this file and read what it wrote."""
    out = folder / "truncated.npy"
    command = [sys.executable, "-m", "tests.e2e.generate.truncated", network, str(out), *map(str, psis)]
    subprocess.run(command, check=True, cwd=Path(__file__).parents[3])
    return np.load(out)


def main() -> None:
    import torch

    import gan
    from gan.display import to_rgba8
    from gan.latents import seed_z

    path, out, *numbers = sys.argv[1:]
    network = gan.load(path, only=("G_ema",)).G_ema
    assert network is not None
    with torch.inference_mode():
        z = torch.from_numpy(seed_z(0, network.z_dim))[None].float()
        ws = network.mapping(z, None, truncation_psi=[float(psi) for psi in numbers])
        np.save(out, to_rgba8(network.synthesis(ws, noise_mode="const")[0]))


if __name__ == "__main__":
    main()
