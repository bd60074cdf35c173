"""Networks small enough to build in every test."""

import torch

from gan.networks import build

Z, W, RES = 6, 8, 16


def generator(seed=0, **kwargs):
    """A StyleGAN2 generator whose noise and truncation show: fresh ones have strength 0 and a mean of 0."""
    torch.manual_seed(seed)
    options = {
        "z_dim": Z,
        "c_dim": 0,
        "w_dim": W,
        "img_resolution": RES,
        "img_channels": 3,
        "channel_base": 64,
        "channel_max": 8,
        "mapping_kwargs": {"num_layers": 2},
    }
    G = build("stylegan2.Generator", **(options | kwargs)).eval()
    with torch.no_grad():
        G.mapping.w_avg.normal_()
        for name, parameter in G.named_parameters():
            if name.endswith("noise_strength"):
                parameter.fill_(0.5)
    return G


def discriminator(seed=0, **kwargs):
    torch.manual_seed(seed)
    options = {"c_dim": 0, "img_resolution": RES, "img_channels": 3, "channel_base": 64, "channel_max": 8}
    return build("stylegan2.Discriminator", **(options | kwargs)).eval()


def latents(count=2, seed=1):
    return torch.randn(count, Z, generator=torch.Generator().manual_seed(seed))


def snapshot(network):
    return {name: value.clone() for name, value in network.state_dict().items()}


def assert_unchanged(network, before):
    after = network.state_dict()
    assert after.keys() == before.keys()
    assert all(torch.equal(after[name], before[name]) for name in before)
