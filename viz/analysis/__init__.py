"""Layers, channels, spectrum and performance."""
