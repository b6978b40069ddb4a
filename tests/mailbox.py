"""A mail server for tests: it keeps what it takes, and refuses where a test wants it to."""

from __future__ import annotations

import email
import socket
import ssl
import threading
from email.message import EmailMessage
from email.policy import default
from typing import Any

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP

_held: list[socket.socket] = []


class Mailbox:
    """Listens on a free port, or on `port`, while its `with` block runs.

    `on_recipient`, `on_data` and `on_quit` are answers that it gives instead of yes.
    """

    def __init__(
        self, *, port: int = 0, on_recipient: str = "", on_data: str = "", on_quit: str = "",
        ssl_context: ssl.SSLContext | None = None, **options: Any,
    ) -> None:  # fmt: skip
        self.mails: list[EmailMessage] = []
        self.recipients: list[list[str]] = []
        self._arrival = threading.Condition()
        self.port = port or free_port()
        self.on_recipient, self.on_data, self.on_quit = on_recipient, on_data, on_quit
        self._controller = Controller(
            self, hostname="127.0.0.1", port=self.port, ssl_context=ssl_context, **options
        )

    @property
    def url(self) -> str:
        """What MAIL_URL says to send here."""
        return f"smtp://127.0.0.1:{self.port}"

    def __enter__(self) -> Mailbox:
        self._controller.start()
        return self

    def __exit__(self, *error: object) -> None:
        self._controller.stop()

    def wait_for(self, number: int, *, seconds: float = 60) -> bool:
        """Wait until so many mails have arrived; whether they have."""
        with self._arrival:
            return self._arrival.wait_for(lambda: len(self.mails) >= number, seconds)

    async def handle_RCPT(
        self, server: SMTP, session: Any, envelope: Any, address: str, options: list[str]
    ) -> str:
        if self.on_recipient:
            return self.on_recipient
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: SMTP, session: Any, envelope: Any) -> str:
        if self.on_data:
            return self.on_data
        with self._arrival:
            self.mails.append(email.message_from_bytes(envelope.content, policy=default))
            self.recipients.append(list(envelope.rcpt_tos))
            self._arrival.notify_all()
        return "250 taken"

    async def handle_QUIT(self, server: SMTP, session: Any, envelope: Any) -> str:
        return self.on_quit or "221 Bye"


def free_port() -> int:
    """A port of this machine that nobody listens on, and that no other process will be given.

    It stays bound here; with SO_REUSEADDR, as servers set it, one can listen on it all the same.
    """
    held = socket.socket()
    held.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    held.bind(("127.0.0.1", 0))
    _held.append(held)
    return int(held.getsockname()[1])
