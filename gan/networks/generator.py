"""Generators of every family: sizes, and mapping and synthesis called as one."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, ClassVar, Unpack

from torch import Tensor, nn

from .mapping import MappingNetwork
from .protocol import SynthesisOptions, TruncationPsi
from .synthesis import StyleSynthesis


class StyleGenerator(nn.Module):
    """Base of the generators. A family names its synthesis network and its mapping network's defaults.

    Args:
        z_dim: Size of the latent z.
        c_dim: Size of the label; 0 for none.
        w_dim: Size of w.
        img_resolution: Width and height of the image, a power of two (see `stylegan2.SynthesisNetwork.init_res`).
        img_channels: Colour channels.
        mapping_kwargs: More arguments of `MappingNetwork`.
        synthesis_kwargs: More arguments of the family's `SynthesisNetwork`.
    """

    synthesis_class: ClassVar[type[StyleSynthesis]]

    def __init__(
        self,
        z_dim: int,
        c_dim: int,
        w_dim: int,
        img_resolution: int,
        img_channels: int,
        mapping_kwargs: Mapping[str, Any] | None = None,
        **synthesis_kwargs: Any,
    ) -> None:
        super().__init__()
        self.z_dim = z_dim
        self.c_dim = c_dim
        self.w_dim = w_dim
        self.img_resolution = img_resolution
        self.img_channels = img_channels
        self.synthesis = self.synthesis_class(w_dim, img_resolution, img_channels, **synthesis_kwargs)
        self.num_ws = self.synthesis.num_ws
        options = self.mapping_options(mapping_kwargs or {})
        self.mapping = MappingNetwork(z_dim, c_dim, w_dim, num_ws=self.num_ws, **options)

    @property
    def img_size(self) -> tuple[int, int]:
        """Height and width of the images."""
        return self.synthesis.img_size

    def mapping_options(self, given: Mapping[str, Any]) -> dict[str, Any]:
        """Arguments of the mapping network: those given, and the family's defaults."""
        return dict(given)

    def forward(
        self,
        z: Tensor | None,
        c: Tensor | None = None,
        truncation_psi: TruncationPsi = 1.0,
        truncation_cutoff: int | None = None,
        update_emas: bool = False,
        **options: Unpack[SynthesisOptions],
    ) -> Tensor:
        """Latents [N, z_dim] and labels [N, c_dim] -> images [N, img_channels, *img_size].

        The arguments are those of `MappingNetwork.forward` and of `StyleSynthesis.forward`.
        """
        ws = self.mapping(
            z, c, truncation_psi=truncation_psi, truncation_cutoff=truncation_cutoff, update_emas=update_emas
        )
        return self.synthesis(ws, update_emas=update_emas, **options)

    if TYPE_CHECKING:
        __call__ = forward
