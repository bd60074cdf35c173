"""StyleGAN2's images of low resolution: those on the way to the whole one, which the architecture "skip" sums up."""

from itertools import accumulate

from gan.inference.low_res.views import view_of
from gan.networks.stylegan2 import SynthesisNetwork


def multiplications(synthesis: SynthesisNetwork) -> float:
    """Multiplications of a whole image."""
    return float(sum(block.multiplications for block in synthesis.blocks()))


def shares(synthesis: SynthesisNetwork) -> dict[int, float]:
    """Resolutions with an image of their own, ascending, each with its share of the whole image's multiplications."""
    blocks = synthesis.blocks()
    work = list(accumulate(block.multiplications for block in blocks))
    return {
        block.resolution: done / work[-1]
        for block, done in zip(blocks[:-1], work, strict=False)
        if block.architecture == "skip"
    }


def at_resolution(
    synthesis: SynthesisNetwork, resolution: int, like: SynthesisNetwork | None = None
) -> SynthesisNetwork:
    """Network of the blocks up to `resolution`. Vectors and noise of the layers beyond are accepted and not read."""
    small = view_of(synthesis)
    small.img_resolution = resolution
    small.block_resolutions = tuple(side for side in synthesis.block_resolutions if side <= resolution)
    for side in synthesis.block_resolutions[len(small.block_resolutions) :]:
        del small._modules[f"b{side}"]
    small.layer_names = tuple(name for block in small.blocks() for name in block.layer_names)
    return small
