"""Undo and redo: every state is restored, steps are bounded and named, a drag is one step."""

import itertools
from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from renderer.document.document import Document, Swatch
from renderer.ipc.protocol import Latent, Truncation
from viz.state.history import BRANCHES, History, ShelfHistory


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


def line(history: History) -> list[float]:
    return [document.truncation.psi for _, document in history.states]


def test_undone_steps_become_a_branch_that_can_be_chosen_again_and_back():
    history = History(Clock())
    for number in (1, 2, 3):
        history.record(psi(number - 1), psi(number))
    history.undo()
    history.undo()
    assert history.branches == (), "they are still ahead"
    history.record(psi(1), psi(10))
    history.record(psi(10), psi(11))
    [branch] = history.branches
    assert branch.at == 1
    assert [step.after.truncation.psi for step in branch.steps] == [2, 3]
    assert history.redo_name == "", "undo and redo stay on the present line"
    assert history.choose(0) == psi(3)
    assert line(history) == [0, 1, 2, 3]
    [back] = history.branches
    assert [step.after.truncation.psi for step in back.steps] == [10, 11]
    assert history.undo() == psi(2)
    assert history.choose(0) == psi(11)
    assert line(history) == [0, 1, 10, 11]
    assert history.choose(7) is None


def test_a_branch_within_a_branch_is_reached_from_any_line():
    history = History(Clock())
    for number in (1, 2):
        history.record(psi(number - 1), psi(number))
    history.undo()
    history.record(psi(1), psi(3))  # leaves 0 1 2
    history.undo()
    history.undo()
    history.record(psi(0), psi(4))  # leaves 0 1 3
    ends = [branch.steps[-1].after.truncation.psi for branch in history.branches]
    assert ends == [2, 3]
    assert [branch.at for branch in history.branches] == [0, 0]
    assert history.choose(0) == psi(2)
    assert [(branch.at, branch.steps[-1].after.truncation.psi) for branch in history.branches] == [(1, 3), (0, 4)]


@given(st.lists(st.sampled_from(["change", "undo", "redo", "choose first", "choose last", "forget"]), max_size=80))
def test_no_state_is_lost_before_memory_runs_out_and_there_are_never_too_many(actions):
    history, now, count, made = History(Clock(), limit=9), psi(0), 0, {0.0}
    forgotten = False
    for action in actions:
        if action == "change":
            count += 1
            history.record(now, psi(count))
            now, found = psi(count), None
            made.add(float(count))
        elif action == "forget":
            history.forget(1)
            found, forgotten = None, True
        elif action.startswith("choose"):
            found = history.choose(0 if action.endswith("first") else len(history.branches) - 1)
        else:
            found = history.undo() if action == "undo" else history.redo()
        now = found if found is not None else now
        assert len(history.done) <= 9
        assert len(history.branches) <= BRANCHES
        for branch in history.branches:
            assert branch.steps, "a branch that is part of the line"
            assert 0 <= branch.at <= len(history.states)
            assert all(a.after == b.before for a, b in itertools.pairwise(branch.steps))
        reachable = {d.truncation.psi for _, d in history.states} | {now.truncation.psi}
        reachable |= {step.after.truncation.psi for branch in history.branches for step in branch.steps}
        if not forgotten and count < 9 and len(history.branches) < BRANCHES:
            assert made <= reachable | {0.0}


def test_the_shelf_has_a_history_of_its_own():
    history, one, two = ShelfHistory(), Swatch("1", Latent(1.0)), Swatch("2", Latent(2.0))
    history.record((), ())
    assert history.undo() is None
    history.record((), (one,))
    history.record((one,), (one, two))
    assert history.undo_name == "Shelve 2"
    assert history.undo() == (one,)
    assert history.redo_name == "Shelve 2"
    assert history.redo() == (one, two)
    history.undo()
    history.record((one,), ())
    assert history.redo() is None
    assert history.undo_name == "Unshelve 1"
    assert set(history.shelves) == {(), (one,)}
