"""Truncation goes to the mean of a latent's class where the network has one for each."""

import torch

import gan
from renderer.document.arrays import ArrayStore
from renderer.document.parts import ImageState, Latent, Truncation
from renderer.engine.describing import describe_model
from renderer.engine.keys import ws_key
from renderer.engine.models import Model
from renderer.engine.ws import WsBuilder
from renderer.ipc.protocol import Network
from tests.unit.io.test_stylegan_xl import SIZES, generator


def test_mean_of_the_class():
    G, device = generator(), torch.device("cpu")
    info = gan.describe({"G_ema": gan.Architecture("stylegan_xl.Generator", {**SIZES, "c_dim": 3})})
    model = Model(G, device, describe_model(Network("net.pkl"), G, info, device))
    builder = WsBuilder(model, ArrayStore(), lambda key, make: make())

    def mean(**latent):
        state = ImageState(latent=Latent(2.0, **latent), truncation=Truncation(0.0))
        return builder.build(ws_key(model, state))[0, 0]

    means = G.mapping.w_avg
    torch.testing.assert_close(mean(label=1), means[1])
    torch.testing.assert_close(mean(label=1, label_b=2, label_mix=0.25), torch.lerp(means[1], means[2], 0.25))
    torch.testing.assert_close(mean(), means.mean(dim=0))
