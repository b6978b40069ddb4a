"""`staff add`: accounts of the back office."""

from __future__ import annotations

import sys

import click

from casework.commands.plain import Group
from casework.core.access import SYSTEM, Role
from casework.core.clock import system_clock
from casework.providers import Organization
from casework.staff import add_staff


@click.group(cls=Group)
def staff() -> None:
    """Accounts of the back office."""


@staff.command("add")
@click.argument("email")
@click.option("--role", required=True, type=click.Choice([role.value for role in Role]))
@click.option("--organisation", metavar="NAME", help="Which one an integration manager works for.")
@click.option("--name", default="", help="How colleagues read it.")
@click.option("--password-stdin", is_flag=True, help="Read the password from standard input.")
def add(email: str, role: str, organisation: str | None, name: str, password_stdin: bool) -> None:
    """Add an account. The password is the first line of standard input."""
    if not password_stdin:
        raise click.ClickException(
            "A password on the command line can be read by others; "
            "please pass it on standard input with --password-stdin."
        )
    password = sys.stdin.readline().rstrip("\r\n")
    account = add_staff(
        email, Role(role), password, name=name,
        organization=_organization(organisation) if organisation else None,
        by=SYSTEM, at=system_clock(),
    )  # fmt: skip
    click.echo(f"Added {account.email} as {account.role}.")


def _organization(name: str) -> Organization:
    found = list(Organization.select().where(Organization.name == name).limit(2))
    if not found:
        raise click.ClickException(
            f"There is no organisation “{name}”; please add it to the directory first."
        )
    if len(found) > 1:
        raise click.ClickException(
            f"Several organisations are called “{name}”; please make their names differ first."
        )
    return found[0]
