"""`directory import` and `export` refuse with one sentence, and nothing has changed then."""

import io
import json
import zipfile

import pytest

from casework.core.refusals import Refusal
from casework.formats import tables
from casework.formats.hsds import DirectoryRefused, ExportRefused, export_directory, sources
from casework.formats.tables import TableRefused
from tests.casework.formats.directories import bring_in, dump, small

pytestmark = pytest.mark.usefixtures("db")


def refused(path) -> str:
    """Import what cannot be imported: the sentence, after a look that nothing has changed."""
    before = dump()
    with pytest.raises(Refusal) as refusal:
        bring_in(path)
    assert isinstance(refusal.value, DirectoryRefused | TableRefused)
    assert dump() == before
    sentence = refusal.value.text("en")
    assert sentence
    assert "Traceback" not in sentence
    assert str(path.parent) not in sentence
    return sentence


def zipped(path, **entries: bytes):
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in entries.items():
            archive.writestr(name.replace("__", "/") + ".csv", content)
    return path


def test_a_path_with_nothing_there(tmp_path):
    assert "holds no directory" in refused(tmp_path / "absent")


def test_a_folder_without_a_table_of_a_directory(tmp_path):
    (tmp_path / "d").mkdir()
    assert "holds no directory" in refused(tmp_path / "d")
    (tmp_path / "d" / "prices.csv").write_text("a,b\n1,2\n")
    (tmp_path / "d" / "services.csv").write_text("colour,weight\nred,2\n")
    assert "organizations.csv" in refused(tmp_path / "d")


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"\x00\xff",
        b"{",
        b"[]",
        b"{}",
        b"null",
        b"3",
        b'"text"',
        b'[1, "x"]',
        b'{"contents": []}',
        b'{"a": 1, "b": 2}',
        b"[" * 100_000,
        b'{"id":' * 5_000,
        b"\xff\xfe\x00",
        b"1" * 5_000,
        b'{"resources": []}',
        b'{"resources": [1, null, {"path": "/etc/passwd"}]}',
    ],
)
def test_a_file_that_is_no_directory(tmp_path, content):
    path = tmp_path / "file.json"
    path.write_bytes(content)
    refused(path)


def test_a_zip_without_tables_and_a_broken_one(tmp_path):
    refused(zipped(tmp_path / "a.zip", prices=b"a,b\n1,2\n"))
    good = zipped(tmp_path / "b.zip", services=b"id,name\n" + b"1,x\n" * 1000).read_bytes()
    (tmp_path / "b.zip").write_bytes(good.replace(good[60:80], b"\0" * 20))
    refused(tmp_path / "b.zip")


def test_a_zip_with_two_directories(tmp_path):
    rows = b"id,name\n1,x\n"
    assert "several folders" in refused(
        zipped(tmp_path / "a.zip", x__services=rows, y__services=rows)
    )


def test_a_zip_that_unpacks_to_too_much(tmp_path):
    bomb = b"id,name\n" + b"1,x\n" * (15 * 1024 * 1024)
    path = zipped(tmp_path / "a.zip", services=bomb)
    assert path.stat().st_size < 1_000_000
    assert "too large" in refused(path)


def test_a_zip_whose_sizes_are_a_lie(tmp_path):
    path = zipped(tmp_path / "a.zip", services=b"id,name\n" + b"1,x\n" * 1000)
    size = (8 + 4000).to_bytes(4, "little")
    path.write_bytes(path.read_bytes().replace(size, (9).to_bytes(4, "little")))
    refused(path)


def test_too_many_rows_and_too_many_bytes(tmp_path, monkeypatch):
    folder = small(tmp_path / "d")
    monkeypatch.setattr(sources, "MAX_ROWS", 2)
    assert "2 rows" in refused(folder)
    monkeypatch.setattr(tables, "MAX_BYTES", 10)
    assert "larger than" in refused(folder)
    path = tmp_path / "x.json"
    path.write_text(json.dumps([{"id": "1", "name": "x" * 20}]))
    assert "larger than" in refused(path)


def test_one_broken_file_stops_the_whole_import(tmp_path):
    folder = small(tmp_path / "d")
    (folder / "services.csv").write_bytes(b'id,name\n1,"never closed\n2,x\n')
    sentence = refused(folder)
    assert "services.csv" in sentence
    assert "line 2" in sentence


def test_hostile_cells_are_only_text(tmp_path):
    rows = [
        {"id": "1\x00", "organization_id": "o1", "name": "a\x00b\x1b[2J", "status": "active\x00"},
        {"id": "2", "organization_id": "o1", "name": "{{7*7}}", "url": "javascript:alert(1)"},
        {
            "id": "3",
            "organization_id": "o1",
            "name": "'; DROP TABLE services; --",
            "col\x00umn": "x",
        },
        {
            "id": "4",
            "organization_id": "o1",
            "name": "Z" + "\u0301" * 500,
            "description": "<script>x</script>y",
        },
    ]
    report = bring_in(small(tmp_path / "d", services=rows))
    assert report.tables["service"]["created"] == 4
    names = [
        row
        for row in dump()["Service"]
        if "javascript" in row or "<script" in row or "\\x00" in row
    ]
    assert not names


def test_hostile_json_values_are_only_text(tmp_path):
    path = tmp_path / "d.json"
    document = {
        "id": "o1",
        "name": "A\ud800",
        "description": ["a", {"b": 1}],
        "website": 7,
        "": "x",
        "x\0": True,
        "phones": [{"id": None, "number": 5}, {"number": {"a": 1}}],
        "services": {"id": "s", "name": None},
        "locations": [{"latitude": 1e400, "longitude": "x"}],
    }
    path.write_text(json.dumps(document))
    bring_in(path)
    before = dump()
    assert not bring_in(path).changed
    assert dump() == before


def test_a_source_name_is_cut_and_cleaned(tmp_path):
    report = bring_in(small(tmp_path / "d"), source="  " + "x" * 100 + "\x00\n ")
    assert report.source == "x" * 64


@pytest.mark.parametrize("name", ["organizations.csv", "datapackage.json"])
def test_an_export_does_not_overwrite_other_tables(tmp_path, name):
    (tmp_path / name).write_text("precious")
    with pytest.raises(ExportRefused) as refusal:
        export_directory(tmp_path)
    assert "overwritten" in refusal.value.text("en")
    assert [path.read_text() for path in tmp_path.iterdir()] == ["precious"]


def test_an_export_into_a_file_is_refused(tmp_path):
    (tmp_path / "file").write_text("x")
    for folder in (tmp_path / "file", tmp_path / "file" / "below"):
        with pytest.raises(ExportRefused):
            export_directory(folder)


def test_an_encrypted_zip_is_refused(tmp_path):
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        archive.writestr("services.csv", b"id,name\n1,x\n")
    data = bytearray(stream.getvalue())
    data[6] |= 1
    data[data.index(b"PK\x01\x02") + 8] |= 1
    (tmp_path / "a.zip").write_bytes(data)
    refused(tmp_path / "a.zip")
