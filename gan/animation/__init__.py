"""Walks through latent space, and the films they make."""
