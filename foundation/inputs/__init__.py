"""Single entrance for everything foreign: files, texts, documents, archives and pictures.

Readers of files that somebody else may have written open them here, with a limit of their own. Errors are ValueErrors
whose text is a predicate or begins with "it": the caller adds the name that its user knows the file by. Standard
library only, and Pillow once a picture is opened.
"""

from foundation.inputs.archives import DAMAGE, ArchiveError, TarReader, ZipReader, unpack_gzip
from foundation.inputs.documents import DocumentError, read_json, read_object
from foundation.inputs.files import (
    ContentError,
    NotRegularError,
    TooLargeError,
    open_regular,
    read_regular,
    reason_of,
)
from foundation.inputs.pictures import FORMATS, PictureError, open_picture, orientation_of, upright
from foundation.inputs.texts import (
    DETAIL,
    SENTENCE,
    TEXT_LENGTH,
    WHOLE_LENGTH,
    clean_fields,
    clean_lines,
    clean_text,
    decoded,
    encoded,
)

__all__ = [
    "DAMAGE",
    "DETAIL",
    "FORMATS",
    "SENTENCE",
    "TEXT_LENGTH",
    "WHOLE_LENGTH",
    "ArchiveError",
    "ContentError",
    "DocumentError",
    "NotRegularError",
    "PictureError",
    "TarReader",
    "TooLargeError",
    "ZipReader",
    "clean_fields",
    "clean_lines",
    "clean_text",
    "decoded",
    "encoded",
    "open_picture",
    "open_regular",
    "orientation_of",
    "read_json",
    "read_object",
    "read_regular",
    "reason_of",
    "unpack_gzip",
    "upright",
]
