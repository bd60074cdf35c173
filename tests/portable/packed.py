"""Parts of the checkout that the wheel is made of."""

import tomllib

from tests.fixtures_path import ROOT


def packed() -> list[str]:
    """Return the names of the files and folders that building reads, that pyproject.toml names."""
    told = tomllib.loads((ROOT / "pyproject.toml").read_text())
    setuptools = told["tool"]["setuptools"]
    packages = [pattern.rstrip("*") for pattern in setuptools["packages"]["find"]["include"]]
    return [*packages, *(f"{name}.py" for name in setuptools["py-modules"]), "assets", "pyproject.toml", "README.md"]
