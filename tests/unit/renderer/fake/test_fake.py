import inspect
import json
import threading
from dataclasses import replace

import numpy as np
import pytest

from foundation.bands import style_bands
from renderer.document.mixing import take
from renderer.fake.client import FakeRenderer
from renderer.fake.engine import model_info
from renderer.ipc.client import Renderer
from renderer.ipc.interface import AnyRenderer
from renderer.ipc.protocol import (
    LAYER_TILE,
    LAYERS,
    PICTURE,
    SPECTRUM,
    Display,
    ImageState,
    Latent,
    Mixing,
    Network,
    Noise,
    RenderRequest,
    Spectrum,
    ThumbnailRequest,
    Transform,
    Truncation,
)
from tests.fixtures_path import fixtures
from tests.unit.renderer import tiny


def shown(fake: FakeRenderer, request: RenderRequest, name: str = PICTURE) -> np.ndarray:
    fake.submit(request)
    frame = fake.poll().frame
    return fake.pixels(next(part for part in frame.parts if part.name == name)).copy()


def test_both_renderers_have_the_interface_that_the_window_uses():
    for name in (name for name in vars(AnyRenderer) if not name.startswith("_")):
        assert hasattr(Renderer, name)
        assert hasattr(FakeRenderer(), name)
        if callable(method := getattr(Renderer, name)):
            ours = inspect.signature(getattr(FakeRenderer, name))
            assert list(ours.parameters) == list(inspect.signature(method).parameters)


@pytest.mark.parametrize(
    "change",
    [
        {"latent": Latent(x=0.5)},
        {"latent": Latent(y=1)},
        {"truncation": Truncation(psi=0.5)},
        {"mixing": take(Mixing(x=3), (0, 1), None)},
        {"transform": Transform(x=0.1)},
        {"transform": Transform(angle=20)},
        {"display": Display(scale_db=6)},
        {"display": Display(layer="L3_52_512")},
        {"display": Display(channels="one")},
    ],
)
def test_controls_change_the_picture_and_nothing_else_does(change):
    fake = FakeRenderer(resolution=256)
    first, changed = shown(fake, RenderRequest(1)), shown(fake, tiny.changed(RenderRequest(2), **change))
    assert first.shape != changed.shape or (first != changed).mean() > 0.05
    np.testing.assert_array_equal(shown(fake, RenderRequest(3)), first)


def test_noise_is_for_networks_that_have_it():
    request, random = RenderRequest(1), RenderRequest(2, ImageState(noise=Noise(mode="random", seed=5)))
    stylegan2, stylegan3 = FakeRenderer(family="StyleGAN2"), FakeRenderer(family="StyleGAN3-T")
    assert (shown(stylegan2, request) != shown(stylegan2, random)).any()
    assert (shown(stylegan3, request) == shown(stylegan3, random)).all()


def test_the_picture_moves_right_and_down_and_turns_clockwise():
    fake = FakeRenderer(resolution=128)
    base = shown(fake, RenderRequest(1))
    right = shown(fake, RenderRequest(2, ImageState(transform=Transform(x=0.25))))
    down = shown(fake, RenderRequest(3, ImageState(transform=Transform(y=0.25))))
    np.testing.assert_allclose(right[:, 32:].astype(int), base[:, :-32].astype(int), atol=1)
    np.testing.assert_allclose(down[32:].astype(int), base[:-32].astype(int), atol=1)
    turned = shown(fake, RenderRequest(4, ImageState(transform=Transform(angle=90))))
    np.testing.assert_allclose(turned.astype(int), np.rot90(base, -1).astype(int), atol=1)


def test_a_frame_carries_what_was_asked_for():
    fake = FakeRenderer(resolution=256)
    fake.submit(RenderRequest(1, display=Display(spectrum=Spectrum(on=True), layer_table=True)))
    frame = fake.poll().frame
    assert [part.name for part in frame.parts] == [PICTURE, SPECTRUM, LAYERS]
    assert (frame.parts[2].height, frame.parts[2].width) == (LAYER_TILE, LAYER_TILE * len(frame.layers))
    assert len(frame.layer_statistics) == len(frame.layers)
    assert frame.radial[0][0] == 0
    assert all(fake.pixels(part).shape == (part.height, part.width, 4) for part in frame.parts)


def test_failures_and_loading_can_be_brought_up_and_the_picture_stays():
    woken = []
    fake = FakeRenderer(on_reply=lambda: woken.append(1))
    fake.submit(RenderRequest(7))
    part = fake.poll().frame.parts[0]
    fake.fail("memory", "Out of memory.", "Close something.", "Traceback")
    fake.load(Network("x.pkl"), 0.25)
    replies = fake.poll()
    assert (replies.failure.problem, replies.failure.request_id, replies.loading.share) == ("memory", 7, 0.25)
    assert replies.frame is None
    assert fake.pixels(part).any()
    assert fake.poll().failure is None
    assert fake.poll().loading is not None, "loading goes on until there is a picture"
    fake.submit(RenderRequest(8))
    assert fake.poll().loading is None
    assert len(woken) == 4


def test_a_dead_fake_answers_nothing_until_it_is_restarted():
    fake = FakeRenderer()
    fake.alive = False
    fake.submit(RenderRequest(1))
    assert fake.poll().frame is None
    fake.restart()
    assert fake.poll().frame.request_id == 1
    assert (fake.alive, fake.restarts) == (True, 1)


def test_thumbnails_are_drawn_once():
    fake = FakeRenderer()
    wanted = ThumbnailRequest("a", RenderRequest(1), 48)
    fake.want((wanted,))
    fake.want((wanted, replace(wanted, key="b")))
    thumbnails = fake.poll().thumbnails
    assert [thumbnail.key for thumbnail in thumbnails] == ["a", "b"]
    assert all(len(thumbnail.rgba) == 48 * 48 * 4 for thumbnail in thumbnails)


def test_with_a_render_time_the_latest_request_wins():
    arrived = threading.Event()
    fake = FakeRenderer(on_reply=arrived.set, resolution=64, milliseconds=30)
    for i in range(1, 50):
        fake.submit(RenderRequest(i, ImageState(latent=Latent(x=i))))
    ids = []
    while 49 not in ids:
        assert arrived.wait(5)
        arrived.clear()
        if (frame := fake.poll().frame) is not None:
            ids.append(frame.request_id)
    assert len(ids) <= 2
    fake.close()


@pytest.mark.parametrize("resolution", [256, 512, 1024])
def test_the_stylegan3_look_alike_has_the_published_layers(resolution):
    published = json.loads((fixtures() / "sg3_full_shapes" / "sg3_full_shapes.json").read_text())
    state = published[f"stylegan3-t-{resolution}"]["G_state_dict"]
    names = [key.split(".")[1] for key in state if key.startswith("synthesis.L") and key.endswith(".weight")]
    names = list(dict.fromkeys(names))
    model = model_info(Network(), "StyleGAN3-T", resolution)
    assert [layer.name for layer in model.layers] == ["input", *names]
    assert model.num_ws == published[f"stylegan3-t-{resolution}"]["num_ws"] == len(model.ws_names)


def test_the_stylegan2_look_alike_has_the_published_vectors():
    model = model_info(Network("folder/ffhq.pkl"), "StyleGAN2", 1024)
    assert (model.num_ws, model.title) == (18, "ffhq.pkl")
    assert model.ws_names[:4] == ("b4.conv1", "b8.conv0", "b8.conv1", "b16.conv0")
    assert model.ws_names[-1] == "b1024.torgb"
    assert model.ws_sizes[:4] == ((4, 4), (8, 8), (8, 8), (16, 16))


@pytest.mark.parametrize(
    ("num_ws", "stylegan3", "bands"),
    [
        (18, False, (4, 8)),
        (8, False, (4, 8)),  # 32 x 32: no fine band
        (4, False, (4, 4)),
        (16, True, (6, 11)),
        (8, True, (3, 6)),
    ],
)
def test_bands(num_ws, stylegan3, bands):
    assert style_bands(num_ws, stylegan3) == bands
