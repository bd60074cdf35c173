"""Progress recorded in a run's folder, and forwarding of SIGTERM."""

import os
import signal
import time

import pytest

from gan.training.run import folder as run_folder
from gan.training.run import launch
from gan.training.run.status import Status


@pytest.mark.parametrize(
    ("files", "begun"),
    [
        ((), False),
        (("run.yaml", "status.json", "log.txt"), False),
        (("reals.png", "network-snapshot-000000.safetensors"), False),
        (("network-snapshot-000004.safetensors",), True),
        (("training-state.pt",), True),
        (("stats.jsonl",), True),
    ],
)
def test_a_folder_that_holds_nothing_yet_is_begun_from_the_start(tmp_path, files, begun):
    for name in files:
        (tmp_path / name).touch()
    assert run_folder.has_begun(tmp_path) == begun


def test_who_is_asked_to_stop_before_process_0_tells_of_itself_does_not_ask_itself(tmp_path):
    Status("starting", 0.0, 1.0, None, None, time.time()).write(tmp_path)

    def asked():
        with launch._passed_on(tmp_path):
            os.kill(os.getpid(), signal.SIGTERM)
            signal.pause()

    with pytest.raises(KeyboardInterrupt):
        asked()
