"""Parsing of metric names."""

import pytest

from foundation.specs.metric_names import EXAMPLES, parse


@pytest.mark.parametrize("name", EXAMPLES)
def test_all_published_names_are_known(name):
    assert parse(name).name == name


@pytest.mark.parametrize(
    ("name", "kind", "samples", "detector", "real"),
    [
        ("fid50k_full", "fid", 50_000, "inception", None),
        ("fid5k_full", "fid", 5_000, "inception", None),
        ("fid50k", "fid", 50_000, "inception", 50_000),
        ("fd10k_lite0_full", "fd", 10_000, "lite0", None),
        ("kid50k_full", "kid", 50_000, "inception", 1_000_000),
        ("kid1k", "kid", 1_000, "inception", 1_000),
        ("kid10k_lite0_full", "kid", 10_000, "lite0", 1_000_000),
        ("kid500_lite0", "kid", 500, "lite0", 500),
        ("pr50k3_full", "pr", 50_000, "vgg16", 200_000),
        ("pr10k3_lite0_full", "pr", 10_000, "lite0", 200_000),
    ],
)
def test_metrics_that_compare(name, kind, samples, detector, real):
    metric = parse(name)
    assert (metric.kind, metric.samples, metric.detector, metric.real_limit) == (kind, samples, detector, real)
    assert metric.compares
    assert metric.full == name.endswith("_full")


@pytest.mark.parametrize(
    ("name", "kind", "samples", "detector"),
    [
        ("is50k", "is", 50_000, "inception"),
        ("ls", "ls", 200_000, "lite0"),
        ("ls2k", "ls", 2_000, "lite0"),
        ("eqt50k_int", "eqt_int", 50_000, ""),
        ("eqt50k_frac", "eqt_frac", 50_000, ""),
        ("eqr100", "eqr", 100, ""),
    ],
)
def test_metrics_of_the_network_alone(name, kind, samples, detector):
    metric = parse(name)
    assert (metric.kind, metric.samples, metric.detector, metric.compares) == (kind, samples, detector, False)


@pytest.mark.parametrize(
    ("name", "samples", "detector", "space", "ends", "crops"),
    [
        ("ppl2_wend", 50_000, "vgg16", "w", True, False),
        ("ppl2_1k_wend", 1_000, "vgg16", "w", True, False),
        ("ppl_zfull", 100_000, "vgg16", "z", False, True),
        ("ppl_wend", 100_000, "vgg16", "w", True, True),
        ("ppl_5k_wfull", 5_000, "vgg16", "w", False, True),
        ("plen10k_lite0_wend", 10_000, "lite0", "w", True, False),
        ("plen300_lite0_zfull", 300, "lite0", "z", False, False),
    ],
)
def test_path_lengths(name, samples, detector, space, ends, crops):
    metric = parse(name)
    found = (metric.samples, metric.detector, metric.space, metric.ends, metric.crops)
    assert found == (samples, detector, space, ends, crops)


def test_neighbours_of_precision_and_recall():
    assert (parse("pr50k3").neighbours, parse("pr50k3").samples) == (3, 50_000)
    assert (parse("pr500_5_full").neighbours, parse("pr500_5_full").samples) == (5, 500)


@pytest.mark.parametrize(
    ("name", "says"),
    [
        ("fud50k", "no metric 'fud50k'"),
        ("fid50k_lite0_full", "called fd and plen"),
        ("ppl10k_lite0_wend", "called fd and plen"),
        ("kid0", "asks for no pictures"),
        ("pr50k0", "0th neighbour"),
        ("ppl2_zend", "no metric"),
        ("fid50k_fullx", "no metric"),
    ],
)
def test_unknown_names_are_told(name, says):
    with pytest.raises(ValueError, match=says):
        parse(name)
