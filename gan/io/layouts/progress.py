"""Length of a network's training, where its file says so."""

from typing import Any

from gan.io.layouts.candidates import entries_of


def kimg_of(data: Any) -> float | None:
    """Thousands of images; None where the file says nothing."""
    entries = entries_of(data)
    for key in ("cur_nimg", "nimg"):
        if (images := _number(entries.get(key))) is not None:
            return images / 1000
    for key in ("kimg", "cur_kimg"):
        if (kimg := _number(entries.get(key))) is not None:
            return kimg
    steps = next((_number(entries[key]) for key in ("iter", "iteration", "step") if key in entries), None)
    arguments = entries_of(entries.get("args"))
    batch = _number(arguments.get("batch")) or _number(arguments.get("batch_size"))
    return steps * batch / 1000 if steps is not None and batch else None


def _number(value: Any) -> float | None:
    return float(value) if type(value) in (int, float) and 0 <= value < 1e12 else None
