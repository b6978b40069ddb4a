"""Who acts, and what a role may do. Permissions read `<resource>:<action>`."""

from __future__ import annotations

import logging
import uuid
from dataclasses import dataclass
from enum import StrEnum
from fnmatch import fnmatchcase

from casework.core.i18n import N_
from casework.core.refusals import Forbidden

log = logging.getLogger("lotse.access")


class Role(StrEnum):
    """The five roles of the back office."""

    COORDINATOR = "coordinator"
    INTEGRATION_MANAGER = "integration_manager"
    INTEGRATION_COMMISSIONER = "integration_commissioner"
    VOLUNTEER_COORDINATOR = "volunteer_coordinator"
    ADMINISTRATOR = "administrator"


ROLE_NAMES = {
    Role.COORDINATOR: N_("Coordinator"),
    Role.INTEGRATION_MANAGER: N_("Integration manager"),
    Role.INTEGRATION_COMMISSIONER: N_("Integration commissioner"),
    Role.VOLUNTEER_COORDINATOR: N_("Volunteer coordinator"),
    Role.ADMINISTRATOR: N_("Administrator"),
}

_CASEWORK = ("case", "household", "person", "need", "referral", "release", "message")
_DESK = (
    *_CASEWORK, "appointment", "attention", "balance", "calendar", "conference", "deadline",
    "document", "engagement", "follow_up", "handover", "invitation", "participation", "plan",
    "strength", "support", "translation", "visit",
)  # fmt: skip
_DIRECTORY = ("organization", "service", "location", "contact", "capacity")

GRANTS: dict[Role, tuple[str, ...]] = {
    Role.COORDINATOR: (
        "home:read",
        "submission:*",
        *(f"{resource}:*" for resource in _DESK),
        *(f"{resource}:*" for resource in _DIRECTORY),
        "offer:*",
        "questionnaire:*",
        "text:*",
        "life_area:*",
        "need_category:*",
        "blocker:*",
        "plan_template:*",
        "step_type:*",
        "attention_rule:*",
        "skill:*",
        "opportunity:*",
        "rung:*",
        "deadline_kind:*",
        "handover_task:*",
        "counselling:*",
        "network:*",
        "meeting:*",
        "site:*",
        "arrival:*",
        "workload:*",
        "setting:*",
        "statistics:read",
        "audit:read",
        "mail:*",
    ),
    Role.INTEGRATION_MANAGER: (
        "home:read",
        *(f"{resource}:*" for resource in _DESK),
        *(f"{resource}:read" for resource in (*_DIRECTORY, "opportunity")),
        # To extend the clock is an exception that the coordinator grants.
        *(f"counselling:{action}" for action in ("read", "edit")),
        # One's own contacts only: the verbs look at who entered them.
        *(f"network:{action}" for action in ("read", "create", "log")),
        # Which meetings are one's own is decided by scope.
        *(f"meeting:{action}" for action in ("read", "create", "edit")),
        "workload:read",
    ),
    Role.INTEGRATION_COMMISSIONER: (
        "home:read",
        "statistics:read",
        "network:read",
        "meeting:read",
        *(f"{resource}:read" for resource in _DIRECTORY),
    ),
    Role.VOLUNTEER_COORDINATOR: (
        "home:read",
        "offer:*",
        # Without the columns that lead to a case; proposed for households that nobody helps.
        "engagement:read",
        "engagement:create",
        "engagement:edit",
        # What may be written, read and translated is narrowed by scope to offers.
        *(f"message:{action}" for action in ("read", "create", "edit")),
        "translation:create",
        *(f"{resource}:read" for resource in _DIRECTORY),
    ),
    Role.ADMINISTRATOR: (
        "home:read",
        "staff:*",
        "audit:read",
        # The trail leaves the house (for an audit, say) by the hand of who appears in no case:
        # moments, actors, events and keys of rows, and neither case numbers nor values.
        "audit:export",
        "setting:*",
        "text:*",
        "site:*",
        # Rules and their numbers; what they find stays with the queue.
        "attention_rule:*",
        "organization:read",
        "mail:*",
    ),
}


@dataclass(frozen=True)
class Actor:
    """Who does something: handed to every verb as `by=`.

    `kind` is `staff`, `person` (an applicant with reference and PIN), `provider` (a signed
    link), `public` (nobody known) or `system`; `id` names the staff member, submission or link.
    """

    kind: str
    id: uuid.UUID | None = None
    name: str = ""
    role: Role | None = None
    organization_id: uuid.UUID | None = None

    def may(self, permission: str) -> bool:
        """Whether the role grants `permission`; the system may do everything."""
        if self.kind == "system":
            return True
        grants = GRANTS[self.role] if self.role else ()
        return any(fnmatchcase(permission, grant) for grant in grants)

    def require(self, permission: str) -> None:
        """Raise `Forbidden` unless the role grants `permission`; refusals are logged."""
        if not self.may(permission):
            log.warning("refused %s to %s %s", permission, self.kind, self.id)
            raise Forbidden()

    @property
    def sees_all(self) -> bool:
        """Whether rows of every organisation are visible, as far as permissions go."""
        return self.kind == "system" or self.role is Role.COORDINATOR


SYSTEM = Actor("system", name="system")
PUBLIC = Actor("public", name="public")
