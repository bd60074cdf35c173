"""Building blocks of hostile files of torch.save, in both containers."""

import io
import pickle
import struct
import zipfile
from typing import Any

from tests.hostile.build import raw

MAGIC = 0x1950A86A20F9469CFC6C
HEAD = (MAGIC, 1001, {"protocol_version": 1001, "little_endian": True, "type_sizes": {"int": 4}})


def storage(
    key: Any = "0", count: Any = 16, kind: str = "torch\nFloatStorage", tag: Any = "storage", more: bytes = b""
) -> bytes:
    """Opcodes of a storage by its persistent id."""
    described = raw(tag) + b"c" + kind.encode() + b"\n" + raw(key) + raw("cpu") + raw(count) + more
    return b"(" + described + b"tQ"


def tensor(
    shape: Any = (4, 4), stride: Any = (4, 1), offset: Any = 0, of: bytes | None = None, function: str = ""
) -> bytes:
    """Opcodes of a tensor: a view of a storage."""
    arguments = (storage() if of is None else of) + raw(offset) + raw(shape) + raw(stride) + b"\x89"
    function = function or "torch._utils\n_rebuild_tensor_v2"
    return b"c" + function.encode() + b"\n(" + arguments + b"ccollections\nOrderedDict\n)RtR"


def table(*values: bytes) -> bytes:
    """Opcodes of a dictionary of these values, and the pickle around it."""
    items = b"".join(raw(f"w{i}") + value for i, value in enumerate(values))
    return b"\x80\x02}(" + items + b"u."


def zipped(
    data: bytes,
    storages: dict[str, bytes] | None = None,
    *,
    prefix: str = "archive/",
    packed: bool = False,
    **members: bytes,
) -> bytes:
    """A file of the new container."""
    stream = io.BytesIO()
    with zipfile.ZipFile(
        stream, "w", zipfile.ZIP_DEFLATED if packed else zipfile.ZIP_STORED, compresslevel=1
    ) as archive:
        archive.writestr(f"{prefix}data.pkl", data)
        for name, content in members.items():
            archive.writestr(f"{prefix}{name}", content)
        for key, content in ({"0": bytes(64)} if storages is None else storages).items():
            archive.writestr(f"{prefix}data/{key}", content)
        archive.writestr(f"{prefix}version", b"3\n")
    return stream.getvalue()


def legacy(
    data: bytes, storages: dict[str, bytes] | None = None, *, keys: Any = None, counts: Any = None, head: Any = HEAD
) -> bytes:
    """A file of the old container; `counts` are those before the numbers, of four bytes each."""
    storages = {"0": bytes(64)} if storages is None else storages
    keys = list(storages) if keys is None else keys
    counts = [len(content) // 4 for content in storages.values()] if counts is None else counts
    content = b"".join(pickle.dumps(part, 2) for part in head) + data + pickle.dumps(keys, 2)
    return content + b"".join(
        struct.pack("<q", count) + numbers for count, numbers in zip(counts, storages.values(), strict=True)
    )


def patched(content: bytes, signature: bytes, field: int, value: int, size: int, which: int = 0) -> bytes:
    """A zip file with another number in a field of its `which`-th header of this signature."""
    found = -1
    for _ in range(which + 1):
        found = content.index(signature, found + 1)
    at = found + field
    return content[:at] + value.to_bytes(size, "little") + content[at + size :]
