"""Run a command with a PostgreSQL server of its own: `python -m tests.with_postgresql COMMAND …`.

The command finds the server's address in LOTSE_TEST_DATABASE. Where TEST_DATABASE_URL is
set, that server is used; else one is started in a temporary folder, for this command only.
"""

from __future__ import annotations

import contextlib
import os
import pwd
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

MISSING = (
    "The tests on PostgreSQL did not run: there is no PostgreSQL server here. "
    "Install one (Debian: apt-get install postgresql) or set TEST_DATABASE_URL."
)
# Nothing in it outlives the command, so nothing needs to reach the disk.
SETTINGS = {
    "listen_addresses": "", "fsync": "off", "synchronous_commit": "off",
    "full_page_writes": "off", "max_connections": "300", "shared_buffers": "128MB",
}  # fmt: skip


def main(command: list[str]) -> int:
    """The exit code of `command`, or of finding no server."""
    given = os.environ.get("TEST_DATABASE_URL")
    if given:
        return run(command, given)
    programs = find_programs()
    if programs is None:
        print(MISSING)
        return 1 if os.environ.get("CI") else 0
    with server(programs) as url:
        return run(command, url)


def run(command: list[str], url: str) -> int:
    return subprocess.run(
        command, env={**os.environ, "LOTSE_TEST_DATABASE": url}, check=False
    ).returncode


def find_programs() -> Path | None:
    """The folder of the newest server that is installed."""
    found = [path.parent for path in Path("/usr/lib/postgresql").glob("*/bin/initdb")]
    if found:
        return max(found, key=lambda folder: int(folder.parent.name))
    initdb = shutil.which("initdb")
    return Path(initdb).resolve().parent if initdb else None


@contextlib.contextmanager
def server(programs: Path) -> Iterator[str]:
    """A running server; its address while the block runs."""
    with tempfile.TemporaryDirectory(prefix="lotse-postgresql-") as name:
        folder = Path(name)
        user = _hand_over(folder)
        options = " ".join(f"-c {key}='{value}'" for key, value in SETTINGS.items())
        options += f" -c unix_socket_directories='{folder}'"
        control = [programs / "pg_ctl", "-D", folder / "data", "-w", "-l", folder / "log"]
        _as(user, folder, programs / "initdb", "-D", folder / "data", "-U", "postgres",
            "-A", "trust", "-E", "UTF8", "--locale=C.UTF-8", "--no-sync")  # fmt: skip
        _as(user, folder, *control, "-o", options, "start")
        try:
            yield f"postgresql://postgres@/postgres?host={folder}"
        finally:
            _as(user, folder, *control, "-m", "immediate", "stop")


def _hand_over(folder: Path) -> str | None:
    """PostgreSQL refuses to run as root: then its own user gets the folder."""
    if os.geteuid() != 0:
        return None
    owner = pwd.getpwnam("postgres")
    os.chown(folder, owner.pw_uid, owner.pw_gid)
    return owner.pw_name


def _as(user: str | None, folder: Path, *command: str | Path) -> None:
    groups: list[int] | None = None if user is None else []
    done = subprocess.run(
        [str(part) for part in command], user=user, group=user, extra_groups=groups, cwd=folder,
        stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True, check=False,
    )  # fmt: skip
    if done.returncode:
        sys.exit(f"{Path(command[0]).name} failed: {done.stderr.strip()}")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
