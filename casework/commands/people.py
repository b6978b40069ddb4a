"""`people import`: a list of people who move in becomes households with cases."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import click

from casework.arrival_lists.columns import FIELDS
from casework.arrival_lists.importing import Undecided, import_list, imported_before
from casework.arrival_lists.plans import GROUPINGS, NEW, OUT, Choices, ListPlan, first_choices
from casework.arrival_lists.sheets import MOST_BYTES, Sheet, read_sheet
from casework.commands.plain import Group
from casework.core.access import SYSTEM
from casework.core.clock import system_clock
from casework.insight.duplicates import REASONS
from casework.providers import Organization
from casework.sites import Site
from casework.staff import Staff

FILE = click.Path(exists=True, dir_okay=False, path_type=Path)


@click.group(cls=Group)
def people() -> None:
    """People and the households they live in."""


@people.command("import")
@click.argument("file", type=FILE)
@click.option("--dry-run", is_flag=True, help="Only say what would become of the list.")
@click.option("--site", metavar="NAME", help="Where they live, unless a column says it.")
@click.option("--organisation", metavar="NAME", help="Who is in charge of the cases.")
@click.option("--assigned-to", metavar="EMAIL", help="Who works on the cases.")
@click.option(
    "--known", type=click.Choice(["new", "leave-out"]), default="new", show_default=True,
    help="What becomes of people who may be known already, where name and date of birth do "
         "not both agree.",
)  # fmt: skip
@click.option(
    "--households", type=click.Choice(list(GROUPINGS)),
    help="Who lives together: by the household number, by the number where an empty one is that "
         "of the row above, by the same family name one row below the other, or everybody alone. "
         "By default the number where there is a column for it, else the name.",
)  # fmt: skip
def import_(
    file: Path, dry_run: bool, site: str | None, organisation: str | None,
    assigned_to: str | None, known: str, households: str | None,
) -> None:  # fmt: skip
    """Take a list of arrivals in: XLSX or CSV with the names of the columns in its first row.

    All of it is taken over, or nothing. The same list again changes nothing.
    """
    now = system_clock()
    with file.open("rb") as source:
        sheet = read_sheet(source.read(MOST_BYTES + 1), file.name)
    first = first_choices(sheet)
    choices = replace(
        first,
        grouping=households or first.grouping,
        site=_id(Site, Site.name, site, "site"),
        organization=_id(Organization, Organization.name, organisation, "organisation"),
        assigned_to=_id(Staff, Staff.email, assigned_to, "account"),
    )
    plan = _decided(sheet, choices, NEW if known == "new" else OUT, at=now)
    _report(plan)
    before = imported_before(sheet)
    if before is not None:
        click.echo(f"This list was taken over on {before} already. Nothing has changed.")
        return
    if open_lines := plan.lines("undecided"):
        refusal = Undecided(count=len(open_lines), line=open_lines[0].line)
        raise click.ClickException(
            f"{file.name} was not imported: {len(open_lines)} rows have errors, listed above; "
            f"the first is row {refusal.params['line']}. Please correct them; nothing was changed."
        )
    if dry_run:
        click.echo("Nothing was changed: this was a dry run.")
        return
    done = import_list(plan, by=SYSTEM, at=now)
    click.echo(
        f"Taken over: {done.people} new people, {done.known} known, {done.households} households, "
        f"{done.cases} cases."
    )


def _decided(sheet: Sheet, choices: Choices, doubtful: str, *, at: Any) -> ListPlan:
    """The plan in which everybody who may be known is decided; errors stay open."""
    plan = ListPlan(sheet, choices, SYSTEM, at=at)
    rows = {str(e.line): doubtful for e in plan.lines("undecided") if e.line not in plan.wrong}
    return ListPlan(sheet, replace(choices, rows=rows), SYSTEM, at=at) if rows else plan


def _report(plan: ListPlan) -> None:
    """Columns, everything found with row and column, who may be known, and the counts."""
    for heading, name in zip(plan.sheet.header, plan.choices.mapping, strict=True):
        click.echo(f"column “{heading}”: {FIELDS.get(name, 'not taken')}")
    for heading in plan.sheet.dropped:
        click.echo(f"column “{heading}”: never taken, dropped unread")
    for each in plan.findings:
        click.echo(f"row {each.line}, {each.column}: {each.level}: {each.text('en')}")
    for line, matches in plan.matches.items():
        reasons = ", ".join(REASONS[key] for key in matches[0].reasons)
        verdict = (
            "taken as the same person, please look" if matches[0].certain
            else "perhaps known, please look"
        )  # fmt: skip
        click.echo(f"row {line}: {verdict}: {reasons} (person {matches[0].person.id})")
    counts = plan.counts
    click.echo(
        f"{len(plan.entries)} rows: {counts['new']} new people, {counts['known']} known, "
        f"{counts['out']} left out, {counts['households']} households."
    )


def _id(model: Any, column: Any, wanted: str | None, kind: str) -> str:
    """The id of the row called `wanted`, as text; "" where nothing is wanted."""
    if wanted is None:
        return ""
    found = model.get_or_none(column == wanted)
    if found is None:
        known = ", ".join(sorted(str(name) for (name,) in model.select(column).limit(20).tuples()))
        raise click.ClickException(
            f"There is no {kind} “{wanted}”; please name one of: {known or 'none is there yet'}."
        )
    return str(found.id)
