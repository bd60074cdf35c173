"""The files of networks, by content: what documents were made with, and what is open now."""

import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, fields, is_dataclass, replace
from typing import Annotated, Any, TypeVar, cast

from foundation.inputs import clean_text
from renderer.document.parts import Network
from renderer.document.ranges import Count, FilePath, Text

T = TypeVar("T")

_MOST = 1000
"""Networks that are remembered."""


@dataclass(frozen=True)
class NetworkFile:
    """A network and its content."""

    source: FilePath = ""
    """As in `Network.source`."""
    sha256: Annotated[str, Text(64, pattern="([0-9a-f]{64})?")] = ""
    """SHA-256 of the file; empty if unknown."""
    fingerprint: Annotated[str, Text(64, pattern="([0-9a-f]{64})?")] = ""
    """Hash of the generator's numbers, the same in whatever file they are; empty if unknown."""

    def is_other(self, than: "NetworkFile") -> bool:
        """Return True if both are known and hold different generators."""
        if not self.sha256 or not than.sha256 or self.sha256 == than.sha256:
            return False
        return not self.fingerprint or self.fingerprint != than.fingerprint


@dataclass(frozen=True)
class Pins:
    """The content of a document's networks."""

    networks: Annotated[tuple[NetworkFile, ...], Count(_MOST)] = ()


class NetworkFiles:
    """Content of the networks that were opened, and that documents expect. Thread-safe."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._opened: dict[str, NetworkFile] = {}
        self._expected: dict[str, NetworkFile] = {}
        self._changed: list[str] = []

    def opened(self, source: str, sha256: str, fingerprint: str = "") -> None:
        """Record the content of a network that has been read. Costs nothing where that is known."""
        known = self._opened.get(source)
        is_known = known is not None and (known.sha256, known.fingerprint) == (sha256, fingerprint)
        if not sha256 or (is_known and not self._expected):
            return
        now = NetworkFile(source, sha256, fingerprint)
        with self._lock:
            self._opened.pop(source, None)
            self._opened[source] = now
            while len(self._opened) > _MOST:
                del self._opened[next(iter(self._opened))]
            if self._expected.pop(source, now).is_other(now):
                self._changed.append(source)

    def expect(self, pins: Pins) -> None:
        """Compare the next content of these networks with that of a document that was opened."""
        with self._lock:
            self._expected = {one.source: one for one in pins.networks if one.sha256}

    def pins(self, value: object) -> Pins:
        """Return the known content of the networks that frozen state names."""
        sources = dict.fromkeys(sources_in(value))
        with self._lock:
            known = (self._opened.get(source) or self._expected.get(source) for source in sources)
            return Pins(tuple(one for one in known if one is not None)[:_MOST])

    def changed(self) -> tuple[str, ...]:
        """Return a sentence for each network with another content than its document expects, once."""
        if not self._changed:
            return ()
        with self._lock:
            found, self._changed = self._changed, []
        return tuple(_sentence(source) for source in found)


def sources_in(value: object) -> Iterator[str]:
    """Yield the source of every network anywhere inside frozen state."""
    if isinstance(value, Network):
        yield value.source
    elif isinstance(value, tuple):
        for part in value:
            yield from sources_in(part)
    elif is_dataclass(value):
        for field in fields(value):
            yield from sources_in(getattr(value, field.name))


def with_sources(value: T, change: Callable[[str], str]) -> T:
    """Return frozen state or pins with the source of every network changed; the same object where none differs."""
    return cast(T, _changed(value, change))


def _changed(value: Any, change: Callable[[str], str]) -> Any:
    if isinstance(value, Network | NetworkFile):
        source = change(value.source)
        return value if source == value.source else replace(value, source=source)
    if isinstance(value, tuple):
        parts = tuple(_changed(part, change) for part in value)
        return value if all(a is b for a, b in zip(parts, value, strict=True)) else parts
    if is_dataclass(value) and not isinstance(value, type):
        known = {field.name: getattr(value, field.name) for field in fields(value)}
        made = {name: _changed(part, change) for name, part in known.items()}
        new = {name: part for name, part in made.items() if part is not known[name]}
        return replace(value, **new) if new else value
    return value


def _sentence(source: str) -> str:
    name = clean_text(source.replace("\\", "/").rstrip("/").rpartition("/")[2], 80) or "The demo network"
    return f"{name} is not the network that this was saved with: the file has other content, so images may differ."
