"""Effects of directions on the test pattern. Standard library and numpy."""

from dataclasses import replace

import numpy as np
import numpy.typing as npt

from renderer.document.directions.effects import EffectsFound
from renderer.engine.base import Watch
from renderer.fake.waves import wave
from renderer.ipc.protocol import Direction, Effects, ModelInfo, StyleOffset

Floats = npt.NDArray[np.float32]


class Waves:
    """Measures what a direction, or a style channel, does to the waves."""

    def __init__(self, work: Effects, model: ModelInfo) -> None:
        self._work, self._model, self._done = work, model, 0

    def step(self, watch: Watch) -> tuple[int, int, Floats | None]:
        """Wait for a step, so that work in progress can be seen; then measure all at once."""
        self._done += 1
        if self._done < 2:
            return 1, 2, None
        work, model = self._work, self._model
        layers = range(max(work.first, 0), min(work.last, model.num_ws - 1) + 1)
        by_layer = np.zeros(model.num_ws, np.float32)
        for layer in layers:
            by_layer[layer] = float(np.square(self._change(layer, layer)).mean())
        where = np.square(self._change(layers[0], layers[-1]))
        # How alike numbers of chance are; the fake search projects nothing.
        kept = [(int(one.array.sha256[:2], 16) / 255, int(one.array.sha256[2:4], 16) / 1000) for one in work.fixed]
        return 2, 2, EffectsFound(by_layer, where, np.array(kept, np.float32).reshape(-1, 2)).packed()

    def _change(self, first: int, last: int) -> Floats:
        work, image = self._work, self._work.request.image
        if work.style:
            after = replace(image, styles=(*image.styles, StyleOffset(work.style, work.channel, 1.0, work.sigma)))
        else:
            strength = 0.1 + int(work.array.sha256[:2], 16) / 400  # waves do not know the numbers of a direction
            after = replace(image, directions=(*image.directions, Direction("", work.array, strength, first, last)))
        return wave(after, self._model, 0, 16) - wave(image, self._model, 0, 16)
