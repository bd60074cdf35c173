"""Benchmarks of editing: fits of photos."""
