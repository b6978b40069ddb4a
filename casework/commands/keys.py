"""`keys`: which keys are needed still, and bringing everything under the newest."""

from __future__ import annotations

from collections.abc import Iterator

import click

from casework.commands.plain import EarlyCommand, Group
from casework.core.access import SYSTEM
from casework.core.audit import record
from casework.core.clock import system_clock
from casework.core.config import Config, new_field_key
from casework.core.crypto import keyring
from casework.core.db import transaction
from casework.core.lookups import contact_keys
from casework.core.rotation import (
    Tally,
    heritage_tally,
    keep_heritage,
    redigest_column,
    redigest_table,
    reseal_files,
    reseal_table,
    sealed_tables,
)
from casework.drafts import Draft
from casework.people import Person
from casework.submissions import Submission, submission_keys
from casework.volunteers import Volunteer

FILES = ("documents",)


@click.group(cls=Group)
def keys() -> None:
    """Keys of what is sealed: which are needed, and changing to another."""


@keys.command(cls=EarlyCommand)
def new() -> None:
    """Print a fresh key, to be put in front of FIELD_KEYS; nothing else happens."""
    click.echo(new_field_key())


@keys.command()
@click.pass_obj
def check(config: Config) -> None:
    """Say what lies under which key, and which keys FIELD_KEYS has to name."""
    tallies = []
    for tally in _walk(config, write=False):
        tallies.append(tally)
        if tally.under or tally.stale:
            click.echo(f"{tally.name}: {_found(tally)}")
    _refuse_missing(tallies)
    _refuse_broken(tallies)
    needed = _needed(tallies)
    click.echo(f"Needed: {', '.join(sorted(needed))}.")
    spare = [each for each in keyring().ids if each not in needed]
    if spare:
        click.echo(
            f"Not needed any more: {', '.join(spare)}. Keep what you take out of FIELD_KEYS as "
            "long as you keep backups that were written before."
        )
    elif len(needed) > 1:
        click.echo("“flask --app app keys rotate” brings everything under the newest key.")


@keys.command()
@click.pass_obj
def rotate(config: Config) -> None:
    """Bring everything under the newest key, the first of FIELD_KEYS.

    The server may go on running, as soon as it was started with both keys. What was stopped
    half-way goes on where it was.
    """
    _refuse_missing(list(_sealed(config, write=False)))
    keep_heritage()
    tallies = []
    for tally in _walk(config, write=True):
        tallies.append(tally)
        if tally.done:
            click.echo(f"{tally.name}: {tally.done} brought under “{keyring().newest}”")
    done = sum(tally.done for tally in tallies)
    if done:
        with transaction():
            record("keys:rotated", None, by=SYSTEM, at=system_clock(), values=done)
    _refuse_broken(tallies)
    _refuse_old(config)
    click.echo(f"Everything is under the key “{keyring().newest}”.")


def _walk(config: Config, *, write: bool) -> Iterator[Tally]:
    """One tally for each table, folder and kind of digest."""
    yield from _sealed(config, write=write)
    for model, keys_of in (
        (Person, lambda row: contact_keys(row, birth=True)),
        (Volunteer, contact_keys),
        (Submission, lambda row: submission_keys(row.mapped)),
    ):
        yield redigest_table(model, keys_of, write=write)
    yield redigest_column(Draft, "code_digest", "draft code", lambda row: row.code, write=write)


def _sealed(config: Config, *, write: bool) -> Iterator[Tally]:
    yield heritage_tally()
    for model, columns in sealed_tables():
        yield reseal_table(model, columns, write=write)
    for name in FILES:
        yield reseal_files(config.instance_dir / name, write=write)


def _found(tally: Tally) -> str:
    parts = [f"{count} under “{key}”" for key, count in sorted(tally.under.items())]
    if tally.stale:
        parts.append(f"{tally.stale} not under “{keyring().newest}”")
    return ", ".join(parts)


def _needed(tallies: list[Tally]) -> set[str]:
    """The keys without which something could not be read or found."""
    needed = {key for tally in tallies for key in tally.under} | {keyring().newest}
    # Nothing tells under which of the older keys a digest was made.
    return needed | set(keyring().ids) if any(tally.stale for tally in tallies) else needed


def _refuse_missing(tallies: list[Tally]) -> None:
    for tally in tallies:
        for key in sorted(set(tally.under) - set(keyring().ids)):
            raise click.ClickException(
                f"{tally.name} needs the key “{key}”, which FIELD_KEYS does not name; please add "
                "it behind the newest one."
            )


def _refuse_broken(tallies: list[Tally]) -> None:
    broken = [place for tally in tallies for place in tally.broken]
    if broken:
        raise click.ClickException(
            f"What stands at {broken[0]} is damaged and stays as it is "
            f"({len(broken)} in all); please bring it back from a backup, or empty it."
        )


def _refuse_old(config: Config) -> None:
    """A server that still runs without the newest key seals under an old one meanwhile."""
    for tally in _sealed(config, write=False):
        if set(tally.under) - {keyring().newest}:
            raise click.ClickException(
                f"{tally.name} has new values under an older key; please restart every process "
                "of the server with the new FIELD_KEYS and run this again."
            )
