"""Opens sessions, images and films with a recipe, and recipes as text."""

from dataclasses import dataclass
from pathlib import Path

from foundation.inputs import open_regular
from renderer.document import metadata, recipe, session
from renderer.document.arrays import ArrayStore
from renderer.document.document import Document, View
from renderer.document.parts import Display
from renderer.document.recipe import RecipeError
from renderer.document.yaml_text import MOST_TEXT

PICTURES, FILMS, TEXTS = (".png",), (".mp4", ".m4v", ".mov"), (".yaml", ".yml")
SUFFIXES = (session.SUFFIX, *PICTURES, *FILMS, *TEXTS)
"""Suffixes of files that may hold a document."""


@dataclass(frozen=True)
class Recalled:
    """Content of a file."""

    document: Document
    display: Display
    view: View | None = None
    """Of a session."""
    at: float | None = None
    """Seconds of the timeline that it shows; None: the document itself."""
    notes: tuple[str, ...] = ()
    """Lost parts, a line each."""


def recall(path: Path, arrays: ArrayStore) -> Recalled:
    """Read a file by its suffix; the arrays go into `arrays`.

    Raises RecipeError with one sentence if nothing in it can be read.
    """
    notes: list[str] = []
    suffix = path.suffix.lower()
    if suffix == session.SUFFIX:
        held = session.load(path, arrays, notes)
        playback = held.view.playback
        return Recalled(held.document, held.view.display, held.view, playback.at if playback.on else None, tuple(notes))
    made = recipe.read(_text(path, suffix), arrays, notes)
    return Recalled(made.document, made.display, None, made.at, tuple(notes))


def _text(path: Path, suffix: str) -> str:
    """Return the recipe in a file. Raises RecipeError."""
    try:
        if suffix in TEXTS:
            with open_regular(path) as file:
                return file.read(MOST_TEXT).decode("utf-8")
        text = metadata.read(path, recipe.KEY)
    except UnicodeDecodeError as error:
        raise RecipeError(f"{path.name} is no text, so it is no recipe; choose another file.") from error
    except OSError as error:
        raise RecipeError(f"{path.name} cannot be read: {error.strerror or error}.") from error
    if text is None:
        what = "picture" if suffix in PICTURES else "film" if suffix in FILMS else "file"
        raise RecipeError(f"The {what} {path.name} carries no recipe: only what StyleScope itself saved does.")
    return text
