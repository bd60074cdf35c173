"""Sentences about what a dataset is made of."""

from foundation.datasets.survey import Survey
from viz.runs.new_dataset.state import Form, left_out

_ENTRIES = 3


def number(count: int, one: str, many: str = "") -> str:
    """Format a count with its noun: `1 picture`, `12 pictures`."""
    return f"{count:,}".replace(",", "\u00a0") + f" {one if count == 1 else many or one + 's'}"


def share_left_out(form: Form, found: Survey) -> str:
    """Return how many of how many pictures are left out."""
    out = left_out(form, found)
    return f"{out} of {number(found.looked, 'picture')}" if found.looked else ""


def lines(form: Form, found: Survey, size: int) -> list[tuple[str, str]]:
    """Return what is left out and why, and what happens to the others: sentences with their colours."""
    said: list[tuple[str, str]] = []
    if found.unreadable:
        said.append((f"{number(found.unreadable, 'file')} cannot be read, as {found.reasons[0]}", "warn"))
    if found.duplicates:
        what = "left out" if form.skip_duplicates else "kept"
        said.append((f"{number(found.duplicates, 'near-duplicate')} {what}.", "dim"))
    smaller = found.smaller_than(size)
    if smaller:
        said.append((f"{number(smaller, 'picture')} smaller than {size} pixels: enlarged.", "dim"))
    if found.animated:
        said.append((f"{number(found.animated, 'animation')}: the first picture of each.", "dim"))
    if found.turned:
        said.append((f"{number(found.turned, 'picture')} turned upright.", "dim"))
    if (other := found.good - found.square) and found.good:
        said.append((f"{number(other, 'picture')} {'squeezed' if form.squeeze else 'cropped'} to squares.", "dim"))
    if not said and found.done and not found.problem:
        said.append(("Nothing: every picture is used as it is.", "dim"))
    return said


def made(name: str, count: int, size: int, out: int) -> str:
    """Return what was made."""
    return f"{name}: {number(count, 'picture')} of {size}x{size}, {out} left out"
