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
    monkeypatch.setattr(textures, "fill", lambda x, y, pixels: cells.__setitem__((x, y), int(pixels[0, 0, 0])))
    monkeypatch.setattr(thumbnails.GL, "glBindTexture", lambda target, name: None)
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
    assert cache.tally == (0, 0, 0)
    wanted = request(1)
    cache.get(wanted)
    cache.get(wanted)
    assert cache.tally == (2, 2, 0)
    answer(cache)
    assert cache.get(wanted) is not None
    assert cache.tally == (3, 2, 1)
