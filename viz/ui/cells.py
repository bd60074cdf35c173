"""Cells of a range of layers."""

from functools import lru_cache

from renderer.ipc.protocol import ModelInfo
from viz.state.bands import band_of, short_name
from viz.ui.widgets.band_range import Cell


def cells_of(model: ModelInfo | None) -> tuple[Cell, ...]:
    """Return a cell for each w vector of a network, in the colour of its band; none without a network."""
    return () if model is None else _cells(model)


@lru_cache(maxsize=8)
def _cells(model: ModelInfo) -> tuple[Cell, ...]:
    return tuple(Cell(band_of(model, i).token, short_name(name)) for i, name in enumerate(model.ws_names))
