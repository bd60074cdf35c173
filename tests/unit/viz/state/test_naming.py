"""Naming of history steps from their changes."""

from dataclasses import replace

import pytest

from renderer.document.document import Document, Swatch
from renderer.document.mixing import lock, take
from renderer.document.parts import LayerBend, StyleOffset
from renderer.document.timeline import Key, Timeline, Track
from renderer.ipc.protocol import Latent, LayerNoise, Mixing, Network, Noise, Transform, Truncation
from viz.state.step_names import step_name, timeline_step

BASE = Document()
NAMES = ("b4.conv1", "b8.conv0", "b8.conv1")


def silent(*layers: str) -> Noise:
    return Noise().with_layers(*(LayerNoise(layer, on=False) for layer in layers))


@pytest.mark.parametrize(
    ("after", "name"),
    [
        (Document(network=Network("/a/b/face.pkl")), "Open face.pkl"),
        (Document(network=Network("", 1)), "Reload"),
        (Document(latent=Latent(x=42, y=10)), "Seed 1042"),
        (Document(latent=Latent(x=12.4, y=-0.22)), "Walk to 12.40, −0.22"),
        (Document(latent=Latent(blend="arc")), "Blend in arc"),
        (Document(latent=Latent(label=3)), "Class 3"),
        (Document(latent=Latent(label_b=7)), "Second class 7"),
        (Document(latent=Latent(label_mix=0.4)), "Class mix 40 %"),
        (Document(mixing=take(Mixing(), (1,), None)), "Mix b8.conv0"),
        (Document(mixing=take(Mixing(), (0, 1, 2), None)), "Mix 3 layers"),
        (Document(mixing=take(Mixing(), (9,), None)), "Mix layer 9"),
        (Document(mixing=take(Mixing(), (0, 1, 2), Latent(88.0))), "3 layers ← 88"),
        (Document(mixing=lock(Mixing(), (1,), True)), "Lock b8.conv0"),
        (Document(mixing=Mixing(x=5)), "Style seed 5"),
        (Document(truncation=Truncation(psi=0.62)), "ψ 0.62"),
        (Document(truncation=Truncation(psi=-0.5)), "ψ −0.50"),
        (Document(truncation=Truncation(psi=-0.001)), "ψ 0.00"),
        (Document(truncation=Truncation(cutoff=8)), "Truncate 8 layers"),
        (Document(noise=Noise(mode="none")), "Noise off"),
        (Document(noise=Noise(seed=3)), "Noise seed 3"),
        (Document(noise=Noise(strength=0.5)), "Noise 0.50 ×"),
        (Document(noise=silent("b8.conv0")), "Noise off b8.conv0"),
        (
            Document(noise=Noise().with_layers(LayerNoise("a", on=False), LayerNoise("b", on=False))),
            "Noise off in 2 layers",
        ),
        (Document(transform=Transform(angle=12)), "Rotate 12°"),
        (Document(transform=Transform(angle=-7.25)), "Rotate −7.2°"),
        (Document(transform=Transform(x=0.1)), "Translate 0.10, 0.00"),
        (Document(transform=Transform(x=0.1, angle=5)), "Move and turn"),
        (Document(transform=Transform(whole_pixels=True)), "Whole pixels on"),
        (Document(force_fp32=True), "Use fp32"),
        (Document(latent=Latent(x=5), truncation=Truncation(psi=0.7)), "Seed 5, ψ 0.70"),
        (Document(latent=Latent(x=5), truncation=Truncation(psi=0.7), force_fp32=True), "3 changes"),
    ],
)
def test_steps_from_the_defaults(after, name):
    assert step_name(BASE, after, NAMES) == name


@pytest.mark.parametrize(
    ("before", "name"),
    [
        (Document(mixing=take(Mixing(), (1,), None)), "No mixing"),
        (Document(mixing=take(Mixing(), (1,), None), force_fp32=True), "Reset everything"),
        (Document(network=Network("x.pkl")), "Open Demo network"),
        (BASE, ""),
    ],
)
def test_steps_back_to_the_defaults(before, name):
    assert step_name(before, BASE, NAMES) == name


def test_taking_away_and_resetting_parts():
    other = Document(force_fp32=True)  # so that the steps are not "Reset everything"
    mixed = replace(other, mixing=take(Mixing(), (0, 1), None))
    assert step_name(mixed, replace(other, mixing=take(Mixing(), (0,), None)), NAMES) == "Unmix b8.conv0"
    assert step_name(mixed, other, NAMES) == "No mixing"
    given = replace(other, mixing=take(Mixing(), (0, 1), Latent(88.0)), shelf=(Swatch("Ada", Latent(88.0)),))
    assert step_name(mixed, replace(mixed, mixing=given.mixing), NAMES) == "2 layers ← 88"
    assert step_name(replace(given, mixing=Mixing()), given, NAMES) == "2 layers ← Ada"
    half = replace(given, mixing=take(Mixing(), (0, 1), Latent(88.0), 0.5))
    assert step_name(given, half, NAMES) == "2 layers 50 %"
    locked = replace(given, mixing=lock(given.mixing, (1,), True))
    assert [step_name(given, locked, NAMES), step_name(locked, given, NAMES)] == ["Lock b8.conv0", "Unlock b8.conv0"]
    assert step_name(replace(other, noise=silent("a")), other) == "Noise on a"
    assert step_name(replace(other, noise=Noise("random", 3)), other) == "Reset noise"
    assert step_name(replace(other, latent=Latent(3, 4, "z")), other) == "Reset latent"
    assert step_name(replace(other, transform=Transform(1, 2, 3)), other) == "Reset transform"
    assert step_name(replace(other, truncation=Truncation(0.5, 3)), other) == "Reset truncation"
    assert step_name(replace(other, truncation=Truncation(cutoff=3)), other) == "Truncate all layers"


def test_exchanged_parts_have_a_name():
    one, other = StyleOffset("b8.conv0", 3, 1.0), StyleOffset("b8.conv1", 4, 1.0)
    assert step_name(Document(styles=(one,)), Document(styles=(other,))) == "Style channels"
    bends = LayerBend("b8.conv0"), LayerBend("b8.conv1")
    assert step_name(Document(bends=bends[:1]), Document(bends=bends[1:])) == "Layer bending"


def test_resetting_everything_keeps_the_network():
    network = Network("x.pkl", 2)
    before = Document(network=network, latent=Latent(x=4), truncation=Truncation(0.3))
    assert step_name(replace(before, latent=Latent()), Document(network=network)) == "ψ 1.00"
    assert step_name(before, Document(network=network)) == "Reset everything"


def keys(**at_values: float) -> Timeline:
    """Return a timeline with a track of ψ; `s2=0.5` is a key of 0.5 at 2 s."""
    found = tuple(Key(float(at.removeprefix("s")), value) for at, value in at_values.items())
    return Timeline(tracks=(Track("truncation.psi", found),) if found else ())


@pytest.mark.parametrize(
    ("before", "after", "name"),
    [
        (keys(), keys(s0=1.0), "Key ψ"),
        (keys(), keys(s0=1.0, s4=0.5), "Keys of ψ"),
        (keys(s0=1.0), keys(s0=1.0, s4=0.5), "Key ψ"),
        (keys(s0=1.0, s4=0.5), keys(s0=1.0), "Remove ψ key"),
        (keys(s0=1.0, s2=0.7, s4=0.5), keys(s0=1.0), "Remove 2 ψ keys"),
        (keys(s0=1.0, s4=0.5), keys(s0=1.0, s5=0.5), "Move ψ key"),
        (keys(s0=1.0, s4=0.5), keys(s0=1.0, s4=0.6), "Change ψ key"),
        (keys(s0=1.0, s4=0.5), keys(s1=0.3, s3=0.9), "Other keys of ψ"),  # filled by a walk
        (keys(s0=1.0, s4=0.5), keys(s0=0.3, s4=0.9), "Other keys of ψ"),
        (keys(s0=1.0, s4=0.5), keys(s1=1.0, s5=0.5), "Move 2 ψ keys"),
    ],
)
def test_steps_of_keys_say_what_was_done(before, after, name):
    assert timeline_step(before, after) == name
