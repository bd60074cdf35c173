"""Published networks, their downloads from a local server, and the examples."""

import http.server
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field, replace

import numpy as np
import pytest

from foundation.bundled import ASSETS
from foundation.downloads import DownloadError, cached_file, remote_size
from foundation.networks.published import PUBLISHED
from renderer.document import recall
from renderer.document.arrays import ArrayStore, refs_in
from renderer.document.parts import Network
from tests.waiting import wait_for
from tools import make_examples
from viz.files.sources import bundled
from viz.start import downloads as module
from viz.start.downloads import Downloads
from viz.start.examples import EXAMPLES, FOLDER, thumbnail
from viz.start.get_more import matching, size_text


@dataclass
class Server:
    """Files of a local server by their names."""

    address: str = ""
    files: dict[str, bytes] = field(default_factory=dict)
    claims: dict[str, int] = field(default_factory=dict)
    """Lengths that it says, where they are not those of the files."""
    slow: set[str] = field(default_factory=set)
    asked: list[tuple[str, str]] = field(default_factory=list)


@pytest.fixture
def server() -> Iterator[Server]:
    state = Server()

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_HEAD(self):
            self.send(False)

        def do_GET(self):
            self.send(True)

        def send(self, body: bool) -> None:
            name = self.path.lstrip("/")
            state.asked.append((self.command, name))
            if name not in state.files:
                self.send_error(404)
                return
            content = state.files[name]
            self.send_response(200)
            self.send_header("Content-Length", str(state.claims.get(name, len(content))))
            self.end_headers()
            for start in range(0, len(content) if body else 0, 1 << 20):
                self.wfile.write(content[start : start + (1 << 20)])
                if name in state.slow:
                    time.sleep(0.05)

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler) as made:
        state.address = f"http://127.0.0.1:{made.server_address[1]}"
        thread = threading.Thread(target=made.serve_forever, daemon=True)
        thread.start()
        yield state
        made.shutdown()
        thread.join()


@pytest.fixture
def downloads(tmp_path, monkeypatch) -> Iterator[Downloads]:
    monkeypatch.setenv("STYLESCOPE_CACHE_DIR", str(tmp_path / "cache"))
    made = Downloads(lambda: None)
    yield made
    made.close()


def finished(downloads: Downloads):
    return wait_for(downloads.news, "the end of the download")


def test_the_table_names_each_network_once_with_all_that_is_shown():
    assert len({one.name for one in PUBLISHED}) == len({one.address for one in PUBLISHED}) == len(PUBLISHED)
    for one in PUBLISHED:
        assert one.address.startswith("https://")
        assert one.address.endswith(".pkl")
        assert one.resolution in (32, 256, 512, 1024)
        assert one.family
        assert one.licence
        assert one.page.startswith("https://")
        if "metfaces" in one.name:
            assert one.licence == "CC BY-NC 2.0"
    names = {one.file for one in PUBLISHED}
    assert {"stylegan3-r-afhqv2-512x512.pkl", "stylegan2-ffhq-256x256.pkl", "stylegan2-cat-config-f.pkl"} <= names
    assert {"afhqdog.pkl", "cifar10.pkl", "ffhq-res1024-mirror-stylegan2-noaug.pkl"} <= names


def test_finding_and_sizes_in_words():
    assert [one.name for one in matching(PUBLISHED, "ffhqu 256 3-t")] == ["stylegan3-t-ffhqu-256x256"]
    assert (size_text(381_673_535), size_text(20_000), size_text(None)) == ("382 MB", "20 kB", "")


def test_a_network_is_downloaded_into_the_cache(server, downloads):
    server.files["net.pkl"] = b"\x80\x04" + bytes(3 << 20) + b"."
    address = f"{server.address}/net.pkl"
    assert downloads.ask(address) is None
    wait_for(lambda: (downloads.look(), downloads.ask(address))[1], "its size")
    assert downloads.ask(address) == (3 << 20) + 3
    assert server.asked == [("HEAD", "net.pkl")], "nothing is fetched before Download"
    downloads.start(address)
    over = finished(downloads)
    assert (over.problem, over.done) == ("", (3 << 20) + 3)
    assert cached_file(address).read_bytes() == server.files["net.pkl"]
    assert downloads.has(address)


@pytest.mark.parametrize(
    ("content", "claim", "sentence"),
    [
        (b"\x80\x04" + bytes(1000) + b".", 5000, "The download broke off"),
        (b"<!DOCTYPE html><html>login</html>", None, "a web page instead of a file"),
        (b"\x80\x04" + bytes(1000), None, "is no network, or a part of one"),
        (b"rubbish", None, "is no network, or a part of one"),
    ],
    ids=["too short", "a page", "cut", "rubbish"],
)
def test_a_broken_file_is_told_in_a_sentence_and_not_kept(server, downloads, content, claim, sentence, tmp_path):
    server.files["net.pkl"] = content
    if claim is not None:
        server.claims["net.pkl"] = claim
    downloads.start(f"{server.address}/net.pkl")
    over = finished(downloads)
    assert sentence in over.problem
    assert not downloads.has(f"{server.address}/net.pkl")
    left = [path.name for path in (tmp_path / "cache").iterdir() if path.suffix != ".part"]
    assert left == []


def test_a_file_that_cannot_be_read_ends_the_download(server, downloads, monkeypatch):
    def unreadable(path):
        raise PermissionError(13, "Permission denied")

    server.files["net.pkl"] = b"\x80\x04."
    monkeypatch.setattr("viz.start.downloads._damage", unreadable)
    downloads.start(f"{server.address}/net.pkl")
    assert "cannot be read" in finished(downloads).problem
    assert not downloads.running


def test_a_file_that_is_not_there_and_no_connection(server, downloads):
    downloads.start(f"{server.address}/gone.pkl")
    assert "404" in finished(downloads).problem
    assert downloads.ask(f"{server.address}/gone.pkl") is None
    with pytest.raises(DownloadError, match="404"):
        remote_size(f"{server.address}/gone.pkl")
    assert downloads.offline == "", "a server that answers is there"
    nowhere = "http://127.0.0.1:1/net.pkl"
    downloads.ask(nowhere)
    wait_for(lambda: (downloads.look(), downloads.offline)[1], "the sentence")
    assert "cannot be reached" in downloads.offline
    downloads.start(nowhere)
    assert "cannot be reached" in finished(downloads).problem
    downloads.retry()
    assert downloads.offline == ""


def test_a_cancelled_download_leaves_nothing(server, downloads, tmp_path):
    server.files["net.pkl"] = b"\x80" + bytes(64 << 20) + b"."
    server.slow.add("net.pkl")
    downloads.start(f"{server.address}/net.pkl")
    wait_for(lambda: downloads.now.done > 0, "its first bytes")
    downloads.start(f"{server.address}/other.pkl")
    assert downloads.now.address.endswith("net.pkl"), "one at a time"
    downloads.cancel()
    assert finished(downloads).cancelled
    assert not list((tmp_path / "cache").iterdir())


def test_the_examples_open_whole_and_have_pictures():
    for one in EXAMPLES:
        arrays = ArrayStore()
        found = recall.recall(one.path, arrays)
        assert found.notes == ()
        assert all(ref in arrays for ref in refs_in(found.document))
        assert thumbnail(one.path).shape == (256, 256, 4)
        assert found.document.network.source == "", "no path of the machine that made it"
        assert (ASSETS / one.network).is_file()
    stems = {source.rpartition("/")[2].removesuffix(".safetensors") for source, _ in bundled() if source}
    assert all(thumbnail(FOLDER / f"{stem}.tile.stylescope") is not None for stem in stems)


def test_the_timeout_is_a_limit_of_silence():
    assert 5 <= module.TIMEOUT_S <= 60


def test_the_examples_are_what_their_tool_makes():
    arrays = ArrayStore()
    made = make_examples.documents(arrays)
    for one in EXAMPLES:
        kept = recall.recall(one.path, arrays).document
        for new, old in zip(made[one.stem].directions, kept.directions, strict=True):
            a, b = arrays.get(new.array).ravel(), arrays.get(old.array).ravel()
            assert a @ b / np.sqrt((a @ a) * (b @ b)) > 0.999
            assert replace(new, array=old.array) == old
        assert replace(made[one.stem], network=Network(), directions=kept.directions) == kept, one.stem
