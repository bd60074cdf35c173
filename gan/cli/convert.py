"""`convert`: writes a network in another format."""

from pathlib import Path

import click

import gan
from foundation.specs.pictures import NETWORK_ENDINGS, ConvertSpec
from gan.cli.command import command as make
from gan.cli.progress import busy, progress
from gan.export import export_onnx, export_torchscript
from gan.images import load_generator
from gan.io.precision import in_half_precision


@make(ConvertSpec, "convert")
def command(spec: ConvertSpec) -> None:
    """Write every network of the file as safetensors, or the generator alone in another format."""
    by_ending = next(name for name, endings in NETWORK_ENDINGS.items() if spec.output.lower().endswith(endings))
    kind = spec.format or by_ending
    if kind != by_ending:
        raise ValueError(
            f"{Path(spec.output).name} has the ending of {by_ending}: leave --format={kind} out, or name an output "
            f"that ends in {NETWORK_ENDINGS[kind][0]}."
        )
    if kind == "safetensors":
        with progress("Download (bytes)") as report:
            nets = gan.load(spec.network, progress=report)
        gan.save(spec.output, in_half_precision(nets) if spec.force_fp16 else nets)
    else:
        with progress("Download (bytes)") as report:
            G = load_generator(spec.network, "cpu", report)
            if spec.force_fp16:
                raise ValueError("--force-fp16 is for safetensors: exports compute in single precision.")
        with busy("Exporting, and comparing what was exported with the original"):
            (export_torchscript if kind == "torchscript" else export_onnx)(spec.output, G)
    click.echo(f"{spec.output}: {Path(spec.output).stat().st_size / 1e6:.1f} MB")
