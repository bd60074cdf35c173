import numpy as np
import pytest
import torch

from gan.inference.low_res import at_resolution, shares
from gan.networks import build
from gan.networks.layers import ARCHITECTURES
from gan.ops.upfirdn2d import upsample2d

from .tiny import RES, W, assert_unchanged, generator, latents, snapshot

LAYERS = {
    "skip": "b4.conv1 b4.torgb b8.conv0 b8.conv1 b8.torgb b16.conv0 b16.conv1 b16.torgb",
    "resnet": "b4.conv1 b8.skip b8.conv0 b8.conv1 b16.skip b16.conv0 b16.conv1 b16.torgb",
    "orig": "b4.conv1 b8.conv0 b8.conv1 b16.conv0 b16.conv1 b16.torgb",
}
CONVS = ("b4.conv1", "b8.conv0", "b8.conv1", "b16.conv0", "b16.conv1")


@torch.no_grad()
def draw(G, ws=None, **kwargs):
    return G.synthesis(G.mapping(latents()) if ws is None else ws, **kwargs)


@pytest.mark.parametrize("architecture", ARCHITECTURES)
@pytest.mark.parametrize("use_noise", [True, False])
def test_architectures(architecture, use_noise):
    G = generator(architecture=architecture, use_noise=use_noise)
    assert G.synthesis.layer_names == tuple(LAYERS[architecture].split())
    assert G.synthesis.noise_layers == (CONVS if use_noise else ())
    assert G.num_ws == 6
    img = draw(G)
    assert img.shape == (2, 3, RES, RES)
    assert img.dtype == torch.float32
    assert torch.isfinite(img).all()
    assert torch.equal(draw(G, noise_mode="none"), img) != use_noise
    assert torch.equal(G(latents()), img)
    for name in G.synthesis.layer_names:
        assert draw(G, capture=name).shape[2] == int(name[1 : name.index(".")])


@pytest.mark.parametrize("architecture", ARCHITECTURES)
def test_ws_layers_names_the_layers_that_read_each_vector(architecture):
    G = generator(architecture=architecture)
    ws = G.mapping(latents()).detach()
    assert len(G.synthesis.ws_layers) == G.num_ws
    read = []
    for name in G.synthesis.layer_names:
        if not name.endswith("skip"):
            affine = G.synthesis.get_submodule(f"{name}.affine")
            affine.register_forward_pre_hook(
                lambda _, args, name=name: read.append(name) if (args[0] == 1000).all() else None
            )
    for i, names in enumerate(G.synthesis.ws_layers):
        read.clear()
        marked = ws.clone()
        marked[:, i] = 1000
        draw(G, marked)
        assert tuple(read) == names


def test_capture_returns_the_layer_and_stops_there():
    G = generator()
    seen = {}
    draw(G, on_layer=lambda name, x: seen.update({name: x}))
    assert tuple(seen) == G.synthesis.layer_names
    for name, expected in seen.items():
        walked = []
        assert torch.equal(draw(G, capture=name, on_layer=lambda name, _, walked=walked: walked.append(name)), expected)
        assert walked == list(G.synthesis.layer_names)[: len(walked)]
        assert walked[-1] == name
    G.synthesis.b16.forward = G.synthesis.b16.conv0.forward = None  # would fail if it were reached
    assert draw(G, capture="b8.torgb").shape == (2, 3, 8, 8)


def test_on_layer_that_raises_leaves_no_trace():
    G = generator()
    before, expected = snapshot(G), draw(G)

    def cancel(name, _):
        if name == "b8.conv1":
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        draw(G, on_layer=cancel)
    assert_unchanged(G, before)
    assert torch.equal(draw(G), expected)


def test_inference_never_changes_the_network():
    G = generator()
    before = snapshot(G)
    for mode in ("const", "random", "none"):
        G(latents(), truncation_psi=[0.5] * G.num_ws, noise_mode=mode)
    draw(G, noise={"b8.conv0": (True, 2.0, None), "b16.conv1": (True, 0.5, 3)}, capture="b16.conv1")
    assert_unchanged(G, before)
    assert not any(parameter.grad is not None for parameter in G.parameters())


def test_noise_off_strength_zero_and_mode_none_are_the_same():
    G = generator()
    none = draw(G, noise_mode="none")
    for setting in ((False, 1.0, None), (True, 0.0, None), (True, 0.0, 5), (False, 1.0, 5)):
        assert torch.equal(draw(G, noise=dict.fromkeys(CONVS, setting)), none)
    assert torch.equal(draw(G, noise=dict.fromkeys(CONVS, (True, 1.0, None)), noise_mode="none"), draw(G))


def test_layers_without_a_setting_follow_the_mode():
    G = generator()
    one = draw(G, noise={"b8.conv1": (False, 1.0, None)})
    others = {name: (True, 1.0, None) for name in CONVS if name != "b8.conv1"}
    assert torch.equal(draw(G, noise_mode="none", noise=others), one)
    assert not torch.equal(one, draw(G))


@pytest.mark.parametrize("strength", [1.0, -2.5])
@pytest.mark.parametrize("seed", [7, 2**32 + 7])
def test_a_seed_is_numpys_noise_for_the_layers_position(strength, seed):
    G, reference = generator(), generator()
    for i, name in enumerate(CONVS):
        layer = reference.synthesis.get_submodule(name)
        image = np.random.RandomState([7, i]).randn(*layer.noise_const.shape) * strength
        layer.noise_const.copy_(torch.from_numpy(image))
    actual = draw(G, noise=dict.fromkeys(CONVS, (True, strength, seed)))
    assert torch.allclose(actual, draw(reference), atol=1e-5)


def test_strength_multiplies_the_learned_one():
    G, reference = generator(), generator()
    with torch.no_grad():
        reference.synthesis.b16.conv0.noise_strength.mul_(3)
    assert torch.allclose(draw(G, noise={"b16.conv0": (True, 3.0, None)}), draw(reference), atol=1e-6)


def test_random_noise_comes_from_the_generator_and_differs_between_samples():
    G = generator()
    ws = G.mapping(latents(1)).detach().repeat(2, 1, 1)
    first, again, other = (
        draw(G, ws, noise_mode="random", generator=torch.Generator().manual_seed(seed)) for seed in (0, 0, 1)
    )
    assert torch.equal(first, again)
    assert not torch.equal(first, other)
    assert not torch.equal(first[0], first[1])
    torch.manual_seed(5)
    state = torch.get_rng_state()
    draw(G, ws, noise_mode="random", generator=torch.Generator().manual_seed(0))
    assert torch.equal(torch.get_rng_state(), state)
    draw(G, ws, noise_mode="random")
    assert not torch.equal(torch.get_rng_state(), state)


def test_a_batch_is_its_samples():
    G = generator(fused_modconv_default="inference_only")
    ws = G.mapping(latents(3)).detach()
    one_by_one = torch.cat([draw(G, w[None]) for w in ws])
    assert torch.allclose(draw(G, ws), one_by_one, atol=1e-5)
    assert torch.allclose(draw(G.train(), ws), one_by_one, atol=1e-5)


@pytest.mark.parametrize("count", [1, 2])
def test_second_derivatives_reach_every_weight(count):
    G = generator(c_dim=2).train()
    ws = G.mapping(latents(count), torch.eye(2)[:count])
    img = G.synthesis(ws)
    (slope,) = torch.autograd.grad((img * torch.randn_like(img)).sum(), ws, create_graph=True)
    slope.square().sum().backward()
    for name, parameter in G.named_parameters():
        if name.startswith("synthesis") and not name.endswith((".bias", "torgb.affine.weight")):
            assert parameter.grad is not None, name
    grads = torch.autograd.grad(G(latents(count), torch.eye(2)[:count]).square().sum(), list(G.parameters()))
    assert all(torch.isfinite(grad).all() for grad in grads)
    assert all(grad.abs().max() > 0 for grad in grads)


def test_conv_clamp_limits_every_layer():
    G = generator(conv_clamp=0.3)
    peaks = {}
    draw(G, on_layer=lambda name, x: peaks.update({name: x.abs().max().item()}))
    assert max(peaks.values()) == pytest.approx(0.3)


def test_nested_arguments_have_the_defaults_of_their_release():
    common = {"z_dim": 4, "c_dim": 0, "w_dim": W, "img_resolution": RES, "img_channels": 3}
    small = {"channel_base": 64, "channel_max": 8}
    ada = build("stylegan2.Generator", **common, synthesis_kwargs=small)
    flat = build("stylegan2.Generator", **common, **small)
    assert ada.state_dict().keys() == flat.state_dict().keys()
    assert (ada.synthesis.b8.conv0.conv_clamp, flat.synthesis.b8.conv0.conv_clamp) == (None, 256)
    assert (ada.synthesis.num_fp16_res, flat.synthesis.num_fp16_res) == (0, 4)
    assert [ada.synthesis.b16.use_fp16, flat.synthesis.b16.use_fp16, flat.synthesis.b4.use_fp16] == [False, True, False]
    assert (ada.mapping.w_avg_beta, flat.mapping.w_avg_beta) == (0.995, 0.998)
    given = build("stylegan2.Generator", **common, synthesis_kwargs={**small, "conv_clamp": 7, "num_fp16_res": 1})
    assert given.synthesis.b16.torgb.conv_clamp == 7
    assert [given.synthesis.b8.use_fp16, given.synthesis.b16.use_fp16] == [False, True]


def test_on_a_cpu_half_precision_layers_compute_in_float32():
    dtypes = set()
    draw(generator(num_fp16_res=4), on_layer=lambda _, x: dtypes.add(x.dtype))
    assert dtypes == {torch.float32}


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"capture": "b32.conv0"}, "no layer called 'b32.conv0'"),
        ({"noise_mode": "loud"}, "no noise_mode 'loud'"),
        ({"noise": {"b4.torgb": (True, 1.0, None)}}, "No layer with noise is called 'b4.torgb'"),
        ({"noise": {"b4.conv1": (True, float("nan"), None)}}, "strength of b4.conv1 is nan"),
        ({"input_transform": torch.eye(3)}, "no input transform"),
        ({"ws": torch.zeros(1, 3, W)}, r"ws has the shape \(1, 3, 8\)"),
    ],
)
def test_wrong_calls_are_explained(options, message):
    with pytest.raises(ValueError, match=message):
        draw(generator(), **options)


@pytest.mark.parametrize(
    ("options", "error"),
    [
        ({"architecture": "mesh"}, ValueError),
        ({"img_resolution": 24}, ValueError),
        ({"fused_modconv_default": "never"}, ValueError),
        ({"activation": "sin"}, ValueError),
        ({"colour": 1}, TypeError),
    ],
)
def test_wrong_constructions_are_explained(options, error):
    with pytest.raises(error):
        generator(**options)


def test_unknown_network_names():
    with pytest.raises(ValueError, match=r"no network called 'stylegan4\.Generator'"):
        build("stylegan4.Generator")


@pytest.mark.gpu
@pytest.mark.skipif(not torch.cuda.is_available(), reason="needs CUDA")
@pytest.mark.parametrize("fp16_channels_last", [False, True])
def test_half_precision_on_cuda(fp16_channels_last):
    G = generator(num_fp16_res=2, fp16_channels_last=fp16_channels_last).cuda()
    ws = G.mapping(latents().cuda()).detach()
    dtypes = {}
    half = draw(G, ws, on_layer=lambda name, x: dtypes.update({name: x.dtype}))
    assert dtypes["b4.conv1"] == torch.float32
    assert dtypes["b16.conv0"] == torch.float16
    exact = draw(G, ws, force_fp32=True)
    assert half.dtype == torch.float32
    assert (half - exact).abs().max() < 0.02 * exact.abs().max()


def test_building_on_the_meta_device_allocates_nothing():
    with torch.device("meta"):
        networks = [build("stylegan2.Generator", z_dim=4, c_dim=2, w_dim=4, img_resolution=1024, img_channels=3)]
        networks.append(build("stylegan2.Discriminator", c_dim=2, img_resolution=1024, img_channels=3))
    tensors = [tensor for network in networks for tensor in network.state_dict().values()]
    assert all(tensor.is_meta for tensor in tensors)


@torch.no_grad()
def test_an_image_of_lower_resolution_is_the_sum_of_the_layers_until_then():
    G = generator()
    assert list(shares(G.synthesis)) == [4, 8]
    assert all(0 < share < 1 for share in shares(G.synthesis).values())
    ws, seen = G.mapping(latents(), None), {}
    G.synthesis(ws, on_layer=lambda name, x: seen.update({name: x.clone()}))
    image = seen["b4.torgb"]
    torch.testing.assert_close(at_resolution(G.synthesis, 4)(ws), image)
    image = upsample2d(image, G.synthesis.b8.resample_filter) + seen["b8.torgb"]
    ran = []
    torch.testing.assert_close(at_resolution(G.synthesis, 8)(ws, on_layer=lambda name, x: ran.append(name)), image)
    assert ran[-1] == "b8.torgb"


@torch.no_grad()
def test_only_skip_networks_have_images_of_lower_resolutions():
    G = generator(architecture="resnet")
    assert shares(G.synthesis) == {}
    with pytest.raises(ValueError, match=r"at 8 x 8; choose from 16\."):
        at_resolution(G.synthesis, 8)(G.mapping(latents(), None))
