"""Cached downloads of networks, verified at each use."""

import hashlib
import http.client
import os
import ssl
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path
from typing import IO

from foundation.files import replacing, write_text
from foundation.inputs import TooLargeError, open_regular, read_regular
from foundation.leftovers import clean
from foundation.pickles.errors import LoadError


class DownloadError(LoadError):
    """A network could not be fetched from its address.

    Attributes:
        status: The HTTP status that the server answered, or None where it never answered.
    """

    def __init__(self, detail: str, source: str | None = None, *, status: int | None = None) -> None:
        super().__init__(detail, source)
        self.status = status


Progress = Callable[[int, int | None], None]
"""Called with the bytes so far, and the total if known."""

MAX_BYTES = 8 * 2**30
"""Size limit: no published network has a tenth of this."""

TIMEOUT_S = 30.0
"""Seconds without data after which a download fails."""

_CHUNK = 1 << 20


def is_url(source: str) -> bool:
    """True if `source` is an http or https address."""
    return source.lower().startswith(("http://", "https://"))


def local_path(source: str | Path) -> str | Path:
    """The path that a file address (`file:///data/net.pkl`) means; other sources as they are."""
    parts = urllib.parse.urlsplit(str(source)) if str(source).lower().startswith("file:/") else None
    if parts is None or parts.netloc not in ("", "localhost"):
        return source
    return urllib.request.url2pathname(parts.path)


def ascii_address(url: str) -> str:
    """`url` as it is sent: the host in its ASCII form, other characters percent-encoded, what is encoded left alone.

    Raises:
        ValueError: the host is no name.
    """
    if url.isascii() and url.isprintable() and " " not in url:
        return url
    parts = urllib.parse.urlsplit(url)
    host, _, port = parts.netloc.rpartition("@")[2].partition(":")
    login = parts.netloc.rpartition("@")[0]
    place = host.encode("idna").decode("ascii") + (f":{port}" if port else "")
    if login:
        place = f"{urllib.parse.quote(login, safe=':%')}@{place}"
    path, query = (urllib.parse.quote(part, safe="%/:=&?~#+!$,;'@()*[]") for part in (parts.path, parts.query))
    return urllib.parse.urlunsplit((parts.scheme, place, path, query, ""))


def cache_folder() -> Path:
    """Folder of downloaded networks: `$STYLESCOPE_CACHE_DIR`, or `networks` in the user's cache folder."""
    chosen = os.environ.get("STYLESCOPE_CACHE_DIR")
    if chosen:
        return Path(chosen)
    import platformdirs

    return Path(platformdirs.user_cache_dir("stylescope", appauthor=False)) / "networks"


def fetch(
    url: str,
    *,
    folder: Path | None = None,
    progress: Progress | None = None,
    max_bytes: int = MAX_BYTES,
    timeout_s: float = TIMEOUT_S,
) -> Path:
    """Return the file of a URL, downloading it unless it is cached and intact.

    The sha256 of each file is stored beside it; a file that no longer matches is fetched again.

    Args:
        url: An http or https address.
        folder: The cache; None for `cache_folder()`.
        progress: Called during the download; not called if the file is cached.
        max_bytes: Size limit.
        timeout_s: Seconds without data before giving up.

    Raises:
        DownloadError: the server did not answer, refused, sent too much, too little or a web page, or the cache
            cannot be written; `status` is the HTTP status where there was one.
    """
    try:
        urllib.parse.urlsplit(url)
    except ValueError as error:
        raise DownloadError(f"This is no web address ({error}); check it.") from error
    folder = folder or cache_folder()
    target = folder / _file_name(url)
    record = target.with_name(target.name + ".sha256")
    try:
        if (
            os.path.isfile(target)
            and os.path.isfile(record)
            and read_regular(record, 1000).strip() == _sha256(target).encode()
        ):
            return target
    except (OSError, TooLargeError) as error:
        raise DownloadError(f"The cache folder {folder} cannot be used ({error}); choose another.") from error
    clean([folder])
    try:
        with ExitStack() as stack:
            part = _begun(target, stack)
            with part.open("wb") as file:
                digest = _receive(url, file.write, progress, max_bytes, timeout_s)
            # The hash is written last: a file without one is not trusted.
            record.unlink(missing_ok=True)
        write_text(record, digest + "\n")
    except OSError as error:
        raise DownloadError(f"The download could not be saved in {folder} ({error}); free some space.") from error
    return target


def _begun(target: Path, stack: ExitStack) -> Path:
    """The temporary file to download to, published when `stack` closes."""
    try:
        return stack.enter_context(replacing(target))
    except OSError as error:
        raise DownloadError(f"The cache folder {target.parent} cannot be used ({error}); choose another.") from error


def _file_name(url: str) -> str:
    suffix = Path(urllib.parse.urlsplit(url).path).suffix.lower()
    ending = suffix if suffix in (".pkl", ".safetensors") else ".pkl"
    return hashlib.sha256(url.encode()).hexdigest()[:32] + ending


def _sha256(path: Path) -> str:
    with open_regular(path) as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


class _WebRedirects(urllib.request.HTTPRedirectHandler):
    """Follows redirects to http and https only."""

    def redirect_request(
        self,
        req: urllib.request.Request,
        fp: IO[bytes],
        code: int,
        msg: str,
        headers: http.client.HTTPMessage,
        newurl: str,
    ) -> urllib.request.Request | None:
        """As the base class, but refuse to leave http and https."""
        if not is_url(newurl):
            fp.close()
            raise DownloadError("The server redirects to something that is no web address; check the address.")
        return super().redirect_request(req, fp, code, msg, headers, newurl)


def _receive(
    url: str, write: Callable[[bytes], object], progress: Progress | None, max_bytes: int, timeout_s: float
) -> str:
    """Download `url` into `write`; its sha256."""
    try:
        request = urllib.request.Request(ascii_address(url), headers={"User-Agent": "stylescope"})
    except ValueError as error:  # UnicodeError is one
        raise DownloadError(f"This is no web address ({error}); check it.") from error
    opener = urllib.request.build_opener(_WebRedirects)
    try:
        with opener.open(request, timeout=timeout_s) as response:
            return _copy(response, write, progress, max_bytes)
    except urllib.error.HTTPError as error:
        status, reason = error.code, http.client.responses.get(error.code, "with an unknown status")
        error.close()
        raise DownloadError(
            f"The server answered {status} {reason}; check the address and whether it needs a login.", status=status
        ) from error
    except TimeoutError as error:
        raise DownloadError(f"The server was silent for {timeout_s:g} s; try again later.") from error
    except urllib.error.URLError as error:
        raise DownloadError(
            f"The server cannot be reached ({error.reason}); check the address and the connection."
        ) from error
    except (http.client.InvalidURL, ValueError) as error:
        raise DownloadError(f"This is no web address ({error}); check it.") from error
    except (http.client.HTTPException, ConnectionError, ssl.SSLError) as error:
        reason = " ".join(str(error).split())
        raise DownloadError(f"The download broke off ({reason}); check the address and try again.") from error


def _copy(
    response: http.client.HTTPResponse, write: Callable[[bytes], object], progress: Progress | None, max_bytes: int
) -> str:
    length = response.headers.get("Content-Length")
    total = int(length) if length is not None and length.isdecimal() else None
    if total is not None and total > max_bytes:
        raise DownloadError(f"The file is larger ({total} bytes) than any network; check the address.")
    digest, done = hashlib.sha256(), 0
    while chunk := response.read(_CHUNK):
        if done == 0 and chunk.lstrip()[:15].lower().startswith((b"<!doctype", b"<html")):
            raise DownloadError(
                "The server sent a web page instead of a file (often a login or a warning page); download the file in "
                "a browser and open it from disk.",
                status=response.status,
            )
        done += len(chunk)
        if done > max_bytes:
            raise DownloadError(f"The server sent more than {max_bytes} bytes, which is no network; check the address.")
        write(chunk)
        digest.update(chunk)
        if progress is not None:
            progress(done, total)
    if done == 0 or (total is not None and done != total):
        raise DownloadError(f"The download broke off after {done} of {total or 'some'} bytes; try again.")
    return digest.hexdigest()


def remote_size(url: str, *, timeout_s: float = TIMEOUT_S) -> int | None:
    """Return the size of a file in bytes as its server says, without fetching it; None if the server does not say.

    Raises DownloadError if the server cannot be reached or refuses.
    """
    try:
        request = urllib.request.Request(ascii_address(url), headers={"User-Agent": "stylescope"}, method="HEAD")
        with urllib.request.build_opener(_WebRedirects).open(request, timeout=timeout_s) as response:
            length = response.headers.get("Content-Length")
    except urllib.error.HTTPError as error:
        status = error.code
        error.close()
        raise DownloadError(f"The server answered {status}; try again later.", status=status) from error
    except (OSError, ValueError, http.client.HTTPException) as error:
        reason = getattr(error, "reason", None) or error
        raise DownloadError(f"The server cannot be reached ({reason}); check the connection.") from error
    return int(length) if length is not None and length.isdecimal() else None


def cached_file(url: str, folder: Path | None = None) -> Path | None:
    """Return the file that was fetched from a URL, if it is in the cache; its content is not verified."""
    target = (folder or cache_folder()) / _file_name(url)
    return target if os.path.isfile(target) and recorded_sha256(url, folder) is not None else None


def forget(url: str, folder: Path | None = None) -> None:
    """Remove what was fetched from a URL. Raises OSError."""
    target = (folder or cache_folder()) / _file_name(url)
    for path in (target.with_name(target.name + ".sha256"), target):
        path.unlink(missing_ok=True)


def recorded_sha256(url: str, folder: Path | None = None) -> str | None:
    """The sha256 of the file that was fetched from a URL, as the cache records it; None if it was never fetched."""
    record = (folder or cache_folder()) / (_file_name(url) + ".sha256")
    try:
        return read_regular(record, 1000).decode("ascii", "replace").strip() or None
    except (OSError, ValueError):
        return None
