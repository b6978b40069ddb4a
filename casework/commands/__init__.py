"""The command line: `flask --app app …`. Each command is a thin door to the domain."""

from __future__ import annotations

import copy

import click

from casework.commands.accounts import staff
from casework.commands.archives import backup, restore
from casework.commands.directory import directory
from casework.commands.forms import forms, submissions
from casework.commands.keys import keys
from casework.commands.people import people
from casework.commands.starter import load_starter_content, prepare, upgrade
from casework.commands.town import demo
from casework.core.config import Config

COMMANDS: tuple[click.Command, ...] = (
    upgrade, staff, forms, submissions, directory, people, demo, backup, restore, keys,
)  # fmt: skip

__all__ = ["COMMANDS", "load_starter_content", "prepare", "register"]


def register(cli: click.Group, config: Config) -> None:
    """Add our commands to `cli`; each finds `config` as the object of its context."""
    for command in COMMANDS:
        known = copy.copy(command)
        known.context_settings = {**command.context_settings, "obj": config}
        cli.add_command(known)
