"""Training on the GPU: the augmentation agrees with the CPU's, and a step of every configuration is sound."""

import pytest
import torch

from gan.data import ImageSource
from gan.training.augment.pipeline import AugmentPipe
from gan.training.augment.settings import PIPELINES
from gan.training.draws import GeneratorDraws
from gan.training.group import Group
from gan.training.trainer import Trainer
from tests.unit.training.tiny import config, dataset

pytestmark = [
    pytest.mark.gpu,
    pytest.mark.skipif(not torch.cuda.is_available(), reason="there is no CUDA device here"),
]


def test_augmentation_agrees_with_the_cpu():
    """The random numbers are drawn on the CPU for both."""
    images = torch.rand(4, 3, 64, 64) * 2 - 1
    pipe = AugmentPipe(PIPELINES["bgcfnc"])
    cpu = pipe(images, 0.8, GeneratorDraws(torch.Generator().manual_seed(0)))
    gpu = pipe.cuda()(images.cuda(), 0.8, GeneratorDraws(torch.Generator().manual_seed(0)))
    torch.testing.assert_close(gpu.cpu(), cpu, rtol=0, atol=1e-3)


@pytest.mark.parametrize("cfg", ["stylegan1", "stylegan2", "stylegan3-t", "stylegan3-r"])
def test_a_run_trains_and_goes_on(tmp_path, cfg):
    source = ImageSource(dataset(tmp_path / "images.zip", size=32))
    device = torch.device("cuda")
    made = config(source, cfg=cfg, cbase=512, cmax=16, aug="fixed", p=0.5)
    one = Trainer(made, source, Group(), device)
    for _ in range(2):
        one.step()
    two = Trainer(made, source, Group(), device, one.state_dict())
    one.step()
    two.step()
    one.close()
    two.close()
    for name in ("G", "D", "G_ema"):
        for key, value in getattr(one, name).state_dict().items():
            assert torch.isfinite(value).all(), key
            torch.testing.assert_close(getattr(two, name).state_dict()[key], value, rtol=1e-2, atol=1e-3)


def test_phases_are_timed_and_channels_last_trains(tmp_path):
    source = ImageSource(dataset(tmp_path / "images.zip", size=32))
    trainer = Trainer(config(source, cbase=512, cmax=16, nhwc=True), source, Group(), torch.device("cuda"))
    trainer.step()
    trainer.close()
    times = trainer.times.take()
    assert set(times) == {"Gmain", "Greg", "Dmain", "Dreg"}
    assert all(milliseconds > 0 for milliseconds in times.values())
    assert all(torch.isfinite(value).all() for value in trainer.G_ema.state_dict().values())
