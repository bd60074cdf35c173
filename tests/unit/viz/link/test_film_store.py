"""Pictures of the timeline that are kept."""

import time
from dataclasses import replace

import numpy as np
import pytest

from renderer.document.animate import requested
from renderer.document.document import Document, request_for
from renderer.document.timeline import Key, Timeline, Track
from renderer.ipc.protocol import Display, Latent, Network, RenderRequest, Truncation
from viz.link import film_store
from viz.link.film_store import FilmStore, Kept

SIDE = 4
PICTURE = SIDE * SIDE * 4
"""Bytes of a picture."""
PLAIN = Display()


def kept(value: int = 0) -> Kept:
    return Kept({"picture": np.full((SIDE, SIDE, 4), value, np.uint8)})


def psi(*values: float, seconds: float = 1.0) -> Timeline:
    """Keys at even distances, straight from one to the next; ten frames a second."""
    keys = tuple(Key(seconds * i / max(len(values) - 1, 1), value) for i, value in enumerate(values))
    return Timeline((Track("truncation.psi", keys, "linear"),), seconds=seconds, fps=10.0, loop=False)


def asks(document: Document, display: Display = PLAIN):
    timeline = document.timeline
    base = request_for(document, display, "auto", 0)
    return lambda index: requested(base, timeline, index / timeline.fps)


def show(store: FilmStore, document: Document, display: Display = PLAIN):
    """Show a film, and return its requests."""
    ask = asks(document, display)
    store.show((document, display), document.timeline.frames + 1, ask)
    while not store.work():
        pass
    return [ask(i) for i in range(store.count)]


def test_what_is_kept_is_found_by_all_that_determines_it():
    store, film = FilmStore(), Document(timeline=psi(1.0, 0.0))
    requests = show(store, film)
    for i, request in enumerate(requests):
        assert store.get(request) is None
        assert store.keep(replace(request, request_id=50 + i, low_res_ms=20.0), kept(i))
    assert [store.get(request).images["picture"][0, 0, 0] for request in requests] == list(range(11))
    for changed in (
        replace(film, latent=Latent(1.0)),
        replace(film, network=Network("other.pkl")),
        replace(film, network=Network("", reload=1)),
        replace(film, timeline=psi(1.03, 0.03)),
    ):
        assert all(store.get(request) is None for request in map(asks(changed), range(11)))
    assert all(store.get(request) is None for request in map(asks(film, Display(scale_db=3.0)), range(11)))
    assert all(store.get(replace(request, device="cuda")) is None for request in requests)


def test_a_change_drops_only_what_it_affects():
    store, film = FilmStore(), Document(timeline=psi(1.0, 0.5, 0.0))
    for request in show(store, film):
        store.keep(request, kept())
    assert (store.done, store.spans) == (11, ((0, 11),))
    show(store, replace(film, timeline=psi(1.0, 0.5, -1.0)))
    assert store.spans == ((0, 6),), "the first half is the same"
    show(store, replace(film, truncation=Truncation(0.1)))
    assert store.spans == ((0, 11),), "the film does not use what was changed"
    show(store, replace(film, latent=Latent(7.0)))
    assert store.spans == ()
    show(store, film)
    assert store.spans == ((0, 11),), "and undoing brings all of it back"


def test_what_is_missing_follows_the_playhead():
    store, film = FilmStore(), Document(timeline=psi(1.0, 0.0))
    requests = show(store, film)
    store.playhead = 9
    assert store.missing(3, PICTURE) == (requests[9], requests[10], requests[0])
    store.keep(requests[10], kept())
    assert store.missing(2, PICTURE) == (requests[9], requests[0])
    for request in requests:
        store.keep(request, kept())
    assert store.missing(3, PICTURE) == ()


def test_within_the_limit_the_frames_that_come_next_are_kept():
    store, film = FilmStore(4 * PICTURE), Document(timeline=psi(1.0, 0.0))
    requests = show(store, film)
    store.playhead = 2
    for request in requests[2:6]:
        assert store.keep(request, kept())
    assert store.size == 4 * PICTURE
    assert store.missing(3, PICTURE) == (), "more would find no room"
    assert not store.keep(requests[7], kept())
    assert store.spans == ((2, 6),)
    store.playhead = 3
    assert store.missing(3, PICTURE) == (requests[6],)
    assert store.keep(requests[6], kept()), "in the place of the one just passed"
    assert store.spans == ((3, 7),)
    assert store.size == 4 * PICTURE


def test_playing_a_film_that_does_not_fit_again_and_again_keeps_what_fits():
    store, film = FilmStore(5 * PICTURE), Document(timeline=psi(1.0, 0.0))
    requests, drawn = show(store, film), []
    for _ in range(4):
        drawn.append(0)
        for store.playhead, request in enumerate(requests):
            if store.get(request) is None:
                drawn[-1] += 1
                store.keep(request, kept())
    assert drawn[0] == 11
    assert all(count <= 8 for count in drawn[1:]), "a part of it always is there"
    assert store.size <= 5 * PICTURE


def test_pictures_of_other_films_go_first():
    store, old = FilmStore(4 * PICTURE), Document(latent=Latent(1.0), timeline=psi(1.0, 0.0))
    for request in show(store, old)[:3]:
        store.keep(request, kept())
    requests = show(store, replace(old, latent=Latent(2.0)))
    store.keep(requests[10], kept())
    assert store.keep(requests[0], kept())
    assert store.spans == ((0, 1), (10, 11))
    show(store, old)
    assert store.spans == ((1, 3),), "the oldest one went"


def test_a_smaller_limit_holds_at_once_and_none_keeps_nothing():
    store, film = FilmStore(), Document(timeline=psi(1.0, 0.0))
    requests = show(store, film)
    for request in requests:
        store.keep(request, kept())
    store.limit(3 * PICTURE)
    assert store.spans == ((0, 3),)
    store.limit(0)
    assert (store.size, store.spans) == (0, ())
    assert not store.keep(requests[0], kept())
    assert store.missing(3, PICTURE) == ()


def test_keeping_a_picture_twice_counts_once():
    store, film = FilmStore(), Document(timeline=psi(1.0, 0.0))
    request = show(store, film)[0]
    store.keep(request, kept(1))
    store.keep(request, kept(2))
    assert store.size == PICTURE
    assert store.get(request).images["picture"][0, 0, 0] == 2
    store.clear()
    assert store.size == 0


def test_frames_that_show_the_same_are_kept_together():
    store = FilmStore()
    requests = show(store, Document(timeline=psi(0.5, 0.5)))
    store.keep(requests[3], kept())
    assert store.spans == ((0, 11),)


def test_requests_are_worked_out_in_slices(monkeypatch):
    now = [0.0]
    monkeypatch.setattr(film_store.time, "perf_counter", lambda: now[0])
    store, asked = FilmStore(), []

    def ask(index: int) -> RenderRequest:
        asked.append(index)
        now[0] += 0.001
        return RenderRequest(0, Document(latent=Latent(float(index))).image)

    store.show(("film",), 10, ask)
    assert not store.work(0.0035)
    assert asked == [0, 1, 2, 3]
    assert store.missing(9, PICTURE) == tuple(key.request for key in store._film.keys), "as far as they are known"
    assert store.work(1.0)
    assert asked == list(range(10))
    monkeypatch.setattr(film_store.time, "perf_counter", time.perf_counter)
    store.show(("film",), 10, ask)
    assert store.work()
    assert len(asked) == 10, "the same film is not worked out again"


def test_endless_films_are_bounded():
    store = FilmStore()
    store.show(("film",), 10_000_000, lambda index: RenderRequest(0))
    assert store.count == film_store.MOST_FRAMES


@pytest.mark.parametrize("size", [PICTURE + 1, 100 * PICTURE])
def test_a_picture_larger_than_the_limit_displaces_nothing(size):
    store, film = FilmStore(PICTURE), Document(timeline=psi(1.0, 0.0))
    requests = show(store, film)
    store.keep(requests[0], kept())
    assert not store.keep(requests[1], Kept({"picture": np.zeros((1, size, 1), np.uint8)}))
    assert store.spans == ((0, 1),)


def test_a_full_store_compares_few_requests_for_each_picture(monkeypatch):
    film = Document(timeline=psi(1.0, 0.0, seconds=60.0))
    store = FilmStore(500 * PICTURE)
    requests = show(store, film)
    for request in requests[:500]:
        store.keep(request, kept())
    compared = []
    equal = RenderRequest.__eq__
    monkeypatch.setattr(RenderRequest, "__eq__", lambda one, other: compared.append(1) or equal(one, other))
    for index in range(500, 520):
        store.playhead = index
        assert store.keep(requests[index], kept())
    assert store.size == 500 * PICTURE
    there = [store.get(requests[index]) is not None for index in (0, 498, 499, 518, 519)]
    assert there == [True, True, False, False, True], "what was just passed is reached last"
    assert len(compared) < 20 * 10
