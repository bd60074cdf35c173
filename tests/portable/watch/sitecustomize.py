"""Python imports this at its start when the folder is on its path: it notes what is opened in a folder."""

import os
import sys

_FOLDER = os.environ["STYLESCOPE_WATCHED"] + os.sep
_NOTES = os.open(os.environ["STYLESCOPE_WATCHED_NOTES"], os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)


def _watch(event: str, arguments: tuple[object, ...]) -> None:
    if event == "open" and isinstance(arguments[0], str):
        path = os.path.abspath(arguments[0])
        if path.startswith(_FOLDER) and not path.startswith(os.path.join(_FOLDER, ".venv") + os.sep):
            os.write(_NOTES, f"{path}\n".encode())


sys.addaudithook(_watch)
