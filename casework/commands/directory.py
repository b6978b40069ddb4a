"""`directory import` and `directory export`."""

from __future__ import annotations

from pathlib import Path

import click

from casework.commands.plain import Group
from casework.core.access import SYSTEM
from casework.core.clock import system_clock
from casework.formats.hsds import export_directory, import_directory


@click.group(cls=Group)
def directory() -> None:
    """The directory of organisations and services, in the form of Open Referral HSDS."""


@directory.command("import")
@click.argument("path", type=click.Path(exists=True, path_type=Path))
def import_(path: Path) -> None:
    """Take a directory in: a folder or zip of CSV files, or a JSON file."""
    report = import_directory(path, by=SYSTEM, at=system_clock())
    for line in report.lines():
        click.echo(line)
    click.echo("Done." if report.changed else "Nothing has changed.")


@directory.command("export")
@click.argument("folder", type=click.Path(file_okay=False, path_type=Path))
def export(folder: Path) -> None:
    """Write the directory into FOLDER as a tabular package of HSDS 3.2."""
    for line in export_directory(folder).lines():
        click.echo(line)
