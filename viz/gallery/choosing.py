"""Choosing seeds of the gallery, by the mouse and by keys. Pure functions."""

from collections.abc import Iterable, Sequence
from dataclasses import replace

from viz.gallery.order import Seeds
from viz.state.interaction import SeedChoice


def clicked(choice: SeedChoice, shown: Seeds, seed: int, *, more: bool, through: bool) -> SeedChoice:
    """Return the choice after a click: that seed alone, toggled (`more`), or a run of the order to it (`through`)."""
    if through and choice.anchor is not None:
        run = _run(shown, choice.anchor, seed)
        return replace(choice, chosen=_joined(choice.chosen if more else (), run), cursor=seed)
    if more:
        chosen = tuple(one for one in choice.chosen if one != seed)
        return replace(choice, chosen=chosen if seed in choice.chosen else (*chosen, seed), cursor=seed, anchor=seed)
    return replace(choice, chosen=(seed,), cursor=seed, anchor=seed)


def boxed(choice: SeedChoice, before: Sequence[int], inside: Iterable[int], *, more: bool) -> SeedChoice:
    """Return the choice of a dragged rectangle: the seeds in it, added to those of `before` if `more`."""
    return replace(choice, chosen=_joined(before if more else (), inside))


def everything(choice: SeedChoice, shown: Seeds) -> SeedChoice:
    """Return the choice of all that is shown."""
    return replace(choice, chosen=tuple(shown.tolist()))


def inverted(choice: SeedChoice, shown: Seeds) -> SeedChoice:
    """Return the choice of what is shown and not chosen."""
    chosen = set(choice.chosen)
    return replace(choice, chosen=tuple(one for one in shown.tolist() if one not in chosen))


def moved(choice: SeedChoice, shown: Seeds, place: int | None, step: int, *, through: bool) -> SeedChoice:
    """Return the choice with the cursor `step` places further, which with `through` extends a run.

    Args:
        choice: The present one.
        shown: All seeds in their order.
        place: Place of the cursor; None if it is not shown.
        step: Places to go, negative backwards.
        through: Choose all from the anchor to the cursor.
    """
    if not len(shown):
        return choice
    target = 0 if place is None else min(max(place + step, 0), len(shown) - 1)
    seed = int(shown[target])
    if not through:
        return replace(choice, chosen=(seed,), cursor=seed, anchor=seed)
    anchor = choice.anchor if choice.anchor is not None else seed
    return replace(choice, chosen=tuple(_run(shown, anchor, seed)), cursor=seed, anchor=anchor)


def targets(choice: SeedChoice) -> tuple[int, ...]:
    """Return the seeds that keys act on: the chosen ones, else that of the cursor."""
    return choice.chosen or (() if choice.cursor is None else (choice.cursor,))


def _run(shown: Seeds, start: int, end: int) -> list[int]:
    order = [int(one) for one in shown.tolist()]
    if start not in order or end not in order:
        return [end]
    first, last = order.index(start), order.index(end)
    run = order[min(first, last) : max(first, last) + 1]
    return run if first <= last else run[::-1]


def _joined(chosen: Iterable[int], more: Iterable[int]) -> tuple[int, ...]:
    return tuple(dict.fromkeys((*chosen, *more)))
