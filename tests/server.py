"""The real server in a process of its own, which a test may kill, and a browser for it."""

from __future__ import annotations

import http.cookiejar
import multiprocessing
import os
import signal
import socket
import threading
import time
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from types import SimpleNamespace
from typing import Any

from flask import Flask
from waitress import create_server, wasyncore

from casework.core.config import Config
from tests.mailbox import free_port

START_SECONDS = 120
# Children are forked from a process that has read the program already: they start at once.
_processes = multiprocessing.get_context("forkserver")
_processes.set_forkserver_preload(["app"])


class RunningServer:
    """Both doors and the worker on the database of `config`, while the `with` block runs."""

    def __init__(self, config: Config) -> None:
        self.config = replace(config, port=free_port())
        self.address = f"http://127.0.0.1:{self.config.port}"
        self._process: Any = None

    def __enter__(self) -> RunningServer:
        self.start()
        return self

    def __exit__(self, *error: object) -> None:
        self.kill()

    def start(self) -> None:
        """Start it and wait until it listens."""
        self._process = _processes.Process(target=_serve, args=(self.config,), daemon=True)
        self._process.start()
        deadline = time.monotonic() + START_SECONDS
        while not self._listens():
            assert self._process.is_alive(), "the server ended by itself"
            assert time.monotonic() < deadline, "the server did not start"

    def kill(self) -> None:
        """End it as a power cut would: SIGKILL, no chance to tidy up."""
        if self._process.is_alive():
            os.kill(self._process.pid, signal.SIGKILL)
        self._process.join()

    def _listens(self) -> bool:
        try:
            socket.create_connection(("127.0.0.1", self.config.port), timeout=1).close()
        except OSError:
            self._process.join(0.05)
            return False
        return True


def _serve(config: Config) -> None:
    from app import serve

    with open(os.devnull, "w") as nowhere:
        os.dup2(nowhere.fileno(), 1)
        serve(config)


class _Staying(urllib.request.HTTPRedirectHandler):
    """Gives a redirect back instead of following it."""

    def redirect_request(self, *args: Any) -> None:
        return None


@dataclass
class Answer:
    """What came back, in the shape of a test client's response."""

    status_code: int
    data: bytes
    request: Any
    location: str = ""

    def get_data(self, as_text: bool = False) -> Any:
        """The body, as bytes or as text."""
        return self.data.decode() if as_text else self.data


class Browser:
    """Keeps cookies, over a real connection; follows redirects unless it is `staying`."""

    def __init__(
        self, address: str, cookies: dict[str, str] | None = None, *, staying: bool = False
    ) -> None:
        self.address = address
        self.jar = http.cookiejar.CookieJar()
        for name, value in (cookies or {}).items():
            self.jar.set_cookie(_cookie(name, value))
        self._opener = urllib.request.build_opener(
            urllib.request.ProxyHandler({}),
            urllib.request.HTTPCookieProcessor(self.jar),
            _Staying if staying else urllib.request.HTTPRedirectHandler,
        )

    def get(self, path: str, **options: Any) -> Answer:
        """Open a page."""
        return self._open(urllib.request.Request(self.address + path))

    def post(self, path: str, *, data: dict[str, Any], **options: Any) -> Answer:
        """Send a form."""
        body = urllib.parse.urlencode(data, doseq=True).encode()
        return self._open(urllib.request.Request(self.address + path, data=body))

    def _open(self, request: urllib.request.Request) -> Answer:
        try:
            with self._opener.open(request, timeout=60) as response:
                return _answer(response)
        except urllib.error.HTTPError as error:
            return _answer(error)


def _answer(response: Any) -> Answer:
    request = SimpleNamespace(path=urllib.parse.urlsplit(response.url).path)
    location = response.headers.get("Location", "")
    return Answer(response.status, response.read(), request, location)


def _cookie(name: str, value: str) -> http.cookiejar.Cookie:
    return http.cookiejar.Cookie(
        0, name, value, None, False, "127.0.0.1", False, False, "/", True, False, None, True,
        None, None, {},
    )  # fmt: skip


@contextmanager
def serving(app: Flask) -> Iterator[str]:
    """The address of `app`, served by threads of this process."""
    server = create_server(app, host="127.0.0.1", port=0, threads=16)
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.effective_port}"
    # A request that nobody waits for any more would else reach the database of the next test.
    server.task_dispatcher.shutdown(timeout=60)
    assert not server.task_dispatcher.threads, "a request came to no end"
    server.trigger.pull_trigger(lambda: wasyncore.close_all(server._map))
    thread.join(60)
    assert not thread.is_alive(), "the server did not stop"
