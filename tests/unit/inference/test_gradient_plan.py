"""Plans through which gradients flow, against the reference layers."""

import copy

import pytest
import torch

import gan
from gan.images import styles
from gan.inference import cpu
from gan.networks.synthesis import first_derivatives
from gan.ops.cpu import dispatch
from tests.unit.renderer import tiny

KINDS = ("sg2", "cond", "tall", "rgba", "six", "grey")


@pytest.fixture(autouse=True)
def kernels():
    if not dispatch.enable():
        pytest.skip("no kernels on this computer")


def noise_of(G):
    drawn = torch.Generator().manual_seed(3)
    return {
        name: torch.randn(G.synthesis.get_submodule(name).noise_const.shape, generator=drawn).requires_grad_()
        for name in G.synthesis.noise_layers
    }


def results(G, planned, *, offsets=(), capture=None, precision="exact", **options):
    """Return image, gradients of ws, of each noise image and of each offset, and how the call was rendered."""
    ws = styles(G, [5], label=0 if G.c_dim else None).clone().requires_grad_()
    noise = noise_of(G)
    drawn = torch.Generator().manual_seed(4)
    moved = {name: torch.randn(G.synthesis.style_channels[name], generator=drawn) * 0.1 for name in offsets}
    moved = {name: value.requires_grad_() for name, value in moved.items()}
    with torch.enable_grad(), gan.rendered_by() as ways:
        call = {"noise": noise, "style_offsets": moved, "capture": capture, **options}
        if planned:
            with first_derivatives(), cpu.rendering(precision):
                image = G.synthesis(ws, **call)
        else:
            image = G.synthesis(ws, **call)
        weights = torch.randn(image.shape, generator=torch.Generator().manual_seed(6))
        (image * weights).sum().backward()
    # Layers beyond a captured one have no gradient.
    found = [one.grad for one in (ws, *noise.values(), *moved.values()) if one.grad is not None]
    return image.detach(), found, ways


def near(a, b, share):
    assert a.shape == b.shape
    assert float((a - b).norm()) <= share * float(b.norm()) + 1e-6


@pytest.mark.parametrize("kind", KINDS)
def test_images_and_gradients_are_those_of_the_reference(kind):
    G = tiny.network(kind)
    offsets = [name for name in G.synthesis.layer_names if name.endswith(("conv1", "torgb"))][-2:]
    image, gradients, ways = results(G, True, offsets=offsets)
    assert ways == ["gradient plan"]
    expected, wanted, ways = results(G, False, offsets=offsets)
    assert ways == ["reference"]
    near(image, expected, 1e-5)
    assert len(gradients) == len(wanted) == 1 + len(G.synthesis.noise_layers) + 2
    for one, other in zip(gradients, wanted, strict=True):
        near(one, other, 1e-4)


def test_layers_are_observed_and_captured_with_gradients():
    G, seen = tiny.network("sg2"), []
    layer = G.synthesis.layer_names[-3]
    options = {"on_layer": lambda name, x: seen.append((name, tuple(x.shape)))}
    image, gradients, _ = results(G, True, capture=layer, **options)
    first, seen[:] = list(seen), []
    expected, wanted, _ = results(G, False, capture=layer, **options)
    assert first == seen
    near(image, expected, 1e-5)
    for one, other in zip(gradients, wanted, strict=False):
        near(one, other, 1e-4)


def test_clamped_values_have_no_gradient():
    G = copy.deepcopy(tiny.network("sg2"))
    for block in G.synthesis.blocks():
        for name in block.layer_names:
            getattr(block, name.partition(".")[2]).conv_clamp = 0.3
    image, gradients, ways = results(G, True)
    expected, wanted, _ = results(G, False)
    assert ways == ["gradient plan"]
    near(image, expected, 1e-5)
    for one, other in zip(gradients, wanted, strict=True):
        near(one, other, 1e-3)


@pytest.mark.skipif(not cpu.has_fast(), reason="this CPU multiplies no bfloat16 numbers")
def test_gradients_in_bfloat16_hardly_differ():
    G = tiny.network("sg2")
    image, gradients, ways = results(G, True, precision="fast")
    assert ways == ["fast gradient plan"]
    expected, wanted, _ = results(G, False)
    near(image, expected, 0.03)
    for one, other in zip(gradients, wanted, strict=True):
        near(one, other, 0.1)


def test_results_do_not_depend_on_the_threads():
    G = tiny.network("sg2")
    before = torch.get_num_threads()
    found = []
    try:
        for count in (1, 2, 2):
            torch.set_num_threads(count)
            found.append(results(G, True)[1])
    finally:
        torch.set_num_threads(before)
    for again in found[1:]:
        for one, other in zip(again, found[0], strict=True):
            near(one, other, 1e-5)
    for one, other in zip(found[1], found[2], strict=True):
        assert (one == other).all()


def test_changed_weights_are_seen():
    G = copy.deepcopy(tiny.network("sg2"))
    before = results(G, True)[0]
    with torch.no_grad():
        G.synthesis.blocks()[-1].conv1.weight *= -1
    after, _, ways = results(G, True)
    assert ways == ["gradient plan"]
    near(after, results(G, False)[0], 1e-5)
    assert not torch.allclose(before, after)


def test_other_calls_are_the_references():
    G = copy.deepcopy(tiny.network("sg2"))
    ws = styles(G, [5, 6]).requires_grad_()
    with torch.enable_grad(), gan.rendered_by() as ways:
        G.synthesis(ws[:1])  # derivatives of any order
        with first_derivatives():
            G.synthesis(ws)
            dispatch.disable()
            G.synthesis(ws[:1])
            dispatch.enable()
            G.requires_grad_(True)
            G.synthesis(ws[:1])
    assert ways == ["reference"] * 4
