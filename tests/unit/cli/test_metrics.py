"""`python -m gan metrics` and `metrics train-classifiers`, from the command line to the files."""

import json

import numpy as np
import pytest
from click.testing import CliRunner

from gan.cli.main import main
from gan.training.run import folder as run_folder
from tests.fixtures_path import ROOT
from tests.pictures import noise, write_zip
from tests.unit.metrics import stand_ins
from tests.unit.renderer.tiny import save

DEMO = ROOT / "assets" / "demo.safetensors"


@pytest.fixture(autouse=True)
def _own_cache(tmp_path, monkeypatch):
    monkeypatch.setenv("STYLESCOPE_CACHE_DIR", str(tmp_path / "cache"))


@pytest.fixture
def data(tmp_path):
    return write_zip(tmp_path / "data.zip", noise(20, 32), [i % 3 for i in range(20)])


def invoke(*arguments):
    return CliRunner().invoke(main, ["metrics", "--device=cpu", *map(str, arguments)])


def lines(output):
    return [json.loads(line) for line in output.splitlines() if line.startswith("{")]


def test_the_demo_network_is_measured(data):
    done = invoke(f"--network={DEMO}", f"--data={data}", "--metrics=kid12_lite0_full,plen4_lite0_wend", "--mirror=1")
    assert done.exit_code == 0, done.output
    kid, plen = lines(done.stdout)
    assert (kid["metric"], kid["samples"], kid["detector"]) == ("kid12_lite0_full", 12, "efficientnet-lite0")
    assert (kid["snapshot_pkl"], kid["num_gpus"], len(kid["sha256"])) == ("demo.safetensors", 1, 64)
    assert kid["results"]["kid12_lite0_full"] > 0
    assert plen["results"]["plen4_lite0_wend"] > 0
    again = invoke(f"--network={DEMO}", f"--data={data}", "--metrics=kid12_lite0_full", "--verbose=0")
    assert lines(again.stdout)[0]["results"] == kid["results"]
    assert "real pictures" in done.stderr
    assert "pictures" not in again.stderr


def test_a_run_folder_gives_the_dataset_and_takes_the_results(tmp_path, data):
    folder = tmp_path / "00001-run"
    folder.mkdir()
    save(folder, "cond")
    (folder / "cond.safetensors").rename(folder / "network-snapshot-000008.safetensors")
    run_folder.write_spec(folder, {"data": str(data), "mirror": True})
    files = ["--trust-detector", *(f"--detector={file}" for file in stand_ins.write(tmp_path))]
    done = invoke(f"--network={folder}", "--metrics=fid50,is20", *files)
    assert done.exit_code == 0, done.output
    for name in ("fid50", "is20"):
        kept = lines((folder / f"metric-{name}.jsonl").read_text())
        assert kept == [line for line in lines(done.stdout) if line["metric"] == name]
        assert kept[0]["snapshot_pkl"] == "network-snapshot-000008.safetensors"
        assert kept[0]["detector"] == "inception.pt"
    invoke(f"--network={folder}", "--metrics=is20", *files)
    assert len((folder / "metric-is20.jsonl").read_text().splitlines()) == 2


def test_two_processes_share_the_work(data):
    options = (f"--network={DEMO}", f"--data={data}", "--metrics=kid70_lite0_full")
    together = invoke(*options, "--gpus=2")
    assert together.exit_code == 0, together.output
    kept = list((data.parent / "cache" / "metrics").iterdir())
    assert len(kept) == 1


def test_classifiers_are_made_and_ls_uses_them(tmp_path):
    pictures = np.zeros((40, 32, 32, 3), np.uint8)
    pictures[::2] = 200
    data = write_zip(tmp_path / "data.zip", pictures, [i % 2 for i in range(40)])
    made = CliRunner().invoke(
        main, ["metrics", "train-classifiers", f"--data={data}", f"--outfile={tmp_path / 'c.safetensors'}"]
    )
    assert made.exit_code == 0, made.output
    assert "class=0: 100.0% right, 50.0% by guessing" in made.stdout
    done = invoke(f"--network={DEMO}", "--metrics=ls8", f"--classifiers={tmp_path / 'c.safetensors'}")
    assert done.exit_code == 0, done.output
    assert sorted(lines(done.stdout)[0]["results"]) == ["ls8_w", "ls8_z"]
    unknown = CliRunner().invoke(
        main, ["metrics", "train-classifiers", f"--data={data}", "--outfile=x.safetensors", "--attributes=hat"]
    )
    assert (unknown.exit_code, "no attribute hat: choose from class=0" in unknown.output) == (1, True)


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["--metrics=fud50k"], "no metric 'fud50k'"),
        (["--metrics=none"], "No metrics were named"),
        (["--metrics=fid50k_full"], "fid50k_full needs the Inception network"),
        (["--metrics=kid1k_lite0", "--data=absent.zip"], "no dataset at absent.zip"),
        (["--metrics=eqt1k_int"], "only StyleGAN3 networks have"),
        (["--metrics=fid1k", "--detector=absent.pt"], "no detector file absent.pt"),
        (["--metrics=kid1k_lite0", "--network=absent.pkl"], "no such file or folder"),
    ],
)
def test_what_is_wrong_is_said_in_a_sentence(arguments, says):
    done = invoke(f"--network={DEMO}", *arguments)
    assert done.exit_code == 1
    assert says in done.output
    assert "Traceback" not in done.output


def test_the_network_s_own_dataset_is_asked_for_where_it_is_gone(tmp_path):
    save(tmp_path, "sg2")
    done = invoke(f"--network={tmp_path / 'sg2.safetensors'}", "--metrics=kid1k_lite0")
    assert done.exit_code == 1
    assert "kid1k_lite0 compares with real pictures: name the dataset with --data." in done.output
    (tmp_path / "training_options.json").write_text('{"training_set_kwargs": {"path": "gone.zip"}}')
    done = invoke(f"--network={tmp_path / 'sg2.safetensors'}", "--metrics=kid1k_lite0")
    assert "no dataset at gone.zip" in done.output
    assert "name another with --data" in done.output
