"""Opens sessions, images and films with a recipe, and recipes as text."""

from dataclasses import dataclass
from pathlib import Path

from foundation.inputs import NotRegularError, TooLargeError, clean_text, read_regular
from renderer.document import metadata, recipe, session
from renderer.document.arrays import ArrayStore
from renderer.document.document import Document, View
from renderer.document.parts import Display
from renderer.document.plain_text import MOST_TEXT
from renderer.document.recipe import RecipeError

PICTURES, FILMS = (".png", ".jpg", ".jpeg", ".webp"), (".mp4", ".m4v", ".mov", ".webm")
TEXTS = (".json", ".yaml", ".yml")
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
    name = clean_text(path.name, 80)
    try:
        if suffix in TEXTS:
            return read_regular(path, MOST_TEXT).decode("utf-8")
        text = metadata.read(path, recipe.KEY)
    except UnicodeDecodeError as error:
        raise RecipeError(f"{name} is no text, so it is no recipe; choose another file.") from error
    except (TooLargeError, metadata.TooLongTextError) as error:
        raise RecipeError(
            f"The recipe in {name} is longer than {MOST_TEXT >> 20} MB, so it was not read; choose another file."
        ) from error
    except NotRegularError as error:
        raise RecipeError(f"{name} is no ordinary file, so it was not read; choose another file.") from error
    except OSError as error:
        raise RecipeError(f"{name} cannot be read: {error.strerror or error}.") from error
    if text is None:
        what = "picture" if suffix in PICTURES else "film" if suffix in FILMS else "file"
        raise RecipeError(f"The {what} {name} carries no recipe: only what StyleScope itself saved does.")
    return text
