"""A user's encoder as the start of fits: a TorchScript file, run in a process of its own like detectors."""

import os
from pathlib import Path

import torch
import torch.nn.functional as F
from torch import Tensor

from foundation.inputs import clean_text
from gan.images import device_of
from gan.metrics.torchscript.script import Script
from gan.networks.generator import StyleGenerator

LARGEST = 256
"""Size in pixels of larger photos, as encoders of networks of faces take them."""


class Encoder:
    """Encoder from photos to w.

    Args:
        path: The TorchScript file. It is a program.
        G: The network that its w are for.
        trusted: True if the user trusts it.

    Raises:
        ValueError: it is missing, not trusted, or no TorchScript file.
    """

    def __init__(self, path: str, G: StyleGenerator, *, trusted: bool) -> None:
        self._name = clean_text(Path(path).name, 60)
        if not trusted:
            raise ValueError(f"The encoder {self._name} is a program: add --trust-encoder if you trust its source.")
        if not os.path.isfile(path):
            raise ValueError(f"There is no encoder {clean_text(path, 100)}: give the path of a TorchScript file.")
        self._G = G
        try:
            self._script = Script(path, device_of(G), trusted=True)
        except ValueError as error:
            raise ValueError(f"The encoder {self._name} cannot be used: give a TorchScript file.") from error

    def __call__(self, photo: Tensor) -> Tensor:
        """Return the ws [num_ws, w_dim] of a photo [C, H, W], values 0..255, which is given as [1, 3, H, W], -1..1.

        Raises:
            ValueError: the program failed, or gave no w of this network.
        """
        image = (photo[None, :3] / 127.5 - 1).expand(-1, 3, -1, -1)
        if max(image.shape[2:]) > LARGEST:
            image = F.interpolate(image, (LARGEST, LARGEST), mode="area")
        try:
            found = self._script.features(image, {}, flat=True)[0]
        except ValueError as error:
            raise ValueError(f"The encoder {self._name} failed on the photo; leave --encoder out.") from error
        G = self._G
        if found.numel() not in (G.w_dim, G.num_ws * G.w_dim) or not bool(torch.isfinite(found).all()):
            raise ValueError(
                f"The encoder {self._name} gave {found.numel()} numbers, but w has {G.w_dim} or {G.num_ws} x "
                f"{G.w_dim}: take one of this network."
            )
        return found.reshape(-1, G.w_dim).expand(G.num_ws, -1)

    def close(self) -> None:
        """End the process."""
        self._script.close()
