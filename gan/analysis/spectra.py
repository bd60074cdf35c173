"""Power spectra of images and layers: what a network puts into each frequency.

The spectrum beside the live image, and what the `spectra` commands average over many images. Spectra are [H, W],
the frequency 0 in the middle (row H // 2, column W // 2); frequencies are in cycles per pixel, -0.5..0.5 each way.
A Kaiser window takes the jump between opposite edges away, which would draw a cross over everything.
"""

import functools

import numpy as np
import numpy.typing as npt
import torch

KAISER_BETA = 8.0
"""Shape of the window; higher values have less leakage and blur neighbouring frequencies more."""

RANGE_DB = 50.0
"""Decibels from the middle of the colour map to either end."""

_FLOOR = 1e-30
"""Relative power that is drawn in place of exactly none: -300 dB, below every colour map's end."""

_Bytes = npt.NDArray[np.uint8]

_COLOR_KEYS = {
    # Every 15th of viridis' 256 colours (Nathaniel Smith and Stefan van der Walt, CC0).
    "viridis": "440154 481769 472a7a 433d84 3d4e8a 355e8d 2e6d8e 297b8e 23898e "
    "1f978b 21a585 2eb37c 46c06f 65cb5e 89d548 b0dd2f d8e219 fde725",
    # Our own: below the average blue, at it white, above it orange.
    "blue-orange": "0b1f4b 1f4f9e 3d84c9 86b9e2 c9e0f2 ffffff fbe0c0 f5b873 e8892b b95a12 6b2e08",
}

COLOR_MAPS = tuple(_COLOR_KEYS)
"""Names of the colour maps that `to_color` takes."""


def kaiser_window(n: int, beta: float = KAISER_BETA, device: torch.device | str = "cpu") -> torch.Tensor:
    """The symmetric ("not periodic") Kaiser window of n samples, float32 [n], 1 in the middle.

        w[k] = I0( beta sqrt(1 - (2k / (n-1) - 1)^2) ) / I0(beta)

    beta 0 is no window at all.
    """
    return torch.kaiser_window(n, periodic=False, beta=beta, dtype=torch.float32, device=device)


def power_spectrum(x: torch.Tensor, beta: float = KAISER_BETA, interp: int = 1) -> torch.Tensor:
    """|F|^2 of the windowed channels of [C, H, W], summed over channels -> float32 [interp H, interp W], linear.

    `interp` draws the same spectrum on a finer raster of frequencies by padding the windowed image with zeros. x is
    taken as it is: subtract what is not to show as a peak at the frequency 0.
    """
    if x.ndim != 3 or x.shape[0] == 0:
        raise ValueError(f"a spectrum needs [channels, height, width], not {list(x.shape)}")
    height, width = x.shape[1:]
    x = x.detach().float()
    window = kaiser_window(height, beta, x.device)[:, None] * kaiser_window(width, beta, x.device)[None, :]
    size = (height * interp, width * interp)
    total = x.new_zeros(size[0], 2 * (size[1] // 2 + 1))
    for channel in x:  # one at a time: a layer may have 512, and one transform fits the cache
        total += torch.view_as_real(torch.fft.rfft2(channel * window, s=size)).flatten(1).square_()
    return _unfold(total[:, 0::2] + total[:, 1::2], size[1])


def _unfold(half: torch.Tensor, width: int) -> torch.Tensor:
    """The power at columns 0..W/2 of a real image's spectrum [H, W // 2 + 1] -> all of it, 0 in the middle [H, W].

    A real image has the same power at (y, x) and (-y, -x); the left half is the right half turned by 180 degrees.
    """
    height = half.shape[0]
    shift = height // 2
    full = half.new_empty(height, width)
    right = half.roll(shift, dims=0)
    full[:, width // 2 :] = right[:, : width - width // 2]
    # Frequency -y of an even height: row 0 (Nyquist) is its own partner, the others lie mirrored around the middle.
    left = half[:, 1 : width // 2 + 1].flip(0, 1).roll(shift + 1, dims=0)
    full[:, : width // 2] = left
    return full


def image_spectrum(x: torch.Tensor, beta: float = KAISER_BETA) -> torch.Tensor:
    """The spectrum beside the live image, in dB: [C, H, W] -> float32 [H, W] on the same device.

    10 log10( P / mean P ), P = sum over channels of | F[ (x - mean of the channel) * window ] |^2. About 20 ms for
    3 x 1024 x 1024 on one CPU core.
    """
    x = x.detach().float()
    power = power_spectrum(x - x.mean(dim=(1, 2), keepdim=True), beta) if x.ndim == 3 else power_spectrum(x, beta)
    return power.div_(power.mean().clamp_min(torch.finfo(torch.float32).tiny)).clamp_min_(_FLOOR).log10_().mul_(10)


def color_rgba8(
    db: torch.Tensor, range_db: float = RANGE_DB, cmap: str = "viridis", out: _Bytes | None = None
) -> _Bytes:
    """A spectrum [H, W] in dB as opaque pixels uint8 [H, W, 4]: from -range_db in the map's first colour to +range_db.

    `out` is written and returned where given. Raises ValueError for an unknown map (`COLOR_MAPS` lists them) or a range
    that is not positive.
    """
    if range_db <= 0:
        raise ValueError(f"the range of a spectrum's colours must be above 0 dB, not {range_db}")
    table = torch.from_numpy(_color_table(cmap)).to(db.device)
    position = (db / (range_db / 127.5)).add_(128).nan_to_num_(0).clamp_(0, 255)  # ((dB / range + 1) / 2) 255, rounded
    pixels = table[position.to(torch.int32)].view(torch.uint8).reshape(*db.shape, 4).cpu().numpy()
    if out is None:
        return np.asarray(pixels)
    out[...] = pixels
    return out


def to_color(db: torch.Tensor, range_db: float = RANGE_DB, cmap: str = "viridis") -> _Bytes:
    """As `color_rgba8`, without the alpha channel: uint8 [H, W, 3]."""
    return np.ascontiguousarray(color_rgba8(db, range_db, cmap)[..., :3])


@functools.cache
def _color_table(cmap: str) -> npt.NDArray[np.int32]:
    """256 opaque colours between a map's keys, each as the four bytes of a pixel in one number."""
    if cmap not in _COLOR_KEYS:
        raise ValueError(f"there is no colour map {cmap!r}; choose one of {', '.join(COLOR_MAPS)}")
    keys = np.array([list(bytes.fromhex(key)) for key in _COLOR_KEYS[cmap].split()], dtype=np.float64)
    at = np.linspace(0, len(keys) - 1, 256)
    table = np.full((256, 4), 255, dtype=np.uint8)
    for channel in range(3):
        table[:, channel] = np.rint(np.interp(at, np.arange(len(keys)), keys[:, channel]))
    return table.view(np.int32)[:, 0]


def radial_power(spectrum: torch.Tensor) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.float64]]:
    """Mean power on rings around the frequency 0 of a spectrum [H, W] in dB -> (cycles per pixel [K], dB [K]).

    Ring k holds the frequencies nearest to k / n, n the shorter side, up to 0.5, so that K = n // 2 + 1; the corners
    beyond 0.5, which only diagonals reach, are left out. The mean is taken of the power and given in dB again.
    """
    height, width = spectrum.shape
    rings, counts = _rings(height, width)
    power = torch.pow(10.0, spectrum.detach().cpu().double().flatten() / 10).numpy()
    sums = np.bincount(rings, weights=power, minlength=len(counts) + 1)[: len(counts)]
    frequency = np.arange(len(counts)) / min(height, width)
    return frequency, 10 * np.log10(np.maximum(sums / counts, _FLOOR))


@functools.lru_cache(maxsize=8)
def _rings(height: int, width: int) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]:
    """Ring of each frequency of a shifted spectrum, flat; one beyond the last collects the rest."""
    fy = np.fft.fftshift(np.fft.fftfreq(height))[:, None]
    fx = np.fft.fftshift(np.fft.fftfreq(width))[None, :]
    shorter = min(height, width)
    beyond = shorter // 2 + 1
    rings = np.minimum(np.rint(np.hypot(fy, fx) * shorter).astype(np.int64), beyond).ravel()
    return rings, np.bincount(rings, minlength=beyond + 1)[:beyond]
