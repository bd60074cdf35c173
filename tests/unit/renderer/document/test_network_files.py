"""Networks of documents, pinned by content."""

import json

from foundation.network_files import newest_network
from renderer.document import recipe
from renderer.document.arrays import ArrayStore
from renderer.document.document import Compare, Document, View
from renderer.document.network_files import NetworkFile, Pins
from renderer.document.parts import Network
from renderer.document.recipe import Recipe
from renderer.document.session import Session, load, save

A, B = "a" * 64, "b" * 64


def written(source: str = "/n/a.pkl", sha256: str = A) -> str:
    arrays = ArrayStore()
    arrays.networks.opened(source, sha256)
    return recipe.write(Recipe(Document(Network(source))), arrays)


def test_a_recipe_names_the_content_of_its_network():
    assert json.loads(written())["networks"] == [{"source": "/n/a.pkl", "sha256": A, "fingerprint": ""}]
    assert json.loads(written(sha256=""))["networks"] == []


def test_a_session_names_the_content_of_the_compared_network_too(tmp_path):
    arrays, fresh = ArrayStore(), ArrayStore()
    arrays.networks.opened("/n/a.pkl", A)
    arrays.networks.opened("/n/b.pkl", B)
    arrays.networks.opened("/n/c.pkl", B)
    held = Session(Document(Network("/n/a.pkl")), View(compare=Compare(b=Document(Network("/n/b.pkl")))))
    save(tmp_path / "a.stylescope", held, arrays)
    assert load(tmp_path / "a.stylescope", fresh, []) == held
    assert fresh.networks.pins(held) == Pins((NetworkFile("/n/a.pkl", A), NetworkFile("/n/b.pkl", B)))


def test_another_content_is_said_once():
    arrays = ArrayStore()
    recipe.read(written(), arrays, [])
    assert arrays.networks.changed() == ()
    arrays.networks.opened("/n/other.pkl", B)
    assert arrays.networks.changed() == ()
    arrays.networks.opened("/n/a.pkl", B)
    (sentence,) = arrays.networks.changed()
    assert sentence.startswith("a.pkl is not the network that this was saved with")
    arrays.networks.opened("/n/a.pkl", B)
    assert arrays.networks.changed() == ()


def test_the_same_numbers_in_another_file_are_the_same_network():
    for fingerprint, expected in ((A, 0), (B, 1), ("", 1)):
        arrays, fresh = ArrayStore(), ArrayStore()
        arrays.networks.opened("/n/a.pkl", A, A)
        text = recipe.write(Recipe(Document(Network("/n/a.pkl"))), arrays)
        recipe.read(text, fresh, [])
        fresh.networks.opened("/n/a.pkl", B, fingerprint)
        assert len(fresh.networks.changed()) == expected


def test_the_same_content_and_unknown_content_say_nothing():
    for sha256, now in ((A, A), ("", B), (A, "")):
        arrays = ArrayStore()
        arrays.networks.opened("/n/a.pkl", now)
        recipe.read(written(sha256=sha256), arrays, [])
        arrays.networks.opened("/n/a.pkl", now)
        assert arrays.networks.changed() == ()


def test_a_network_that_was_open_before_is_compared_too():
    arrays = ArrayStore()
    arrays.networks.opened("/n/a.pkl", B)
    recipe.read(written(), arrays, [])
    arrays.networks.opened("/n/a.pkl", B)
    assert len(arrays.networks.changed()) == 1


def test_what_is_no_hash_is_left_out():
    text = json.loads(written())
    for wrong in ("x", 3, None, A.upper(), [A]):
        arrays = ArrayStore()
        recipe.read(json.dumps({**text, "networks": [{"source": "/n/a.pkl", "sha256": wrong}]}), arrays, [])
        arrays.networks.opened("/n/a.pkl", B)
        assert arrays.networks.changed() == ()


def test_a_run_folder_stands_for_its_newest_network(tmp_path):
    assert newest_network(str(tmp_path)) == ""
    for kimg in (0, 40, 200):
        (tmp_path / f"network-snapshot-{kimg:06d}.pkl").touch()
    newest = str(tmp_path / "network-snapshot-000200.pkl")
    assert newest_network(str(tmp_path)) == newest
    for other in ("", newest, "https://example.com/net.pkl", str(tmp_path / "gone"), "\0"):
        assert newest_network(other) == ""
