"""`convert`: writes a network in another format."""

from pathlib import Path

import click

import gan
from foundation.specs.pictures import NETWORK_ENDINGS, ConvertSpec
from gan.cli.command import command as make
from gan.cli.progress import busy, progress
from gan.export import export_onnx, export_torchscript
from gan.images import load_generator
from gan.io.exports import LAYOUTS, save_as
from gan.io.precision import in_half_precision


@make(ConvertSpec, "convert")
def command(spec: ConvertSpec) -> None:
    """Write the networks of the file in another format, as far as it holds them."""
    by_ending = next(name for name, endings in NETWORK_ENDINGS.items() if spec.output.lower().endswith(endings))
    kind = spec.format or by_ending
    if not spec.output.lower().endswith(NETWORK_ENDINGS[kind]):
        raise ValueError(
            f"{Path(spec.output).name} has the ending of {by_ending}: leave --format={kind} out, or name an output "
            f"that ends in {NETWORK_ENDINGS[kind][0]}."
        )
    if kind == "safetensors" or kind in LAYOUTS:
        with progress("Download (bytes)") as report:
            nets = gan.load(spec.network, progress=report, kernels="off")
        nets = in_half_precision(nets) if spec.force_fp16 else nets
        if kind in LAYOUTS:
            for note in save_as(spec.output, nets, kind):
                click.echo(note, err=True)
        else:
            gan.save(spec.output, nets)
    else:
        with progress("Download (bytes)") as report:
            G = load_generator(spec.network, "cpu", report)
            if spec.force_fp16:
                raise ValueError("--force-fp16 is for networks: exports compute in single precision.")
        with busy("Exporting, and comparing what was exported with the original"):
            (export_torchscript if kind == "torchscript" else export_onnx)(spec.output, G)
    click.echo(f"{spec.output}: {Path(spec.output).stat().st_size / 1e6:.1f} MB")
