"""Moved images: positions of the content, masks of known pixels, and inversion."""

import math

import numpy as np
import pytest
import torch

from gan import transforms as tf
from gan.analysis import equivariance as eq


def smooth_picture(size: int = 64, seed: int = 0) -> torch.Tensor:
    """[1, 2, size, size] of noise well inside the band: nothing above 0.2 cycles per pixel."""
    noise = torch.randn(1, 2, size, size, generator=torch.Generator().manual_seed(seed))
    fy, fx = torch.fft.fftfreq(size)[:, None], torch.fft.rfftfreq(size)[None, :]
    img = torch.fft.irfft2(torch.fft.rfft2(noise) * torch.exp(-((fx**2 + fy**2) / 0.08**2)), s=(size, size))
    return img / img.std()


def test_affine_moves_right_and_down_and_turns_counterclockwise():
    np.testing.assert_allclose(tf.affine((0.25, -0.5)) @ [0, 0, 1], [0.25, -0.5, 1])
    np.testing.assert_allclose(tf.affine(degrees=90) @ [1, 0, 1], [0, -1, 1], atol=1e-12)  # y points down
    turned_then_moved = tf.affine((0.1, 0.2)) @ tf.affine(degrees=30)
    np.testing.assert_allclose(tf.affine((0.1, 0.2), 30), turned_then_moved)


def test_inverse_undoes_and_refuses_flat_matrices():
    m = tf.affine((0.3, -0.2), 77)
    np.testing.assert_allclose(tf.inverse(m) @ m, np.eye(3), atol=1e-12)
    with pytest.raises(ValueError, match="nothing undoes it"):
        tf.inverse(np.zeros((3, 3)))


def test_lanczos_interpolates():
    np.testing.assert_allclose(tf.lanczos(np.arange(-4, 5)), [0, 0, 0, 0, 1, 0, 0, 0, 0], atol=1e-15)
    assert tf.lanczos(0.5, 3) == pytest.approx((2 / math.pi) * math.sin(math.pi / 6) / (math.pi / 6))


@pytest.mark.parametrize(("radians", "up"), [(0.0, 1), (0.4, 1), (0.4, 4), (-2.5, 4)])
def test_rotation_filter_is_symmetric_and_keeps_flat_areas(radians, up):
    taps = tf.rotation_filter(radians, up)
    assert taps.shape == (12 * up - 1, 12 * up - 1)
    np.testing.assert_allclose(taps, taps[::-1, ::-1], atol=1e-12)
    for i in range(up):
        assert taps[i::up, i::up].sum() == pytest.approx(1 / up**2)


@pytest.mark.parametrize("matrix", [tf.affine((0.125, -0.25)), tf.affine(degrees=90), tf.affine((0.125, 0), -180)])
def test_content_goes_where_the_matrix_says(matrix):
    img = smooth_picture()
    blob = torch.zeros(1, 1, 64, 64)
    blob[..., 22, 38] = 1  # 6.5 pixels right of the centre, 9.5 above it
    blob = torch.fft.irfft2(torch.fft.rfft2(blob) * torch.fft.rfft2(img[:, :1]).abs().mean(), s=(64, 64))
    moved, mask = tf.resample(blob, matrix)
    x, y, _ = matrix @ [6.5 / 64, -9.5 / 64, 1]
    row, column = divmod(int((moved * mask).flatten().argmax()), 64)
    assert (column, row) == (round(x * 64 + 31.5), round(y * 64 + 31.5))


@pytest.mark.parametrize("matrix", [tf.affine((0.03, -0.07)), tf.affine(degrees=25), tf.affine((0.05, 0.02), -130)])
def test_there_and_back_gives_the_picture_back(matrix):
    img = smooth_picture()
    moved, mask = tf.resample(img, matrix)
    back, back_mask = tf.untransform(moved, matrix)
    known = back_mask * (tf.untransform(mask.expand(1, 1, 64, 64), matrix)[0] > 0.999)
    assert known.mean() > 0.3
    assert eq.psnr(back, img, known) > 45
    assert eq.psnr(moved, img, known) < 20


def test_untransform_of_one_picture_and_of_nothing():
    img = smooth_picture()[0]
    same, mask = tf.untransform(img, np.eye(3))
    assert same.shape == img.shape
    torch.testing.assert_close(same, img, atol=1e-5, rtol=0)
    assert mask[3:-2, 3:-2].all()


def test_only_rigid_matrices_are_taken():
    img = torch.zeros(1, 1, 8, 8)
    for bad in (np.diag([2.0, 2.0, 1.0]), np.diag([-1.0, 1.0, 1.0]), np.eye(2)):
        with pytest.raises(ValueError, match="turn and move"):
            tf.untransform(img, bad)


def test_integer_translation_rounds_and_clears():
    img = torch.arange(1.0, 17).reshape(1, 1, 4, 4)
    moved, mask = eq.translate_integer(img, 0.3, -0.25)
    assert moved[0, 0].tolist() == [[0, 5, 6, 7], [0, 9, 10, 11], [0, 13, 14, 15], [0, 0, 0, 0]]
    assert torch.equal(mask, (moved[0, 0] != 0).float())
    gone, mask = eq.translate_integer(img, 1.5, 0)
    assert not gone.any()
    assert not mask.any()


def test_whole_fractions_agree_with_integers():
    img = smooth_picture(32)
    whole, mask = eq.translate_integer(img, 4 / 32, -3 / 32)
    fraction, inner = eq.translate_fractional(img, 4 / 32, -3 / 32)
    torch.testing.assert_close(fraction * inner, whole * inner)
    assert (mask >= inner).all()


def test_decibels():
    a = torch.zeros(1, 1, 2, 2)
    b = torch.full((1, 1, 2, 2), 0.2)
    assert eq.psnr(a, b) == pytest.approx(20.0, abs=1e-5)  # 10 log10(4 / 0.04)
    assert eq.psnr(a, b, torch.tensor([[1.0, 0.0], [0.0, 0.0]])) == pytest.approx(20.0, abs=1e-5)
    assert eq.psnr(a, a) == math.inf
    assert math.isnan(eq.psnr(a, b, torch.zeros(2, 2)))
    assert eq.squared_error(a, b, torch.ones(2, 2)) == (pytest.approx(0.16), 4)
