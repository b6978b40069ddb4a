"""What every test can ask for. Builders of rows are in `world.py`."""

from __future__ import annotations

import base64
import os
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from flask import Flask

from app import create_app
from casework.core.config import Config, from_environment
from casework.core.db import connection, database
from tests.databases import copies
from tests.pages import PageClient
from tests.server import serving
from tests.world import World

pytest_plugins = [
    "tests.naming",
    "tests.hashing",
    "tests.twice",
    "tests.properties",
    "tests.browsing",
]
MONDAY = datetime(2026, 11, 2, 9, 0, tzinfo=UTC)


class Clock:
    """A clock that stands until it is moved."""

    def __init__(self) -> None:
        self.moment = MONDAY

    def __call__(self) -> datetime:
        return self.moment

    def forward(self, **span: float) -> datetime:
        self.moment += timedelta(**span)
        return self.moment


@pytest.fixture(scope="session")
def store(worker_id: str):
    made = copies(worker_id)
    _use_keys()
    made.prepare()
    return made


@pytest.fixture(scope="session")
def config(tmp_path_factory: pytest.TempPathFactory, store) -> Config:
    folder = tmp_path_factory.mktemp("instance")
    return from_environment(environment(folder, store.url), Path.cwd())


@pytest.fixture(scope="session")
def _app(config: Config) -> Flask:
    app = create_app(config)
    app.testing = True
    app.test_client_class = PageClient
    return app


@pytest.fixture
def fresh(store) -> None:
    """A database with starter content and nothing else."""
    store.renew()


@pytest.fixture
def db(fresh, _app: Flask) -> Iterator[None]:
    """The same, with a connection for this test."""
    with connection():
        yield
    database.close_all()


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def app(db, _app: Flask, clock: Clock) -> Iterator[Flask]:
    _app.extensions["lotse"]["clock"] = clock
    _app.config["TESTING_KEEPS_CONNECTION"] = True
    yield _app
    _app.config["TESTING_KEEPS_CONNECTION"] = False


@pytest.fixture
def client(app: Flask) -> PageClient:
    return app.test_client()


@pytest.fixture
def world(db, clock: Clock) -> World:
    return World(clock)


@pytest.fixture
def live(fresh, _app: Flask, clock: Clock) -> Iterator[str]:
    """The address of a real server with an empty database, for browsers and threads."""
    _app.extensions["lotse"]["clock"] = clock
    with serving(_app) as address:
        yield address
    database.close_all()


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """The folder with real data beside the checkout; a plain clone has none."""
    folder = Path(os.environ.get("LOTSE_SHARED", Path.cwd().parent / "shared"))
    if not folder.is_dir():
        pytest.skip("Real data are absent: LOTSE_SHARED names their folder (hsds/, xlsforms/).")
    return folder


@pytest.fixture(scope="session")
def browser_type_launch_args(browser_type_launch_args: dict) -> dict:
    path = os.environ.get("CHROMIUM", "/usr/bin/chromium")
    if not Path(path).exists():
        message = "Chromium is missing: apt-get install chromium, or set CHROMIUM."
        (pytest.fail if os.environ.get("CI") else pytest.skip)(message)
    quiet = ("no-sandbox", "disable-gpu", "no-first-run", "disable-background-networking",
             "disable-component-update", "disable-sync")  # fmt: skip
    return browser_type_launch_args | {
        "executable_path": path, "args": [f"--{flag}" for flag in quiet],
    }  # fmt: skip


def environment(folder: Path, database_url: str) -> dict[str, str]:
    """Settings of a test instance, with keys that are no secret."""
    key = base64.b64encode(bytes(range(32))).decode()
    return {
        "INSTANCE_DIR": str(folder), "DATABASE_URL": database_url, "SECRET_KEY": "test " * 10,
        "FIELD_KEYS": f"test:{key}", "SECOND_FACTOR": "optional", "BASE_URL": "http://localhost",
    }  # fmt: skip


def _use_keys() -> None:
    from casework.core.config import parse_field_keys
    from casework.core.crypto import use_keys

    use_keys(parse_field_keys(environment(Path(), "sqlite:///x")["FIELD_KEYS"]))
