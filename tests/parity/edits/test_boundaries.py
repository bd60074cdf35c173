"""Boundaries in W against the published program (fixtures/boundary_parity)."""

import numpy as np
import pytest

from gan.edits.boundaries import boundary, keeping_fixed, split, to_distance
from tests.parity.edits.published import cosines, published

CASE = "boundary_parity"
NAME = "avatars-32"


@pytest.mark.parametrize("attribute", ["brightness", "redness"])
def test_boundary(attribute):
    meta, arrays = published(CASE)
    run = meta["runs"][NAME]
    said = run["attributes"][attribute]
    scores = arrays[f"{NAME}/{attribute}/scores"]
    generator = np.random.RandomState(said["numpy_seed_before"])
    parts = split(scores, run["chosen_num_or_ratio"], run["split_ratio"], generator)
    trained = np.concatenate([parts.train_high, parts.train_low])
    np.testing.assert_array_equal(trained, arrays[f"{NAME}/{attribute}/train_index"])
    generator = np.random.RandomState(said["numpy_seed_before"])
    found = boundary(arrays[f"{NAME}/w"], scores, run["chosen_num_or_ratio"], run["split_ratio"], generator)
    expected = arrays[f"{NAME}/{attribute}/boundary"]
    assert cosines(found.normal[None], expected).min() > 0.9999
    np.testing.assert_allclose(found.normal, expected[0], rtol=0, atol=1e-3)
    assert found.support == pytest.approx(said["support_vectors"], abs=2)
    told = [line.split(" = ")[0].split(": ")[1] for line in said["log"] if line.startswith("Accuracy")]
    right, count = (int(word) for word in told[0].split(" / "))
    assert found.validation == pytest.approx(right / count, abs=1.01 / count)
    right, count = (int(word) for word in told[1].split(" / "))
    assert found.middle_published == pytest.approx(right / count, abs=1.01 / count)
    assert found.middle > found.middle_published  # whose border is meaningless for skewed scores


def test_conditional_directions():
    _, arrays = published(CASE)
    primal, other = (arrays[f"{NAME}/{name}/boundary"][0] for name in ("brightness", "redness"))
    found = keeping_fixed(primal, [other])
    np.testing.assert_allclose(found, arrays[f"{NAME}/brightness_given_redness"][0], rtol=0, atol=1e-5)
    third = np.random.RandomState(0).randn(len(primal))
    both = keeping_fixed(primal, [other, third, 2 * other])
    assert abs(both @ other) < 1e-6
    assert abs(both @ third) < 1e-6
    with pytest.raises(ValueError, match="mixture"):
        keeping_fixed(primal + third, [primal, third])


def test_positions():
    _, arrays = published(CASE)
    normal = arrays[f"{NAME}/brightness/boundary"][0]
    expected = arrays[f"{NAME}/interp_w"]
    # The fixture starts at one of the samples: the one whose part off the plane is the same.
    off = expected[0] - normal * (expected[0] @ normal)
    parts = arrays[f"{NAME}/w"] - (arrays[f"{NAME}/w"] @ normal)[:, None] * normal
    row = np.abs(parts - off).max(axis=1).argmin()
    start = arrays[f"{NAME}/w"][row][None]
    moved = np.concatenate([to_distance(start, normal, t) for t in np.linspace(-3, 3, 5)])
    np.testing.assert_allclose(moved, expected, rtol=0, atol=1e-5)


@pytest.mark.parametrize(
    ("scores", "ratio", "words"),
    [(np.ones(100), 0.3, "All pictures are on one side"), (np.arange(100), 0.01, "too few to learn from")],
)
def test_what_cannot_be_separated(scores, ratio, words):
    with pytest.raises(ValueError, match=words):
        boundary(np.random.RandomState(0).randn(100, 4), scores, ratio)
    with pytest.raises(ValueError, match="do not belong"):
        boundary(np.zeros((3, 4)), [1, 0])
