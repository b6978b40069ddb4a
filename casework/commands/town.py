"""`demo load`: the fictional town."""

from __future__ import annotations

from collections.abc import Iterable

import click

from casework.commands.plain import Group
from casework.core.clock import system_clock
from casework.core.config import Config
from casework.demo.town import ACCOUNTS, DEMO_HOST, DEMO_PASSWORD, load_demo


@click.group(cls=Group)
def demo() -> None:
    """A fictional town to try the program with."""


@demo.command("load")
@click.option("--people", default=550, show_default=True, type=int)
@click.option("--seed", default=1, show_default=True, type=int, help="Same seed, same town.")
@click.pass_obj
def load(config: Config, people: int, seed: int) -> None:
    """Fill an empty installation with invented people. It stays a demo for ever."""
    town = load_demo(people, seed, at=system_clock())
    click.echo(", ".join(f"{count} {name}" for name, count in town.counts.items()))
    for line in sign_in_lines(town.accounts, config.base_url):
        click.echo(line)


def sign_in_lines(accounts: Iterable[tuple[str, str, str]], base_url: str) -> list[str]:
    """How to sign in to the demo town: one account for each role, as lines of text."""
    return [
        "This is a demo: everybody in it is invented.",
        f"Sign in at {base_url}/admin/login with",
        *(f"  {email:32} password: {password}   ({role})" for email, password, role in accounts),
    ]


def demo_accounts() -> list[tuple[str, str, str]]:
    """The town's accounts as e-mail, password and role, as they were when it was built."""
    return [(f"{local}@{DEMO_HOST}", DEMO_PASSWORD, role.value) for local, role, _ in ACCOUNTS]
