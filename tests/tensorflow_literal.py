"""StyleGAN1 computed step by step from the variables of its TensorFlow networks, in float64 and as plainly as can be.

Written from the description of the networks (arXiv 1812.04948 and 1710.10196): pixels are repeated, convolved, blurred
one after the other; fused steps are sums over their kernels. It shares nothing with gan.networks.
"""

from collections.abc import Mapping
from typing import Any

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor

Variables = Mapping[str, Any]


def get(v: Variables, name: str) -> Tensor:
    return torch.from_numpy(np.asarray(v[name], dtype=np.float64))


def scaled(w: Tensor, gain: float, lr: float = 1.0, wscale: bool = True) -> Tensor:
    """A weight [..., in, out] as it is used; fan-in is all but the last dimension."""
    fan_in = w.numel() / w.shape[-1]
    return w * (gain / fan_in**0.5 if wscale else 1.0) * lr


def correlate(x: Tensor, w: Tensor) -> Tensor:
    """TensorFlow's convolution of the same size; w [height, width, in, out]."""
    return F.conv2d(x, w.permute(3, 2, 0, 1), padding=w.shape[0] // 2)


def blur(x: Tensor, taps: list[float] | None) -> Tensor:
    if taps is None:
        return x
    kernel = torch.outer(torch.tensor(taps).double(), torch.tensor(taps).double())
    before = (len(taps) - 1) // 2
    x = F.pad(x, [before, len(taps) - 1 - before] * 2)
    return F.conv2d(x.flatten(0, 1)[:, None], (kernel / kernel.sum())[None, None]).reshape(
        *x.shape[:2], -1, _side(x, taps)
    )


def _side(x: Tensor, taps: list[float]) -> int:
    return x.shape[3] - len(taps) + 1


def repeat(x: Tensor, factor: int = 2) -> Tensor:
    return x.repeat_interleave(factor, 2).repeat_interleave(factor, 3)


def average(x: Tensor, factor: int = 2) -> Tensor:
    n, c, h, w = x.shape
    return x.reshape(n, c, h // factor, factor, w // factor, factor).mean(dim=(3, 5))


def boxed(w: Tensor) -> Tensor:
    """A kernel [3, 3, in, out] summed over a 2x2 box: [4, 4, in, out]."""
    out = torch.zeros(4, 4, *w.shape[2:], dtype=w.dtype)
    for dy in (0, 1):
        for dx in (0, 1):
            out[dy : dy + 3, dx : dx + 3] += w
    return out


def fused_up(x: Tensor, w: Tensor) -> Tensor:
    """Transposed convolution of stride 2: each pixel adds its value times the 4x4 kernel, two pixels apart."""
    kernel = boxed(w)
    n, _, height, width = x.shape
    out = torch.zeros(n, w.shape[3], 2 * height + 2, 2 * width + 2, dtype=x.dtype)
    for ky in range(4):
        for kx in range(4):
            part = torch.einsum("nihw,io->nohw", x, kernel[ky, kx])
            out[:, :, ky : ky + 2 * height : 2, kx : kx + 2 * width : 2] += part
    return out[:, :, 1:-1, 1:-1]


def lrelu(x: Tensor, slope: float = 0.2) -> Tensor:
    return torch.where(x > 0, x, slope * x)


def pixel_norm(x: Tensor) -> Tensor:
    return x / (x.square().mean(dim=1, keepdim=True) + 1e-8).sqrt()


def mapping(v: Variables, z: Tensor, c: Tensor | None, a: Mapping[str, Any]) -> Tensor:
    x, wscale = z.double(), a.get("use_wscale", True)
    if a["label_size"]:
        assert c is not None
        x = torch.cat([x, c.double() @ get(v, "mapping/LabelConcat/weight")], dim=1)
    if a.get("normalize_latents", True):
        x = pixel_norm(x)
    lr, slope = a.get("mapping_lrmul", 0.01), 0.2 if a.get("mapping_nonlinearity", "lrelu") == "lrelu" else 0.0
    for i in range(a["mapping_layers"]):
        w = scaled(get(v, f"mapping/Dense{i}/weight"), 2**0.5, lr, wscale)
        x = lrelu(x @ w + get(v, f"mapping/Dense{i}/bias") * lr, slope)
    return x


def synthesis(v: Variables, ws: Tensor, a: Mapping[str, Any], lod: float) -> Tensor:
    """All resolutions are computed, and blended afterwards, as in a growing network's plainest form."""
    ws, last, wscale = ws.double(), int(np.log2(a["resolution"])), a.get("use_wscale", True)
    slope, taps = 0.2 if a.get("nonlinearity", "lrelu") == "lrelu" else 0.0, a.get("blur_filter", [1, 2, 1])

    def finish(x: Tensor, scope: str, index: int) -> Tensor:
        if a.get("use_noise", True):
            x = x + get(v, f"synthesis/noise{index}") * get(v, f"{scope}/Noise/weight").reshape(1, -1, 1, 1)
        x = lrelu(x + get(v, f"{scope}/bias").reshape(1, -1, 1, 1), slope)
        if a.get("use_pixel_norm", False):
            x = pixel_norm(x)
        if a.get("use_instance_norm", True):
            x = x - x.mean(dim=(2, 3), keepdim=True)
            x = x / (x.square().mean(dim=(2, 3), keepdim=True) + 1e-8).sqrt()
        if a.get("use_styles", True):
            style = ws[:, index] @ scaled(get(v, f"{scope}/StyleMod/weight"), 1.0, wscale=wscale)
            style = (style + get(v, f"{scope}/StyleMod/bias")).reshape(len(x), 2, -1, 1, 1)
            x = x * (style[:, 0] + 1) + style[:, 1]
        return x

    def torgb(x: Tensor, res: int) -> Tensor:
        scope = f"synthesis/ToRGB_lod{last - res}"
        w = scaled(get(v, f"{scope}/weight"), 1.0, wscale=wscale)
        return correlate(x, w) + get(v, f"{scope}/bias").reshape(1, -1, 1, 1)

    def conv(x: Tensor, scope: str) -> Tensor:
        return correlate(x, scaled(get(v, f"{scope}/weight"), 2**0.5, wscale=wscale))

    if a.get("const_input_layer", True):
        x = finish(get(v, "synthesis/4x4/Const/const").repeat(len(ws), 1, 1, 1), "synthesis/4x4/Const", 0)
    else:
        w = scaled(get(v, "synthesis/4x4/Dense/weight"), 2**0.5 / 4, wscale=wscale)
        x = finish((ws[:, 0] @ w).reshape(len(ws), -1, 4, 4), "synthesis/4x4/Dense", 0)
    x = finish(conv(x, "synthesis/4x4/Conv"), "synthesis/4x4/Conv", 1)
    growing = a.get("structure", "auto") != "fixed"
    picture = torgb(x, 2) if growing or last == 2 else None
    for res in range(3, last + 1):
        scope, size = f"synthesis/{2**res}x{2**res}", 2**res
        fused = a.get("fused_scale", "auto")
        if size >= 128 if fused == "auto" else fused:
            up = fused_up(x, scaled(get(v, f"{scope}/Conv0_up/weight"), 2**0.5, wscale=wscale))
        else:
            up = conv(repeat(x), f"{scope}/Conv0_up")
        x = finish(blur(up, taps), f"{scope}/Conv0_up", 2 * res - 4)
        x = finish(conv(x, f"{scope}/Conv1"), f"{scope}/Conv1", 2 * res - 3)
        if growing:
            assert picture is not None
            share = min(max(lod - (last - res), 0.0), 1.0)
            picture = torgb(x, res) * (1 - share) + repeat(picture) * share
    return torgb(x, last) if picture is None else picture


def discriminator(v: Variables, img: Tensor, c: Tensor | None, a: Mapping[str, Any], lod: float) -> Tensor:
    """D_basic."""
    last, wscale, taps = int(np.log2(a["resolution"])), a.get("use_wscale", True), a.get("blur_filter", [1, 2, 1])
    slope = 0.2 if a.get("nonlinearity", "lrelu") == "lrelu" else 0.0

    def dense(x: Tensor, scope: str, gain: float) -> Tensor:
        return x @ scaled(get(v, f"{scope}/weight"), gain, wscale=wscale) + get(v, f"{scope}/bias")

    def weight(scope: str) -> Tensor:
        return scaled(get(v, f"{scope}/weight"), 2**0.5, wscale=wscale)

    def finish(x: Tensor, scope: str) -> Tensor:
        return lrelu(x + get(v, f"{scope}/bias").reshape(1, -1, 1, 1), slope)

    def fromrgb(img: Tensor, res: int) -> Tensor:
        scope = f"FromRGB_lod{last - res}"
        return finish(correlate(img, weight(scope)), scope)

    img = img.double()
    x = fromrgb(img, last)
    for res in range(last, 2, -1):
        scope, size = f"{2**res}x{2**res}", 2**res
        x = blur(finish(correlate(x, weight(f"{scope}/Conv0")), f"{scope}/Conv0"), taps)
        fused = a.get("fused_scale", "auto")
        if size >= 128 if fused == "auto" else fused:
            kernel = boxed(weight(f"{scope}/Conv1_down")) / 4
            x = F.conv2d(x, kernel.permute(3, 2, 0, 1), stride=2, padding=1)
        else:
            x = average(correlate(x, weight(f"{scope}/Conv1_down")))
        x = finish(x, f"{scope}/Conv1_down")
        img = average(img)
        if a.get("structure", "auto") != "fixed":
            share = min(max(lod - (last - res), 0.0), 1.0)
            x = x * (1 - share) + fromrgb(img, res - 1) * share
    group, features = min(a.get("mbstd_group_size", 4), len(x)), a.get("mbstd_num_features", 1)
    if a.get("mbstd_group_size", 4) > 1:
        y = x.reshape(group, -1, features, x.shape[1] // features, 4, 4)
        spread = (y.var(dim=0, unbiased=False) + 1e-8).sqrt().mean(dim=(2, 3, 4))
        x = torch.cat([x, spread.repeat(group, 1)[:, :, None, None].expand(-1, -1, 4, 4)], dim=1)
    x = finish(correlate(x, weight("4x4/Conv")), "4x4/Conv")
    x = lrelu(dense(x.flatten(1), "4x4/Dense0", 2**0.5), slope)
    scores = dense(x, "4x4/Dense1", 1.0)
    return scores if c is None else (scores * c).sum(dim=1, keepdim=True)
