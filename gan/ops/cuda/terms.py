"""Filters as sums of separable terms, as the matrix products of the kernel need them."""

from collections.abc import MutableMapping

import torch
from torch import Tensor
from torch.utils.weak import WeakTensorKeyDictionary

MOST_TERMS = 4
"""Filters of a higher rank need more shared memory than any device has, and are left to the reference."""

EXACT, HALF = 1e-6, 1e-4
"""Singular values below this share of the largest are left out: with float32, and with 16 bits, which round by 5e-4."""

_known: MutableMapping[Tensor, dict[tuple[int, bool, float], Tensor]] = WeakTensorKeyDictionary()
"""For each filter, the terms by version and what was asked for: the decomposition waits for the device."""


def tolerance_of(dtype: torch.dtype) -> float:
    """Relative size of the terms that may be left out of a filter for values of this type."""
    return EXACT if dtype == torch.float32 else HALF


def terms(f: Tensor | None, flip: bool, tolerance: float, device: torch.device) -> Tensor:
    """A filter as separable terms in the order of a correlation, computed once.

    Args:
        f: [taps], [taps, taps], or None for the identity.
        flip: The filter is one to correlate with; False turns it about, so that correlating convolves.
        tolerance: See `EXACT`.
        device: Where the result is to be, for the identity.

    Returns:
        float32 [2, rank, taps], vertical factors first; the filter is the sum over the rank of their outer products.
    """
    if f is None:
        return _identity(device)
    asked = (-1 if f.is_inference() else f._version, flip, tolerance)
    known = _known.setdefault(f, {})
    if asked not in known:
        for old in [key for key in known if key[0] != asked[0]]:
            del known[old]
        known[asked] = _separate(f, flip, tolerance)
    return known[asked]


_identities: dict[torch.device, Tensor] = {}


def _identity(device: torch.device) -> Tensor:
    if device not in _identities:
        _identities[device] = torch.ones(2, 1, 1, device=device)
    return _identities[device]


def _separate(f: Tensor, flip: bool, tolerance: float) -> Tensor:
    taps = f.detach().double().cpu()
    if taps.ndim == 1:
        vertical = horizontal = taps[None]
    else:
        u, s, vt = torch.linalg.svd(taps)
        rank = max(1, int((s > tolerance * s[0]).sum()))
        root = s[:rank, None].sqrt()
        vertical, horizontal = u[:, :rank].T * root, vt[:rank] * root
    both = torch.stack([vertical, horizontal])
    return (both if flip else both.flip(-1)).float().contiguous().to(f.device)
