"""The discriminator against what the published implementations compute (fixtures/README.md)."""

import numpy as np
import pytest
import torch

import gan
from tests.fixtures_path import fixtures

TOLERANCES = {
    "sg1_tf_64": 1e-4,
    "sg2_tf_64": 1e-4,
    "sg2_64": 1e-4,
    "sg2_resnet_32": 1e-4,
    "sg2ada_cond_32": 1e-4,
    "sg3t_64": 5e-5,
    "sg3r_64": 5e-5,
}


@pytest.mark.parametrize("case", TOLERANCES)
@torch.no_grad()
def test_logits(case):
    folder = fixtures() / case
    D = gan.load(str(folder / "net.pkl")).D
    with np.load(folder / "expected.npz") as expected:
        c = torch.from_numpy(expected["c"]) if "c" in expected else None
        for images, logits in (("img_const", "d_logits"), ("d_img_rand", "d_logits_rand")):
            actual = D(torch.from_numpy(expected[images]), c)
            assert actual.shape == expected[logits].shape
            np.testing.assert_allclose(actual.numpy(), expected[logits], rtol=0, atol=TOLERANCES[case])
