"""Following a file: whatever happens to it, the reported pieces add up to its content."""

import os

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.soak import times
from training_launcher.records import tail
from training_launcher.records.tail import Tail, sample

text = st.lists(st.text("ab{}\x00 é", min_size=1, max_size=12), max_size=8)
steps = st.lists(
    st.one_of(
        st.tuples(st.just("append"), text, st.booleans()),
        st.tuples(st.just("cut"), st.floats(0, 1), st.booleans()),
        st.tuples(st.just("replace"), text, st.booleans()),
        st.tuples(st.just("remove"), st.just(None), st.booleans()),
        st.tuples(st.just("look"), st.integers(1, 9), st.booleans()),
    ),
    max_size=14,
)


def whole(path) -> list[bytes]:
    data = path.read_bytes() if path.exists() else b""
    return [line for line in data.split(b"\n")[:-1] if line]


def drain(follower: Tail, told: list[bytes], most: int) -> None:
    while True:
        piece = follower.look(most)
        if piece.restarted:
            told.clear()
        told += piece.lines
        if not piece.more:
            return


@settings(
    max_examples=times(300),
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
    deadline=None,
)
@given(steps, st.integers(1, 40))
def test_what_was_told_is_what_the_file_holds(tmp_path, plan, most):
    path, number = tmp_path / "stats.jsonl", 0
    path.unlink(missing_ok=True)
    follower, told = Tail(path), []
    for kind, what, looks in plan:
        if kind in ("append", "replace"):
            data = b""
            for line in what:
                number += 1  # no two lines are alike, as no two lines of a run are
                data += f"{number} {line}\n".encode()
            data = data[: -(number % 3)] if data and number % 3 else data  # the end of a line may come later
        if kind == "append":
            with open(path, "ab") as file:
                file.write(data)
        elif kind == "cut" and path.exists():
            os.truncate(path, int(path.stat().st_size * what))
        elif kind == "replace":
            fresh = tmp_path / "fresh"
            fresh.write_bytes(data)
            fresh.replace(path)
        elif kind == "remove":
            path.unlink(missing_ok=True)
        elif kind == "look":
            piece = follower.look(what)
            told[:] = [*([] if piece.restarted else told), *piece.lines]
        if looks:
            drain(follower, told, most)
            assert told == whole(path)
    drain(follower, told, most)
    assert told == whole(path)


def test_lines_that_came_before_are_not_told_again(tmp_path):
    path = tmp_path / "log.txt"
    path.write_bytes(b"one\ntwo\nthr")
    follower = Tail(path)
    assert follower.look().lines == (b"one", b"two")
    assert follower.rest == b"thr"
    assert follower.look() == tail.Chunk()
    with open(path, "ab") as file:
        file.write(b"ee\r\n\nfour\n")
    assert follower.look().lines == (b"three", b"four")
    assert follower.rest == b""


def test_a_file_cut_and_grown_beyond_where_it_was_is_read_anew(tmp_path):
    path = tmp_path / "stats.jsonl"
    path.write_bytes(b"a1\na2\na3\n")
    follower = Tail(path)
    follower.look()
    path.write_bytes(b"a1\nb2\nb3\nb4\n")  # the same inode
    piece = follower.look()
    assert piece.restarted
    assert piece.lines == (b"a1", b"b2", b"b3", b"b4")


def test_an_idle_file_is_not_opened(tmp_path, monkeypatch):
    path = tmp_path / "stats.jsonl"
    path.write_bytes(b"1\n")
    follower = Tail(path)
    follower.look()

    def refuse(*args, **kwargs):
        raise AssertionError("the file was opened")

    monkeypatch.setattr("builtins.open", refuse)
    assert follower.look() == tail.Chunk()


def test_an_endless_line_is_skipped_and_takes_no_memory(tmp_path, monkeypatch):
    monkeypatch.setattr(tail, "LONGEST", 100)
    path = tmp_path / "stats.jsonl"
    path.write_bytes(b"first\n" + b"x" * 5000 + b"\nlast\n")
    follower, told, most = Tail(path), [], 0
    while True:
        piece = follower.look(64)
        told += piece.lines
        most = max(most, len(follower.rest))
        if not piece.more:
            break
    assert told == [b"first", b"last"]
    assert most <= 164


def test_of_a_long_log_the_end_is_enough(tmp_path):
    path = tmp_path / "log.txt"
    path.write_bytes(b"".join(b"line %d\n" % k for k in range(1000)))
    follower = Tail(path)
    assert follower.skip_to_last(100)
    lines = follower.look().lines
    assert lines[-1] == b"line 999"
    assert lines == tuple(b"line %d" % k for k in range(1000 - len(lines), 1000))
    with open(path, "ab") as file:
        file.write(b"line 1000\n")
    assert follower.look() == tail.Chunk((b"line 1000",))
    assert not Tail(path).skip_to_last(100_000)
    assert not Tail(tmp_path / "absent").skip_to_last(10)


def test_a_folder_in_place_of_a_file_is_an_empty_one(tmp_path):
    assert Tail(tmp_path).look() == tail.Chunk()
    assert sample(tmp_path) == ()
    assert Tail("\0").look() == tail.Chunk()


@pytest.mark.parametrize("count", [1, 3, 5000])
def test_a_sample_has_whole_lines_in_order_from_first_to_last(tmp_path, count):
    path = tmp_path / "stats.jsonl"
    lines = [f"{k} {'.' * (k % 700)}".encode() for k in range(count)]
    path.write_bytes(b"\n".join(lines) + b"\n")
    found = sample(path, 40)
    numbers = [int(line.split()[0]) for line in found]
    assert set(found) <= set(lines)
    assert numbers == sorted(numbers)
    assert found[0] == lines[0]
    assert found[-1] == lines[-1]
    assert len(found) >= min(count, 30)
