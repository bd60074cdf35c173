"""An X server without a screen, for what must happen on a real display: events, idling, window managers' absence."""

import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager

AVAILABLE = bool(shutil.which("Xvfb"))


@contextmanager
def x_server(size: str = "1440x900x24") -> Iterator[str]:
    """Start Xvfb; gives the name of its display and ends it afterwards."""
    read, write = os.pipe()
    command = ["Xvfb", "-displayfd", str(write), "-screen", "0", size, "-nolisten", "tcp"]
    server = subprocess.Popen(command, pass_fds=(write,), stderr=subprocess.DEVNULL)
    os.close(write)
    try:
        with os.fdopen(read) as answer:
            yield f":{answer.readline().strip()}"
    finally:
        server.terminate()
        server.wait(10)


def on_display(display: str) -> dict[str, str]:
    """The environment of a program that opens its window on that display."""
    environment = {**os.environ, "DISPLAY": display}
    for name in ("WAYLAND_DISPLAY", "PYOPENGL_PLATFORM"):
        environment.pop(name, None)
    return environment
