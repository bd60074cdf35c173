"""Choice of a layer by name, as the sections that add something to a layer have it."""

from collections.abc import Sequence

from imgui_bundle import imgui

from viz.ui import widgets as ui


def layer_row(id_: str, layer: str, names: Sequence[str], typed: str, hint: str) -> tuple[str, str]:
    """Draw the row that chooses a layer; return the chosen one, and what was typed to find it.

    Args:
        id_: Of the row; that of its list ends in an s.
        layer: The present one; where it is none of `names`, the first of them is chosen.
        names: Layers of the network.
        typed: Text typed into the list.
        hint: Tooltip.
    """
    if layer not in names:
        layer = names[0] if names else ""
    width = ui.row_label("Layer")
    if ui.choice(id_, layer or "none", width=width, show_label=False, hint=hint):
        imgui.open_popup(f"{id_}s")
    picked, typed = ui.pick(f"{id_}s", names, names.index(layer) if layer else 0, typed)
    return (layer if picked is None else names[picked]), typed
