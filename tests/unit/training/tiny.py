"""Training runs small enough for every test."""

import dataclasses
import json
import zipfile
from io import BytesIO

import numpy as np
import torch
from PIL import Image

from gan.cli.train_config import train_config
from gan.data import ImageSource
from gan.training.group import Group
from gan.training.trainer import Trainer
from training_launcher.specs.train import TrainSpec

CPU = torch.device("cpu")

OPTIONS = {
    "cfg": "stylegan2",
    "gpus": 1,
    "batch": 4,
    "gamma": 1.0,
    "cbase": 32,
    "cmax": 4,
    "zdim": 4,
    "wdim": 4,
    "map_depth": 1,
    "mbstd_group": 2,
    "workers": 2,
    "metrics": (),
    "device": "cpu",
}


def dataset(path, count=12, size=8, channels=3, classes=0, seed=0):
    """A zip file of random images in the official format."""
    random = np.random.RandomState(seed)
    names = [f"00000/img{i:08d}.png" for i in range(count)]
    with zipfile.ZipFile(path, "w") as archive:
        for name in names:
            shape = (size, size) if channels == 1 else (size, size, channels)
            picture = BytesIO()
            Image.fromarray(random.randint(0, 256, shape).astype(np.uint8)).save(picture, "PNG")
            archive.writestr(name, picture.getvalue())
        if classes:
            labels = [[name, i % classes] for i, name in enumerate(names)]
            archive.writestr("dataset.json", json.dumps({"labels": labels}))
    return path


def spec(data, **changes):
    return TrainSpec(**{"outdir": "", "data": str(data), **OPTIONS, **changes})


def config(source, **changes):
    return train_config(spec(source.path, **changes), source.resolution, source.channels, source.label_dim)


def trainer(path, state=None, cond=False, grow_kimg=None, **changes):
    source = ImageSource(path, use_labels=cond)
    made = config(source, grow=grow_kimg is not None, **changes)
    return Trainer(dataclasses.replace(made, grow_kimg=grow_kimg), source, Group(), CPU, state)


def weights(trained):
    return {
        f"{name}.{key}": value.clone()
        for name in ("G", "D", "G_ema")
        for key, value in getattr(trained, name).state_dict().items()
    }


def assert_same(actual, wanted):
    assert actual.keys() == wanted.keys()
    different = [name for name in wanted if not torch.equal(actual[name], wanted[name])]
    assert not different
