"""Published command lines beside ours, for docs/command-line.md, and the defaults and values that deviate.

Facts about the published tools alone; nothing of them is imported or copied.
"""

from dataclasses import dataclass

import click

from gan.cli.main import main as gan_main


@dataclass(frozen=True)
class Published:
    """One published command."""

    tool: str
    command: tuple[str, ...]
    """Ours."""
    options: str
    """Its options, without dashes."""


COMMANDS = (
    Published("gen_images.py", ("images",), "network seeds trunc class noise-mode translate rotate outdir"),
    Published("generate.py (ADA)", ("images",), "network seeds trunc class noise-mode projected-w outdir"),
    Published("projector.py (ADA)", ("project",), "network target num-steps seed save-video outdir"),
    Published("gen_video.py", ("video",), "network seeds shuffle-seed grid num-keyframes w-frames trunc output"),
    Published("style_mixing.py", ("style-mixing",), "network rows cols styles trunc noise-mode outdir"),
    Published(
        "train.py (StyleGAN3)",
        ("train",),
        "outdir cfg data gpus batch gamma cond mirror aug resume freezed p target batch-gpu cbase cmax glr dlr "
        "map-depth mbstd-group desc metrics kimg tick snap seed fp32 nobench workers dry-run",
    ),
    Published(
        "train.py (ADA)",
        ("train",),
        "outdir gpus snap metrics seed dry-run data cond subset mirror cfg gamma kimg batch aug p target augpipe "
        "resume freezed fp32 nhwc nobench allow-tf32 workers",
    ),
    Published("calc_metrics.py", ("metrics",), "network metrics data mirror gpus verbose"),
    Published("dataset_tool.py (StyleGAN3)", ("dataset",), "source dest max-images transform resolution"),
    Published("dataset_tool.py (ADA)", ("dataset",), "source dest max-images resize-filter transform width height"),
    Published("legacy.py", ("convert",), "source dest force-fp16"),
    Published("avg_spectra.py stats", ("spectra", "stats"), "source num seed"),
    Published("avg_spectra.py calc", ("spectra", "calc"), "source dest mean std num seed beta interp"),
    Published("avg_spectra.py heatmap", ("spectra", "heatmap"), "save dpi smooth"),
    Published("avg_spectra.py slices", ("spectra", "slices"), "save dpi smooth"),
    Published("dataset_tool.py display", ("dataset", "display"), ""),
    Published("dataset_tool.py extract", ("dataset", "extract"), ""),
    Published("dataset_tool.py compare", ("dataset", "compare"), "ignore-labels"),
    Published("dataset_tool.py create_mnist", ("dataset", "create-mnist"), ""),
    Published("dataset_tool.py create_mnistrgb", ("dataset", "create-mnistrgb"), "num-images"),
    Published("dataset_tool.py create_cifar10", ("dataset", "create-cifar10"), ""),
    Published("dataset_tool.py create_cifar100", ("dataset", "create-cifar100"), ""),
    Published("dataset_tool.py create_svhn", ("dataset", "create-svhn"), ""),
    Published("dataset_tool.py create_lsun", ("dataset", "create-lsun"), "resolution max-images"),
    Published("dataset_tool.py create_lsun_wide", ("dataset", "create-lsun-wide"), "width height max-images"),
    Published("dataset_tool.py create_celeba", ("dataset", "create-celeba"), "cx cy"),
    Published("dataset_tool.py create_from_images", ("dataset", "create-from-images"), "shuffle"),
    Published("dataset_tool.py create_from_hdf5", ("dataset", "create-from-hdf5"), "shuffle"),
)
"""Published commands and their options."""


DEFAULTS: dict[str, dict[str, object]] = {
    "gen_images.py": {"trunc": 1, "noise-mode": "const", "translate": "0,0", "rotate": 0, "class": None},
    "generate.py (ADA)": {"trunc": 1, "noise-mode": "const", "class": None},
    "projector.py (ADA)": {"num-steps": 1000, "seed": 303, "save-video": 1},
    "gen_video.py": {"trunc": 1, "w-frames": 120, "grid": "1,1", "shuffle-seed": None, "num-keyframes": None},
    "style_mixing.py": {"trunc": 1, "noise-mode": "const", "styles": "0,1,2,3,4,5,6"},
    "train.py (StyleGAN3)": {
        "cond": 0,
        "mirror": 0,
        "aug": "ada",
        "resume": None,
        "freezed": 0,
        "p": 0.2,
        "target": 0.6,
        "batch-gpu": None,
        "cbase": None,
        "cmax": 512,
        "glr": None,
        "dlr": None,
        "map-depth": None,
        "mbstd-group": None,
        "desc": None,
        "metrics": "fid50k_full",
        "kimg": None,
        "tick": 4,
        "snap": 50,
        "seed": 0,
        "fp32": 0,
        "nobench": 0,
        "workers": 3,
    },
    "train.py (ADA)": {
        "gpus": 1,
        "snap": 50,
        "metrics": "fid50k_full",
        "seed": 0,
        "cond": 0,
        "subset": None,
        "mirror": 0,
        "cfg": "auto",
        "gamma": None,
        "kimg": None,
        "batch": None,
        "aug": "ada",
        "augpipe": "bgc",
        "freezed": 0,
        "resume": None,
        "fp32": 0,
        "nhwc": 0,
        "nobench": 0,
        "allow-tf32": 0,
        "workers": 3,
    },
    "calc_metrics.py": {"metrics": "fid50k_full", "data": None, "mirror": None, "gpus": 1, "verbose": 1},
    "dataset_tool.py (StyleGAN3)": {"max-images": None, "transform": None, "resolution": None},
    "dataset_tool.py (ADA)": {"max-images": None, "resize-filter": "lanczos", "transform": None},
    "legacy.py": {"force-fp16": 0},
    "avg_spectra.py stats": {"num": None, "seed": 0},
    "avg_spectra.py calc": {"num": None, "seed": 0, "beta": 8, "interp": 4},
    "avg_spectra.py heatmap": {"save": None, "dpi": 100, "smooth": 1.25},
    "avg_spectra.py slices": {"save": None, "dpi": 100, "smooth": 0},
    "dataset_tool.py compare": {"ignore-labels": 0},
    "dataset_tool.py create_mnistrgb": {"num-images": 1_000_000},
    "dataset_tool.py create_lsun": {"resolution": 256, "max-images": None},
    "dataset_tool.py create_lsun_wide": {"width": 512, "height": 384, "max-images": None},
    "dataset_tool.py create_celeba": {"cx": 89, "cy": 121},
    "dataset_tool.py create_from_images": {"shuffle": 1},
    "dataset_tool.py create_from_hdf5": {"shuffle": 1},
}
"""Published defaults, by tool and option. None: not given, or as the configuration says."""

_METRICS = "`auto`: fid50k_full where its feature network is at hand, else kid10k_lite0_full, named as what it is"
OTHER_DEFAULTS = {
    ("train.py (StyleGAN3)", "metrics"): _METRICS,
    ("train.py (ADA)", "metrics"): _METRICS,
    ("train.py (ADA)", "cfg"): "to be given, as in StyleGAN3; `--cfg=auto` is the published one",
    ("calc_metrics.py", "metrics"): _METRICS,
    ("projector.py (ADA)", "num-steps"): "by `--time`: 1000 for `best`, its default",
}
"""Defaults that are others here, and why."""

VALUES = {
    ("gen_images.py", "noise-mode"): "const random none",
    ("style_mixing.py", "noise-mode"): "const random none",
    ("train.py (StyleGAN3)", "cfg"): "stylegan2 stylegan3-t stylegan3-r",
    ("train.py (StyleGAN3)", "aug"): "noaug ada fixed",
    ("train.py (ADA)", "cfg"): "auto stylegan2 paper256 paper512 paper1024 cifar",
    ("train.py (ADA)", "aug"): "noaug ada fixed",
    ("train.py (ADA)", "augpipe"): "blit geom color filter noise cutout bg bgc bgcf bgcfn bgcfnc",
    ("dataset_tool.py (StyleGAN3)", "transform"): "center-crop center-crop-wide",
    ("dataset_tool.py (ADA)", "transform"): "center-crop center-crop-wide",
    ("dataset_tool.py (ADA)", "resize-filter"): "box lanczos",
}
"""Published values of options that take one of a list."""
OTHER_VALUES = {
    ("train.py (ADA)", "cfg", "stylegan2"): "`--cfg=ada-stylegan2`; plain `stylegan2` is StyleGAN3's configuration",
}
"""Values that mean something else here, and why."""


def command_of(command: tuple[str, ...]) -> click.Command:
    """Return one of our commands."""
    found: click.Command = gan_main
    context = click.Context(gan_main)
    for name in command:
        assert isinstance(found, click.Group)
        inner = found.get_command(context, name)
        assert inner is not None, f"there is no command {' '.join(command)}"
        found = inner
    itself: click.Command = getattr(found, "_itself", found)
    return itself


def options_of(command: tuple[str, ...]) -> set[str]:
    """Return the options of one of our commands, with dashes."""
    return {word for part in command_of(command).params for word in part.opts}


def parameter(one: Published, option: str) -> click.Parameter:
    """Return our parameter for a published option that has the same name."""
    return next(part for part in command_of(one.command).params if f"--{option}" in part.opts)


def default_of(one: Published, option: str) -> object:
    """Return our default of a published option; None if it has none."""
    part = parameter(one, option)
    value = None if part.required else part.get_default(click.Context(command_of(one.command)), call=False)
    return None if value == () else value


def same_default(ours: object, published: object) -> bool:
    """Return True for equal defaults, however they are written: 0,0 for 0.0,0.0, 1 for True."""
    if isinstance(ours, str) and isinstance(published, str):
        left, right = ours.split(","), published.split(",")
        return len(left) == len(right) and all(_same_text(a, b) for a, b in zip(left, right, strict=True))
    return ours == published


def _same_text(left: str, right: str) -> bool:
    try:
        return float(left) == float(right)
    except ValueError:
        return left == right


def missing(one: Published) -> list[str]:
    """Return the published options that our command lacks, with dashes."""
    ours = options_of(one.command)
    return [f"--{name}" for name in one.options.split() if f"--{name}" not in ours]


def table() -> str:
    """Return the Markdown tables of the published commands, and of what deviates."""
    rows = ["| published | here, with its options |", "|---|---|"]
    rows += [f"| `{one.tool}` | `{' '.join(one.command)}` |" for one in COMMANDS]
    rows += ["", "| published | default or value | here |", "|---|---|---|"]
    for (tool, option), reason in OTHER_DEFAULTS.items():
        rows.append(f"| `{tool}` | `--{option}={DEFAULTS[tool][option]}` | {reason} |")
    for (tool, option, value), reason in OTHER_VALUES.items():
        rows.append(f"| `{tool}` | `--{option}={value}` | {reason} |")
    return "\n".join(rows)
