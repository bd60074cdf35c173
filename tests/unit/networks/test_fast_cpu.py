"""Plans against the networks' own way: every layer's output and the picture."""

import gc
import weakref

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from gan.networks import build, fast_cpu
from gan.networks.fast_cpu import families
from gan.networks.fast_cpu import stylegan2 as plans
from gan.networks.steps import follow
from gan.networks.stylegan3_drafts import draft_of
from tests.unit.networks import tiny

TOLERANCE = 1e-5  # of the largest value


def latents(G, seed=3, count=1):
    return torch.randn(count, G.num_ws, G.synthesis.w_dim, generator=torch.Generator().manual_seed(seed))


def seen(G, ws, **arguments):
    """Every layer's output and the picture, as (name, [1, C, H, W]); they must not change later."""
    layers = []
    picture = G.synthesis(ws, on_layer=lambda name, x: layers.append((name, x)), **arguments)
    return [*layers, ("picture", picture)]


def assert_same(actual, expected):
    assert [name for name, _ in actual] == [name for name, _ in expected]
    for (name, a), (_, b) in zip(actual, expected, strict=True):
        assert (a.shape, a.dtype) == (b.shape, b.dtype), name
        assert (a - b).abs().max() <= TOLERANCE * b.abs().max(), name


def with_biases(G):
    torch.manual_seed(9)
    with torch.no_grad():
        for name, parameter in G.named_parameters():
            if name.endswith("bias"):
                parameter.add_(torch.randn_like(parameter) * 0.3)
    return G


@settings(max_examples=25, deadline=None)
@given(
    resolution=st.sampled_from([4, 8, 16, 32]),
    channels=st.integers(1, 40),
    colours=st.integers(1, 3),
    taps=st.sampled_from([(1, 3, 3, 1), (1, 2, 1), (1, 1), (1, 2, 0, 3), (1,)]),
    clamp=st.sampled_from([None, 0.7, 256.0]),
    activation=st.sampled_from(["lrelu", "linear"]),
    architecture=st.sampled_from(["skip", "orig"]),
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
    assert fast_cpu.warm_up(G.synthesis)
    actual = seen(G, ws)
    assert_same(actual, expected)
    tiny.assert_unchanged(G, before)


def stylegan3(**options):
    torch.manual_seed(4)
    sizes = {"z_dim": 6, "c_dim": 0, "w_dim": 8, "img_resolution": 32, "img_channels": 3, "num_layers": 6}
    G = build("stylegan3.Generator", **(sizes | {"channel_base": 400, "channel_max": 24} | options)).eval()
    with torch.no_grad():
        for name, buffer in G.named_buffers():
            if name.endswith("magnitude_ema"):
                buffer.fill_(1.7)
        G.synthesis.input.affine.weight.normal_()
    return with_biases(G)


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
    assert fast_cpu.warm_up(G.synthesis)
    assert plan_of(G, ws) is not None
    assert_same(seen(G, ws), expected)
    assert_same(seen(G, ws, input_transform=turn), turned)
    tiny.assert_unchanged(G, before)


@torch.no_grad()
def test_stylegan3_follows_its_magnitudes_and_its_transform():
    G = stylegan3()
    ws = latents(G)
    assert fast_cpu.warm_up(G.synthesis)
    before = G.synthesis(ws)
    G.synthesis.input.transform[0, 2] = 0.25
    G.synthesis(ws, update_emas=True)
    after = G.synthesis(ws)
    assert not torch.equal(after, before)
    assert is_close(after, own_way(G, ws))


@torch.no_grad()
def test_progress_is_told_of_what_is_not_in_memory():
    G = stylegan3()
    assert fast_cpu.warm_up(G.synthesis)
    told = []
    assert fast_cpu.warm_up(G.synthesis, lambda done, total: told.append((done, total)))
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
    family = families.Family(lambda network: made, lambda network: object())
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
    assert fast_cpu.warm_up(with_kernels(monkeypatch, *kernels), lambda *progress: told.append(progress))
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
    with pytest.raises(fast_cpu.CompilingError) as raised:
        fast_cpu.warm_up(synthesis)
    assert str(raised.value) == words
    assert synthesis not in fast_cpu._entries


@pytest.fixture
def fast():
    G = with_biases(tiny.generator(img_resolution=32, channel_base=512, channel_max=32))
    assert fast_cpu.warm_up(G.synthesis)
    return G


def own_way(G, ws, **arguments):
    fast_cpu.cool_down(G.synthesis)
    result = G.synthesis(ws, **arguments)
    assert fast_cpu.warm_up(G.synthesis)
    return result


def is_close(a, b):
    return a.shape == b.shape and (a - b).abs().max() <= TOLERANCE * b.abs().max()


@torch.no_grad()
def test_products_computed_some_rows_at_a_time(fast, monkeypatch):
    ws = latents(fast)
    expected = own_way(fast, ws)
    monkeypatch.setattr(plans, "_PRODUCTS_BYTES", 1)
    assert fast_cpu.warm_up(fast.synthesis)
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
    assert is_close(fast.synthesis(ws, **arguments), own_way(fast, ws, **arguments))


@torch.no_grad()
def test_random_noise_is_drawn_as_the_network_draws_it(fast):
    ws = latents(fast)
    first, second = (torch.Generator().manual_seed(5) for _ in range(2))
    actual = fast.synthesis(ws, noise_mode="random", generator=first)
    assert is_close(actual, own_way(fast, ws, noise_mode="random", generator=second))


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
    assert is_close(changed, own_way(fast, ws))
    fast.synthesis.b8.conv0.noise_const = torch.zeros(8, 8)
    assert is_close(fast.synthesis(ws), own_way(fast, ws))


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


def plan_of(G, ws):
    return fast_cpu.plan_for(G.synthesis, ws)


def test_gradients_take_the_networks_own_way(fast):
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
        {"architecture": "resnet"},
        {"activation": "swish"},
        {"img_channels": 4},
        {"resample_filter": (1, 4, 6, 4, 1)},
        {"resample_filter": [[1, 0], [0, 1]]},
    ],
    ids=str,
)
@torch.no_grad()
def test_what_no_kernel_covers_is_left_alone(options):
    G = tiny.generator(**options)
    assert not fast_cpu.warm_up(G.synthesis)
    assert plan_of(G, latents(G)) is None


@torch.no_grad()
def test_a_network_of_another_type_is_left_alone(fast):
    assert not fast_cpu.warm_up(tiny.generator().double().synthesis)
    fast.double()
    assert plan_of(fast, latents(fast)) is None


def test_a_plan_ends_with_its_network():
    G = tiny.generator()
    fast_cpu.warm_up(G.synthesis)
    plan = weakref.ref(fast_cpu._entries[G.synthesis].plan)
    del G
    gc.collect()
    assert plan() is None


@torch.no_grad()
def test_a_plan_draws_images_of_lower_resolutions():
    G = tiny.generator()
    ws = latents(G)
    for side in G.synthesis.drafts:
        fast_cpu.cool_down(G.synthesis)
        expected = G.synthesis(ws, draft=side)
        assert fast_cpu.warm_up(G.synthesis)
        assert_same([("picture", G.synthesis(ws, draft=side))], [("picture", expected)])


def planned(monkeypatch):
    """What was asked of the plans, as numbers of pictures; batches of the smallest networks are theirs too."""
    monkeypatch.setattr(plans, "_MANY", 0)
    asked = []
    pictures = fast_cpu.pictures
    monkeypatch.setattr(fast_cpu, "pictures", lambda count, *rest: asked.append(count) or pictures(count, *rest))
    return asked


@pytest.mark.parametrize(
    "arguments",
    [
        {},
        {"noise_mode": "none"},
        {"noise": {"b8.conv0": (True, 2.0, 7), "b16.conv1": (False, 1.0, None)}},
        {"capture": "b16.conv0"},
        {"capture": "b32.torgb"},
        {"draft": 16},
    ],
    ids=str,
)
@torch.no_grad()
def test_batches_of_stylegan2(fast, monkeypatch, arguments):
    ws = latents(fast, count=3)
    expected = own_way(fast, ws, **arguments)
    asked = planned(monkeypatch)
    assert is_close(fast.synthesis(ws, **arguments), expected)
    assert asked == [3]


@torch.no_grad()
def test_random_noise_of_a_batch_is_drawn_as_the_network_draws_it(fast, monkeypatch):
    ws = latents(fast).expand(3, -1, -1)
    first, second = (torch.Generator().manual_seed(5) for _ in range(2))
    expected = own_way(fast, ws, noise_mode="random", generator=second)
    asked = planned(monkeypatch)
    actual = fast.synthesis(ws, noise_mode="random", generator=first)
    assert is_close(actual, expected)
    assert asked == [3]
    assert not torch.equal(actual[0], actual[1])
    assert torch.equal(first.get_state(), second.get_state())


@pytest.mark.parametrize("options", [{}, {"conv_kernel": 1, "use_radial_filters": True}], ids=["T", "R"])
@torch.no_grad()
def test_drafts_of_stylegan3_have_plans_of_their_own(options):
    G = stylegan3(img_resolution=64, channel_base=800, **options)
    ws, turn = latents(G), [[0.8, -0.6, 0.1], [0.6, 0.8, -0.2], [0, 0, 1]]
    drafts = {side: draft_of(G.synthesis, side) for side in G.synthesis.drafts}
    expected = [seen(G, ws, draft=side, input_transform=turn) for side in drafts]
    fast_cpu.warm_up_drafts(G.synthesis)
    assert all(fast_cpu.plan_for(draft, ws) is None for draft in drafts.values()), "not before the network's own"
    assert fast_cpu.warm_up(G.synthesis)
    assert all(fast_cpu.plan_for(draft, ws) is None for draft in drafts.values())
    fast_cpu.warm_up_drafts(G.synthesis)
    whole = plan_of(G, ws)
    for (side, draft), layers in zip(drafts.items(), expected, strict=True):
        plan = fast_cpu.plan_for(draft, ws)
        assert_same(seen(G, ws, draft=side, input_transform=turn), layers)
        for module, own, shared in zip(draft.design.layers, plan._layers, whole._layers, strict=True):
            resampled = getattr(draft, module.name).resampled is not None
            assert (own.weight is shared.weight) == (not resampled), "what is the same is there once"
        alone = type(plan)(draft)
        assert_same([("picture", follow(alone.steps(ws, torch.tensor(turn))))], layers[-1:])


@torch.no_grad()
def test_a_draft_and_its_plan_end_with_their_network():
    G = stylegan3()
    fast_cpu.warm_up(G.synthesis)
    fast_cpu.warm_up_drafts(G.synthesis)
    draft = draft_of(G.synthesis, 16)
    left = [weakref.ref(draft), weakref.ref(fast_cpu._entries[draft].plan)]
    del G, draft
    gc.collect()
    assert [one() for one in left] == [None, None]


@pytest.mark.parametrize("options", [{}, {"conv_kernel": 1, "use_radial_filters": True}], ids=["T", "R"])
@torch.no_grad()
def test_batches_of_stylegan3(monkeypatch, options):
    G = stylegan3(**options)
    ws = latents(G, count=3)
    turns = torch.tensor([[[0.8, -0.6, 0.1 * i], [0.6, 0.8, -0.2], [0, 0, 1]] for i in range(3)])
    name = G.synthesis.layer_names[3]
    calls = [{}, {"input_transform": turns[0]}, {"input_transform": turns}, {"capture": name}]
    expected = [G.synthesis(ws, **arguments) for arguments in calls]
    assert fast_cpu.warm_up(G.synthesis)
    asked = planned(monkeypatch)
    assert all(is_close(G.synthesis(ws, **a), b) for a, b in zip(calls, expected, strict=True))
    assert asked == [3] * len(calls)


@torch.no_grad()
def test_a_picture_of_a_batch_is_that_picture_alone(fast):
    ws = latents(fast, count=2)
    assert torch.equal(fast.synthesis(ws)[1:], fast.synthesis(ws[1:]))


@torch.no_grad()
def test_batches_that_the_networks_own_layers_draw(fast, monkeypatch):
    ws = latents(fast, count=5)
    assert plan_of(fast, ws[:4]) is not None
    assert plan_of(fast, ws) is None  # a tiny network
    assert plan_of(fast, ws[:0]) is None
    monkeypatch.setattr(plans, "_MANY", 0)
    assert plan_of(fast, ws) is not None
    assert fast_cpu.plan_for(fast.synthesis, ws, watched=True) is None
    layers = seen(fast, ws)
    assert all(len(x) == 5 for _, x in layers)


def test_whoever_draws_much_goes_on_where_kernels_cannot_be_made(monkeypatch, caplog):
    G = tiny.generator()
    monkeypatch.setenv("STYLESCOPE_KERNELS", "on")

    def fails(synthesis):
        raise fast_cpu.CompilingError("No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr(fast_cpu, "warm_up", fails)
        assert not fast_cpu.make_ready(G.synthesis)
    assert "No space left on device" in caplog.text
    assert fast_cpu.make_ready(G.synthesis)
    monkeypatch.setenv("STYLESCOPE_KERNELS", "off")
    assert not fast_cpu.make_ready(tiny.generator().synthesis)
