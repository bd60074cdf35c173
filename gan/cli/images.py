"""`images`: renders seeds, or latents from a file."""

from pathlib import Path

from foundation.pictures import save_picture, suffix_of
from foundation.specs.click_options import describe
from foundation.specs.pictures import ImagesSpec
from gan.cli.command import command as make
from gan.cli.opening import chosen_label, directions_of, open_generator, render_options_of
from gan.cli.progress import progress
from gan.edits.directions import apply
from gan.images import device_of, render, styles
from gan.io.latents import load_latents


@make(ImagesSpec, "images", json_progress=True)
def command(spec: ImagesSpec) -> None:
    """Write each seed as `seed0000.png`, each latent of a file as `proj00.png`."""
    import torch

    if bool(spec.seeds) == (spec.projected_w is not None):
        raise ValueError("Give either --seeds or --projected-w.")
    G = open_generator(spec)
    options = render_options_of(G, spec, spec.noise_mode)
    directions = directions_of(G, spec.directions)
    if spec.projected_w is not None:
        ws = torch.from_numpy(load_latents(spec.projected_w, G.num_ws, G.w_dim)).to(device_of(G))
        names = [f"proj{i:02d}" for i in range(len(ws))]
    else:
        ws = styles(G, spec.seeds, psi=spec.trunc, label=chosen_label(spec), cutoff=spec.trunc_cutoff)
        names = [f"seed{seed:04d}" for seed in spec.seeds]
    ws = apply(ws, directions)
    text = {"Software": "StyleScope", "Comment": describe(spec, "images")}
    with progress("Pictures") as report:
        for i, name in enumerate(names):
            image = render(G, ws[i], options, spec.seeds[i] if spec.seeds else i)
            save_picture(Path(spec.outdir, f"{name}{suffix_of(spec.format)}"), image, text)
            report(i + 1, len(names))
