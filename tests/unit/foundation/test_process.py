"""Identities of processes."""

import os
import subprocess
import sys
from dataclasses import replace

import psutil
import pytest

from foundation.ending import ask_other, kill
from foundation.process import identify, read_identity

WAITING = [sys.executable, "-c", "import time; print('here', flush=True); time.sleep(600)"]


@pytest.fixture
def child():
    with subprocess.Popen(WAITING, stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        process.stdout.readline()
        yield process
        if process.poll() is None:
            process.kill()


def test_only_the_very_process_is_here(child):
    who = identify(child.pid)
    assert who is not None
    assert who.presence() == "here"
    assert read_identity(who.fields()) == who
    assert replace(who, pid_start_time=who.pid_start_time - 100).presence() == "gone"
    assert replace(who, boot_id="another").presence() == "gone"
    assert replace(who, host="another").presence() == "elsewhere"
    assert identify(2**22 + 1) is None


def test_a_zombie_is_gone(child):
    who = identify(child.pid)
    assert who is not None
    assert kill(who)
    os.waitid(os.P_PID, child.pid, os.WEXITED | os.WNOWAIT)  # it has ended, and nobody has asked how
    assert psutil.Process(child.pid).status() == psutil.STATUS_ZOMBIE
    assert who.presence() == "gone"
    assert not ask_other(who)


@pytest.mark.parametrize("content", [None, 3, {}, {"pid": True, "pid_start_time": 1}, {"pid": 0, "pid_start_time": 1}])
def test_fields_that_name_no_process(content):
    assert read_identity(content) is None
