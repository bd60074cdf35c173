import os
import time

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from renderer.ipc import frames
from renderer.ipc.frames import Ring, Segments
from renderer.ipc.protocol import SlotRef
from tests.soak import times


@pytest.fixture
def ring():
    ring = Ring(f"{frames.PREFIX}test-{os.getpid()}")
    yield ring
    ring.close()
    assert not frames.present(f"{frames.PREFIX}test-{os.getpid()}")


def flat(value: int, side: int = 8) -> np.ndarray:
    return np.full((side, side, 4), value, np.uint8)


def test_pictures_arrive_as_they_were_written(ring):
    rng = np.random.default_rng(0)
    wide, tall = (rng.integers(0, 256, (h, w, 4), np.uint8) for h, w in ((3, 50), (20, 7)))
    place, parts = ring.write([("wide", wide), ("tall", tall)])
    segments = Segments()
    segments.attach(place.segment)
    assert [part.name for part in parts] == ["wide", "tall"]
    for part, picture in zip(parts, (wide, tall), strict=True):
        np.testing.assert_array_equal(segments.image(place.segment, part), picture)


def test_the_window_cannot_write_into_a_frame(ring):
    place, parts = ring.write([("picture", flat(1))])
    segments = Segments()
    segments.attach(place.segment)
    with pytest.raises(ValueError, match="read-only"):
        segments.image(place.segment, parts[0])[0, 0, 0] = 3


def test_slots_stay_busy_until_a_later_one_is_held(ring):
    places = [ring.write([("picture", flat(i))])[0] for i in range(frames.SLOTS)]
    assert not ring.free
    ring.hold(places[0])
    assert not ring.free, "the first is the one that is being read"
    ring.hold(places[1])
    assert ring.free
    assert ring.write([("picture", flat(9))])[0] == places[0]


def test_a_slot_is_busy_only_once_it_is_sent(ring):
    first, again = ring.open([("picture", (8, 8))]), ring.open([("picture", (8, 8))])
    assert again.place == first.place
    first.views[0][...] = flat(5)
    assert ring.sent(first) == (first.place, first.parts)
    segments = Segments()
    segments.attach(first.place.segment)
    np.testing.assert_array_equal(segments.image(first.place.segment, first.parts[0]), flat(5))
    assert ring.open([("picture", (8, 8))]).place != first.place


def test_who_uses_a_segment_hears_that_it_goes(ring):
    heard = []
    small, large = ring.open([("picture", (8, 8))]), (300, 300)
    small.segment.before_close.append(lambda: heard.append("small"))
    ring.sent(small)
    ring.hold(small.place)
    ring.sent(ring.open([("picture", large)]))
    assert not heard, "the window reads it still"
    later = ring.open([("picture", large)])
    ring.sent(later)
    ring.hold(later.place)
    assert heard == ["small"]
    later.segment.before_close.append(lambda: heard.append("large"))
    ring.close()
    ring.close()
    assert heard == ["small", "large"]


@settings(max_examples=times(60), deadline=None)
@given(st.lists(st.tuples(st.sampled_from(["write", "poll"]), st.sampled_from([4, 8, 200])), max_size=40))
def test_nothing_that_the_window_may_read_is_overwritten(steps):
    """The window reads the frame it polled last and may take the newest at any time; its `SlotRef` may come late."""
    ring = Ring(f"{frames.PREFIX}test-{os.getpid()}")
    segments = Segments()
    shown = newest = None
    late: list[SlotRef] = []
    for count, (step, side) in enumerate(steps):
        if step == "write" and ring.free:
            for held in late:
                ring.hold(held)
            late.clear()
            place, parts = ring.write([("picture", flat(count, side))])
            segments.attach(place.segment)
            newest = (place, parts[0], count)
        elif step == "poll" and newest is not None:
            shown = newest
            late.append(shown[0])
        for frame in (shown, newest):
            if frame is not None:
                place, part, value = frame
                assert (segments.image(place.segment, part) == value).all()
    ring.close()


def test_a_larger_frame_gets_a_new_segment_and_the_old_one_goes_when_it_is_no_longer_read(ring):
    small, _ = ring.write([("picture", flat(1, 8))])
    large, _ = ring.write([("picture", flat(2, 300))])
    assert small.segment != large.segment
    ring.hold(small)
    assert {path.name for path in frames.present()} >= {small.segment, large.segment}
    ring.hold(large)
    assert small.segment not in {path.name for path in frames.present()}


def test_memory_stays_readable_after_its_name_is_gone(ring):
    place, parts = ring.write([("picture", flat(7))])
    segments = Segments()
    segments.attach(place.segment)
    view = segments.image(place.segment, parts[0])
    ring.close()
    segments.keep(set())
    assert (view == 7).all()
    with pytest.raises(FileNotFoundError, match="gone"):
        segments.attach(place.segment)


def test_a_second_folder_is_used_where_the_first_has_no_room(ring, monkeypatch, tmp_path):
    full, roomy = tmp_path / "full", tmp_path / "roomy"
    full.mkdir()
    roomy.mkdir()
    monkeypatch.setattr(frames, "folders", lambda: (full, roomy))
    create = frames._create

    def refuse(path, size):
        if path.parent == full:
            raise OSError(28, "No space left on device")
        return create(path, size)

    monkeypatch.setattr(frames, "_create", refuse)
    place, parts = ring.write([("picture", flat(5))])
    segments = Segments()
    segments.attach(place.segment)
    assert (roomy / place.segment).exists()
    assert (segments.image(place.segment, parts[0]) == 5).all()
    monkeypatch.setattr(frames, "_create", lambda path, size: refuse(full / path.name, size))
    with pytest.raises(OSError, match="No space"):
        ring.write([("picture", flat(5, 300))])
    ring.close()


@pytest.mark.skipif(not hasattr(os, "posix_fallocate"), reason="needs posix_fallocate")
def test_a_full_folder_is_an_error_at_once_and_not_a_bus_error_later(tmp_path):
    with pytest.raises(OSError, match=r"large|space"):
        frames._create(tmp_path / "huge", 1 << 55)
    assert not list(tmp_path.iterdir())


@pytest.mark.skipif(os.name == "nt", reason="Windows removes no file that is in use")
def test_only_segments_of_dead_renderers_are_cleaned_up(monkeypatch, tmp_path):
    monkeypatch.setattr(frames, "folders", lambda: (tmp_path,))
    ring = Ring(f"{frames.PREFIX}alive")
    alive, _ = ring.write([("picture", flat(1))])
    (tmp_path / f"{frames.PREFIX}dead-0").write_bytes(b"x")
    (tmp_path / "other").write_bytes(b"x")
    frames.remove_abandoned(time.time())
    assert len(list(tmp_path.iterdir())) == 3, "young files may not be locked yet"
    frames.remove_abandoned(time.time() + 120)
    assert {path.name for path in tmp_path.iterdir()} == {alive.segment, "other"}
    ring.close()
