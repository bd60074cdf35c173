"""Bands of w vectors: coarse, middle and fine styles. Standard library only."""


def style_bands(num_ws: int, stylegan3: bool) -> tuple[int, int]:
    """First w index of the middle and of the fine band; `num_ws` where a band is empty.

    StyleGAN 1 and 2, as the paper names them (arXiv 1812.04948): coarse 4^2-8^2, middle 16^2-32^2, fine above, thus
    0-3, 4-7, 8 and up. StyleGAN3, whose 16 vectors do not double the resolution step by step: 0-5, 6-10, 11-15, and
    the same shares of other numbers of layers.
    """
    if stylegan3:
        return round(num_ws * 6 / 16), round(num_ws * 11 / 16)
    return min(4, num_ws), min(8, num_ws)
