"""Several processes give the results of one."""

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


def _measured(folder, names=NAMES, cache=None):
    source = ImageSource(folder / "data.zip")
    files = [folder / "inception.pt", folder / "vgg.pt"]
    results = evaluate(
        names, generator(), source, detectors=Detectors(files, trusted=True), cache=cache, use_cache=cache is not None
    )
    return {name: value for result in results for name, value in result.results.items()}


def _worker(rank, folder, count):
    torch.set_num_threads(1)
    dist.init_process_group("gloo", init_method=f"file://{folder}/meeting{count}", rank=rank, world_size=count)
    try:
        rows = [torch.arange(batch.start, batch.start + batch.count)[:, None] for batch in group.batches(7, 2)]
        gathered = group.gather(rows, 7, 2)[:, 0].tolist()
        measured = _measured(folder, cache=folder / "cache")
        assert _measured(folder, NAMES[:2], folder / "cache") == {name: measured[name] for name in NAMES[:2]}
        (folder / f"result-{count}-{rank}.json").write_text(json.dumps([measured, gathered]))
        dist.barrier()
    finally:
        dist.destroy_process_group()


@pytest.mark.parametrize("count", [2, 3])
def test_processes_share_the_work_and_all_get_the_figures(tmp_path, count):
    """Three are more than there are batches of generated pictures."""
    write_zip(tmp_path / "data.zip", noise(150, RES))
    stand_ins.write(tmp_path)
    alone = _measured(tmp_path)
    mp.spawn(_worker, (tmp_path, count), nprocs=count)
    for rank in range(count):
        together, gathered = json.loads((tmp_path / f"result-{count}-{rank}.json").read_text())
        assert together == {name: pytest.approx(value, rel=1e-6) for name, value in alone.items()}
        assert gathered == list(range(7))
