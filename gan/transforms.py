"""Moving images without leaving their band: translation and rotation as the Alias-Free GAN paper measures them.

A StyleGAN3 network takes a 3x3 matrix that moves its input features; `affine` makes it. To judge the answer, or to
look at it standing still, images must be moved just as carefully: `resample` filters away what the rotated pixel grid
cannot carry, interpolates with a windowed sinc and says which pixels are known (paper: arXiv 2106.12423, appendix E).

Positions are in units of the image's width and height, from its centre, x to the right and y down. A matrix M moves
the image's content from p to M p. What goes into `synthesis.input.transform` is the inverse of M, because that moves
the points at which the network's input is looked up.
"""

import functools
import math

import numpy as np
import numpy.typing as npt
import torch
import torch.nn.functional as F

from gan.device import send

Matrix = npt.NDArray[np.float64]

SUPPORT = 3
"""Half width a of the windowed sinc filters, in pixels."""

UPSAMPLING = 4
"""Samples per pixel between which a rotated image is looked up linearly."""

_SINC_EXTENT = 64
"""Pixels on each side over which two ideal (endless) filters are convolved with each other."""


def affine(translate: tuple[float, float] = (0.0, 0.0), degrees: float = 0.0) -> Matrix:
    """The matrix M [3, 3] that turns an image by `degrees` and then moves it by `translate`.

        M = [[cos, sin, tx], [-sin, cos, ty], [0, 0, 1]]

    (tx, ty) in units of the image's width, to the right and down; positive angles turn counterclockwise as seen on
    the screen. This is the matrix of the published `--translate` and `--rotate`; its inverse (`inverse`) is the
    network's `input_transform`.
    """
    angle = math.radians(degrees)
    cos, sin = math.cos(angle), math.sin(angle)
    return np.array([[cos, sin, translate[0]], [-sin, cos, translate[1]], [0.0, 0.0, 1.0]])


def inverse(matrix: npt.ArrayLike) -> Matrix:
    """The matrix that undoes `matrix` [3, 3], float64; what StyleGAN3's `synthesis.input.transform` takes."""
    try:
        return np.linalg.inv(np.asarray(matrix, dtype=np.float64))
    except np.linalg.LinAlgError as error:
        raise ValueError("this transform flattens the picture, so nothing undoes it; choose another matrix") from error


def lanczos(t: npt.ArrayLike, a: int = SUPPORT) -> npt.NDArray[np.float64]:
    """The windowed sinc: sinc(t) sinc(t / a) for |t| < a, else 0; t in pixels, sinc(t) = sin(pi t) / (pi t)."""
    t = np.asarray(t, dtype=np.float64)
    return np.asarray(np.sinc(t) * _window(t, a))


def _window(t: npt.NDArray[np.float64], a: int) -> npt.NDArray[np.float64]:
    return np.where(np.abs(t) < a, np.sinc(t / a), 0.0)


@functools.lru_cache(maxsize=64)
def rotation_filter(radians: float, up: int, a: int = SUPPORT) -> npt.NDArray[np.float64]:
    """The low-pass filter for images that are about to be turned, [2 r + 1, 2 r + 1], r = 2 a up - 1.

    An image's pixel grid carries the frequencies of a square, the turned grid those of the turned square; only what
    lies in both survives. In space that is the convolution of the two ideal filters, cut off by the convolution of
    their windows (appendix E.3):

        f = (s * s_R) (v * v_R),   s(x, y) = sinc x sinc y,   v(x, y) = sinc(x/a) sinc(y/a) for |x|, |y| < a

    where _R looks up at the turned position. Sampled `up` times per pixel, each phase of the sampling with the sum
    1 / up^2, so that flat areas stay flat. Point symmetric, so convolution and correlation with it are the same.
    """
    reach = _SINC_EXTENT * up
    axis = np.arange(-reach, reach + 1) / up
    y, x = np.meshgrid(axis, axis, indexing="ij")
    cos, sin = math.cos(radians), math.sin(radians)
    turned_x, turned_y = cos * x + sin * y, cos * y - sin * x
    ideal = _convolve(np.sinc(x) * np.sinc(y), np.sinc(turned_x) * np.sinc(turned_y))
    window = _convolve(_window(x, a) * _window(y, a), _window(turned_x, a) * _window(turned_y, a))
    radius = 2 * a * up - 1
    middle = slice(reach - radius, reach + radius + 1)
    taps = (ideal * window)[middle, middle]
    for i in range(up):
        for j in range(up):
            taps[i::up, j::up] /= taps[i::up, j::up].sum() * up**2
    taps.flags.writeable = False
    return taps


def _convolve(p: npt.NDArray[np.float64], q: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    """Circular convolution of two square images whose origin is in the middle."""
    spectrum = np.fft.rfft2(np.fft.ifftshift(p)) * np.fft.rfft2(np.fft.ifftshift(q))
    return np.asarray(np.fft.fftshift(np.fft.irfft2(spectrum, p.shape)))


def _upsample(img: torch.Tensor, taps: npt.NDArray[np.float64], up: int, pad: int) -> torch.Tensor:
    """Pad [N, C, H, W] by `pad` zeros, then filter at `up` samples per pixel -> [N, C, up (H + 2 pad), up (W + 2 pad)].

    Each of the up^2 positions within a pixel sees its own subset of the taps, so one convolution at the image's own
    size computes them all; nothing is multiplied by inserted zeros.
    """
    n, c, h, w = img.shape
    radius = len(taps) // 2
    reach = radius // up + 1
    index = np.arange(up)[:, None] - up * np.arange(-reach, reach + 1)[None, :] + radius
    padded = np.pad(taps, up * (reach + 1))
    index += up * (reach + 1)
    phases = padded[index[:, None, :, None], index[None, :, None, :]] * up**2
    kernel = torch.from_numpy(phases.reshape(up * up, 1, 2 * reach + 1, 2 * reach + 1)).to(img.dtype)
    kernel = send(kernel, img.device)
    filtered = F.conv2d(img.reshape(n * c, 1, h, w), kernel, padding=pad + reach)
    return F.pixel_shuffle(filtered, up).reshape(n, c, up * (h + 2 * pad), up * (w + 2 * pad))


def translate_fractional(
    img: torch.Tensor, tx: float, ty: float, a: int = SUPPORT
) -> tuple[torch.Tensor, torch.Tensor]:
    """Move [N, C, H, W] by (tx, ty) image widths and heights with a windowed sinc of 2a taps (appendix E.2).

    Returns the moved image, zeros where it came from outside, and the mask [H, W] of the pixels that saw no outside.
    """
    h, w = img.shape[-2:]
    moved, columns = _shift(img, tx * w, 3, a)
    moved, rows = _shift(moved, ty * h, 2, a)
    return moved, rows[:, None] * columns[None, :]


def _shift(img: torch.Tensor, pixels: float, dim: int, a: int) -> tuple[torch.Tensor, torch.Tensor]:
    """Move along one dimension: out[j] = sum_k h[k] in[j - floor(t) - k], k = -(a-1)..a, and the mask [size] of it."""
    size = img.shape[dim]
    whole = math.floor(pixels)
    taps = np.arange(1 - a, a + 1)
    weights = lanczos(taps - (pixels - whole), a)
    weights /= weights.sum()
    moved = torch.zeros_like(img)
    for offset, weight in zip((whole + taps).tolist(), weights.tolist(), strict=True):
        count = size - abs(offset)
        if weight != 0 and count > 0:
            source = img.narrow(dim, max(-offset, 0), count)
            moved.narrow(dim, max(offset, 0), count).add_(source, alpha=weight)
    known = torch.zeros(size, device=img.device, dtype=img.dtype)
    known[max(whole + a, 0) : max(size + whole - a + 1, 0)] = 1
    return moved, known


def resample(img: torch.Tensor, matrix: npt.ArrayLike, a: int = SUPPORT) -> tuple[torch.Tensor, torch.Tensor]:
    """Move the content of [N, C, H, W] by a matrix M of `affine`: out(p) = in(M^-1 p), within the band.

    Returns the moved image [N, C, H, W] and the mask [H, W] (1 known, 0 not) of the pixels that came from no nearer
    than 2a pixels to an edge. Images that are not square are turned as if stretched to a square.
    Raises ValueError for a matrix that does more than turn and move.
    """
    m = _rigid(matrix)
    radians = math.atan2(m[0, 1], m[0, 0])
    pad = 2 * a
    fine = _upsample(img, rotation_filter(radians, UPSAMPLING, a), UPSAMPLING, pad)
    x, y = _source_positions(img, inverse(m))
    h, w = img.shape[-2:]
    # Where the source lies among the fine samples, then in grid_sample's coordinates, -1..1 between the outer edges.
    index_x, index_y = (x * w - 0.5 + pad) * UPSAMPLING, (y * h - 0.5 + pad) * UPSAMPLING
    grid = torch.stack([(2 * index_x + 1) / fine.shape[3] - 1, (2 * index_y + 1) / fine.shape[2] - 1], dim=-1)
    grid = send(grid.to(img.dtype), img.device).expand(img.shape[0], -1, -1, -1)
    moved = F.grid_sample(fine, grid, mode="bilinear", padding_mode="zeros", align_corners=False)
    # The nearest fine sample decides; a pixel owns those from two before its centre to one after, as is published.
    owner_x, owner_y = x * w + 0.5 / UPSAMPLING, y * h + 0.5 / UPSAMPLING
    inside = (owner_x >= pad) & (owner_x < w - pad) & (owner_y >= pad) & (owner_y < h - pad)
    return moved, send(inside.to(img.dtype), img.device)


def _rigid(matrix: npt.ArrayLike) -> Matrix:
    """The matrix as float64 [3, 3], refused with ValueError where it scales, shears or mirrors."""
    m = np.asarray(matrix, dtype=np.float64)
    rigid = m.shape == (3, 3) and np.allclose(m[2], [0, 0, 1])
    rigid = rigid and np.allclose(m[:2, :2] @ m[:2, :2].T, np.eye(2), atol=1e-5) and np.linalg.det(m[:2, :2]) > 0
    if not rigid:
        raise ValueError("only matrices that turn and move a picture can be applied to it or taken back")
    return m


def _source_positions(img: torch.Tensor, back: Matrix) -> tuple[torch.Tensor, torch.Tensor]:
    """Source position of each pixel of [.., H, W], as x and y [H, W] in 0..1 from the top left corner.

    Float64, so that pixels on the mask's edge fall on the right side; on the CPU, because MPS knows no float64.
    """
    h, w = img.shape[-2:]
    y = ((torch.arange(h, dtype=torch.float64) + 0.5) / h - 0.5)[:, None]
    x = ((torch.arange(w, dtype=torch.float64) + 0.5) / w - 0.5)[None, :]
    (xx, xy, tx), (yx, yy, ty) = back[:2].tolist()
    return xx * x + xy * y + tx + 0.5, yx * x + yy * y + ty + 0.5


def untransform(img: torch.Tensor, matrix: npt.ArrayLike) -> tuple[torch.Tensor, torch.Tensor]:
    """Take back, in the image, what `matrix` did to the network's input, so that an equivariant network stands still.

    `img` [C, H, W] or [N, C, H, W] was rendered with `input_transform=inverse(matrix)`. Returns the image in the
    same shape and the mask [H, W] of the pixels that are known; the others are to be shown as empty. Without a rotation
    the filter is separable: quicker, and blind only `SUPPORT` pixels from the edges.
    """
    batch = img if img.ndim == 4 else img[None]
    back = inverse(_rigid(matrix))
    if back[0, 1] == 0 and back[0, 0] > 0:
        moved, mask = translate_fractional(batch, float(back[0, 2]), float(back[1, 2]))
    else:
        moved, mask = resample(batch, back)
    return moved.reshape(img.shape), mask
