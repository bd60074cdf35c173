"""The real renderer process with real networks."""

import contextlib
import http.server
import os
import signal
import threading
import time
from dataclasses import replace

import numpy as np
import pytest

from renderer.ipc.protocol import (
    LAYER_TILE,
    LAYERS,
    PICTURE,
    SPECTRUM,
    Display,
    ImageState,
    Job,
    Latent,
    LayerStyle,
    Mixing,
    Network,
    NoiseDeviation,
    RenderRequest,
    Spectrum,
    Still,
    ThumbnailRequest,
    Truncation,
)
from tests.unit.renderer import tiny


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    folder = tmp_path_factory.mktemp("networks")
    for kind in tiny.ARCHITECTURES:
        tiny.save(folder, kind)
    return folder


@pytest.fixture
def request_of(folder):
    def make(kind: str, request_id: int = 1) -> RenderRequest:
        return RenderRequest(request_id, ImageState(network=Network(str(folder / f"{kind}.safetensors"))), device="cpu")

    return make


def test_a_session_with_the_real_renderer(open_window, request_of, tmp_path):
    """One process for many assertions, as its start takes longest."""
    window = open_window()
    sg2 = request_of("sg2")

    first = window.ask(sg2)
    assert window.loadings[0].network == sg2.image.network
    assert window.renderer.poll().loading is None
    assert [stage for stage, _ in first.milliseconds] == ["load", "mapping", "edits", "synthesis", "display"]
    ours = tiny.Bench(sg2.image.network.source)
    picture = window.picture()
    np.testing.assert_array_equal(picture, ours.picture())

    moved = window.ask(tiny.changed(sg2, request_id=2, truncation=Truncation(psi=0.5)))
    assert "mapping" not in dict(moved.milliseconds)
    everything = Display(layer_table=True, spectrum=Spectrum(on=True))
    full = window.ask(replace(request_of("sg3", 3), display=everything))
    assert [part.name for part in full.parts] == [PICTURE, SPECTRUM, LAYERS]
    assert window.picture(LAYERS).shape == (LAYER_TILE, LAYER_TILE * len(full.layers), 4)

    window.ask(replace(sg2, request_id=4))
    np.testing.assert_array_equal(window.picture(), picture)

    (tmp_path / "garbage.pkl").write_bytes(os.urandom(5000))
    window.renderer.submit(tiny.changed(sg2, request_id=5, network=Network(str(tmp_path / "garbage.pkl"))))
    window.until(lambda: window.failures)
    assert (window.failures[-1].problem, window.failures[-1].request_id) == ("load", 5)
    assert "Traceback" in window.failures[-1].detail
    np.testing.assert_array_equal(window.picture(), picture)

    window.renderer.want(tuple(ThumbnailRequest(str(i), tiny.changed(sg2, latent=Latent(x=i)), 16) for i in range(5)))
    window.until(lambda: len(window.thumbnails) == 5)
    assert all(len(thumbnail.rgba) == 16 * 16 * 4 for thumbnail in window.thumbnails)
    gone = tiny.changed(sg2, network=Network(str(tmp_path / "garbage.pkl")))
    window.renderer.want((ThumbnailRequest("gone", gone, 16), ThumbnailRequest("there", sg2, 16)))
    window.until(lambda: len(window.thumbnails) == 7)
    failed = next(one for one in window.thumbnails if one.key == "gone")
    assert "garbage.pkl could not be opened" in failed.problem
    assert failed.rgba == b""
    assert not next(one for one in window.thumbnails if one.key == "there").problem, "the next one is drawn"

    G = tiny.network("sg2")
    G.synthesis.b32.conv1.noise_const[3, 4:7] = float("nan")
    tiny.save(tmp_path, "sg2", G)
    broken = window.ask(tiny.changed(sg2, request_id=6, network=Network(str(tmp_path / "sg2.safetensors"))))
    assert broken.nonfinite == 3
    assert (window.picture()[3, 4:7] == (255, 0, 255, 255)).all()
    assert window.renderer.restarts == 0


def test_a_renderer_killed_in_the_middle_of_a_render_brings_the_picture_all_the_same(open_window, request_of):
    window = open_window()
    window.ask(request_of("sg3"))
    latest = tiny.changed(request_of("sg3", 2), latent=Latent(x=42.5, y=0.5))
    window.renderer.submit(latest)
    time.sleep(0.01)
    os.kill(window.renderer.pid, signal.SIGKILL)
    window.until(lambda: window.frames[-1].request_id == 2)
    window.renderer.submit(replace(latest, request_id=3))
    window.until(lambda: window.frames[-1].request_id == 3)
    np.testing.assert_array_equal(
        window.picture(), tiny.Bench(latest.image.network.source).picture(latent=latest.image.latent)
    )
    assert not window.failures


@pytest.fixture
def slow_server():
    """Serves 100 MB, a megabyte every 50 ms."""

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self):
            self.send_response(200)
            self.send_header("Content-Length", str(100 << 20))
            self.end_headers()
            with contextlib.suppress(OSError):
                for _ in range(100):
                    self.wfile.write(bytes(1 << 20))
                    time.sleep(0.05)

        def log_message(self, *arguments):
            pass

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}/network.pkl"
    server.shutdown()
    thread.join()
    server.server_close()


def test_a_download_shows_its_progress_and_gives_way_to_another_network(
    open_window, request_of, slow_server, monkeypatch, tmp_path
):
    for variable in ("XDG_CACHE_HOME", "HOME", "LOCALAPPDATA"):
        monkeypatch.setenv(variable, str(tmp_path))
    window = open_window()
    sg2 = request_of("sg2")
    window.renderer.submit(tiny.changed(sg2, network=Network(slow_server)))
    window.until(lambda: len({loading.share for loading in window.loadings}) > 3)
    shares = [loading.share for loading in window.loadings if loading.share is not None]
    assert shares == sorted(shares)
    assert 0 < shares[-1] < 0.9
    window.ask(replace(sg2, request_id=2))
    assert window.poll().loading is None
    assert not window.failures
    assert not [path for path in tmp_path.rglob("*") if path.is_file()], "nothing half is kept"


def test_arrays_reach_the_renderer_before_the_requests_that_name_them(open_window, request_of):
    window = open_window()
    array = np.random.RandomState(1).randn(8, 16).astype(np.float32)
    request = tiny.changed(request_of("sg2"), latent=Latent(array=window.renderer.arrays.add(array)))
    window.ask(request)
    ours = tiny.Bench(request.image.network.source)
    ours.pipeline._caches.arrays.add(array)
    np.testing.assert_array_equal(window.picture(), ours.picture(latent=request.image.latent))

    os.kill(window.renderer.pid, signal.SIGKILL)
    window.until(lambda: window.renderer.restarts == 1)
    window.ask(tiny.changed(request, truncation=Truncation(0.5), request_id=2))
    assert not window.failures


def test_arrays_that_nothing_names_are_let_go_and_come_again(open_window, request_of):
    window = open_window()
    array = np.random.RandomState(1).randn(8, 16).astype(np.float32)
    ref = window.renderer.arrays.add(array)
    request = tiny.changed(request_of("sg2"), latent=Latent(array=ref))
    window.ask(request)
    window.renderer.arrays.forget([ref])
    window.ask(tiny.changed(request, latent=Latent(1.0), request_id=2))
    window.renderer.submit(tiny.changed(request, mixing=Mixing(layers=(LayerStyle(0),)), request_id=3))
    window.until(lambda: window.failures)
    assert "is missing" in window.failures[-1].message
    window.renderer.arrays.add(array)
    window.ask(tiny.changed(request, truncation=Truncation(0.5), request_id=4))
    assert len(window.failures) == 1


def test_jobs_go_on_between_requests_and_end_when_they_are_cancelled(open_window, request_of):
    window = open_window()
    request = request_of("sg2")
    window.renderer.start(Job("heat", NoiseDeviation(request, 6)))
    window.renderer.start(Job("long", NoiseDeviation(request, 100_000)))
    for i in range(2, 6):
        window.ask(tiny.changed(request, truncation=Truncation(i / 10), request_id=i))
    window.until(lambda: any(one.key == "heat" and one.over for one in window.progress))
    heat = [one for one in window.progress if one.key == "heat"]
    assert [one.done for one in heat] == [1, 2, 3, 4, 5, 6]
    assert heat[-1].result.shape == (32, 32)
    window.until(lambda: any(one.key == "long" and one.done > 3 for one in window.progress))
    window.renderer.cancel("long")
    told = len(window.progress)
    window.ask(replace(request, request_id=9))
    assert len(window.progress) == told


def test_a_job_that_fails_or_loses_its_renderer_says_so(open_window, request_of):
    window = open_window()
    window.renderer.start(Job("bad", Still(tiny.changed(request_of("sg2"), network=Network("/nowhere.pkl")))))
    window.until(lambda: window.progress)
    assert window.progress[-1].failure.problem == "load"
    window.renderer.start(Job("long", NoiseDeviation(request_of("sg2"), 100_000)))
    window.until(lambda: window.progress[-1].key == "long")
    os.kill(window.renderer.pid, signal.SIGKILL)
    window.until(lambda: window.progress[-1].failure is not None and window.progress[-1].key == "long")
    assert "killed by SIGKILL" in window.progress[-1].failure.message
