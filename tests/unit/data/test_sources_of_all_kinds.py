"""Folders and zip files as people have them: formats, orientation, depth, links, extras and names of labels."""

import io
import json
import os
import zipfile

import numpy as np
import pytest
from click.testing import CliRunner
from PIL import Image

from foundation.datasets import channels as conversions
from foundation.datasets.channels import with_channels
from foundation.datasets.facts import look
from foundation.datasets.files import decode
from foundation.specs.dataset import DatasetSpec
from gan.cli.main import main
from gan.data import DatasetError, ImageSource
from gan.data.convert import convert, open_source
from tests.unit.data import sources

ORIENTATION = 0x0112


def made(source, dest, **options):
    told = []
    asked = DatasetSpec("", "", **options)
    return convert(open_source(source), dest, asked, told.append, lambda done, total: None), told


def file(pixels, kind, **options):
    stream = io.BytesIO()
    Image.fromarray(pixels).save(stream, kind, **options)
    return stream.getvalue()


def pictures(folder, count=4, **names):
    folder.mkdir(parents=True, exist_ok=True)
    for i, pixels in enumerate(sources.noise(count, (16, 16, 3))):
        (folder / f"{i}.png").write_bytes(file(pixels, "PNG"))
    return folder


@pytest.mark.parametrize("ending", ["tif", "tiff", "TIF", "gif", "jfif", "JPG", "webp", "ppm"])
def test_images_of_every_ending_are_counted_and_taken(tmp_path, ending):
    kind = {"tif": "TIFF", "tiff": "TIFF", "jfif": "JPEG", "jpg": "JPEG"}.get(ending.lower(), ending.upper())
    for i, pixels in enumerate(sources.noise(3, (16, 16, 3))):
        (tmp_path / f"{i}.{ending}").write_bytes(file(pixels, kind))
    assert look(tmp_path).images == 3
    assert len(ImageSource(tmp_path)) == 3
    outcome, _ = made(tmp_path, tmp_path / "out" / "set.zip")
    assert (outcome.written, outcome.skipped) == (3, 0)


@pytest.mark.parametrize("orientation", range(1, 9))
def test_images_are_upright(orientation):
    pixels = np.zeros((16, 32, 3), np.uint8)
    pixels[:8, :8] = 255  # a white corner at the top left
    turned = {
        1: pixels, 2: pixels[:, ::-1], 3: pixels[::-1, ::-1], 4: pixels[::-1], 5: pixels.transpose(1, 0, 2),
        6: np.rot90(pixels), 7: np.rot90(pixels.transpose(1, 0, 2), 2), 8: np.rot90(pixels, -1),
    }[orientation]  # fmt: skip
    exif = Image.Exif()
    exif[ORIENTATION] = orientation
    found = decode(file(np.ascontiguousarray(turned), "PNG", exif=exif), "a.png")
    np.testing.assert_array_equal(found.transpose(1, 2, 0), pixels)


def test_16_bits_become_8():
    values = np.array([[0, 128, 129, 257], [65535, 65406, 32768, 255]], np.uint16)
    found = decode(file(values, "PNG"), "a.png")
    np.testing.assert_array_equal(found[0], np.rint(values / 257.0))


def test_linked_folders_are_followed_once(tmp_path):
    real = pictures(tmp_path / "elsewhere" / "cats")
    folder = pictures(tmp_path / "set" / "dogs").parent
    os.symlink(real, folder / "cats", target_is_directory=True)
    os.symlink(folder, folder / "cats" / "loop", target_is_directory=True)
    names = ImageSource(folder).names
    assert sorted(names) == sorted(f"{kind}/{i}.png" for kind in ("cats", "dogs") for i in range(4))
    assert look(folder).images == 8


def test_what_macos_adds_to_zip_files_is_no_image(tmp_path):
    path = tmp_path / "set.zip"
    with zipfile.ZipFile(path, "w") as archive:
        for i, pixels in enumerate(sources.noise(3, (16, 16, 3))):
            archive.writestr(f"set/{i}.png", file(pixels, "PNG"))
            archive.writestr(f"__MACOSX/set/._{i}.png", b"\0\5\26\7")
            archive.writestr(f"set/._{i}.png", b"\0\5\26\7")
    assert look(path).images == 3
    source = ImageSource(path)
    assert source.images(range(len(source))).shape == (3, 3, 16, 16)


def test_messages_name_files_and_not_objects():
    with pytest.raises(DatasetError) as raised:
        decode(b"no image at all", "set.zip:a.png")
    assert "BytesIO" not in str(raised.value)
    assert str(raised.value).startswith("set.zip:a.png is damaged or no picture")


@pytest.mark.parametrize("order", [(0, 1, 2, 3, 4), (4, 3, 2, 1, 0)])
def test_the_first_image_does_not_decide_the_channels(tmp_path, order):
    """Mostly colour, with grey and transparent images among them: all of them are taken, whichever comes first."""
    kinds = [(16, 16), (16, 16, 4), (16, 16, 3), (16, 16, 3), (16, 16, 3)]
    for place, kind in zip(order, kinds, strict=True):
        (tmp_path / f"{place}.png").write_bytes(file(sources.noise(1, kind)[0], "PNG"))
    outcome, told = made(tmp_path, tmp_path / "out" / "set.zip")
    assert (outcome.written, outcome.skipped, told) == (5, 0, [])
    assert ImageSource(tmp_path / "out" / "set.zip").shape == (3, 16, 16)
    for channels in (1, 3, 4):
        made(tmp_path, tmp_path / "out" / f"{channels}.zip", channels=channels)
        assert ImageSource(tmp_path / "out" / f"{channels}.zip").channels == channels


def test_images_of_one_kind_keep_their_channels(tmp_path):
    for channels in (1, 4):
        folder = tmp_path / str(channels)
        folder.mkdir()
        for i, pixels in enumerate(sources.noise(3, (16, 16, 4) if channels == 4 else (16, 16))):
            (folder / f"{i}.png").write_bytes(file(pixels, "PNG"))
        made(folder, tmp_path / f"{channels}.zip")
        source = ImageSource(tmp_path / f"{channels}.zip")
        np.testing.assert_array_equal(source.images(range(3)), ImageSource(folder).images(range(3)))


def test_transparency_becomes_white():
    pixels = np.array([10, 20, 30, 0], np.uint8).reshape(4, 1, 1)
    assert with_channels(pixels, 3).flatten().tolist() == [255, 255, 255]
    assert with_channels(np.array([10, 20, 30, 255], np.uint8).reshape(4, 1, 1), 3).flatten().tolist() == [10, 20, 30]
    assert with_channels(np.array([100, 51], np.uint8).reshape(2, 1, 1), 1).flatten().tolist() == [224]
    assert with_channels(np.array([100, 51], np.uint8).reshape(2, 1, 1), 4).flatten().tolist() == [100, 100, 100, 51]


@pytest.mark.parametrize("band", [1, 20, 1000])
def test_large_images_are_converted_in_bands(monkeypatch, band):
    pixels = np.random.default_rng(1).integers(0, 256, (4, 9, 7), dtype=np.uint8)
    whole = [with_channels(pixels[:n], channels) for n in (2, 3, 4) for channels in (1, 3)]
    monkeypatch.setattr(conversions, "_BAND", band)
    for one, n, channels in zip(whole, (2, 2, 3, 3, 4, 4), (1, 3) * 3, strict=True):
        np.testing.assert_array_equal(with_channels(pixels[:n], channels), one)
    assert with_channels(np.array([255, 0, 0], np.uint8).reshape(3, 1, 1), 1).flatten().tolist() == [76]


def test_a_source_of_which_much_is_left_out_is_no_success(tmp_path):
    folder = pictures(tmp_path / "set", 10)
    for i in range(9):
        (folder / f"{i + 1}.png").write_bytes(file(sources.noise(1, (32, 32, 3))[0], "PNG"))
    words = ["dataset", f"--source={folder}", f"--dest={tmp_path / 'out.zip'}"]
    refused = CliRunner().invoke(main, words)
    assert refused.exit_code == 1
    last = refused.output.strip().splitlines()[-1]
    assert "--resolution" in last
    assert "--partial=1" in last
    assert not (tmp_path / "out.zip").exists()
    assert CliRunner().invoke(main, [*words, "--partial=1"]).exit_code == 0
    assert len(ImageSource(tmp_path / "out.zip")) == 1
    sized = CliRunner().invoke(main, [*words, "--resolution=16x16"])
    assert "10 pictures" in sized.output


@pytest.mark.parametrize(
    "written",
    [
        lambda i: f"{i}.PNG",
        lambda i: f"./{i}.png",
        lambda i: f"\\{i}.png",
        lambda i: f"old/folder/{i}.png",
        lambda i: f"{i}.png",
    ],
)
@pytest.mark.parametrize("label", [int, float, str])
def test_labels_are_found_as_people_write_them(tmp_path, written, label):
    folder = pictures(tmp_path / "set")
    rows = [[written(i), label(i % 2)] for i in range(4)]
    if label is str:
        rows = [[name, str(i % 2)] for i, (name, _) in enumerate(rows)]
    (folder / "dataset.json").write_text(json.dumps({"labels": [*rows, ["gone.png", rows[0][1]]]}))
    wanted = [0, 1, 0, 1]
    source = ImageSource(folder, use_labels=True)
    assert source.labels(range(4)).argmax(axis=1).tolist() == wanted
    outcome, _ = made(folder, tmp_path / "set.zip")
    assert outcome.labelled
    assert ImageSource(tmp_path / "set.zip", use_labels=True).labels(range(4)).argmax(axis=1).tolist() == wanted


def test_labels_may_lie_deeper(tmp_path):
    folder = pictures(tmp_path / "set" / "inner")
    (folder / "dataset.json").write_text(json.dumps({"labels": [[f"{i}.png", i % 2] for i in range(4)]}))
    outcome, _ = made(tmp_path / "set", tmp_path / "set.zip")
    assert outcome.labelled


def test_labels_that_lack_some_images_are_reported(tmp_path):
    folder = pictures(tmp_path / "set")
    (folder / "dataset.json").write_text(json.dumps({"labels": [["0.png", 0], ["1.png", 1]]}))
    shown = CliRunner().invoke(main, ["dataset", f"--source={folder}", f"--dest={tmp_path / 'out.zip'}"])
    assert shown.exit_code == 0
    assert "Labels were not written: 2 of 4 pictures have none in dataset.json" in shown.output


@pytest.mark.parametrize("ending", [".tar", ".tgz", ".7z"])
def test_an_ending_that_is_not_written_is_refused(tmp_path, ending):
    with pytest.raises(DatasetError, match=r"end it in \.zip"):
        made(pictures(tmp_path / "set"), tmp_path / f"out{ending}")
    assert not (tmp_path / f"out{ending}").exists()
    made(tmp_path / "set", tmp_path / "out.ZIP")
    assert zipfile.is_zipfile(tmp_path / "out.ZIP")


def test_images_are_shuffled_as_published(tmp_path):
    folder = pictures(tmp_path / "set", 12)
    order = np.arange(12)
    np.random.RandomState(123).shuffle(order)
    (folder / "dataset.json").write_text(json.dumps({"labels": [[f"{i}.png", i] for i in range(12)]}))
    names = list(ImageSource(folder).names)
    words = ["dataset", f"--source={folder}", f"--dest={tmp_path / 'out.zip'}", "--shuffle=1"]
    assert CliRunner().invoke(main, words).exit_code == 0
    made_of = ImageSource(tmp_path / "out.zip", use_labels=True)
    np.testing.assert_array_equal(made_of.images(range(12)), ImageSource(folder).images(order.tolist()))
    wanted = [int(names[index].removesuffix(".png")) for index in order]
    assert made_of.labels(range(12)).argmax(axis=1).tolist() == wanted


@pytest.mark.parametrize("kind", ["mnist", "cifar"])
def test_archives_are_shuffled_as_published(tmp_path, kind):
    labels = np.arange(6, dtype=np.uint8)
    if kind == "mnist":
        path = sources.mnist(tmp_path, sources.noise(6, (28, 28)), labels)
    else:
        path = sources.cifar(tmp_path / "cifar-10-binary.tar.gz", sources.noise(6, (3, 32, 32)), labels, True)
    order = np.arange(6)
    np.random.RandomState(123).shuffle(order)
    words = ["dataset", f"--source={path}", f"--dest={tmp_path / 'out.zip'}", "--shuffle=1"]
    assert CliRunner().invoke(main, words).exit_code == 0
    found = ImageSource(tmp_path / "out.zip", use_labels=True).labels(range(6)).argmax(axis=1)
    assert found.tolist() == order.tolist()


def test_a_part_of_each_image_can_be_taken(tmp_path):
    """The published cut of CelebA: 128x128 about (89, 121) in 178x218 pixels."""
    faces = sources.noise(2, (218, 178, 3))
    for i, pixels in enumerate(faces):
        (tmp_path / f"{i}.png").write_bytes(file(pixels, "PNG"))
    (tmp_path / "small.png").write_bytes(file(faces[0][:100, :100], "PNG"))
    outcome, told = made(tmp_path, tmp_path / "out" / "set.zip", crop=(25, 57, 128, 128))
    assert (outcome.written, outcome.skipped) == (2, 1)
    assert "small.png is too small" in told[0]
    cut = faces[:, 121 - 64 : 121 + 64, 89 - 64 : 89 + 64]
    np.testing.assert_array_equal(ImageSource(tmp_path / "out" / "set.zip").images([0, 1]), cut.transpose(0, 3, 1, 2))


def test_datasets_are_extracted_and_compared(tmp_path):
    folder = pictures(tmp_path / "set", 4)
    (folder / "dataset.json").write_text(json.dumps({"labels": [[f"{i}.png", i % 2] for i in range(4)]}))

    def run(*words):
        return CliRunner().invoke(main, ["dataset", *map(str, words)])

    assert run(f"--source={folder}", f"--dest={tmp_path / 'set.zip'}").exit_code == 0
    same = run("compare", f"--source={folder}", f"--other={tmp_path / 'set.zip'}")
    assert (same.exit_code, "4 of 4 pictures are the same, and 4 labels" in same.output) == (0, True)
    assert run("extract", f"--source={tmp_path / 'set.zip'}", f"--outdir={tmp_path / 'out'}").exit_code == 0
    assert sorted(path.name for path in (tmp_path / "out").iterdir()) == [f"img{i:08d}.png" for i in range(4)]
    words = ("compare", f"--source={folder}", f"--other={tmp_path / 'out'}")
    unlabelled = run(*words)
    assert (unlabelled.exit_code, "4 of 4 pictures are the same, and 0 labels" in unlabelled.output) == (1, True)
    assert run(*words, "--ignore-labels=1").exit_code == 0
    (tmp_path / "out" / "img00000003.png").unlink()
    fewer = run(*words, "--ignore-labels=1")
    assert (fewer.exit_code, "3 of 4 pictures are the same." in fewer.output) == (1, True)
    assert run("extract", f"--source={folder}", f"--outdir={tmp_path / 'out'}").exit_code == 1


def test_digits_are_stacked_as_published(tmp_path):
    digits = sources.noise(7, (28, 28))
    path = sources.mnist(tmp_path, digits, np.arange(7, dtype=np.uint8))
    words = ["dataset", f"--source={path}", f"--dest={tmp_path / 'out.zip'}", "--stack-digits=1", "--max-images=5"]
    done = CliRunner().invoke(main, words)
    assert done.exit_code == 0, done.output
    assert "5 pictures without labels" in done.output
    random = np.random.RandomState(123)
    wanted = np.stack([np.pad(digits, ((0, 0), (2, 2), (2, 2)))[random.randint(7, size=3)] for _ in range(5)])
    np.testing.assert_array_equal(ImageSource(tmp_path / "out.zip").images(range(5)), wanted)
    folder = pictures(tmp_path / "set")
    refused = CliRunner().invoke(
        main, ["dataset", f"--source={folder}", f"--dest={tmp_path}/a.zip", "--stack-digits=1"]
    )
    assert "of MNIST alone" in refused.output
