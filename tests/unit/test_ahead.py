"""Work by threads, in order."""

import threading

import pytest

from foundation.process import cores
from gan.ahead import in_order

SECONDS = 60


def test_results_come_in_the_order_of_the_inputs_whichever_is_done_first():
    second_is_done = threading.Event()

    def work(i):
        if i == 0:
            assert second_is_done.wait(SECONDS)
        if i == 1:
            second_is_done.set()
        return 10 * i

    assert list(in_order(work, range(20), 2)) == [10 * i for i in range(20)]


def test_inputs_are_taken_only_a_little_ahead():
    taken = []
    results = in_order(lambda i: i, (taken.append(i) or i for i in range(100)), 3)
    assert next(results) == 0
    assert len(taken) == 7
    results.close()
    assert len(taken) == 7


def test_what_fails_is_raised_in_its_place():
    results = in_order(lambda i: 1 // (i - 2), range(5), 2)
    assert [next(results), next(results)] == [-1, -1]
    with pytest.raises(ZeroDivisionError):
        next(results)


def test_there_is_a_core():
    assert cores() >= 1
