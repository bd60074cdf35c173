"""Names of options in the forms, in words. The command line's own name stands beside each, faint."""

from collections.abc import Iterable

from foundation.specs.draft import label
from foundation.specs.options import Field

HELD = {
    "ZIP|DIR": "Zip file or folder",
    "FILE|URL|NAME|DIR": "File, address, name or folder",
    "FILE|URL": "File or address",
    "DIR": "Folder",
    "FILE": "File",
    "PATH": "File or folder",
    "NETWORK": "Network file, address or run folder",
    "NAMES": "Names, with commas between",
    "NAME": "Name",
    "TEXT": "Words",
    "SEEDS": "Seeds, as 0,1,4-6",
    "LAYERS": "Layers, as 0-3,5",
    "COLOUR": "Colour, as #ff8000",
}
"""Texts of empty fields, by what stands for their value in the commands' help."""

WORDS = {
    # training
    "cfg": "Kind",
    "data": "Dataset",
    "gpus": "GPUs",
    "batch": "Batch size",
    "gamma": "R1 weight",
    "cond": "By class",
    "mirror": "Mirrored too",
    "aug": "Augmentation",
    "augpipe": "Pipeline",
    "subset": "Pictures used",
    "resume": "Start from",
    "resume_partial": "Partial fit",
    "freezed": "Frozen layers",
    "p": "Probability",
    "target": "ADA target",
    "batch_gpu": "Batch per GPU",
    "cbase": "Capacity",
    "cmax": "Most channels",
    "glr": "Rate of G",
    "dlr": "Rate of D",
    "map_depth": "Mapping layers",
    "zdim": "Size of z",
    "wdim": "Size of w",
    "mbstd_group": "Deviation group",
    "desc": "Note",
    "metrics": "Metrics",
    "detector": "Detector",
    "trust_detector": "Trust detector",
    "metrics_async": "Measure beside",
    "kimg": "Length, kimg",
    "tick": "Log every, kimg",
    "snap": "Snapshot, ticks",
    "seed": "Random seed",
    "fp32": "Full precision",
    "bf16": "Half precision",
    "nobench": "No benchmarks",
    "nhwc": "Channels last",
    "allow_tf32": "TensorFloat-32",
    "workers": "Loading threads",
    "worker_timeout": "Give up after, s",
    "grow": "Progressive",
    "device": "Device",
    "outdir": "Folder for runs",
    # measuring
    "networks": "Networks",
    "verbose": "Show progress",
    "classifiers": "Classifiers",
    "cache": "Keep statistics",
    # Slurm
    "partition": "Partition",
    "time_min": "Time limit, min",
    "cpus": "CPU cores",
    "memory_gb": "Memory, GB",
    "account": "Account",
    "constraint": "Node features",
    "requeue": "Requeue",
    "signal_s": "Save before, s",
    # datasets
    "source": "Pictures",
    "dest": "Save as",
    "classes": "Classes",
    "max_images": "At most",
    "shuffle": "Shuffled",
    "stack_digits": "Stacked digits",
    "crop": "Part",
    "transform": "Crop",
    "resolution": "Size",
    "resize_filter": "Filter",
    "channels": "Colours",
    "folder_classes": "By sub-folder",
    "skip_duplicates": "Near-duplicates",
    "frames_per_second": "Frames a second",
    "partial": "Many left out",
}
"""Labels by field. Fields of the same name mean the same in all forms."""


def in_words(part: Field) -> str:
    """Return the label of a field."""
    return WORDS.get(part.name, label(part).capitalize())


def placeholder(part: Field) -> str:
    """Return the text of an empty field without a default."""
    return HELD.get(part.option.metavar, part.option.metavar)


def worded(sentence: str, parts: Iterable[Field]) -> str:
    """Return a sentence about an option with the option's name in words: as "Dataset must be given."."""
    for part in parts:
        name = f"{label(part)} "
        if sentence.startswith(name):
            return f"{in_words(part)} {sentence.removeprefix(name)}"
    return sentence
