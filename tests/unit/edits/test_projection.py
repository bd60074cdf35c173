"""Fits of photos: networks of every kind, regions left out, starts, editability, resuming, and tuning."""

import numpy as np
import pytest
import torch

import gan
from benchmarks.editing.speed import plain_regulariser
from foundation.specs.editing.projection import editable_weight
from gan.edits.projection.comparison import comparison
from gan.edits.projection.fit import Fit, FitOptions
from gan.edits.projection.mean import statistics
from gan.edits.projection.noise import drawn, normalise, regulariser, views
from gan.edits.projection.photos import channels_of
from gan.edits.projection.tuning import Locality, Tuning, other_seeds
from gan.images import styles
from gan.metrics.distance import NAMES, Distance, pyramid
from gan.ops.cpu import dispatch
from tests.unit.renderer import tiny

PIXELS = Distance(NAMES[""], "", pyramid)
KINDS = ("sg1", "growing", "bare", "sg2", "cond", "tall", "rgba", "six", "grey", "numbers", "sg3")


def photo(G, seed=0):
    """Return a picture [C, H, W] of a seed, values 0..255."""
    with torch.no_grad():
        image = G.synthesis(styles(G, [seed]), noise_mode="const", force_fp32=True)[0]
    return ((image[: channels_of(G)] + 1) * 127.5).clamp(0, 255)


def fit(G, target, steps=30, *, ignored=None, start=None, seed=303, label=None, given=None, **options):
    label = tuple([0.1] * 25) if G.c_dim == 25 else label
    asked = FitOptions(steps, seed, **options)
    return Fit(G, comparison(PIXELS, target, ignored), statistics(G, label, 500), asked, start, given)


def run(one, steps=None):
    steps = one._options.steps if steps is None else steps
    return [one.advance() for _ in range(steps)]


@pytest.mark.parametrize("kind", KINDS)
def test_networks_of_every_kind(kind):
    G = tiny.network(kind)
    one = fit(G, photo(G, 5), label=1 if kind == "cond" else None)
    found = run(one)
    assert found[-1].distance < 0.7 * found[0].distance
    assert one.ws.shape == (G.num_ws, G.w_dim)
    assert set(one.noise) == set(G.synthesis.noise_layers)
    assert not any(p.requires_grad or p.grad is not None for p in G.parameters())


def test_the_class_decides_what_is_the_mean():
    G = tiny.network("cond")
    means = [statistics(G, label, 200).mean for label in (0, 1, None)]
    assert not torch.allclose(means[0], means[1])
    assert not torch.allclose(means[0], means[2])
    with pytest.raises(ValueError, match="There is no class 7"):
        statistics(G, 7, 10)


def test_the_transform_of_the_input_is_as_given():
    G = tiny.network("sg3")
    turned = np.array([[0.0, 1.0, 0.0], [-1.0, 0.0, 0.0], [0.0, 0.0, 1.0]])
    plain, other = (fit(G, photo(G, 5), given=given).advance() for given in ({}, {"input_transform": turned}))
    assert plain.distance != other.distance


def test_an_ignored_region_has_no_part_in_the_result():
    G = tiny.network("sg2")
    target = photo(G, 3)
    ignored = torch.zeros(target.shape[1:], dtype=torch.bool)
    ignored[:, :12] = True
    painted = target.clone()
    painted[:, :, :9] = torch.rand(3, target.shape[1], 9, generator=torch.Generator().manual_seed(0)) * 255
    with torch.enable_grad():
        image = torch.zeros(1, *target.shape, requires_grad=True)
        compared = comparison(PIXELS, target, ignored)
        compared.distance(image).backward()
    assert float(image.grad[..., :12].abs().max()) == 0
    assert float(image.grad[..., 12:].abs().max()) > 0
    # Smoothing mixes a few columns beside the region; what lies deeper in it makes no difference.
    with_it, without = (fit(G, one, ignored=region) for one, region in ((painted, ignored), (painted, None)))
    plain = fit(G, target, ignored=ignored)
    for one in (with_it, without, plain):
        run(one)
    assert compared.psnr(one_image(G, with_it.ws)) == pytest.approx(compared.psnr(one_image(G, plain.ws)), abs=0.5)
    assert not torch.allclose(with_it.ws, without.ws, atol=1e-3)


def one_image(G, ws):
    with torch.no_grad():
        return G.synthesis(ws[None], noise_mode="const", force_fp32=True)


@pytest.mark.parametrize("plus", [False, True])
def test_a_start_is_where_the_fit_begins(plus):
    G = tiny.network("sg2")
    start = styles(G, [8])[0]
    one = fit(G, photo(G, 8), start=start, plus=plus)
    torch.testing.assert_close(one.ws, start)
    assert not torch.allclose(fit(G, photo(G, 8), plus=plus).ws, start)


def test_a_w_for_each_layer_and_nearer_to_the_mean_by_weight():
    G = tiny.network("sg2")
    target = photo(tiny.relative("other"), 4)
    lengths = []
    for editable in (0.0, 0.6, 1.0):
        one = fit(G, target, 60, plus=True, mean_weight=editable_weight(editable))
        run(one)
        assert not torch.allclose(one.ws[0], one.ws[1])
        lengths.append(float((one.ws - statistics(G, samples=500).mean).norm()))
    assert lengths[0] > lengths[1] > lengths[2]


@pytest.mark.parametrize("plus", [False, True])
def test_a_fit_goes_on_exactly(plus):
    G = tiny.network("sg2")
    target = photo(G, 5)
    whole = fit(G, target, plus=plus, mean_weight=0.1)
    figures = run(whole)
    first = fit(G, target, plus=plus, mean_weight=0.1)
    run(first, 11)
    second = fit(G, target, plus=plus, mean_weight=0.1)
    second.restore(first.state())
    assert run(second, 19) == figures[11:]
    torch.testing.assert_close(second.ws, whole.ws, rtol=0, atol=0)
    torch.testing.assert_close(second.best_ws, whole.best_ws, rtol=0, atol=0)
    with pytest.raises(ValueError, match="of another fit"):
        fit(tiny.network("sg1"), photo(tiny.network("sg1"))).restore({"w": torch.zeros(1)})


@pytest.mark.parametrize(
    "sizes",
    [
        [(4, 4), (8, 8), (8, 8), (16, 16), (16, 16), (32, 32), (32, 32)],
        [(6, 4), (12, 8), (12, 8), (24, 16), (24, 16)],
        [(5, 3), (10, 6), (10, 6), (20, 12)],
        [(32, 32), (8, 8)],
        [],
    ],
)
def test_the_noise_regulariser_and_its_gradient_are_the_published_ones(sizes):
    shapes = {f"layer{i}": size for i, size in enumerate(sizes)}
    flat = drawn(shapes, torch.Generator().manual_seed(1)).requires_grad_()
    with torch.enable_grad():
        found = regulariser(flat, shapes)
        expected = plain_regulariser(list(views(flat, shapes).values()))
    torch.testing.assert_close(found, expected, rtol=1e-5, atol=1e-9)
    if sizes:
        one, other = (torch.autograd.grad(loss, [flat])[0] for loss in (3 * found, 3 * expected))
        torch.testing.assert_close(one, other, rtol=1e-4, atol=1e-8)


def test_noise_is_normalised_layer_by_layer():
    shapes = {"a": (4, 4), "b": (8, 8), "c": (8, 8)}
    flat = 3 * drawn(shapes, torch.Generator().manual_seed(1)) + 1
    normalise(flat, shapes)
    for image in views(flat, shapes).values():
        assert float(image.mean()) == pytest.approx(0, abs=1e-6)
        assert float(image.square().mean()) == pytest.approx(1, rel=1e-5)


@pytest.mark.parametrize("plus", [False, True])
def test_kernels_fit_the_same(plus):
    G = tiny.network("sg2")
    target, found = photo(G, 5), []
    for uses in (False, True):
        if uses and not dispatch.enable():
            pytest.skip("no kernels on this computer")
        whole = fit(G, target, 12, plus=plus)
        with gan.rendered_by() as ways:
            figures = run(whole)
        assert set(ways) == {"gradient plan" if uses else "reference"}
        if uses:  # and go on exactly
            second = fit(G, target, 12, plus=plus)
            run(second, 5)
            third = fit(G, target, 12, plus=plus)
            third.restore(second.state())
            assert run(third, 7) == figures[5:]
        found.append((whole.ws, figures))
    torch.testing.assert_close(found[1][0], found[0][0], rtol=0, atol=2e-3)
    for one, other in zip(found[1][1], found[0][1], strict=True):
        assert one.distance == pytest.approx(other.distance, rel=1e-3)


def tuned(G, target, weight, steps=25):
    others = other_seeds(G, None, 1, 2)
    locality = Locality(others, pyramid, weight, "const") if weight else None
    return Tuning(G, comparison(PIXELS, target), styles(G, [2])[0], enough=0.0, locality=locality)


def test_tuning_nears_the_photo_in_a_copy_and_locality_keeps_the_rest():
    G = tiny.network("sg2")
    before = {name: value.clone() for name, value in G.state_dict().items()}
    target = photo(tiny.relative("other"), 4)
    compared, others = comparison(PIXELS, target), styles(G, range(100, 120))
    changes, distances = [], []
    for weight in (0.0, 10.0):
        one = tuned(G, target, weight)
        run_tuning(one, 25)
        copy = one.finished()
        with torch.no_grad():
            now, old = (N.synthesis(others, noise_mode="const") for N in (copy, G))
        changes.append(float((now - old).square().mean()))
        distances.append(float(compared.squared(one_image(copy, styles(G, [2])[0]))))
    assert max(distances) < float(compared.squared(one_image(G, styles(G, [2])[0])))
    assert changes[1] < changes[0]
    for name, value in G.state_dict().items():
        torch.testing.assert_close(value, before[name], rtol=0, atol=0)


def run_tuning(one, steps):
    return [one.advance() for _ in range(steps)]


def test_tuning_goes_on_exactly():
    G = tiny.network("sg2")
    target = photo(tiny.relative("other"), 4)
    whole, first, second = (tuned(G, target, 1.0) for _ in range(3))
    figures = run_tuning(whole, 12)
    run_tuning(first, 5)
    second.restore(first.state())
    assert run_tuning(second, 7) == figures[5:]
