"""Measurements of images: spectra and equivariance."""
