"""Benchmarks. Each prints JSON; compare results within one run, never across machines."""
