"""A Redis server of its own for a test, on a free port and without anything on disk."""

from __future__ import annotations

import os
import shutil
import subprocess

import pytest

from tests.mailbox import free_port

MISSING = "redis-server is missing: apt-get install redis-server."


class RedisServer:
    """Runs while its `with` block does; can be stopped and started in between."""

    def __init__(self) -> None:
        self.port = free_port()
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        """What QUEUE_URL says to use it."""
        return f"redis://127.0.0.1:{self.port}/0"

    def __enter__(self) -> RedisServer:
        if shutil.which("redis-server") is None:
            (pytest.fail if os.environ.get("CI") else pytest.skip)(MISSING)
        self.start()
        return self

    def __exit__(self, *error: object) -> None:
        self.stop()

    def start(self) -> None:
        """Start it, and wait until it listens."""
        words = [
            "--port",
            str(self.port),
            "--bind",
            "127.0.0.1",
            "--save",
            "",
            "--appendonly",
            "no",
        ]
        self._process = subprocess.Popen(
            ["redis-server", *words], stdout=subprocess.PIPE, stderr=subprocess.STDOUT
        )
        lines = iter(self._process.stdout or ())
        assert any(b"Ready to accept connections" in line for line in lines), "It did not start."

    def stop(self) -> None:
        """End it at once, as when its machine fails."""
        if self._process is not None:
            self._process.kill()
            self._process.communicate()
            self._process = None
