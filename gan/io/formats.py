"""Detection of file formats by their first bytes, for helpful errors about wrong files."""

from enum import Enum
from typing import BinaryIO

from foundation.pickles.constructors import TORCH_MAGIC
from gan.io.errors import CorruptFileError


class Format(Enum):
    """File formats of networks."""

    PICKLE = "pickle"
    SAFETENSORS = "safetensors"
    TORCH_ZIP = "torch"
    TORCH_LEGACY = "old torch"


_LEGACY = TORCH_MAGIC.to_bytes(10, "little")
"""Start of the old container of torch.save, after the first opcode of its pickle."""

_OTHERS: tuple[tuple[bytes, str], ...] = (
    (b"\x89PNG", "a PNG picture"),
    (b"\xff\xd8\xff", "a JPEG picture"),
    (b"GIF8", "a GIF picture"),
    (b"\x1f\x8b", "a gzip archive; unpack it first"),
    (b"\xfd7zXZ", "an xz archive; unpack it first"),
    (b"7z\xbc\xaf", "a 7-Zip archive; unpack it first"),
    (b"\x93NUMPY", "a numpy array"),
    (b"\x89HDF", "an HDF5 file"),
    (b"%PDF", "a PDF document"),
    (b"version https://git-lfs", "a Git LFS pointer, not the network itself; fetch it with `git lfs pull`"),
)


def format_of(file: BinaryIO, suffix: str) -> Format:
    """Detect the format of a network file.

    Args:
        file: The file, at its start, where it is left.
        suffix: The ending of its name.

    Raises:
        CorruptFileError: it is not a network file; the message names its format if known.
    """
    head = file.read(4096)
    file.seek(0)
    if not head:
        raise CorruptFileError("The file is empty; copy or download it again.")
    if head[8:9] == b"{":
        return Format.SAFETENSORS
    if head.startswith(b"PK\x03\x04"):
        return Format.TORCH_ZIP
    if head[0] == 0x80:
        return Format.TORCH_LEGACY if _LEGACY in head[:16] else Format.PICKLE
    if suffix == ".safetensors":
        return Format.SAFETENSORS
    for magic, what in _OTHERS:
        if head.startswith(magic):
            raise CorruptFileError(f"The file is {what}; choose a network file.")
    text = head.lstrip(b"\xef\xbb\xbf \t\r\n").lower()
    if text.startswith((b"<!doctype", b"<html", b"<?xml", b"<head")):
        raise CorruptFileError(
            "The file is a web page, not a network: the download probably led to a login or warning page; download it "
            "in a browser and choose the network file."
        )
    if text.startswith((b"{", b'["')):
        raise CorruptFileError("The file is JSON, not a network; choose a network file.")
    return Format.PICKLE
