"""The command line: what it does, and one clear sentence where it cannot."""

from __future__ import annotations

import csv
import dataclasses
import io
import json
import zipfile

import pytest
from openpyxl import Workbook, load_workbook
from peewee import OperationalError

from casework import commands
from casework.commands import plain
from casework.core import snapshots
from casework.core.access import SYSTEM, Role
from casework.core.audit import AuditEntry
from casework.core.settings import change_setting, setting
from casework.people import Person
from casework.providers import Organization, Service
from casework.questionnaires.models import Questionnaire, latest_version, live, slug_from
from casework.staff import Staff, verify_password
from casework.texts import Text, change_text
from tests.world import HELP_ANSWERS, PASSWORD

FAMILY = {
    **HELP_ANSWERS,
    "alone": "no",
    "members": [
        {"_row": "r1", "member_given_name": "=1+1", "member_relation": "child"},
        {"_row": "r2", "member_given_name": "Sami", "member_relation": "child"},
    ],
}


@pytest.fixture
def run(app):
    """Run one of our commands; the result has exit_code, stdout and stderr."""

    def invoke(*args, stdin=None):
        words = [str(each) for each in args]
        return app.test_cli_runner().invoke(args=words, input=stdin)

    return invoke


@pytest.fixture
def refuse(run):
    """Run a command that must refuse: one sentence, nothing changed; the sentence."""

    def invoke(*args, stdin=None):
        before = snapshots.counts()
        result = run(*args, stdin=stdin)
        assert result.exit_code != 0
        assert snapshots.counts() == before
        lines = result.stderr.strip().splitlines()
        assert len(lines) == 1, result.stderr
        assert lines[0].startswith("Error: ")
        assert "Traceback" not in result.output
        return lines[0]

    return invoke


def test_every_command_of_the_contract_is_there(app):
    words = {
        f"{name} {inner}".strip()
        for name, command in app.cli.commands.items()
        for inner in getattr(command, "commands", {"": None})
    }
    assert words >= {
        "upgrade", "staff add", "forms list", "forms check", "forms import", "forms export",
        "submissions export", "directory import", "directory export", "people import",
        "demo load", "backup", "restore",
    }  # fmt: skip


def test_help_says_what_each_command_does(run):
    for command in commands.COMMANDS:
        result = run(command.name, "--help")
        assert result.exit_code == 0
        assert "Usage" in result.stdout


class TestUpgrade:
    def test_a_second_upgrade_changes_nothing(self, run):
        run("upgrade")
        before = snapshots.counts()
        result = run("upgrade")
        assert result.exit_code == 0
        assert snapshots.counts() == before

    def test_it_creates_no_accounts(self, run):
        assert run("upgrade").exit_code == 0
        assert not Staff.select().exists()

    def test_what_was_edited_stays(self, run, clock):
        change_text("page.start", "de", subject="Hallo", body="Unser Text", by=SYSTEM, at=clock())
        change_setting("centre_name", "Unser Zentrum", by=SYSTEM, at=clock())
        run("upgrade")
        row = Text.get((Text.key == "page.start") & (Text.language == "de"))
        assert (row.body, setting("centre_name")) == ("Unser Text", "Unser Zentrum")

    def test_the_starter_forms_are_published_for_their_purpose(self, run):
        assert {row.slug: row.purpose for row in Questionnaire.public()} == {
            "help": "request", "offer": "offer", "provider": "other",
        }  # fmt: skip

    def test_it_notes_the_public_address_for_links_in_mails(self, run, config):
        run("upgrade")
        assert setting("base_url") == config.base_url


class TestFirstStart:
    def test_two_accounts_are_made_and_their_passwords_shown_once(self, db, config, capsys):
        commands.prepare(config)
        shown = capsys.readouterr().out
        rows = {row.role: row for row in Staff.select()}
        assert set(rows) == {"administrator", "coordinator"}
        for row in rows.values():
            line = next(line for line in shown.splitlines() if row.email in line)
            password = line.split("password: ")[1].split()[0]
            assert verify_password(row.password, password)
        assert f"{config.base_url}/admin/login" in shown
        commands.prepare(config)
        assert capsys.readouterr().out == ""
        assert Staff.select().count() == 2

    @pytest.mark.parametrize(
        ("base_url", "domain"),
        [
            ("https://help.town.example", "help.town.example"),
            ("http://127.0.0.1:8000", "lotse.example"),
            ("http://localhost:8000", "lotse.example"),
            ("http://[::1]:8000", "lotse.example"),
        ],
    )
    def test_accounts_belong_to_the_host_of_the_portal(self, db, config, base_url, domain):
        commands.prepare(dataclasses.replace(config, base_url=base_url))
        assert {row.email.split("@")[1] for row in Staff.select()} == {domain}

    def test_generated_keys_are_announced(self, db, config, capsys):
        commands.prepare(dataclasses.replace(config, announcements=("SECRET_KEY was made.",)))
        assert "SECRET_KEY was made." in capsys.readouterr().out

    def test_an_installation_with_accounts_gets_no_more(self, world, config, capsys):
        world.staff()
        commands.prepare(config)
        assert Staff.select().count() == 1
        assert capsys.readouterr().out == ""


class TestStaffAdd:
    def test_an_account_can_sign_in(self, run):
        result = run("staff", "add", "Neu@Example.org", "--role", "coordinator",
                     "--password-stdin", "--name", "Nele Neu", stdin=f"{PASSWORD}\n")  # fmt: skip
        assert result.exit_code == 0, result.output
        row = Staff.get()
        assert (row.email, row.role, row.name) == ("neu@example.org", "coordinator", "Nele Neu")
        assert verify_password(row.password, PASSWORD)
        assert PASSWORD not in result.output

    def test_an_integration_manager_belongs_to_the_organisation_named(self, run, world):
        caritas = world.organization("Caritas")
        run("staff", "add", "im@example.org", "--role", "integration_manager", "--organisation",
            "Caritas", "--password-stdin", stdin=PASSWORD)  # fmt: skip
        assert Staff.get().organization == caritas

    @pytest.mark.parametrize(
        ("args", "stdin", "sentence"),
        [
            ((), PASSWORD, "EMAIL"),
            (("a@example.org",), PASSWORD, "--role"),
            (("a@example.org", "--role", "boss", "--password-stdin"), PASSWORD, "boss"),
            (("a@example.org", "--role", "coordinator"), PASSWORD, "--password-stdin"),
            (("a@example.org", "--role", "coordinator", "--password-stdin"), "", "password"),
            (("a@example.org", "--role", "coordinator", "--password-stdin"), "short", "password"),
            (("nobody", "--role", "coordinator", "--password-stdin"), PASSWORD, "“nobody”"),
            (("a@b\x00.org", "--role", "coordinator", "--password-stdin"), PASSWORD, "e-mail"),
            (("a@example.org", "--role", "integration_manager", "--password-stdin"), PASSWORD,
             "organisation"),
            (("a@example.org", "--role", "integration_manager", "--organisation", "Nobody",
              "--password-stdin"), PASSWORD, "“Nobody”"),
            (("a@example.org", "--role", "coordinator", "--rank", "1"), PASSWORD, "--rank"),
        ],
    )  # fmt: skip
    def test_bad_input_is_refused(self, refuse, args, stdin, sentence):
        assert sentence in refuse("staff", "add", *args, stdin=stdin)

    def test_an_address_is_taken_once(self, refuse, world):
        world.staff(email="a@example.org")
        assert "already" in refuse("staff", "add", "A@example.org", "--role", "coordinator",
                                   "--password-stdin", stdin=PASSWORD)  # fmt: skip

    def test_an_organisation_must_be_unmistakable(self, refuse, world):
        world.organization("Caritas"), world.organization("Caritas")
        assert "Several" in refuse(
            "staff", "add", "a@example.org", "--role", "integration_manager", "--organisation",
            "Caritas", "--password-stdin", stdin=PASSWORD,
        )  # fmt: skip


class TestForms:
    def test_the_list_shows_what_there_is(self, run):
        lines = run("forms", "list").stdout.splitlines()
        assert [line.split()[:3] for line in lines] == [
            ["assessment", "assessment", "published"],
            ["follow-up", "follow_up", "published"],
            ["help", "request", "published"],
            ["offer", "offer", "published"],
            ["provider", "other", "published"],
        ]

    def test_an_exported_form_can_be_imported_as_another(self, run, tmp_path):
        path = tmp_path / "form.xlsx"
        assert run("forms", "export", "help", path).exit_code == 0
        result = run(
            "forms", "import", path, "--slug", "again", "--publish", "--purpose", "request"
        )
        assert result.exit_code == 0, result.output
        assert live("again").parsed == live("help").parsed
        assert live("again").questionnaire.purpose == "request"

    def test_an_import_without_publish_changes_nothing_for_people(self, run, tmp_path):
        path, before = xlsform(tmp_path), live("help").id
        assert run("forms", "import", path, "--slug", "help").exit_code == 0
        assert live("help").id == before
        assert latest_version(live("help").questionnaire).number == 2

    def test_the_slug_is_by_default_what_an_address_can_hold_of_the_form_id(self):
        assert slug_from("My Form_2.1 (größer)") == "my-form-2-1-groer"
        assert slug_from("فرم") == "form"
        assert slug_from("a_" * 60) == "a-" * 39 + "a"

    def test_the_slug_is_by_default_the_form_id(self, run, tmp_path):
        assert run("forms", "import", xlsform(tmp_path, form_id="My_Form")).exit_code == 0
        assert Questionnaire.select().where(Questionnaire.slug == "my-form").exists()

    def test_a_check_stores_nothing(self, run, tmp_path):
        before = snapshots.counts()
        assert run("forms", "check", xlsform(tmp_path)).exit_code == 0
        assert snapshots.counts() == before

    @pytest.mark.parametrize("command", ["check", "import"])
    def test_a_form_with_errors_is_refused_with_all_of_them(self, refuse, run, tmp_path, command):
        path = xlsform(tmp_path, relevant="${nobody} = (")
        assert "errors" in refuse("forms", command, path)
        assert "row 2" in run("forms", command, path).stdout

    @pytest.mark.parametrize("command", ["check", "import"])
    @pytest.mark.parametrize("content", [b"", b"no workbook", b"PK\x03\x04 broken"])
    def test_a_file_that_is_no_workbook_is_refused(self, refuse, tmp_path, command, content):
        path = tmp_path / "form.xlsx"
        path.write_bytes(content)
        refuse("forms", command, path)

    @pytest.mark.parametrize("command", ["check", "import"])
    def test_a_file_that_is_not_there_is_refused(self, refuse, tmp_path, command):
        assert "does not exist" in refuse("forms", command, tmp_path / "nothing.xlsx")

    @pytest.mark.parametrize("slug", ["Ä", "a b", "../x", "x" * 81])
    def test_a_slug_that_cannot_stand_in_an_address_is_refused(self, refuse, tmp_path, slug):
        assert "address" in refuse("forms", "import", xlsform(tmp_path), "--slug", slug)

    def test_a_form_that_is_not_there_cannot_be_exported(self, refuse, tmp_path):
        path = tmp_path / "out.xlsx"
        assert "help, offer" in refuse("forms", "export", "nothing", path)
        assert not path.exists()

    def test_an_export_into_a_missing_folder_is_refused(self, refuse, tmp_path):
        assert "folder" in refuse("forms", "export", "help", tmp_path / "no" / "out.xlsx")


def column(row, name):
    """The cell of a question, whatever groups it stands in."""
    (found,) = [value for key, value in row.items() if key.rpartition("/")[2] == name]
    return found


class TestSubmissionsExport:
    def test_a_row_for_each_submission_and_columns_by_question(self, run, world, tmp_path):
        first = world.submission(answers=FAMILY)
        second = world.submission(language="de")
        path = tmp_path / "help.csv"
        assert run("submissions", "export", "help", path).exit_code == 0
        rows = read_csv(path)
        assert [row["_id"] for row in rows] == [first.reference, second.reference]
        assert [row["_language"] for row in rows] == ["ar", "de"]
        assert column(rows[0], "family_name") == "Beispiel"
        assert column(rows[0], "need_areas") == "language"
        assert path.stat().st_mode & 0o777 == 0o600

    def test_rows_of_a_repeat_have_a_file_of_their_own(self, run, world, tmp_path):
        reference = world.submission(answers=FAMILY).reference
        run("submissions", "export", "help", tmp_path / "help.csv")
        rows = read_csv(tmp_path / "help.members.csv")
        assert [(row["_submission__id"], row["_index"]) for row in rows] == [
            (reference, "1"), (reference, "2"),
        ]  # fmt: skip
        assert column(rows[1], "member_given_name") == "Sami"

    def test_no_cell_becomes_a_formula(self, run, world, tmp_path):
        world.submission(answers={**FAMILY, "family_name": "@SUM(A1)", "need_text": "-2+3"})
        run("submissions", "export", "help", tmp_path / "help.csv")
        row = read_csv(tmp_path / "help.csv")[0]
        assert column(row, "family_name") == "'@SUM(A1)"
        assert column(row, "need_text") == "'-2+3"
        member = read_csv(tmp_path / "help.members.csv")[0]
        assert column(member, "member_given_name") == "'=1+1"
        run("submissions", "export", "help", tmp_path / "help.xlsx")
        cells = [
            cell
            for sheet in load_workbook(tmp_path / "help.xlsx")
            for line in sheet.iter_rows()
            for cell in line
        ]
        assert not [cell.value for cell in cells if cell.data_type == "f"]

    def test_a_workbook_has_a_sheet_for_each_repeat(self, run, world, tmp_path):
        world.submission(answers=FAMILY)
        run("submissions", "export", "help", tmp_path / "help.xlsx")
        book = load_workbook(tmp_path / "help.xlsx")
        assert book.sheetnames == ["submissions", "members"]
        assert book["members"].max_row == 3

    def test_questions_of_older_versions_keep_their_columns(self, run, world, tmp_path):
        world.submission()
        run("forms", "import", xlsform(tmp_path), "--slug", "help", "--publish")
        world.submission(answers={"colour": "blue"})
        run("submissions", "export", "help", tmp_path / "help.csv")
        rows = read_csv(tmp_path / "help.csv")
        found = [(row["__version__"], row["colour"], column(row, "family_name")) for row in rows]
        assert found == [("1", "", "Beispiel"), ("2", "blue", "")]

    def test_an_export_is_recorded(self, run, world, tmp_path):
        world.submission()
        run("submissions", "export", "help", tmp_path / "help.csv")
        entry = AuditEntry.get(AuditEntry.event == "submission:exported")
        assert (entry.actor_kind, entry.details) == ("system", {"number": 1})

    def test_labels_come_in_the_language_that_was_asked_for(self, run, refuse, world, tmp_path):
        world.submission()
        path = tmp_path / "help.json"
        assert run("submissions", "export", "help", path, "--language", "de").exit_code == 0
        (row,) = json.loads(path.read_text(encoding="utf-8"))
        assert column(row, "need_areas") == "Sprache und Deutschkurse"
        other = tmp_path / "other.json"
        assert "de" in refuse("submissions", "export", "help", other, "--language", "eo")
        assert not other.exists()

    def test_choices_have_columns_of_their_own_unless_told_otherwise(self, run, world, tmp_path):
        world.submission()
        for suffix, option, expected in (
            ("csv", [], True), ("csv", ["--no-split"], False),
            ("json", [], False), ("json", ["--split"], True),
        ):  # fmt: skip
            path = tmp_path / f"help.{suffix}"
            run("submissions", "export", "help", path, *option)
            found = "need_areas/language" in path.read_text(encoding="utf-8")
            assert found is expected, (suffix, option)

    def test_an_unknown_form_is_refused(self, refuse, tmp_path):
        assert "“nothing”" in refuse("submissions", "export", "nothing", tmp_path / "x.csv")
        assert list(tmp_path.iterdir()) == []

    def test_an_export_that_cannot_be_written_is_not_recorded(self, refuse, world, tmp_path):
        world.submission()
        assert "folder" in refuse("submissions", "export", "help", tmp_path / "no" / "x.csv")


class TestDirectory:
    def test_what_was_exported_can_be_imported_elsewhere(self, run, world, tmp_path, store):
        world.service(world.organization("Caritas"), "Debt counselling")
        assert run("directory", "export", tmp_path / "out").exit_code == 0
        Service.delete().execute()
        Organization.delete().execute()
        result = run("directory", "import", tmp_path / "out")
        assert result.exit_code == 0, result.output
        assert [str(row) for row in Service.select()] == ["Debt counselling"]

    def test_a_second_import_says_that_nothing_has_changed(self, run, world, tmp_path):
        world.service(world.organization("Caritas"))
        run("directory", "export", tmp_path / "out")
        run("directory", "import", tmp_path / "out")
        before = snapshots.counts()
        result = run("directory", "import", tmp_path / "out")
        assert "Nothing has changed." in result.stdout
        assert snapshots.counts() == before

    def test_a_path_that_is_not_there_is_refused(self, refuse, tmp_path):
        assert "does not exist" in refuse("directory", "import", tmp_path / "nothing")

    @pytest.mark.parametrize(
        ("name", "content"),
        [
            ("x.json", b"{"),
            ("x.json", b"[1, 2]"),
            ("x.zip", b"no zip"),
            ("x.csv", b"a,b\n1,2\n"),
            ("x.png", b"\x89PNG"),
            ("x.json", json.dumps({"services": "none"}).encode()),
        ],
    )
    def test_a_file_that_is_no_directory_is_refused(self, refuse, tmp_path, name, content):
        path = tmp_path / name
        path.write_bytes(content)
        refuse("directory", "import", path)

    def test_an_empty_folder_is_refused(self, refuse, tmp_path):
        refuse("directory", "import", tmp_path)

    def test_a_zip_without_tables_is_refused(self, refuse, tmp_path):
        with zipfile.ZipFile(tmp_path / "x.zip", "w") as package:
            package.writestr("readme.txt", "nothing here")
        refuse("directory", "import", tmp_path / "x.zip")

    def test_an_export_into_a_file_is_refused(self, refuse, tmp_path):
        (tmp_path / "file").write_text("x")
        refuse("directory", "export", tmp_path / "file")


class TestDemo:
    def test_a_small_town_is_loaded_and_its_accounts_shown(self, run, config, capsys):
        result = run("demo", "load", "--people", "20", "--seed", "3")
        assert result.exit_code == 0, result.output
        assert Person.select().count() == 20
        for role in Role:
            assert f"({role.value})" in result.stdout
        commands.prepare(config)
        assert "This is a demo" in capsys.readouterr().out

    def test_it_is_never_mixed_with_anything_real(self, refuse, world):
        world.case()
        assert "empty database" in refuse("demo", "load", "--people", "20")

    @pytest.mark.parametrize("people", ["0", "-5", "99999999", "many"])
    def test_a_number_of_people_that_makes_no_town_is_refused(self, refuse, people):
        refuse("demo", "load", "--people", people)


class TestBackup:
    def test_a_backup_says_that_the_keys_are_not_in_it(self, run, world, tmp_path):
        result = run("backup", tmp_path / "backup")
        assert result.exit_code == 0, result.output
        assert "FIELD_KEYS" in result.stdout
        assert AuditEntry.select().where(AuditEntry.event == "backup:written").count() == 1

    def test_a_restore_brings_the_rows_back(self, run, world, tmp_path):
        world.case(given_name="Amal")
        run("backup", tmp_path / "backup")
        world.case(given_name="Later")
        result = run("restore", tmp_path / "backup", "--replace")
        assert result.exit_code == 0, result.output
        assert [row.given_name for row in Person.select()] == ["Amal"]
        assert AuditEntry.select().where(AuditEntry.event == "backup:restored").count() == 1

    def test_a_restore_over_data_is_refused(self, run, refuse, world, tmp_path):
        world.staff()
        run("backup", tmp_path / "backup")
        assert "--replace" in refuse("restore", tmp_path / "backup")

    @pytest.mark.parametrize("args", [(), ("--replace",), ("/nowhere/file", "--replace")])
    def test_a_restore_from_nothing_is_refused(self, refuse, args):
        refuse("restore", *args)

    def test_a_restore_from_another_file_is_refused(self, refuse, tmp_path):
        (tmp_path / "x").write_bytes(b"x")
        assert "not an archive" in refuse("restore", tmp_path / "x", "--replace")

    def test_a_backup_into_a_missing_folder_is_refused(self, refuse):
        assert "does not exist" in refuse("backup", "/nowhere/file")


def test_a_database_that_is_not_up_to_date_is_said_so(refuse, monkeypatch):
    monkeypatch.setattr(plain, "pending_migrations", lambda: ["0002_next"])
    assert "flask --app app upgrade" in refuse("forms", "list")


def test_a_database_that_is_away_is_said_so(run, monkeypatch):
    def fail():
        raise OperationalError("connection to server at 10.0.0.7 refused for user lotse")

    monkeypatch.setattr(plain, "pending_migrations", fail)
    result = run("forms", "list")
    assert result.exit_code != 0
    assert "DATABASE_URL" in result.stderr
    assert "10.0.0.7" not in result.output


def xlsform(folder, *, form_id="colours", relevant=""):
    """A small form with one question."""
    book = Workbook()
    survey, settings = book.active, book.create_sheet("settings")
    survey.title = "survey"
    for row in (("type", "name", "label::English (en)", "relevant"),
                ("text", "colour", "Which colour?", relevant)):  # fmt: skip
        survey.append(row)
    for row in (
        ("form_title", "form_id", "default_language"),
        ("Colours", form_id, "English (en)"),
    ):
        settings.append(row)
    path = folder / "small.xlsx"
    book.save(path)
    return path


def read_csv(path):
    return list(csv.DictReader(io.StringIO(path.read_text(encoding="utf-8"), newline="")))


class TestPeople:
    HEADER = "Familienname;Vorname;Geburtsdatum;Haushalt\n"

    def file(self, folder, *rows, header=HEADER):
        path = folder / "liste.csv"
        path.write_text(header + "\n".join(rows), encoding="utf-8")
        return path

    def test_a_dry_run_says_what_would_happen_and_changes_nothing(self, run, tmp_path):
        path = self.file(tmp_path, "Beispiel;Amal;01.01.1990;1", "Beispiel;Sami;2015;1")
        result = run("people", "import", path, "--dry-run")
        assert result.exit_code == 0
        assert "2 new people, 0 known, 0 left out, 1 households" in result.stdout
        assert "row 2, Geburtsdatum: remark" in result.stdout
        assert not Person.select().exists()

    def test_a_list_is_taken_over_and_a_second_time_nothing_changes(self, run, world, tmp_path):
        world.site("Lindenweg")
        path = self.file(tmp_path, "Beispiel;Amal;17.05.1990;1", "Beispiel;Sami;2015;1")
        first = run("people", "import", path, "--site", "Lindenweg")
        assert "2 new people, 0 known, 1 households, 1 cases" in first.stdout
        rows = AuditEntry.select().count()
        second = run("people", "import", path)
        assert second.exit_code == 0
        assert "Nothing has changed" in second.stdout
        assert (Person.select().count(), AuditEntry.select().count()) == (2, rows)

    def test_every_error_is_listed_and_nothing_is_taken(self, refuse, run, tmp_path):
        path = self.file(tmp_path, "Beispiel;Amal;31.02.1990;1", ";;1990;2", "Muster;Olena;;3")
        listed = run("people", "import", path).stdout
        assert "row 2, Geburtsdatum: error" in listed
        assert "row 3, Familienname: error" in listed
        assert "2 rows have errors" in refuse("people", "import", path)
        assert not Person.select().exists()

    @pytest.mark.parametrize(
        ("content", "says"),
        [("Artikel;Menge\n1;2\n", "No column with names"), ("", "is empty"),
         (HEADER, "no person"), (HEADER + "Muster;Olena;;\n" * 50_000, "50,000 rows"),
         ('Name;Vorname\n"Muster;Olena', "never closed")],
    )  # fmt: skip
    def test_a_list_that_cannot_be_used_is_one_sentence(self, refuse, tmp_path, content, says):
        path = tmp_path / "liste.csv"
        path.write_text(content, encoding="utf-8")
        assert says in refuse("people", "import", path)
        assert not Person.select().exists()

    @pytest.mark.parametrize("option", ["--site", "--organisation", "--assigned-to"])
    def test_a_place_or_colleague_that_is_not_there_is_refused(self, refuse, tmp_path, option):
        path = self.file(tmp_path, "Beispiel;Amal;17.05.1990;1")
        assert "There is no" in refuse("people", "import", path, option, "nobody")

    def test_a_list_that_is_not_there_is_refused(self, refuse, tmp_path):
        assert "does not exist" in refuse("people", "import", tmp_path / "nothing.xlsx")
