"""Fingerprints of networks: they change when a parameter or buffer does."""

from gan.networks.protocol import HasTensors

Fingerprint = tuple[tuple[int, int], ...]
"""Address and version of each tensor."""


def fingerprint(network: HasTensors) -> Fingerprint:
    """Value that changes when any parameter or buffer is changed in place or replaced.

    The tensors of a network that was read in inference mode count no changes in place.
    """
    tensors = (*network.parameters(), *network.buffers())
    return tuple((x.data_ptr(), -1 if x.is_inference() else x._version) for x in tensors)
