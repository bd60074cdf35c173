import math

import numpy as np
import pytest
import torch

from gan.networks import build

from .tiny import RES, W, Z, assert_unchanged, latents, snapshot

LAYERS = ("b4.input", "b4.conv1", "b8.conv0", "b8.conv1", "b16.conv0", "b16.conv1")
SIZES = {"img_resolution": RES, "img_channels": 3, "channel_base": 64, "channel_max": 8}


def generator(seed=0, **kwargs):
    """A generator whose noise and truncation show: fresh ones have strength 0 and a mean of 0."""
    torch.manual_seed(seed)
    options = {"z_dim": Z, "c_dim": 0, "w_dim": W, "mapping_kwargs": {"num_layers": 2}, **SIZES}
    G = build("stylegan1.Generator", **(options | kwargs)).eval()
    with torch.no_grad():
        G.mapping.w_avg.normal_()
        for name, parameter in G.named_parameters():
            if name.endswith("noise_strength"):
                parameter.normal_()
    return G


def discriminator(seed=0, **kwargs):
    torch.manual_seed(seed)
    return build("stylegan1.Discriminator", **({"c_dim": 0, **SIZES} | kwargs)).eval()


@torch.no_grad()
def draw(G, ws=None, **kwargs):
    return G.synthesis(G.mapping(latents()) if ws is None else ws, **kwargs)


def test_names_and_what_each_vector_drives():
    G = generator()
    synthesis = G.synthesis
    assert synthesis.layer_names == (*LAYERS, "b16.torgb")
    assert synthesis.noise_layers == LAYERS
    assert synthesis.ws_layers == tuple((name,) for name in LAYERS)
    assert G.num_ws == 6
    ws, read = G.mapping(latents()).detach(), []
    for name in LAYERS:
        affine = synthesis.get_submodule(f"{name}.affine")
        affine.register_forward_pre_hook(
            lambda _, args, name=name: read.append(name) if (args[0] == 1000).all() else None
        )
    for i, names in enumerate(synthesis.ws_layers):
        read.clear()
        marked = ws.clone()
        marked[:, i] = 1000
        draw(G, marked)
        assert tuple(read) == names


def test_a_network_of_no_styles_has_one_vector_and_one_of_no_noise_no_noise():
    G = generator(use_styles=False, const_input=False, use_noise=False)
    assert G.synthesis.ws_layers == (("b4.input",),)
    assert G.synthesis.noise_layers == ()
    assert torch.equal(draw(G), draw(G, noise_mode="none"))
    assert not torch.equal(draw(G)[0], draw(G)[1])


def test_a_fresh_network_is_configuration_f():
    """The constant is one, biases and noise are zero, kernels are normal, styles start at 1 (arXiv 1812.04948)."""
    torch.manual_seed(0)
    G = build("stylegan1.Generator", z_dim=512, c_dim=0, w_dim=512, img_resolution=8, img_channels=3, channel_max=128)
    state = G.state_dict()
    assert len([name for name in state if name.startswith("mapping.fc") and name.endswith("weight")]) == 8
    for name, value in state.items():
        if name.endswith(("bias", "noise_strength", "w_avg")):
            assert value.abs().max() == 0, name
        elif name.endswith("const") and "noise" not in name:
            assert (value == 1).all()
        elif name.startswith("mapping") or name.endswith(("conv0.weight", "conv1.weight", "affine.weight")):
            scale = 100 if name.startswith("mapping") else 1
            assert value.std().item() == pytest.approx(scale, rel=0.05), name
    layer = G.synthesis.b8.conv1
    assert layer.weight_gain == pytest.approx(math.sqrt(2 / (128 * 9)))
    assert G.synthesis.b8.torgb.weight_gain == pytest.approx(1 / math.sqrt(128))
    assert layer.affine.weight_gain == pytest.approx(1 / math.sqrt(512))
    assert G.mapping.w_avg_beta == 0.995


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
    G.synthesis.b16.conv1.forward = None  # would fail if it were reached
    assert draw(G, capture="b16.conv0").shape == (2, 4, 16, 16)


def test_inference_never_changes_the_network():
    G, D = generator(), discriminator()
    before, judged = snapshot(G), snapshot(D)
    for mode in ("const", "random", "none"):
        G(latents(), truncation_psi=[0.5] * G.num_ws, noise_mode=mode)
    for lod in (0.5, 2.0, 0.0):
        D(draw(G, lod=lod), lod=lod)
    draw(G, noise={"b8.conv0": (True, 2.0, None), "b16.conv1": (True, 0.5, 3)}, capture="b16.conv1")
    assert_unchanged(G, before)
    assert_unchanged(D, judged)
    assert (G.synthesis.lod, D.lod) == (0.0, 0.0)


def test_noise_settings():
    G, reference = generator(), generator()
    none = draw(G, noise_mode="none")
    assert not torch.equal(draw(G), none)
    for setting in ((False, 1.0, None), (True, 0.0, None), (True, 0.0, 5)):
        assert torch.equal(draw(G, noise=dict.fromkeys(LAYERS, setting)), none)
    for i, name in enumerate(LAYERS):
        layer = reference.synthesis.get_submodule(name)
        layer.noise_const.copy_(torch.from_numpy(np.random.RandomState([7, i]).randn(*layer.noise_const.shape) * 1.5))
    assert torch.allclose(draw(G, noise=dict.fromkeys(LAYERS, (True, 1.5, 7))), draw(reference), atol=1e-5)
    ws = G.mapping(latents(1)).detach().repeat(2, 1, 1)
    drawn = [draw(G, ws, noise_mode="random", generator=torch.Generator().manual_seed(s)) for s in (0, 0, 1)]
    assert torch.equal(drawn[0], drawn[1])
    assert not torch.equal(drawn[0], drawn[2])
    assert not torch.equal(drawn[0][0], drawn[0][1])


def test_a_batch_is_its_samples():
    G = generator()
    ws = G.mapping(latents(3)).detach()
    assert torch.allclose(draw(G, ws), torch.cat([draw(G, w[None]) for w in ws]), atol=1e-5)


# -- Growing -----------------------------------------------------------------------------------------------------


def test_growing_fades_a_resolution_in():
    """At a whole level nothing of the next resolution shows; in between, the images are blended by the rest."""
    G = generator()
    for level in (1, 2):
        coarse, fine = draw(G, lod=level), draw(G, lod=level - 1)
        assert coarse.shape == fine.shape == (2, 3, RES, RES)
        side = 2**level
        assert torch.equal(coarse, coarse[:, :, ::side, ::side].repeat_interleave(side, 2).repeat_interleave(side, 3))
        blended = draw(G, lod=level - 0.75)
        assert torch.allclose(blended, torch.lerp(fine, coarse, 0.25), atol=1e-5)


def test_layers_above_the_level_are_not_run():
    G = generator(lod=1.5)
    assert G.synthesis.layer_names == ("b4.input", "b4.conv1", "b4.torgb", "b8.conv0", "b8.conv1", "b8.torgb")
    assert G.synthesis.noise_layers == LAYERS, "seeds of noise must not move while a network grows"
    G.synthesis.b16.forward = G.synthesis.b16.conv0.forward = None
    assert draw(G).shape == (2, 3, RES, RES)
    assert torch.equal(draw(G), draw(generator(), lod=1.5))
    with pytest.raises(ValueError, match=r"no layer called 'b16\.conv1'"):
        draw(G, capture="b16.conv1")


def test_the_discriminator_fades_a_resolution_in():
    D = discriminator()
    img = torch.randn(4, 3, RES, RES)
    smooth = torch.nn.functional.avg_pool2d(img, 2).repeat_interleave(2, 2).repeat_interleave(2, 3)
    assert torch.allclose(D(img, lod=1), D(smooth, lod=1), atol=1e-6), "the highest resolution is not seen"
    assert not torch.allclose(D(img, lod=0.9), D(smooth, lod=0.9), atol=1e-6)
    assert torch.allclose(D(img, lod=1 - 1e-6), D(img, lod=1), atol=1e-4)
    assert torch.allclose(D(img, lod=1e-6), D(img), atol=1e-4)
    assert torch.equal(discriminator(lod=1.5)(img), D(img, lod=1.5))


@pytest.mark.parametrize("lod", [-0.5, 2.5, float("nan")])
def test_levels_that_cannot_be(lod):
    for call in (lambda: draw(generator(), lod=lod), lambda: discriminator()(torch.zeros(4, 3, RES, RES), lod=lod)):
        with pytest.raises(ValueError, match=r"level of detail is .* to 2"):
            call()
    for make in (generator, discriminator):
        with pytest.raises(ValueError, match="level of detail"):
            make(lod=lod)


def test_a_network_of_one_resolution_cannot_grow():
    G, D = generator(progressive=False), discriminator(progressive=False)
    assert not [name for name in G.state_dict() if "torgb" in name and "b16" not in name]
    assert not [name for name in D.state_dict() if "fromrgb" in name and "b16" not in name]
    assert torch.isfinite(D(draw(G))).all()
    for call in (lambda: draw(G, lod=1), lambda: D(torch.zeros(4, 3, RES, RES), lod=1)):
        with pytest.raises(ValueError, match="cannot grow"):
            call()


# -- Training ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("lod", [0.0, 0.5])
def test_gradients_reach_every_weight_that_runs(lod):
    G, D = generator(c_dim=2).train(), discriminator(c_dim=2).train()
    c = torch.eye(2)[[0, 1, 0, 1]]
    D(G(latents(4), c, lod=lod), c, lod=lod).sum().backward()
    idle = {0.0: ("b4.torgb", "b8.torgb", "b4.fromrgb", "b8.fromrgb"), 0.5: ("b4.torgb", "b4.fromrgb")}[lod]
    for net in (G, D):
        for name, parameter in net.named_parameters():
            if any(part in name for part in idle):
                assert parameter.grad is None
            else:
                assert parameter.grad is not None, name
                assert torch.isfinite(parameter.grad).all()


def test_second_derivatives():
    """R1 needs those of D by the image, path length those of G by w."""
    D = discriminator()
    img = torch.randn(4, 3, RES, RES).requires_grad_()
    (slope,) = torch.autograd.grad(D(img, lod=0.5).sum(), img, create_graph=True)
    slope.square().sum().backward()
    for name, parameter in D.named_parameters():
        if name.endswith("weight") and "b4.fromrgb" not in name:
            assert parameter.grad is not None, name
    G = generator().train()
    ws = G.mapping(latents())
    (slope,) = torch.autograd.grad((G.synthesis(ws) * torch.randn(2, 3, RES, RES)).sum(), ws, create_graph=True)
    slope.square().sum().backward()
    for name, parameter in G.named_parameters():
        if name.endswith("weight") and name.startswith("synthesis.b16"):
            assert parameter.grad is not None, name


def test_derivatives_are_right():
    """Against differences, through upsampling, blur, instance norm and style; and downsampling and minibatch std."""
    G = generator(img_resolution=8, channel_max=2, w_dim=2, z_dim=2).double()
    x = torch.randn(1, 2, 4, 4, dtype=torch.float64, requires_grad=True)
    w = torch.randn(1, 2, dtype=torch.float64, requires_grad=True)
    assert torch.autograd.gradgradcheck(G.synthesis.b8.conv0, (x, w), atol=1e-4, fast_mode=True)
    D = discriminator(img_resolution=8, channel_max=2, img_channels=1).double()
    x = torch.randn(2, 2, 8, 8, dtype=torch.float64, requires_grad=True)
    assert torch.autograd.gradgradcheck(lambda x: D.b4(D.b8(x)), x, atol=1e-4, fast_mode=True)


# -- Wrong calls -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"capture": "b32.conv0"}, "no layer called 'b32.conv0'"),
        ({"capture": "b8.torgb"}, "no layer called 'b8.torgb'"),
        ({"noise_mode": "loud"}, "no noise_mode 'loud'"),
        ({"noise": {"b16.torgb": (True, 1.0, None)}}, "No layer with noise is called 'b16.torgb'"),
        ({"input_transform": torch.eye(3)}, "StyleGAN1 has no input transform"),
        ({"ws": torch.zeros(1, 3, W)}, r"ws has the shape \(1, 3, 8\)"),
    ],
)
def test_wrong_calls_are_explained(options, message):
    with pytest.raises(ValueError, match=message):
        draw(generator(), **options)


def test_wrong_images_and_labels_are_explained():
    with pytest.raises(ValueError, match=r"needs \[N, 3, 16, 16\]"):
        discriminator()(torch.zeros(4, 3, 8, 8))
    with pytest.raises(ValueError, match="needs c of the shape"):
        discriminator(c_dim=2)(torch.zeros(4, 3, RES, RES))
    with pytest.raises(ValueError, match="groups of 4"):
        discriminator()(torch.zeros(6, 3, RES, RES))


@pytest.mark.parametrize("options", [{"img_resolution": 24}, {"activation": "sin"}, {"img_resolution": 2}])
def test_wrong_constructions_are_explained(options):
    for make in (generator, discriminator):
        with pytest.raises(ValueError, match=r"resolution|activation"):
            make(**options)
    with pytest.raises(ValueError, match="starts at 8x8"):
        discriminator(img_resolution=4)


def test_building_on_the_meta_device_allocates_nothing():
    with torch.device("meta"):
        networks = [build("stylegan1.Generator", z_dim=4, c_dim=2, w_dim=4, img_resolution=1024, img_channels=3)]
        networks.append(build("stylegan1.Discriminator", c_dim=2, img_resolution=1024, img_channels=3))
    tensors = [tensor for network in networks for tensor in network.state_dict().values()]
    assert all(tensor.is_meta for tensor in tensors)
