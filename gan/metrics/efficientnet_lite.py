"""EfficientNet-Lite0 (Tan and Le 2019, arXiv 1905.11946; without squeeze-and-excitation, with ReLU6), for its features.

A network of inverted residuals (Sandler et al. 2018, arXiv 1801.04381): expand 1x1, depthwise k x k, project 1x1.
Module names are those of the published weights.
"""

import copy
from itertools import pairwise

import torch
import torch.nn.functional as F
from torch import Tensor, nn

RESOLUTION = 224
"""Width and height of the images that the weights were trained on."""

FEATURES = 1280
"""Features of an image, after the last convolution."""

_STAGES = (
    # repeats, kernel, stride, expansion, channels
    (1, 3, 1, 1, 16),
    (2, 3, 2, 6, 24),
    (2, 5, 2, 6, 40),
    (3, 3, 2, 6, 80),
    (3, 5, 1, 6, 112),
    (4, 5, 2, 6, 192),
    (1, 3, 1, 6, 320),
)
_STEM = 32
_EPSILON = 1e-3
SCALES = (0, 2, 4, 10, 15)
"""The blocks that end each resolution: 112, 56, 28, 14 and 7 pixels wide for images of 224."""


class SameConv(nn.Conv2d):
    """A convolution without bias, padded so that n pixels become ceil(n / stride), the odd pixel at the far side."""

    def __init__(self, inputs: int, outputs: int, kernel: int, stride: int = 1, groups: int = 1) -> None:
        super().__init__(inputs, outputs, kernel, stride, groups=groups, bias=False)
        self._size, self._step = kernel, stride

    def forward(self, input: Tensor) -> Tensor:
        """[N, inputs, H, W] -> [N, outputs, ceil(H / stride), ceil(W / stride)]."""
        height, width = (max((-(n // -self._step) - 1) * self._step + self._size - n, 0) for n in input.shape[2:])
        if height % 2 or width % 2:
            input = F.pad(input, (width // 2, width - width // 2, height // 2, height - height // 2))
            height = width = 0
        return F.conv2d(input, self.weight, self.bias, self.stride, (height // 2, width // 2), 1, self.groups)


class Block(nn.Module):
    """An inverted residual block, with a skip connection if shapes match."""

    def __init__(self, inputs: int, outputs: int, kernel: int, stride: int, expansion: int) -> None:
        super().__init__()
        wide = inputs * expansion
        self.around = stride == 1 and inputs == outputs
        self.expands = expansion != 1
        if self.expands:
            self._expand_conv = SameConv(inputs, wide, 1)
            self._bn0 = nn.BatchNorm2d(wide, eps=_EPSILON)
        self._depthwise_conv = SameConv(wide, wide, kernel, stride, groups=wide)
        self._bn1 = nn.BatchNorm2d(wide, eps=_EPSILON)
        self._project_conv = SameConv(wide, outputs, 1)
        self._bn2 = nn.BatchNorm2d(outputs, eps=_EPSILON)

    def forward(self, input: Tensor) -> Tensor:
        """[N, inputs, H, W] -> [N, outputs, H / stride, W / stride]."""
        x = F.relu6(self._bn0(self._expand_conv(input))) if self.expands else input
        x = F.relu6(self._bn1(self._depthwise_conv(x)))
        x = self._bn2(self._project_conv(x))
        result: Tensor = input + x if self.around else x
        return result


class EfficientNetLite0(nn.Module):
    """Classifier of 1000 ImageNet classes, used here for `features` and `scales`."""

    def __init__(self) -> None:
        super().__init__()
        self._conv_stem = SameConv(3, _STEM, 3, 2)
        self._bn0 = nn.BatchNorm2d(_STEM, eps=_EPSILON)
        widths = (_STEM, *(channels for *_, channels in _STAGES))
        self._blocks = nn.ModuleList(
            Block(inputs if first else outputs, outputs, kernel, stride if first else 1, expansion)
            for (inputs, outputs), (repeats, kernel, stride, expansion, _) in zip(
                pairwise(widths), _STAGES, strict=True
            )
            for first in (True, *[False] * (repeats - 1))
        )
        self._conv_head = SameConv(widths[-1], FEATURES, 1)
        self._bn1 = nn.BatchNorm2d(FEATURES, eps=_EPSILON)
        self._fc = nn.Linear(FEATURES, 1000)

    def features(self, x: Tensor) -> Tensor:
        """Images [N, 3, 224, 224], (x * 255 - 127) / 128 of values 0..1 -> [N, 1280], the mean over all places."""
        last = self._outputs(x, (len(self._blocks) - 1,))[0]
        return F.relu6(self._bn1(self._conv_head(last))).mean(dim=(2, 3))

    def scales(self, x: Tensor) -> list[Tensor]:
        """The same images -> the last output at each of five resolutions, fine to coarse."""
        return self._outputs(x, SCALES)

    def forward(self, x: Tensor) -> Tensor:
        """The same images -> logits [N, 1000]."""
        logits: Tensor = self._fc(self.features(x))
        return logits

    def _outputs(self, x: Tensor, wanted: tuple[int, ...]) -> list[Tensor]:
        outputs = []
        x = F.relu6(self._bn0(self._conv_stem(x)))
        for i, block in enumerate(self._blocks):
            x = block(x)
            if i in wanted:
                outputs.append(x)
        return outputs


def as_input(images: Tensor) -> Tensor:
    """Convert images [N, 1 or 3, H, W] of values 0..255 to the network's input, float32 [N, 3, 224, 224].

    Resized bilinearly with antialiasing; grey images become three equal channels.
    """
    x = images.float()
    if x.shape[1] == 1:
        x = x.expand(-1, 3, -1, -1)
    if tuple(x.shape[2:]) != (RESOLUTION, RESOLUTION):
        # Enlarging is the same without antialiasing, and its gradient takes a tenth of the time.
        shrinks = max(x.shape[2:]) > RESOLUTION
        x = F.interpolate(x, (RESOLUTION, RESOLUTION), mode="bilinear", antialias=shrinks, align_corners=False)
    return ((x - 127) / 128).contiguous(memory_format=torch.channels_last)


def load(path: str, device: torch.device | str = "cpu") -> EfficientNetLite0:
    """The network with the weights of a `.pth` file, for evaluation only.

    Raises:
        ValueError: the file holds something else.
    """
    network = EfficientNetLite0()
    try:
        network.load_state_dict(torch.load(path, map_location="cpu", weights_only=True))
    except (OSError, RuntimeError, ValueError) as error:
        raise ValueError(f"{path} does not hold EfficientNet-Lite0: install the package anew ({error}).") from error
    network = network.eval().requires_grad_(False).to(device)
    for layer in network.modules():
        if isinstance(layer, nn.Conv2d):  # channels_last is twice as fast on a CPU
            layer.weight.data = layer.weight.data.contiguous(memory_format=torch.channels_last)
    return network


def folded(network: EfficientNetLite0) -> EfficientNetLite0:
    """Return a copy whose normalisations are part of its convolutions: the same function, in two thirds of the time."""
    found = copy.deepcopy(network)
    for module in (found, *found._blocks):
        convolutions = [layer for layer in module.children() if isinstance(layer, SameConv)]
        norms = [(name, layer) for name, layer in module.named_children() if isinstance(layer, nn.BatchNorm2d)]
        for convolution, (name, norm) in zip(convolutions, norms, strict=True):
            assert norm.running_mean is not None
            assert norm.running_var is not None
            scale = norm.weight / (norm.running_var + norm.eps).sqrt()
            weight = (convolution.weight * scale[:, None, None, None]).contiguous(memory_format=torch.channels_last)
            convolution.weight = nn.Parameter(weight, requires_grad=False)
            convolution.bias = nn.Parameter(norm.bias - norm.running_mean * scale, requires_grad=False)
            setattr(module, name, nn.Identity())
    return found
