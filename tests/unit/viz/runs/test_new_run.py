"""Judgement of the entries in a new run's form."""

import dataclasses
from pathlib import Path

import pytest

from foundation.datasets.facts import DatasetFacts
from foundation.specs.draft import Draft
from foundation.specs.film import FilmSpec
from foundation.specs.metrics import MetricRunSpec
from foundation.specs.options import fields
from foundation.specs.train import TrainSpec
from gan.cli.train import command as gan_train
from tests.unit.training.tiny import dataset
from training_launcher.cli.submit import submit
from training_launcher.presets import load
from training_launcher.run import Run
from viz.runs.labels import placeholder, worded
from viz.runs.new_run.fields import waits_for
from viz.runs.new_run.form import Form, Looker, every_kth, judge, outdir_problem, words
from viz.runs.new_run.measurements import toggled

GOOD = {"cfg": "stylegan2", "data": "d.zip", "gpus": "1", "batch": "8", "gamma": "1"}
SMALL = DatasetFacts(100, 32, 32, 3)


def form(tmp_path: Path, **entries: str) -> Form:
    return Form(drafts={"train": Draft(TrainSpec, {**GOOD, **entries}), "metrics": Form().drafts["metrics"]},
                outdir=str(tmp_path / "runs"))  # fmt: skip


def test_a_good_form_gives_the_spec(tmp_path):
    verdict = judge(form(tmp_path), SMALL)
    assert (verdict.reason, verdict.problems) == ("", {})
    assert verdict.spec == TrainSpec(str(tmp_path / "runs"), "stylegan2", "d.zip", 1, 8, 1.0)


def test_a_home_folder_is_written_out(tmp_path, monkeypatch):
    monkeypatch.setenv("HOME", str(tmp_path))
    given = form(tmp_path, data="~/d.zip")
    given.outdir = "~/runs"
    spec = judge(given, SMALL).spec
    assert (spec.outdir, spec.data) == (str(tmp_path / "runs"), str(tmp_path / "d.zip"))


def test_the_reason_is_that_of_the_first_field_and_all_are_told(tmp_path):
    wrong = form(tmp_path, data="", batch="x", tick="0")
    wrong.outdir = "here"
    verdict = judge(wrong, None)
    assert verdict.spec is None
    assert verdict.reason == "data must be given."
    assert set(verdict.problems) == {"data", "batch", "tick", "outdir"}


def test_batch_and_gamma_are_needed_unless_the_configuration_gives_them(tmp_path):
    assert judge(form(tmp_path, gamma=""), SMALL).problems == {"gamma": "gamma must be given."}
    assert judge(form(tmp_path, gamma="", batch="", cfg="auto"), SMALL).problems == {}
    assert "power of two" in judge(form(tmp_path, gpus="3", cfg="auto", batch="", gamma=""), SMALL).reason


def test_options_that_do_not_fit_one_another_or_the_dataset_are_told(tmp_path):
    assert judge(form(tmp_path, gpus="3"), SMALL).problems.keys() == {"batch"}
    assert "power of two" in judge(form(tmp_path), DatasetFacts(9, 30, 30, 3)).reason
    assert judge(form(tmp_path), DatasetFacts(problem="It is gone.")).reason == "It is gone."
    # An unreadable dataset is reported while other entries are wrong too.
    assert judge(form(tmp_path, batch="x"), DatasetFacts(problem="It is gone.")).problems["data"] == "It is gone."


def test_metrics_need_networks_and_names_that_there_are(tmp_path):
    metrics = form(tmp_path)
    metrics.kind = "metrics"
    assert judge(metrics, None).reason == "Choose a network to measure."
    metrics.networks = ("a;b.pkl", "c.pkl")
    assert judge(metrics, None).spec.networks == ("a;b.pkl", "c.pkl")
    metrics.put(metrics.draft.put("metrics", "fid5k_full,quality"))
    assert "no metric quality" in judge(metrics, None).reason
    metrics.put(metrics.draft.put("metrics", "none"))
    assert judge(metrics, None).reason == "Choose at least one metric."


def test_a_detector_of_unknown_origin_needs_a_word(tmp_path, monkeypatch):
    monkeypatch.setenv("STYLESCOPE_CACHE_DIR", str(tmp_path / "cache"))
    for kind in ("train", "metrics"):
        asked = form(tmp_path)
        asked.kind, asked.networks = kind, ("a.pkl",)
        for one in ("/nets/foreign.pt", str(tmp_path / "cache" / "further" / "a.pt")):
            asked.put(asked.draft.put("detector", one))
            verdict = judge(asked, SMALL)
            assert set(verdict.problems) == {"trust_detector"}
            assert "is a program: do you trust" in verdict.reason
            assert verdict.spec is None
            asked.put(asked.draft.put("trust_detector", True))
            assert judge(asked, SMALL).spec.trust_detector
            asked.put(asked.draft.without("trust_detector"))
        for one in (str(tmp_path / "cache" / "vgg16.pt"), "https://example.com/vgg16.pt"):
            asked.put(asked.draft.put("detector", one))
            assert judge(asked, SMALL).problems == {}


def test_a_preset_leaves_what_is_the_users_own(tmp_path):
    mine = form(tmp_path, desc="mine", kimg="7")
    mine.take(next(one for one in load() if one.kind == "train"))
    assert mine.draft.entries["data"] == "d.zip"
    assert mine.draft.entries["desc"] == "mine"
    assert mine.draft.entries.get("kimg") != "7", "the preset's word, or the default"


def test_another_preset_takes_back_what_the_one_before_said():
    by_name = {one.name: one for one in load()}
    given = Form()
    small, large = by_name["small-32"], by_name["stylegan2-1024"]
    given.take(small)
    assert given.draft.entries["device"] == "cpu"
    given.take(large)
    assert "device" not in given.draft.entries
    given.put(given.draft.put("device", "cuda:1"))
    given.take(small)
    assert given.draft.entries["device"] == "cuda:1", "one's own word stays"


@pytest.mark.parametrize("preset", load(), ids=lambda one: one.name)
def test_every_preset_makes_a_run_of_its_dataset(preset, tmp_path):
    given = Form(outdir=str(tmp_path))
    given.kind = preset.kind
    given.take(preset)
    if preset.kind == "train":
        given.put(given.draft.put("data", "d.zip"))
    given.networks = ("n.pkl",)
    assert judge(given, None).reason == ""


@pytest.mark.parametrize("kind", ["train", "metrics"])
@pytest.mark.parametrize("executor", ["local", "slurm"])
def test_the_command_shown_asks_for_the_same(kind, executor, tmp_path):
    given = form(tmp_path, mirror="1")
    given.kind, given.executor, given.networks = kind, executor, ("/a b.pkl", "/c.pkl")
    given.slurm = given.slurm.put("partition", "long").put("requeue", False)
    verdict = judge(given, SMALL if kind == "train" else None)
    assert not verdict.reason
    command = words(given, verdict)
    if "submit" in command:
        asked, name = submit.commands[kind], "submit"
    else:
        asked, name = gan_train, "train"
    rest = command[command.index(kind if name == "submit" else name) + 1 :]
    found = asked.make_context(kind, rest).params
    assert all(found[part] == value for part, value in dataclasses.asdict(verdict.spec).items())
    if executor == "slurm":
        assert (found["executor"], found["slurm_partition"], found["slurm_requeue"]) == ("slurm", "long", False)
        assert found["slurm_cpus"] == given.slurm_options().cpus
    if kind == "metrics":
        assert found["runs"] == given.outdir


def test_duplicating_a_run_gives_the_same_run(tmp_path):
    spec = {**GOOD, "gpus": 1, "batch": 8, "gamma": 1.0, "outdir": "/elsewhere", "metrics": [], "kimg": 5}
    copy = Form()
    copy.take_run(Run(str(tmp_path / "00003-x"), "train", "failed", spec))
    verdict = judge(copy, SMALL)
    assert verdict.spec == TrainSpec(str(tmp_path), "stylegan2", "d.zip", 1, 8, 1.0, metrics=(), kimg=5)
    copy.take_run(Run(str(tmp_path / "00004-x"), "metrics", "finished", {"networks": ["a", "b"], "metrics": ["fid5k"]}))
    verdict = judge(copy, None)
    assert (verdict.spec.networks, verdict.spec.metrics) == (("a", "b"), ("fid5k",))


def test_a_path_goes_where_it_was_asked_for(tmp_path):
    given = form(tmp_path)
    for name, path in (("data", "/d.zip"), ("outdir", "/runs"), ("networks", "/a.pkl"), ("networks", "/a.pkl")):
        given.take_path(name, path)
    assert (given.draft.entries["data"], given.outdir, given.networks) == ("/d.zip", "/runs", ("/a.pkl",))


def test_where_runs_cannot_go(tmp_path):
    (tmp_path / "file").touch()
    assert outdir_problem(str(tmp_path / "new" / "runs")) == ""
    assert "a file" in outdir_problem(str(tmp_path / "file" / "runs"))
    assert "whole path" in outdir_problem("runs")
    assert outdir_problem(" ") == "Runs need a folder."


def test_metrics_chosen_by_hand_take_the_place_of_auto():
    assert toggled(("auto",), "fid50k_full") == ("fid50k_full",)
    assert toggled(("fid50k_full",), "ls") == ("fid50k_full", "ls")
    assert toggled(("fid50k_full", "ls"), "fid50k_full") == ("ls",)
    assert toggled(("ls",), "auto") == ("auto",)


def test_what_a_run_would_wait_for_is_said(tmp_path):
    def other(number: int, state: str, **rest: object) -> Run:
        return Run(f"/runs/{number:05d}-x", "train", state, executor="local", **rest)

    given = form(tmp_path)
    assert waits_for(given, [other(1, "finished"), other(2, "stopped")]) == ""
    busy = [other(5, "queued"), other(3, "running", device="cuda:0"), other(4, "running", device="cpu")]
    assert waits_for(given, busy) == "Will wait for 00003, 00004, 00005 if no other device is free."
    given.put(given.draft.put("device", "cpu"))
    assert waits_for(given, busy) == "Will wait for 00004, 00005 if no other device is free."
    film = Run("/runs/00006-film", "video", "running", executor="local")
    assert waits_for(given, [film]) == "", "films give way"
    given.executor = "slurm"
    assert waits_for(given, busy) == ""


def test_every_kth_snapshot_has_the_newest():
    names = ["0", "1", "2", "3", "4"]
    assert every_kth(names, 2) == ("0", "2", "4")
    assert every_kth(names, 3) == ("1", "4")
    assert every_kth(names, 1) == tuple(names)
    assert every_kth(names, 9) == ("4",)
    assert every_kth([], 2) == ()


def test_a_dataset_is_looked_at_in_a_thread_the_newest_path_last(tmp_path):
    path, woken = dataset(tmp_path / "a.zip", 12, 16), []
    looker = Looker()
    found = None
    while found is None:
        found = looker.ask(str(path), lambda: woken.append(1))
    assert found == DatasetFacts(12, 16, 16, 3)
    assert woken
    for text in ("/n", "/no", "/nowhere"):
        looker.ask(text, lambda: None)
    while (last := looker.ask("/nowhere", lambda: None)) is None:
        pass
    assert "no file or folder /nowhere" in last.problem
    assert looker.ask("  ", lambda: None) is None


def test_sentences_about_options_are_in_words():
    parts = fields(TrainSpec)
    assert worded("data must be given.", parts) == "Dataset must be given."
    assert worded("batch-gpu must be at least 1.", parts) == "Batch per GPU must be at least 1."
    assert worded("The pictures are too few.", parts) == "The pictures are too few."


@pytest.mark.parametrize("spec", [TrainSpec, MetricRunSpec, FilmSpec])
def test_empty_fields_of_the_forms_are_in_words(spec):
    shouted = [placeholder(part) for part in fields(spec) if placeholder(part).isupper() or "|" in placeholder(part)]
    assert shouted in ([], ["C,..."], ["X,Y"])
