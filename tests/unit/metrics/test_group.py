"""Several processes give the results of one."""

import functools
import json

import pytest
import torch
import torch.distributed as dist
import torch.multiprocessing as mp

from gan.data import ImageSource
from gan.metrics import evaluate, group
from gan.metrics.detectors import Detectors
from tests.pictures import noise, write_zip
from tests.unit.metrics import stand_ins
from tests.unit.networks.tiny import RES, generator

NAMES = ["fid100_full", "kid100_full", "pr100_3_full", "is100", "ppl2_70_wend", "ppl_70_zfull"]
COUNTS = (3, 2)


@functools.cache
def _detectors(folder):
    """Those of this process: each set starts a process that imports PyTorch."""
    return Detectors([folder / "inception.pt", folder / "vgg.pt"], trusted=True)


def _measured(folder, names=NAMES, cache=None):
    source = ImageSource(folder / "data.zip")
    results = evaluate(
        names, generator(), source, detectors=_detectors(folder), cache=cache, use_cache=cache is not None
    )
    return {name: value for result in results for name, value in result.results.items()}


def _worker(rank, folder):
    """Work in a group of three, and then, but for the last process, in one of two: starting one takes seconds."""
    torch.set_num_threads(1)
    for count in COUNTS:
        if rank < count:
            _work(rank, folder, count)


def _work(rank, folder, count):
    dist.init_process_group("gloo", init_method=f"file://{folder}/meeting{count}", rank=rank, world_size=count)
    try:
        rows = [torch.arange(batch.start, batch.start + batch.count)[:, None] for batch in group.batches(7, 2)]
        gathered = group.gather(rows, 7, 2)[:, 0].tolist()
        cache = folder / f"cache-{count}"
        measured = _measured(folder, cache=cache)
        assert _measured(folder, NAMES[:2], cache) == {name: measured[name] for name in NAMES[:2]}
        (folder / f"result-{count}-{rank}.json").write_text(json.dumps([measured, gathered]))
        dist.barrier()
    finally:
        dist.destroy_process_group()


@pytest.fixture(scope="module")
def measured(tmp_path_factory):
    """The folder with what every process of each group found, and the figures of a single one."""
    folder = tmp_path_factory.mktemp("group")
    write_zip(folder / "data.zip", noise(150, RES))
    stand_ins.write(folder)
    mp.spawn(_worker, (folder,), nprocs=max(COUNTS))
    alone = _measured(folder)
    _detectors.cache_clear()  # which ends their process
    return folder, alone


@pytest.mark.parametrize("count", COUNTS)
def test_processes_share_the_work_and_all_get_the_figures(measured, count):
    """Three are more than there are batches of generated pictures."""
    folder, alone = measured
    for rank in range(count):
        together, gathered = json.loads((folder / f"result-{count}-{rank}.json").read_text())
        assert together == {name: pytest.approx(value, rel=1e-6) for name, value in alone.items()}
        assert gathered == list(range(7))
