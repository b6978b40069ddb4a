"""Signed, short-lived addresses that show a working copy as people would see it.

The token names a working copy and a language, nothing else: whoever has it can look, for half
an hour, and neither fill in nor change anything.
"""

from __future__ import annotations

import functools
import uuid
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from itsdangerous import BadSignature, URLSafeSerializer

from casework.core.crypto import keyring
from casework.core.i18n import N_
from casework.core.refusals import NotFound, Refusal
from casework.questionnaires.compiling import build
from casework.questionnaires.definitions import from_json
from casework.questionnaires.findings import Finding, has_errors
from casework.questionnaires.forms import Form
from casework.questionnaires.working_copies import WorkingCopy

LASTS = timedelta(minutes=30)
KEPT_FORMS = 16


class PreviewExpired(Refusal):
    """The half hour is over."""

    msgid = N_("This preview is over. Please open it again from the editor.")


@dataclass(frozen=True)
class Preview:
    """What a token shows. `form` is built as far as the definition goes; `findings` are what is
    wrong with its names and expressions."""

    copy: WorkingCopy
    language: str
    form: Form
    findings: list[Finding]

    @property
    def is_sound(self) -> bool:
        """Whether the form could be filled in as it stands."""
        return not has_errors(self.findings)


def preview_token(copy: WorkingCopy, language: str, *, at: datetime) -> str:
    """A token for looking at `copy` in `language` until `LASTS` from `at`."""
    until = int((at + LASTS).timestamp())
    token = _signer().dumps([copy.id.hex, language, until])
    return token if isinstance(token, str) else token.decode("ascii")


def preview_of(token: str, *, at: datetime) -> Preview:
    """The working copy as it is now. Raises `NotFound` for a token that is none of ours or whose
    copy is gone, `PreviewExpired`."""
    try:
        copy_id, language, until = _signer().loads(token)
    except BadSignature as error:
        raise NotFound() from error
    if datetime.fromtimestamp(until, UTC) <= at:
        raise PreviewExpired()
    copy = WorkingCopy.get_or_none(WorkingCopy.id == uuid.UUID(copy_id))
    if copy is None:
        raise NotFound()
    form, findings = _built(copy.definition)
    return Preview(copy, language, form, findings)


@functools.lru_cache(maxsize=KEPT_FORMS)
def _built(definition: str) -> tuple[Form, list[Finding]]:
    return build(from_json(definition))


def _signer() -> URLSafeSerializer:
    return URLSafeSerializer(keyring().code("preview", "signature"), salt="preview")
