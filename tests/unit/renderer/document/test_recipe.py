"""Recipes as text, in images and in films."""

import struct
import zlib
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import HealthCheck, Phase, given, settings

from foundation.arrays import array_of_npy, npy_of
from foundation.pictures import save_picture
from foundation.png import save_png
from gan.animation.film import write_film
from renderer.document import held_arrays, metadata, recipe
from renderer.document.arrays import ArrayStore
from renderer.document.document import Document
from renderer.document.parts import ArrayRef, Direction, Display, Latent, Truncation
from renderer.document.plain_text import dump, parse
from renderer.document.recall import recall
from renderer.document.recipe import KEY, Recipe, RecipeError
from tests.soak import times
from tests.unit.renderer.document.states import DOCUMENTS

W = np.arange(12, dtype=np.float32).reshape(3, 4) / 7


def made() -> tuple[Recipe, ArrayStore]:
    arrays = ArrayStore()
    way = arrays.add(np.float32([1, 2, 3, 4]))
    document = Document(latent=Latent(array=arrays.add(W)), directions=(Direction("smile", way, 0.5),))
    return Recipe(document, Display(layer="b8.conv0", scale_db=3.0)), arrays


@settings(
    max_examples=times(30),
    deadline=None,
    suppress_health_check=list(HealthCheck),
    phases=(Phase.explicit, Phase.reuse, Phase.generate),
)
@given(DOCUMENTS)
def test_a_recipe_comes_back_as_it_was(document):
    notes: list[str] = []
    assert recipe.read(recipe.write(Recipe(document), ArrayStore()), ArrayStore(), notes) == Recipe(document)
    assert all(note.startswith("arrays.") and note.endswith("is missing") for note in notes)


def test_arrays_come_back_to_the_last_bit():
    wanted, arrays = made()
    text, fresh, notes = recipe.write(wanted, arrays), ArrayStore(), []
    assert recipe.read(text, fresh, notes) == wanted
    assert notes == []
    array = fresh.get(wanted.document.latent.array)
    assert array.dtype == W.dtype
    assert array.tobytes() == W.tobytes()


def test_an_array_that_is_not_the_one_named_is_left_out():
    wanted, arrays = made()
    plain = parse(recipe.write(wanted, arrays))
    names = sorted(plain["arrays"])
    plain["arrays"][names[0]] = plain["arrays"][names[1]]
    fresh, notes = ArrayStore(), []
    recipe.read(dump(plain), fresh, notes)
    assert notes == [f"arrays.{names[0][:12]}: it is another array"]
    assert fresh.names() == {ArrayRef(names[1])}


def test_pickles_inside_arrays_are_refused(tmp_path):
    path = tmp_path / "bad.npy"
    np.save(path, np.array([print], dtype=object), allow_pickle=True)
    with pytest.raises(ValueError, match="Python objects"):
        held_arrays.take(ArrayRef("0" * 64), path.read_bytes(), ArrayStore())


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("[1, 2", "cannot be read"),
        ("hello", "no recipe of StyleScope"),
        ("stylescope: recipe", "does not say its version"),
        ("stylescope: recipe\nversion: 99", "newer StyleScope"),
        ("stylescope: recipe\nversion: true", "does not say its version"),
    ],
)
def test_what_is_no_recipe_gives_one_sentence(text, reason):
    with pytest.raises(RecipeError, match=reason) as caught:
        recipe.read(text, ArrayStore(), [])
    assert str(caught.value).endswith(".")


@pytest.mark.parametrize("name", ["a.png", "a.webp"])
def test_a_picture_carries_its_recipe(tmp_path, name):
    wanted, arrays = made()
    pixels = np.random.RandomState(0).randint(0, 256, (8, 9, 3), dtype=np.uint8)
    save_picture(tmp_path / name, pixels, {KEY: recipe.write(wanted, arrays)})
    fresh = ArrayStore()
    found = recall(tmp_path / name, fresh)
    assert Recipe(found.document, found.display) == wanted
    assert found.notes == ()
    assert fresh.names() == arrays.names()
    assert list(tmp_path.iterdir()) == [tmp_path / name]


def test_a_picture_of_another_program_gives_a_sentence(tmp_path):
    save_png(tmp_path / "a.png", np.zeros((4, 4, 3), np.uint8), {"Software": "other"})
    with pytest.raises(RecipeError, match=r"a\.png carries no recipe"):
        recall(tmp_path / "a.png", ArrayStore())


def chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


@pytest.mark.parametrize(
    "text",
    [
        chunk(b"zTXt", b"stylescope\0\0" + zlib.compress(b"the recipe")),
        chunk(b"iTXt", b"stylescope\0\1\0en\0name\0" + zlib.compress(b"the recipe")),
        chunk(b"tEXt", b"stylescope\0the recipe"),
    ],
)
def test_text_is_read_however_it_is_packed_and_wherever_it_stands(tmp_path, text):
    path = tmp_path / "a.png"
    save_png(path, np.zeros((4, 4, 3), np.uint8))
    path.write_bytes(path.read_bytes()[:-12] + text + chunk(b"IEND", b""))
    assert metadata.read(path, KEY) == "the recipe"


def test_a_text_that_unpacks_without_end_is_not_read(tmp_path, monkeypatch):
    monkeypatch.setattr(metadata, "MOST_TEXT", 1 << 16)
    path = tmp_path / "a.png"
    bomb = chunk(b"zTXt", b"stylescope\0\0" + zlib.compress(b"\0" * (1 << 20)))
    path.write_bytes(b"\x89PNG\r\n\x1a\n" + bomb)
    with pytest.raises(metadata.TooLongTextError):
        metadata.read(path, KEY)
    with pytest.raises(RecipeError, match="longer than"):
        recall(path, ArrayStore())


def film(path, text: dict[str, str]) -> None:
    """A film of two frames, as the library writes films."""
    frames = [np.full((16, 16, 3), grey, np.uint8) for grey in (80, 90)]
    write_film(path, frames, fps=20.0, metadata=text)


@pytest.mark.parametrize("name", ["a.mp4", "a.webm"])
def test_a_film_carries_its_recipe(tmp_path, name):
    wanted, arrays = made()
    film(tmp_path / name, {KEY: recipe.write(wanted, arrays)})
    found = recall(tmp_path / name, ArrayStore())
    assert Recipe(found.document, found.display) == wanted


@pytest.mark.parametrize("name", ["a.mp4", "a.webm"])
def test_a_film_of_another_program_gives_a_sentence(tmp_path, name):
    film(tmp_path / name, {"title": "holidays"})
    with pytest.raises(RecipeError, match="carries no recipe"):
        recall(tmp_path / name, ArrayStore())


def test_damaged_pictures_and_films_never_raise_anything_else(tmp_path):
    wanted, arrays = made()
    save_png(tmp_path / "a.png", np.zeros((4, 4, 3), np.uint8), {KEY: recipe.write(wanted, arrays)})
    save_picture(tmp_path / "a.webp", np.zeros((4, 4, 3), np.uint8), {KEY: recipe.write(wanted, arrays)})
    film(tmp_path / "a.mp4", {KEY: recipe.write(wanted, arrays)})
    film(tmp_path / "a.webm", {KEY: recipe.write(wanted, arrays)})
    random = np.random.RandomState(1)
    for name in ("a.png", "a.webp", "a.mp4", "a.webm"):
        whole = (tmp_path / name).read_bytes()
        for _ in range(150):
            data = bytearray(whole[: random.randint(0, len(whole) + 1)])
            for _ in range(random.randint(0, 4)):
                if data:
                    data[random.randint(0, len(data))] = random.randint(0, 256)
            broken = tmp_path / f"broken{name[1:]}"
            broken.write_bytes(bytes(data))
            try:
                recall(broken, ArrayStore())
            except RecipeError as error:
                assert str(error).count("\n") == 0  # noqa: PT017


def test_a_recipe_as_text_opens_too(tmp_path):
    wanted = Recipe(Document(truncation=Truncation(0.5)))
    (tmp_path / "a.yaml").write_text(recipe.write(wanted, ArrayStore()))
    assert recall(tmp_path / "a.yaml", ArrayStore()).document == wanted.document
    (tmp_path / "b.yaml").write_bytes(b"\xff\xfe\x00")
    with pytest.raises(RecipeError, match="no text"):
        recall(tmp_path / "b.yaml", ArrayStore())
    with pytest.raises(RecipeError, match="cannot be read"):
        recall(tmp_path / "c.yaml", ArrayStore())


def test_defaults_are_written_too_so_that_later_ones_change_nothing():
    plain = parse(recipe.write(Recipe(), ArrayStore()))
    assert plain["document"]["truncation"] == {"psi": 1.0, "cutoff": None, "psis": []}
    assert replace(Recipe()) == recipe.read(dump(plain), ArrayStore(), [])


@pytest.mark.parametrize(
    "array", [np.float64(3.0).reshape(()), np.arange(6, dtype=">f4").reshape(2, 3).T, np.zeros((0, 4), bool)]
)
def test_every_array_of_numbers_survives_its_file(array):
    back = array_of_npy(npy_of(array))
    assert (back.dtype, back.shape) == (array.dtype, array.shape)
    assert (back == array).all()


def test_an_array_file_that_claims_more_than_it_holds_is_refused():
    data = npy_of(np.zeros(10, np.float32)).replace(b"(10,)", b"(9999999999,)")
    with pytest.raises(ValueError, match="cut short"):
        array_of_npy(data[: data.index(b"\n")][:-8] + b"\n" + data[data.index(b"\n") + 1 :])
