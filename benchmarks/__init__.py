"""Benchmarks. Each prints JSON; compare results within one run, never across machines."""

import os

# Windows and renderers that benchmarks start find compiled modules, as they do on users' computers: without, a start
# takes half a second more.
os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
