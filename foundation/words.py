"""Words for numbers of things."""


def counted(count: int, one: str, more: str = "") -> str:
    """Return a number with its noun: `1 picture`, `12 pictures`; `more` is the plural if it is not `one` and an s."""
    return f"{count} {one if count == 1 else more or f'{one}s'}"
