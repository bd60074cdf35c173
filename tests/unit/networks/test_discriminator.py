import pytest
import torch

from gan.networks.discriminator import MinibatchStdLayer
from gan.networks.layers import ARCHITECTURES

from .tiny import RES, assert_unchanged, discriminator, snapshot


def images(count=4, seed=0):
    return torch.randn(count, 3, RES, RES, generator=torch.Generator().manual_seed(seed))


@pytest.mark.parametrize("architecture", ARCHITECTURES)
@pytest.mark.parametrize("c_dim", [0, 3])
def test_architectures(architecture, c_dim):
    D = discriminator(architecture=architecture, c_dim=c_dim, mapping_kwargs={"num_layers": 2} if c_dim else {})
    before = snapshot(D)
    c = torch.eye(3)[[0, 1, 2, 0]] if c_dim else None
    logits = D(images(), c)
    assert logits.shape == (4, 1)
    assert torch.isfinite(logits).all()
    assert_unchanged(D, before)
    names = {name.split(".")[1] for name in D.state_dict() if name.startswith("b8.")}
    extra = {"skip": {"fromrgb"}, "resnet": {"skip"}, "orig": set()}[architecture]
    assert names == {"conv0", "conv1", "resample_filter"} | extra
    if c_dim:
        assert not torch.allclose(D(images(), c[[1, 1, 1, 1]]), logits)


def test_minibatch_std_by_hand():
    x = torch.randn(6, 4, 2, 2)
    y = MinibatchStdLayer(group_size=3, num_channels=2)(x)
    assert y.shape == (6, 6, 2, 2)
    assert torch.equal(y[:, :4], x)
    for n in range(6):
        group = x[n % 2 :: 2]  # three samples, two apart
        for channel in range(2):
            part = group[:, 2 * channel : 2 * channel + 2]
            expected = (part.var(dim=0, unbiased=False) + 1e-8).sqrt().mean()
            assert torch.allclose(y[n, 4 + channel], expected.expand(2, 2), atol=1e-6)


def test_minibatch_std_of_small_and_uneven_batches():
    layer = MinibatchStdLayer(group_size=4)
    assert layer(torch.randn(1, 2, 2, 2))[0, 2].max() == pytest.approx(1e-4)
    assert layer(torch.randn(3, 2, 2, 2)).shape == (3, 3, 2, 2)
    with pytest.raises(ValueError, match="groups of 4; 6 is not a multiple"):
        layer(torch.randn(6, 2, 2, 2))
    with pytest.raises(ValueError, match="5 channels cannot be shared among 2"):
        MinibatchStdLayer(4, num_channels=2)(torch.randn(4, 5, 2, 2))


def test_without_minibatch_std_samples_are_judged_alone():
    D = discriminator(epilogue_kwargs={"mbstd_num_channels": 0})
    x = images()
    assert torch.allclose(D(x), torch.cat([D(sample[None]) for sample in x]), atol=1e-5)
    D = discriminator()
    assert not torch.allclose(D(x), torch.cat([D(sample[None]) for sample in x]), atol=1e-5)


def test_freezing_counts_layers_from_the_image():
    order = ["b16.fromrgb", "b16.conv0", "b16.conv1", "b16.skip", "b8.conv0", "b8.conv1", "b8.skip"]
    free = discriminator()
    for frozen in (0, 1, 5, 7):
        D = discriminator(block_kwargs={"freeze_layers": frozen})
        assert D.state_dict().keys() == free.state_dict().keys()
        trained = {name.rsplit(".", 1)[0] for name, _ in D.named_parameters()}
        assert [name for name in order if name not in trained] == order[:frozen]


@pytest.mark.parametrize("architecture", ARCHITECTURES)
def test_gradient_penalty_reaches_every_weight(architecture):
    D = discriminator(architecture=architecture).train()
    x = images().requires_grad_()
    (slope,) = torch.autograd.grad(D(x).sum(), x, create_graph=True)
    slope.square().sum().backward()
    for name, parameter in D.named_parameters():
        if name.endswith("weight"):
            assert parameter.grad is not None, name
            assert torch.isfinite(parameter.grad).all(), name
            assert parameter.grad.abs().max() > 0, name


def test_conv_clamp():
    assert not torch.allclose(discriminator(conv_clamp=0.01)(images()), discriminator(conv_clamp=None)(images()))


@pytest.mark.parametrize(
    ("shape", "message"),
    [((4, 1, RES, RES), r"needs \[N, 3, 16, 16\]"), ((4, 3, 8, 8), r"shape \(4, 3, 8, 8\)")],
)
def test_wrong_images_are_named(shape, message):
    with pytest.raises(ValueError, match=message):
        discriminator()(torch.zeros(shape))


def test_a_missing_label_is_named():
    with pytest.raises(ValueError, match=r"needs c of the shape \[N, 3\]"):
        discriminator(c_dim=3)(images())


def test_impossible_constructions():
    with pytest.raises(ValueError, match="8x8 or above"):
        discriminator(img_resolution=4)
    with pytest.raises(ValueError, match="no architecture"):
        discriminator(architecture="mesh")


@pytest.mark.gpu
@pytest.mark.skipif(not torch.cuda.is_available(), reason="needs CUDA")
def test_half_precision_on_cuda():
    D = discriminator(num_fp16_res=2).cuda()
    x = images().cuda()
    half, exact = D(x), D(x, force_fp32=True)
    assert half.dtype == torch.float32
    assert not torch.equal(half, exact)
    assert (half - exact).abs().max() < 0.02 * exact.abs().max() + 1e-3
