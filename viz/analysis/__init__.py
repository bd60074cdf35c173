"""Inspection of the network: layers, channels, spectrum and performance."""
