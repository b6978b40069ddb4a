"""`backup` and `restore`."""

from __future__ import annotations

from pathlib import Path

import click

from casework.commands.plain import EarlyCommand
from casework.core.access import SYSTEM
from casework.core.audit import record
from casework.core.backups import restore_backup, write_backup
from casework.core.clock import system_clock
from casework.core.config import Config
from casework.core.db import transaction

FILE = click.Path(path_type=Path)


@click.command(cls=EarlyCommand)
@click.argument("file", type=FILE)
@click.pass_obj
def backup(config: Config, file: Path) -> None:
    """Write database and documents into FILE; the server may go on running."""
    now = system_clock()
    written = write_backup(file, documents=config.instance_dir / "documents", at=now)
    with transaction():
        record("backup:written", None, by=SYSTEM, at=now, rows=written.rows)
    click.echo(f"Wrote {written.rows} rows and {written.documents} documents into {file}.")
    click.echo(
        "The keys are not in it: keep SECRET_KEY and FIELD_KEYS (or the files secret_key and "
        f"field_keys in {config.instance_dir}) in another safe place; without them it is useless."
    )


@click.command(cls=EarlyCommand)
@click.argument("file", type=FILE)
@click.option("--replace", is_flag=True, help="Also where data exist: all of them are replaced.")
@click.pass_obj
def restore(config: Config, file: Path, replace: bool) -> None:
    """Put database and documents back from FILE. Stop the server before."""
    restored = restore_backup(file, documents=config.instance_dir / "documents", replace=replace)
    with transaction():
        record("backup:restored", None, by=SYSTEM, at=system_clock(), rows=restored.rows)
    click.echo(
        f"Restored {restored.rows} rows and {restored.documents} documents "
        f"as of {restored.written_at}."
    )
