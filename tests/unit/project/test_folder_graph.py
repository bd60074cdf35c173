"""The page of folders: read from imports, one way only, up to date."""

import pytest

from tests.fixtures_path import ROOT
from tools import folder_graph
from tools.folder_graph import CycleError, levels, page, read, reduced


def tree(root, **files: str):
    for name, text in files.items():
        file = root / (name.replace("__", "/") + ".py")
        file.parent.mkdir(parents=True, exist_ok=True)
        (file.parent / "__init__.py").touch()
        file.write_text(text)
    (root / "viz").mkdir(exist_ok=True)
    (root / "viz" / "__init__.py").touch()
    return root


def test_imports_are_read_wherever_they_stand(tmp_path):
    graph = read(
        tree(
            tmp_path,
            viz__shell__app="from viz.state import scene\nimport os\n\ndef f():\n    import viz.gl.textures\n",
            viz__state__scene="from viz.state.facts import Facts\n",
            viz__state__facts="Facts = 1\n",
            viz__gl__textures="",
        )
    )
    assert graph == {
        ("viz/shell", "viz/gl"): ("viz/shell/app.py:5: viz.gl.textures",),
        ("viz/shell", "viz/state"): ("viz/shell/app.py:1: viz.state.scene",),
    }


def test_every_arrow_goes_to_a_lower_level():
    edges = [("a", "b"), ("b", "c"), ("a", "c"), ("d", "c")]
    assert levels(edges) == {"c": 0, "b": 1, "d": 1, "a": 2}
    assert reduced(edges) == [("a", "b"), ("b", "c"), ("d", "c")]


def test_a_cycle_is_named_with_its_arrows():
    with pytest.raises(CycleError) as caught:
        levels([("a", "b"), ("b", "c"), ("c", "a"), ("d", "a")])
    assert caught.value.groups == (("a", "b", "c"),)
    assert set(caught.value.edges) == {("a", "b"), ("b", "c"), ("c", "a")}


def test_the_command_lists_the_imports_of_a_cycle(tmp_path, monkeypatch, capsys):
    tree(tmp_path, viz__a__x="import viz.b.y\n", viz__b__y="import viz.a.x\n")
    monkeypatch.setattr(folder_graph, "ROOT", tmp_path)
    monkeypatch.setattr("sys.argv", ["folder_graph"])
    assert folder_graph.main() == 1
    assert "viz/a/x.py:1: viz.b.y" in capsys.readouterr().err
    (tmp_path / "viz" / "b" / "y.py").write_text("")
    assert folder_graph.main() == 0
    assert "viz_a --> viz_b" in (tmp_path / folder_graph.PAGE).read_text()


def test_the_page_is_up_to_date():
    if not (ROOT / folder_graph.PAGE).is_file():
        pytest.skip("the page has not been made yet: python -m tools.folder_graph")
    assert (ROOT / folder_graph.PAGE).read_text() == page(read(ROOT))
