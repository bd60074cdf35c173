"""Plans with style offsets, against the reference with the same."""

import pytest
import torch

import gan
from gan.inference import cpu
from gan.inference.cpu import precision
from gan.inference.graphs import Recordings
from gan.inference.low_res import at_resolution, shares
from tests.unit.inference.comparing import assert_same, is_close, latents, reference, seen, stylegan3
from tests.unit.networks import tiny

NETWORKS = {
    "stylegan2": tiny.generator,
    "many colours": lambda: tiny.generator(img_channels=5),
    "stylegan3-t": lambda: stylegan3(img_resolution=64, channel_base=800),
    "stylegan3-r": lambda: stylegan3(conv_kernel=1, use_radial_filters=True),
}


def all_offsets(synthesis, rows=None):
    """Offsets of every layer, for one image or `rows` of a batch."""
    source = torch.Generator().manual_seed(8)
    sizes = {name: (count,) if rows is None else (rows, count) for name, count in synthesis.style_channels.items()}
    return {name: 0.5 * torch.randn(size, generator=source) for name, size in sizes.items()}


@pytest.mark.parametrize("kind", NETWORKS)
@torch.no_grad()
def test_every_layer_of_a_plan_follows_the_offsets(kind):
    G = NETWORKS[kind]()
    ws, offsets = latents(G), all_offsets(G.synthesis)
    expected = seen(G, ws, style_offsets=offsets)
    assert cpu.warm_up(G.synthesis)
    with gan.rendered_by() as ways:
        actual = seen(G, ws, style_offsets=offsets)
    assert ways == ["plan"]
    assert_same(actual, expected)
    for name, offset in offsets.items():
        own = {name: offset}
        assert is_close(G.synthesis(ws, style_offsets=own), reference(G, ws, style_offsets=own)), name
    plain = G.synthesis(ws)
    assert torch.equal(plain, G.synthesis(ws)), "offsets do not stay"
    assert not is_close(plain, expected[-1][1])


@torch.no_grad()
def test_each_image_of_a_batch_follows_its_own():
    G = tiny.generator()
    ws, offsets = latents(G, count=3), all_offsets(G.synthesis, rows=3)
    expected = reference(G, ws, style_offsets=offsets)
    with gan.rendered_by() as ways:
        actual = G.synthesis(ws, style_offsets=offsets)
    assert ways == ["plan"]
    assert is_close(actual, expected)


@pytest.mark.parametrize("kind", ["stylegan2", "stylegan3-t"])
@torch.no_grad()
def test_plans_of_low_resolutions_follow_them(kind):
    G = NETWORKS[kind]()
    ws, offsets = latents(G), all_offsets(G.synthesis)
    drafts = [at_resolution(G.synthesis, side) for side in shares(G.synthesis)]
    assert drafts
    expected = [draft(ws, style_offsets=offsets) for draft in drafts]
    assert cpu.warm_up(G.synthesis)
    cpu.warm_up_low_res(G.synthesis)
    for draft, image in zip(drafts, expected, strict=True):
        with gan.rendered_by() as ways:
            assert is_close(draft(ws, style_offsets=offsets), image)
        assert ways == ["plan"]


@pytest.mark.parametrize("kind", ["stylegan2", "stylegan3-t"])
@torch.no_grad()
def test_fast_plans_follow_them_within_their_rounding(kind, monkeypatch):
    monkeypatch.setattr(precision, "has_fast", lambda: True)
    G = NETWORKS[kind]()
    ws, offsets = latents(G), all_offsets(G.synthesis)
    assert cpu.warm_up(G.synthesis)
    assert cpu.warm_up_fast(G.synthesis)
    exact = G.synthesis(ws, style_offsets=offsets)
    with cpu.rendering("fast"), gan.rendered_by() as ways:
        fast = G.synthesis(ws, style_offsets=offsets)
    assert ways == ["fast plan"]
    assert 0 < (fast - exact).square().mean().sqrt() < 0.02 * exact.std()


class _Repeat:
    """Recorder that calls the network again, with the memory that it recorded."""

    def __init__(self):
        self.recorded = 0

    def record(self, render):
        self.recorded += 1
        output = render()

        class Replay:
            def replay(self):
                output.copy_(render())

        return Replay(), output


@torch.no_grad()
def test_a_graph_is_of_the_layers_and_takes_the_values():
    synthesis = tiny.generator().synthesis
    recorder = _Repeat()
    recordings, ws = Recordings(recorder), latents(tiny.generator())
    for layer, amount in [("b8.conv0", 1.0), ("b8.conv0", 2.0), ("b8.conv0", -3.0), ("b4.conv1", 1.0)]:
        offsets = {layer: torch.full((8,), amount)}
        image = recordings.image(synthesis, ws, style_offsets=offsets)
        assert (image is None) == ((layer, amount) in [("b8.conv0", 1.0), ("b4.conv1", 1.0)])
        assert image is None or torch.equal(image, synthesis(ws, style_offsets=offsets))
    assert recorder.recorded == 1, "a slider that moves takes one graph"
    noise = {"b4.conv1": torch.randn(4, 4)}
    assert recordings.image(synthesis, ws, noise=noise) is None
    again = {"b4.conv1": torch.randn(4, 4)}
    assert torch.equal(recordings.image(synthesis, ws, noise=again), synthesis(ws, noise=again))
