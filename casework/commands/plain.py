"""How our commands fail: one clear sentence, a code that is not zero, nothing changed."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import click
from peewee import PeeweeException

from casework.core.backups import BackupError
from casework.core.config import ConfigError
from casework.core.crypto import SealError
from casework.core.db import connection, pending_migrations
from casework.core.refusals import Refusal


class Command(click.Command):
    """A command on an open connection; refusals of the domain become its last line."""

    needs_schema = True

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Wrong arguments are one sentence as well."""
        try:
            return super().parse_args(ctx, args)
        except click.exceptions.NoArgsIsHelpError:
            raise
        except click.UsageError as error:
            sentence = " ".join(error.format_message().split())
            raise click.ClickException(f"{sentence} (see --help)") from error

    def invoke(self, ctx: click.Context) -> Any:
        """Run it; whatever we foresee ends in one sentence."""
        try:
            with connection():
                if self.needs_schema and pending_migrations():
                    raise click.ClickException(
                        "The database is not up to date; please run “flask --app app upgrade”."
                    )
                return super().invoke(ctx)
        except Refusal as error:
            raise click.ClickException(error.text("en")) from error
        except (BackupError, ConfigError, SealError) as error:
            raise click.ClickException(str(error)) from error
        except PeeweeException as error:
            raise click.ClickException(
                f"The database could not be used ({type(error).__name__}); "
                "please check DATABASE_URL and that its server runs."
            ) from error
        except OSError as error:
            raise click.ClickException(
                f"{error.filename or 'A file'} could not be used ({error.strerror or error})."
            ) from error


class EarlyCommand(Command):
    """A command that works on a database without our tables, too."""

    needs_schema = False


class Group(click.Group):
    """Commands under one word."""

    command_class = Command


def write_file(path: Path, data: bytes) -> None:
    """Write a whole file or none, readable only by who runs the command."""
    if not path.parent.is_dir():
        raise click.ClickException(
            f"The folder {path.parent} does not exist; please create it first."
        )
    partial = path.with_name(f".{path.name}.part")
    with open(partial, "wb", opener=_private) as file:
        file.write(data)
    partial.replace(path)


def _private(path: str, flags: int) -> int:
    return os.open(path, flags, 0o600)
