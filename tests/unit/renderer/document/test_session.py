"""Session files: intact, of every version, and damaged."""

import json
import zipfile
from pathlib import Path

import numpy as np
import pytest

from renderer.document import session
from renderer.document.arrays import ArrayStore
from renderer.document.document import Camera, Document, Swatch, View
from renderer.document.parts import (
    Direction,
    Display,
    Latent,
    LayerNoise,
    LayerStyle,
    Mixing,
    Network,
    Noise,
    Transform,
    Truncation,
    WBlend,
)
from renderer.document.recipe import RecipeError
from renderer.document.session import Session, load, save

KEPT = Path(__file__).parent / "sessions"
"""A file of each version, as it was written when that version was the newest. Never change one; add one."""


def made(arrays: ArrayStore) -> Session:
    """A session with something in every part that version 1 has."""
    w = arrays.add(np.arange(8, dtype=np.float32) / 3)
    blend = WBlend(((Latent(4.0), 0.25), (Latent(array=w), 0.75)), keep_norm=True)
    document = Document(
        network=Network("/networks/faces.pkl"),
        latent=Latent(3.5, -2.0, "arc", label=2),
        mixing=Mixing(7.0, (LayerStyle(1, blend, 0.5), LayerStyle(4, locked=True)), solo=(1,)),
        truncation=Truncation(0.7, 8, (0.5, 0.9)),
        directions=(Direction("smile", w, 1.5, 0, 3),),
        noise=Noise("random", 5, 0.5, (LayerNoise("b8.conv0", False),)),
        transform=Transform(0.25, 0.5, 12.0, True),
        force_fp32=True,
        shelf=(Swatch("first", Latent(9.0), Mixing(layers=(LayerStyle(0),))),),
    )
    view = View("mix", "transform", Camera(2.0, 0.25, 0.75), Display("b16.conv0", "one", 3))
    return Session(document, view)


def test_a_session_comes_back_as_it_was(tmp_path):
    arrays, fresh, notes = ArrayStore(), ArrayStore(), []
    wanted = made(arrays)
    save(tmp_path / "a.stylescope", wanted, arrays, b"\x89PNG")
    assert load(tmp_path / "a.stylescope", fresh, notes) == wanted
    assert notes == []
    assert fresh.names() == arrays.names()
    assert list(tmp_path.iterdir()) == [tmp_path / "a.stylescope"]
    with zipfile.ZipFile(tmp_path / "a.stylescope") as file:
        assert {"session.json", "thumbnail.png"} < set(file.namelist())
        assert json.loads(file.read("session.json"))["version"] == session.VERSION


@pytest.mark.parametrize("version", range(1, session.VERSION + 1))
def test_a_session_of_every_version_opens(version):
    arrays, notes = ArrayStore(), []
    assert load(KEPT / f"version-{version}.stylescope", arrays, notes) == made(ArrayStore())
    assert notes == []
    assert len(arrays.names()) == 1


def test_there_is_a_migration_from_every_older_version():
    assert set(session.MIGRATIONS) == set(range(1, session.VERSION))


def test_a_session_of_a_newer_version_gives_a_sentence(tmp_path):
    with zipfile.ZipFile(tmp_path / "a.stylescope", "w") as file:
        file.writestr("session.yaml", f"stylescope: session\nversion: {session.VERSION + 1}\n")
    with pytest.raises(RecipeError, match="newer StyleScope"):
        load(tmp_path / "a.stylescope", ArrayStore(), [])


def test_of_a_session_cut_off_in_its_arrays_the_document_is_left(tmp_path):
    arrays, fresh, notes = ArrayStore(), ArrayStore(), []
    wanted, path = made(arrays), tmp_path / "a.stylescope"
    save(path, wanted, arrays)
    whole = path.read_bytes()
    path.write_bytes(whole[: whole.index(b"arrays/") + 90])
    assert load(path, fresh, notes) == wanted
    assert notes[0] == "the file is damaged"
    assert any(note.startswith("arrays.") for note in notes)


def test_of_a_session_cut_off_in_its_state_the_beginning_is_left(tmp_path):
    arrays, notes = ArrayStore(), []
    wanted, path = made(arrays), tmp_path / "a.stylescope"
    save(path, wanted, arrays)
    whole = path.read_bytes()
    path.write_bytes(whole[: whole.index(b"truncation")])
    found = load(path, ArrayStore(), notes)
    assert found.document.network == wanted.document.network
    assert found.document.latent == wanted.document.latent
    assert found.document.truncation == Truncation()
    assert notes


def test_of_a_state_that_is_no_json_every_part_but_the_bad_one_is_left(tmp_path):
    arrays, notes = ArrayStore(), []
    wanted, path = made(arrays), tmp_path / "a.stylescope"
    save(path, wanted, arrays)
    path.write_bytes(path.read_bytes().replace(b'{"psi":0.7', b'{,psi":0.7', 1))
    found = load(path, ArrayStore(), notes)
    assert found.document.truncation != wanted.document.truncation
    assert found.document.latent == wanted.document.latent
    assert found.document.noise == wanted.document.noise
    assert found.view == wanted.view
    assert notes


def test_damage_anywhere_never_raises_anything_but_a_sentence(tmp_path):
    arrays = ArrayStore()
    path = tmp_path / "a.stylescope"
    save(path, made(arrays), arrays)
    whole, random = path.read_bytes(), np.random.RandomState(0)
    opened = 0
    for _ in range(200):
        data = bytearray(whole[: random.randint(1, len(whole) + 1)] if random.rand() < 0.5 else whole)
        for _ in range(random.randint(0, 12)):
            data[random.randint(0, len(data))] = random.randint(0, 256)
        path.write_bytes(bytes(data))
        try:
            load(path, ArrayStore(), [])
            opened += 1
        except RecipeError as error:
            assert "\n" not in str(error)  # noqa: PT017
    assert opened > 50


@pytest.mark.parametrize("content", [b"", b"hello", b"PK\3\4", b"PK\5\6" + bytes(18)])
def test_what_is_no_session_gives_a_sentence(tmp_path, content):
    (tmp_path / "a.stylescope").write_bytes(content)
    with pytest.raises(RecipeError, match="no session"):
        load(tmp_path / "a.stylescope", ArrayStore(), [])


def test_a_session_that_unpacks_to_too_much_is_refused(tmp_path, monkeypatch):
    monkeypatch.setattr(session, "MOST_STATE", 1 << 16)
    with zipfile.ZipFile(tmp_path / "a.stylescope", "w", zipfile.ZIP_DEFLATED) as file:
        file.writestr("session.yaml", "x" * (1 << 20))
    with pytest.raises(RecipeError, match="no session"):
        load(tmp_path / "a.stylescope", ArrayStore(), [])


def test_a_file_that_cannot_be_written_leaves_the_older_one(tmp_path, monkeypatch):
    arrays = ArrayStore()
    path = tmp_path / "a.stylescope"
    save(path, made(arrays), arrays)
    before = path.read_bytes()

    def fail(*_: object) -> bytes:
        raise OSError("disk full")

    monkeypatch.setattr(zipfile.ZipFile, "writestr", fail)
    with pytest.raises(OSError, match="disk full"):
        save(path, made(arrays), arrays)
    assert path.read_bytes() == before
    assert list(tmp_path.iterdir()) == [path]
