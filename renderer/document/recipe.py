"""Recipes: everything that determines an image, as text in the metadata of images and films.

A recipe is YAML: a version, the Document, the Display, and the arrays that they name as base64 of `.npy` files. Nothing
in it can run: arrays are read without pickles, and invalid values stay at their defaults.
"""

import base64
import binascii
from dataclasses import dataclass, replace
from typing import Any

from renderer.document.arrays import AnyArray, ArrayStore, UnknownArrayError, ref_of, refs_in
from renderer.document.document import Document
from renderer.document.npy import array_of_npy, npy_of
from renderer.document.parts import ArrayRef, Display, Network
from renderer.document.plain import PlainError, from_plain, to_plain
from renderer.document.yaml_text import TextError, dump, parse

KEY = "stylescope"
"""Key of the text in the metadata of an image or film."""
VERSION = 1


class RecipeError(ValueError):
    """A recipe or session cannot be read: one sentence that says what is wrong and what to do."""


@dataclass(frozen=True)
class Recipe:
    """Everything that determines an image."""

    document: Document = Document()
    display: Display = Display()
    at: float | None = None
    """Seconds of the timeline that the image shows; None: the document itself."""


def write(recipe: Recipe, arrays: ArrayStore) -> str:
    """Return a recipe as text, with the arrays that it names; those missing in `arrays` are left out."""
    held = {ref.sha256: base64.b64encode(npy_of(array)).decode() for ref, array in named(recipe, arrays).items()}
    return dump({KEY: "recipe", "version": VERSION, **to_plain(recipe), "arrays": held})


def read(text: str, arrays: ArrayStore, notes: list[str]) -> Recipe:
    """Read a recipe, and put its arrays into `arrays`.

    Args:
        text: Made by `write` of this or an older version.
        arrays: Gets the arrays.
        notes: Gets a line for each part that was left out.

    Raises RecipeError.
    """
    try:
        plain = parse(text)
    except TextError as error:
        raise RecipeError(f"The recipe cannot be read: {error}.") from error
    if not isinstance(plain, dict) or plain.pop(KEY, None) != "recipe":
        raise RecipeError("This text is no recipe of StyleScope; choose a file that StyleScope saved.")
    check_version(plain.pop("version", None), VERSION, "recipe")
    held = plain.pop("arrays", {})
    for name, encoded in held.items() if isinstance(held, dict) else ():
        try:
            take(str(name), base64.b64decode(encoded, validate=True), arrays)
        except (TypeError, ValueError, binascii.Error):
            notes.append(f"arrays.{str(name)[:12]}: it is damaged")
    try:
        recipe = from_plain(Recipe, plain, notes)
    except PlainError as error:
        raise RecipeError(f"The recipe cannot be read: {error}.") from error
    return recipe


def with_network(document: Document, source: str) -> Document:
    """Return the document with another network: a path, a URL or a run folder."""
    return replace(document, network=Network(source))


def check_version(found: Any, newest: int, what: str) -> int:
    """Return a valid version. Raises RecipeError if it is none, or newer than `newest`."""
    if type(found) is not int or found < 1:
        raise RecipeError(f"This {what} does not say its version, so it cannot be read; choose another file.")
    if found > newest:
        raise RecipeError(
            f"This {what} was made by a newer StyleScope (version {found}); update StyleScope to open it."
        )
    return found


def named(value: object, arrays: ArrayStore) -> dict[ArrayRef, AnyArray]:
    """Return the arrays that frozen state names, except missing ones."""
    found: dict[ArrayRef, AnyArray] = {}
    for ref in refs_in(value):
        try:
            found[ref] = arrays.get(ref)
        except UnknownArrayError:
            continue
    return found


def take(name: str, npy: bytes, arrays: ArrayStore) -> None:
    """Put the array of a `.npy` file into `arrays`. Raises ValueError if it is damaged or not the one named."""
    array = array_of_npy(npy)
    if ref_of(array) != ArrayRef(name):
        raise ValueError("it is another array")
    arrays.add(array)
