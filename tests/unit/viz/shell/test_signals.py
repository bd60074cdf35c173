"""Being asked to end: once for closing in good order, again for ending at once; ignored signals stay ignored."""

import os
import signal

import pytest

from viz.shell import runner

pytestmark = pytest.mark.skipif(os.name != "posix", reason="signals are of POSIX systems")


def test_the_first_one_closes_and_the_next_one_ends():
    before, asked = signal.getsignal(signal.SIGTERM), []
    hangup = signal.signal(signal.SIGHUP, signal.SIG_IGN)
    try:
        restore = runner.on_signals(lambda: asked.append(True))
        assert signal.getsignal(signal.SIGHUP) is signal.SIG_IGN
        os.kill(os.getpid(), signal.SIGTERM)
        assert asked == [True]
        assert signal.getsignal(signal.SIGTERM) is signal.SIG_DFL
        restore()
        assert signal.getsignal(signal.SIGTERM) is before
    finally:
        signal.signal(signal.SIGHUP, hangup)
