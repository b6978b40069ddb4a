"""Staff accounts: who may enter the back office, in which role and for which organisation."""

from __future__ import annotations

import uuid
from datetime import datetime

from argon2 import PasswordHasher
from argon2.exceptions import VerificationError
from email_validator import EmailNotValidError, validate_email
from peewee import BooleanField, CharField, ForeignKeyField, IntegerField, ModelSelect

from casework.core.access import ROLE_NAMES, Actor, Role
from casework.core.audit import recorded
from casework.core.crypto import SealedField, SealedJSONField
from casework.core.db import Base, LineField, UtcField
from casework.core.i18n import N_
from casework.core.refusals import Refusal
from casework.providers import Organization

# OWASP's figures for argon2id: two passes, 19 MiB, one lane.
OWASP = PasswordHasher(time_cost=2, memory_cost=19456, parallelism=1)
hasher = OWASP

PASSWORD_LENGTH = (12, 128)


class PasswordRefused(Refusal):
    """Too short, too long or among the best known."""

    msgid = N_(
        "This password is too easy to guess or has the wrong length. Please choose one of "
        "%(least)s to %(most)s characters that is not a well-known one."
    )


class EmailRefused(Refusal):
    """Not an address, or one that has an account."""

    msgid = N_("“%(email)s” is not a usable e-mail address. Please check it.")


class EmailTaken(Refusal):
    """An account with this address exists."""

    msgid = N_("There is already an account for “%(email)s”. Please use another address.")


class OrganizationMissing(Refusal):
    """An integration manager belongs to an organisation."""

    msgid = N_("An integration manager needs an organisation. Please name one.")


class Staff(Base):
    """One account. The sign-in columns belong to the back office's sign-in library."""

    email = LineField(max_length=254, unique=True)
    name = LineField(max_length=200, default="")
    role = CharField(max_length=32, choices=[(r.value, ROLE_NAMES[r]) for r in Role])
    organization = ForeignKeyField(Organization, null=True, on_delete="RESTRICT")
    language = CharField(max_length=16, default="de")
    active = BooleanField(default=True)
    password = CharField(max_length=255, null=True)
    fs_uniquifier = CharField(max_length=64, unique=True)
    tf_primary_method = CharField(max_length=64, null=True)
    tf_totp_secret = SealedField(max_length=512, null=True)
    totp_counter = IntegerField(null=True)
    mf_recovery_codes = SealedJSONField(null=True)
    signed_in_at = UtcField(null=True)
    created_at = UtcField()

    class Meta:
        table_name = "staff"

    @classmethod
    def scope(cls, staff: Actor) -> ModelSelect:
        """All accounts for the administrator; colleagues of one's organisation for the others."""
        rows = cls.select()
        if staff.may("staff:read") or staff.sees_all:
            return rows
        if staff.organization_id is None:
            return rows.where(cls.id == staff.id)
        return rows.where(cls.organization == staff.organization_id)

    @property
    def actor(self) -> Actor:
        """This account as the one who acts."""
        return Actor(
            "staff",
            id=self.id,
            name=self.name or self.email,
            role=Role(self.role),
            organization_id=self.__data__.get("organization"),
        )

    def __str__(self) -> str:
        return self.name or self.email


@recorded("staff:created", needs="staff:create")
def add_staff(
    email: str,
    role: Role,
    password: str | None,
    *,
    name: str = "",
    organization: Organization | None = None,
    by: Actor,
    at: datetime,
) -> Staff:
    """A new account.

    Raises `EmailRefused`, `EmailTaken`, `PasswordRefused`, `OrganizationMissing`.
    """
    address = check_email(email)
    if Staff.select().where(Staff.email == address).exists():
        raise EmailTaken(email=address)
    if role is Role.INTEGRATION_MANAGER and organization is None:
        raise OrganizationMissing()
    return Staff.create(
        email=address,
        name=name,
        role=role.value,
        organization=organization,
        password=hash_password(password) if password is not None else None,
        fs_uniquifier=uuid.uuid4().hex,
        created_at=at,
    )


def check_email(email: str) -> str:
    """The normal form of an address, in lower case. Raises `EmailRefused`."""
    try:
        found = validate_email(email.strip(), check_deliverability=False, test_environment=True)
    except EmailNotValidError as error:
        raise EmailRefused(email=email.strip()[:100]) from error
    return found.normalized.lower()


def hash_password(password: str) -> str:
    """The argon2id hash of a password that is long enough and not well known."""
    least, most = PASSWORD_LENGTH
    if not least <= len(password) <= most or _is_common(password):
        raise PasswordRefused(least=least, most=most)
    return hash_secret(password)


def hash_secret(secret: str) -> str:
    """The argon2id hash of a password or a PIN."""
    return hasher.hash(secret)


def verify_password(hashed: str | None, password: str) -> bool:
    """Whether the password fits; costs the same time where there is no hash."""
    try:
        hasher.verify(hashed or _NO_PASSWORD, password)
    except VerificationError:
        return False
    return hashed is not None


_NO_PASSWORD = hasher.hash(uuid.uuid4().hex)
_FAMILIAR = (
    "password", "passwort", "welcome", "willkommen", "qwertz", "qwerty", "letmein", "geheim",
    "iloveyou", "ichliebedich", "sommer", "winter", "administrator", "lotse",
)  # fmt: skip


def _is_common(password: str) -> bool:
    """A familiar word with a few digits around it, or very few different characters."""
    folded = password.casefold()
    stripped = folded.strip("0123456789!?.,-_#*$ ")
    return len(set(folded)) < 5 or stripped in ("", *_FAMILIAR)
