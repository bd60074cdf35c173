"""Networks beside the open one: read one after the other in the background, and what is known of each.

Whoever shows networks calls `look` for them in every frame in which they are seen, outside of cached parts.
"""

import os
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Literal

from renderer.document.document import Document, request_for
from renderer.ipc.protocol import (
    Describe,
    Display,
    Failure,
    Network,
    NetworkFacts,
    ReadAhead,
    RenderRequest,
)
from viz.state.facts import Facts
from viz.state.recording import derived
from viz.state.scene import Scene

State = Literal["waiting", "reading", "ready", "no room", "failed"]


@dataclass(frozen=True)
class Known:
    """Knowledge of a network beside the open one."""

    state: State = "waiting"
    facts: NetworkFacts | None = None
    failure: Failure | None = None
    share: float | None = None
    """Share of a download that is done, while it is read."""


WAITING = Known()


@dataclass
class _Beside:
    """All networks that were seen beside the present one."""

    base: Network | None = None
    device: str = ""
    known: dict[Network, Known] = field(default_factory=dict)
    turn: int = 0
    """Distinguishes repeated attempts to read."""

    def reset(self, base: Network, device: str) -> None:
        """Begin anew beside another network."""
        self.base, self.device = base, device
        self.known = {}
        self.turn += 1


def _request(network: Network, device: str) -> RenderRequest:
    return request_for(Document(network), Display(), device, 0)


def look(scene: Scene, facts: Facts, networks: Iterable[Network], wanted: Network | None = None) -> None:
    """Read the next of some networks that is not known yet.

    Args:
        scene: The present scene.
        facts: Its facts.
        networks: The networks, the most wanted first.
        wanted: One that is read even if others have to leave memory for it.
    """
    beside, base, device = facts.scratch.get(_Beside), scene.document.network, scene.settings.device
    if (base, device) != (beside.base, beside.device):
        beside.reset(base, device)
    if facts.model is None:
        return
    for network in networks:
        known = beside.known.get(network, WAITING)
        if network == base or known.state == "failed" or (known.state == "ready" and known.facts is not None):
            continue
        if known.state == "no room" and network != wanted:
            continue
        if known.state in ("waiting", "reading"):
            if not _read(beside, facts, network):
                return
            known = beside.known[network]
        if (known.state == "ready" or network == wanted) and not _described(beside, facts, network):
            return


def _read(beside: _Beside, facts: Facts, network: Network) -> bool:
    """Go on reading a network; return True once that is over."""
    status = facts.jobs.ask(ReadAhead(_request(network, beside.device), beside.turn))
    if status.failure is not None:
        beside.known[network] = Known("failed", failure=status.failure)
    elif not status.over or status.result is None:
        beside.known[network] = Known("reading")
        return False
    else:
        # A network that is no local file is read when it is drawn.
        ready = bool(status.result[0]) or not os.path.isfile(network.source)
        beside.known[network] = Known("ready" if ready else "no room")
    return True


def _described(beside: _Beside, facts: Facts, network: Network) -> bool:
    assert beside.base is not None
    work = Describe(_request(beside.base, beside.device), network, beside.turn)
    status = facts.jobs.ask(work)
    if status.failure is not None:
        beside.known[network] = Known("failed", failure=status.failure)
    elif not status.over or status.result is None:
        if status.done:
            beside.known[network] = Known("reading", share=status.done / max(status.total, 1))
        return False
    else:
        beside.known[network] = Known("ready", NetworkFacts.of(status.result))
    return True


def retry(facts: Facts, network: Network) -> None:
    """Try to read a network again."""
    beside = facts.scratch.get(_Beside)
    beside.known.pop(network, None)
    beside.turn += 1


def known_of(facts: Facts, network: Network) -> Known:
    """Return what is known of a network. Not recorded by cached parts; see `all_known`."""
    return facts.scratch.get(_Beside).known.get(network, WAITING)


@derived
def all_known(scene: Scene, facts: Facts) -> tuple[tuple[Network, Known], ...]:
    """Return what is known of all networks that were seen."""
    return tuple(facts.scratch.get(_Beside).known.items())
