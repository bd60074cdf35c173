"""Downloads of networks: caching, refetching, and errors."""

import hashlib
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

import gan
from gan.io.download import ascii_address, cache_folder, fetch, is_url, local_path
from tests.official_pickles import official

BODY = bytes(range(256)) * 10_000


class Handler(BaseHTTPRequestHandler):
    """Answers by path; `server.asked` counts."""

    protocol_version = "HTTP/1.0"

    def do_GET(self):
        self.server.asked.append(self.path)
        name = self.path.strip("/").split("?")[0]
        getattr(self, f"answer_{name.split('.')[0]}")()

    def send(self, body, status=200, length=None, **headers):
        self.send_response(status)
        for key, value in headers.items():
            self.send_header(key, value)
        if length is not None:
            self.send_header("Content-Length", str(length))
        self.end_headers()
        self.wfile.write(body)

    def answer_net(self):
        self.send(self.server.body, length=len(self.server.body))

    def answer_unsized(self):
        self.send(BODY)

    def answer_short(self):
        self.send(BODY[:1000], length=5000)

    def answer_empty(self):
        self.send(b"", length=0)

    def answer_page(self):
        self.send(b"\n<!DOCTYPE html><html>Quota exceeded</html>", length=43)

    def answer_absent(self):
        self.send(b"gone", 404)

    def answer_private(self):
        self.send(b"no", 403)

    def answer_moved(self):
        self.send(b"", 302, Location="/net.pkl")

    def answer_tofile(self):
        self.send(b"", 302, Location="file:///etc/passwd")

    def answer_toftp(self):
        self.send(b"", 302, Location="ftp://127.0.0.1/net.pkl")

    def answer_round(self):
        self.send(b"", 302, Location="/round")

    def answer_slow(self):
        self.server.released.wait(10)

    def answer_noise(self):
        self.wfile.write(b"what?\r\n\r\n")

    def log_message(self, *args):
        """Be quiet."""


@pytest.fixture
def server(tmp_path, monkeypatch):
    monkeypatch.setenv("STYLESCOPE_CACHE_DIR", str(tmp_path / "cache"))
    monkeypatch.setenv("no_proxy", "*")
    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.asked, server.body, server.released = [], BODY, threading.Event()
    server.url = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    yield server
    server.released.set()
    server.shutdown()
    server.server_close()
    thread.join()


def leftovers(tmp_path):
    folder = tmp_path / "cache"
    return [path.name for path in folder.iterdir() if path.name.endswith(".part")] if folder.exists() else []


def test_addresses():
    assert is_url("https://example.org/a.pkl")
    assert is_url("HTTP://example.org/a.pkl")
    assert not is_url("/home/a.pkl")
    assert not is_url("ftp://example.org/a.pkl")


def test_the_cache_lies_in_the_users_cache_folder(monkeypatch):
    monkeypatch.delenv("STYLESCOPE_CACHE_DIR", raising=False)
    assert cache_folder().parts[-2:] == ("stylescope", "networks")


def test_fetched_once(server):
    first = fetch(f"{server.url}/net.pkl")
    assert first.read_bytes() == BODY
    assert first.suffix == ".pkl"
    assert first.parent == cache_folder()
    assert first.with_name(first.name + ".sha256").read_text().strip() == hashlib.sha256(BODY).hexdigest()
    assert fetch(f"{server.url}/net.pkl") == first
    assert server.asked == ["/net.pkl"]
    assert fetch(f"{server.url}/net.pkl?version=2") != first


@pytest.mark.parametrize("damage", ["shorter", "other", "no record", "empty record"])
def test_a_damaged_cache_is_fetched_again(server, damage):
    path = fetch(f"{server.url}/net.pkl")
    record = path.with_name(path.name + ".sha256")
    if damage == "shorter":
        path.write_bytes(BODY[:100])
    elif damage == "other":
        path.write_bytes(BODY[::-1])
    elif damage == "no record":
        record.unlink()
    else:
        record.write_text("")
    assert fetch(f"{server.url}/net.pkl").read_bytes() == BODY
    assert len(server.asked) == 2


def test_progress(server):
    seen = []
    fetch(f"{server.url}/net.pkl", progress=lambda done, total: seen.append((done, total)))
    assert seen[-1] == (len(BODY), len(BODY))
    assert [done for done, _ in seen] == sorted(done for done, _ in seen)
    assert len(seen) >= 3
    fetch(f"{server.url}/net.pkl", progress=lambda *_: pytest.fail("it is in the cache"))
    unsized = []
    fetch(f"{server.url}/unsized.pkl", progress=lambda done, total: unsized.append((done, total)))
    assert unsized[-1] == (len(BODY), None)


def test_a_progress_callback_can_end_it(server, tmp_path):
    def stop(done, total):
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        fetch(f"{server.url}/net.pkl", progress=stop)
    assert leftovers(tmp_path) == []


def test_redirects_are_followed(server):
    assert fetch(f"{server.url}/moved.pkl").read_bytes() == BODY


@pytest.mark.parametrize(
    ("name", "status", "words"),
    [
        ("absent.pkl", 404, "404"),
        ("private.pkl", 403, "403"),
        ("page.pkl", 200, "web page.*browser"),
        ("short.pkl", None, "broke off after 1000 of 5000"),
        ("empty.pkl", None, "broke off"),
        ("tofile.pkl", 302, "302"),
        ("toftp.pkl", None, "redirects to something that is no web address"),
        ("round", 302, "302"),
        ("noise", None, "broke off"),
    ],
)
def test_errors(server, tmp_path, name, status, words):
    with pytest.raises(gan.DownloadError, match=words) as caught:
        fetch(f"{server.url}/{name}")
    if status is not None:
        assert caught.value.status == status
    assert leftovers(tmp_path) == []


def test_too_large(server, tmp_path):
    for name in ("net.pkl", "unsized.pkl"):
        with pytest.raises(gan.DownloadError, match=r"larger|more than"):
            fetch(f"{server.url}/{name}", max_bytes=1000)
    assert leftovers(tmp_path) == []


def test_silence(server):
    with pytest.raises(gan.DownloadError, match=r"silent|timed out"):
        fetch(f"{server.url}/slow.pkl", timeout_s=0.2)


def test_no_server(server):
    url = f"http://127.0.0.1:{server.server_port}/net.pkl"
    server.shutdown()
    server.server_close()
    with pytest.raises(gan.DownloadError, match="cannot be reached") as caught:
        gan.load(url)
    assert caught.value.source == url
    assert caught.value.status is None


@pytest.mark.parametrize("url", ["http://[broken/net.pkl", "http:///net.pkl", "http://a b/net.pkl", "https://x:port/"])
def test_no_address(server, url):
    with pytest.raises(gan.DownloadError):
        fetch(url)


def test_a_cache_that_cannot_be_written(server, tmp_path):
    (tmp_path / "cache").write_text("a file")
    with pytest.raises(gan.DownloadError, match="cache folder"):
        fetch(f"{server.url}/net.pkl")


def test_loading_by_address(server):
    server.body = official()
    url = f"{server.url}/net.pkl"
    nets = gan.load(url)
    assert nets.info.source == url
    assert nets.info.sha256 == hashlib.sha256(server.body).hexdigest()
    assert gan.load(url, only=("G_ema",)).G_ema.img_resolution == 8
    assert len(server.asked) == 1


def test_a_downloaded_file_that_is_no_network(server):
    with pytest.raises(gan.CorruptFileError) as caught:
        gan.load(f"{server.url}/net.pkl")
    assert caught.value.source == f"{server.url}/net.pkl"


@pytest.mark.parametrize(
    ("typed", "sent"),
    [
        ("https://a.org/net%20a.pkl?x=1&y=%C3%A9", "https://a.org/net%20a.pkl?x=1&y=%C3%A9"),
        ("https://a.org/Gesichter ä/é%20.pkl?q=ü#part", "https://a.org/Gesichter%20%C3%A4/%C3%A9%20.pkl?q=%C3%BC"),
        ("http://müller.de:81/n.pkl", "http://xn--mller-kva.de:81/n.pkl"),
        ("http://me:a@müller.de/n.pkl", "http://me:a@xn--mller-kva.de/n.pkl"),
    ],
)
def test_addresses_are_sent_in_ascii(typed, sent):
    assert ascii_address(typed) == sent


def test_an_address_with_other_letters_is_fetched(server, tmp_path):
    address = f"{server.url}/net.pkl?name=Gesichter größer"
    assert fetch(address, folder=tmp_path).read_bytes() == server.body
    assert server.asked == ["/net.pkl?name=Gesichter%20gr%C3%B6%C3%9Fer"]


def test_a_host_that_is_no_name_is_refused_in_a_sentence(tmp_path):
    with pytest.raises(gan.DownloadError, match="This is no web address"):
        fetch(f"http://{'ü' * 80}.de/net.pkl", folder=tmp_path)


def test_file_addresses_are_paths(tmp_path):
    path = tmp_path / "mit Leerzeichen ü.pkl"
    path.write_bytes(official())
    for source in (path.as_uri(), path.as_uri().replace("file:///", "file://localhost/"), path):
        assert gan.load(source, only=("G_ema",)).info.source == str(path)
    assert local_path("file://elsewhere/net.pkl") == "file://elsewhere/net.pkl"
    assert local_path("/plain.pkl") == "/plain.pkl"
