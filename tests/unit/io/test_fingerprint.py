"""Fingerprints of networks."""

import torch

import gan
from gan.io import fingerprint as fingerprints
from gan.io.fingerprint import fingerprint, known_fingerprint
from gan.networks import build_generator

SIZES = {"z_dim": 6, "c_dim": 0, "w_dim": 8, "img_resolution": 16, "img_channels": 3}


def network():
    torch.manual_seed(3)
    return build_generator("stylegan2.Generator", **SIZES, channel_base=64, channel_max=8).eval()


def test_the_fingerprint_survives_a_file_and_changes_with_one_number(tmp_path):
    G = network()
    arguments = {**SIZES, "channel_base": 64, "channel_max": 8}
    info = gan.describe({"G_ema": gan.Architecture("stylegan2.Generator", arguments)})
    gan.save(tmp_path / "g.safetensors", gan.Networks(None, None, G, info))
    again = gan.load(tmp_path / "g.safetensors").G_ema
    assert fingerprint(again) == fingerprint(G) == fingerprint(network())
    for change in (G.synthesis.b8.conv0.weight, G.mapping.w_avg, G.synthesis.b4.conv1.noise_const):
        before = fingerprint(G)
        with torch.no_grad():
            change.view(-1)[-1] += 1
        assert fingerprint(G) != before


def test_the_fingerprint_is_as_documented():
    import hashlib

    layer = torch.nn.Linear(2, 1)
    lines = b'["bias", "float32", [1]]\n', b'["weight", "float32", [1, 2]]\n'
    numbers = [value.detach().numpy().tobytes() for value in (layer.bias, layer.weight)]
    assert fingerprint(layer) == hashlib.sha256(lines[0] + numbers[0] + lines[1] + numbers[1]).hexdigest()
    assert fingerprint(layer.to(memory_format=torch.contiguous_format)) == fingerprint(layer)


def test_the_same_file_is_hashed_once(monkeypatch):
    hashed = []

    def counted(network):
        hashed.append(network)
        return fingerprint(network)

    monkeypatch.setattr(fingerprints, "fingerprint", counted)
    monkeypatch.setattr(fingerprints, "_known", {})
    G = network()
    assert known_fingerprint(G, "a") == known_fingerprint(G, "a") == fingerprint(G)
    assert len(hashed) == 1
    known_fingerprint(G, "a", "G")
    known_fingerprint(G, "b")
    assert len(hashed) == 3
    known_fingerprint(G, "")
    known_fingerprint(G, "")
    assert len(hashed) == 5, "a network without a file is hashed each time"
