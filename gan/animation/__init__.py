"""Walks through latent space, and their films."""
