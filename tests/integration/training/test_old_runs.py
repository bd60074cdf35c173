"""Run folders written before open: their `run.yaml` gives the same options, to the last one."""

import yaml

from foundation.specs.options import fields
from foundation.specs.train import TrainSpec
from tests.fixtures_path import ROOT
from tests.integration.training import commands
from tests.unit.training.tiny import dataset

RECORDED = next((ROOT / "assets" / "recorded-runs").glob("00000-*")) / "run.yaml"


def test_a_recorded_run_is_trained_with_the_options_that_it_names(tmp_path):
    data = dataset(tmp_path / "images.zip", size=32)
    old = yaml.safe_load(RECORDED.read_text())
    # Without options of later versions, which then have their defaults.
    old["spec"] = {name: value for name, value in old["spec"].items() if name not in ("metrics_async", "seed")}
    old["spec"] |= {"data": str(data), "kimg": 0}
    (tmp_path / "00000-run").mkdir()
    (tmp_path / "00000-run" / "run.yaml").write_text(yaml.safe_dump(old))
    returncode, output = commands.here(commands.resume(tmp_path / "00000-run"))
    assert returncode == 0, output
    assert commands.status(tmp_path / "00000-run")["state"] == "finished"
    assert "Training 0.62 million parameters" in output
    now = yaml.safe_load((tmp_path / "00000-run" / "run.yaml").read_text())
    later = {part.name: part.default for part in fields(TrainSpec) if part.name not in old["spec"]}
    plain = {name: list(value) if isinstance(value, tuple) else value for name, value in later.items()}
    assert now == {"kind": "train", "spec": {**plain, **old["spec"]}}
