"""Blends of networks: weights interpolated by layer (Pinkney and Adler, arXiv 2010.05334; Wang et al., 1811.10515).

A blend starts from a first network. Each of its layers (`layers_of`), and the mapping network as a whole, can take a
share of the weights of other networks of the same architecture:

    p = (1 - sum of a_k) p_first + sum of a_k p_k

The noise images and magnitudes of a layer are blended with its weights; filters, which are equal, stay. A share of 0 or
of 1 takes over the numbers of a network to the last bit. Layers that are not blended share their memory with the first
network, which is never changed.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence

import torch
from torch import Tensor, nn

from gan.inference.low_res.views import view_of
from gan.networks.generator import StyleGenerator
from gan.networks.mapping import MappingNetwork
from gan.networks.stylegan3 import SynthesisNetwork as StyleGAN3
from gan.networks.synthesis import BlockSynthesis, StyleSynthesis

Parts = tuple[tuple[int, float], ...]
"""Other networks, by their place in a list, each with its share, 0..1; the first network has the rest."""

Tensors = Mapping[str, Tensor]
"""By name."""

Made = Callable[[str, Parts, Callable[[], Tensors]], Tensors]
"""(layer, parts, make) -> the tensors of a layer: those of `make()`, or equal ones made earlier."""

MAPPING = "mapping"
"""Name of the mapping network with the mean of w, as a layer to blend."""

FILTERS = ("resample_filter", "up_filter", "down_filter", "transform")
"""Last parts of the names of tensors that are the same in all networks of an architecture."""

UNRELATED = 0.3
"""Networks whose weights correlate less were not trained from one another: their blends show nothing."""

_MUST_AGREE = ("activation", "up", "padding", "act_gain", "output_scale", "img_channels", "lod", "architecture")
"""Plain attributes of modules that change what their weights mean."""


class MisfitError(ValueError):
    """Two networks cannot be blended."""


def layers_of(G: StyleGenerator) -> dict[str, tuple[str, ...]]:
    """Return the layers that can be blended, in the order in which they run, each with its tensors.

    These are `mapping`, and of the synthesis network every module with weights: `b4.const`, `b4.conv1`, `b4.torgb`,
    `b8.conv0`, ..., or `input`, `L0_36_512`, ... The names of the tensors are those of `G.state_dict()`.
    """
    parts = 2 if isinstance(G.synthesis, BlockSynthesis) else 1
    found: dict[str, list[str]] = {MAPPING: [f"{MAPPING}.{name}" for name in G.mapping.state_dict()]}
    for name in G.synthesis.state_dict():
        if not name.endswith(FILTERS):
            found.setdefault(".".join(name.split(".")[:parts]), []).append(f"synthesis.{name}")
    order = {name: i for i, name in enumerate(_order(G.synthesis))}
    names = sorted(found, key=lambda name: order.get(name, -1))  # mapping and constants come first
    names.sort(key=lambda name: name != MAPPING)
    return {name: tuple(found[name]) for name in names}


def rows_of(G: StyleGenerator) -> tuple[tuple[str, ...], ...]:
    """Return the layers that go with each of the `num_ws` vectors, so that each layer is in one row.

    A row has the convolution that its vector drives. A `torgb` belongs to the row of the convolution before it, whose
    resolution it has, unless it has a vector of its own; a constant belongs to the first row.
    """
    names = [name for name in layers_of(G) if name != MAPPING]
    own = [_driven(readers) for readers in G.synthesis.ws_layers]
    rows: list[list[str]] = [[] for _ in own]
    waiting: list[str] = []
    row = -1
    for name in names:
        if name in own:
            row = own.index(name)
            rows[row] += waiting
            waiting = []
        if name.endswith((".const", ".dense", ".skip")):
            waiting.append(name)
        else:
            rows[max(row, 0)].append(name)
    return tuple(tuple(row) for row in rows)


def misfit(first: StyleGenerator, other: StyleGenerator, called: str = "A") -> str:
    """Return why the layers of two networks cannot be blended, as a clause about `other`; empty where they can.

    Args:
        first: The network that a blend starts from.
        other: Another one.
        called: Name of the first network in the clause.
    """
    a, b = first.synthesis, other.synthesis
    if kind_of(first) != kind_of(other):
        return f"another kind: {kind_of(other)}, {called} is {kind_of(first)}"
    if a.w_dim != b.w_dim:
        return f"its w has {b.w_dim} numbers, that of {called} has {a.w_dim}"
    if len(a.layer_names) != len(b.layer_names):
        return f"{len(b.layer_names)} layers, {called} has {len(a.layer_names)}"
    mine, others = layers_of(first), layers_of(other)
    states = first.state_dict(), other.state_dict()
    for name, tensors in mine.items():
        if name != MAPPING and (
            others.get(name) != tensors or any(states[0][one].shape != states[1][one].shape for one in tensors)
        ):
            return f"other channels from {_place(a, name)} on"
    if problem := _unlike(a, b):
        return problem
    return ""


def mapping_misfit(first: StyleGenerator, other: StyleGenerator, called: str = "A") -> str:
    """Return why the mapping networks of two networks cannot be blended, as `misfit` does."""
    a, b = first.mapping, other.mapping
    for what, mine, others in (("z", a.z_dim, b.z_dim), ("w", a.w_dim, b.w_dim)):
        if mine != others:
            return f"its {what} has {others} numbers, that of {called} has {mine}"
    if a.c_dim != b.c_dim:
        return f"it has {b.c_dim or 'no'} classes, {called} has {a.c_dim or 'none'}"
    states = [{name: value.shape for name, value in one.state_dict().items()} for one in (a, b)]
    if type(a) is not type(b) or states[0] != states[1] or a.normalize != b.normalize:
        return f"another mapping network than that of {called}"
    return ""


def w_misfit(G: StyleGenerator, first: StyleGenerator, called: str = "A") -> str:
    """Return why a network cannot draw the w vectors of `first`, as a clause; empty where it can."""
    if G.w_dim != first.w_dim:
        return f"its w has {G.w_dim} numbers, that of {called} has {first.w_dim}"
    if G.num_ws != first.num_ws:
        return f"it takes {G.num_ws} w vectors, {called} has {first.num_ws}"
    return ""


def kind_of(G: StyleGenerator) -> str:
    """Return the name of a network's family, as "StyleGAN3-T"."""
    if isinstance(G.synthesis, StyleGAN3) and G.synthesis.family == "StyleGAN3":
        kernels = {layer.conv_kernel for layer in G.synthesis.design.layers if not layer.is_torgb}
        return "StyleGAN3-R" if kernels == {1} else "StyleGAN3-T"
    return G.synthesis.family


def kinship(first: StyleGenerator, other: StyleGenerator) -> float:
    """Return the correlation of the convolutions' weights of two networks that fit, -1..1.

    Networks that were trained from one another have a high one; below `UNRELATED` a blend shows nothing.
    """
    a, b = (dict(G.synthesis.named_parameters()) for G in (first, other))
    names = [name for name in a if name.endswith(".weight") and ".affine." not in name]
    if not names:
        return 1.0
    sums = torch.zeros(5, dtype=torch.float64)
    for name in names:
        x, y = a[name].detach().double().flatten().cpu(), b[name].detach().double().flatten().cpu()
        x, y = x - x.mean(), y - y.mean()
        sums[:3] += torch.stack([x @ y, x @ x, y @ y])
    return float(sums[0] / (sums[1] * sums[2]).sqrt().clamp_min(1e-30))


def blended(
    first: StyleGenerator,
    others: Sequence[StyleGenerator],
    layers: Mapping[str, Parts],
    made: Made = lambda layer, parts, make: make(),
) -> StyleGenerator:
    """Return a generator of blended layers.

    Args:
        first: The network whose layers it has where nothing else is said.
        others: The networks that `layers` name, on the same device.
        layers: Parts of each layer of `layers_of` that is not the first network's own.
        made: Caches the tensors of layers.

    Raises:
        MisfitError: another network does not fit, or there is no such layer or network.
    """
    known = layers_of(first)
    if unknown := [name for name in layers if name not in known]:
        raise MisfitError(f"There is no layer {unknown[0]!r}; choose from {', '.join(known)}.")
    _check_fit(first, others, layers)
    mapping = _acting(layers.get(MAPPING, ()))
    result = view_of(first)
    if mapping:
        result._modules["mapping"] = _mapping(first, others, mapping, made, known[MAPPING])
        if len(mapping) == 1 and mapping[0][1] == 1:
            result.z_dim, result.c_dim = others[mapping[0][0]].z_dim, others[mapping[0][0]].c_dim
    tensors: dict[str, Tensor] = {}
    for name, parts in layers.items():
        if name != MAPPING and (acting := _acting(parts)):
            tensors |= made(name, acting, _maker(first.synthesis, [G.synthesis for G in others], known[name], acting))
    if tensors:
        result._modules["synthesis"] = with_tensors(first.synthesis, tensors)
    return result


def mean_parts(first: StyleGenerator, layers: Mapping[str, Parts]) -> Parts:
    """Return the mean share of each network over all layers but the mapping network, as the mapping network's parts."""
    names = [name for name in layers_of(first) if name != MAPPING]
    totals: dict[int, float] = {}
    for name in names:
        for i, amount in layers.get(name, ()):
            totals[i] = totals.get(i, 0.0) + amount
    return tuple((i, total / len(names)) for i, total in sorted(totals.items()))


def with_tensors(module: nn.Module, tensors: Tensors) -> nn.Module:
    """Return a view of a module with other parameters and buffers, by their names; all else is shared."""
    view = view_of(module)
    below: dict[str, dict[str, Tensor]] = {}
    for name, value in tensors.items():
        head, _, rest = name.partition(".")
        if rest:
            below.setdefault(head, {})[rest] = value
        elif head in view._parameters:
            view._parameters[head] = nn.Parameter(value, requires_grad=False)
        else:
            view._buffers[head] = value
    for head, inner in below.items():
        child = view._modules[head]
        assert child is not None
        view._modules[head] = with_tensors(child, inner)
    return view


def _mapping(
    first: StyleGenerator, others: Sequence[StyleGenerator], parts: Parts, made: Made, names: Sequence[str]
) -> MappingNetwork:
    if len(parts) == 1 and parts[0][1] == 1:
        return others[parts[0][0]].mapping
    make = _maker(first.mapping, [G.mapping for G in others], names, parts)
    view = with_tensors(first.mapping, made(MAPPING, parts, make))
    assert isinstance(view, MappingNetwork)
    return view


def _maker(
    first: nn.Module, others: Sequence[nn.Module], names: Iterable[str], parts: Parts
) -> Callable[[], dict[str, Tensor]]:
    """Return the function that blends the tensors of one layer; their names are those of `layers_of`."""

    def make() -> dict[str, Tensor]:
        result: dict[str, Tensor] = {}
        for name in names:
            inner = name.partition(".")[2]
            result[inner] = mixed(_tensor(first, inner), [(_tensor(others[i], inner), a) for i, a in parts])
        return result

    return make


@torch.no_grad()
def mixed(first: Tensor, parts: Sequence[tuple[Tensor, float]]) -> Tensor:
    """Return the interpolated tensor: the one with a share of 1 itself, else a new one."""
    if len(parts) == 1:
        other, amount = parts[0]
        return other if amount == 1 else torch.lerp(first, other, amount)
    result = first * (1 - sum(amount for _, amount in parts))
    for other, amount in parts:
        result.add_(other, alpha=amount)
    return result


def _acting(parts: Parts) -> Parts:
    """Return the parts with a share; those of one network are added up."""
    totals: dict[int, float] = {}
    for i, amount in parts:
        totals[i] = totals.get(i, 0.0) + amount
    return tuple((i, amount) for i, amount in sorted(totals.items()) if amount != 0)


def _check_fit(first: StyleGenerator, others: Sequence[StyleGenerator], layers: Mapping[str, Parts]) -> None:
    for name, parts in layers.items():
        for i, amount in _acting(parts):
            if not 0 <= i < len(others):
                raise MisfitError(f"There is no network {i} among the {len(others)} others.")
            whole = name == MAPPING and len(_acting(parts)) == 1 and amount == 1
            if name != MAPPING:
                problem = misfit(first, others[i], "the first")
            elif whole:  # any mapping network to the same w will do
                mine, own = first.mapping.w_dim, others[i].mapping.w_dim
                problem = "" if mine == own else f"its w has {own} numbers, that of the first has {mine}"
                if not problem and first.num_ws != others[i].num_ws:
                    problem = f"it has {others[i].num_ws} vectors w, the first has {first.num_ws}"
            else:
                problem = mapping_misfit(first, others[i], "the first")
            if problem:
                raise MisfitError(f"The networks cannot be blended: {problem}.")


def _order(synthesis: StyleSynthesis) -> list[str]:
    """Return names of layers in the order in which they run; those that never run (yet) by their resolution."""
    if not isinstance(synthesis, BlockSynthesis):
        return list(synthesis.layer_names)
    names: list[str] = []
    for resolution in synthesis.block_resolutions:
        kinds = ("const", "dense", "skip", "input", "conv0", "conv1", "torgb")
        names += [f"b{resolution}.{kind}" for kind in kinds]
    return names


def _driven(readers: Sequence[str]) -> str:
    return next((name for name in readers if "conv" in name), readers[0])


def _place(synthesis: StyleSynthesis, layer: str) -> str:
    """Return a layer as a clause names it: the resolution of its block, as 32², or its name."""
    block = layer.partition(".")[0]
    return f"{block[1:]}²" if isinstance(synthesis, BlockSynthesis) else layer


def _unlike(a: nn.Module, b: nn.Module) -> str:
    """Return what else differs between networks of the same shapes; empty where nothing matters."""
    modules = dict(b.named_modules())
    for name, module in a.named_modules():
        other = modules.get(name)
        for attribute in _MUST_AGREE:
            if getattr(module, attribute, None) != getattr(other, attribute, None):
                return f"another {attribute.replace('_', ' ')} in {name or 'its layers'}"
        for key, value in module.named_buffers(recurse=False):
            if key in FILTERS[:3] and not torch.equal(value, dict(other.named_buffers())[key]):  # type: ignore[union-attr]
                return f"other filters in {name}"
    return ""


def _tensor(module: nn.Module, name: str) -> Tensor:
    *path, last = name.split(".")
    for part in path:
        module = getattr(module, part)
    found: Tensor = getattr(module, last)
    return found.detach()
