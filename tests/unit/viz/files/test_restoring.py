"""Restoring a scene from a file."""

from renderer.document.document import Compare, Document, View
from renderer.document.parts import Network
from renderer.document.recall import Recalled
from renderer.ipc.protocol import Display
from viz.files.restoring import restored
from viz.state.scene import Scene


def test_a_run_folder_in_an_older_file_becomes_its_newest_network(tmp_path):
    for kimg in (0, 200):
        (tmp_path / f"network-snapshot-{kimg:06d}.pkl").touch()
    old, newest = Document(Network(str(tmp_path))), Network(str(tmp_path / "network-snapshot-000200.pkl"))
    scene = restored(Scene(), Recalled(old, Display(), View(compare=Compare("split", old))))
    assert scene.document.network == newest
    assert scene.view.compare.b == Document(newest)
    assert restored(Scene(), Recalled(old, Display())).document.network == newest


def test_other_networks_stay_as_they_are(tmp_path):
    (tmp_path / "a.pkl").touch()
    for source in ("", str(tmp_path / "a.pkl"), "https://example.org/net.pkl"):
        document = Document(Network(source))
        assert restored(Scene(), Recalled(document, Display())).document == document
