"""Figures of the lens side by side in the real renderer, and what goes before them."""

import numpy as np

from renderer.ipc.protocol import Diversity, Equivariance, ImageState, Job, Network, RenderRequest, Still, Transform
from tests.unit.renderer import tiny


def test_figures_take_turns_and_a_picture_goes_before_them(open_window, tmp_path):
    tiny.save(tmp_path, "sg3")
    image = ImageState(network=Network(str(tmp_path / "sg3.safetensors")), transform=Transform(0.1, 0.0, 10.0))
    request = RenderRequest(1, image, device="cpu")
    window = open_window()
    window.ask(request)

    def told(key: str) -> list[int]:
        return [one.done for one in window.progress if one.key == key]

    window.renderer.start(Job("equivariance", Equivariance(request, 16, 31)))
    window.until(lambda: told("equivariance"))
    window.renderer.start(Job("diversity", Diversity(request, 12)))
    window.until(lambda: len(told("diversity")) >= 3)
    begun = len(window.progress)
    window.renderer.start(Job("picture", Still(request)))
    window.until(lambda: told("picture"))
    between = [one.key for one in window.progress[begun:]]
    assert between.index("picture") <= 4, "it waits for the step at hand, and for what was on its way"
    window.until(lambda: any(one.key == "diversity" and one.over for one in window.progress))
    assert not any(one.key == "equivariance" and one.over for one in window.progress), "the longer one goes on"
    assert np.diff(told("equivariance")).min() >= 0
