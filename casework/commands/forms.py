"""`forms list|check|import|export` and `submissions export`."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import click

from casework.commands.plain import Group, write_file
from casework.core.access import SYSTEM
from casework.core.clock import system_clock
from casework.core.db import transaction
from casework.formats.answers import Options, export_answers, languages_of
from casework.formats.xlsform import Reading, read_xlsform, write_xlsform
from casework.questionnaires.findings import ERROR, Finding
from casework.questionnaires.media import NO_FILE, attach_file, beside, contents
from casework.questionnaires.models import (
    PURPOSES,
    Questionnaire,
    latest_version,
    live,
    slug_from,
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
    """Store an XLSForm as a new version of its questionnaire.

    Lists, pictures and sounds that it mentions come along from beside FILE or from the folder
    named like FILE with -media.
    """
    now, definition = system_clock(), _read(file).definition
    if definition is None:
        raise click.ClickException(f"{file.name} holds no questionnaire.")
    slug = slug or slug_from(definition.form_id)
    with transaction():
        for name, data in beside(file, definition).items():
            definition = attach_file(definition, name, data, by=SYSTEM, at=now)
        version = import_definition(slug, definition, purpose=purpose, by=SYSTEM, at=now)
        if published:
            publish(version.questionnaire, version, by=SYSTEM, at=now)
    state = "published" if published else "stored"
    click.echo(f"{slug}, version {version.number}, is {state}.")


@forms.command("export")
@click.argument("slug")
@click.argument("file", type=NEW_FILE)
def export(slug: str, file: Path) -> None:
    """Write the published version of a questionnaire, else the latest, as an XLSForm.

    Its lists, pictures and sounds go into a folder named like FILE with -media.
    """
    questionnaire = _questionnaire(slug)
    version = live(slug) if questionnaire.state == "published" else latest_version(questionnaire)
    if version is None:
        raise click.ClickException(f"“{slug}” has no version yet.")
    write_file(file, write_xlsform(version.parsed))
    if files := contents(version.parsed):
        folder = file.with_name(f"{file.stem}-media")
        folder.mkdir(exist_ok=True)
        for name, data in files.items():
            write_file(folder / name, data)
    click.echo(f"Wrote {slug}, version {version.number}, into {file}.")


@click.group(cls=Group)
def submissions() -> None:
    """What people sent."""


@submissions.command("export")
@click.argument("slug")
@click.argument("file", type=NEW_FILE)
@click.option("--labels", is_flag=True, help="Texts of the form in place of names.")
@click.option("--language", metavar="TAG", help="Of the labels, such as de or uk.")
@click.option(
    "--split/--no-split", default=None,
    help="A column for each choice of a select_multiple, with 1 or 0; tables have them by default.",
)  # fmt: skip
def export_submissions(
    slug: str, file: Path, labels: bool, language: str | None, split: bool | None
) -> None:
    """Write all submissions of a questionnaire, as the suffix of FILE says.

    .csv has a file beside it for each repeat, .zip holds the same in one archive, .json has an
    object for each submission, anything else is a workbook with a sheet for each repeat.
    """
    questionnaire = _questionnaire(slug)
    if not file.parent.is_dir():
        raise click.ClickException(
            f"The folder {file.parent} does not exist; please create it first."
        )
    options = Options(
        labels=labels or language is not None,
        language=_language(questionnaire, language),
        split=file.suffix.lower() != ".json" if split is None else split,
    )
    done = export_answers(questionnaire, file, options, by=SYSTEM, at=system_clock())
    click.echo(
        f"Wrote {done.number} submissions into {file}; it holds personal data, keep it safe."
    )


def _language(questionnaire: Questionnaire, tag: str | None) -> str:
    """The tag, if any version of the form has texts in it."""
    if tag is None:
        return ""
    known = languages_of(questionnaire)
    if tag not in known:
        raise click.ClickException(
            f"“{questionnaire.slug}” has no texts in “{tag}”; please name one of: "
            f"{', '.join(known)}."
        )
    return tag


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
    if reading.definition is not None:
        there = beside(file, reading.definition)
        reading = replace(reading, findings=[
            each for each in reading.findings
            if each.msgid != NO_FILE or each.params["name"] not in there
        ])  # fmt: skip
    for finding in reading.findings:
        click.echo(_line(finding))
    click.echo(f"{file.name}: {reading.measure('en')}")
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
