"""A network with its plan."""

import pytest

from gan.inference import cpu
from tests.unit.inference.comparing import with_biases
from tests.unit.networks import tiny


@pytest.fixture
def fast():
    G = with_biases(tiny.generator(img_resolution=32, channel_base=512, channel_max=32))
    assert cpu.warm_up(G.synthesis)
    return G
