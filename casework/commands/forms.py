"""`forms list|check|import|export` and `submissions export`."""

from __future__ import annotations

from pathlib import Path

import click

from casework.commands.plain import Group, write_file
from casework.core.access import SYSTEM
from casework.core.audit import record
from casework.core.clock import system_clock
from casework.core.db import transaction
from casework.formats.answers import MAIN, answer_sheets
from casework.formats.tables import csv_bytes, xlsx_bytes
from casework.formats.xlsform import Reading, read_xlsform, write_xlsform
from casework.questionnaires.findings import ERROR, Finding
from casework.questionnaires.models import (
    PURPOSES,
    Questionnaire,
    latest_version,
    live,
)
from casework.questionnaires.publishing import import_definition, publish

FILE = click.Path(exists=True, dir_okay=False, path_type=Path)
NEW_FILE = click.Path(dir_okay=False, path_type=Path)


@click.group(cls=Group)
def forms() -> None:
    """Questionnaires, which are XLSForms."""


@forms.command("list")
def list_() -> None:
    """Show all questionnaires: slug, purpose, state, versions, title."""
    for row in Questionnaire.select().order_by(Questionnaire.slug):
        newest = latest_version(row)
        number = newest.number if newest else 0
        click.echo(f"{row.slug:20} {row.purpose:10} {row.state:10} v{number:<4} {row.label('en')}")


@forms.command("check")
@click.argument("file", type=FILE)
def check(file: Path) -> None:
    """Report every problem of an XLSForm; nothing is stored."""
    reading = _read(file)
    click.echo(f"{file.name} can be imported; {len(reading.findings)} remarks.")


@forms.command("import")
@click.argument("file", type=FILE)
@click.option("--slug", help="Its word in addresses; by default its form_id.")
@click.option("--purpose", type=click.Choice(list(PURPOSES)), help="Of a new questionnaire.")
@click.option("--publish", "published", is_flag=True, help="Give it to people from now on.")
def import_(file: Path, slug: str | None, purpose: str | None, published: bool) -> None:
    """Store an XLSForm as a new version of its questionnaire."""
    now, definition = system_clock(), _read(file).definition
    if definition is None:
        raise click.ClickException(f"{file.name} holds no questionnaire.")
    slug = slug or definition.form_id.lower().replace("_", "-")
    with transaction():
        version = import_definition(slug, definition, purpose=purpose, by=SYSTEM, at=now)
        if published:
            publish(version.questionnaire, version, by=SYSTEM, at=now)
    state = "published" if published else "stored"
    click.echo(f"{slug}, version {version.number}, is {state}.")


@forms.command("export")
@click.argument("slug")
@click.argument("file", type=NEW_FILE)
def export(slug: str, file: Path) -> None:
    """Write the published version of a questionnaire, else the latest, as an XLSForm."""
    questionnaire = _questionnaire(slug)
    version = live(slug) if questionnaire.state == "published" else latest_version(questionnaire)
    if version is None:
        raise click.ClickException(f"“{slug}” has no version yet.")
    write_file(file, write_xlsform(version.parsed))
    click.echo(f"Wrote {slug}, version {version.number}, into {file}.")


@click.group(cls=Group)
def submissions() -> None:
    """What people sent."""


@submissions.command("export")
@click.argument("slug")
@click.argument("file", type=NEW_FILE)
def export_submissions(slug: str, file: Path) -> None:
    """Write all submissions of a questionnaire: CSV where FILE ends so, else XLSX.

    Rows of repeats have a sheet of their own, or a CSV file beside FILE.
    """
    questionnaire = _questionnaire(slug)
    sheets = answer_sheets(questionnaire)
    number = len(sheets[MAIN].rows)
    if file.suffix.lower() == ".csv":
        files = {
            file if name == MAIN else file.with_suffix(f".{name}{file.suffix}"): csv_bytes(
                *sheet.table()
            )
            for name, sheet in sheets.items()
        }
    else:
        files = {file: xlsx_bytes({name: sheet.table() for name, sheet in sheets.items()})}
    with transaction():
        record("submission:exported", questionnaire, by=SYSTEM, at=system_clock(), number=number)
        for path, data in files.items():
            write_file(path, data)
    click.echo(f"Wrote {number} submissions into {file}; it holds personal data, keep it safe.")


def _questionnaire(slug: str) -> Questionnaire:
    found = Questionnaire.get_or_none(Questionnaire.slug == slug)
    if found is None:
        known = ", ".join(row.slug for row in Questionnaire.select().order_by(Questionnaire.slug))
        raise click.ClickException(
            f"There is no questionnaire “{slug}”; please name one of: {known}."
        )
    return found


def _read(file: Path) -> Reading:
    """Read a file and print its findings; ends the command where there are errors."""
    reading = read_xlsform(file.read_bytes(), name=file.stem)
    for finding in reading.findings:
        click.echo(_line(finding))
    errors = sum(finding.severity == ERROR for finding in reading.findings)
    if errors or reading.definition is None:
        raise click.ClickException(
            f"{file.name} cannot be used: {errors} errors, listed above. Nothing was stored."
        )
    return reading


def _line(finding: Finding) -> str:
    row = f"row {finding.row}" if finding.row else ""
    place = ", ".join(part for part in (finding.sheet, row, finding.column) if part)
    return f"{place}: {finding.severity}: {finding.message('en')} {finding.what_to_do('en')}"
