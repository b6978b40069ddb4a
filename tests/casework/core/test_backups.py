"""Backup and restore: whole, under load, and harmless when something is wrong."""

from __future__ import annotations

import gzip
import io
import json
import shutil
import tarfile
import threading

import pytest

from casework.core import backups, snapshots
from casework.core.access import SYSTEM
from casework.core.backups import BackupError, restore_backup, write_backup
from casework.core.config import parse_field_keys
from casework.core.crypto import use_keys
from casework.core.db import connection, database, is_sqlite, transaction
from casework.core.settings import Setting, change_setting
from casework.documents import Document, add_document, read_document
from casework.people import Person

PNG = bytes.fromhex("89504e470d0a1a0a0000000d4948445200000001000000010802000000907753de")


@pytest.fixture
def documents(tmp_path):
    return tmp_path / "instance" / "documents"


@pytest.fixture
def archive(world, tmp_path, documents, clock):
    """A backup of a small town with one document."""
    world.staff()
    case = world.case(given_name="Amal")
    add_document(case, "Passport", PNG, folder=documents, by=SYSTEM, at=clock())
    target = tmp_path / "backup.tar.gz"
    write_backup(target, documents=documents, at=clock())
    return target


def test_everything_is_there_again_after_a_restore(archive, documents, world):
    before = snapshots.counts()
    world.case(given_name="Later")
    (documents / ("0" * 32)).write_bytes(b"later")
    Document.get().delete_instance()
    restored = restore_backup(archive, documents=documents, replace=True)
    assert snapshots.counts() == before
    assert (restored.documents, restored.rows) == (1, sum(before.values()))
    assert [person.given_name for person in Person.select()] == ["Amal"]
    assert read_document(Document.get(), folder=documents) == PNG
    assert len(list(documents.iterdir())) == 1


def test_the_database_can_be_written_after_a_restore(archive, documents, world):
    restore_backup(archive, documents=documents, replace=True)
    world.case(given_name="Next")
    assert Person.select().count() == 2


def test_an_archive_holds_no_key(archive, config):
    secrets = [config.secret_key.encode(), *(key.secret for key in config.field_keys)]
    raw = gzip.decompress(archive.read_bytes())
    assert not any(secret in raw for secret in secrets)
    assert b"Amal" not in raw


def test_an_archive_is_readable_by_its_owner_only(archive):
    assert archive.stat().st_mode & 0o777 == 0o600


def test_a_backup_overwrites_nothing(archive, documents, clock):
    with pytest.raises(BackupError, match="exists already"):
        write_backup(archive, documents=documents, at=clock())


def test_a_backup_into_a_missing_folder_is_refused(world, tmp_path, documents, clock):
    with pytest.raises(BackupError, match="does not exist"):
        write_backup(tmp_path / "no" / "file", documents=documents, at=clock())


def test_a_backup_that_fails_leaves_nothing_behind(world, tmp_path, documents, clock, monkeypatch):
    folder = tmp_path / "backups"
    folder.mkdir()
    monkeypatch.setattr(backups, "_digest", _fail)
    with pytest.raises(BackupError, match="No space"):
        write_backup(folder / "backup", documents=documents, at=clock())
    assert list(folder.iterdir()) == []


def test_an_installation_in_use_is_replaced_only_when_asked(archive, documents):
    with Unchanged(documents), pytest.raises(BackupError, match="--replace"):
        restore_backup(archive, documents=documents, replace=False)


def test_an_empty_installation_needs_no_permission(archive, store, tmp_path):
    database.close_all()
    store.renew()
    with connection():
        restored = restore_backup(archive, documents=tmp_path / "new" / "documents", replace=False)
        assert Person.select().count() == 1
    assert restored.documents == 1


def test_documents_without_rows_count_as_in_use(store, archive, documents):
    database.close_all()
    store.renew()
    with connection(), pytest.raises(BackupError, match="--replace"):
        restore_backup(archive, documents=documents, replace=False)


@pytest.mark.parametrize("place", [0, 0.1, 0.5, 0.9, 0.999])
def test_a_flipped_byte_changes_nothing(archive, documents, place):
    data = bytearray(archive.read_bytes())
    data[int(len(data) * place)] ^= 0xFF
    archive.write_bytes(data)
    with Unchanged(documents), pytest.raises(BackupError):
        restore_backup(archive, documents=documents, replace=True)


@pytest.mark.parametrize("share", [0, 0.01, 0.5, 0.99])
def test_a_cut_archive_changes_nothing(archive, documents, share):
    data = archive.read_bytes()
    archive.write_bytes(data[: int(len(data) * share)])
    with Unchanged(documents), pytest.raises(BackupError):
        restore_backup(archive, documents=documents, replace=True)


@pytest.mark.parametrize(
    "content",
    [b"", b"no archive", gzip.compress(b"no tar" * 400)],
    ids=["empty", "text", "gzip"],
)
def test_another_file_is_refused(tmp_path, world, documents, content):
    path = tmp_path / "file"
    path.write_bytes(content)
    with Unchanged(documents), pytest.raises(BackupError, match="archive"):
        restore_backup(path, documents=documents, replace=True)


def test_a_missing_file_is_refused(tmp_path, world, documents):
    with pytest.raises(BackupError, match="does not exist"):
        restore_backup(tmp_path / "nothing", documents=documents, replace=True)


def test_a_folder_is_refused(tmp_path, world, documents):
    with pytest.raises(BackupError):
        restore_backup(tmp_path, documents=documents, replace=True)


@pytest.mark.parametrize(
    "name", ["../evil", "/evil", "documents/../../evil", "documents/evil", "app.py"]
)
def test_a_foreign_name_in_an_archive_is_refused(archive, documents, name):
    repack(archive, add={name: b"evil"})
    with Unchanged(documents), pytest.raises(BackupError, match="not an archive"):
        restore_backup(archive, documents=documents, replace=True)


def test_a_link_in_an_archive_is_refused(archive, documents):
    link = tarfile.TarInfo("documents/" + "0" * 32)
    link.type, link.linkname = tarfile.SYMTYPE, "/etc/passwd"
    repack(archive, more=[link])
    with Unchanged(documents), pytest.raises(BackupError, match="not an archive"):
        restore_backup(archive, documents=documents, replace=True)


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"format": 2}, "newer version"),
        ({"migrations": ["0001_start", "9999_later"]}, "newer version"),
        ({"database": "oracle"}, "oracle"),
        ({"files": {}}, "missing"),
        ({"rows": []}, "manifest"),
        ({"keys": "AAAA"}, "keys"),
        ({"keys": None}, "manifest"),
    ],
)
def test_an_archive_that_does_not_fit_changes_nothing(archive, documents, changes, sentence):
    repack(archive, manifest=changes)
    with Unchanged(documents), pytest.raises(BackupError, match=sentence):
        restore_backup(archive, documents=documents, replace=True)


def test_rows_that_are_missing_in_an_archive_are_noticed(archive, documents):
    repack(archive, manifest={"rows": {**snapshots.counts(), "people": 2}})
    with Unchanged(documents), pytest.raises(BackupError):
        restore_backup(archive, documents=documents, replace=True)


def test_without_its_keys_an_archive_is_refused(archive, documents, config):
    other = parse_field_keys("other:" + "A" * 43 + "=")
    with Unchanged(documents):
        use_keys(other)
        try:
            with pytest.raises(BackupError, match="FIELD_KEYS"):
                restore_backup(archive, documents=documents, replace=True)
        finally:
            use_keys(config.field_keys)


def test_postgresql_without_its_programs_is_one_sentence(
    world, tmp_path, documents, clock, monkeypatch
):
    if is_sqlite():
        monkeypatch.setattr(snapshots, "is_sqlite", lambda: False)
        monkeypatch.setattr(snapshots, "_save_postgresql", lambda target: snapshots._run("pg_dump"))
    monkeypatch.setattr(shutil, "which", lambda name: None)
    with pytest.raises(BackupError, match="postgresql-client"):
        write_backup(tmp_path / "backup", documents=documents, at=clock())


@pytest.mark.slow
def test_a_backup_under_fifty_writers_is_one_moment(world, tmp_path, documents, clock):
    """Each writer changes two settings together; no backup ever holds one without the other."""
    change_setting("draft_days", 0, by=SYSTEM, at=clock())
    change_setting("release_days", 0, by=SYSTEM, at=clock())
    begun, stop, failures = threading.Event(), threading.Event(), []
    writers = [threading.Thread(target=_write, args=(begun, stop, failures)) for _ in range(50)]
    for writer in writers:
        writer.start()
    try:
        assert begun.wait(60)
        for number in range(3):
            write_backup(tmp_path / f"{number}", documents=documents, at=clock())
    finally:
        stop.set()
        for writer in writers:
            writer.join()
    assert failures == []
    for number in range(3):
        restore_backup(tmp_path / f"{number}", documents=documents, replace=True)
        values = {row.key: row.value for row in Setting.select()}
        assert values["draft_days"] == values["release_days"] > 0


def _write(begun, stop, failures):
    try:
        while not stop.is_set():
            with connection(), transaction():
                for key in ("draft_days", "release_days"):
                    row = Setting.select().where(Setting.key == key)
                    if not is_sqlite():
                        row = row.for_update()
                    Setting.update(value=row.get().value + 1).where(Setting.key == key).execute()
            begun.set()
    except Exception as error:
        failures.append(error)
        raise


class Unchanged:
    """Rows and documents are the same after the block as before."""

    def __init__(self, documents):
        self.documents = documents

    def _state(self):
        files = sorted(self.documents.rglob("*")) if self.documents.is_dir() else []
        return snapshots.counts(), [(path, path.read_bytes()) for path in files]

    def __enter__(self):
        self.before = self._state()

    def __exit__(self, kind, error, trace):
        assert self._state() == self.before


def repack(archive, *, manifest=None, add=None, more=()):
    """Write an archive anew with changes."""
    with tarfile.open(archive) as tar:
        files = {member.name: tar.extractfile(member).read() for member in tar}
    if manifest:
        files["manifest.json"] = json.dumps(
            {**json.loads(files["manifest.json"]), **manifest}
        ).encode()
    with tarfile.open(archive, "w:gz") as tar:
        for name, data in {**(add or {}), **files}.items():
            member = tarfile.TarInfo(name)
            member.size = len(data)
            tar.addfile(member, io.BytesIO(data))
        for member in more:
            tar.addfile(member)


def _fail(path):
    raise OSError(28, "No space left on device")
