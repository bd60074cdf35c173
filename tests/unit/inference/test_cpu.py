"""Plans against the reference synthesis: every layer's output and the image."""

import gc
import weakref

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from gan.inference import cpu
from gan.inference.cpu import families
from gan.inference.cpu import stylegan2 as plans
from tests.soak import times
from tests.unit.inference.comparing import (
    assert_same,
    is_close,
    latents,
    plan_of,
    reference,
    seen,
    stylegan3,
    with_biases,
)
from tests.unit.networks import tiny


@settings(max_examples=times(25), deadline=None)
@given(
    resolution=st.sampled_from([4, 8, 16, 32]),
    channels=st.integers(1, 40),
    colours=st.integers(1, 3),
    taps=st.sampled_from([(1, 3, 3, 1), (1, 2, 1), (1, 1), (1, 2, 0, 3), (1,)]),
    clamp=st.sampled_from([None, 0.7, 256.0]),
    activation=st.sampled_from(["lrelu", "linear"]),
    architecture=st.sampled_from(["skip", "orig", "resnet"]),
    use_noise=st.booleans(),
    w_dim=st.integers(1, 20),
)
@torch.no_grad()
def test_every_layer_of_stylegan2(
    resolution, channels, colours, taps, clamp, activation, architecture, use_noise, w_dim
):
    G = with_biases(
        tiny.generator(
            img_resolution=resolution,
            img_channels=colours,
            channel_base=resolution * channels,
            channel_max=48,
            resample_filter=taps,
            conv_clamp=clamp,
            activation=activation,
            architecture=architecture,
            use_noise=use_noise,
            w_dim=w_dim,
        )
    )
    ws = latents(G)
    expected = seen(G, ws)
    before = tiny.snapshot(G)
    assert cpu.warm_up(G.synthesis)
    actual = seen(G, ws)
    assert_same(actual, expected)
    tiny.assert_unchanged(G, before)


@pytest.mark.parametrize(
    "options",
    [
        {},
        {"conv_kernel": 1, "use_radial_filters": True},
        {"conv_clamp": None, "img_channels": 1, "output_scale": 1},
        {"conv_clamp": 0.5, "channel_max": 16, "img_channels": 5},
    ],
    ids=["T", "R", "no clamp", "clamped"],
)
@torch.no_grad()
def test_every_layer_of_stylegan3(options):
    G = stylegan3(**options)
    ws = latents(G)
    turn = [[0.8, -0.6, 0.1], [0.6, 0.8, -0.2], [0, 0, 1]]
    expected, turned = seen(G, ws), seen(G, ws, input_transform=turn)
    before = tiny.snapshot(G)
    assert cpu.warm_up(G.synthesis)
    assert plan_of(G, ws) is not None
    assert_same(seen(G, ws), expected)
    assert_same(seen(G, ws, input_transform=turn), turned)
    tiny.assert_unchanged(G, before)


@torch.no_grad()
def test_stylegan3_follows_its_magnitudes_and_its_transform():
    G = stylegan3()
    ws = latents(G)
    assert cpu.warm_up(G.synthesis)
    before = G.synthesis(ws)
    G.synthesis.input.transform[0, 2] = 0.25
    G.synthesis(ws, update_emas=True)
    after = G.synthesis(ws)
    assert not torch.equal(after, before)
    assert is_close(after, reference(G, ws))


@torch.no_grad()
def test_progress_is_told_of_what_is_not_in_memory():
    G = stylegan3()
    assert cpu.warm_up(G.synthesis)
    told = []
    assert cpu.warm_up(G.synthesis, lambda done, total: told.append((done, total)))
    assert told == []


class FakeKernel:
    """Found in memory, on disk, compiled, or, where `how` is an error, none of these."""

    def __init__(self, how: str | Exception):
        self.how, self.ready = how, how == "in memory"

    def prepare(self, compiling):
        if self.how != "on disk":
            compiling()
        if isinstance(self.how, Exception):
            raise self.how


def with_kernels(monkeypatch, *hows):
    """A network that needs these."""
    made = [FakeKernel(how) for how in hows]
    family = families.Family(lambda network, precision: made, lambda network: object(), lambda network, whole: object())
    monkeypatch.setattr(families, "family_of", lambda synthesis: family)
    return tiny.generator().synthesis


@pytest.mark.parametrize(
    ("kernels", "expected"),
    [
        (("in memory", "on disk", "on disk"), []),
        (("compiled", "on disk", "compiled"), [(0, 3), (1, 3), (2, 3), (3, 3)]),
        (("in memory", "on disk", "compiled"), [(1, 2), (2, 2)]),
    ],
    ids=["all there", "mostly new", "the last one new"],
)
def test_progress_is_told_from_the_first_kernel_on_that_must_be_compiled(monkeypatch, kernels, expected):
    told = []
    assert cpu.warm_up(with_kernels(monkeypatch, *kernels), lambda *progress: told.append(progress))
    assert told == expected


@pytest.mark.parametrize(
    ("error", "words"),
    [
        (OSError(28, "No space left on device"), "No space left on device"),
        (PermissionError(13, "Permission denied", "/cache/lock"), "Permission denied: /cache/lock"),
        (RuntimeError("cannot be compiled\nand this is why"), "cannot be compiled"),
        (RuntimeError(), "RuntimeError"),
    ],
)
def test_a_kernel_that_cannot_be_made_is_told_in_few_words_and_leaves_no_plan(monkeypatch, error, words):
    synthesis = with_kernels(monkeypatch, "compiled", error)
    with pytest.raises(cpu.CompilingError) as raised:
        cpu.warm_up(synthesis)
    assert str(raised.value) == words
    assert synthesis not in cpu.plans.entries


@torch.no_grad()
def test_products_computed_some_rows_at_a_time(fast, monkeypatch):
    ws = latents(fast)
    expected = reference(fast, ws)
    monkeypatch.setattr(plans, "PRODUCTS_BYTES", 1)
    assert cpu.warm_up(fast.synthesis)
    assert is_close(fast.synthesis(ws), expected)


@pytest.mark.parametrize(
    "arguments",
    [
        {"noise_mode": "none"},
        {"noise": {"b8.conv0": (True, 2.0, 7), "b16.conv1": (False, 1.0, None), "b32.conv1": (True, -0.5, None)}},
        {"capture": "b16.conv0"},
        {"capture": "b32.torgb"},
        {"force_fp32": True},
    ],
    ids=str,
)
@torch.no_grad()
def test_the_arguments_of_synthesis(fast, arguments):
    ws = latents(fast)
    assert is_close(fast.synthesis(ws, **arguments), reference(fast, ws, **arguments))


@torch.no_grad()
def test_random_noise_is_drawn_as_the_network_draws_it(fast):
    ws = latents(fast)
    first, second = (torch.Generator().manual_seed(5) for _ in range(2))
    actual = fast.synthesis(ws, noise_mode="random", generator=first)
    assert is_close(actual, reference(fast, ws, noise_mode="random", generator=second))


@torch.no_grad()
def test_outputs_stay_as_they_were_when_more_is_drawn(fast):
    layers = seen(fast, latents(fast, 1))
    kept = [(name, x.clone()) for name, x in layers]
    fast.synthesis(latents(fast, 2))
    assert all(torch.equal(a, b) for (_, a), (_, b) in zip(layers, kept, strict=True))


@torch.no_grad()
def test_changes_of_the_network_are_seen(fast):
    ws = latents(fast)
    before = fast.synthesis(ws)
    fast.synthesis.b16.conv1.weight.mul_(1.5)
    fast.synthesis.b16.conv1.bias.add_(1)
    changed = fast.synthesis(ws)
    assert not torch.equal(changed, before)
    assert is_close(changed, reference(fast, ws))
    fast.synthesis.b8.conv0.noise_const = torch.zeros(8, 8)
    assert is_close(fast.synthesis(ws), reference(fast, ws))


@torch.no_grad()
def test_a_value_that_is_not_a_number_reaches_the_picture(fast):
    ws = latents(fast)
    fast.synthesis.b16.conv1.bias[0] = float("nan")
    assert fast.synthesis(ws).isnan().any()


@torch.no_grad()
def test_what_a_watcher_raises_ends_the_call_and_the_next_one_works(fast):
    ws = latents(fast)
    expected = fast.synthesis(ws)

    def stop(name, x):
        if name == "b16.conv0":
            raise KeyError(name)

    with pytest.raises(KeyError, match=r"b16\.conv0"):
        fast.synthesis(ws, on_layer=stop)
    assert torch.equal(fast.synthesis(ws), expected)


def test_gradients_take_the_reference_path(fast):
    ws = latents(fast)
    assert plan_of(fast, ws) is None
    with torch.no_grad():
        assert plan_of(fast, ws) is not None
    ws.requires_grad_()
    fast.synthesis(ws).sum().backward()
    assert ws.grad is not None


@torch.no_grad()
def test_without_warming_up_there_is_no_plan():
    G = tiny.generator()
    assert plan_of(G, latents(G)) is None


@pytest.mark.parametrize(
    "options",
    [
        {"activation": "swish"},
        {"resample_filter": (1, 4, 6, 4, 1)},
        {"resample_filter": [[1, 0], [0, 1]]},
    ],
    ids=str,
)
@torch.no_grad()
def test_what_no_kernel_covers_is_left_alone(options):
    G = tiny.generator(**options)
    assert not cpu.warm_up(G.synthesis)
    assert plan_of(G, latents(G)) is None


@pytest.mark.parametrize(
    "options",
    [{"init_res": [5, 3]}, {"init_res": [3, 8]}, {"init_res": [1, 1]}, *({"img_channels": n} for n in (1, 2, 4, 7))],
    ids=str,
)
@torch.no_grad()
def test_rectangles_and_any_number_of_channels(options):
    G = tiny.generator(**options)
    ws = latents(G)
    expected = G.synthesis(ws)
    assert cpu.warm_up(G.synthesis)
    assert plan_of(G, ws) is not None
    torch.testing.assert_close(G.synthesis(ws), expected, rtol=0, atol=1e-4)


@torch.no_grad()
def test_a_network_of_another_type_is_left_alone(fast):
    assert not cpu.warm_up(tiny.generator().double().synthesis)
    fast.double()
    assert plan_of(fast, latents(fast)) is None


def test_a_plan_ends_with_its_network():
    G = tiny.generator()
    cpu.warm_up(G.synthesis)
    plan = weakref.ref(cpu.plans.entries[G.synthesis].plan)
    del G
    gc.collect()
    assert plan() is None


def test_whoever_draws_much_goes_on_where_kernels_cannot_be_made(monkeypatch, caplog):
    G = tiny.generator()
    monkeypatch.setenv("STYLESCOPE_KERNELS", "on")

    def fails(*arguments, **options):
        raise cpu.CompilingError("No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr(cpu.warming, "warm_up", fails)
        assert not cpu.make_ready(G.synthesis)
    assert "No space left on device" in caplog.text
    assert cpu.make_ready(G.synthesis)
    monkeypatch.setenv("STYLESCOPE_KERNELS", "off")
    assert not cpu.make_ready(tiny.generator().synthesis)
