"""The key of a recorded graph: every argument of the call is part of it, or prevents a recording."""

import inspect

import pytest
import torch

from gan.inference.graphs import Recordings, call_key
from gan.networks.protocol import SynthesisOptions
from gan.networks.synthesis import StyleSynthesis
from gan.ops.bending import Bend
from tests.unit.networks import tiny

SIGNATURE = inspect.signature(StyleSynthesis.forward)
NETWORKS = [tiny.generator().synthesis, tiny.generator().synthesis]
VALUES = {
    "self": NETWORKS,
    "ws": [torch.zeros(1, 6, 8), torch.ones(1, 6, 8)],
    "noise_mode": ["const", "none"],
    "noise": [None, {"b4.conv1": (True, 1.0, None)}, {"b4.conv1": (True, 0.5, None)}, {"b4.conv1": (False, 1.0, None)}],
    "generator": [None, torch.Generator()],
    "input_transform": [None, torch.eye(3), [[1, 0, 0], [0, 1, 0], [0, 0, 1]]],
    "force_fp32": [False, True, frozenset({"b4.conv1"}), frozenset({"b8.conv0"})],
    "update_emas": [False, True],
    "capture": [None, "b4.conv1", "b8.conv1"],
    "on_layer": [None, lambda name, x: None],
    "lod": [None, 0.0, 1.0],
    "style_offsets": [None, {"b4.conv1": torch.zeros(8)}, {"b8.conv0": torch.zeros(8)}, {"b4.conv1": [0.0] * 8}],
    "bends": [None, {"b4.conv1": (Bend("turn", 5.0),)}],
}
"""Different values of every argument."""
TENSORS = {"ws", "input_transform"}


def key_of(**changes):
    """Key and tensors of a call with the first value of every argument, but for the changes."""
    arguments = {name: values[0] for name, values in VALUES.items()} | changes
    bound = SIGNATURE.bind(arguments.pop("self"), arguments.pop("ws"), **arguments)
    bound.apply_defaults()
    return call_key(bound.arguments)


def test_the_values_are_those_of_every_argument():
    assert list(VALUES) == list(SIGNATURE.parameters)
    assert set(SynthesisOptions.__annotations__) == set(VALUES) - {"self", "ws", "update_emas"}


@pytest.mark.parametrize("name", SIGNATURE.parameters)
def test_no_argument_is_forgotten(name):
    keys = []
    for value in VALUES[name]:
        key, tensors = key_of(**{name: value})
        if isinstance(value, torch.Tensor):
            assert tensors[name] is value, "copied into the graph's input before every replay"
        if key is not None:
            keys.append((key, tuple(sorted(tensors))))
    if name in ("generator", "on_layer", "update_emas", "bends"):
        assert len(keys) == 1, "no graph can repeat it"
    elif name == "ws":
        assert len(set(keys)) == 1
    else:
        assert len(set(keys)) == len(keys) == len(VALUES[name])


@pytest.mark.parametrize(
    "changes",
    [
        {"noise_mode": "random"},
        {"noise": {"b4.conv1": (True, 1.0, 7)}},
        {"input_transform": torch.eye(3).numpy()},
    ],
    ids=["drawn for each image", "drawn from a seed", "an array on the host"],
)
def test_what_the_host_computes_is_not_recorded(changes):
    assert key_of(**changes) == (None, {})


def test_calls_are_bound_by_name_with_defaults():
    """A default written out is the same call; what has no recording gives None."""
    asked = []

    class Recorder:
        def record(self, render):
            raise AssertionError

    recordings = Recordings(Recorder())
    recordings.replay = lambda key, inputs, render: asked.append((key, sorted(inputs)))
    network, ws = NETWORKS[0], VALUES["ws"][0]
    assert recordings.image(network, ws) is None
    assert recordings.image(network, ws, noise_mode="const", lod=None) is None
    assert recordings.image(network, ws, noise_mode="none") is None
    assert asked[0] == asked[1] != asked[2]
    with pytest.raises(TypeError, match="draft"):
        recordings.image(network, ws, draft=8)
