"""The contrast and colour blindness claims of README.md."""

import itertools

import numpy as np
import pytest

from viz.ui import theme

SCHEMES = {"dark": theme.DARK, "light": theme.LIGHT}
#: Machado, Oliveira and Fernandes 2009, severity 1, on linear RGB
BLINDNESS = {
    "protan": [[0.152286, 1.052583, -0.204868], [0.114503, 0.786281, 0.099216], [-0.003882, -0.048116, 1.051998]],
    "deutan": [[0.367322, 0.860646, -0.227968], [0.280085, 0.672501, 0.047413], [-0.011820, 0.042940, 0.968881]],
    "tritan": [[1.255528, -0.076749, -0.178779], [-0.078411, 0.930809, 0.147602], [0.004733, 0.691367, 0.303900]],
}


def lab(color: str, matrix: list[list[float]]) -> np.ndarray:
    """CIE Lab of a colour as seen through `matrix`."""
    c = np.array(theme.rgb(color))
    linear = np.clip(np.array(matrix) @ np.where(c <= 0.04045, c / 12.92, ((c + 0.055) / 1.055) ** 2.4), 0, 1)
    xyz = (
        np.array([[0.4124, 0.3576, 0.1805], [0.2126, 0.7152, 0.0722], [0.0193, 0.1192, 0.9505]])
        @ linear
        / [0.9505, 1, 1.089]
    )
    f = np.where(xyz > 0.008856, np.cbrt(xyz), 7.787 * xyz + 16 / 116)
    return np.array([116 * f[1] - 16, 500 * (f[0] - f[1]), 200 * (f[1] - f[2])])


@pytest.mark.parametrize("scheme", SCHEMES)
def test_text_is_readable(scheme: str) -> None:
    k = SCHEMES[scheme]
    for token in ("text", "dim", "faint", "accent", "good", "warn", "bad", "coarse", "middle", "fine"):
        assert theme.contrast(getattr(k, token), k.panel) >= 4.5, token
    for surface in (k.control, k.base, k.raised):
        assert theme.contrast(k.text, surface) >= 7
        assert theme.contrast(k.dim, surface) >= 4.5
    assert theme.contrast(k.on_accent, k.accent) >= 4.5


@pytest.mark.parametrize("scheme", SCHEMES)
@pytest.mark.parametrize("kind", BLINDNESS)
def test_bands_can_be_told_apart(scheme: str, kind: str) -> None:
    k = SCHEMES[scheme]
    for a, b in itertools.combinations((k.coarse, k.middle, k.fine), 2):
        assert np.linalg.norm(lab(a, BLINDNESS[kind]) - lab(b, BLINDNESS[kind])) >= 12
