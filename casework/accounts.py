"""What happens to staff accounts: signing in and out, second factor, passwords, roles."""

from __future__ import annotations

import uuid
from datetime import datetime

from casework.core.access import Actor, Role
from casework.core.audit import recorded
from casework.core.crypto import keyring
from casework.core.i18n import N_, STAFF_LANGUAGES
from casework.core.refusals import Refusal
from casework.providers import Organization
from casework.staff import (
    EmailTaken,
    OrganizationMissing,
    Staff,
    check_email,
    hash_password,
    verify_password,
)

OWN = "home:read"


class WrongPassword(Refusal):
    """The present password does not fit."""

    msgid = N_("The present password is not right. Please enter it again.")


class PasswordsDiffer(Refusal):
    """The new password was entered in two ways."""

    msgid = N_("The two new passwords differ. Please enter the same one twice.")


class LastAdministrator(Refusal):
    """Somebody has to be able to manage accounts."""

    msgid = N_(
        "This is the last active administrator. Please give another account this role first."
    )


class NotYourself(Refusal):
    """Nobody locks themselves out."""

    msgid = N_("You cannot do this with your own account. Please ask another administrator.")


@recorded("staff:signed_in", needs=OWN)
def note_sign_in(staff: Staff, *, by: Actor, at: datetime) -> Staff:
    """Remember when the account was last used."""
    staff.signed_in_at = at
    staff.save()
    return staff


@recorded("staff:signed_out", needs=OWN)
def sign_out(staff: Staff, *, by: Actor, at: datetime) -> Staff:
    """End every session of the account, on all devices."""
    _end_sessions(staff)
    staff.save()
    return staff


@recorded("staff:language_changed", needs=OWN)
def choose_language(staff: Staff, language: str, *, by: Actor, at: datetime) -> Staff:
    """The language in which this account reads the back office; others than ours change nothing."""
    if language in STAFF_LANGUAGES:
        staff.language = language
        staff.save()
    return staff


@recorded("staff:password_changed", needs=OWN)
def change_password(staff: Staff, present: str, wanted: str, *, by: Actor, at: datetime) -> Staff:
    """A new password of one's own; every session ends.

    Raises `WrongPassword`, `PasswordRefused`.
    """
    if not verify_password(staff.password, present):
        raise WrongPassword()
    staff.password = hash_password(wanted)
    _end_sessions(staff)
    staff.save()
    return staff


@recorded("staff:second_factor_set", needs=OWN)
def enrol_second_factor(staff: Staff, secret: str, *, by: Actor, at: datetime) -> Staff:
    """Ask for codes made from `secret` at each sign-in from now on."""
    staff.tf_primary_method = "authenticator"
    staff.tf_totp_secret = secret
    staff.save()
    return staff


@recorded("staff:recovery_codes_made", needs=OWN)
def keep_recovery_codes(staff: Staff, codes: list[str], *, by: Actor, at: datetime) -> Staff:
    """Store digests of `codes`, in place of the earlier ones."""
    staff.mf_recovery_codes = [keyring().digest("recovery code", _own(staff, c)) for c in codes]
    staff.save()
    return staff


@recorded("staff:recovery_code_used", needs=OWN)
def use_up_recovery_code(staff: Staff, code: str, *, by: Actor, at: datetime) -> Staff:
    """Strike a recovery code off. Raises `WrongPassword` when it is none, or not any more."""
    fresh = staff.refresh()
    digests = set(keyring().digests("recovery code", _own(staff, code)))
    kept = fresh.mf_recovery_codes or []
    left = [digest for digest in kept if digest not in digests]
    if len(left) == len(kept):
        raise WrongPassword()
    fresh.mf_recovery_codes = left
    fresh.save()
    return fresh


def note_code(staff: Staff, counter: int) -> bool:
    """Mark the time step of a second-factor code as used; False if it, or a later one, was."""
    unused = Staff.totp_counter.is_null() | (Staff.totp_counter < counter)
    changed = Staff.update(totp_counter=counter).where((Staff.id == staff.id) & unused).execute()
    return bool(changed)


@recorded("staff:changed")
def change_staff(
    staff: Staff,
    *,
    email: str,
    name: str,
    role: Role,
    organization: Organization | None,
    language: str,
    by: Actor,
    at: datetime,
) -> Staff:
    """Change an account; a new role or organisation ends its sessions.

    Raises `EmailRefused`, `EmailTaken`, `OrganizationMissing`, `LastAdministrator`.
    """
    address = check_email(email)
    if Staff.select().where((Staff.email == address) & (Staff.id != staff.id)).exists():
        raise EmailTaken(email=address)
    if role is Role.INTEGRATION_MANAGER and organization is None:
        raise OrganizationMissing()
    if role is not Role.ADMINISTRATOR:
        _keep_an_administrator(staff)
    reach = (staff.role, staff.__data__["organization"])
    staff.email, staff.name, staff.role = address, name, role.value
    staff.organization = organization
    staff.language = language
    if (staff.role, staff.__data__["organization"]) != reach:
        _end_sessions(staff)
    staff.save()
    return staff


@recorded("staff:disabled")
def disable_staff(staff: Staff, *, by: Actor, at: datetime) -> Staff:
    """Close an account; its sessions end. Raises `NotYourself`, `LastAdministrator`."""
    if by.id == staff.id:
        raise NotYourself()
    _keep_an_administrator(staff)
    staff.active = False
    _end_sessions(staff)
    staff.save()
    return staff


@recorded("staff:enabled")
def enable_staff(staff: Staff, *, by: Actor, at: datetime) -> Staff:
    """Open a closed account again."""
    staff.active = True
    staff.save()
    return staff


@recorded("staff:second_factor_reset")
def reset_second_factor(staff: Staff, *, by: Actor, at: datetime) -> Staff:
    """Forget the second factor, so that it is set up anew at the next sign-in."""
    staff.tf_primary_method = None
    staff.tf_totp_secret = None
    staff.mf_recovery_codes = None
    staff.totp_counter = None
    _end_sessions(staff)
    staff.save()
    return staff


@recorded("staff:password_reset")
def reset_password(staff: Staff, password: str, *, by: Actor, at: datetime) -> Staff:
    """Give an account another password; its sessions end. Raises `PasswordRefused`."""
    staff.password = hash_password(password)
    _end_sessions(staff)
    staff.save()
    return staff


def _end_sessions(staff: Staff) -> None:
    """Each session names this value; another one makes every cookie worthless."""
    staff.fs_uniquifier = uuid.uuid4().hex


def _keep_an_administrator(staff: Staff) -> None:
    if staff.role != Role.ADMINISTRATOR.value or not staff.active:
        return
    others = Staff.select().where(
        (Staff.role == Role.ADMINISTRATOR.value) & Staff.active & (Staff.id != staff.id)
    )
    if not others.exists():
        raise LastAdministrator()


def _own(staff: Staff, code: str) -> str:
    """A recovery code in the form in which it is digested, bound to its account."""
    return f"{staff.id} {''.join(c for c in code.lower() if c.isalnum())}"
