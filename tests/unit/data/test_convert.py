"""The dataset tool: every kind of source, crops, skipped images, and atomic output."""

import io
import json
import tarfile
import zipfile

import numpy as np
import pytest
from click.testing import CliRunner
from PIL import Image

from foundation.datasets.crops import transformed
from foundation.specs.dataset import DatasetSpec
from gan.cli.main import main
from gan.data import DatasetError, ImageSource
from gan.data import convert as convert_module
from gan.data.convert import convert, open_source
from gan.data.items import Item
from tests.unit.data import sources


def asked(**options):
    return DatasetSpec("", "", **options)


def made(source, dest, **conversion):
    told = []
    outcome = convert(open_source(source), dest, asked(**conversion), told.append, lambda done, total: None)
    return outcome, told


def read(dest):
    source = ImageSource(dest, use_labels=True)
    return source.images(range(len(source))), source.labels(range(len(source))).argmax(axis=1)


def png(pixels):
    stream = io.BytesIO()
    Image.fromarray(pixels).save(stream, "PNG")
    return stream.getvalue()


@pytest.fixture
def pictures(tmp_path):
    """Six colour images in two folders, with classes."""
    folder = tmp_path / "pictures"
    for i, pixels in enumerate(sources.noise(6, (16, 16, 3))):
        path = folder / "ab"[i % 2] / f"{i}.png"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(png(pixels))
    labels = [[f"{'ab'[i % 2]}/{i}.png", i % 3] for i in range(6)]
    (folder / "dataset.json").write_text(json.dumps({"labels": labels}))
    return folder


@pytest.mark.parametrize("dest", ["out.zip", "out"])
def test_a_folder_becomes_the_official_format(tmp_path, pictures, dest):
    outcome, told = made(pictures, tmp_path / dest)
    assert (outcome.written, outcome.skipped, outcome.labelled, told) == (6, 0, True, [])
    images, labels = read(tmp_path / dest)
    wanted = ImageSource(pictures, use_labels=True)
    np.testing.assert_array_equal(images, wanted.images(range(6)))
    np.testing.assert_array_equal(labels, wanted.labels(range(6)).argmax(axis=1))
    assert ImageSource(tmp_path / dest).names[0] == "00000/img00000000.png"
    assert not list(tmp_path.glob("*.part"))
    if dest.endswith(".zip"):
        with zipfile.ZipFile(tmp_path / dest) as archive:
            assert all(info.compress_type == zipfile.ZIP_STORED for info in archive.infolist())
        again, _ = made(tmp_path / dest, tmp_path / "again.zip", max_images=4)
        assert again.written == 4


def test_a_dataset_has_the_same_bytes_each_time_and_on_any_number_of_cores(tmp_path, pictures, monkeypatch):
    made(pictures, tmp_path / "a.zip")
    monkeypatch.setattr(convert_module, "cores", lambda: 1)
    made(pictures, tmp_path / "b.zip")
    contents = []
    for name in ("a.zip", "b.zip"):
        with zipfile.ZipFile(tmp_path / name) as archive:
            contents.append([(info.filename, archive.read(info)) for info in archive.infolist()])
    assert contents[0] == contents[1]


def test_what_cannot_be_used_is_told_and_left_out(tmp_path, pictures):
    whole = (pictures / "a" / "0.png").read_bytes()
    (pictures / "b" / "5.png").write_bytes(whole[:200])
    (pictures / "b" / "6.png").write_bytes(png(sources.noise(1, (32, 32, 3))[0]))
    (pictures / "b" / "7.png").write_bytes(png(sources.noise(1, (16, 16, 4))[0]))
    (pictures / "b" / "8.png").write_bytes(b"")
    (pictures / "b" / "9.png").write_bytes(png(sources.noise(1, (16, 16))[0]))
    with pytest.raises(DatasetError, match=r"More than 10% .* 32x32 .* --resolution=.* --partial=1") as raised:
        made(pictures, tmp_path / "out.zip")
    assert len(str(raised.value)) <= 300
    assert not (tmp_path / "out.zip").exists()
    outcome, told = made(pictures, tmp_path / "out.zip", partial=True)
    assert (outcome.written, outcome.skipped, outcome.without) == (7, 3, 2)
    assert not outcome.labelled  # the last two have none
    for name, says in (("5", "damaged"), ("6", "32x32 with 3"), ("8", "damaged")):
        assert any(f"{name}.png" in line and says in line for line in told)
    grey = ImageSource(tmp_path / "out.zip").images([6])[0]
    assert (grey == grey[:1]).all()
    numbers = [int(name[-12:-4]) for name in ImageSource(tmp_path / "out.zip").names]
    assert numbers == [0, 1, 2, 3, 4, 7, 9]  # as published, left-out images keep theirs


@pytest.mark.parametrize("binary", [True, False])
def test_cifar(tmp_path, binary):
    images, labels = sources.noise(6, (3, 32, 32)), np.arange(6, dtype=np.uint8) % 4
    kind = "binary" if binary else "python"
    path = sources.cifar(tmp_path / f"cifar-10-{kind}.tar.gz", images, labels, binary)
    made(path, tmp_path / "out.zip")
    got, classes = read(tmp_path / "out.zip")
    np.testing.assert_array_equal(got, images)
    np.testing.assert_array_equal(classes, labels)


def test_cifar_100_gives_its_fine_classes(tmp_path):
    images, labels = sources.noise(6, (3, 32, 32)), np.array([3, 99, 0, 7, 50, 3], np.uint8)
    content = sources.python2_batch(images, labels, b"fine_labels")
    path = tmp_path / "cifar-100-python.tar.gz"
    with tarfile.open(path, "w:gz") as archive:
        for name in ("cifar-100-python/test", "cifar-100-python/train"):
            data = content if name.endswith("train") else b""
            info = tarfile.TarInfo(name)
            info.size = len(data)
            archive.addfile(info, io.BytesIO(data))
    made(path, tmp_path / "out.zip")
    got, classes = read(tmp_path / "out.zip")
    np.testing.assert_array_equal(got, images)
    np.testing.assert_array_equal(classes, labels)


def test_a_cifar_archive_cannot_run_anything(tmp_path):
    path = sources.cifar(tmp_path / "cifar-10-python.tar.gz", sources.noise(2, (3, 32, 32)), np.zeros(2, np.uint8))
    evil = b"cos\nsystem\n(S'touch " + str(tmp_path / "evil").encode() + b"'\ntR."
    with tarfile.open(path, "w:gz") as archive:
        info = tarfile.TarInfo("cifar/data_batch_1")
        info.size = len(evil)
        archive.addfile(info, io.BytesIO(evil))
    with pytest.raises(DatasetError, match=r"os\.system"):
        open_source(path)
    assert not (tmp_path / "evil").exists()


def test_mnist_gets_a_border(tmp_path):
    digits, labels = sources.noise(5, (28, 28)), np.array([3, 1, 4, 1, 5], np.uint8)
    made(sources.mnist(tmp_path, digits, labels), tmp_path / "out.zip")
    images, classes = read(tmp_path / "out.zip")
    assert images.shape == (5, 1, 32, 32)
    np.testing.assert_array_equal(images[:, 0, 2:-2, 2:-2], digits)
    assert images.sum() == digits.sum(dtype=int)
    np.testing.assert_array_equal(classes, labels)


def test_tfrecords_give_their_highest_resolution(tmp_path):
    images = sources.noise(4, (3, 16, 16))
    labels = np.eye(3, dtype=np.float32)[[0, 2, 1, 0]]
    path = sources.tfrecords(tmp_path / "set", {3: images[:, :, :8, :8], 4: images}, labels)
    made(path, tmp_path / "out.zip")
    got, classes = read(tmp_path / "out.zip")
    np.testing.assert_array_equal(got, images)
    np.testing.assert_array_equal(classes, [0, 2, 1, 0])
    largest = path / "set-r04.tfrecords"
    largest.write_bytes(largest.read_bytes()[:-100])
    with pytest.raises(DatasetError, match="cut short"):
        open_source(path)


def test_lsun(tmp_path):
    lmdb = pytest.importorskip("lmdb")
    images = sources.noise(3, (16, 16, 3))
    with lmdb.open(str(tmp_path / "lsun")) as database, database.begin(write=True) as transaction:
        for i, pixels in enumerate(images):
            transaction.put(f"key{i}".encode(), png(pixels))
        transaction.put(b"key9", b"no picture")
    outcome, told = made(tmp_path / "lsun", tmp_path / "out.zip")
    assert (outcome.written, outcome.skipped, outcome.labelled) == (3, 1, False)
    assert "key9" in told[0]
    got = ImageSource(tmp_path / "out.zip").images(range(3))
    np.testing.assert_array_equal(got, images.transpose(0, 3, 1, 2))


def test_classes_can_be_chosen(tmp_path, pictures):
    everything = ImageSource(pictures, use_labels=True)
    classes = everything.labels(range(6)).argmax(axis=1)
    outcome, _ = made(pictures, tmp_path / "two.zip", classes=(2, 0))
    images, labels = read(tmp_path / "two.zip")
    wanted = [i for i in range(6) if classes[i] != 1]
    assert outcome.written == 4
    assert outcome.skipped == 0
    np.testing.assert_array_equal(images, everything.images(wanted))
    np.testing.assert_array_equal(labels, [{2: 0, 0: 1}[classes[i]] for i in wanted])
    outcome, _ = made(pictures, tmp_path / "one.zip", classes=(1,), max_images=1)
    assert (outcome.written, outcome.labelled) == (1, False)
    np.testing.assert_array_equal(
        ImageSource(tmp_path / "one.zip").images([0])[0], everything.images([list(classes).index(1)])[0]
    )


def test_crops():
    columns = np.broadcast_to(np.arange(8, dtype=np.uint8), (3, 4, 8))
    square = transformed(columns, asked(transform="center-crop"))
    assert square is not None
    assert square.shape == (3, 4, 4)
    assert square[0, 0].tolist() == [2, 3, 4, 5]
    assert transformed(columns, asked(resolution=(16, 16))).shape == (3, 16, 16)


def test_a_wide_crop_takes_the_published_rows_or_those_in_proportion():
    """128 columns and 96 rows to 64x32: published 64 * 96 / 128 = 48 rows, in proportion 32 * 128 / 64 = 64."""
    rows = np.broadcast_to(np.arange(96, dtype=np.uint8)[:, None], (3, 96, 128))
    for transform, taken in (("center-crop-wide", 48), ("center-crop-wide-proportional", 64)):
        square = transformed(rows, asked(transform=transform, resolution=(64, 32)))
        assert square is not None
        assert square.shape == (3, 64, 64)
        assert (square[:, :16] == 0).all()
        assert (square[:, 48:] == 0).all()
        cut = rows[0, (96 - taken) // 2 : (96 + taken) // 2]
        wanted = np.asarray(Image.fromarray(np.ascontiguousarray(cut)).resize((64, 32), Image.Resampling.LANCZOS))
        np.testing.assert_array_equal(square[0, 16:48], wanted)
    small = np.zeros((3, 90, 60), np.uint8)
    assert transformed(small, asked(transform="center-crop-wide", resolution=(64, 32))) is None
    flat = np.zeros((3, 30, 100), np.uint8)
    for transform in ("center-crop-wide", "center-crop-wide-proportional"):
        assert transformed(flat, asked(transform=transform, resolution=(64, 32))) is None


def test_the_filter_for_resizing_can_be_chosen():
    pixels = sources.noise(1, (3, 16, 16))[0]
    box, lanczos = (transformed(pixels, asked(resolution=(8, 8), resize_filter=name)) for name in ("box", "lanczos"))
    means = pixels.reshape(3, 8, 2, 8, 2).mean(axis=(2, 4))
    assert np.abs(box - means).max() <= 1
    assert np.abs(lanczos - means).max() > 2


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["--source=nowhere"], "There is no dataset at nowhere"),
        (["--source={pictures}", "--resolution=20x20"], "would be 20x20, but networks need"),
        (["--source={pictures}", "--transform=center-crop-wide"], "needs --resolution"),
        (["--source={text}"], "is no dataset"),
        (["--source={empty}"], "holds no pictures"),
        (["--source={broken}"], "Not one of the pictures could be used"),
    ],
)
def test_what_cannot_be_done_is_told_and_leaves_nothing(tmp_path, pictures, arguments, says):
    (tmp_path / "text").write_text("words")
    (tmp_path / "empty").mkdir()
    (tmp_path / "broken").mkdir()
    (tmp_path / "broken" / "a.png").write_bytes(b"")
    places = {name: tmp_path / name for name in ("text", "empty", "broken")} | {"pictures": pictures}
    filled = [argument.format(**places) for argument in arguments]
    result = CliRunner().invoke(main, ["dataset", *filled, f"--dest={tmp_path / 'out.zip'}"])
    assert result.exit_code == 1
    assert says in result.output.strip().splitlines()[-1]
    assert not list(tmp_path.glob("out*"))


def test_the_command_counts(tmp_path, pictures):
    (pictures / "zz.png").write_bytes(b"")
    dest = tmp_path / "new" / "out"
    result = CliRunner().invoke(main, ["dataset", f"--source={pictures}", f"--dest={dest}", "--resolution=8x8"])
    assert result.exit_code == 0, result.output
    assert "6 pictures with labels; 1 left out." in result.output
    assert ImageSource(dest).shape == (3, 8, 8)
    result = CliRunner().invoke(main, ["dataset", f"--source={pictures}", f"--dest={dest}"])
    assert "is there already" in result.output


def test_pictures_stream(tmp_path):
    """However many there are, one is in memory at a time."""
    alive = []

    class Endless:
        def __len__(self):
            return 10**6

        def channels(self):
            return {1}

        def __iter__(self):
            for i in range(10**6):
                alive.append(i)
                yield Item(str(i), np.zeros((1, 4, 4), np.uint8), i % 7)

    outcome = convert(Endless(), tmp_path / "out.zip", asked(max_images=3), lambda line: None, lambda done, total: None)
    assert outcome.written == 3
    assert len(alive) <= 4
