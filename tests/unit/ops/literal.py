"""Resampling written out sample by sample in numpy: slow, but obviously correct."""

import numpy as np


def upfirdn(x, f, up=(1, 1), down=(1, 1), pads=(0, 0, 0, 0), flip_filter=False, gain=1.0):
    """The definition of upfirdn2d for one channel x [H, W] and a filter f [height, width]; factors are (x, y)."""
    tall, wide = x.shape
    stuffed = np.zeros((tall * up[1], wide * up[0]))
    stuffed[:: up[1], :: up[0]] = x
    x0, x1, y0, y1 = pads
    padded = np.pad(stuffed, ((max(y0, 0), max(y1, 0)), (max(x0, 0), max(x1, 0))))
    padded = padded[max(-y0, 0) : padded.shape[0] - max(-y1, 0), max(-x0, 0) : padded.shape[1] - max(-x1, 0)]
    kernel = f if flip_filter else f[::-1, ::-1]
    rows, columns = padded.shape[0] - f.shape[0] + 1, padded.shape[1] - f.shape[1] + 1
    out = np.zeros((rows, columns))
    for i in range(rows):
        for j in range(columns):
            out[i, j] = (padded[i : i + f.shape[0], j : j + f.shape[1]] * kernel).sum() * gain
    return out[:: down[1], :: down[0]]
