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
from gan.io.errors import DownloadError

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
        if target.is_file() and record.is_file() and read_regular(record, 1000).strip() == _sha256(target).encode():
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
    request = urllib.request.Request(url, headers={"User-Agent": "stylescope"})
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


def recorded_sha256(url: str, folder: Path | None = None) -> str | None:
    """The sha256 of the file that was fetched from a URL, as the cache records it; None if it was never fetched."""
    record = (folder or cache_folder()) / (_file_name(url) + ".sha256")
    try:
        return read_regular(record, 1000).decode("ascii", "replace").strip() or None
    except (OSError, ValueError):
        return None
