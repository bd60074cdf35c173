"""Names of the perceptual distances, as they are shown: figures of different names cannot be compared."""

DISTANCES = ("LPIPS (VGG16)", "features (Lite0)", "Laplacian pyramid (pixels)")
"""The best one first, as they are chosen by what the user has."""
