"""Motion with the real renderer: low-res images on the way, and at its end the image that there is without them."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch

import gan
from gan.networks import build
from renderer.ipc.protocol import ImageState, Latent, Network, RenderRequest, Truncation

SOON = 1e-3  # ms: no image takes less


def save(folder: Path, family: str) -> str:
    """A network of 128 x 128 that was not trained: smaller ones have no low resolutions in the renderer."""
    sizes = {"z_dim": 32, "c_dim": 0, "w_dim": 32, "img_resolution": 128, "img_channels": 3}
    own = {"channel_base": 1024, "channel_max": 16, "mapping_kwargs": {"num_layers": 2}}
    architecture = gan.Architecture(f"{family}.Generator", {**sizes, **own})
    with torch.random.fork_rng():
        torch.manual_seed(3)
        G = build(architecture.class_name, **architecture.arguments).eval()
        G.mapping.w_avg.normal_()
    path = folder / f"{family}.safetensors"
    gan.save(path, gan.Networks(G=None, D=None, G_ema=G, info=gan.describe({"G_ema": architecture})))
    return str(path)


@pytest.mark.parametrize("family", ["stylegan2", "stylegan3"])
def test_motion_ends_on_the_image_of_a_renderer_without_drafts(open_window, tmp_path, family):
    image = ImageState(network=Network(save(tmp_path, family)), latent=Latent(x=5))
    request = RenderRequest(1, image, device="cpu")

    plain, window = open_window(), open_window()
    first = window.ask(replace(request, low_res_ms=SOON))
    assert first.low_res, "the first image is the one that is ready first"
    assert not window.ask(replace(request, request_id=2)).low_res

    begun = len(window.frames)
    for i in range(3, 60):
        psi = Truncation(psi=i / 60)
        moving = replace(
            request, request_id=i, image=replace(image, truncation=psi), low_res_ms=SOON, moving=True, fast=True
        )
        window.renderer.submit(moving)
        window.poll()
    window.until(lambda: window.frames[-1].request_id == 59)
    moved = window.frames[begun:]
    assert all(frame.low_res for frame in moved)
    assert len({frame.low_res for frame in moved}) == 1, "the resolution is steady"

    end = replace(request, request_id=60, image=replace(image, truncation=Truncation(psi=59 / 60)))
    ended = window.ask(end)
    assert not ended.low_res
    assert not ended.fast
    plain.ask(request)
    plain.ask(end)
    np.testing.assert_array_equal(window.picture(), plain.picture())
