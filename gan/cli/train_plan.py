"""Plan of a training: checks everything that a run needs and lists everything that it would use, for `--dry-run`."""

import dataclasses
import json
import os
from pathlib import Path
from typing import Any

import torch

import gan
from foundation.runs import describe_training, next_folder
from foundation.specs.train import TrainSpec
from gan.data import ImageSource
from gan.device import choose_device
from gan.training.errors import TrainingError
from gan.training.run.session import Job
from gan.training.transfer import Fit, check_start


def check(job: Job) -> Fit | None:
    """Check the devices and the network to start from. Returns what fits of it; None without one.

    Raises:
        TrainingError: there are too few GPUs, or too little of the network fits.
        LoadError: the network cannot be read.
    """
    device, gpus = choose_device(job.device), job.config.gpus
    if device.type == "cuda" and gpus > torch.cuda.device_count():
        raise TrainingError(f"This computer has {torch.cuda.device_count()} GPUs: give fewer --gpus.")
    if job.config.resume is None or job.continued:
        return None
    return check_start(job.config, gan.load(job.config.resume, kernels="off"))


def describe(spec: TrainSpec, job: Job, fit: Fit | None) -> str:
    """Return the plan as text: options as JSON, then the folder, the processes and the dataset.

    Raises:
        DatasetError: the dataset cannot be read.
        TrainingError: the output folder cannot be written.
    """
    source = ImageSource(job.data, use_labels=job.cond, xflip=job.mirror)
    if job.subset is not None:
        source = source.subset(job.subset, job.config.seed)
    folder = job.folder or next_folder(Path(spec.outdir), describe_training(dataclasses.asdict(spec)))
    _check_writable(folder)
    config = job.config
    rows = {
        "Output folder": f"{folder}{' (continued)' if job.continued else ''}",
        "Device": choose_device(job.device),
        "Processes": config.gpus,
        "Batch": f"{config.batch} images, {config.batch_gpu} at a time in each process",
        "Length": f"{config.total_kimg} kimg",
        "Dataset": source.path,
        "Images": len(source),
        "Resolution": f"{source.resolution}x{source.resolution}, {source.channels} channels",
        "Labels": f"{source.label_dim} numbers each" if source.label_dim else "not used",
        "Mirrored": "yes" if source.xflip else "no",
        "Start": fit or "new weights" if not job.continued else "saved state",
    }
    width = max(map(len, rows)) + 1
    lines = [f"{name + ':':<{width}} {value}" for name, value in rows.items()]
    return "\n".join(
        ["Training options:", json.dumps(_plain(config), indent=2), "", *lines, "", "Nothing was started."]
    )


def _check_writable(folder: Path) -> None:
    existing = next(place for place in (folder, *folder.absolute().parents) if os.path.exists(place))
    if not os.path.isdir(existing) or not os.access(existing, os.W_OK):
        raise TrainingError(f"{existing} cannot be written: give another --outdir.")


def _plain(value: Any) -> Any:
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return {part.name: _plain(getattr(value, part.name)) for part in dataclasses.fields(value)}
    if isinstance(value, dict):
        return {str(key): _plain(inner) for key, inner in value.items()}
    return value
