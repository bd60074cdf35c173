"""Plans against what the published implementations compute (fixtures/README.md)."""

import numpy as np
import pytest
import torch

import gan
from gan.inference import cpu
from tests.fixtures_path import fixtures

CASES = {
    "sg1_tf_64": 1e-4,
    "sg2_64": 1e-4,
    "sg2_resnet_32": 1e-4,
    "sg2ada_cond_32": 1e-4,
    "sg2_tf_64": 1e-4,
    "sg3t_64": 5e-5,
    "sg3r_64": 5e-5,
}
"""And their tolerances."""


@pytest.mark.parametrize("case", CASES)
@torch.no_grad()
def test_pictures(case):
    folder = fixtures() / case
    with np.load(folder / "expected.npz") as stored:
        w, pictures = stored["w"], stored["img_const"]
    synthesis = gan.load(str(folder / "net.pkl"), only=("G_ema",)).G_ema.synthesis
    assert cpu.warm_up(synthesis)
    for one, picture in zip(torch.from_numpy(w), pictures, strict=True):
        ws = one[None] if one.ndim == 2 else one.expand(1, synthesis.num_ws, -1)
        assert cpu.plan_for(synthesis, ws) is not None
        np.testing.assert_allclose(synthesis(ws)[0].numpy(), picture, rtol=0, atol=CASES[case])
