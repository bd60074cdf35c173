"""Thumbnails: requests, cache, and places in the atlas. OpenGL is replaced by a record of draw calls."""

from dataclasses import replace

import numpy as np
import pytest

from renderer.ipc.protocol import ImageState, Latent, RenderRequest, Thumbnail
from viz.gl import textures, thumbnails
from viz.gl.thumbnails import ThumbnailCache


@pytest.fixture
def drawn(monkeypatch):
    """Positions of written images: (x, y) -> first byte."""
    cells: dict[tuple[int, int], int] = {}
    monkeypatch.setattr(textures, "name", lambda: 1)
    monkeypatch.setattr(textures, "make_room", lambda texture: None)
    monkeypatch.setattr(textures, "fill", lambda _, x, y, pixels: cells.__setitem__((x, y), int(pixels[0, 0, 0])))
    return cells


def request(seed: float) -> RenderRequest:
    return RenderRequest(0, ImageState(latent=Latent(x=seed)))


def answer(cache: ThumbnailCache, value: int = 7) -> None:
    """Draw everything that is wanted."""
    cache.take([Thumbnail(w.key, w.size, bytes([value]) * (w.size * w.size * 4)) for w in cache.wanted()])


def test_what_is_asked_for_is_wanted_in_that_order_until_it_is_there(drawn):
    cache = ThumbnailCache()
    for seed in (3, 1, 2, 1):
        assert cache.get(request(seed)) is None
    wanted = cache.wanted()
    assert [w.request.image.latent.x for w in wanted] == [3, 1, 2]
    for seed in (3, 1, 2):
        cache.get(request(seed))
    assert cache.wanted() == wanted  # the same names, so that the renderer sees no change
    for seed in (3, 1, 2):
        cache.get(request(seed))
    answer(cache)
    assert all(cache.get(request(seed)) is not None for seed in (3, 1, 2))
    assert cache.wanted() == ()


def test_what_is_no_longer_asked_for_is_not_wanted_and_late_answers_are_dropped(drawn):
    cache = ThumbnailCache()
    cache.get(request(1))
    (old,) = cache.wanted()
    cache.get(request(2))
    assert [w.request.image.latent.x for w in cache.wanted()] == [2]
    assert not cache.take([Thumbnail(old.key, old.size, bytes(old.size * old.size * 4))])
    assert cache.get(request(1)) is None
    assert drawn == {}


def test_what_cannot_be_drawn_says_why_and_leaves_its_place_to_others(drawn):
    cache = ThumbnailCache()
    cache.get(request(1))
    (one,) = cache.wanted()
    assert cache.problem(request(1)) == ""
    assert cache.take([Thumbnail(one.key, one.size, b"", problem="No memory.")])
    assert cache.problem(request(1)) == "No memory."
    assert cache.get(request(1)) is None
    assert cache.wanted() == ()
    for _ in range(thumbnails.TRIED_AGAIN):
        cache.get(request(1))
        wanted = cache.wanted()
    assert len(wanted) == 1, "after a while it is tried again"
    cache.take([Thumbnail(wanted[0].key, 64, b"", problem="No memory.")])
    cache.try_again()
    cache.get(request(1))
    wanted = cache.wanted()
    cache.take([Thumbnail(wanted[0].key, 64, bytes(64 * 64 * 4))])
    assert cache.get(request(1)) is not None
    assert cache.problem(request(1)) == ""


def test_the_id_of_a_request_does_not_matter(drawn):
    cache = ThumbnailCache()
    cache.get(replace(request(1), request_id=5))
    answer(cache)
    assert cache.get(replace(request(1), request_id=9)) is not None


def test_coordinates_point_at_the_picture_and_at_no_neighbour(drawn):
    cache = ThumbnailCache(capacity=16)
    for seed in range(6):
        cache.get(request(seed), 32)
        answer(cache, seed)
    for seed in range(6):
        texture, (u0, v0, u1, v1) = cache.get(request(seed), 32)
        x, y = round(u0 * texture.width - 0.5), round(v0 * texture.height - 0.5)
        assert drawn[x, y] == seed
        assert (u1 - u0) * texture.width == pytest.approx(31)
        assert (v1 - v0) * texture.height == pytest.approx(31)


def test_the_one_used_longest_ago_makes_room(drawn):
    cache = ThumbnailCache(capacity=4)
    for seed in range(4):
        cache.get(request(seed))
        answer(cache)
    cache.get(request(0))  # used again
    cache.get(request(9))
    answer(cache)
    assert cache.get(request(1)) is None
    assert all(cache.get(request(seed)) is not None for seed in (0, 2, 3, 9))
    assert len(drawn) == 4


def test_sizes_are_kept_apart(drawn):
    cache = ThumbnailCache()
    cache.get(request(1), 32)
    answer(cache)
    assert cache.get(request(1), 48) is None
    assert cache.get(request(1), 32) is not None


def test_answers_of_a_wrong_size_are_dropped(drawn):
    cache = ThumbnailCache()
    cache.get(request(1), 32)
    (wanted,) = cache.wanted()
    assert not cache.take([Thumbnail(wanted.key, 16, bytes(16 * 16 * 4))])


def test_not_more_is_sent_than_soon_answered(drawn):
    cache = ThumbnailCache()
    for seed in range(200):
        cache.get(request(seed))
    assert [w.request.image.latent.x for w in cache.wanted()] == list(np.arange(thumbnails.MOST_WANTED))


def test_the_tally_tells_of_pictures_asked_for_missing_and_come(drawn):
    cache = ThumbnailCache()
    assert cache.tally == (0, 0, 0, 0)
    wanted = request(1)
    cache.get(wanted)
    cache.get(wanted)
    assert cache.tally == (2, 2, 0, 0)
    answer(cache)
    assert cache.get(wanted) is not None
    assert cache.tally == (3, 2, 1, 0)


def test_the_tally_counts_those_whose_place_another_takes(drawn):
    cache = ThumbnailCache(capacity=4)
    for seed in range(4):
        cache.get(request(seed))
    answer(cache)
    assert cache.tally.lost == 0, "what is drawn stays as it is while others come"
    cache.get(request(4))
    answer(cache)
    assert cache.tally.lost == 1
    assert cache.get(request(0)) is None


def asks(cache: ThumbnailCache, **owners: range) -> list[float]:
    """Ask for thumbnails by owner, and return the seeds that are wanted, most wanted first."""
    for owner, seeds in owners.items():
        for seed in seeds:
            cache.get(request(seed), owner=owner)
    return [one.request.image.latent.x for one in cache.wanted()]


def test_the_owner_whose_wishes_are_newest_comes_first(drawn):
    cache = ThumbnailCache()
    pad, strip, film = range(3), range(10, 12), range(20, 22)
    assert asks(cache, pad=pad) == [0, 1, 2]
    assert asks(cache, pad=pad, strip=strip) == [10, 11, 0, 1, 2], "a strip was opened"
    assert asks(cache, pad=pad, strip=strip) == [10, 11, 0, 1, 2], "and stays before the pad"
    assert asks(cache, pad=range(1, 4), strip=strip) == [1, 2, 3, 10, 11], "the pad was moved"
    assert asks(cache, film=film, pad=range(1, 4), strip=strip) == [20, 21, 1, 2, 3, 10, 11]
    assert asks(cache, pad=range(1, 4)) == [1, 2, 3], "the others were closed"


def test_of_owners_that_wish_something_new_together_the_one_opened_last_comes_first(drawn):
    cache = ThumbnailCache()
    cache.opened("film")
    assert asks(cache, pad=range(2), film=range(10, 12)) == [10, 11, 0, 1]
    cache.opened("strip")
    assert asks(cache, pad=range(20, 22), film=range(30, 32), strip=range(40, 42)) == [40, 41, 30, 31, 20, 21]


def test_a_rough_one_is_shown_and_stays_wanted_until_the_fine_one_is_there(drawn):
    cache = ThumbnailCache()
    cache.get(request(1), 16)
    (wanted,) = cache.wanted()
    cache.take([Thumbnail(wanted.key, 16, bytes([3]) * 1024, final=False)])
    before = cache.tally
    assert cache.get(request(1), 16) is not None
    assert cache.tally.missed == before.missed + 1, "what shows it is drawn again when the fine one comes"
    assert cache.wanted() == (wanted,)
    assert cache.waiting == 1
    cache.take([Thumbnail(wanted.key, 16, bytes([9]) * 1024)])
    assert set(drawn.values()) == {9}
    cache.get(request(1), 16)
    assert cache.wanted() == ()
    assert cache.waiting == 0


def test_a_rough_one_that_made_room_is_drawn_again(drawn):
    cache = ThumbnailCache(capacity=1)
    cache.get(request(1))
    (wanted,) = cache.wanted()
    cache.take([Thumbnail(wanted.key, 64, bytes(64 * 64 * 4), final=False)])
    cache.get(request(2))
    answer(cache)
    assert cache.get(request(1)) is None
    assert [one.request.image.latent.x for one in cache.wanted()] == [1]


def test_an_older_picture_shown_meanwhile_is_not_drawn_again(drawn):
    cache = ThumbnailCache()
    assert cache.known(request(1)) is None
    assert cache.wanted() == ()
    cache.get(request(1))
    answer(cache)
    assert cache.known(request(1)) == cache.get(request(1))
