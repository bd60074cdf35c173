"""Background threads: order, latest-wins, errors reported once, and an end within a timeout."""

import ast
import logging
import subprocess
import threading

import pytest

from foundation import background
from foundation.background import Loop, Worker
from tests.fixtures_path import ROOT

SOON = 30.0
"""Timeout in seconds, only reached if something hangs."""

OTHERS = {
    "foundation/background.py": {"Thread"},
    "gan/data/loader.py": {"ThreadPoolExecutor"},  # several threads read images at once
    "gan/ahead.py": {"ThreadPoolExecutor"},  # likewise, in order
    "gan/threads.py": {"Thread"},  # compute, and are waited for when the program ends
    "gan/metrics/torchscript/child.py": {"Thread"},  # ends its process with the one that asked
    "gan/metrics/torchscript/script.py": {"Thread"},  # waits for a process that may never answer
    "gan/training/group.py": {"Thread"},  # calls that another process may never join, which cannot be ended
    "gan/training/watch.py": {"Thread"},  # must end with its process, whatever that is doing
    "renderer/engine/models.py": {"ThreadPoolExecutor"},  # reading ahead, whose future is waited for
    "renderer/engine/lens/measuring.py": {"ThreadPoolExecutor"},  # measures a distance, whose future is waited for
    "renderer/fake/client.py": {"Thread"},  # plays the renderer's process
    "renderer/ipc/client.py": {"Thread"},  # ends of pipes
    "renderer/ipc/mailbox.py": {"Thread"},  # an end of a pipe
    "training_launcher/launcher.py": {"Thread"},  # waits for a child process to end
    "viz/gl/upload.py": {"Thread"},  # has an OpenGL context of its own
    "benchmarks/live/row.py": {"Timer"},  # ends a window that does not
    "benchmarks/startup.py": {"Thread"},  # measures
}
"""Threads of another kind, by file. Those that may be in PyTorch when the program ends start through `gan.threads`;
pools are waited for by Python, and the renderer's process leaves by `os._exit`."""


class Gate:
    """A task that signals its begin and waits for permission to continue."""

    def __init__(self) -> None:
        self.begun, self.open = threading.Event(), threading.Event()

    def __call__(self) -> None:
        self.begun.set()
        assert self.open.wait(SOON)


def collected(order, tasks):
    """Return the tasks in the order of their execution; the first one runs while the others are submitted."""
    gate, done = Gate(), []

    def do(task: int) -> int:
        if not done:
            gate()
        done.append(task)
        return task

    worker = Worker("test", do, order=order)
    worker.submit(tasks[0])
    assert gate.begun.wait(SOON)
    for task in tasks[1:]:
        worker.submit(task)
    assert worker.busy
    gate.open.set()
    assert worker.close()
    return done, [worker.poll() for _ in done]


@pytest.mark.parametrize(
    ("order", "wanted"), [("queue", [1, 2, 3, 4]), ("newest first", [1, 4, 3, 2]), ("latest", [1, 4])]
)
def test_the_order_of_tasks(order, wanted):
    assert collected(order, [1, 2, 3, 4]) == (wanted, wanted)


def test_a_result_is_there_when_the_caller_is_woken():
    woken, found = threading.Event(), []

    def wake() -> None:
        found.append(worker.poll())
        woken.set()

    worker = Worker("test", lambda task: task * 2, wake)
    assert worker.poll() is None
    worker.submit(21)
    assert woken.wait(SOON)
    assert found == [42]
    assert not worker.busy
    assert worker.close()


def test_a_burst_becomes_one_task_that_is_done_at_the_latest_when_it_closes():
    done = []
    worker = Worker("test", done.append, order="latest", settle_s=SOON)
    for task in range(5):
        worker.submit(task)
    assert done == []
    assert worker.close()
    assert done == [4]


def test_an_exception_is_reported_once_and_the_worker_goes_on():
    errors, done = [], []

    def do(task: int) -> None:
        if task % 2:
            raise ValueError("odd")
        done.append(task)

    worker = Worker("test", do, on_error=lambda name, error: errors.append((name, str(error))))
    for task in range(6):
        worker.submit(task)
    assert worker.close()
    assert done == [0, 2, 4]
    assert errors == [("test", "odd")]


@pytest.mark.parametrize("error", [MemoryError, SystemExit, KeyboardInterrupt, RecursionError, UnicodeEncodeError])
def test_whatever_is_raised_the_thread_goes_on_and_says_so(error):
    told, done, stepped = [], [], threading.Event()

    def do(task: int) -> None:
        if task == 1:
            raise error("utf-8", "x", 0, 1, "bad") if error is UnicodeEncodeError else error("bad")
        done.append(task)

    def step(woken: bool) -> float | None:
        if not woken:
            do(1)
        stepped.set()
        return None

    def tell(name: str, problem: Exception) -> None:
        told.append((name, isinstance(problem, Exception) and error.__name__ in f"{type(problem).__name__}: {problem}"))

    worker = Worker("saving", do, on_error=tell)
    worker.submit(1)
    worker.submit(2)
    assert worker.close()
    assert done == [2]
    loop = Loop("looking", step, on_error=tell)
    loop.start()
    loop.wake()
    assert stepped.wait(SOON)
    assert loop.close()
    assert told[0] == ("saving", True)
    assert set(told[1:]) <= {("looking", True)}


def test_a_thread_of_another_kind_does_not_end_unseen():
    before, told = threading.excepthook, []

    def fail() -> None:
        raise ValueError("gone")

    background.report_to(lambda name, error: told.append((name, str(error))))
    try:
        thread = threading.Thread(target=fail, name="reader")
        thread.start()
        thread.join(SOON)
    finally:
        background.report_to(None)
    assert told == [("reader", "gone")]
    assert threading.excepthook is before


@pytest.mark.parametrize("broken", ["wake", "on_error"])
def test_callbacks_that_fail_do_not_end_the_thread(caplog, broken):
    def fail(*_: object) -> None:
        raise RuntimeError("broken callback")

    done = []

    def do(task: int) -> None:
        done.append(task)
        if broken == "on_error":
            raise ValueError

    with caplog.at_level(logging.CRITICAL if broken == "wake" else logging.ERROR):
        worker = Worker("test", do, fail if broken == "wake" else None, on_error=fail)
        worker.submit(1)
        worker.submit(2)
        assert worker.close()
    assert done == [1, 2]


def test_errors_go_to_the_log_or_to_whom_they_are_to_be_told(caplog):
    def fail(task: int) -> None:
        raise ValueError(f"task {task}")

    told = []
    try:
        for task, on_error in ((1, None), (2, lambda name, error: told.append((name, str(error))))):
            background.report_to(on_error)
            worker = Worker("test", fail)
            worker.submit(task)
            assert worker.close()
    finally:
        background.report_to(None)
    assert "task 1" in caplog.text
    assert told == [("test", "task 2")]


def test_closing_waits_no_longer_than_it_is_told():
    gate = Gate()
    worker = Worker("test", lambda task: gate())
    worker.submit(1)
    assert gate.begun.wait(SOON)
    assert not worker.close(0.01)
    assert not worker.submit(2), "it takes nothing any more"
    gate.open.set()
    assert worker.close()
    assert worker.close(), "twice is once"


def test_what_was_dropped_is_not_done():
    gate, done = Gate(), []
    worker = Worker("test", lambda task: gate() if task == 0 else done.append(task))
    for task in range(4):
        worker.submit(task)
    assert gate.begun.wait(SOON)
    assert worker.waiting == 3
    worker.drop()
    gate.open.set()
    assert worker.close()
    assert done == []


def test_nothing_runs_before_the_first_task():
    before = threading.active_count()
    worker = Worker("test", lambda task: None)
    assert threading.active_count() == before
    assert worker.close()


def test_a_worker_may_close_itself():
    closed = threading.Event()
    worker = Worker("test", lambda task: None if worker.close() else closed.set())
    worker.submit(1)
    assert closed.wait(SOON)
    assert worker.close()


def test_a_loop_steps_until_it_is_closed_and_at_once_when_it_is_woken():
    steps, came = [], threading.Semaphore(0)

    def step(woken: bool) -> float | None:
        steps.append(woken)
        came.release()
        return 0.0 if len(steps) < 3 else None if len(steps) < 5 else SOON

    loop = Loop("test", step)
    loop.start()
    loop.start()
    for _ in range(3):
        assert came.acquire(timeout=SOON)
    for _ in range(3):
        loop.wake()
        assert came.acquire(timeout=SOON)
    assert loop.close()
    assert loop.closing
    assert steps == [False, False, False, True, True, True]


def test_a_step_that_fails_is_told_once_and_tried_again(monkeypatch):
    monkeypatch.setattr(background, "_RETRY_S", 0.0)
    told, steps, over = [], [], threading.Event()

    def step(woken: bool) -> float | None:
        steps.append(woken)
        if len(steps) in (1, 2, 4):
            raise OSError("gone")
        if len(steps) == 5:
            over.set()
        return 0.0 if len(steps) < 5 else None

    loop = Loop("test", step, on_error=lambda name, error: told.append(str(error)))
    loop.start()
    assert over.wait(SOON)
    assert loop.close()
    assert told == ["gone", "gone"], "once each time that it begins to fail"


def _made(tree: ast.AST) -> set[str]:
    names = {"Thread", "Timer", "ThreadPoolExecutor", "start_new_thread"}
    called = (node.func for node in ast.walk(tree) if isinstance(node, ast.Call))
    return names & {func.attr if isinstance(func, ast.Attribute) else getattr(func, "id", "") for func in called}


def test_no_other_threads_are_made_by_hand():
    listed = subprocess.run(
        ["git", "ls-files", "-co", "--exclude-standard", "*.py"], cwd=ROOT, capture_output=True, text=True, check=True
    )
    found = {
        name: made
        for name in listed.stdout.split()
        if not name.startswith("tests/") and (ROOT / name).exists()
        if (made := _made(ast.parse((ROOT / name).read_text(encoding="utf-8"))))
    }
    assert found == OTHERS
