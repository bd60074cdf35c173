"""Export of a generator to other programs, as TorchScript and ONNX.

The exported network takes one latent at a time and uses constant noise, in float32:

    z [1, z_dim], c [1, c_dim] (conditional networks only), psi [] (those with a mean of w only) -> img [1, C, H, W]

Every export is loaded and compared with the network at another latent before the file gets its final name.
"""

import importlib.util
import logging
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import torch
from torch import Tensor, nn

from foundation.files import replacing
from foundation.seeds import seed_z
from gan.networks.protocol import Generator

TOLERANCE = 1e-3
"""Tolerance of an exported image, about -1..1; other programs sum in another order."""


def export_torchscript(path: str | Path, G: Generator) -> None:
    """Write a generator as TorchScript, which `torch.jit.load` and C++ read.

    Args:
        path: The file; an older one is replaced.
        G: A generator on the CPU.

    Raises:
        ValueError: the exported network does not compute what G does.
        OSError: the file cannot be written.
    """
    whole = _Whole(G)
    with replacing(Path(path)) as part, torch.no_grad(), _quiet():
        traced = torch.jit.trace(whole, whole.inputs(0, 1.0), check_trace=False)  # type: ignore[no-untyped-call]
        traced.save(str(part))
        back = torch.jit.load(str(part))  # type: ignore[no-untyped-call]
        _compare(whole, lambda *inputs: back(*inputs))


def export_onnx(path: str | Path, G: Generator) -> None:
    """Write a generator as ONNX, with inputs named `z`, `c`, `psi` and the output `img`.

    Args:
        path: The file; an older one is replaced.
        G: A generator on the CPU.

    Raises:
        ValueError: packages are missing, or the exported network does not compute what G does.
        OSError: the file cannot be written.
    """
    missing = [name for name in ("onnx", "onnxscript", "onnxruntime") if importlib.util.find_spec(name) is None]
    if missing:
        raise ValueError(f"ONNX needs {', '.join(missing)}, not installed here: pip install 'stylescope[export]'")
    import onnxruntime

    whole = _Whole(G)
    with replacing(Path(path)) as part, torch.no_grad(), _quiet():
        program = torch.onnx.export(
            whole,
            whole.inputs(0, 1.0),
            input_names=whole.names,
            output_names=["img"],
            dynamo=True,
            verbose=False,
        )
        assert program is not None
        part.write_bytes(program.model_proto.SerializeToString())
        session = onnxruntime.InferenceSession(str(part), providers=["CPUExecutionProvider"])

        def run(*inputs: Tensor) -> Tensor:
            fed = {name: value.numpy() for name, value in zip(whole.names, inputs, strict=True)}
            return torch.from_numpy(np.asarray(session.run(["img"], fed)[0]))

        _compare(whole, run)


class _Whole(nn.Module):
    """Generator as one function of tensors."""

    def __init__(self, G: Generator) -> None:
        super().__init__()
        self.G = G
        self._has_label = G.c_dim > 0
        self._has_mean = G.mapping.mean is not None

    @property
    def names(self) -> list[str]:
        return ["z", *(["c"] if self._has_label else []), *(["psi"] if self._has_mean else [])]

    def inputs(self, seed: int, psi: float) -> tuple[Tensor, ...]:
        """Return the inputs for a seed, with class seed modulo c_dim."""
        G = self.G
        inputs = [torch.from_numpy(seed_z(seed, G.z_dim))[None].float()]
        if self._has_label:
            inputs.append(torch.eye(G.c_dim)[seed % G.c_dim][None])
        if self._has_mean:
            inputs.append(torch.tensor(psi))
        return tuple(inputs)

    def forward(self, z: Tensor, *more: Tensor) -> Tensor:
        c = more[0] if self._has_label else None
        psi = more[-1] if self._has_mean else 1.0
        return self.G(z, c, truncation_psi=psi, noise_mode="const", force_fp32=True)


def _compare(whole: _Whole, exported: Callable[..., Tensor]) -> None:
    inputs = whole.inputs(1, 0.7)
    apart = float((exported(*inputs) - whole(*inputs)).abs().max())
    if not apart <= TOLERANCE:
        raise ValueError(f"The exported network's picture is {apart:.2g} away from the original's, so it was not kept.")


@contextmanager
def _quiet() -> Iterator[None]:
    """Silence the exporters' warnings about deprecation, optional packages and shapes, which are fixed here."""
    logger = logging.getLogger("torch.onnx")
    level = logger.level
    logger.setLevel(logging.ERROR)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            yield
    finally:
        logger.setLevel(level)
