"""The mapping network f: Z -> W of StyleGAN (arXiv 1812.04948, section 2), for every generator and conditional D."""

import math
from itertools import pairwise
from typing import TYPE_CHECKING

import torch
from torch import Tensor, nn

from .layers import FullyConnectedLayer, normalize_2nd_moment
from .protocol import TruncationPsi


class MappingNetwork(nn.Module):
    """Dense layers from a latent and a label to w, with the running mean of w for the truncation trick.

    The submodules are `embed` (only if c_dim > 0), `fc0`, `fc1`, ...; the buffer `w_avg` [w_dim] exists only with a
    `w_avg_beta`.

    Args:
        z_dim: Size of the latent; 0 for a network of the label only.
        c_dim: Size of the label; 0 for none.
        w_dim: Size of w.
        num_ws: How many copies of w to return; None returns [N, w_dim] without copies.
        num_layers: Number of dense layers.
        embed_features: Size of the embedded label; None for w_dim.
        layer_features: Size of the hidden layers; None for w_dim.
        activation: Activation of every dense layer.
        lr_multiplier: Learning rate relative to the synthesis network.
        w_avg_beta: Decay of the running mean of w per update; None keeps no mean, so cannot truncate.
        gain: None scales the output of each layer by the activation's gain; a number scales its weight instead.
        equalized: See `FullyConnectedLayer`.
        normalize: True if the inputs are scaled to unit mean square.
        joint_labels: The label is embedded into z_dim numbers by a bare matrix, and normalised together with the
            latent instead of by itself: what the TensorFlow releases of StyleGAN1 and StyleGAN2 do.
    """

    w_avg: Tensor

    def __init__(
        self,
        z_dim: int,
        c_dim: int,
        w_dim: int,
        num_ws: int | None,
        num_layers: int = 8,
        embed_features: int | None = None,
        layer_features: int | None = None,
        activation: str = "lrelu",
        lr_multiplier: float = 0.01,
        w_avg_beta: float | None = 0.998,
        gain: float | None = None,
        equalized: bool = True,
        normalize: bool = True,
        joint_labels: bool = False,
    ) -> None:
        super().__init__()
        if z_dim == 0 and c_dim == 0:
            raise ValueError("A mapping network needs a latent or a label: z_dim and c_dim are both 0.")
        self.z_dim = z_dim
        self.c_dim = c_dim
        self.w_dim = w_dim
        self.num_ws = num_ws
        self.num_layers = num_layers
        self.w_avg_beta = w_avg_beta
        self.normalize = normalize
        self.joint_labels = joint_labels
        embedded = 0
        if c_dim > 0 and joint_labels:
            embedded = z_dim
            # Entries of N(0, 1), used as they are.
            self.embed = FullyConnectedLayer(c_dim, z_dim, bias=False, equalized=False, weight_init=math.sqrt(c_dim))
        elif c_dim > 0:
            embedded = w_dim if embed_features is None else embed_features
            self.embed = FullyConnectedLayer(c_dim, embedded)
        hidden = w_dim if layer_features is None else layer_features
        if num_layers < 1 and (num_layers < 0 or z_dim + embedded != w_dim):
            raise ValueError(
                "A mapping network has at least one layer, unless its input has the size of w; "
                f"num_layers is {num_layers}."
            )
        sizes = [z_dim + embedded, *[hidden] * (num_layers - 1), w_dim]
        for i, (inputs, outputs) in enumerate(pairwise(sizes[: num_layers + 1])):
            layer = FullyConnectedLayer(
                inputs, outputs, activation=activation, lr_multiplier=lr_multiplier, gain=gain, equalized=equalized
            )
            setattr(self, f"fc{i}", layer)
        if w_avg_beta is not None:
            self.register_buffer("w_avg", torch.zeros(w_dim))

    def forward(
        self,
        z: Tensor | None,
        c: Tensor | None = None,
        truncation_psi: TruncationPsi = 1.0,
        truncation_cutoff: int | None = None,
        update_emas: bool = False,
    ) -> Tensor:
        """Map latents to w.

        Truncation: w' = w_avg + psi (w - w_avg) (StyleGAN, appendix B; 1812.04948).

        Args:
            z: Latents [N, z_dim]; None only where z_dim is 0.
            c: Labels [N, c_dim]; not read where c_dim is 0.
            truncation_psi: 1 for no truncation, 0 for the mean; or one value for each of the `num_ws` vectors.
            truncation_cutoff: Only the first so many vectors are truncated; None for all.
            update_emas: Also move `w_avg` towards the mean of this batch (training only). Changes the network.

        Returns:
            w [N, num_ws, w_dim], float32, or [N, w_dim] where num_ws is None.

        Raises:
            ValueError: an input is missing or has the wrong shape, or truncation is asked for without `w_avg`.
        """
        x = self._inputs(z, c)
        for i in range(self.num_layers):
            x = getattr(self, f"fc{i}")(x)
        if update_emas and self.w_avg_beta is not None:
            self._move_w_avg(x)
        if self.num_ws is None:
            return self._truncate(x, truncation_psi, None)
        ws = x.unsqueeze(1).expand(-1, self.num_ws, -1)
        return self._truncate(ws, truncation_psi, truncation_cutoff)

    if TYPE_CHECKING:
        __call__ = forward

    @property
    def mean(self) -> Tensor | None:
        """Running mean of w [w_dim]; None where the network has none."""
        return None if self.w_avg_beta is None else self.w_avg

    @property
    def class_means(self) -> Tensor | None:
        """Running mean of w of each class [classes, w_dim]; None where the network has one for all."""
        return None

    def _inputs(self, z: Tensor | None, c: Tensor | None) -> Tensor:
        parts = []
        if self.z_dim > 0:
            parts.append(checked_vector(z, "z", self.z_dim).to(torch.float32))
        if self.c_dim > 0:
            parts.append(self.embed(checked_vector(c, "c", self.c_dim).to(torch.float32)))
        if self.normalize and not self.joint_labels:
            parts = [normalize_2nd_moment(part) for part in parts]
        if len(parts) == 2 and parts[0].shape[0] != parts[1].shape[0]:
            raise ValueError(
                f"z holds {parts[0].shape[0]} samples and c {parts[1].shape[0]}; give one label per latent."
            )
        x = torch.cat(parts, dim=1)
        return normalize_2nd_moment(x) if self.normalize and self.joint_labels else x

    @torch.no_grad()
    def _move_w_avg(self, w: Tensor) -> None:
        assert self.w_avg_beta is not None
        self.w_avg.copy_(w.detach().mean(dim=0).lerp(self.w_avg, self.w_avg_beta))

    def _truncate(self, ws: Tensor, psi: TruncationPsi, cutoff: int | None, mean: Tensor | None = None) -> Tensor:
        if isinstance(psi, (int, float)) and psi == 1:
            return ws
        if self.w_avg_beta is None:
            raise ValueError("This network keeps no mean of w, so it cannot truncate; use truncation_psi=1.")
        weight = torch.as_tensor(psi, dtype=ws.dtype, device=ws.device)
        if weight.ndim > 0:
            if self.num_ws is None or tuple(weight.shape) != (self.num_ws,):
                raise ValueError(
                    f"truncation_psi has the shape {tuple(weight.shape)}; give one number, or a list of {self.num_ws}."
                )
            weight = weight.unsqueeze(-1)
        if self.num_ws is not None and cutoff is not None:
            index = torch.arange(self.num_ws, device=ws.device).unsqueeze(-1)
            weight = torch.where(index < cutoff, weight, torch.ones_like(weight))
        # lerp and not w_avg + psi (w - w_avg): it returns its end points exactly, so psi 1 leaves a vector as it is
        return torch.lerp((self.w_avg if mean is None else mean).to(ws.dtype), ws, weight)


def checked_vector(x: Tensor | None, name: str, size: int) -> Tensor:
    """`x` if it is [N, size]; ValueError, which calls it `name`, where it is missing or of another shape."""
    if x is None:
        raise ValueError(f"This network needs {name} of the shape [N, {size}]; none was given.")
    if x.ndim != 2 or x.shape[1] != size:
        raise ValueError(f"{name} has the shape {tuple(x.shape)}; this network needs [N, {size}].")
    return x
