"""Words of the window that people stumbled over do not come back."""

import ast
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).parents[3]
ODD = (
    "nothing is wrong any more",
    "as usual",
    "Look inside",
    "From what moves",
    "Asked for",
    "Time that it takes",
    "must be given.",
    "Move Latent key",
    "Looks",
    "C M A P",
)
"""Parts of texts; single words are whole texts."""


def texts(source: str) -> Iterator[str]:
    """Yield the string literals of a module but its docstrings."""
    tree = ast.parse(source)
    plain = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in plain:
            yield node.value


def test_odd_words_are_gone():
    found = [
        f"{path.relative_to(ROOT).as_posix()}: {text!r}"
        for path in sorted((ROOT / "viz").rglob("*.py"))
        for text in texts(path.read_text("utf-8"))
        for odd in ODD
        if (odd in text if " " in odd else odd == text)
    ]
    assert not found


def test_literals_are_found_and_docstrings_are_not():
    source = '"""Looks"""\nA = "Looks"\n"""as usual"""\nB = f"{A} as usual"\n'
    assert [text for text in texts(source) if text.strip()] == ["Looks", " as usual"]
