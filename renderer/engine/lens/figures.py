"""All figures of the lens, with what is kept of them from job to job."""

from renderer.document.arrays import ArrayStore
from renderer.engine.base import Steps, Watch
from renderer.engine.lens.diversity import diversity_steps, kept
from renderer.engine.lens.equivariance import equivariance_steps
from renderer.engine.lens.measuring import Measuring
from renderer.engine.lens.path_map import MapFields, map_steps
from renderer.engine.lens.power import Powers, power_steps
from renderer.engine.models import Model
from renderer.ipc.protocol import Diversity, Equivariance, PathMap, RadialPower

FIGURES = (Equivariance, RadialPower, Diversity, PathMap)
"""Jobs of the lens."""


class LensFigures:
    """Does the jobs of the lens.

    Args:
        arrays: Arrays that requests name.
        measuring: The distance at hand.
    """

    def __init__(self, arrays: ArrayStore, measuring: Measuring) -> None:
        self._arrays, self._measuring = arrays, measuring
        self.clear()

    def clear(self) -> None:
        """Drop what is kept."""
        self._powers, self._diversities, self._fields = Powers(), kept(), MapFields()

    def steps(self, model: Model, work: Equivariance | RadialPower | Diversity | PathMap, watch: Watch) -> Steps:
        """Do a job in steps. `watch` may interrupt a step, which is then tried again."""
        match work:
            case Equivariance():
                return equivariance_steps(model, self._arrays, work, watch)
            case RadialPower():
                return power_steps(model, self._arrays, self._powers, work, watch)
            case Diversity():
                return diversity_steps(model, self._arrays, self._diversities, self._measuring, work, watch)
            case PathMap():
                return map_steps(model, self._arrays, self._fields, self._measuring, work, watch)
