"""Facts of a network beside the open one: its kind, its size, and whether it fits. Standard library and numpy."""

import json
from dataclasses import asdict, dataclass, fields
from typing import Any

import numpy as np
import numpy.typing as npt

from foundation.inputs import SENTENCE, TEXT_LENGTH, clean_fields, read_object


@dataclass(frozen=True)
class NetworkFacts:
    """A network, as it stands beside another one, A."""

    title: str = ""
    """File name without its folder."""
    family: str = ""
    resolution: int = 0
    z_dim: int = 0
    w_dim: int = 0
    c_dim: int = 0
    num_ws: int = 0
    nbytes: int = 0
    """Memory of its weights on the device."""
    misfit: str = ""
    """Why its layers cannot be blended with those of A, as a clause; empty where they can."""
    w_misfit: str = ""
    """Why it cannot draw the w of A, as a clause; empty where it can."""

    def __post_init__(self) -> None:
        clean_fields(self, title=TEXT_LENGTH, family=TEXT_LENGTH, misfit=SENTENCE, w_misfit=SENTENCE)

    def packed(self) -> npt.NDArray[np.uint8]:
        """Return the facts as the bytes of a JSON object, uint8 [N]: results of jobs are arrays."""
        return np.frombuffer(json.dumps(asdict(self)).encode(), np.uint8)

    @classmethod
    def of(cls, packed: npt.NDArray[np.generic]) -> "NetworkFacts":
        """Return what a packed array holds."""
        found: dict[str, Any] = read_object(np.asarray(packed, np.uint8).tobytes())
        return cls(**{one.name: found[one.name] for one in fields(cls) if one.name in found})
