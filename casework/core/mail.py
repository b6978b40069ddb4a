"""Mail: what a letter looks like, and the ways by which it leaves.

`smtp://[user:password@]host[:port]` (encrypted when the server offers it), `smtps://`,
`file:///folder` (one .eml file for each letter) and `console:`. Reasons of failure name
no address, so that they can be kept and logged.
"""

from __future__ import annotations

import contextlib
import re
import smtplib
import ssl
import sys
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from email.errors import MessageError
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime
from ipaddress import ip_address
from pathlib import Path
from urllib.parse import SplitResult, unquote, urlsplit

from email_validator import EmailNotValidError, validate_email

from casework.core.config import ConfigError

SECONDS = 20
# Seven bits pass every relay unchanged; long lines are wrapped by the encoding.
POLICY = SMTP.clone(cte_type="7bit")

Transport = Callable[[EmailMessage], None]


class MailError(Exception):
    """A letter did not leave; the text is a short reason without any address."""


class ServerError(MailError):
    """The server could not be reached or is not willing now: no fault of this letter."""


class LetterError(MailError):
    """The server, or we, refuse this letter; trying again will hardly help."""


@dataclass(frozen=True)
class Letter:
    """One mail to one recipient, before it is put into the form of the mail protocols."""

    sender: str
    sender_name: str
    recipient: str
    subject: str
    body: str
    language: str
    message_id: str
    written_at: datetime


def compose(letter: Letter) -> EmailMessage:
    """The message of a letter. Raises `LetterError` where the recipient is no single address."""
    message = EmailMessage(policy=POLICY)
    message["From"] = _sender(letter)
    message["To"] = Address(addr_spec=_address(letter.recipient))
    message["Subject"] = _line(letter.subject)
    message["Date"] = format_datetime(letter.written_at)
    message["Message-ID"] = _line(letter.message_id)
    message["Content-Language"] = _line(letter.language)
    # RFC 3834: nobody's holiday answer comes back.
    message["Auto-Submitted"] = "auto-generated"
    message.set_content(letter.body)
    return message


def transport_of(url: str) -> Transport:
    """How mail leaves under this MAIL_URL: a function that raises `MailError`.

    Raises `ConfigError` with one sentence for an address that names no way.
    """
    parts = urlsplit(url)
    if parts.scheme == "console":
        return _print
    if parts.scheme == "file":
        return _keep_in(Path(unquote(parts.path)))
    if parts.scheme in ("smtp", "smtps"):
        return _send_by(parts)
    raise ConfigError("MAIL_URL must begin with smtp://, smtps://, file:/// or console:.")


def sender_address(centre_email: str, base_url: str) -> str:
    """Whom mails come from: the centre's own address, else `no-reply@` the portal's host."""
    if centre_email:
        return centre_email
    host = urlsplit(base_url).hostname or "localhost"
    return f"no-reply@{'localhost' if _is_number(host) else host}"


def _print(message: EmailMessage) -> None:
    sys.stdout.write(f"{message.as_string()}\n")
    sys.stdout.flush()


def _keep_in(folder: Path) -> Transport:
    if not folder.is_absolute():
        raise ConfigError("MAIL_URL names no folder; please write file:///path/of/the/folder.")

    def keep(message: EmailMessage) -> None:
        name = re.sub(r"[^A-Za-z0-9.-]", "", message["Message-ID"].partition("@")[0]) or "mail"
        try:
            folder.mkdir(parents=True, exist_ok=True, mode=0o700)
            partial = folder / f".{name}.part"
            partial.write_bytes(message.as_bytes())
            partial.replace(folder / f"{name}.eml")
        except OSError as error:
            raise ServerError(f"the mail folder cannot be written ({error.strerror})") from error

    return keep


def _send_by(parts: SplitResult) -> Transport:
    host, encrypted = parts.hostname, parts.scheme == "smtps"
    user, password = unquote(parts.username or ""), unquote(parts.password or "")
    try:
        port = parts.port or (465 if encrypted else 587 if user else 25)
    except ValueError as error:
        raise ConfigError("MAIL_URL has a port that is no number from 1 to 65535.") from error
    if not host:
        raise ConfigError("MAIL_URL names no server; please write smtp://host:port.")

    def send(message: EmailMessage) -> None:
        try:
            server = _connect(host, port, encrypted)
            try:
                _encrypt(server)
                _sign_in(server, host, user, password)
                server.send_message(message)
            finally:
                _leave(server)
        except smtplib.SMTPRecipientsRefused as error:
            codes = [answer[0] for answer in error.recipients.values()]
            raise _refusal(max(codes, default=550)) from error
        except smtplib.SMTPResponseException as error:
            of_letter = isinstance(error, smtplib.SMTPDataError)
            raise _refusal(error.smtp_code, of_letter=of_letter) from error
        except smtplib.SMTPNotSupportedError as error:
            raise LetterError("the mail server cannot take this address") from error
        except (smtplib.SMTPException, OSError) as error:
            reason = f"the mail server cannot be reached ({type(error).__name__})"
            raise ServerError(reason) from error

    return send


def _connect(host: str, port: int, encrypted: bool) -> smtplib.SMTP:
    if encrypted:
        context = ssl.create_default_context()
        return smtplib.SMTP_SSL(host, port, timeout=SECONDS, context=context)
    return smtplib.SMTP(host, port, timeout=SECONDS)


def _encrypt(server: smtplib.SMTP) -> None:
    server.ehlo()
    if server.has_extn("starttls"):
        server.starttls(context=ssl.create_default_context())
        server.ehlo()


def _leave(server: smtplib.SMTP) -> None:
    """Say good-bye; a letter that was taken stays taken, however the server answers to that."""
    with contextlib.suppress(smtplib.SMTPException, OSError):
        server.quit()
    server.close()


def _sign_in(server: smtplib.SMTP, host: str, user: str, password: str) -> None:
    """Sign in where an account is set; a password never travels in clear over a network."""
    if not user:
        return
    if not isinstance(server.sock, ssl.SSLSocket) and not _is_loopback(host):
        raise ServerError("the mail server offers no encryption for the password")
    server.login(user, password)


def _refusal(code: int, *, of_letter: bool = True) -> MailError:
    reason = f"the mail server answered {code}"
    return LetterError(reason) if of_letter and 500 <= code < 600 else ServerError(reason)


def _sender(letter: Letter) -> Address:
    try:
        return Address(_line(letter.sender_name), addr_spec=letter.sender)
    except (ValueError, MessageError) as error:
        raise ServerError("the centre's own address in the settings is not usable") from error


def _address(text: str) -> str:
    """The one address that `text` is, with its domain in ASCII. Raises `LetterError`."""
    try:
        found = validate_email(text, check_deliverability=False, test_environment=True)
    except EmailNotValidError as error:
        raise LetterError("this is not one usable address") from error
    return found.ascii_email or f"{found.local_part}@{found.ascii_domain}"


def _line(text: str) -> str:
    """`text` on one line: nothing that somebody typed can begin another header."""
    return " ".join(text.split())


def _is_number(host: str) -> bool:
    try:
        ip_address(host)
    except ValueError:
        return False
    return True


def _is_loopback(host: str) -> bool:
    if not _is_number(host):
        return host == "localhost"
    return ip_address(host).is_loopback
