"""Archives from outside: what they unpack to is counted, whatever their headers claim."""

import gzip
import io
import os
import struct
import tarfile
import zipfile

import pytest

from foundation.inputs import ArchiveError, NotRegularError, TarReader, ZipReader, archives, unpack_gzip
from tests.hostile.commands.files import overlapping

_MIB = 1 << 20


def _zip(path, members, method=zipfile.ZIP_DEFLATED):
    with zipfile.ZipFile(path, "w", method) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return path


def _patched(path, change):
    """Change the central directory's first entry in place; `change` maps a bytearray that begins with it."""
    data = bytearray(path.read_bytes())
    start = data.index(b"PK\x01\x02")
    entry = data[start:]
    change(entry)
    path.write_bytes(bytes(data[:start] + entry))
    return path


@pytest.mark.parametrize("method", [zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED, zipfile.ZIP_BZIP2])
def test_members_are_read(tmp_path, method):
    content = os.urandom(300_000) + bytes(300_000)
    path = _zip(tmp_path / "a.zip", {"x": content, "folder/y": b"2"}, method)
    with ZipReader(path) as archive:
        assert archive.names() == ("x", "folder/y")
        assert archive.read("x") == content
        assert archive.check("folder/y")[0] == 1
    with ZipReader(io.BytesIO(path.read_bytes())) as archive:
        assert archive.read("folder/y") == b"2"


@pytest.mark.parametrize("method", [zipfile.ZIP_DEFLATED, zipfile.ZIP_BZIP2])
def test_a_claimed_size_is_no_reason_to_believe_it(tmp_path, method):
    path = _zip(tmp_path / "a.zip", {"x": bytes(64 * _MIB)}, method)
    with ZipReader(path) as archive, pytest.raises(ArchiveError, match="claims to hold more than the 1 MiB"):
        archive.read("x", _MIB)
    _patched(path, lambda entry: struct.pack_into("<I", entry, 24, 1000))
    with ZipReader(path) as archive, pytest.raises(ArchiveError):
        archive.read("x", _MIB)


def test_one_budget_counts_all_members(tmp_path):
    path = _zip(tmp_path / "a.zip", {str(i): bytes(_MIB) for i in range(4)})
    with ZipReader(path, total=3 * _MIB) as archive:
        for i in range(3):
            archive.read(str(i))
        with pytest.raises(ArchiveError, match="more than the 3 MiB"):
            archive.read("3")


def test_members_that_share_their_bytes_are_refused(tmp_path):
    (tmp_path / "a.zip").write_bytes(overlapping(30, _MIB))
    with pytest.raises(ArchiveError, match="share their bytes"):
        ZipReader(tmp_path / "a.zip")


def test_two_names_that_differ_by_case_alone_are_refused_where_names_must_be_unique(tmp_path):
    path = _zip(tmp_path / "a.zip", {"code/a.py": b"1", "code/A.PY": b"2"})
    with ZipReader(path) as archive:
        assert archive.names() == ("code/a.py", "code/A.PY")
    with pytest.raises(ArchiveError, match="one name"):
        ZipReader(path, unique=True)
    with ZipReader(_zip(path, {"code/a.py": b"1", "code/b.py": b"2"}), unique=True) as archive:
        assert archive.read("code/b.py") == b"2"


def test_encrypted_and_unknown_members_are_named(tmp_path):
    path = _zip(tmp_path / "a.zip", {"x": b"1"})
    with ZipReader(_patched(path, lambda entry: entry.__setitem__(8, entry[8] | 1))) as archive:
        with pytest.raises(ArchiveError, match="encrypted"):
            archive.read("x")
        with pytest.raises(ArchiveError, match="not in the archive"):
            archive.read("y")
    for method in (zipfile.ZIP_LZMA, 97):
        path = _zip(tmp_path / "b.zip", {"x": b"1"})
        _patched(path, lambda entry, method=method: struct.pack_into("<H", entry, 10, method))
        with ZipReader(path) as archive, pytest.raises(ArchiveError, match="method"):
            archive.read("x")


def test_damage_of_any_kind_is_one_exception(tmp_path):
    whole = _zip(tmp_path / "a.zip", {"x": os.urandom(500) * 3, "y": b"abc" * 100}).read_bytes()
    path = tmp_path / "b.zip"
    for place in range(0, len(whole), 7):
        for value in (0, 255):
            damaged = bytearray(whole)
            damaged[place] = value
            path.write_bytes(bytes(damaged))
            try:
                with ZipReader(path) as archive:
                    for name in archive.names():
                        archive.read(name, _MIB)
            except ArchiveError:
                pass
    with pytest.raises(ArchiveError):
        ZipReader(io.BytesIO(b"no zip file"))


def test_no_handle_of_a_refused_archive_stays_open(tmp_path):
    (tmp_path / "a").write_bytes(b"x" * 100)
    before = len(os.listdir("/proc/self/fd"))
    for open_ in (ZipReader, lambda path: TarReader(path, _MIB), lambda path: unpack_gzip(path, _MIB)):
        for _ in range(5):
            with pytest.raises(ArchiveError):
                open_(tmp_path / "a")
    assert len(os.listdir("/proc/self/fd")) == before


def test_pipes_are_no_archives(tmp_path):
    os.mkfifo(tmp_path / "pipe")
    for open_ in (ZipReader, lambda path: TarReader(path, _MIB), lambda path: unpack_gzip(path, _MIB)):
        with pytest.raises(NotRegularError):
            open_(tmp_path / "pipe")


def test_gzip_is_unpacked_up_to_its_limit(tmp_path):
    path = tmp_path / "a.gz"
    path.write_bytes(gzip.compress(bytes(64 * _MIB)))
    assert len(unpack_gzip(path, 64 * _MIB)) == 64 * _MIB
    with pytest.raises(ArchiveError, match="more than the 1 MiB"):
        unpack_gzip(path, _MIB)
    path.write_bytes(path.read_bytes()[:-20])
    with pytest.raises(ArchiveError, match="damaged"):
        unpack_gzip(path, 64 * _MIB)


def _tar(path, mode, members):
    with tarfile.open(path, mode) as archive:
        for name, content in members.items():
            info = tarfile.TarInfo(name)
            info.size = len(content)
            archive.addfile(info, io.BytesIO(content))
    return path


@pytest.mark.parametrize("mode", ["w", "w:gz"])
def test_tar_archives_are_read_in_any_order(tmp_path, mode):
    with TarReader(_tar(tmp_path / "a.tar", mode, {"x": b"1" * 99_999, "y": b"2"}), 4 * _MIB) as archive:
        assert archive.names() == ("x", "y")
        assert archive.read("y") == b"2"
        assert archive.read("x") == b"1" * 99_999
        with pytest.raises(ArchiveError, match="1000 bytes"):
            archive.read("x", 1000)
        with pytest.raises(ArchiveError):
            archive.read("z")


def test_a_tar_archive_that_unpacks_to_too_much_is_refused(tmp_path):
    path = _tar(tmp_path / "a.tar.gz", "w:gz", {"x": bytes(64 * _MIB), "y": b"2"})
    with pytest.raises(ArchiveError, match="more than the 4 MiB"):
        TarReader(path, 4 * _MIB)


def test_a_tar_archive_of_very_many_members_is_refused(tmp_path):
    info = tarfile.TarInfo("a")
    (tmp_path / "a.tar").write_bytes(info.tobuf() * (archives.MOST_IN_TAR + 1) + bytes(1024))
    with pytest.raises(ArchiveError, match="more than the 10000 members"):
        TarReader(tmp_path / "a.tar", 64 * _MIB)
    (tmp_path / "a.tar").write_bytes(info.tobuf() * archives.MOST_IN_TAR + bytes(1024))
    with TarReader(tmp_path / "a.tar", 64 * _MIB) as archive:
        assert archive.names() == ("a",)


def test_an_endless_name_in_a_tar_archive_is_refused(tmp_path):
    name = tarfile.TarInfo("././@LongLink")
    name.type, name.size = tarfile.GNUTYPE_LONGNAME, 1 << 32
    path = tmp_path / "a.tar.gz"
    path.write_bytes(gzip.compress(name.tobuf(tarfile.GNU_FORMAT) + bytes(64 * _MIB)))
    with pytest.raises(ArchiveError, match="4 MiB"):
        TarReader(path, 4 * _MIB)


def test_links_in_a_tar_archive_are_no_files(tmp_path):
    path = tmp_path / "a.tar"
    with tarfile.open(path, "w") as archive:
        link = tarfile.TarInfo("x")
        link.type, link.linkname = tarfile.SYMTYPE, "x"
        archive.addfile(link)
    with TarReader(path, _MIB) as archive:
        assert archive.names() == ()
