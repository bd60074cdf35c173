"""Undo and redo: every state is restored, steps are bounded and named, a drag is one step."""

import itertools
from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from renderer.document.document import Document
from renderer.ipc.protocol import Latent, Truncation
from viz.state.store import History


class Clock:
    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        self.now += 1.0
        return self.now


def psi(value: float) -> Document:
    return Document(truncation=Truncation(psi=value))


values = st.lists(st.integers(0, 5), min_size=1, max_size=30)


@given(values)
def test_undoing_all_steps_goes_back_through_every_state_and_redo_forth_again(numbers):
    history, now = History(Clock()), psi(9)
    states = [now]
    for number in numbers:
        history.record(now, psi(number))
        if psi(number) != now:
            states.append(psi(number))
        now = psi(number)
    back = [now]
    while (document := history.undo()) is not None:
        back.append(document)
    assert back == states[::-1]
    forth = [back[-1]]
    while (document := history.redo()) is not None:
        forth.append(document)
    assert forth == states


@given(st.lists(st.sampled_from(["change", "undo", "redo"]), max_size=60))
def test_any_mix_of_changes_undo_and_redo_keeps_the_steps_chained(actions):
    history, now, count = History(Clock(), limit=7), psi(0), 0
    for action in actions:
        if action == "change":
            count += 1
            history.record(now, psi(count))
            now = psi(count)
        else:
            found = history.undo() if action == "undo" else history.redo()
            now = found if found is not None else now
        done = history.done
        assert len(done) <= 7
        assert not done or done[-1].after == now
        assert all(a.after == b.before for a, b in itertools.pairwise(done))


@given(values)
def test_a_drag_is_one_step_however_often_it_changes_the_document(numbers):
    history, start = History(Clock()), psi(9)
    history.begin(start)
    for number in numbers:
        history.begin(psi(number))  # within the open step: nothing begins
    history.commit(psi(numbers[-1]))
    assert len(history.done) == 1
    assert history.undo() == start


def test_a_step_that_changed_nothing_leaves_no_trace():
    history = History(Clock())
    history.begin(psi(1))
    history.commit(psi(1))
    history.record(psi(1), psi(1))
    assert history.done == ()
    assert history.undo() is None
    assert history.undo_name == ""


def test_a_new_step_forgets_what_was_taken_back():
    history = History(Clock())
    history.record(psi(0), psi(1))
    history.undo()
    assert history.redo_name == "ψ 1.00"
    history.record(psi(0), psi(0.5))
    assert history.redo_name == ""
    assert history.redo() is None


def test_cancel_gives_the_document_at_the_beginning_and_no_step():
    history = History(Clock())
    history.begin(psi(1))
    assert history.is_open
    assert history.cancel() == psi(1)
    assert not history.is_open
    assert history.cancel() is None
    assert history.done == ()


def test_the_oldest_steps_are_forgotten():
    history = History(Clock(), limit=3)
    for i in range(10):
        history.record(psi(i), psi(i + 1))
    assert [step.after.truncation.psi for step in history.done] == [8, 9, 10]


def test_steps_tell_their_name_and_when_they_were_made():
    history = History(Clock())
    history.record(psi(1), replace(psi(1), latent=Latent(x=1042)))
    history.record(psi(1), psi(0.62), name="A name of its own")
    assert [(step.name, step.at) for step in history.done] == [("Seed 1042", 1.0), ("A name of its own", 2.0)]
