"""The mean of w of networks whose files lack it: computed once, and kept in the cache."""

from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

from foundation.files import replacing

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

    from gan.networks.generator import StyleGenerator

SEEDS = 10_000
"""Latents that the mean is taken of."""
SEED = 0
MEAN_NOTICE = f"The file lacks the mean of w, which truncation needs: it was computed from {SEEDS:,} seeds."

_BATCH = 1000


def cache_folder() -> Path:
    """Folder of the computed means: `means` beside the downloaded networks."""
    from gan.io.download import cache_folder as networks

    return networks() / "means"


def fill_mean(G: "StyleGenerator", key: str) -> None:
    """Set a generator's `mapping.w_avg` to the mean of w of `SEEDS` latents.

    Args:
        G: A generator whose mean is not known.
        key: Name of the network in the cache: a hash of its numbers.
    """
    import numpy as np
    import torch

    mean = G.mapping.w_avg
    path = cache_folder() / f"{key}-{SEEDS}.npy"
    found = _kept(path, tuple(mean.shape))
    if found is None:
        found = _computed(G).astype(np.float32)
        _keep(path, found)
    with torch.no_grad():
        mean.copy_(torch.from_numpy(found))


def _computed(G: "StyleGenerator") -> "npt.NDArray[np.float64]":
    import numpy as np
    import torch

    draw = np.random.RandomState(SEED)
    total = np.zeros(G.w_dim)
    device = G.mapping.w_avg.device
    with torch.no_grad():
        for _ in range(SEEDS // _BATCH):
            z = torch.from_numpy(draw.randn(_BATCH, G.z_dim)).to(device)
            c = None
            if G.c_dim > 0:  # every class as often as the others
                c = torch.nn.functional.one_hot(torch.from_numpy(draw.randint(G.c_dim, size=_BATCH)), G.c_dim)
                c = c.to(device=device, dtype=torch.float32)
            total += G.mapping(z, c)[:, 0].double().sum(dim=0).cpu().numpy()
    return total / SEEDS


def _kept(path: Path, shape: tuple[int, ...]) -> "npt.NDArray[np.float32] | None":
    import numpy as np

    from foundation.arrays import read_floats

    try:
        found = read_floats(path, "w")
    except (OSError, ValueError):
        return None
    return found if found.shape == shape and bool(np.isfinite(found).all()) else None


def _keep(path: Path, mean: "npt.NDArray[np.float32]") -> None:
    """Write a mean; a cache that cannot be written costs time only."""
    import numpy as np

    with suppress(OSError):
        path.parent.mkdir(parents=True, exist_ok=True)
        with replacing(path) as part, open(part, "wb") as file:
            np.save(file, mean)
