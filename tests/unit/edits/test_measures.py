"""Measures of pictures, and the directions that change them."""

import numpy as np
import pytest
import torch

from foundation.bundled import DEMO
from gan.edits.components import pca
from gan.edits.found import sampled_w
from gan.edits.looks import LOOKS, LUMA, MEASURES, View
from gan.edits.measures import explained, measure_direction, pictures, regress
from gan.images import load_generator, render, styles

SIZE = 32
ROWS, COLUMNS = np.mgrid[:SIZE, :SIZE]


def disc(y=16.0, x=16.0, radius=6.0, colour=(0.9, 0.2, 0.1)):
    """A disc of one colour on grey."""
    picture = np.full((SIZE, SIZE, 3), 0.5, np.float32)
    picture[(ROWS - y) ** 2 + (COLUMNS - x) ** 2 < radius**2] = colour
    return picture


REGION = ((ROWS - 16) ** 2 + (COLUMNS - 16) ** 2 < 36).astype(np.float32)
VIEW = View(REGION, disc())
STRIPES = disc() * np.where(COLUMNS % 2, 1.1, 0.9)[..., None].astype(np.float32)
MORE = {
    "brighter": disc(colour=(1.0, 0.4, 0.3)),
    "redder": disc(colour=(1.0, 0.1, 0.1)),
    "greener": disc(colour=(0.5, 0.5, 0.1)),
    "bluer": disc(colour=(0.5, 0.2, 0.6)),
    "more colourful": disc(colour=(1.0, 0.1, 0.0)),
    "more contrast": STRIPES,
    "sharper": STRIPES,
    "larger": disc(radius=8),
    "further left": disc(x=13),
    "higher": disc(y=13),
}


@pytest.mark.parametrize("words", MORE)
def test_a_measure_grows_with_what_its_words_say(words):
    assert MEASURES[words](MORE[words], VIEW) > MEASURES[words](disc(), VIEW) + 1e-4


def test_nothing_is_more_like_the_present_picture_than_itself():
    similarity = MEASURES["like the present picture"]
    assert similarity(disc(), VIEW) == 0
    assert {*MORE, "like the present picture"} == set(MEASURES)
    assert all(similarity(picture, VIEW) < 0 for picture in MORE.values())


@pytest.mark.parametrize("words", [words for words in MORE if words not in ("larger", "further left", "higher")])
def test_what_is_outside_the_region_does_not_count(words):
    other = disc()
    other[:4] = (0.1, 0.9, 0.3)
    assert MEASURES[words](other, VIEW) == pytest.approx(MEASURES[words](disc(), VIEW), abs=1e-6)


def test_a_regression_finds_a_linear_measure():
    numbers = np.random.RandomState(0)
    w, slope = numbers.randn(200, 16), numbers.randn(16)
    found = regress(w, w @ slope + 0.1 * numbers.randn(200) + 3)
    assert found.slope @ slope / np.linalg.norm(found.slope) / np.linalg.norm(slope) > 0.99
    assert found.held_out > 0.98
    chance = regress(w, numbers.randn(200))
    assert chance.held_out < 0.1


@pytest.mark.parametrize(
    ("w", "values", "words"),
    [(np.zeros((4, 2)), np.arange(4), "too few"), (np.zeros((20, 2)), np.ones(20), "the same in every picture")],
)
def test_what_cannot_be_regressed(w, values, words):
    with pytest.raises(ValueError, match=words):
        regress(w, values)


@pytest.fixture(scope="module")
def demo():
    return load_generator(str(DEMO), "cpu")


def test_a_direction_moves_its_measure_more_than_any_component_does(demo):
    region = np.zeros((SIZE, SIZE), np.float32)
    region[4:12, 8:24] = 1
    reference = render(demo, styles(demo, [0], psi=0.7)[0]) / np.float32(255)
    found = measure_direction(demo, "brighter", region, reference)
    view = View(region, reference)
    w = sampled_w(demo, 20, first_seed=5000)

    def values(vector, sigma, steps):
        moves = torch.from_numpy(vector * sigma)
        return np.array(
            [[MEASURES["brighter"](one, view) for one in pictures(demo, w + step * moves)] for step in steps]
        )

    along = values(found.vectors[0], found.sigma[0], (-2, -1, 0, 1, 2)).mean(axis=1)
    assert (np.diff(along) > 0).all()
    components = pca(demo, 6, 2000)
    for vector, sigma in zip(components.vectors, components.sigma, strict=True):
        ends = values(vector, sigma, (-2, 2)).mean(axis=1)
        assert abs(ends[1] - ends[0]) < along[-1] - along[0]
    assert found.strength[0] > 0.1
    assert found.names == ("Brighter",)


def test_chosen_layers_alone_are_moved(demo):
    found = measure_direction(demo, "redder", samples=32, layers=(6, 7))
    assert found.layers == (6, 7)


@pytest.mark.parametrize(
    ("words", "region", "message"),
    [
        ("nicer", None, "There is no measure 'nicer'"),
        ("higher", None, "Paint a region first"),
        ("redder", np.zeros((32, 32), np.float32), "The region is empty"),
        ("redder", np.ones((8, 8), np.float32), "paint it anew"),
    ],
)
def test_what_cannot_be_measured(demo, words, region, message):
    with pytest.raises(ValueError, match=message):
        measure_direction(demo, words, region, samples=16)


def test_measures_of_light_agree_with_those_of_scipy():
    """The Laplacian and the Gaussian of another library, borders repeated."""
    from scipy import ndimage  # here, as each worker imports all modules of tests

    picture = np.random.RandomState(0).rand(SIZE, SIZE, 3).astype(np.float32)
    light = picture @ np.array(LUMA, np.float32)
    inside = REGION / REGION.sum()
    edges = np.abs(ndimage.laplace(light, mode="nearest"))
    assert MEASURES["sharper"](picture, VIEW) == pytest.approx(float((edges * inside).sum()), rel=1e-5)
    soft = [ndimage.gaussian_filter(one, (1, 1, 0), mode="nearest") for one in (picture, VIEW.reference)]
    away = ((soft[0] - soft[1]) ** 2).mean(axis=-1)
    assert MEASURES["like the present picture"](picture, VIEW) == pytest.approx(-float((away * inside).sum()), rel=1e-4)


@pytest.mark.parametrize("words", MEASURES)
def test_every_measure_has_the_gradient_of_its_differences(words):
    chance = torch.Generator().manual_seed(0)
    picture = (0.2 + 0.6 * torch.rand(1, 3, SIZE, SIZE, generator=chance)).double().requires_grad_(True)
    view = View(REGION.astype(np.float64), disc().astype(np.float64))
    (slope,) = torch.autograd.grad(LOOKS[words](picture, view).sum(), picture)
    way = torch.randn(picture.shape, generator=chance, dtype=torch.float64)
    ends = [float(LOOKS[words](picture.detach() + by * way, view)) for by in (-1e-5, 1e-5)]
    assert float((slope * way).sum()) == pytest.approx((ends[1] - ends[0]) / 2e-5, rel=1e-3, abs=1e-9)


def test_grey_pictures_have_finite_gradients():
    """Colour and contrast have none at 0 without care."""
    grey = torch.full((1, 3, SIZE, SIZE), 0.5, requires_grad=True)
    for look in LOOKS.values():
        (slope,) = torch.autograd.grad(look(grey, VIEW).sum(), grey)
        assert torch.isfinite(slope).all()


def test_a_view_made_in_inference_mode_takes_gradients():
    with torch.inference_mode():
        view = View(REGION, disc())
        assert MEASURES["higher"](disc(y=12), view) > MEASURES["higher"](disc(), view)
    picture = torch.full((1, 3, SIZE, SIZE), 0.5, requires_grad=True)
    LOOKS["higher"](picture, view).sum().backward()
    assert picture.grad is not None


def test_what_is_explained_is_judged_without_each_itself():
    numbers = np.random.RandomState(0)
    values = numbers.randn(300)
    assert explained(5 * values, values) == pytest.approx(1)
    assert explained(values + numbers.randn(300), values) == pytest.approx(0.5, abs=0.1)
    assert -0.1 < explained(numbers.randn(300), values) < 0.02
