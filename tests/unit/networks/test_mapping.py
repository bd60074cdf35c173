import pytest
import torch

from gan.networks.mapping import MappingNetwork

from .tiny import assert_unchanged, snapshot


@pytest.fixture
def mapping():
    torch.manual_seed(0)
    network = MappingNetwork(z_dim=5, c_dim=3, w_dim=4, num_ws=6, num_layers=2)
    network.w_avg.normal_()
    return network


@pytest.fixture
def inputs():
    return torch.randn(2, 5), torch.eye(3)[:2]


@pytest.mark.parametrize("cutoff", [None, 0, 4, 6])
@pytest.mark.parametrize("as_tensor", [False, True])
def test_a_list_of_psi_is_the_formula_per_vector(mapping, inputs, cutoff, as_tensor):
    psi = [0.0, 0.5, 1.0, -1.0, 1.5, 0.7]
    ws = mapping(*inputs)
    expected = torch.stack(
        [
            mapping.w_avg + p * (ws[:, i] - mapping.w_avg) if cutoff is None or i < cutoff else ws[:, i]
            for i, p in enumerate(psi)
        ],
        dim=1,
    )
    given = torch.tensor(psi, dtype=torch.float64) if as_tensor else psi
    actual = mapping(*inputs, truncation_psi=given, truncation_cutoff=cutoff)
    assert torch.allclose(actual, expected, atol=1e-6)


def test_psi_zero_is_exactly_the_mean_and_one_exactly_w(mapping, inputs):
    ws = mapping(*inputs)
    truncated = mapping(*inputs, truncation_psi=[0.0, 1.0, 1.0, 1.0, 1.0, 1.0])
    assert torch.equal(truncated[:, 0], mapping.w_avg.expand(2, -1))
    assert torch.equal(truncated[:, 1:], ws[:, 1:])


def test_the_length_of_a_latent_does_not_matter(mapping, inputs):
    z, c = inputs
    assert torch.allclose(mapping(z * 7, c), mapping(z, c), atol=1e-5)


def test_the_label_matters(mapping, inputs):
    z, _ = inputs
    assert not torch.allclose(mapping(z, torch.eye(3)[[0, 0]]), mapping(z, torch.eye(3)[[1, 1]]))


def test_only_update_emas_moves_the_mean(mapping, inputs):
    before = snapshot(mapping)
    ws = mapping(*inputs, truncation_psi=0.5)
    assert_unchanged(mapping, before)
    ws = mapping(*inputs, update_emas=True)
    expected = before["w_avg"] * mapping.w_avg_beta + ws[:, 0].mean(dim=0) * (1 - mapping.w_avg_beta)
    assert torch.allclose(mapping.w_avg, expected, atol=1e-6)


def test_hidden_and_embedding_sizes():
    network = MappingNetwork(5, 3, 4, num_ws=None, num_layers=3, embed_features=7, layer_features=9, w_avg_beta=None)
    shapes = [tuple(getattr(network, name).weight.shape) for name in ("embed", "fc0", "fc1", "fc2")]
    assert shapes == [(7, 3), (9, 12), (9, 9), (4, 9)]
    assert network(torch.randn(2, 5), torch.randn(2, 3)).shape == (2, 4)
    assert "w_avg" not in network.state_dict()


@pytest.mark.parametrize(
    ("z", "c", "options", "message"),
    [
        ((2, 4), (2, 3), {}, r"z has the shape \(2, 4\)"),
        ((2, 5), (2, 2), {}, r"c has the shape \(2, 2\)"),
        ((2, 5), None, {}, "needs c"),
        (None, (2, 3), {}, "needs z"),
        ((2, 5), (1, 3), {}, "one label per latent"),
        ((2, 5), (2, 3), {"truncation_psi": [0.5, 0.5]}, "a list of 6"),
    ],
)
def test_wrong_inputs_are_named(mapping, z, c, options, message):
    z = None if z is None else torch.zeros(z)
    c = None if c is None else torch.zeros(c)
    with pytest.raises(ValueError, match=message):
        mapping(z, c, **options)


def test_no_mean_no_truncation():
    network = MappingNetwork(5, 0, 4, num_ws=2, num_layers=1, w_avg_beta=None)
    with pytest.raises(ValueError, match="cannot truncate"):
        network(torch.randn(1, 5), truncation_psi=0.7)


def test_impossible_sizes():
    with pytest.raises(ValueError, match="both 0"):
        MappingNetwork(0, 0, 4, num_ws=2)
    with pytest.raises(ValueError, match="at least one layer"):
        MappingNetwork(5, 0, 4, num_ws=2, num_layers=0)


def test_no_layers_leave_the_input_normalised():
    network = MappingNetwork(4, 0, 4, num_ws=2, num_layers=0)
    z = torch.randn(3, 4)
    expected = z / (z.square().mean(dim=1, keepdim=True) + 1e-8).sqrt()
    assert torch.allclose(network(z)[:, 1], expected, atol=1e-6)
    assert torch.equal(MappingNetwork(4, 0, 4, num_ws=2, num_layers=0, normalize=False)(z)[:, 1], z)
    assert list(network.parameters()) == []


def test_a_gain_in_the_weight_leaves_the_bias_alone():
    """lrelu(sqrt 2 x w + b), and not sqrt 2 lrelu(x w + b): StyleGAN1's way."""
    torch.manual_seed(0)
    network = MappingNetwork(4, 0, 3, num_ws=1, num_layers=1, lr_multiplier=1, gain=2**0.5, normalize=False)
    network.fc0.bias.data.normal_()
    z = torch.randn(5, 4)
    y = z @ network.fc0.weight.t() * 2**0.5 / 2 + network.fc0.bias
    assert torch.allclose(network(z)[:, 0], torch.where(y > 0, y, 0.2 * y), atol=1e-6)


def test_joint_labels_start_normal():
    torch.manual_seed(0)
    network = MappingNetwork(64, 50, 8, num_ws=1, num_layers=1, joint_labels=True)
    assert network.embed.bias is None
    assert network.embed.weight.shape == (64, 50)
    assert abs(network.embed.weight.std().item() - 1) < 0.05
    assert network.embed.weight_gain == 1
