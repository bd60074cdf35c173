"""Entries of the form for a new dataset."""

import os

from foundation.datasets.survey import Survey
from foundation.specs.options import fields
from foundation.specs.train import TrainSpec
from viz.runs.new_dataset import state
from viz.runs.new_dataset.state import Form, problem


def test_a_frame_looks_at_no_file_while_the_path_stays_and_a_second_later_it_does(tmp_path, monkeypatch):
    now, looked = [100.0], []
    exists = os.path.exists
    monkeypatch.setattr(state.time, "monotonic", lambda: now[0])
    monkeypatch.setattr(state.os.path, "exists", lambda path: looked.append(str(path)) or exists(path))
    form, found = Form(source=str(tmp_path)), Survey(total=3, looked=3, good=3)
    one, other = str(tmp_path / "one.zip"), str(tmp_path / "other.zip")
    assert [problem(form, found, one) for _ in range(60)] == [""] * 60
    assert looked == [one]
    (tmp_path / "other.zip").touch()
    assert "is there already" in problem(form, found, other)
    (tmp_path / "one.zip").touch()
    assert problem(form, found, one), "another path is looked at, at once"
    os.remove(one)
    now[0] += 1.5
    assert problem(form, found, one) == ""


def test_fields_of_a_spec_are_made_once():
    assert fields(TrainSpec) is fields(TrainSpec)
