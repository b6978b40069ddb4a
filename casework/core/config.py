"""Configuration: read once from the environment, checked, frozen and handed over."""

from __future__ import annotations

import base64
import os
import re
import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import SplitResult, urlsplit

from click import ClickException

KEY_BYTES = 32
MAIL_SCHEMES = {"smtp", "smtps", "file", "console"}
QUEUE_SCHEMES = {"database", "redis"}


class ConfigError(ClickException):
    """A setting is wrong; the text is one sentence that says which, why and what to do."""


@dataclass(frozen=True)
class FieldKey:
    """One encryption key: `id` (1 to 16 letters or digits) and 32 secret bytes."""

    id: str
    secret: bytes

    def __repr__(self) -> str:
        return f"FieldKey({self.id!r}, …)"


@dataclass(frozen=True)
class Config:
    """Everything that the environment decides. Build it with `from_environment`."""

    instance_dir: Path
    database_url: str
    secret_key: str
    field_keys: tuple[FieldKey, ...]
    mail_url: str
    queue_url: str
    base_url: str
    trusted_proxies: int
    second_factor: str
    host: str
    port: int
    translate_url: str
    translate_key: str
    announcements: tuple[str, ...] = ()

    @property
    def https(self) -> bool:
        """Whether people reach this instance over TLS: decides cookie names and HSTS."""
        return self.base_url.startswith("https://")

    def __repr__(self) -> str:
        return f"Config(instance_dir={str(self.instance_dir)!r}, base_url={self.base_url!r}, …)"


def from_environment(environ: Mapping[str, str], root: Path) -> Config:
    """A checked `Config`; missing secrets are generated into the instance folder.

    `root` is the folder of the checkout. Raises `ConfigError` with one sentence.
    """
    instance = _instance_dir(environ, root)
    announcements: list[str] = []
    secret_key = environ.get("SECRET_KEY") or _kept(
        instance, "secret_key", lambda: secrets.token_urlsafe(48), announcements
    )
    if len(secret_key) < 32:
        raise ConfigError("SECRET_KEY is shorter than 32 characters; please set a longer one.")
    field_keys = environ.get("FIELD_KEYS") or _kept(
        instance, "field_keys", new_field_key, announcements
    )
    host, port = environ.get("HOST", "127.0.0.1"), _port(environ.get("PORT", "8000"))
    return Config(
        instance_dir=instance,
        database_url=_database_url(environ, instance),
        secret_key=secret_key,
        field_keys=parse_field_keys(field_keys),
        mail_url=_mail_url(environ.get("MAIL_URL", ""), instance),
        queue_url=_queue_url(environ.get("QUEUE_URL", "")),
        base_url=_base_url(environ.get("BASE_URL", ""), host, port),
        trusted_proxies=_count("TRUSTED_PROXIES", environ.get("TRUSTED_PROXIES", "0")),
        second_factor=_second_factor(environ.get("SECOND_FACTOR", "required")),
        host=host,
        port=port,
        translate_url=_translate_url(environ.get("TRANSLATE_URL", "")),
        translate_key=environ.get("TRANSLATE_KEY", ""),
        announcements=tuple(announcements),
    )


def new_field_key() -> str:
    """A fresh entry for FIELD_KEYS: `id:base64`."""
    return f"k{secrets.token_hex(3)}:{base64.b64encode(secrets.token_bytes(KEY_BYTES)).decode()}"


def parse_field_keys(text: str) -> tuple[FieldKey, ...]:
    """Keys from `id:base64[,id:base64…]`, newest first. Raises `ConfigError`."""
    keys = []
    for entry in filter(None, (part.strip() for part in text.split(","))):
        name, _, encoded = entry.partition(":")
        try:
            secret = base64.b64decode(encoded, validate=True)
        except ValueError:
            secret = b""
        if not re.fullmatch(r"[A-Za-z0-9]{1,16}", name) or len(secret) != KEY_BYTES:
            raise ConfigError(
                "FIELD_KEYS must be a list of id:base64 with 32 bytes each, newest first; "
                "please check the entry that starts with "
                f"“{name[:16]}”."
            )
        keys.append(FieldKey(name, secret))
    if not keys or len({key.id for key in keys}) != len(keys):
        raise ConfigError("FIELD_KEYS needs at least one key, and no key id twice.")
    return tuple(keys)


def _instance_dir(environ: Mapping[str, str], root: Path) -> Path:
    folder = Path(environ.get("INSTANCE_DIR") or root / "instance").absolute()
    try:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    except OSError as error:
        raise ConfigError(
            f"INSTANCE_DIR {folder} cannot be created ({error.strerror}); "
            "please name a folder that this user may write to."
        ) from error
    return folder


def _kept(folder: Path, name: str, make: Callable[[], str], announcements: list[str]) -> str:
    """A secret from the instance folder, made there at first start."""
    path = folder / name
    if path.exists():
        return path.read_text(encoding="utf-8").strip()
    value = make()
    try:
        with open(path, "x", encoding="utf-8", opener=_private) as file:
            file.write(value + "\n")
    except FileExistsError:
        return path.read_text(encoding="utf-8").strip()
    except OSError as error:
        raise ConfigError(
            f"{name.upper()} is not set and cannot be kept in {folder} ({error.strerror}); "
            "please set it in the environment or make the folder writable."
        ) from error
    announcements.append(f"{name.upper()} was generated into {path}; keep a copy in a safe place.")
    return value


def _private(path: str, flags: int) -> int:
    return os.open(path, flags, 0o600)


def _database_url(environ: Mapping[str, str], instance: Path) -> str:
    url = environ.get("DATABASE_URL") or f"sqlite:///{instance / 'lotse.sqlite3'}"
    parts = _parts("DATABASE_URL", url)
    scheme = parts.scheme
    if scheme not in {"sqlite", "postgresql", "postgres"}:
        raise ConfigError(
            f"DATABASE_URL starts with “{scheme}:”; it must be sqlite:///FILE or "
            "postgresql://user:password@host/name."
        )
    if scheme == "sqlite" and not parts.path.strip("/"):
        raise ConfigError("DATABASE_URL names no file; please write sqlite:///path/to/file.")
    return url


def _parts(name: str, url: str) -> SplitResult:
    try:
        return urlsplit(url)
    except ValueError as error:
        raise ConfigError(f"{name} is not an address ({error}); please check it.") from error


def _mail_url(url: str, instance: Path) -> str:
    """Where mail goes; without a setting it is kept as files, so that nothing is lost."""
    if not url:
        return f"file://{instance / 'mail'}"
    if _parts("MAIL_URL", url).scheme not in MAIL_SCHEMES:
        raise ConfigError(
            "MAIL_URL must be smtp://host:port, smtps://user:password@host:port, "
            "file:///folder or console:."
        )
    return url


def _queue_url(url: str) -> str:
    if url and _parts("QUEUE_URL", url).scheme not in QUEUE_SCHEMES:
        raise ConfigError("QUEUE_URL must be empty (the application's database) or redis://host.")
    return url or "database:"


def _base_url(url: str, host: str, port: int) -> str:
    if not url:
        return f"http://{host if host not in ('0.0.0.0', '::') else '127.0.0.1'}:{port}"  # noqa: S104
    parts = _parts("BASE_URL", url)
    if parts.scheme not in {"http", "https"} or not parts.hostname or parts.query:
        raise ConfigError("BASE_URL must be the public address, such as https://help.example.org.")
    return url.rstrip("/")


def _translate_url(url: str) -> str:
    if url and _parts("TRANSLATE_URL", url).scheme not in {"http", "https"}:
        raise ConfigError("TRANSLATE_URL must be the http(s) address of a LibreTranslate service.")
    return url.rstrip("/")


def _second_factor(value: str) -> str:
    if value not in {"required", "optional"}:
        raise ConfigError(f"SECOND_FACTOR is “{value}”; it must be required or optional.")
    return value


def _count(name: str, value: str) -> int:
    if not value.isascii() or not value.isdigit() or int(value) > 9:
        raise ConfigError(f"{name} is “{value}”; it must be a whole number from 0 to 9.")
    return int(value)


def _port(value: str) -> int:
    if not value.isascii() or not value.isdigit() or not 0 < int(value) < 65536:
        raise ConfigError(f"PORT is “{value}”; it must be a whole number from 1 to 65535.")
    return int(value)
