"""Contract of drawn texts: whatever Dear ImGui gets as a text or an id is a constant, or has passed `drawable`."""

import ast
from collections.abc import Iterator

import pytest

from tests.fixtures_path import ROOT

TEXTS = {
    **dict.fromkeys(
        ("text", "text_unformatted", "text_wrapped", "text_disabled", "bullet_text", "calc_text_size"), (0,)
    ),
    **dict.fromkeys(
        ("push_id", "get_id", "invisible_button", "button", "small_button", "selectable", "checkbox"), (0,)
    ),
    **dict.fromkeys(("begin", "begin_child", "begin_popup", "begin_popup_modal", "open_popup", "is_popup_open"), (0,)),
    **dict.fromkeys(("begin_menu", "begin_table", "begin_combo", "begin_tab_item", "tree_node", "set_tooltip"), (0,)),
    **dict.fromkeys(("table_setup_column", "set_clipboard_text", "separator_text", "collapsing_header"), (0,)),
    **dict.fromkeys(("set_window_focus", "find_window_by_name", "begin_popup_context_window"), (0,)),
    **dict.fromkeys(("slider_float", "drag_float", "slider_int", "drag_int", "input_float", "input_int"), (0,)),
    **dict.fromkeys(("menu_item", "input_text", "label_text", "text_colored"), (0, 1)),
    "input_text_with_hint": (0, 1, 2),
    **dict.fromkeys(("begin_plot", "plot_line", "plot_shaded", "plot_scatter", "plot_heatmap", "plot_bars"), (0,)),
    "setup_axes": (0, 1),
    "add_text": (4,),
}
"""Places of the texts among the arguments of functions of imgui, implot and draw lists."""
MODULES = {"imgui", "implot", "internal", "lines", "d"}
"""Names under which those are called."""

OURS = {
    "viz/analysis/lens.py": {"name"},
    "viz/analysis/panel.py": {"block.name"},
    "viz/analysis/performance.py": {"what"},
    "viz/directions/results.py": {"index"},
    "viz/generate/directions.py": {"index"},
    "viz/generate/layer_bending.py": {"index"},
    "viz/generate/layer_choice.py": {"id_"},
    "viz/generate/noise.py": {"layer"},
    "viz/generate/style_channels.py": {"index"},
    "viz/history/panel.py": {"index"},
    "viz/mixing/grid_view.py": {"name"},
    "viz/mixing/shelf.py": {"index"},
    "viz/runs/curves_section.py": {"label"},
    "viz/runs/new_run/fields.py": {"part.name"},
    "viz/runs/new_run/measurements.py": {"one.name"},
    "viz/shell/app_bar.py": {"name", "i"},
    "viz/shell/dialogs.py": {"title"},
    "viz/shell/layout.py": {"window", "name", "RUNS if workspace == 'train' else CENTRE"},
    "viz/shell/panel_sizes.py": {"layout.TABS[0]", "layout.DIRECTIONS"},
    "viz/shell/settings_dialog.py": {"name"},
    "viz/timeline/lanes.py": {"'key' if pointed else 'lanes'"},
    "viz/timeline/menus.py": {"name"},
    "viz/tour/script.py": {"panel"},
    "viz/ui/draw_cache.py": {"name"},
    "viz/ui/theme.py": {"shown"},
    "viz/ui/widgets/paint.py": {"shown", "size.text"},
    "viz/ui/widgets/menus.py": {"name"},
    "viz/ui/widgets/typed.py": {"id_"},
    "viz/ui/widgets/rows.py": {"id_", "fmt"},
}
"""Expressions that hold numbers, names that the source itself gives, or what `drawable` has returned a line before."""


def unsafe(source: str, ours: set[str]) -> Iterator[tuple[int, str]]:
    """Yield (line, expression) of each text that may come from elsewhere."""
    for call in ast.walk(ast.parse(source)):
        if not isinstance(call, ast.Call) or not isinstance(call.func, ast.Attribute):
            continue
        if ast.unparse(call.func.value).rpartition(".")[2] not in MODULES:
            continue
        for place in TEXTS.get(call.func.attr, ()):
            if place < len(call.args):
                yield from _unsafe(call.args[place], ours)


def _unsafe(node: ast.expr, ours: set[str]) -> Iterator[tuple[int, str]]:
    text = ast.unparse(node)
    if isinstance(node, ast.JoinedStr):
        for part in node.values:
            if isinstance(part, ast.FormattedValue):
                yield from _unsafe(part.value, ours)
    elif isinstance(node, ast.Call) and ast.unparse(node.func).rpartition(".")[2] == "drawable":
        return
    elif not isinstance(node, ast.Constant) and not text.strip("_").isupper() and text not in ours:
        yield node.lineno, text


def test_every_drawn_text_is_bounded():
    wrong = [
        f"{file}:{line}: {text}"
        for path in sorted((ROOT / "viz").rglob("*.py"))
        for file in [path.relative_to(ROOT).as_posix()]
        for line, text in unsafe(path.read_text(encoding="utf-8"), OURS.get(file, set()))
    ]
    assert not wrong, "pass it through `ui.drawable`, or use `ui.draw`, `ui.input_text`, `ui.copy_text`, ..."


@pytest.mark.parametrize(
    ("source", "found"),
    [
        ("imgui.text(name)", ["name"]),
        ("imgui.text('name')", []),
        ("imgui.push_id(f'{run.folder} {i}')", ["run.folder"]),
        ("imgui.push_id(ui.drawable(run.folder))", []),
        ("imgui.menu_item(f'{drawable(name)}###{i}', keys)", ["keys"]),
        ("imgui.input_text_with_hint('##a', hint, text)", ["hint", "text"]),
        ("imgui.begin(_CENTRE)", []),
        ("implot.plot_line(line.label, x, y)", ["line.label"]),
        ("lines.add_text(font, 3.0, at, color, path)", ["path"]),
        ("imgui.internal.find_window_by_name(found())", ["found()"]),
        ("self.text(name)", []),
    ],
)
def test_the_search_finds_texts_from_elsewhere(source, found):
    assert [text for _, text in unsafe(source, {"i"})] == found


DRAWING = (
    *("add_text", "text", "text_wrapped", "text_unformatted", "text_colored", "bullet_text"),
    *("menu_item", "button", "begin_tooltip"),
)


def test_all_texts_are_drawn_where_they_can_be_recorded():
    wrong = [
        f"{path.relative_to(ROOT).as_posix()}:{call.lineno}"
        for path in sorted((ROOT / "viz").rglob("*.py"))
        if "viz/ui/" not in path.as_posix()
        for call in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(call, ast.Call) and isinstance(call.func, ast.Attribute) and call.func.attr in DRAWING
        if ast.unparse(call.func.value).rpartition(".")[2] in {*MODULES} - {"ui"}
    ]
    assert not wrong, "use `ui.draw`, `ui.wrapped`, `ui.menu_item`, `ui.button`, `ui.begin_tooltip`"
