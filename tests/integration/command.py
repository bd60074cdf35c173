"""Runs `python -m renderer`, in a process of its own as a user does, or in this one."""

import signal
import subprocess
import sys
from dataclasses import dataclass

import torch
from click.testing import CliRunner

from renderer.__main__ import main
from tests.fixtures_path import ROOT


@dataclass(frozen=True)
class Done:
    """Output of a command, and its exit status."""

    returncode: int
    stdout: str
    stderr: str


def words_of(name: str, *options: object) -> list[str]:
    """Return the command for a process."""
    return [sys.executable, "-m", "renderer", name, *map(str, options)]


def in_process(name: str, *options: object) -> Done:
    """Run a command in a process of its own."""
    done = subprocess.run(words_of(name, *options), cwd=ROOT, capture_output=True, text=True, check=False)
    return Done(done.returncode, done.stdout, done.stderr)


def here(name: str, *options: object) -> Done:
    """Run a command in this process, which need not import PyTorch again. An exception that it lets out is raised."""
    threads = torch.get_num_threads()
    signals = {number: signal.getsignal(number) for number in (signal.SIGTERM, signal.SIGINT)}
    try:
        result = CliRunner().invoke(main, [name, *map(str, options)], catch_exceptions=False)
    finally:
        torch.set_num_threads(threads)
        for number, handler in signals.items():
            signal.signal(number, handler)
    return Done(result.exit_code, result.stdout, result.stderr)
