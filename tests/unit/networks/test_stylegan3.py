import math

import pytest
import torch
import torch.nn.functional as F

from gan.networks import build
from gan.networks.stylegan3_design import InputDesign
from gan.networks.stylegan3_layers import SynthesisInput, modulated_conv2d
from gan.transforms import affine, inverse

from .tiny import assert_unchanged, snapshot

Z, W, RES = 6, 8, 32


def generator(seed=0, **kwargs):
    """A StyleGAN3 generator of five layers whose input layer heeds w: a fresh one's does not."""
    torch.manual_seed(seed)
    options = {
        "z_dim": Z,
        "c_dim": 0,
        "w_dim": W,
        "img_resolution": RES,
        "img_channels": 3,
        "channel_base": 256,
        "channel_max": 8,
        "num_layers": 4,
        "num_critical": 1,
    }
    G = build("stylegan3.Generator", **(options | kwargs)).eval().requires_grad_(False)
    G.mapping.w_avg.normal_()
    G.synthesis.input.affine.weight.normal_(std=0.3)
    return G


def vectors(G, count=2, seed=1):
    return torch.randn(count, G.num_ws, W, generator=torch.Generator().manual_seed(seed))


def shift(x, y):
    """Return the transform that moves the image by (x, y) image widths."""
    return torch.tensor([[1.0, 0, -x], [0, 1, -y], [0, 0, 1]])


def test_what_the_network_says_about_itself():
    G = generator()
    synthesis = G.synthesis
    assert (G.z_dim, G.c_dim, G.w_dim, G.num_ws, G.img_resolution, G.img_channels) == (Z, 0, W, 6, RES, 3)
    assert synthesis.layer_names == ("input", "L0_36_8", "L1_36_8", "L2_52_8", "L3_32_8", "L4_32_3")
    assert synthesis.ws_layers == tuple((name,) for name in synthesis.layer_names)
    assert synthesis.noise_layers == ()
    assert G.mapping.num_layers == 2
    assert generator(mapping_kwargs={"num_layers": 3}).mapping.num_layers == 3


def test_each_vector_reaches_its_own_layer_first():
    G = generator()
    ws = vectors(G, 1)
    for i, name in enumerate(G.synthesis.layer_names):
        other = ws.clone()
        other[:, i] += 1
        for j, earlier in enumerate(G.synthesis.layer_names[: i + 1]):
            same = torch.equal(G.synthesis(ws, capture=earlier), G.synthesis(other, capture=earlier))
            assert same == (j < i), (name, earlier)


def test_a_label_changes_the_picture():
    G = generator(c_dim=3)
    z = torch.ones(2, Z)
    pictures = G(z, torch.eye(3)[:2])
    assert pictures.shape == (2, 3, RES, RES)
    assert not torch.allclose(pictures[0], pictures[1])


def test_the_call_leaves_the_network_alone():
    G = generator()
    before = snapshot(G)
    plain = G(torch.ones(2, Z), truncation_psi=0.5)
    moved = G(torch.ones(2, Z), truncation_psi=0.5, input_transform=shift(0.2, 0.1), noise_mode="random")
    assert not torch.allclose(plain, moved)
    silent = G(torch.ones(2, Z), truncation_psi=0.5, noise_mode="none", noise={"L0_36_8": (False, 0, None)})
    assert torch.equal(plain, silent)  # there is no noise to switch off
    assert_unchanged(G, before)


def test_a_transform_for_each_picture():
    G = generator()
    ws = vectors(G)
    each = torch.stack([shift(0.1, 0.0), shift(0.0, -0.2)])
    together = G.synthesis(ws, input_transform=each)
    for i in range(2):
        alone = G.synthesis(ws[i : i + 1], input_transform=each[i].numpy())
        assert torch.allclose(together[i : i + 1], alone, atol=1e-5)


@pytest.mark.parametrize("kernel", [{}, {"conv_kernel": 1, "use_radial_filters": True}])
def test_the_picture_follows_the_transform(kernel):
    """Moving by whole pixels gives the moved image, in the direction asked for (section 2 of the paper)."""
    G = generator(num_layers=8, num_critical=2, img_resolution=64, **kernel)
    ws = vectors(G, 1)
    still = G.synthesis(ws)
    for x, y in ((7, 0), (0, -5), (3, 4)):
        moved = G.synthesis(ws, input_transform=shift(x / 64, y / 64))
        expected = torch.roll(still, (y, x), dims=(2, 3))
        inside = slice(8, -8)
        error = (moved - expected)[:, :, inside, inside].square().mean().sqrt()
        assert error < 0.01 * still.std(), (x, y, error / still.std())


def test_only_configuration_r_follows_a_rotation():
    turn = inverse(affine(degrees=90))
    errors = []
    for kernel in ({"conv_kernel": 1, "use_radial_filters": True}, {}):
        G = generator(num_layers=8, num_critical=2, img_resolution=64, **kernel)
        ws = vectors(G, 1)
        still, turned = G.synthesis(ws), G.synthesis(ws, input_transform=turn)
        error = (turned - torch.rot90(still, 1, dims=(2, 3)))[:, :, 8:-8, 8:-8]
        errors.append((error.square().mean().sqrt() / still.std()).item())
    assert errors[0] < 0.01
    assert errors[1] > 0.2


def test_the_input_layer_turns_and_moves_as_w_says():
    layer = SynthesisInput(W, InputDesign(channels=4, size=12, sampling_rate=12, bandwidth=2.0)).requires_grad_(False)
    w = torch.zeros(1, W)
    still = layer(w)
    layer.affine.bias.copy_(torch.tensor([3.0, 0, 2 * 3 / 12, -3 * 3 / 12]))  # a common factor has no effect
    assert torch.allclose(layer(w)[:, :, :9, 2:], still[:, :, 3:, :10], atol=1e-5)
    layer.affine.bias.copy_(torch.tensor([0.0, 1, 0, 0]))  # sin 1: a quarter turn counterclockwise
    assert torch.allclose(layer(w), torch.rot90(still, 1, dims=(2, 3)), atol=1e-5)


def test_frequencies_beyond_the_nyquist_limit_fade_out():
    layer = SynthesisInput(W, InputDesign(channels=4, size=12, sampling_rate=12, bandwidth=2.0)).requires_grad_(False)
    assert layer.freqs.norm(dim=1).max() <= 2
    assert layer(torch.zeros(1, W)).abs().max() > 0.1
    shrunk = torch.diag(torch.tensor([100.0, 100.0, 1.0]))
    layer.freqs.copy_(F.normalize(layer.freqs))
    assert layer(torch.zeros(1, W), shrunk).abs().max() == 0


def test_watching_and_stopping():
    G = generator()
    ws = vectors(G)
    seen = []
    captured = G.synthesis(ws, capture="L1_36_8", on_layer=lambda name, x: seen.append(name))
    assert seen == ["input", "L0_36_8", "L1_36_8"]
    assert captured.shape == (2, 8, 36, 36)

    def cancel(name, x):
        if name == "L2_52_8":
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        G.synthesis(ws, on_layer=cancel)
    assert torch.isfinite(G.synthesis(ws)).all()


def test_averages_move_only_when_asked():
    G = generator(magnitude_ema_beta=0.75)
    ws = vectors(G)
    before = snapshot(G)
    squares = {}
    G.synthesis(ws, on_layer=lambda name, x: squares.update({name: x.square().mean()}))
    assert_unchanged(G, before)
    names = G.synthesis.layer_names
    G.synthesis(ws, update_emas=True)
    first = getattr(G.synthesis, names[1]).magnitude_ema
    assert first.item() == pytest.approx((0.75 + 0.25 * squares["input"]).item(), rel=1e-5)
    changed = {name for name, value in G.state_dict().items() if not torch.equal(value, before[name])}
    assert changed == {f"synthesis.{name}.magnitude_ema" for name in names[1:]}


def test_gradients_reach_everything():
    G = generator().requires_grad_(True)
    transform = shift(0.1, 0.2).requires_grad_()
    z = torch.randn(2, Z, generator=torch.Generator().manual_seed(0)).requires_grad_()
    G(z, input_transform=transform, update_emas=True).square().mean().backward()
    for name, tensor in [("z", z), ("transform", transform), *G.named_parameters()]:
        assert tensor.grad is not None, name
        assert tensor.grad.isfinite().all(), name
        assert tensor.grad.abs().max() > 0, name


def test_the_transform_has_the_right_gradient():
    G = generator().double()
    ws = vectors(G, 1).double()

    def power(transform):
        return G.synthesis(ws, input_transform=transform, capture="L0_36_8").square().mean()

    transform = shift(0.1, 0.2).double().requires_grad_()
    assert torch.autograd.gradcheck(power, (transform,))


def test_demodulation():
    generator = torch.Generator().manual_seed(0)
    x = torch.randn(3, 4, 5, 5, generator=generator)
    w = torch.randn(6, 4, 3, 3, generator=generator)
    s = torch.randn(3, 4, generator=generator)
    y = modulated_conv2d(x, w, s, padding=2)
    assert torch.allclose(modulated_conv2d(x, 1e3 * w, 1e-3 * s, padding=2), y, atol=1e-4)
    assert torch.allclose(modulated_conv2d(x, w, s, padding=2, input_gain=torch.tensor(2.0)), 2 * y, atol=1e-4)
    kernels = w * s.reshape(3, 1, 4, 1, 1)
    kernels = kernels / kernels.square().sum(dim=[2, 3, 4], keepdim=True).sqrt()
    for i in range(3):
        assert torch.allclose(F.conv2d(x[i : i + 1], kernels[i], padding=2), y[i : i + 1], atol=1e-5)
        assert torch.allclose(modulated_conv2d(x[i : i + 1], w, s[i : i + 1], padding=2), y[i : i + 1], atol=1e-5)


def test_a_clamp_limits_every_layer():
    G = generator(conv_clamp=0.5)
    peaks = {}
    G.synthesis(vectors(G), on_layer=lambda name, x: peaks.update({name: x.abs().max().item()}))
    assert peaks["input"] > 0.5
    assert peaks["L4_32_3"] == 0.5  # no filter after it
    free = generator(conv_clamp=None)
    assert free.synthesis(vectors(free), capture="L4_32_3").abs().max() > 0.5


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"ws": torch.zeros(1, 5, W)}, r"ws has the shape \(1, 5, 8\); this network needs \[N, 6, 8\]"),
        ({"ws": torch.zeros(6, W)}, "ws has the shape"),
        ({"capture": "L9"}, "There is no layer called 'L9'"),
        ({"input_transform": torch.eye(2)}, r"input_transform has the shape \(2, 2\); give \[3, 3\]"),
        ({"input_transform": torch.eye(3).expand(3, 3, 3)}, r"or \[2, 3, 3\] for 2 images"),
    ],
)
def test_errors(options, message):
    G = generator()
    with pytest.raises(ValueError, match=message):
        G.synthesis(**({"ws": vectors(G)} | options))


def test_building_on_the_meta_device_allocates_nothing():
    with torch.device("meta"):
        G = build("stylegan3.Generator", z_dim=4, c_dim=2, w_dim=4, img_resolution=1024, img_channels=3)
    assert all(tensor.is_meta for tensor in G.state_dict().values())


@pytest.mark.gpu
@pytest.mark.skipif(not torch.cuda.is_available(), reason="needs CUDA")
def test_half_precision_on_cuda():
    G = generator(num_fp16_res=1).cuda()
    ws = vectors(G).cuda()
    dtypes = {}
    half = G.synthesis(ws, on_layer=lambda name, x: dtypes.update({name: x.dtype}))
    assert dtypes["L1_36_8"] == torch.float32
    assert dtypes["L2_52_8"] == torch.float16
    exact = G.synthesis(ws, force_fp32=True)
    assert half.dtype == exact.dtype == torch.float32
    assert (half - exact).abs().max() < 0.02 * exact.abs().max()
    assert G.synthesis(ws, capture="L2_52_8").dtype == torch.float32


def test_the_filters_are_not_learned():
    G = generator(conv_kernel=1, use_radial_filters=True)
    layer = G.synthesis.L2_52_8
    assert layer.up_filter.shape == (24,)
    assert layer.down_filter.shape == (12, 12)
    assert G.synthesis.L3_32_8.down_filter.shape == (12,)  # critically sampled: separable also in R
    assert {"up_filter", "down_filter", "magnitude_ema"} == {name for name, _ in layer.named_buffers()}
    assert math.isclose(layer.down_filter.sum().item(), 1, abs_tol=1e-6)
