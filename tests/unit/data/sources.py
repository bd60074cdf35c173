"""Tiny datasets in third-party formats."""

import gzip
import io
import struct
import tarfile

import numpy as np


def noise(count, shape, seed=0):
    return np.random.RandomState(seed).randint(0, 256, (count, *shape)).astype(np.uint8)


def _string(data):
    """A string of Python 2."""
    return b"T" + struct.pack("<i", len(data)) + data


def _whole(number):
    return b"J" + struct.pack("<i", number)


def python2_batch(images, labels, key=b"labels"):
    """A batch of CIFAR-10, or the one of CIFAR-100, as Python 2 pickled it."""
    rows = images.reshape(len(images), -1)
    dtype = b"cnumpy\ndtype\n(" + _string(b"u1") + _whole(0) + _whole(1) + b"tR"
    dtype += b"(" + _whole(3) + _string(b"|") + b"NNN" + _whole(-1) + _whole(-1) + _whole(0) + b"tb"
    array = b"cnumpy.core.multiarray\n_reconstruct\n(cnumpy\nndarray\n(" + _whole(0) + b"t" + _string(b"b") + b"tR"
    shape = b"(" + _whole(rows.shape[0]) + _whole(rows.shape[1]) + b"t"
    array += b"(" + _whole(1) + shape + dtype + b"\x89" + _string(rows.tobytes()) + b"tb"
    numbers = b"](" + b"".join(_whole(int(label)) for label in labels) + b"e"
    return b"\x80\x02}(" + _string(b"data") + array + _string(key) + numbers + b"u."


def cifar(path, images, labels, binary=False):
    """An archive of two batches."""
    half = len(images) // 2
    with tarfile.open(path, "w:gz") as archive:
        for number, part in enumerate((slice(0, half), slice(half, None)), start=1):
            if binary:
                data = np.concatenate(
                    [labels[part, None], images[part].reshape(len(images[part]), -1)], axis=1
                ).tobytes()
            else:
                data = python2_batch(images[part], labels[part])
            info = tarfile.TarInfo(f"cifar/data_batch_{number}{'.bin' if binary else ''}")
            info.size = len(data)
            archive.addfile(info, io.BytesIO(data))
    return path


def idx(path, values):
    head = bytes([0, 0, 8, values.ndim]) + b"".join(struct.pack(">I", size) for size in values.shape)
    path.write_bytes(gzip.compress(head + values.tobytes()))
    return path


def mnist(folder, images, labels):
    idx(folder / "train-labels-idx1-ubyte.gz", labels)
    return idx(folder / "train-images-idx3-ubyte.gz", images)


def _varint(value):
    out = b""
    while value > 127:
        out += bytes([value & 127 | 128])
        value >>= 7
    return out + bytes([value])


def _field(number, content):
    return _varint(number << 3 | 2) + _varint(len(content)) + content


def _example(image):
    shape = _field(3, _field(1, b"".join(_varint(size) for size in image.shape)))
    data = _field(1, _field(1, image.tobytes()))
    entries = (_field(1, b"shape") + _field(2, shape), _field(1, b"data") + _field(2, data))
    return _field(1, b"".join(_field(1, entry) for entry in entries))


def tfrecords(folder, levels, labels=None):
    """A folder with one file for each resolution, {log2 of the size: images}."""
    folder.mkdir()
    for level, images in levels.items():
        records = [_example(image) for image in images]
        framed = [struct.pack("<QI", len(record), 0) + record + bytes(4) for record in records]
        (folder / f"set-r{level:02d}.tfrecords").write_bytes(b"".join(framed))
    if labels is not None:
        with (folder / "set-rxx.labels").open("wb") as file:
            np.save(file, labels)
    return folder
