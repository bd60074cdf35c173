"""Edits of the networks of layers. Pure functions of frozen state.

Rows are those of the Layers section, one for each w vector; `ModelInfo.blend_rows` says which layers go with each.
"""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from string import ascii_uppercase

from foundation.bands import hard_cut, ramp
from renderer.document.document import Document
from renderer.ipc.protocol import LayerWeights, ModelInfo, Network, Weights


def known(document: Document) -> tuple[Network, ...]:
    """Return the networks beside the document's own, in the order of their letters."""
    used = (one.network for one in document.weights.layers)
    mapping = (document.weights.mapping,) if document.weights.mapping is not None else ()
    return tuple(one for one in dict.fromkeys((*document.networks, *used, *mapping)) if one != document.network)


def letter(document: Document, network: Network) -> str:
    """Return the letter of a network: A for the document's own, then B, C, ..."""
    if network == document.network:
        return "A"
    networks = known(document)
    place = networks.index(network) + 1 if network in networks else len(networks) + 1
    return ascii_uppercase[place] if place < len(ascii_uppercase) else str(place + 1)


def layers_in(model: ModelInfo, rows: Iterable[int]) -> list[str]:
    """Return the layers of some rows, in order."""
    return [name for row in rows if 0 <= row < len(model.blend_rows) for name in model.blend_rows[row]]


def with_amounts(weights: Weights, network: Network, amounts: Mapping[str, float]) -> Weights:
    """Return weights in which some layers have these shares of a network, and no other; 0 gives them back."""
    own = {one.layer: one for one in weights.layers if one.layer not in amounts}
    own |= {name: LayerWeights(name, network, min(amount, 1.0)) for name, amount in amounts.items() if amount > 0}
    return replace(weights, layers=tuple(own[name] for name in sorted(own)))


def laid(weights: Weights, model: ModelInfo, rows: Iterable[int], network: Network, amount: float = 1.0) -> Weights:
    """Return weights in which the layers of some rows have this share of a network."""
    return with_amounts(weights, network, dict.fromkeys(layers_in(model, rows), amount))


def amount_of(weights: Weights, model: ModelInfo, rows: Iterable[int], network: Network) -> float:
    """Return the mean share of a network over the layers of some rows."""
    names = layers_in(model, rows)
    shares = {one.layer: one.amount for one in weights.layers if one.network == network}
    return sum(shares.get(name, 0.0) for name in names) / len(names) if names else 0.0


def of_row(weights: Weights, model: ModelInfo, rows: Iterable[int]) -> tuple[Network, float, bool] | None:
    """Return the network that has most of the layers of some rows beside the document's own, with its mean share.

    The last value is True if they are mixed: their shares differ, or they have several networks. None: all are A's.
    """
    names = set(layers_in(model, rows))
    found = [one for one in weights.layers if one.layer in names]
    if not found:
        return None
    totals: dict[Network, float] = {}
    for one in found:
        totals[one.network] = totals.get(one.network, 0.0) + one.amount
    network = max(totals, key=lambda one: totals[one])
    mixed = len(totals) > 1 or len(found) < len(names) or len({round(one.amount, 6) for one in found}) > 1
    return network, totals[network] / len(names), mixed


def cut_after(weights: Weights, model: ModelInfo, network: Network, place: str) -> Weights:
    """Return the hard cut after a place (see `places`): the network has the layers above it."""
    return with_amounts(weights, network, hard_cut(layers_in(model, range(model.num_ws)), place))


def ramp_around(weights: Weights, model: ModelInfo, network: Network, place: str) -> Weights:
    """Return the logistic ramp around a place (see `places`)."""
    return with_amounts(weights, network, ramp(layers_in(model, range(model.num_ws)), place))


def places(model: ModelInfo) -> tuple[str, ...]:
    """Return the places of cuts and ramps: resolutions, or the names of layers without any."""
    names = layers_in(model, range(model.num_ws))
    blocks = dict.fromkeys(name.partition(".")[0] for name in names)
    if all(block[1:].isdecimal() for block in blocks):
        return tuple(block[1:] for block in blocks)
    return tuple(names)


def without(document: Document, network: Network) -> Document:
    """Return the document without a network: its layers are the document's own again."""
    weights = document.weights
    layers = tuple(one for one in weights.layers if one.network != network)
    mapping = None if weights.mapping == network else weights.mapping
    networks = tuple(one for one in document.networks if one != network)
    return replace(document, networks=networks, weights=replace(weights, layers=layers, mapping=mapping))


def misfit(model: ModelInfo | None, network: Network) -> str:
    """Return why a network does not fit, as far as it is known: once it was laid onto a layer."""
    return next((one.misfit for one in model.others if one.network == network), "") if model is not None else ""
