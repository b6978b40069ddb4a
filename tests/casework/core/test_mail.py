"""Letters: one recipient, safe headers, and honest answers about whether they left."""

from __future__ import annotations

import dataclasses
import email
import ssl
from datetime import UTC, datetime, timedelta
from email.policy import default

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from casework.core.config import ConfigError
from casework.core.mail import (
    Letter,
    LetterError,
    ServerError,
    compose,
    sender_address,
    transport_of,
)
from tests.mailbox import Mailbox, free_port

LETTER = Letter(
    sender="centre@town.example",
    sender_name="Welcome-Center",
    recipient="amal@example.org",
    subject="أخبار عن طلبك L1234567",
    body="Guten Tag,\n\nes gibt Neues: https://help.example.org/de/status\n",
    language="ar",
    message_id="<0123@town.example>",
    written_at=datetime(2026, 11, 2, 9, 0, tzinfo=UTC),
)


def letter(**changes):
    return dataclasses.replace(LETTER, **changes)


def test_a_letter_arrives_as_it_was_written():
    with Mailbox() as box:
        transport_of(box.url)(compose(LETTER))
    (mail,) = box.mails
    assert box.recipients == [["amal@example.org"]]
    assert mail["Subject"] == LETTER.subject
    assert mail["From"] == "Welcome-Center <centre@town.example>"
    assert mail["Message-ID"] == "<0123@town.example>"
    assert mail["Date"] == "Mon, 02 Nov 2026 09:00:00 +0000"
    assert mail["Auto-Submitted"] == "auto-generated"
    assert mail.get_content().replace("\r\n", "\n") == LETTER.body


def test_what_leaves_has_seven_bits_and_short_lines():
    raw = compose(letter(body="سلام " * 400)).as_bytes()
    assert raw.isascii()
    assert max(map(len, raw.split(b"\r\n"))) <= 998


@pytest.mark.parametrize("field", ["subject", "sender_name", "language", "message_id"])
def test_a_line_break_begins_no_new_header(field):
    message = compose(letter(**{field: "x\r\nBcc: mallory@example.org\n\nbody"}))
    parsed = email.message_from_bytes(message.as_bytes(), policy=default)
    assert parsed["Bcc"] is None
    assert parsed["To"] == "amal@example.org"


@pytest.mark.parametrize(
    "recipient",
    [
        "amal@example.org, mallory@example.org",
        "amal@example.org;mallory@example.org",
        "amal@example.org\r\nBcc: mallory@example.org",
        "amal@example.org\nmallory@example.org",
        "Amal <amal@example.org>",
        "amal",
        "",
        "@example.org",
    ],
)
def test_only_one_plain_address_is_a_recipient(recipient):
    with pytest.raises(LetterError) as refused:
        compose(letter(recipient=recipient))
    assert "@" not in str(refused.value)


def test_a_domain_with_umlauts_is_written_in_ascii():
    assert compose(letter(recipient="info@möbel.example"))["To"] == "info@xn--mbel-5qa.example"


def test_an_unusable_address_of_the_centre_is_no_fault_of_the_letter():
    with pytest.raises(ServerError, match="settings"):
        compose(letter(sender="not an address"))


def test_a_server_that_is_away_says_so_without_naming_anybody():
    with pytest.raises(ServerError) as away:
        transport_of(f"smtp://127.0.0.1:{free_port()}")(compose(LETTER))
    assert "amal" not in str(away.value)


@pytest.mark.parametrize(
    ("answer", "kind"),
    [
        ("550 5.1.1 <amal@example.org> unknown", LetterError),
        ("451 later please", ServerError),
    ],
)
def test_a_refused_recipient_is_told_from_a_busy_server(answer, kind):
    with Mailbox(on_recipient=answer) as box, pytest.raises(kind) as refused:
        transport_of(box.url)(compose(LETTER))
    assert str(refused.value) == f"the mail server answered {answer[:3]}"
    assert box.mails == []


@pytest.mark.parametrize(
    ("answer", "kind"), [("554 no spam", LetterError), ("452 disk full", ServerError)]
)
def test_a_refused_content_is_told_from_a_full_disk(answer, kind):
    with Mailbox(on_data=answer) as box, pytest.raises(kind):
        transport_of(box.url)(compose(LETTER))


def test_a_letter_that_was_taken_has_left_however_the_server_says_goodbye():
    with Mailbox(on_quit="421 shutting down") as box:
        transport_of(box.url)(compose(LETTER))
    assert len(box.mails) == 1


def test_a_password_never_travels_in_clear_over_a_network():
    with Mailbox() as box, pytest.raises(ServerError, match="encryption"):
        # 127.1 is this machine, but a name that does not show it.
        transport_of(f"smtp://user:secret@127.1:{box.port}")(compose(LETTER))
    assert box.mails == []


def test_mail_is_encrypted_where_the_server_offers_it(tmp_path, monkeypatch):
    context, certificate = own_certificate(tmp_path)
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
    with Mailbox(tls_context=context, require_starttls=True) as box:
        transport_of(f"smtp://localhost:{box.port}")(compose(LETTER))
    assert len(box.mails) == 1


def test_a_certificate_that_nobody_trusts_is_refused(tmp_path):
    context, _ = own_certificate(tmp_path)
    with Mailbox(tls_context=context) as box, pytest.raises(ServerError):
        transport_of(f"smtp://localhost:{box.port}")(compose(LETTER))
    assert box.mails == []


def test_smtps_is_encrypted_from_the_first_byte(tmp_path, monkeypatch):
    context, certificate = own_certificate(tmp_path)
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
    with Mailbox(ssl_context=context) as box:
        transport_of(f"smtps://localhost:{box.port}")(compose(LETTER))
    assert len(box.mails) == 1


def test_the_same_mail_twice_is_one_file(tmp_path):
    send = transport_of(f"file://{tmp_path}/mail box")
    send(compose(LETTER))
    send(compose(LETTER))
    (path,) = (tmp_path / "mail box").iterdir()
    assert path.name == "0123.eml"
    mail = email.message_from_bytes(path.read_bytes(), policy=default)
    assert mail["To"] == "amal@example.org"


def test_a_folder_that_cannot_be_written_is_a_server_that_is_away(tmp_path):
    (tmp_path / "mail").write_text("a file, no folder")
    with pytest.raises(ServerError, match="folder"):
        transport_of(f"file://{tmp_path}/mail")(compose(LETTER))


def test_the_console_shows_the_mail(capsys):
    transport_of("console:")(compose(LETTER))
    assert "To: amal@example.org" in capsys.readouterr().out


@pytest.mark.parametrize("url", ["file:relative", "smtp://", "smtp://host:99999", "ftp://host"])
def test_a_wrong_mail_url_is_one_sentence(url):
    with pytest.raises(ConfigError, match="MAIL_URL"):
        transport_of(url)


@pytest.mark.parametrize(
    ("centre", "base_url", "sender"),
    [
        ("desk@town.example", "https://help.town.example", "desk@town.example"),
        ("", "https://help.town.example", "no-reply@help.town.example"),
        ("", "http://127.0.0.1:8000", "no-reply@localhost"),
        ("", "", "no-reply@localhost"),
    ],
)
def test_mails_come_from_the_centre_or_from_nobody(centre, base_url, sender):
    assert sender_address(centre, base_url) == sender
    assert compose(letter(sender=sender))["From"].endswith(f"<{sender}>")


def own_certificate(folder):
    """A server context with a fresh certificate for localhost, and the certificate's file."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "localhost")])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("localhost")]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    pem = serialization.Encoding.PEM
    certificate, private = folder / "certificate.pem", folder / "key.pem"
    certificate.write_bytes(made.public_bytes(pem))
    private.write_bytes(
        key.private_bytes(pem, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    )
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, private)
    return context, certificate
