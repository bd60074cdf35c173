"""Upsampling, leaky ReLU and downsampling in one pass, for one image in NHWC order.

The upsampled image never exists: of a tile of the image, some rows are upsampled, activated and filtered down
horizontally (`lrelu_march`), and as soon as there are enough of those they are filtered down vertically. A filter that
is not separable, such as StyleGAN3-R's radial one, is the sum of a few that are: two or three reach 1e-6.
"""

from dataclasses import dataclass
from functools import cache
from typing import Any

import numpy as np
import numpy.typing as npt
from numba import types

from gan.ops.cpu import crew
from gan.ops.cpu.halves import Halves
from gan.ops.cpu.jit import FLOAT, FLOATS, HALVES, INT, Kernel, inner
from gan.ops.cpu.lanes import CHANNELS, LANES
from gan.ops.cpu.lrelu_march import march, sum_four_rows, sum_row
from gan.ops.cpu.lrelu_variant import TILE_HEIGHT, TILE_WIDTH, Variant, VariantType
from gan.ops.cpu.vectors import fma, load, splat, store

Floats = npt.NDArray[np.float32]

_RANK_TOLERANCE = 1e-6
"""Singular values below this share of the largest are left out."""
_MOST_RANK = 8
"""A filter that needs more separable ones than this is better applied in another way."""
_MOST_GROUP = 16
"""Longer steps do not fit into the registers of any CPU."""


@inner
def _ceil(a: Any, b: Any) -> Any:
    return -((-a) // b)


@inner
def _load_row(buffer: Any, d: Any, columns: Any, low: Any, high: Any, x: Any, p: Any, channels: Any, scale: Any,
              bias: Any, c: Any) -> None:  # fmt: skip
    """A row of input, scaled, the bias added; zeros before the column `low` and from `high` on."""
    zero, s, b = splat(np.float32(0)), load(scale, c), load(bias, c)
    for t in range(low):
        store(buffer, d + t * LANES, zero)
    for t in range(low, high):
        store(buffer, d + t * LANES, fma(load(x, p), s, b))
        p += channels
    for t in range(high, columns):
        store(buffer, d + t * LANES, zero)


@inner
def _move(buffer: Any, count: Any, start: Any) -> None:
    """Bring `count` numbers from `start` on to the beginning."""
    for t in range(0, count, LANES):
        store(buffer, t, load(buffer, start + t))


@inner
def _tile(
    variant: Any, x: Any, height: Any, width: Any, channels: Any, c: Any, scale: Any, bias: Any, out: Any,
    out_width: Any, left: Any, top: Any, vertical: Any, up: Any, across: Any, along: Any, slope: Any, clamp: Any,
    rows: Any, half: Any, x0: Any, x1: Any, y0: Any, y1: Any,
) -> None:  # fmt: skip
    """Compute the output's columns x0 to x1 and rows y0 to y1, of the channels from c on."""
    pitch, half_pitch = variant.row * LANES, variant.rank * variant.half_row * LANES
    count = x1 - x0
    steps = _ceil(variant.down * (count - 1) + variant.down_taps, variant.group)
    columns = variant.pixels_in * (steps + 1) + variant.window
    first = _ceil(variant.down * x0 - left, variant.up)  # column of the input where the window of the tile begins
    low = min(max(0, -first), columns)
    high = max(min(columns, width - first), low)
    made = 0  # half-filtered rows that are there
    held_from, held = 0, 0  # rows of input that are there
    to_write = to_read = c
    for oy in range(y0, y1, TILE_HEIGHT):
        lines = min(TILE_HEIGHT, y1 - oy)
        begin = variant.down * oy + made
        end = variant.down * (oy + lines - 1) + variant.down_taps
        need_from = _ceil(begin - top, variant.up)
        need_to = _ceil(end - 1 - top, variant.up) + variant.up_taps
        still = max(held_from + held - need_from, 0) if held > 0 else 0
        if 0 < still < held:
            _move(rows, still * pitch, (held - still) * pitch)
        for iy in range(need_from + still, need_to):
            d = (iy - need_from) * pitch
            inside = 0 <= iy < height
            p = (iy * width + first + low) * channels + c
            _load_row(rows, d, columns, low if inside else columns, high if inside else columns, x, p, channels,
                      scale, bias, c)  # fmt: skip
        held_from, held = need_from, need_to - need_from
        for u in range(begin, end):
            i = _ceil(u - top, variant.up)
            j = u - begin
            # What is written and read after these rows is asked for while they are computed.
            write_step = read_step = 0
            if j // variant.down < lines and (variant.pixels_out > 1 or j % variant.down == 0):
                to_write = ((oy + j // variant.down) * out_width + x0) * channels + c
                if variant.pixels_out > 1:
                    to_write += min(j % variant.down * steps, count - 1) * channels
                write_step = channels
            iy = need_to + j // variant.up
            if j % variant.up == variant.up - 1 and 0 <= iy < height and first + low >= 0:
                to_read = (iy * width + first + low) * channels + c
                read_step = channels
            march(variant, rows, (i - need_from) * pitch, half, (u - variant.down * oy) * half_pitch, steps, vertical,
                  variant.up * i - (u - top), up, across, slope, clamp, out, to_write, write_step, x, to_read,
                  read_step)  # fmt: skip
        q = (oy * out_width + x0) * channels + c
        line, y = out_width * channels, 0
        while y + 4 <= lines:
            sum_four_rows(variant, half, y * variant.down * half_pitch, out, q + y * line, channels, line, count, along)
            y += 4
        while y < lines:
            sum_row(variant, half, y * variant.down * half_pitch, out, q + y * line, channels, line, count, along)
            y += 1
        _move(half, variant.kept_rows * half_pitch, variant.down * lines * half_pitch)
        made = variant.kept_rows


def _filtered_lrelu(
    worker: Any, begin: Any, end: Any, variant: Any, x: Any, height: Any, width: Any, channels: Any, scale: Any,
    bias: Any, out: Any, out_height: Any, out_width: Any, left: Any, top: Any, vertical: Any, up: Any, across: Any,
    along: Any, slope: Any, clamp: Any, scratch: Any, tiles_x: Any, tiles_y: Any,
) -> None:  # fmt: skip
    blocks = channels // LANES
    tile_width = _ceil(_ceil(out_width, tiles_x), variant.pixels_out) * variant.pixels_out
    tile_height = _ceil(out_height, tiles_y)
    for task in range(begin, end):
        c, rest = task % blocks * LANES, task // blocks
        x0, y0 = rest % tiles_x * tile_width, rest // tiles_x * tile_height
        x1, y1 = min(x0 + tile_width, out_width), min(y0 + tile_height, out_height)
        if x0 < x1 and y0 < y1:
            own = scratch[worker]
            rows = variant.rows * variant.row * LANES
            _tile(variant, x, height, width, channels, c, scale, bias, out, out_width, left, top, vertical, up, across,
                  along, slope, clamp, own[:rows], own[rows:], x0, x1, y0, y1)  # fmt: skip


@cache
def fused(variant: Variant, half: bool = False) -> Kernel:
    """The kernel of a variant, for images in float32, or in bfloat16 (see `gan.ops.cpu.vectors`)."""
    image = HALVES if half else FLOATS
    signature = (VariantType(variant), image, INT, INT, INT, FLOATS, FLOATS, FLOATS, INT, INT, INT, INT,
                 *[FLOATS] * 4, FLOAT, FLOAT, types.float32[:, ::1], INT, INT)  # fmt: skip
    return Kernel(_filtered_lrelu, signature)


def separable_terms(f: npt.ArrayLike) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.float64]]:
    """Horizontal and vertical filters [rank, taps] whose products add up to f, [taps] (along both axes) or square."""
    square = np.asarray(f, np.float64)
    if square.ndim == 1:
        return square[None], square[None]
    u, s, v = np.linalg.svd(square)
    rank = max(1, int((s > _RANK_TOLERANCE * s[0]).sum()))
    return v[:rank].copy(), (u[:, :rank] * s[:rank]).T.copy()


@dataclass(frozen=True)
class FilteredLrelu:
    """A filtered leaky ReLU with fixed filters: make it with `design`, call it on images."""

    variant: Variant
    left: int
    top: int
    shrinks: tuple[int, int]
    """Pixels that the paddings and filters together add to the upsampled height and width."""
    vertical: Floats
    up: Floats
    across: Floats
    along: Floats
    slope: float
    clamp: float

    @classmethod
    def design(
        cls,
        fu: npt.ArrayLike | None,
        fd: npt.ArrayLike | None,
        up: int,
        down: int,
        padding: tuple[int, int, int, int],
        gain: float,
        slope: float,
        clamp: float | None,
        flip_filter: bool = False,
    ) -> "FilteredLrelu | None":
        """Prepare for arguments as `gan.ops.filtered_lrelu` has them; None where no kernel covers them."""
        fu, fd = (np.asarray([1.0] if f is None else f, np.float64) for f in (fu, fd))
        if fu.ndim != 1 or gain <= 0 or (fd.ndim == 2 and fd.shape[0] != fd.shape[1]):
            return None
        if not flip_filter:
            fu, fd = fu[::-1], fd[::-1] if fd.ndim == 1 else fd[::-1, ::-1]
        left, right, top, bottom = padding
        across, along = separable_terms(fd)
        rank, down_taps = across.shape
        taps = -(-len(fu) // up)
        phases = np.concatenate([fu * up, np.zeros(taps * up - len(fu))])
        symmetric = all(np.allclose(f, f[:, ::-1], rtol=0, atol=1e-6 * np.abs(f).max()) for f in (across,))
        variant = Variant(
            up,
            down,
            taps,
            down_taps,
            left % up,
            rank,
            folded=rank > 1 and down_taps % 2 == 0 and down_taps >= down and symmetric,
            steep=slope > 1,
        )
        if rank > _MOST_RANK or variant.group > _MOST_GROUP or down_taps < down:
            return None
        lost = len(fu) + down_taps - 2
        return cls(
            variant,
            left,
            top,
            (top + bottom - lost, left + right - lost),
            np.ascontiguousarray((phases * gain).reshape(taps, up).T, np.float32).ravel(),
            phases.astype(np.float32),
            across.astype(np.float32).ravel(),
            along.astype(np.float32).ravel(),
            slope,
            float("inf") if clamp is None else clamp,
        )

    @property
    def kernel(self) -> Kernel:
        """Kernel that must be compiled."""
        return fused(self.variant)

    @property
    def kernel_half(self) -> Kernel:
        """The same for images in bfloat16."""
        return fused(self.variant, half=True)

    def size(self, height: int, width: int) -> tuple[int, int]:
        """Height and width of the output for an input of this size."""
        up, down = self.variant.up, self.variant.down
        rows, columns = (
            (n * up + more + down - 1) // down for n, more in zip((height, width), self.shrinks, strict=True)
        )
        return rows, columns

    def __call__(self, x: Floats | Halves, scale: Floats, bias: Floats, out: Floats) -> None:
        """Fill `out` [out_height, out_width, C] from x * scale + bias, x [H, W, C]; C a multiple of `CHANNELS`.

        x may be the bits of bfloat16 numbers.
        """
        height, width, channels = x.shape
        out_height, out_width = out.shape[:2]
        threads = crew.threads()
        tiles_x, tiles_y = -(-out_width // TILE_WIDTH), 1
        tasks = channels // LANES * tiles_x
        while (tasks * tiles_y) % threads and tasks * tiles_y < 4 * threads and out_height // (tiles_y + 1) >= 24:
            tiles_y += 1
        with crew.ALONE:
            kernel = self.kernel_half if x.dtype == np.uint16 else self.kernel
            kernel(
                tasks * tiles_y, x.size // tasks, self.variant, x.reshape(-1), height, width, channels, scale, bias,
                out.reshape(-1), out_height, out_width, self.left, self.top, self.vertical, self.up, self.across,
                self.along, self.slope, self.clamp, _scratch(threads, self.variant.scratch * LANES), tiles_x, tiles_y,
            )  # fmt: skip


_kept: dict[int, Floats] = {}


def _scratch(threads: int, numbers: int) -> Floats:
    """Memory for each thread, reused from call to call; its rows begin at different places of a page."""
    kept = _kept.get(threads)
    if kept is None or kept.shape[1] < numbers:
        length = -(-numbers // 4096) * 4096 + 33 * CHANNELS
        room = np.zeros(threads * length + CHANNELS, np.float32)
        start = -(room.ctypes.data // room.itemsize) % CHANNELS
        kept = _kept[threads] = room[start : start + threads * length].reshape(threads, length)
    return kept
