"""Recipes: everything that determines an image, as text in the metadata of images and films.

A recipe is JSON: a version, the Document, the Display, the SHA-256 of its networks, and the arrays that they name as
base64 of `.npy` files. Version 1 is the same in YAML. Nothing in it can run: arrays are read without pickles, and
invalid values stay at their defaults.
"""

import base64
import binascii
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from foundation.bundled import moved
from foundation.inputs import clean_text
from renderer.document import held_arrays
from renderer.document.arrays import ArrayStore
from renderer.document.document import Document
from renderer.document.network_files import Pins, with_sources
from renderer.document.parts import ArrayRef, Display, Network
from renderer.document.plain import PlainError, from_plain, to_plain
from renderer.document.plain_text import MOST_TEXT, TextError, dump, parse
from renderer.document.ranges import Seconds

KEY = "stylescope"
"""Key of the text in the metadata of an image or film."""
VERSION = 2
LONGEST_MESSAGE = 300
"""Characters of an error's sentence."""


class RecipeError(ValueError):
    """A recipe or session cannot be read: one sentence that says what is wrong and what to do."""

    def __init__(self, message: str) -> None:
        super().__init__(clean_text(message, LONGEST_MESSAGE))


@dataclass(frozen=True)
class Recipe:
    """Everything that determines an image."""

    document: Document = Document()
    display: Display = Display()
    at: Seconds | None = None
    """Seconds of the timeline that the image shows; None: the document itself."""


def write(recipe: Recipe, arrays: ArrayStore) -> str:
    """Return a recipe as text, with the arrays that it names; those missing in `arrays` are left out.

    Raises ValueError if that is more than can be read again; the text is a predicate.
    """
    held = {ref.sha256: base64.b64encode(npy).decode() for ref, npy in held_arrays.written(recipe, arrays).items()}
    pins = to_plain(arrays.networks.pins(recipe))
    text = dump({KEY: "recipe", "version": VERSION, **to_plain(recipe), **pins, "arrays": held})
    if len(text) > MOST_TEXT:
        raise held_arrays.TooManyArraysError
    return text


def read(text: str, arrays: ArrayStore, notes: list[str]) -> Recipe:
    """Read a recipe, and put its arrays, and the content that its networks should have, into `arrays`.

    Args:
        text: Made by `write` of this or an older version.
        arrays: Gets the arrays.
        notes: Gets a line for each part that was left out.

    Raises RecipeError.
    """
    try:
        plain = parse(text)
    except TextError as error:
        raise RecipeError(f"The recipe cannot be read: {error}; choose another file.") from error
    if not isinstance(plain, dict) or plain.pop(KEY, None) != "recipe":
        raise RecipeError("This text is no recipe of StyleScope; choose a file that StyleScope saved.")
    check_version(plain.pop("version", None), VERSION, "recipe")
    held = plain.pop("arrays", {})
    pins = with_sources(from_plain(Pins, {"networks": plain.pop("networks", [])}, []), moved)
    if not isinstance(plain.get("document"), Mapping):
        raise RecipeError("The recipe cannot be read: it holds no document; choose another file.")
    try:
        recipe = with_sources(from_plain(Recipe, plain, notes), moved)
        held_arrays.read(recipe, lambda ref: _npy(held, ref), arrays, notes)
    except (PlainError, held_arrays.TooManyArraysError) as error:
        raise RecipeError(f"The recipe cannot be read: {error}; choose another file.") from error
    arrays.networks.expect(pins)
    return recipe


def with_network(document: Document, source: str) -> Document:
    """Return the document with another network: a path, a URL or a run folder."""
    return replace(document, network=Network(source))


def check_version(found: Any, newest: int, what: str) -> int:
    """Return a valid version. Raises RecipeError if it is none, or newer than `newest`."""
    if type(found) is not int or found < 1:
        raise RecipeError(f"This {what} does not say its version, so it cannot be read; choose another file.")
    if found > newest:
        version = str(found) if found < 10**6 else "a very large one"
        raise RecipeError(
            f"This {what} was made by a newer StyleScope (version {version}); update StyleScope to open it."
        )
    return found


def _npy(held: object, ref: ArrayRef) -> bytes | None:
    """Return the `.npy` file of an array in a recipe. Raises ValueError, whose text is a predicate."""
    encoded = held.get(ref.sha256) if isinstance(held, Mapping) else None
    if encoded is None:
        return None
    if not isinstance(encoded, str) or len(encoded) > 2 * held_arrays.MOST_FILE_BYTES:
        raise ValueError("is damaged")
    try:
        return base64.b64decode(encoded, validate=True)
    except (ValueError, binascii.Error) as error:
        raise ValueError("is damaged") from error
