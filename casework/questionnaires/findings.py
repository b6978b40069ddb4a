"""What a check of a questionnaire found: where, how bad, and what to do."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from casework.core.i18n import N_, gettext_in
from casework.core.refusals import Refusal, Term
from casework.questionnaires.expressions import ExpressionError

ERROR = "error"
WARNING = "warning"
NOTICE = "notice"
SEVERITIES = (ERROR, WARNING, NOTICE)


@dataclass(frozen=True)
class Finding:
    """One problem. `row` is 0 where it concerns the whole sheet; errors block, the rest does not.

    `msgid` and `advice` are English texts with `%(name)s` placeholders for `params`; a
    parameter that is a `Term` or an `ExpressionError` is itself translated.
    """

    severity: str
    msgid: str
    advice: str
    params: dict[str, Any] = field(default_factory=dict)
    sheet: str = "survey"
    row: int = 0
    column: str = ""

    def message(self, tag: str) -> str:
        """What is wrong, in the language `tag`."""
        return self._filled(tag, self.msgid)

    def what_to_do(self, tag: str) -> str:
        """What to do about it, in the language `tag`."""
        return self._filled(tag, self.advice)

    def _filled(self, tag: str, msgid: str) -> str:
        params = {name: _in_language(tag, value) for name, value in self.params.items()}
        sentence = gettext_in(tag, msgid)
        return sentence % params if params else sentence


def _in_language(tag: str, value: Any) -> Any:
    if isinstance(value, Term):
        return gettext_in(tag, value)
    if isinstance(value, ExpressionError):
        sentence = gettext_in(tag, value.msgid)
        return sentence % value.params if value.params else sentence
    return value


def has_errors(findings: list[Finding]) -> bool:
    """Whether anything in the list blocks."""
    return any(finding.severity == ERROR for finding in findings)


class BrokenDefinition(Refusal):
    """The questionnaire has errors; `findings` lists them all."""

    msgid = N_("This questionnaire has %(count)s errors. Please correct them first.")

    def __init__(self, findings: list[Finding]) -> None:
        self.findings = [finding for finding in findings if finding.severity == ERROR]
        super().__init__(count=len(self.findings))
