"""Blends of networks: what they take from whom, bit for bit, and what does not fit."""

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from gan.edits import averages
from gan.edits.blend import (
    MAPPING,
    MisfitError,
    blended,
    kind_of,
    kinship,
    layers_of,
    mapping_misfit,
    misfit,
    rows_of,
)
from gan.edits.blend_amounts import hard_cut, mean_amount, ramp, uniform
from gan.io.fingerprint import fingerprint
from gan.networks import build
from tests.unit.renderer import tiny

KINDS = ("sg1", "growing", "bare", "sg2", "cond", "tall", "rgba", "sg3")


def pair(kind):
    """Two networks of one architecture, in which every number differs but those that are fixed."""
    first = tiny.network(kind)
    architecture = tiny.ARCHITECTURES[kind]
    with torch.random.fork_rng(), torch.no_grad():
        torch.manual_seed(7)
        second = build(architecture.class_name, **architecture.arguments).eval().requires_grad_(False)
        for names in layers_of(second).values():
            for name in names:
                second.state_dict()[name].add_(torch.rand(second.state_dict()[name].shape) + 0.1)
    return first, second


@pytest.mark.parametrize("kind", KINDS)
def test_layers_hold_every_number_once(kind):
    G = tiny.network(kind)
    names = [name for tensors in layers_of(G).values() for name in tensors]
    assert len(names) == len(set(names))
    rest = set(G.state_dict()) - set(names)
    assert all(name.endswith(("_filter", "input.transform")) for name in rest)
    assert next(iter(layers_of(G))) == MAPPING or kind == "bare"
    rows = rows_of(G)
    assert len(rows) == G.num_ws
    assert [name for row in rows for name in row] == [name for name in layers_of(G) if name != MAPPING]


@pytest.mark.parametrize("kind", KINDS)
def test_shares_of_0_and_1_are_the_networks_to_the_last_bit(kind):
    first, second = pair(kind)
    assert misfit(first, second) == ""
    before = fingerprint(first), fingerprint(second)
    for amount, whole in ((0.0, before[0]), (1.0, before[1])):
        parts = {name: ((0, amount),) for name in uniform(first, amount) if name in layers_of(first)}
        assert fingerprint(blended(first, [second], parts)) == whole
    half = blended(first, [second], dict.fromkeys(layers_of(first), ((0, 0.5),)))
    assert fingerprint(half) not in before
    assert (fingerprint(first), fingerprint(second)) == before


@settings(max_examples=30, deadline=None)
@given(
    st.sampled_from(["sg2", "sg3"]),
    st.lists(st.tuples(st.integers(0, 1), st.floats(0, 1)), max_size=3),
    st.integers(0, 20),
)
def test_a_layer_is_the_weighted_sum_and_others_are_shared(kind, parts, place):
    first, second = pair(kind)
    third = tiny.network(kind)
    with torch.no_grad():
        for p in third.parameters():
            p.mul_(2).add_(0.3)
    names = list(layers_of(first))
    chosen = names[place % len(names)]
    G = blended(first, [second, third], {chosen: tuple(parts)})
    one, states = first.state_dict(), [second.state_dict(), third.state_dict()]
    for name, tensors in layers_of(first).items():
        for key in tensors:
            found = G.state_dict()[key]
            if name != chosen:
                assert found.data_ptr() == one[key].data_ptr()
                continue
            wanted = one[key].double() * (1 - sum(amount for _, amount in parts))
            for i, amount in parts:
                wanted = wanted + amount * states[i][key].double()
            torch.testing.assert_close(found.double(), wanted, rtol=1e-4, atol=1e-4)


def test_a_blend_runs_and_depends_on_both():
    first, second = pair("sg3")
    ws = torch.randn(1, first.num_ws, first.w_dim, generator=torch.Generator().manual_seed(0))
    pictures = [
        blended(
            first, [second], {"L2_36_8" if "L2_36_8" in layers_of(first) else list(layers_of(first))[4]: ((0, a),)}
        ).synthesis(ws)
        for a in (0.0, 0.3, 1.0)
    ]
    assert torch.equal(pictures[0], first.synthesis(ws))
    assert not torch.equal(pictures[0], pictures[1])
    assert not torch.equal(pictures[1], pictures[2])


MISFITS = [
    ("sg2", "sg3", "another kind: StyleGAN3-R, A is StyleGAN2"),
    ("sg2", {"w_dim": 24}, "its w has 24 numbers, that of A has 16"),
    ("sg2", {"img_resolution": 64}, "14 layers, A has 11"),
    ("sg2", {"channel_base": 128}, "other channels from 32² on"),
    ("sg2", {"img_channels": 4}, "other channels from 4² on"),
    ("sg2", {"architecture": "resnet"}, ""),
    ("sg2", {"resample_filter": [1, 2, 1]}, "other filters in b4"),
    ("sg2", {"activation": "linear"}, "another activation in b4.conv1"),
    ("sg3", {"channel_max": 4}, "other channels from input on"),
    ("sg3", {"num_layers": 7}, "9 layers, A has 8"),
]


@pytest.mark.parametrize(("kind", "change", "reason"), MISFITS)
def test_what_does_not_fit_is_named(kind, change, reason):
    first = tiny.network(kind)
    if isinstance(change, str):
        other = tiny.network(change)
    else:
        architecture = tiny.ARCHITECTURES[kind]
        other = build(architecture.class_name, **{**architecture.arguments, **change}).eval()
    found = misfit(first, other)
    assert found
    assert found == reason or not reason
    with pytest.raises(MisfitError, match="cannot be blended: "):
        blended(first, [other], {rows_of(first)[-1][0]: ((0, 0.5),)})


def test_mapping_of_another_shape_fits_as_a_whole_only():
    first, other = tiny.network("sg2"), tiny.network("cond")
    assert misfit(first, other) == ""
    assert mapping_misfit(first, other) == "it has 3 classes, A has none"
    with pytest.raises(MisfitError, match="it has 3 classes, the first has none"):
        blended(first, [other], {MAPPING: ((0, 0.5),)})
    G = blended(first, [other], {MAPPING: ((0, 1.0),)})
    assert (G.c_dim, G.mapping) == (3, other.mapping)
    assert G.synthesis is first.synthesis
    with torch.no_grad():
        assert G(torch.zeros(1, 16), torch.eye(3)[:1]).shape == (1, 3, 32, 32)


def test_networks_that_grew_from_one_another_are_told_from_strangers():
    first, stranger = pair("sg2")
    assert kinship(first, first) == pytest.approx(1)
    assert abs(kinship(first, stranger)) < 0.2


def test_unknown_layers_and_networks():
    G = tiny.network("sg2")
    with pytest.raises(MisfitError, match="no layer 'b128"):
        blended(G, [G], {"b128.conv0": ((0, 1.0),)})
    with pytest.raises(MisfitError, match="no network 1"):
        blended(G, [G], {"b4.conv1": ((1, 1.0),)})


def test_kinds():
    assert [kind_of(tiny.network(kind)) for kind in ("sg1", "sg2", "sg3")] == ["StyleGAN1", "StyleGAN2", "StyleGAN3-R"]


# -- amounts --


def test_cuts_and_ramps_by_the_name_of_a_layer():
    G = tiny.network("sg3")
    names = [name for name in layers_of(G) if name != MAPPING]
    cut = hard_cut(G, "L2")
    assert [name for name, amount in cut.items() if amount] == names[4:]
    amounts = list(ramp(G, "L2", 2.0).values())
    assert amounts == sorted(amounts)
    assert amounts[3] == 0.5
    assert hard_cut(tiny.network("sg2"), "b8.conv0")["b8.conv1"] == 1.0


@pytest.mark.parametrize("around", ["7", "b64.conv0", "L99", "16:2"])
def test_places_that_are_not_there(around):
    G = tiny.network("sg2")
    with pytest.raises(ValueError, match="choose from"):
        ramp(G, around)
    with pytest.raises(ValueError, match="choose from"):
        hard_cut(G, around)


def test_the_width_of_a_ramp():
    with pytest.raises(ValueError, match="above 0, not 0"):
        ramp(tiny.network("sg2"), "16", 0.0)


@given(st.floats(1e-3, 1e3), st.sampled_from(["4", "8:1", "32"]))
def test_a_ramp_rises_and_meets_a_half(width, around):
    G = tiny.network("sg2")
    amounts = {name: y for name, y in ramp(G, around, width).items() if name != "b4.conv1"}
    assert list(amounts.values()) == sorted(amounts.values())
    assert 0.5 in amounts.values() or around == "8:1"
    assert 0 <= mean_amount(G, amounts) <= 1


# -- averages --


def test_an_average_is_that_of_the_training():
    from gan.training.average import decay, move_average

    first, second = pair("sg2")
    steps = [first, second, tiny.network("sg2")]
    with torch.no_grad():
        for p in steps[2].parameters():
            p.add_(1)
    kimg, half_life = [10.0, 14.0, 15.0], 3.0
    shares = averages.weights_of(kimg, half_life)
    assert sum(shares) == pytest.approx(1)
    found = averages.average(zip(kimg, steps, strict=True), shares)
    wanted = tiny.network("sg2")
    for p, q in zip(wanted.parameters(), first.parameters(), strict=True):
        p.copy_(q)
    for G, since in ((second, 4), (steps[2], 1)):
        move_average(wanted, G, decay(since * 1000, half_life, None, 0))
    for (name, p), q in zip(found.named_parameters(), wanted.parameters(), strict=True):
        torch.testing.assert_close(p, q, rtol=1e-5, atol=1e-6, msg=name)


@given(st.lists(st.floats(0.001, 1e5), min_size=1, max_size=20, unique=True), st.floats(0, 1e5))
def test_shares_of_snapshots_add_up_to_one(kimg, half_life):
    shares = averages.weights_of(sorted(kimg), half_life)
    assert sum(shares) == pytest.approx(1)
    assert min(shares) >= 0
    if half_life == 0:
        assert shares[-1] == 1


def test_a_half_life_of_0_is_the_last_snapshot():
    first, second = pair("sg2")
    found = averages.average([(1.0, first), (2.0, second)], averages.weights_of([1, 2], 0))
    assert fingerprint(found) == fingerprint(second)


def test_snapshots_of_another_architecture():
    with pytest.raises(MisfitError, match="The snapshot of 2 kimg does not fit: another kind"):
        averages.average([(1.0, tiny.network("sg2")), (2.0, tiny.network("sg3"))], [0.5, 0.5])
    with pytest.raises(ValueError, match="in the order"):
        averages.weights_of([2.0, 1.0], 1)
