from hypothesis import given
from hypothesis import strategies as st

from renderer.engine.stages import Cache, StageClock


@given(st.lists(st.tuples(st.integers(0, 6), st.integers(1, 5)), max_size=60), st.integers(1, 12))
def test_a_cache_returns_the_latest_value_and_stays_within_its_limit(steps, limit):
    cache: Cache[bytes] = Cache(limit, len)
    latest: dict[int, bytes] = {}
    for key, size in steps:
        latest[key] = bytes([key]) * size
        assert cache.put(key, latest[key]) == latest[key]
        kept = {k: cache.get(k) for k in latest if cache.get(k) is not None}
        assert all(latest[k] == value for k, value in kept.items())
        assert cache.get(key) == latest[key], "the newest stays"
        assert len(kept) == 1 or sum(map(len, kept.values())) <= limit


def test_the_least_recently_used_goes_first():
    cache: Cache[str] = Cache(2)
    cache.put("a", "A")
    cache.put("b", "B")
    cache.get("a")
    cache.put("c", "C")
    assert (cache.get("a"), cache.get("b"), cache.get("c")) == ("A", None, "C")


def test_made_calls_only_for_what_is_not_kept():
    cache: Cache[int] = Cache(2)
    calls = []
    for _ in range(2):
        cache.made("key", lambda: calls.append(1) or len(calls))
    assert calls == [1]
    cache.clear()
    cache.made("key", lambda: calls.append(1) or len(calls))
    assert len(calls) == 2


def test_the_clock_gives_a_stage_inside_another_its_own_time():
    times = iter([0.0, 1.0, 3.0, 7.0, 8.0, 10.0])
    clock = StageClock(lambda: next(times))
    with clock.stage("edits"), clock.stage("mapping"):  # edits from 0, mapping from 1 to 3, edits again to 7
        pass
    with clock.stage("mapping"):  # from 8 to 10
        pass
    assert dict(clock.milliseconds) == {"edits": 5000.0, "mapping": 4000.0}


def test_a_clock_of_marks_asks_for_times_only_when_it_is_read():
    marks = iter("abcd")
    asked = []
    clock = StageClock(lambda: next(marks), lambda first, last: asked.append(first + last) or 0.5)
    for _ in range(2):
        with clock.stage("synthesis"):
            pass
    assert not asked
    assert clock.milliseconds == (("synthesis", 1000.0),)
    assert asked == ["ab", "cd"]
