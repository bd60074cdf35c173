"""Film of a drag: the way that it went, as keys of the latent on the timeline."""

from dataclasses import replace

import numpy as np

from renderer.document.arrays import ArrayStore
from renderer.document.document import Document
from renderer.document.parts import Latent
from renderer.document.timeline import Key, Timeline, Track
from viz.dragging.made import as_picture
from viz.state.interaction import Stage

SECONDS = 4.0
"""Duration of the film."""
MOST_KEYS = 32
"""Keys, evenly spread over the steps; between them w goes straight."""


_MADE = ("latent", "truncation", "mixing", "directions")
"""Groups that a picture of stored w vectors has in it."""


def replaced_tracks(timeline: Timeline) -> int:
    """Return the number of tracks that a film takes the place of."""
    return sum(track.path.partition(".")[0] in _MADE for track in timeline.tracks)


def film_of(first: Stage, last: Stage, now: Document, arrays: ArrayStore) -> Document | None:
    """Return the document with the way from one stage to another on its timeline; None if there is none.

    Each key is a whole picture, w vectors of which truncation, mixing and directions are a part.
    Raises UnknownArrayError.
    """
    if last.ws is None or last.moved is None or len(last.film) < 2:
        return None
    start = np.asarray(arrays.get(last.ws), np.float32) - arrays.get(last.moved)
    chosen = np.unique(np.linspace(0, len(last.film) - 1, min(MOST_KEYS, len(last.film))).round().astype(int))
    ws = [start] + [start + arrays.get(last.film[i]) for i in chosen]
    times = np.linspace(0, SECONDS, len(ws))
    keys = tuple(
        Key(round(float(at), 4), Latent(array=arrays.add(one.astype(np.float32))))
        for at, one in zip(times, ws, strict=True)
    )
    others = tuple(track for track in now.timeline.tracks if track.path.partition(".")[0] not in _MADE)
    track = Track("latent", keys, interpolation="linear")
    timeline = replace(now.timeline, tracks=(track, *others), seconds=SECONDS, loop=False, keep_norm=False)
    timeline = replace(timeline, constant_speed=False)
    picture = as_picture(first.document, last.ws)
    return replace(picture, timeline=timeline, shelf=now.shelf, networks=now.networks)
