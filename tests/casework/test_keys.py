"""Another key: everything is brought under it, and the old one can go."""

from __future__ import annotations

import base64
import importlib

import pytest

from casework.accounts import keep_recovery_codes, use_up_recovery_code
from casework.core import rotation, snapshots
from casework.core.access import SYSTEM
from casework.core.audit import AuditEntry
from casework.core.config import FieldKey, parse_field_keys
from casework.core.crypto import SealError, keyring, use_keys
from casework.core.lookups import LookupKey, find, name_keys, phone_keys
from casework.core.rotation import reseal_files, reseal_table, sealed_tables
from casework.core.settings import Setting
from casework.documents import Document, add_document, read_document
from casework.drafts import draft_by_code, start_draft
from casework.people import Person
from casework.questionnaires.models import live
from casework.reply_links import ReplyLink, link_of
from casework.submissions import open_with_pin, receipt_pin, submission_of, submit
from casework.volunteers import Volunteer
from tests.world import HELP_ANSWERS

OLD = FieldKey("test", bytes(range(32)))
NEW = FieldKey("new", bytes(range(1, 33)))
NEWER = FieldKey("newer", bytes(range(2, 34)))
PDF = b"%PDF-1.4\n1 0 obj\n<<>>\nendobj\ntrailer\n<<>>\n%%EOF\n"


@pytest.fixture(autouse=True)
def keys_of_the_tests():
    yield
    use_keys((OLD,))


@pytest.fixture
def run(app):
    def invoke(*words):
        return app.test_cli_runner().invoke(args=["keys", *words])

    return invoke


@pytest.fixture
def folder(config):
    """The store of documents; it outlives a test, so it is emptied before and after."""
    path = config.instance_dir / "documents"
    _empty(path)
    yield path
    _empty(path)


def _empty(folder):
    for path in folder.iterdir() if folder.is_dir() else ():
        path.unlink()


@pytest.fixture
def town(world, folder):
    """One of everything that is sealed or digested, under the old key."""
    referral = world.referral(sent=True)
    token = "t" * 32
    submit(
        live("help"), dict(HELP_ANSWERS), token=token, language="de", suspicion=[],
        by=SYSTEM, at=world.at,
    )  # fmt: skip
    world.submission("offer")
    staff = world.coordinator()
    keep_recovery_codes(staff, ["abcd-efgh", "jkmn-pqrs"], by=staff.actor, at=world.at)
    add_document(
        referral.need.case, "Pass", PDF, folder=folder, by=SYSTEM, at=world.at
    )  # fmt: skip
    draft, _secret = start_draft(live("help"), "de", at=world.at)
    return {
        "person": world.person(given_name="Amal", phone="+497621415099"),
        "volunteer": Volunteer.get(),
        "pin": receipt_pin(token),
        "token": token,
        "link": ReplyLink.get().token,
        "code": draft.code,
        "staff": staff,
    }


def opened(model, columns):
    """Every sealed value of a table, opened."""
    return {
        (row.id, column.name): getattr(row, column.name)
        for row in model.select()
        for column in columns
    }


def test_the_old_key_can_go_after_everything_was_brought_under_the_new_one(
    run, town, world, folder, client
):
    before = {model: opened(model, columns) for model, columns in sealed_tables()}
    hits = {
        "person": find("people", name_keys("Amal")),
        "phone": find("people", phone_keys("+497621415099")),
        "request": find("submissions", name_keys("Beispiel")),
    }
    assert all(hits.values())
    use_keys((NEW, OLD))
    result = run("rotate")
    assert result.exit_code == 0, result.output
    assert "people: " in result.output
    assert "documents: 1 brought" in result.output
    use_keys((NEW,))
    assert {model: opened(model, columns) for model, columns in sealed_tables()} == before
    assert sum(map(len, before.values())) > 20
    assert find("people", name_keys("Amal")) == hits["person"]
    assert find("people", phone_keys("+497621415099")) == hits["phone"]
    assert find("submissions", name_keys("Beispiel")) == hits["request"]
    assert read_document(Document.get(), folder=folder) == PDF


def test_what_people_hold_in_their_hands_stays_valid_without_the_old_key(run, town, world):
    token, pin = town["token"], town["pin"]
    reference = submission_of(token).reference
    use_keys((NEW, OLD))
    assert link_of(town["link"], at=world.at), "already the new key in front must not break links"
    assert receipt_pin(token) == pin
    assert run("rotate").exit_code == 0
    use_keys((NEW,))
    assert open_with_pin(reference, pin).reference == reference
    assert receipt_pin(token) == pin, "sending twice shows the same receipt"
    assert link_of(town["link"], at=world.at)
    assert draft_by_code(town["code"], at=world.at)
    staff = town["staff"]
    left = use_up_recovery_code(staff, "abcd-efgh", by=staff.actor, at=world.at)
    assert len(left.mf_recovery_codes) == 1


def test_a_second_change_of_keys_carries_everything_on(run, town, world):
    use_keys((NEW, OLD))
    run("rotate")
    use_keys((NEWER, NEW))
    assert run("rotate").exit_code == 0
    use_keys((NEWER,))
    assert link_of(town["link"], at=world.at)
    assert receipt_pin(town["token"]) == town["pin"]
    assert find("people", name_keys("Amal"))
    use_up_recovery_code(town["staff"], "jkmn-pqrs", by=town["staff"].actor, at=world.at)


def test_without_bringing_it_under_the_new_key_nothing_opens(town):
    use_keys((NEW,))
    with pytest.raises(SealError):
        _ = town["person"].refresh().given_name


def test_a_second_run_finds_nothing_to_do(run, town):
    use_keys((NEW, OLD))
    run("rotate")
    entries = AuditEntry.select().where(AuditEntry.event == "keys:rotated").count()
    again = run("rotate")
    assert again.exit_code == 0
    assert again.output == "Everything is under the key “new”.\n"
    assert AuditEntry.select().where(AuditEntry.event == "keys:rotated").count() == entries == 1


def test_check_says_which_keys_are_needed_before_and_after(run, town):
    use_keys((NEW, OLD))
    before = run("check")
    assert before.exit_code == 0
    assert "Needed: new, test." in before.output
    assert "under “test”" in before.output
    run("rotate")
    after = run("check")
    assert "Needed: new." in after.output
    assert "Not needed any more: test." in after.output
    assert "backups" in after.output


def test_check_alone_changes_nothing(run, town, folder):
    use_keys((NEW, OLD))

    def state():
        digests = sorted(each.digest for each in LookupKey.select())
        return snapshots.counts(), digests, _raw(Person), _contents(folder)

    before = state()
    run("check")
    assert state() == before


def _contents(folder):
    return {path.name: path.read_bytes() for path in folder.iterdir()}


def _raw(model):
    return sorted(
        (str(row.id), row.__data__["given_name"].data) for row in model.select()
        if row.__data__["given_name"] is not None
    )  # fmt: skip


@pytest.mark.parametrize("words", [("check",), ("rotate",)])
def test_a_key_that_is_needed_and_not_there_is_named_in_one_sentence(run, town, words):
    use_keys((NEW,))
    result = run(*words)
    assert result.exit_code != 0
    lines = result.stderr.strip().splitlines()
    assert len(lines) == 1
    assert "“test”" in lines[0]
    assert "FIELD_KEYS" in lines[0]
    assert Setting.get_or_none(Setting.key == rotation.HERITAGE) is None


def test_a_damaged_value_is_named_and_keeps_nothing_else_from_its_new_key(run, town, world):
    broken, whole = world.person(given_name="Broken"), world.person(given_name="Whole")
    other = Person.get_by_id(whole.id).__data__["given_name"]
    Person.update(given_name=other).where(Person.id == broken.id).execute()
    use_keys((NEW, OLD))
    result = run("rotate")
    assert result.exit_code != 0
    assert f"people/{broken.id}/given_name" in result.stderr
    use_keys((NEW,))
    assert whole.refresh().given_name == "Whole"
    assert find("people", name_keys("Whole")) == {whole.id: {"name"}}


def test_noise_in_place_of_a_file_is_named(run, town, folder):
    (folder / ("0" * 32)).write_bytes(b"noise")
    use_keys((NEW, OLD))
    result = run("rotate")
    assert result.exit_code != 0
    assert "documents/000" in result.stderr


def test_a_value_that_changes_meanwhile_is_not_overwritten(town, monkeypatch):
    """Somebody saves the row between reading and writing a batch."""
    person = town["person"]
    use_keys((NEW, OLD))
    exchange = rotation._exchange

    def late(model, row_id, column, old, new):
        if row_id == person.id and column.name == "given_name":
            row = Person.get_by_id(row_id)
            row.given_name = "Changed"
            row.save()
        return exchange(model, row_id, column, old, new)

    monkeypatch.setattr(rotation, "_exchange", late)
    columns = dict(sealed_tables())
    reseal_table(Person, columns[Person], write=True)
    use_keys((NEW,))
    assert person.refresh().given_name == "Changed"


def test_what_was_stopped_half_way_goes_on_where_it_was(run, town, world, monkeypatch):
    people = [world.person(given_name=f"Person {number}") for number in range(9)]
    monkeypatch.setattr(rotation, "BATCH", 4)
    use_keys((NEW, OLD))
    exchange, done = rotation._exchange, []

    def dies(*args):
        if len(done) == 7:
            raise KeyboardInterrupt
        done.append(args)
        return exchange(*args)

    monkeypatch.setattr(rotation, "_exchange", dies)
    columns = dict(sealed_tables())
    with pytest.raises(KeyboardInterrupt):
        reseal_table(Person, columns[Person], write=True)
    monkeypatch.setattr(rotation, "_exchange", exchange)
    assert run("rotate").exit_code == 0
    use_keys((NEW,))
    assert [each.refresh().given_name for each in people] == [
        f"Person {number}" for number in range(9)
    ]


def test_a_server_that_still_seals_under_the_old_key_is_noticed(run, town, world, monkeypatch):
    use_keys((NEW, OLD))
    command = importlib.import_module("casework.commands.keys")
    real = command.redigest_column

    def meanwhile(*args, **kwargs):
        use_keys((OLD,))
        world.person(given_name="Late")
        use_keys((NEW, OLD))
        return real(*args, **kwargs)

    monkeypatch.setattr(command, "redigest_column", meanwhile)
    result = run("rotate")
    assert result.exit_code != 0
    assert "has new values under an older key" in result.stderr
    monkeypatch.undo()
    assert run("rotate").exit_code == 0


def test_no_file_is_left_over_beside_those_that_were_sealed_anew(town, folder):
    names = sorted(path.name for path in folder.iterdir())
    use_keys((NEW, OLD))
    assert reseal_files(folder, write=True).done == 1
    assert sorted(path.name for path in folder.iterdir()) == names


def test_a_folder_that_is_not_there_has_no_files(tmp_path):
    assert not reseal_files(tmp_path / "nothing", write=True).under


def test_the_kept_keys_open_no_sealed_value(run, town):
    """What is kept of the old key is for codes and digests; it is sealed itself."""
    use_keys((NEW, OLD))
    run("rotate")
    value = Setting.get(Setting.key == rotation.HERITAGE).value
    assert OLD.secret.hex() not in base64.b64decode(value).hex()
    use_keys((NEW,))
    assert keyring().ids == ("new",)
    assert OLD.secret not in keyring().heritage.digest_keys


def test_a_new_key_is_printed_and_fits_into_field_keys(run):
    result = run("new")
    assert result.exit_code == 0
    assert len(parse_field_keys(f"{result.output.strip()},{run('new').output.strip()}")) == 2
