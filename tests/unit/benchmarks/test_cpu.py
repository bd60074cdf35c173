"""The CPU benchmarks in miniature: every one runs, and results are collected and summarised."""

import json
import os
import subprocess
import sys

import pytest

from benchmarks import cpu, keeping, live, ops, ops_cases, training_ways, walk
from tests.fixtures_path import ROOT

COMPUTING = (
    *("synthesis", "ops", "training", "speed.library", "speed.families", "speed.dataset", "speed.engines"),
    *("speed.thumbnails", "speed.blends", "speed.drags"),
)
WINDOWS = ("walk", "film", "speed.drag_frames", "speed.compare_networks", "screens")
"""Benchmarks that share a process here, which need not import PyTorch, nor start a renderer, for each."""


@pytest.fixture(scope="module")
def together():
    """Results of one process for those of `COMPUTING`, and of one for those of `WINDOWS`.

    OpenGL and Triton crash in one process, by their two LLVMs.
    """
    environment = {**os.environ, "GOMP_SPINCOUNT": "0"}
    found = {}
    for names in (COMPUTING, WINDOWS):
        listed = json.dumps([(name, cpu.TINY.get(name, ["--tiny"])) for name in names])
        command = [sys.executable, "-m", "tests.unit.benchmarks.together", listed]
        done = subprocess.run(command, cwd=ROOT, env=environment, stdout=subprocess.PIPE, text=True, check=True)
        found |= map(json.loads, done.stdout.splitlines())
    return found


def test_every_benchmark_runs(together, tmp_path, capsys, monkeypatch):
    monkeypatch.setattr(cpu, "run", lambda name, given, run=cpu.run: together.get(name) or run(name, given))
    out = tmp_path / "cpu.json"
    cpu.main(["--tiny", f"--out={out}"])
    found = json.loads(out.read_text())
    assert set(found) == {"machine", *cpu.BENCHMARKS}
    assert found["synthesis"]["pictures"][0]["picture_s"] > 0
    assert set(found["ops"]["operators"]) == {"upfirdn2d", "bias_act", "filtered_lrelu"}
    assert found["walk"]["pictures_shown"] > 0
    assert found["live"]["rows"]["demo"]["start"]["picture_s"] > 0
    assert found["live"]["rows"]["demo"]["walk"]["window_frames_per_second"] > 0
    assert found["latency"]["drag"]["pictures_shown_per_second"] > 0
    assert found["training"]["stylegan2"]["seconds_per_kimg"] > 0
    assert found["tailing"]["opening"]["lines"] > 100
    assert found["film"]["frames"] == 12
    assert found["speed.library"]["networks"][0]["ratio"]["images"] > 0
    assert found["speed.families"]["families"]["StyleGAN1"]["way"] == "plan"
    assert found["speed.dataset"]["pictures_per_second"]["all_cores"] > 0
    assert found["speed.engines"]["networks"][0]["median_s"]["plan"] > 0
    assert found["speed.thumbnails"]["networks"]["stylegan2-64"]["finished_in_pictures"] > 0
    assert found["speed.drag_frames"]["drag"]["drag_steps_per_second"] > 0
    told = capsys.readouterr().out
    for name in ("ops", "walk", "latency", "tailing", "film", "speed.thumbnails"):
        for target, met in found[name]["targets"].items():
            assert f"{'met   ' if met else 'MISSED'}  {name}: {target.replace('_', ' ')}" in told
    assert str(out) in told


def test_the_screens_of_large_collections_run(together):
    found = together["screens"]
    for screen in ("explore", "list", "long_run", "fakes_slider", "survey", "form"):
        assert found[screen]["memory_mb"] > 0


def test_those_left_out_stay_and_one_that_fails_is_told(tmp_path, capsys, monkeypatch):
    out = tmp_path / "cpu.json"
    out.write_text(json.dumps({"walk": {"targets": {"that": True}}}))
    monkeypatch.setattr(cpu, "BENCHMARKS", {"walk": [], "film": ["--no-such-option"]})
    with pytest.raises(SystemExit, match="1"):
        cpu.main(["--only=film", f"--out={out}"])
    assert json.loads(out.read_text())["walk"] == {"targets": {"that": True}}
    assert capsys.readouterr().out.startswith("met     walk: that\nfailed  film: benchmarks.film ended with 2")


def test_a_benchmark_that_there_is_not(capsys):
    with pytest.raises(SystemExit, match="2"):
        cpu.main(["--only=walk,sing"])
    assert "there is no benchmark sing; choose from synthesis, ops" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("device", "file"),
    [
        ("AMD EPYC 9354 32-Core Processor", "amd-epyc-9354.json"),
        ("Intel(R) Core(TM) i7-8650U CPU @ 1.90GHz", "intel-core-i7-8650u.json"),
        ("AMD Ryzen 7 5800H with Radeon Graphics", "amd-ryzen-7-5800h.json"),
        ("NVIDIA H100 80GB HBM3", "nvidia-h100-80gb-hbm3.json"),
        ("", "unknown.json"),
    ],
)
def test_files_are_named_by_the_device(device, file):
    assert keeping.named(device) == keeping.FOLDER / file


def test_figures_of_a_walk():
    found = walk.figures([0.1, 0.2, 0.9, 1.5, 2.0, 2.05, 3.01], 3.02)
    assert found["pictures_shown"] == 7
    assert found["slowest_second"] == 1
    assert found["pictures_shown_per_second"] == 2.3
    assert found["between_pictures_ms"]["most"] == 960.0
    assert walk.figures([], 2.0)["slowest_second"] == 0


def test_drawn_configurations_are_many_different_and_the_same_each_time():
    cases = ops_cases.drawn(200, 0)
    for op in ("upfirdn2d", "bias_act", "filtered_lrelu"):
        own = [(case.kind, case.shape) for case in cases if case.op == op]
        assert len(own) == 200
        assert len(set(own)) > 150
    assert [case.shape for case in cases] == [case.shape for case in ops_cases.drawn(200, 0)]
    assert [case.shape for case in cases] != [case.shape for case in ops_cases.drawn(200, 1)]


def test_networks_give_the_calls_that_they_make():
    cases = ops_cases.of_networks(32, 2, small=True)
    kinds = {case.kind for case in cases}
    assert {kind.split(",")[0] for kind in kinds} == {"StyleGAN2", "StyleGAN3-T", "StyleGAN3-R", "discriminator"}
    assert "StyleGAN2, up 2 down 1, 4 taps" in kinds
    assert ("upfirdn2d", (2, 3, 32, 32)) not in {(case.op, case.shape) for case in cases}  # no skip in a residual one
    assert all(case.op == "filtered_lrelu" for case in cases if case.kind.startswith("StyleGAN3"))


@pytest.mark.parametrize(("again", "processor", "slower"), [(1.0, 1.0, False), (1.2, 0.9, True), (0.9, 1.2, True)])
def test_only_what_is_slower_on_a_second_look_is_listed(monkeypatch, again, processor, slower):
    monkeypatch.setattr(ops, "compared", lambda work, longer=1.0: (1.2, 1.0))
    monkeypatch.setattr(ops, "answers", lambda work: True)
    ratios = iter([again, processor])
    monkeypatch.setattr(ops, "_least_ratio", lambda work, clock: next(ratios))
    assert ops.is_slower(ops.figures(lambda: None)) == slower


@pytest.mark.parametrize("way", ["kernels", "bf16", "reference", "channels_last"])
def test_ways_to_train(way, capsys):
    training_ways.main(["--here", "--tiny", "--cfg=stylegan2", f"--way={way}", "--resolution=16", "--repeats=1"])
    found = json.loads(capsys.readouterr().out)
    assert set(found) == {"main_s", "main_processor_s", "regularised_s", "regularised_processor_s"}
    assert all(value > 0 for value in found.values())


def live_row(rate: float, slowest: int, ratio: float) -> dict:
    moved = {"pictures_per_second": rate, "slowest_second": slowest, "sides": {"64": 3}}
    start = {"window_s": 0.9, "picture_s": 1.6, "side": 64, "whole_s": 2.0}
    drag = {**moved, "whole_s": 0.3, "whole_ratio": ratio}
    return {"load": 0.5, "start": start, "alone_s": 0.2, "walk": moved, "drag": drag}


def test_the_targets_of_live_rendering_are_those_of_each_network():
    met = live.targets({"sg2-256": live_row(12.0, 6, 1.3), "sg3t-256": live_row(4.9, 2, 1.4)})
    assert met["sg2-256_window_in_1.0_s"]
    assert not met["sg2-256_first_picture_in_1.5_s"]
    assert met["sg2-256_walk_shows_12_a_second"]
    assert met["sg2-256_slowest_second_half_the_mean"]
    assert met["sg2-256_whole_within_1.3_of_alone"]
    assert not met["sg3t-256_drag_shows_5_a_second"]
    assert not met["sg3t-256_slowest_second_half_the_mean"]
    assert not met["sg3t-256_whole_within_1.3_of_alone"]


def test_the_table_of_live_rendering_has_a_row_for_each_network_and_says_what_failed():
    lines = live.table({"sg2-256": live_row(12.0, 6, 1.3), "demo": {"load": 2.0, "failed": "No display."}}).splitlines()
    assert "| sg2-256 | 0.5 | 0.9 s | 1.6 s (64) |" in lines[2]
    assert "12.0 (64), 6" in lines[2]
    assert lines[3] == "| demo | 2.0 | No display. |"


def test_only_known_networks_and_columns_are_measured(capsys):
    for option in ("--networks=biggan", "--columns=dance"):
        with pytest.raises(SystemExit, match="2"):
            live.main([option])
    assert "there is no column dance; choose from start, drag" in capsys.readouterr().err
