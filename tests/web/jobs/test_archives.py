"""Archives and workbooks that mean harm, or look as if: each is refused, and none is read on."""

from __future__ import annotations

import io
import random
import resource
import struct
import zipfile
import zlib
from collections.abc import Callable
from pathlib import Path

import pytest

from telads.errors import DataError
from telads.ingest import archives, guard
from telads.ingest.archives import Unpacked, check_workbook, harmless, told_by_archive, unpack
from tests.ingest.portal import portal_rows, write_csv, write_xlsx

MOST = 64 * 2**20


def unpacked(path: Path, most_bytes: int = MOST) -> list[Unpacked]:
    return list(unpack(path, path.parent / "into" / path.stem, most_bytes))


def archive(path: Path, **members: bytes) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as made:
        for name, content in members.items():
            made.writestr(name, content)
    return path


def refusal(path: Path, most_bytes: int = MOST) -> str:
    (only,) = unpacked(path, most_bytes)
    assert only.path is None
    assert only.error
    assert "/" not in str(only.error.facts["file"])
    return only.error.line("en")


@pytest.fixture
def csv(tmp_path: Path) -> bytes:
    return write_csv(tmp_path / "x.csv", portal_rows()).read_bytes()


def test_files_and_archives_of_files_are_taken(tmp_path: Path, csv: bytes) -> None:
    single = tmp_path / "2023-06.csv"
    single.write_bytes(csv)
    assert unpacked(single) == [Unpacked("2023-06.csv", single)]
    workbook = write_xlsx(tmp_path / "2023-07.xlsx", portal_rows())
    packed = archive(
        tmp_path / "자료.ZIP",
        **{"2023-06.csv": csv, "폴더/2023-07.xlsx": workbook.read_bytes(), "__MACOSX/._x": b"x",
           "폴더/": b"", ".DS_Store": b"x"},
    )  # fmt: skip
    found = unpacked(packed)
    assert [one.name for one in found] == ["자료.ZIP: 2023-06.csv", "자료.ZIP: 2023-07.xlsx"]
    assert [one.path and one.path.read_bytes() for one in found] == [csv, workbook.read_bytes()]
    assert all(one.path and one.path.stat().st_mode & 0o777 == 0o600 for one in found)


def test_one_bad_member_keeps_no_other_out(tmp_path: Path, csv: bytes) -> None:
    packed = archive(tmp_path / "x.zip", **{"readme.txt": b"x", "2023-06.csv": csv})
    bad, good = unpacked(packed)
    assert bad.error
    assert "not accepted" in bad.error.line("en")
    assert good.path


@pytest.mark.parametrize(
    "name",
    ["../2023-06.csv", "a/../../2023-06.csv", "/etc/2023-06.csv", "..\\2023-06.csv",
     "C:\\2023-06.csv", "C:2023-06.csv"],
)  # fmt: skip
def test_no_member_leads_out_of_the_archive(tmp_path: Path, csv: bytes, name: str) -> None:
    packed = archive(tmp_path / "x.zip", **{name: csv})
    before = {path for path in tmp_path.parent.rglob("*") if tmp_path / "into" not in path.parents}
    assert "points out of the archive" in refusal(packed)
    after = {path for path in tmp_path.parent.rglob("*") if tmp_path / "into" not in path.parents}
    assert after - before <= {tmp_path / "into"}
    assert not any(path.is_file() for path in (tmp_path / "into").rglob("*"))


def test_a_link_is_no_file(tmp_path: Path) -> None:
    link = zipfile.ZipInfo("2023-06.csv")
    link.create_system, link.external_attr = 3, 0o120777 << 16
    with zipfile.ZipFile(tmp_path / "x.zip", "w") as made:
        made.writestr(link, "/etc/passwd")
    assert "points out of the archive" in refusal(tmp_path / "x.zip")


@pytest.mark.parametrize(
    ("name", "told"),
    [("inner.zip", "not accepted"), ("2023-06.xlsm", "not accepted"),
     ("2023-06.xls", "not accepted"), ("run.exe", "not accepted")],
)  # fmt: skip
def test_other_kinds_are_not_taken(tmp_path: Path, csv: bytes, name: str, told: str) -> None:
    inner = archive(tmp_path / "i.zip", **{"2023-06.csv": csv}).read_bytes()
    assert told in refusal(archive(tmp_path / "x.zip", **{name: inner}))
    (tmp_path / name).write_bytes(inner)
    if name != "inner.zip":
        assert told in refusal(tmp_path / name)


def test_an_archive_without_anything_says_so(tmp_path: Path) -> None:
    assert "no xlsx or csv" in refusal(archive(tmp_path / "x.zip"))


def test_an_archive_of_too_many_is_not_unpacked(tmp_path: Path) -> None:
    members = {f"{number}.csv": b"x" for number in range(archives.MEMBERS + 1)}
    assert "more than 100 members" in refusal(archive(tmp_path / "x.zip", **members))


def test_a_protected_archive_says_so(tmp_path: Path, csv: bytes) -> None:
    packed = bytearray(archive(tmp_path / "x.zip", **{"2023-06.csv": csv}).read_bytes())
    for sign, at in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        packed[packed.index(sign) + at] |= 1
    (tmp_path / "x.zip").write_bytes(packed)
    assert "password" in refusal(tmp_path / "x.zip")


@pytest.mark.parametrize("spoil", [
    lambda packed: packed[: len(packed) // 2],
    lambda packed: b"",
    lambda packed: b"no archive",
    lambda packed: packed[:60] + bytes(40) + packed[100:],
])  # fmt: skip
def test_a_damaged_archive_says_so(
    tmp_path: Path, csv: bytes, spoil: Callable[[bytes], bytes]
) -> None:
    path = archive(tmp_path / "x.zip", **{"2023-06.csv": csv})
    path.write_bytes(spoil(path.read_bytes()))
    assert "damaged" in refusal(path)


def test_a_bomb_is_found_by_its_ratio(tmp_path: Path) -> None:
    packed = archive(tmp_path / "x.zip", **{"2023-06.csv": bytes(50 * 2**20)})
    assert packed.stat().st_size < 100_000
    assert "becomes far too large" in refusal(packed)
    (left,) = (path for path in (tmp_path / "into").rglob("*") if path.is_file())
    assert left.stat().st_size < 15 * 2**20, "it stopped on the way"


def test_a_bomb_of_many_small_ones_is_found_by_their_sum(tmp_path: Path) -> None:
    content = random.Random(1).randbytes(400_000)
    members = {f"2023-0{number}.csv": content for number in range(1, 8)}
    found = unpacked(archive(tmp_path / "x.zip", **members), 3 * len(content) + 10)
    assert [bool(one.path) for one in found] == [True, True, True, False]
    assert found[-1].error
    assert "far too large" in found[-1].error.line("en")


def lying(path: Path, name: str, content: bytes, told: int, packed: int | None = None) -> Path:
    """An archive whose headers say that a member has `told` bytes, with their checksum.

    And, if it is given, that it has `packed` ones in the archive.
    """
    packer = zlib.compressobj(9, zlib.DEFLATED, -15)
    stream = packer.compress(content) + packer.flush()
    raw, crc = name.encode(), zlib.crc32(content[:told])
    size = packed or len(stream)
    facts = struct.pack("<HHHHHIIIHH", 20, 0, 8, 0, 33, crc, size, told, len(raw), 0)
    local = b"PK\x03\x04" + facts + raw
    central = b"PK\x01\x02" + struct.pack("<H", 20) + facts
    central += struct.pack("<HHHII", 0, 0, 0, 0, 0) + raw
    end = struct.pack("<HHHHIIH", 0, 0, 1, 1, len(central), len(local) + len(stream), 0)
    path.write_bytes(local + stream + central + b"PK\x05\x06" + end)
    return path


@pytest.mark.parametrize("told", [10, 1_000_000])
def test_what_headers_say_about_sizes_is_not_believed(tmp_path: Path, told: int) -> None:
    path = lying(tmp_path / "x.zip", "2023-06.csv", bytes(40 * 2**20), told)
    with zipfile.ZipFile(path) as archive:  # a reader that trusts the header notices nothing
        assert len(archive.read("2023-06.csv")) == told
    assert "far too large" in refusal(path)
    small = lying(tmp_path / "y.zip", "2023-06.csv", b"x" * 5000, 10)
    assert "damaged" in refusal(small)


def test_what_headers_say_about_packing_is_not_believed(tmp_path: Path) -> None:
    """More than the whole file has: what it unpacks to cannot be held against that."""
    path = lying(tmp_path / "x.zip", "2023-06.csv", bytes(100 * 2**20), 10, packed=2**31)
    assert "damaged" in refusal(path)
    book = lying(
        tmp_path / "2023-06.xlsx", "xl/worksheets/sheet1.xml", bytes(100 * 2**20), 10, packed=2**31
    )
    assert "damaged" in refusal(book), "a reader of workbooks might unpack it all the same"


def test_a_bomb_behind_a_damaged_member_is_found(tmp_path: Path) -> None:
    path = archive(
        tmp_path / "2023-06.xlsx",
        **{"a.xml": b"<a>" * 9000, "xl/worksheets/sheet1.xml": b" " * 60 * 2**20},
    )
    content = path.read_bytes()
    assert content[30 : 30 + 5] == b"a.xml"
    path.write_bytes(content[:40] + bytes([content[40] ^ 0xFF]) + content[41:])
    with pytest.raises(zlib.error), zipfile.ZipFile(path) as opened:
        opened.read("a.xml")
    assert "far too large" in refusal(path)


@pytest.mark.parametrize("how", [zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA])
def test_an_unusual_compression_is_told(tmp_path: Path, csv: bytes, how: int) -> None:
    with zipfile.ZipFile(tmp_path / "x.zip", "w", how) as made:
        made.writestr("2023-06.csv", csv)
    assert "unusual way" in refusal(tmp_path / "x.zip")


def test_a_workbook_that_is_a_bomb_is_not_opened(tmp_path: Path) -> None:
    path = archive(tmp_path / "2023-06.xlsx", **{"xl/worksheets/sheet1.xml": b" " * 60 * 2**20})
    assert "far too large" in refusal(path)
    inside = archive(tmp_path / "x.zip", **{"2023-06.xlsx": path.read_bytes()})
    assert "far too large" in refusal(inside)


def test_a_workbook_s_few_cells_far_apart_are_refused_before_room_is_made_for_all(
    tmp_path: Path,
) -> None:
    import openpyxl  # type: ignore[import-untyped]

    book = openpyxl.Workbook()
    sheet = book.active
    sheet["A1"], sheet["XFD1048576"] = 1, 2
    book.save(tmp_path / "2023-06.xlsx")
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    assert "unlike any of the portal" in refusal(tmp_path / "2023-06.xlsx")
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 50_000


@pytest.mark.parametrize("xml", [
    b'<row r="9999999"><c r="A9999999"/></row><row r="1"><c r="ZZ1"/></row>',
    b"<x:c  s='1'  r = 'XFD1048576'/>",
    b"<!DOCTYPE x [<!ENTITY a 'aaaa'>]>",
])  # fmt: skip
def test_dangerous_xml_is_seen_however_it_is_cut(xml: bytes) -> None:
    for cut in range(1, len(xml)):
        sheet = guard.Sheet("x")
        with pytest.raises(DataError):
            list(map(sheet.look, (b"<a/>" + xml[:cut], xml[cut:] + b"<a/>")))


def test_the_portal_s_files_are_far_from_every_limit(seoul: Path) -> None:
    for path in seoul.glob("*.xlsx"):
        check_workbook(path)
        with zipfile.ZipFile(path) as archive:
            sizes = [(member.file_size, member.compress_size) for member in archive.infolist()]
        assert max(size / packed for size, packed in sizes) < archives.RATIO / 10
        assert sum(size for size, _ in sizes) < archives.WORKBOOK_BYTES / 10
        assert len(sizes) < archives.MEMBERS / 5


@pytest.mark.parametrize("content", [b"," * 6000 + b"\n1\n", b"\n" * 100_001])
def test_a_csv_of_more_fields_than_a_month_has_is_refused(
    tmp_path: Path, content: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(guard, "MOST_CELLS", 100_000)
    path = tmp_path / "2023-06.csv"
    path.write_bytes(content)
    assert "unlike any of the portal" in refusal(path)


@pytest.mark.parametrize(("name", "kept"), [
    ("2023.6월_29개 통신정보.xlsx", "2023.6월_29개 통신정보.xlsx"),
    ("2023.6월.xlsx", "2023.6월.xlsx"),  # in single letters, as some systems send it
    ("../../etc/passwd", "passwd"),
    ("C:\\자료\\2023-06.csv", "2023-06.csv"),
    (".htaccess", "htaccess"), ("=1+1.csv", "1+1.csv"),
    ("a\x00b\n\u202ec.csv", "abc.csv"),
    ("", "file"), ("...", "file"), ("/", "file"), (".csv", "csv"),
    ("가" * 300 + ".xlsx", "가" * 65 + ".xlsx"),
    ('<script>"x"|?*.csv', "scriptx.csv"),
])  # fmt: skip
def test_names_are_made_harmless(name: str, kept: str) -> None:
    import unicodedata

    found = harmless(name)
    assert found == unicodedata.normalize("NFC", kept)
    assert found not in {"", ".", ".."}
    assert "/" not in found
    assert len(found.encode()) <= 255


def test_korean_names_of_an_archive_from_windows_are_read(tmp_path: Path, csv: bytes) -> None:
    meant = "2023.6월_29개 통신정보.csv"
    raw = meant.encode("cp949")
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as made:
        made.writestr("x" * len(raw), csv)
    (tmp_path / "x.zip").write_bytes(content.getvalue().replace(b"x" * len(raw), raw))
    (found,) = unpacked(tmp_path / "x.zip")
    assert found.path
    assert found.path.name == meant
    assert told_by_archive("자료.csv", 0x800) == "자료.csv"
