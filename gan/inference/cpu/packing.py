"""Packing of weights in the order, and with the padding, that the kernels need."""

import copy
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import torch
import torch.nn.functional as F
from torch import Tensor

from gan.networks.layers import FullyConnectedLayer
from gan.ops.cpu.affine import affine_rows
from gan.ops.cpu.halves import PLAIN, scaled, split_weight
from gan.ops.cpu.lanes import padded

Floats = npt.NDArray[np.float32]
WHOLE_BYTES, BAND_BYTES = 1 << 27, 1 << 25
"""Of the input of a convolution in bfloat16: a larger one than the first is never there as a whole, but in bands of
about the second size."""


@dataclass(frozen=True)
class Packed:
    """A convolution with its weight: called with x [1, in, H, W]."""

    run: Callable[[Tensor, int], Tensor]
    """Called with x and the zeros above and below it."""
    padding: int

    def __call__(self, x: Tensor, vertical: int | None = None) -> Tensor:
        """Convolve x, with `vertical` rows of zeros above and below it; None for the padding of the other axis."""
        return self.run(x, self.padding if vertical is None else vertical)


_RANK_ONE = 1e-6
"""Largest deviation, relative to the filter's largest tap, of what counts as separable."""


def floats(x: Tensor) -> Floats:
    """The numbers of a contiguous float32 tensor, flat, not copied."""
    return x.view(-1).numpy()


def pad_to(x: Tensor, dims: tuple[int, ...]) -> Tensor:
    """Zeros behind these dimensions, up to the kernels' number of channels."""
    widths = [0, 0] * x.ndim
    for dim in dims:
        widths[2 * (x.ndim - 1 - dim) + 1] = padded(x.shape[dim]) - x.shape[dim]
    return F.pad(x, widths)


def filter_taps(f: Tensor, up: int) -> Floats | None:
    """Vertical and horizontal taps of an upsampling filter, as a correlation, [2 * 4], each with a gain of `up`.

    None where the filter is longer, or not the product of the two.
    """
    square = f.detach().double().numpy()
    square = np.outer(square, square) if square.ndim == 1 else square
    if max(square.shape) > 4:
        return None
    square = square[::-1, ::-1]
    row, column = np.unravel_index(np.abs(square).argmax(), square.shape)
    if square[row, column] == 0:
        return None
    vertical, horizontal = square[:, column] / square[row, column], square[row]
    if np.abs(np.outer(vertical, horizontal) - square).max() > _RANK_ONE * abs(square[row, column]):
        return None
    # The padding that centres a filter: shorter ones act one pixel later for every two taps less.
    taps = np.zeros((2, 4))
    for axis, own in enumerate((vertical, horizontal)):
        before = 2 - (len(own) + up - 1) // 2
        taps[axis, before : before + len(own)] = own * up
    return taps.astype(np.float32).ravel()


def scales_weight(weight: Tensor, pixels: int, channels: int) -> bool:
    """True if scaling a convolution's weight is cheaper than scaling its input."""
    return weight.numel() < pixels * channels


def modulated_convolution(x: Tensor, weight: Tensor, packed: Packed | None, scale: Tensor, padding: int) -> Tensor:
    """Convolution of x [1, in, H, W], with the input or the weight scaled by `scale` [in].

    Args:
        x: In channels_last order.
        weight: [out, in, k, k], which is scaled where `packed` is None.
        packed: See `nhwc_convolution`; the input is scaled then. A weight in bfloat16 is always packed, and may be
            split.
        scale: Styles.
        padding: Zeros around x.

    Returns:
        [1, out, ...] in channels_last order, of the weight's type.
    """
    if weight.dtype == torch.bfloat16:
        assert packed is not None
        parts = weight.shape[1] // x.shape[1]
        if 2 * parts * x.numel() > WHOLE_BYTES:
            return _in_bands(x, packed, scale, parts, weight.shape)
        return packed(scaled(x, scale, parts))
    scale = scale[:, None, None]
    return F.conv2d(x, weight * scale, padding=padding) if packed is None else packed(x * scale)


def _in_bands(x: Tensor, packed: Packed, scale: Tensor, parts: int, shape: torch.Size) -> Tensor:
    """The convolution of x * scale in bfloat16, a band of rows after the other; `shape` is the weight's."""
    channels, height, width = x.shape[1:]
    pad, taps = packed.padding, shape[2]
    size = height + 2 * pad - taps + 1, width + 2 * pad - taps + 1
    out = torch.empty(1, *size, shape[0], dtype=torch.bfloat16).permute(0, 3, 1, 2)
    rows = max(taps, BAND_BYTES // (2 * parts * channels * width))
    for first in range(0, size[0], rows):
        last = min(first + rows, size[0])
        begin, end = max(first - pad, 0), min(last - pad + taps - 1, height)
        band = scaled(x[:, :, begin:end], scale, parts)
        above, below = begin - (first - pad), last - pad + taps - 1 - end
        if above or below:
            band = F.pad(band, (0, 0, above, below)).contiguous(memory_format=torch.channels_last)
        out[:, :, first:last] = packed(band, vertical=0)
    return out


def modulated_pixels(x: Tensor, weight: Tensor, scale: Tensor) -> tuple[Tensor, Tensor]:
    """Pixels [H W, in] of x [1, in, H, W] and weight [in, out], the cheaper of them scaled by `scale` [in].

    With a weight in bfloat16 the pixels are scaled, and of that type too.
    """
    channels, height, width = x.shape[1:]
    if weight.dtype == torch.bfloat16:
        parts = len(weight) // channels
        return scaled(x, scale, parts).permute(0, 2, 3, 1).reshape(-1, parts * channels), weight
    pixels = x.permute(0, 2, 3, 1).reshape(-1, channels)
    if scales_weight(weight, height * width, channels):
        return pixels, weight * scale[:, None]
    return pixels * scale, weight


def nhwc_convolution(weight: Tensor, size: tuple[int, int], padding: int, stride: int = 1) -> Packed:
    """A convolution of [1, in, *size], with the weight packed once where PyTorch's library can."""
    if torch._C._has_mkldnn:
        pads, steps, ones = [padding, padding], [stride, stride], [1, 1]
        shape = [1, weight.shape[1], *size]
        pack: Any = torch._C._nn.mkldnn_reorder_conv2d_weight
        own = pack(weight.to_mkldnn(), pads, steps, ones, 1, shape)
        convolve = torch.ops.mkldnn._convolution_pointwise
        return Packed(lambda x, rows: convolve(x, own, None, [rows, padding], steps, ones, 1, "none", [], ""), padding)
    return Packed(lambda x, rows: F.conv2d(x, weight, stride=stride, padding=(rows, padding)), padding)


def half_convolution(weight: Tensor, size: tuple[int, int], padding: int, parts: int = PLAIN) -> tuple[Tensor, Packed]:
    """A convolution's weight [out, in, k, k] in bfloat16, in `parts`, and the convolution with it.

    See `nhwc_convolution` and `split_weight`. Of the weight itself only shape and type remain where it was packed.
    """
    own = split_weight(weight, 1, parts).contiguous(memory_format=torch.channels_last)
    packed = nhwc_convolution(own, size, padding)
    return own.to("meta"), packed


@dataclass(frozen=True)
class StyleRows:
    """Place of a layer's styles among the results of `AffineRows`."""

    rows: slice
    gain: float
    """Factor of what is stored there."""


def moved(styles: Tensor, places: Mapping[str, StyleRows], offsets: Mapping[str, Tensor]) -> None:
    """Add the style offsets of one image, [channels] or [1, channels] by layer, to all styles, in place."""
    for name, offset in offsets.items():
        if (place := places.get(name)) is not None:
            start = place.rows.start
            styles[start : start + offset.shape[-1]] += offset.view(-1) * place.gain


class AffineRows:
    """Many small matrices, each times a vector of its own, in one call.

    Args:
        power: 1, or 2 for 1 / sqrt(matrix . vector^2 + eps).
        eps: See `power`.
    """

    def __init__(self, power: int = 1, eps: float = 0.0) -> None:
        self._power, self._eps = power, eps
        self._matrices: list[Tensor] = []
        self._bias: list[Tensor] = []
        self._rows: list[tuple[int, int, int]] = []
        self._numbers = 0

    def add_affine(self, layer: FullyConnectedLayer, source: int, gain: float = 1.0) -> slice:
        """The styles that a layer makes of the vector number `source`, times `gain`; where they will be."""
        assert layer.bias is not None
        matrix = pad_to(layer.weight.detach().float() * (layer.weight_gain * gain), (0, 1))
        bias = pad_to(layer.bias.detach().float() * (layer.bias_gain * gain), (0,))
        return self.add(matrix, bias, source * matrix.shape[1])

    def add(self, matrix: Tensor, bias: Tensor, start: int) -> slice:
        """One matrix [out, in] for the vector that starts at number `start` of all; where its result will be."""
        rows = slice(len(self._rows), len(self._rows) + len(matrix))
        width = matrix.shape[1]
        self._rows += [(self._numbers + i * width, width, start) for i in range(len(matrix))]
        self._numbers += matrix.numel()
        self._matrices.append(matrix.flatten())
        self._bias.append(bias)
        return rows

    def pack(self) -> None:
        """After the last `add`."""
        self._flat = floats(torch.cat(self._matrices))
        self._shift = floats(torch.cat(self._bias))
        self._starts, self._lengths, self._sources = (
            np.ascontiguousarray(column) for column in np.array(self._rows, np.int64).T
        )
        self._matrices, self._bias = [], []

    def copied(self) -> "AffineRows":
        """The same rows in memory of their own, for `put`."""
        rows = copy.copy(self)
        rows._flat, rows._shift = self._flat.copy(), self._shift.copy()
        return rows

    def put_affine(self, rows: slice, layer: FullyConnectedLayer, gain: float = 1.0) -> None:
        """Replace what `add_affine` has put into these rows by another layer of the same shape."""
        assert layer.bias is not None
        matrix = pad_to(layer.weight.detach().float() * (layer.weight_gain * gain), (0, 1))
        self.put(rows, matrix, pad_to(layer.bias.detach().float() * (layer.bias_gain * gain), (0,)))

    def put(self, rows: slice, matrix: Tensor, bias: Tensor) -> None:
        """Replace these rows, after `pack`."""
        first = int(self._starts[rows.start])
        self._flat[first : first + matrix.numel()] = matrix.reshape(-1).numpy()
        self._shift[rows] = bias.numpy()

    def __call__(self, vectors: Tensor) -> Tensor:
        """All results for the vectors, [count, length] or flat."""
        if vectors.ndim == 2:
            vectors = pad_to(vectors, (1,))
        out = torch.empty(len(self._rows))
        affine_rows(
            len(out),
            self._numbers // len(out),
            self._flat,
            self._starts,
            self._lengths,
            self._sources,
            floats(vectors.contiguous()),
            self._shift,
            floats(out),
            self._power,
            self._eps,
        )
        return out
