"""Sealed columns and keyed look-ups: a stolen database file shows no names and no free text.

AES-GCM-SIV (RFC 8452) with the key's id in front and table, row and column as
associated data, so that a value cannot be moved to another row. Exact look-up
goes through keyed BLAKE2b digests ("blind index") of normalised text.
"""

from __future__ import annotations

import hashlib
import json
import secrets
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.ciphers.aead import AESGCMSIV
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from peewee import BlobField, FieldAccessor

from casework.core.config import FieldKey

NONCE_BYTES = 12
DIGEST_BYTES = 16


class SealError(Exception):
    """A sealed value cannot be opened: unknown key, or not written for this place."""


@dataclass(frozen=True)
class Heritage:
    """What outlives the keys that it was derived from, for codes and digests of a text that
    is stored nowhere. It opens no sealed value."""

    digest_keys: tuple[bytes, ...] = ()
    code_key: bytes | None = None


class Keyring:
    """Seals with the newest key, opens with any. Each purpose has a key of its own.

    `inherited` finds what earlier keys left behind; it is asked once, when it is needed.
    """

    def __init__(
        self,
        keys: tuple[FieldKey, ...],
        inherited: Callable[[Keyring], Heritage] = lambda ring: Heritage(),
    ) -> None:
        self._ciphers = {key.id: AESGCMSIV(_derived(key, b"seal")) for key in keys}
        self._digest_keys = tuple(_derived(key, b"blind index") for key in keys)
        # The oldest: links and PINs that are on their way must not change with a new key.
        self._own_code_key = _derived(keys[-1], b"codes")
        self._inherited = inherited
        self.ids = tuple(key.id for key in keys)
        self.newest = keys[0].id

    @cached_property
    def heritage(self) -> Heritage:
        """What these keys and those before them leave to a keyring of the newest key alone."""
        earlier = self._inherited(self)
        digest_keys = dict.fromkeys((*self._digest_keys[1:], *earlier.digest_keys))
        digest_keys.pop(self._digest_keys[0], None)
        return Heritage(tuple(digest_keys), earlier.code_key or self._own_code_key)

    def seal(self, plain: bytes, place: str) -> bytes:
        """`plain` encrypted for `place` (`table/row/column`)."""
        nonce = secrets.token_bytes(NONCE_BYTES)
        body = self._ciphers[self.newest].encrypt(nonce, plain, place.encode())
        return bytes([len(self.newest)]) + self.newest.encode() + nonce + body

    def open(self, sealed: bytes, place: str) -> bytes:
        """What was sealed for `place`. Raises `SealError`."""
        key_id, rest = _split(sealed)
        cipher = self._ciphers.get(key_id)
        if cipher is None:
            raise SealError(f"A value in {place.split('/')[0]} needs the key “{key_id}”.")
        try:
            return cipher.decrypt(rest[:NONCE_BYTES], rest[NONCE_BYTES:], place.encode())
        except InvalidTag as error:
            raise SealError(f"A value in {place.split('/')[0]} was changed or moved.") from error

    def key_of(self, sealed: bytes) -> str:
        """The id of the key that sealed this. Raises `SealError` for what was never sealed."""
        return _split(sealed)[0]

    def digest(self, kind: str, text: str) -> str:
        """The blind index of normalised `text` under the newest key: 32 hex digits."""
        return _digest(self._digest_keys[0], kind, text)

    def digests(self, kind: str, text: str) -> list[str]:
        """The blind index under each key there was, the newest first."""
        known = (self._digest_keys[0], *self.heritage.digest_keys)
        return [_digest(key, kind, text) for key in known]

    def code(self, kind: str, text: str) -> bytes:
        """16 bytes that only this instance can derive from `text`."""
        return hashlib.blake2b(
            f"{kind}\0{text}".encode(), key=self.heritage.code_key or b"", digest_size=16
        ).digest()


class _Current:
    """The keyring of this process, set once at start."""

    keyring: Keyring | None = None
    inherited: Callable[[Keyring], Heritage] = staticmethod(lambda ring: Heritage())


def inherit_from(source: Callable[[Keyring], Heritage]) -> None:
    """Name where keyrings find what earlier keys left behind."""
    _Current.inherited = staticmethod(source)


def use_keys(keys: tuple[FieldKey, ...]) -> None:
    """Make `keys` (newest first) the ones this process seals and opens with."""
    _Current.keyring = Keyring(keys, lambda ring: _Current.inherited(ring))


def keyring() -> Keyring:
    """The keyring in use. Raises `SealError` before `use_keys`."""
    if _Current.keyring is None:
        raise SealError("No encryption keys are set; create_app or use_keys comes first.")
    return _Current.keyring


class Sealed:
    """Bytes as they lie in the database, opened when somebody asks."""

    __slots__ = ("data",)

    def __init__(self, data: bytes) -> None:
        self.data = data


class Placed:
    """A value bound to its row, so that the field can seal it for that place."""

    __slots__ = ("place", "value")

    def __init__(self, value: Any, place: str) -> None:
        self.value = value
        self.place = place


def place_of(row: Any, column: str) -> str:
    """Where a sealed value belongs: `table/row/column`."""
    return f"{row._meta.table_name}/{row._pk}/{column}"


class SealedAccessor(FieldAccessor):
    """Opens on reading, binds to the row on writing."""

    def __get__(self, instance: Any, instance_type: Any = None) -> Any:
        if instance is None:
            return self.field
        held = instance.__data__.get(self.name)
        if isinstance(held, Sealed):
            value = self.field.decode(keyring().open(held.data, self._place(instance)))
            held = instance.__data__[self.name] = Placed(value, self._place(instance))
        return held.value if isinstance(held, Placed) else held

    def __set__(self, instance: Any, value: Any) -> None:
        if value is not None and not isinstance(value, Sealed | Placed):
            value = Placed(value, self._place(instance))
        super().__set__(instance, value)

    def _place(self, instance: Any) -> str:
        return place_of(instance, self.field.column_name)


class Column:
    """Tells a type checker what peewee does at run time: a row holds a value, not a field."""

    if TYPE_CHECKING:

        def __get__(self, row: Any, model: Any = None) -> Any: ...

        def __set__(self, row: Any, value: Any) -> None: ...


class SealedField(Column, BlobField):
    """Text that only this instance can read. It cannot be searched or sorted by."""

    accessor_class = SealedAccessor

    def __init__(self, *, max_length: int = 4000, **kwargs: Any) -> None:
        self.max_length = max_length
        super().__init__(**kwargs)

    def encode(self, value: Any) -> bytes:
        """What is sealed: the value as UTF-8."""
        return str(value).encode()

    def decode(self, data: bytes) -> Any:
        """The value that `encode` gave these bytes for."""
        return data.decode()

    def db_value(self, value: Any) -> Any:
        """The sealed bytes to store. Raises `SealError` for a value that belongs to no row."""
        if isinstance(value, Placed):
            value = keyring().seal(self.encode(value.value), value.place)
        elif isinstance(value, Sealed):
            value = value.data
        elif value is not None:
            raise SealError(f"{self.name} is sealed: write it through a row, never by a query.")
        return super().db_value(value)

    def python_value(self, value: Any) -> Any:
        """The bytes still sealed, or None: they are opened when somebody reads the column."""
        return None if value is None else Sealed(bytes(value))


class SealedJSONField(SealedField):
    """A sealed value of JSON types."""

    def encode(self, value: Any) -> bytes:
        """What is sealed: the value as compact JSON in UTF-8."""
        return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode()

    def decode(self, data: bytes) -> Any:
        """The value that `encode` gave these bytes for; tuples come back as lists."""
        return json.loads(data)


def _derived(key: FieldKey, purpose: bytes) -> bytes:
    return HKDF(hashes.SHA256(), 32, salt=None, info=b"lotse " + purpose).derive(key.secret)


def _digest(key: bytes, kind: str, text: str) -> str:
    return hashlib.blake2b(
        f"{kind}\0{text}".encode(), key=key, digest_size=DIGEST_BYTES
    ).hexdigest()


def _split(sealed: bytes) -> tuple[str, bytes]:
    length = sealed[0] if sealed else 0
    if not 0 < length <= 16 or len(sealed) < 1 + length + NONCE_BYTES + 16:
        raise SealError("A sealed value is damaged.")
    return sealed[1 : 1 + length].decode("ascii", "replace"), sealed[1 + length :]
