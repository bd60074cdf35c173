"""Layouts of network files: the programs and conventions that people's files come from, found by content.

A file may hold modules saved whole, with their classes and arguments, or state dicts, of which names and shapes say
what they are. `networks_in` finds the networks wherever they are nested; every module here that is named after a
program reads its state dicts.
"""

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from foundation.pickles.foreign import Foreign
from gan.io.errors import LoadError, UnsupportedNetworkError
from gan.io.layouts import genforce, mmgeneration, official, rosinality
from gan.io.layouts.candidates import candidates_in, parts_of
from gan.io.layouts.families import family_of, unknown
from gan.io.layouts.found import Candidate, Found, Reading
from gan.io.layouts.modules import modules_reading, named_modules
from gan.io.layouts.progress import kimg_of
from gan.io.networks import NAMES

__all__ = ["NAMES", "Candidate", "Found", "Reading", "networks_in"]

LAYOUTS: tuple[Callable[[Candidate], Found | None], ...] = (
    official.generator,
    official.discriminator,
    genforce.generator,
    mmgeneration.generator,
    rosinality.generator,
    rosinality.discriminator,
)
"""Readers of state dicts; the first that knows one takes it."""

_PREFIXES = 3
"""Levels of prefixes that are taken off names, as in `module.generator.mapping.fc0.weight`."""


def networks_in(data: Any, foreign: Foreign, only: tuple[str, ...]) -> Reading:
    """The networks in what a file holds.

    Args:
        data: What the restricted unpickler made, or a state dict.
        foreign: The names of other programs' classes in it.
        only: Which of `NAMES` are needed; others that cannot be built are left out.

    Raises:
        UnsupportedNetworkError: there is no network that this version can build; the sentence says what there is.
        CorruptFileError: a network in it is damaged.
    """
    named = named_modules(data)
    if named:
        return modules_reading(named, data, only)
    return _state_dicts(data, foreign)


def _state_dicts(data: Any, foreign: Foreign) -> Reading:
    found: list[tuple[Candidate, Found]] = []
    first_error: UnsupportedNetworkError | None = None
    for candidate in candidates_in(data):
        try:
            found += _networks_of(candidate, _PREFIXES)
        except UnsupportedNetworkError as error:
            first_error = first_error or error
    if not found:
        # A family says more than what one of its parts lacks.
        raise unknown(data, foreign) if first_error is None or family_of(data, foreign) else first_error
    chosen = _chosen(found)
    best = chosen.get("G_ema") or chosen.get("G") or chosen["D"]
    notices = tuple(dict.fromkeys(notice for one in chosen.values() for notice in one.notices))
    return Reading(
        {name: one.stored for name, one in chosen.items()},
        layout=best.layout,
        notices=notices,
        kimg=kimg_of(data),
    )


def _networks_of(candidate: Candidate, levels: int) -> list[tuple[Candidate, Found]]:
    """The networks of a state dict: itself, or those under the prefixes of its names."""
    for read in LAYOUTS:
        if (one := read(candidate)) is not None:
            return [(candidate, one)]
    if levels == 0:
        return []
    found: list[tuple[Candidate, Found]] = []
    first_error: LoadError | None = None
    for part in parts_of(candidate):
        try:
            found += _networks_of(part, levels - 1)
        except UnsupportedNetworkError as error:
            first_error = first_error or error
    if not found and first_error is not None:
        raise first_error
    return found


def _chosen(found: Iterable[tuple[Candidate, Found]]) -> Mapping[str, Found]:
    """The networks by name in `NAMES`; the moving average has a key that says so, or is alone."""
    generators = [(one, network) for one, network in found if not network.is_discriminator]
    chosen: dict[str, Found] = {}
    for candidate, network in generators:
        name = "G_ema" if _is_average(candidate) or (len(generators) == 1 and not _is_plain_g(candidate)) else "G"
        chosen.setdefault(name, network)
    for _, network in found:
        if network.is_discriminator:
            chosen.setdefault("D", network)
    return {name: chosen[name] for name in NAMES if name in chosen}


def _is_average(candidate: Candidate) -> bool:
    return any("ema" in key.lower() or "smooth" in key.lower() or key in ("Gs", "g_s") for key in candidate.path)


def _is_plain_g(candidate: Candidate) -> bool:
    return candidate.name == "g"
