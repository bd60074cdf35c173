"""Plans that render several images in one call."""

import pytest
import torch

from gan.inference import cpu
from gan.inference.cpu import stylegan2 as plans
from gan.inference.low_res import at_resolution
from tests.unit.inference.comparing import is_close, latents, plan_of, reference, seen, stylegan3


def planned(monkeypatch):
    """Batch sizes that the plans rendered; batches of the smallest networks are theirs too."""
    monkeypatch.setattr(plans, "MANY", 0)
    asked = []
    pictures = cpu.plans.images
    monkeypatch.setattr(cpu.plans, "images", lambda count, *rest: asked.append(count) or pictures(count, *rest))
    return asked


@pytest.mark.parametrize(
    "arguments",
    [
        {},
        {"noise_mode": "none"},
        {"noise": {"b8.conv0": (True, 2.0, 7), "b16.conv1": (False, 1.0, None)}},
        {"capture": "b16.conv0"},
        {"capture": "b32.torgb"},
    ],
    ids=str,
)
@torch.no_grad()
def test_batches_of_stylegan2(fast, monkeypatch, arguments):
    ws = latents(fast, count=3)
    expected = reference(fast, ws, **arguments)
    asked = planned(monkeypatch)
    assert is_close(fast.synthesis(ws, **arguments), expected)
    assert asked == [3]


@torch.no_grad()
def test_batches_of_low_resolution(fast, monkeypatch):
    ws = latents(fast, count=3)
    small = at_resolution(fast.synthesis, 16)
    expected = small(ws)
    cpu.warm_up_low_res(fast.synthesis)
    asked = planned(monkeypatch)
    assert is_close(small(ws), expected)
    assert asked == [3]


@torch.no_grad()
def test_random_noise_of_a_batch_is_drawn_as_the_network_draws_it(fast, monkeypatch):
    ws = latents(fast).expand(3, -1, -1)
    first, second = (torch.Generator().manual_seed(5) for _ in range(2))
    expected = reference(fast, ws, noise_mode="random", generator=second)
    asked = planned(monkeypatch)
    actual = fast.synthesis(ws, noise_mode="random", generator=first)
    assert is_close(actual, expected)
    assert asked == [3]
    assert not torch.equal(actual[0], actual[1])
    assert torch.equal(first.get_state(), second.get_state())


@pytest.mark.parametrize("options", [{}, {"conv_kernel": 1, "use_radial_filters": True}], ids=["T", "R"])
@torch.no_grad()
def test_batches_of_stylegan3(monkeypatch, options):
    G = stylegan3(**options)
    ws = latents(G, count=3)
    turns = torch.tensor([[[0.8, -0.6, 0.1 * i], [0.6, 0.8, -0.2], [0, 0, 1]] for i in range(3)])
    name = G.synthesis.layer_names[3]
    calls = [{}, {"input_transform": turns[0]}, {"input_transform": turns}, {"capture": name}]
    expected = [G.synthesis(ws, **arguments) for arguments in calls]
    assert cpu.warm_up(G.synthesis)
    asked = planned(monkeypatch)
    assert all(is_close(G.synthesis(ws, **a), b) for a, b in zip(calls, expected, strict=True))
    assert asked == [3] * len(calls)


@torch.no_grad()
def test_a_picture_of_a_batch_is_that_picture_alone(fast):
    ws = latents(fast, count=2)
    assert torch.equal(fast.synthesis(ws)[1:], fast.synthesis(ws[1:]))


@torch.no_grad()
def test_batches_that_the_reference_layers_render(fast, monkeypatch):
    ws = latents(fast, count=5)
    assert plan_of(fast, ws[:4]) is not None
    assert plan_of(fast, ws) is None  # a tiny network
    assert plan_of(fast, ws[:0]) is None
    monkeypatch.setattr(plans, "MANY", 0)
    assert plan_of(fast, ws) is not None
    assert cpu.plan_for(fast.synthesis, ws, watched=True) is None
    layers = seen(fast, ws)
    assert all(len(x) == 5 for _, x in layers)
