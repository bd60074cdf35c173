"""Thumbnails that a GPU draws together are those that it draws one by one."""

import numpy as np
import pytest
import torch

from renderer.engine import describing, small
from renderer.engine.render import StageCaches
from renderer.ipc.protocol import ImageState, Latent, RenderRequest, ThumbnailRequest
from tests.gpu.test_frames import Held
from tests.unit.renderer import tiny

pytestmark = [
    pytest.mark.gpu,
    pytest.mark.skipif(not torch.cuda.is_available(), reason="there is no CUDA device here"),
]


@pytest.mark.parametrize("kind", ["sg2", "sg3"])
def test_together_as_alone(kind, monkeypatch):
    monkeypatch.setattr(describing, "LOWEST_RES", 8)
    held, caches = Held(kind), StageCaches()
    wanted = [
        ThumbnailRequest(f"t{i}", RenderRequest(0, ImageState(latent=Latent(x=float(i))), "cuda:0"), 16)
        for i in range(5)
    ]
    with torch.inference_mode():
        alone = [small.thumbnails(held, caches, (one,), False, tiny.Watching())[0].pixels for one in wanted]
        together = small.thumbnails(held, caches, wanted, False, tiny.Watching())
    assert len(together) == len(wanted)
    for one, picture in zip(together, alone, strict=True):
        assert one.final
        assert np.abs(one.pixels.astype(int) - picture).max() <= 2  # half precision sums in another order
