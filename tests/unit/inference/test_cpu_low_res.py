"""Plans of low-resolution images."""

import gc
import weakref

import pytest
import torch

from gan.inference import cpu
from gan.inference.cpu import precision
from gan.inference.low_res import at_resolution, shares
from gan.networks.steps import follow
from tests.unit.inference.comparing import assert_same, latents, plan_of, seen, stylegan3
from tests.unit.networks import tiny


@torch.no_grad()
def test_a_plan_draws_images_of_lower_resolutions():
    G = tiny.generator()
    ws = latents(G)
    for side in shares(G.synthesis):
        cpu.cool_down(G.synthesis)
        expected = at_resolution(G.synthesis, side)(ws)
        assert cpu.warm_up(G.synthesis)
        assert_same([("picture", at_resolution(G.synthesis, side)(ws))], [("picture", expected)])


@pytest.mark.parametrize("options", [{}, {"conv_kernel": 1, "use_radial_filters": True}], ids=["T", "R"])
@torch.no_grad()
def test_drafts_of_stylegan3_have_plans_of_their_own(options):
    G = stylegan3(img_resolution=64, channel_base=800, **options)
    ws, turn = latents(G), [[0.8, -0.6, 0.1], [0.6, 0.8, -0.2], [0, 0, 1]]
    drafts = {side: at_resolution(G.synthesis, side) for side in shares(G.synthesis)}
    expected = [seen(G, ws, resolution=side, input_transform=turn) for side in drafts]
    cpu.warm_up_low_res(G.synthesis)
    assert all(cpu.plan_for(draft, ws) is None for draft in drafts.values()), "not before the network's own"
    assert cpu.warm_up(G.synthesis)
    assert all(cpu.plan_for(draft, ws) is None for draft in drafts.values())
    cpu.warm_up_low_res(G.synthesis)
    whole = plan_of(G, ws)
    for (side, draft), layers in zip(drafts.items(), expected, strict=True):
        plan = cpu.plan_for(draft, ws)
        assert_same(seen(G, ws, resolution=side, input_transform=turn), layers)
        for module, own, shared in zip(draft.design.layers, plan._layers, whole._layers, strict=True):
            resampled = getattr(draft, module.name).resampled is not None
            assert (own.weight is shared.weight) == (not resampled), "what is the same is there once"
        alone = type(plan)(draft)
        assert_same([("picture", follow(alone.steps(ws, torch.tensor(turn))))], layers[-1:])


@torch.no_grad()
def test_the_lowest_plan_can_be_made_first_and_is_kept(monkeypatch):
    monkeypatch.setattr(precision, "has_fast", lambda: True)
    G = stylegan3(img_resolution=64, channel_base=800)
    lowest, higher = (at_resolution(G.synthesis, side) for side in shares(G.synthesis))
    made = []
    cpu.warm_up(G.synthesis)
    cpu.warm_up_low_res(G.synthesis, made=made.append, least=lowest.img_resolution)
    first = cpu.plans.entries[lowest]
    assert (made, first.fast, higher in cpu.plans.entries) == ([lowest.img_resolution], None, False)
    plan = first.plan
    cpu.warm_up_fast(G.synthesis)
    cpu.warm_up_low_res(G.synthesis, made=made.append)
    assert made == [lowest.img_resolution, lowest.img_resolution, higher.img_resolution]
    assert cpu.plans.entries[lowest].plan is plan
    assert all(cpu.has_fast_plan(network) for network in (lowest, higher))


@torch.no_grad()
def test_a_draft_and_its_plan_end_with_their_network():
    G = stylegan3()
    cpu.warm_up(G.synthesis)
    cpu.warm_up_low_res(G.synthesis)
    draft = at_resolution(G.synthesis, 16)
    left = [weakref.ref(draft), weakref.ref(cpu.plans.entries[draft].plan)]
    del G, draft
    gc.collect()
    assert [one() for one in left] == [None, None]
