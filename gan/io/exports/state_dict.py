"""A generator's parameters and buffers alone, by the names of the published PyTorch networks, as torch.save writes."""

from pathlib import Path

from foundation.files import replacing
from gan.io.exports.parts import main_generator
from gan.io.networks import Networks

_FAMILIES = ("stylegan2.", "stylegan3.")


def save_state_dict(path: Path, nets: Networks) -> tuple[str, ...]:
    """Write the generator. See `save_as`."""
    import torch

    name, G = main_generator(nets)
    class_name = nets.info.architectures[name].class_name
    if not class_name.startswith(_FAMILIES):
        raise ValueError(
            f"A state dict has the published names of StyleGAN2 and StyleGAN3, which {nets.info.family} does not have; "
            "convert to safetensors."
        )
    state = {key: value.detach().cpu().contiguous().clone() for key, value in G.state_dict().items()}
    with replacing(path) as part:
        torch.save(state, part)
    others = [other for other in ("G", "D", "G_ema") if other != name and getattr(nets, other) is not None]
    left = (f"Left out: {' and '.join(others)}, as a state dict holds one network.",) if others else ()
    return (*left, "A state dict does not say how the network is built: programs that read it must know.")
