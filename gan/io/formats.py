"""Detection of file formats by their first bytes, for helpful errors about wrong files."""

from enum import Enum
from typing import BinaryIO

from gan.io.errors import CorruptFileError, UnsupportedNetworkError


class Format(Enum):
    """File formats of networks."""

    PICKLE = "pickle"
    SAFETENSORS = "safetensors"


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
        UnsupportedNetworkError: it is a `torch.save` file.
    """
    head = file.read(4096)
    file.seek(0)
    if not head:
        raise CorruptFileError("The file is empty; copy or download it again.")
    if head[8:9] == b"{" or suffix == ".safetensors":
        return Format.SAFETENSORS
    if head[0] == 0x80:
        return Format.PICKLE
    if head.startswith(b"PK\x03\x04"):
        if b"data.pkl" in head:
            raise UnsupportedNetworkError(
                "The file was written by torch.save and holds bare tensors, which do not say what network they belong "
                "to; choose a network-snapshot file of StyleGAN 1, 2, 2-ADA or 3."
            )
        raise CorruptFileError("The file is a ZIP archive, not a network; choose a .pkl or .safetensors file.")
    for magic, what in _OTHERS:
        if head.startswith(magic):
            raise CorruptFileError(f"The file is {what}; choose a .pkl or .safetensors file.")
    text = head.lstrip(b"\xef\xbb\xbf \t\r\n").lower()
    if text.startswith((b"<!doctype", b"<html", b"<?xml", b"<head")):
        raise CorruptFileError(
            "The file is a web page, not a network: the download probably led to a login or warning page; download it "
            "in a browser and choose the .pkl or .safetensors file."
        )
    if text.startswith((b"{", b'["')):
        raise CorruptFileError("The file is JSON, not a network; choose a .pkl or .safetensors file.")
    return Format.PICKLE
