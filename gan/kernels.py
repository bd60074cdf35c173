"""Kernels of networks in the library's own calls: wait for them, and see which images they made.

    nets = gan.load("network.pkl")
    gan.prepare(nets.G_ema)
    with torch.no_grad(), gan.rendered_by() as ways:
        image = nets.G_ema.synthesis(ws)
    assert ways == ["plan"]

Importing this module does not import torch.
"""

from contextlib import AbstractContextManager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from gan.networks.protocol import Generator


def prepare(G: "Generator") -> bool:
    """Make a generator's plan for the CPU's kernels, and wait until its calls without gradients use it.

    Args:
        G: A generator; `gan.load` prepares its generators by itself, but in the background.

    Returns:
        True if there is a plan. False for networks that no kernel covers or that are on a GPU, where numba or the
        compiled kernels cannot be had, and with STYLESCOPE_KERNELS=off: the reference layers render them.
    """
    from gan.inference import cpu

    return cpu.make_ready(G.synthesis)


def rendered_by() -> AbstractContextManager[list[str]]:
    """List how the generators' calls in this block and thread were rendered, one entry each.

    "reference": the layers of the network as it is written. "plan": the CPU's kernels, whose images are the same up to
    rounding, which may change a few pixels by one step of 255. "fast plan": those in bfloat16.
    """
    from gan.networks.synthesis import rendered_by

    return rendered_by()
