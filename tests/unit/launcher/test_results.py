"""Results of metrics as tables, and the suggested names."""

import csv
import io
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from foundation.specs.measures import MEASURES, better, cost, pictures, unknown
from foundation.specs.metric_names import EXAMPLES, parse
from gan.metrics.results import Result as Measured
from gan.metrics.results import append
from training_launcher.records.results import COLUMNS, Result, as_csv, read, table

MORE = ("fid5k_full", "kid500", "pr500_5", "ppl2_1k_wend", "ppl_5k_zfull", "ls20k", "eqt16_int", "plen1k_lite0_zend")
LOOKS = {"inception": "Inception", "vgg16": "VGG16", "lite0": "EfficientNet-Lite0", "": ""}


@pytest.mark.parametrize("name", sorted({*EXAMPLES, *MORE}))
def test_every_name_draws_as_many_pictures_as_the_measurement_says(name):
    assert pictures(name) == parse(name).samples
    assert not unknown([name])


@pytest.mark.parametrize("one", [one for one in MEASURES if one.name != "auto"], ids=lambda one: one.name)
def test_what_is_offered_can_be_measured(one):
    assert LOOKS[parse(one.name).detector] == one.looks_with
    assert parse(one.name).needs_transform == one.needs.startswith("a StyleGAN3")


def test_what_no_metric_is_called():
    assert unknown(["fid", "fid50k_full", "", "quality", "auto"]) == ("fid", "", "quality")
    assert cost(["fid50k_full", "ppl2_wend"], 3) == "300\u00a0000 pictures to draw"
    assert (better("pr50k3_full_recall"), better("kid50k_full"), better("ppl_zend")) == ("higher", "lower", "lower")


def keep(folder, kimg, metric, when=1.0, **results):
    append(
        Measured(metric, results, 2.5, 1, f"network-snapshot-{kimg:06d}.pkl", when, 500, "lite0", "ab", "cpu", 0),
        folder,
    )


def test_results_become_a_table_with_the_best_marked(tmp_path):
    for kimg, value in ((0, 90.0), (40, 20.0), (200, 25.0)):
        keep(tmp_path, kimg, "fd1k_lite0", fd1k_lite0=value)
    keep(tmp_path, 40, "pr1k3_lite0", pr1k3_lite0_precision=0.5, pr1k3_lite0_recall=0.1)
    keep(tmp_path, 200, "pr1k3_lite0", pr1k3_lite0_precision=0.7, pr1k3_lite0_recall=float("nan"))
    keep(tmp_path, 0, "fd1k_lite0", when=2.0, fd1k_lite0=80.0)
    keep(tmp_path, 40, "fd1k_lite0", when=0.5, fd1k_lite0=1.0)
    found = table(read(tmp_path))
    assert [name[17:23] for name in found.networks] == ["000000", "000040", "000200"]
    assert found.figures == ("fd1k_lite0", "pr1k3_lite0_precision", "pr1k3_lite0_recall")
    assert found.curve("fd1k_lite0") == ([0, 40, 200], [80, 20, 25]), "the newest of each"
    assert found.best == {
        "fd1k_lite0": "network-snapshot-000040.pkl",
        "pr1k3_lite0_precision": "network-snapshot-000200.pkl",
    }
    cell = found.cells["network-snapshot-000200.pkl", "pr1k3_lite0_recall"]
    assert cell == Result(
        "network-snapshot-000200.pkl", "pr1k3_lite0_recall", None, "pr1k3_lite0", 500, "lite0", 2.5, 1.0, "cpu"
    )
    rows = list(csv.DictReader(io.StringIO(as_csv(read(tmp_path)))))
    assert tuple(rows[0]) == COLUMNS
    assert len(rows) == 7
    assert (rows[0]["kimg"], rows[0]["value"], rows[0]["detector"]) == ("0", "80.0", "lite0")
    assert rows[-1]["value"] == ""


@given(
    st.binary(max_size=400)
    | st.recursive(st.none() | st.floats() | st.text(), lambda x: st.lists(x) | st.dictionaries(st.text(), x)).map(
        lambda v: json.dumps({"results": v, "metric": v}).encode()
    )
)
def test_damaged_files_leave_out_what_they_damage(tmp_path_factory, content):
    folder = tmp_path_factory.mktemp("results")
    (folder / "metric-fid50k.jsonl").write_bytes(content + b"\n" + json.dumps({"results": {"fid50k": 3.0}}).encode())
    (folder / "metric-dir.jsonl").mkdir()
    assert Result(folder.name, "fid50k", 3.0, "fid50k") in read(folder)
    table(read(folder))


def test_a_folder_that_is_gone_has_no_results(tmp_path):
    assert read(tmp_path / "gone") == ()
    assert table(()).networks == ()
