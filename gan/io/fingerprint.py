"""Fingerprint of a network: a hash of its parameters and buffers, the same in whatever file they come."""

import hashlib
import json
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from torch import nn

_KEPT = 256
"""Fingerprints that are remembered."""
_known: dict[tuple[str, str], str] = {}


def known_fingerprint(network: "nn.Module", sha256: str, name: str = "G_ema") -> str:
    """`fingerprint` of a network of a file, hashed once for each content in this process.

    Args:
        network: As `gan.load` builds it, unchanged since.
        sha256: Of the file; empty if unknown, then it is hashed again.
        name: Which of the file's networks it is.
    """
    if not sha256:
        return fingerprint(network)
    found = _known.pop((sha256, name), None) or fingerprint(network)
    _known[sha256, name] = found  # the newest last
    while len(_known) > _KEPT:
        del _known[next(iter(_known))]
    return found


def fingerprint(network: "nn.Module") -> str:
    """SHA-256, in hexadecimal, of the parameters and buffers of a network as `gan.load` builds it.

    For each, ascending by name, the hash reads one line of JSON (name, type and shape, as
    `["mapping.w_avg", "float32", [512]]`) and the numbers, in C order with the lowest byte first. The file's format,
    the device, and what else the file holds make no difference.
    """
    import torch

    digest = hashlib.sha256()
    for name, tensor in sorted(network.state_dict().items()):
        kind = str(tensor.dtype).removeprefix("torch.")
        digest.update(json.dumps([name, kind, list(tensor.shape)]).encode() + b"\n")
        numbers = tensor.detach().cpu().contiguous().reshape(-1).view(torch.uint8).numpy()
        digest.update(memoryview(numbers))
    return digest.hexdigest()
