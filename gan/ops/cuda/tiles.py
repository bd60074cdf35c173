"""Tile of filtered_lrelu's kernel: the largest whose matrices fit into a multiprocessor's shared memory."""

import torch

LARGE, SMALL = 64, 32
"""Sides of the upsampled tile. The large one reads fewer samples twice."""

_KIB = {
    (True, SMALL): ((17, 25), (21, 37), (33, 61)),
    (True, LARGE): ((41, 57), (65, 81), (113, 129)),
    (False, SMALL): ((37, 57), (45, 81), (69, 129)),
    (False, LARGE): ((85, 121), (133, 169), (229, 265)),
}
"""Shared memory for (16 bits, tile) and one, two and up to four terms: of the operator and of its derivative.

Of the filters of StyleGAN3, as Triton's compiler reports for compute capability 8.6 and 9.0, whichever is more."""


def shared_memory_kib(terms: int, tangent: bool, half: bool, tile: int) -> int:
    """Shared memory of the kernel in KiB, for filters of at most so many terms (up to four)."""
    return _KIB[half, tile][(terms - 1).bit_length()][tangent]


def limit_kib(capability: tuple[int, int]) -> int:
    """Shared memory of a block on a device in KiB, from CUDA's documentation; little for unknown devices."""
    major, minor = capability
    if major == 8:
        return 163 if minor in (0, 7) else 99
    return {9: 227, 10: 227, 11: 227, 12: 99}.get(major, 64)


def choose_tile(terms: int, tangent: bool, half: bool, device: torch.device) -> int | None:
    """The side of the tile on this device; None where none fits."""
    if device.type != "cuda":
        return LARGE
    limit = limit_kib(torch.cuda.get_device_capability(device))
    return next((tile for tile in (LARGE, SMALL) if shared_memory_kib(terms, tangent, half, tile) <= limit), None)
