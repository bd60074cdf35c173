"""Names of the perceptual distances, as they are shown: figures of different names cannot be compared."""

DISTANCES = ("LPIPS (VGG16)", "features (Lite0)", "Laplacian pyramid (pixels)")
"""The best one first, as they are chosen by what the user has."""
SHORT = ("LPIPS", "Lite0", "pixels")
"""Their names where there is little room."""


def names_of(name: str) -> tuple[str, ...]:
    """Return a distance's name, and the short one."""
    return (name, SHORT[DISTANCES.index(name)]) if name in DISTANCES else (name,)
