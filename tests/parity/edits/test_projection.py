"""Fits of photos and tuning against the published programs (fixtures/projector_parity)."""

import numpy as np
import pytest
import torch
import torch.nn.functional as F

from gan.edits.projection.comparison import Comparison
from gan.edits.projection.fit import Fit, FitOptions
from gan.edits.projection.mean import statistics
from gan.edits.projection.schedule import learning_rate, noise_scale
from gan.edits.projection.tuning import Tuning
from gan.metrics.detectors import Detectors
from gan.metrics.distance import distance_at_hand
from tests.fixtures_path import fixtures
from tests.parity.edits.published import network, published

CASE = "projector_parity"
RUNS = ("p0_ada_sg2_64", "p1_ada_avatars-32", "p2_ada_sg3t_64", "p3_pti_wplus_avatars-32")
TUNINGS = ("t0_pti_avatars-32", "t1_pti_avatars-32")


def stand_in():
    """Return the fixture's stand-in of VGG16: images [1, 3, H, W], 0..255 -> features [1, D]."""
    _, arrays = published(CASE)
    weights = [
        (torch.from_numpy(arrays[f"standin/c{i}.weight"]), torch.from_numpy(arrays[f"standin/c{i}.bias"]))
        for i in (1, 2, 3)
    ]

    def features(images):
        x, parts = images / 127.5 - 1, []
        for number, (weight, bias) in enumerate(weights):
            x = F.leaky_relu(F.conv2d(F.avg_pool2d(x, 2) if number else x, weight, bias, padding=1), 0.2)
            unit = x / (x.square().sum(dim=1, keepdim=True) + 1e-8).sqrt()
            parts.append((unit / (x.shape[2] * x.shape[3]) ** 0.5).flatten(1))
        return torch.cat(parts, dim=1)

    return features


def compared(run):
    target = torch.from_numpy(published(CASE)[1][f"{run}/target"]).permute(2, 0, 1).float()
    return Comparison(stand_in(), target)


def generator(run):
    return network(CASE, published(CASE)[0]["runs"][run]["network"])


def test_the_stand_in_is_that_of_the_fixture():
    _, arrays = published(CASE)
    found = stand_in()(torch.from_numpy(arrays["standin/x"]))[:, ::97]
    np.testing.assert_allclose(found, arrays["standin/y_head"], rtol=0, atol=1e-6)


@pytest.mark.parametrize("run", RUNS)
def test_schedules_and_the_statistics_of_w(run):
    meta, arrays = published(CASE)
    about = meta["runs"][run]
    G, steps = generator(run), about["num_steps"]
    found = statistics(G, samples=about["w_avg_samples"])
    np.testing.assert_allclose(found.mean, arrays[f"{run}/w_avg"][0], rtol=0, atol=1e-5)
    assert found.std == pytest.approx(about["w_std"], rel=1e-5)
    rates = [learning_rate(t, steps, about["initial_learning_rate"]) for t in range(steps)]
    np.testing.assert_allclose(rates, arrays[f"{run}/lr"], rtol=0, atol=1e-5)
    scales = [noise_scale(t, steps, about["w_std"]) for t in range(steps)]
    np.testing.assert_allclose(scales, arrays[f"{run}/w_noise_scale"], rtol=0, atol=1e-5)


@pytest.mark.parametrize("run", RUNS)
def test_every_step_of_a_fit(run):
    meta, arrays = published(CASE)
    about = meta["runs"][run]
    ask, plus = about["ask"], "wplus" in run
    G = generator(run)
    options = FitOptions(about["num_steps"], about["seed"], plus=plus, learning_rate=about["initial_learning_rate"])
    fit = Fit(G, compared(run), statistics(G), options)
    for name, image in fit.noise.items():
        np.testing.assert_array_equal(image, arrays[f"{run}/noise_init/{name}.noise_const"])
    for step in range(about["num_steps"]):
        rows = arrays[f"{run}/w_steps"][step]
        np.testing.assert_allclose(fit.w.detach()[0], rows, rtol=0, atol=ask["w_steps_and_final"])
        found = fit.advance()
        assert found.distance == pytest.approx(arrays[f"{run}/dist"][step], rel=ask["dist_relative"])
        assert found.loss == pytest.approx(arrays[f"{run}/loss"][step], rel=ask["loss_relative"])
    np.testing.assert_allclose(fit.ws, arrays[f"{run}/w_final"], rtol=0, atol=ask["w_steps_and_final"])
    for name, image in fit.noise.items():
        np.testing.assert_allclose(image, arrays[f"{run}/noise_final/{name}.noise_const"], rtol=0, atol=2e-3)
    with torch.no_grad():
        image = G.synthesis(fit.ws[None], noise_mode="const", force_fp32=True)
    np.testing.assert_allclose(image, arrays[f"{run}/img"], rtol=0, atol=ask["img"])


def test_the_same_by_a_torchscript_file_in_its_own_process():
    run, (meta, arrays) = RUNS[1], published(CASE)
    about = meta["runs"][run]
    detectors = Detectors([fixtures() / CASE / "standin.pt"], trusted=True)
    try:
        distance = distance_at_hand(detectors)
        assert distance.name == "LPIPS (VGG16)"
        G = generator(run)
        target = compared(run).target
        options = FitOptions(about["num_steps"], about["seed"], learning_rate=about["initial_learning_rate"])
        fit = Fit(G, Comparison(distance.features, target), statistics(G), options)
        for step in range(6):
            found = fit.advance()
            assert found.loss == pytest.approx(arrays[f"{run}/loss"][step], rel=about["ask"]["loss_relative"])
        rows = arrays[f"{run}/w_steps"][6]
        np.testing.assert_allclose(fit.w.detach()[0], rows, rtol=0, atol=about["ask"]["w_steps_and_final"])
    finally:
        detectors.close()


@pytest.mark.parametrize("run", TUNINGS)
def test_every_step_of_tuning(run):
    meta, arrays = published(CASE)
    about = meta["runs"][run]
    ask, G = about["ask"], generator(run)
    before = {name: value.clone() for name, value in G.state_dict().items()}
    tuning = Tuning(G, compared(run), torch.from_numpy(arrays[f"{run}/pivot"]), enough=about["LPIPS_value_threshold"])
    losses = []
    while len(losses) < about["max_pti_steps"] and not tuning.done:
        found = tuning.advance()
        losses.append([found.loss, found.squared, found.distance])
    assert tuning.step == about["steps_done"] - (1 if tuning.done else 0)
    np.testing.assert_allclose(losses, arrays[f"{run}/losses"], rtol=ask["losses_relative"])
    after = dict(tuning.finished().named_parameters())
    norms = [float((after[name] - before[name]).norm()) for name in about["norms_names"]]
    expected = arrays[f"{run}/norms"]
    np.testing.assert_allclose(norms, expected, rtol=0, atol=ask["norms_of_largest"] * expected.max())
    for name, value in G.state_dict().items():
        torch.testing.assert_close(value, before[name], rtol=0, atol=0)
