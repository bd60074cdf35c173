"""What the generators of all families share: mapping and synthesis, called as one."""

from typing import Any

from torch import Tensor, nn

from .mapping import MappingNetwork, TruncationPsi


class StyleGenerator(nn.Module):
    """Sizes, and the way from latents to pictures. A family's class makes `synthesis`, then `mapping`."""

    synthesis: nn.Module
    mapping: MappingNetwork
    num_ws: int

    def __init__(self, z_dim: int, c_dim: int, w_dim: int, img_resolution: int, img_channels: int) -> None:
        super().__init__()
        self.z_dim = z_dim
        self.c_dim = c_dim
        self.w_dim = w_dim
        self.img_resolution = img_resolution
        self.img_channels = img_channels

    def forward(
        self,
        z: Tensor,
        c: Tensor | None = None,
        truncation_psi: TruncationPsi = 1.0,
        truncation_cutoff: int | None = None,
        update_emas: bool = False,
        **synthesis_kwargs: Any,
    ) -> Tensor:
        """Latents [N, z_dim] and labels [N, c_dim] -> images [N, img_channels, img_resolution, img_resolution].

        The arguments are those of `MappingNetwork.forward` and of the family's `SynthesisNetwork.forward`.
        """
        ws = self.mapping(
            z, c, truncation_psi=truncation_psi, truncation_cutoff=truncation_cutoff, update_emas=update_emas
        )
        img: Tensor = self.synthesis(ws, update_emas=update_emas, **synthesis_kwargs)
        return img
