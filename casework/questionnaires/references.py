"""What expressions refer to: unknown names, the order of evaluation, and loops."""

from __future__ import annotations

import difflib
import itertools
from collections.abc import Iterable, Iterator

from casework.core.i18n import N_
from casework.questionnaires.expressions import Call, Expression, Literal, Path, Reference
from casework.questionnaires.findings import ERROR, NOTICE, WARNING, Finding
from casework.questionnaires.forms import Form, Spec

UNKNOWN_NAME = N_("“${%(name)s}” does not exist in this questionnaire.")
MEND_NAME = N_("Please correct the name, or add a question with this name.")
MEANT_NAME = N_("Did you mean “${%(guess)s}”? Please correct the name.")
LAST_SAVED = N_("“${%(name)s}” asks for the answer of an earlier form; it counts as empty.")
AMBIGUOUS = N_("“${%(name)s}” could mean %(count)s questions; the nearest one is taken.")
MAKE_UNIQUE = N_("Please give each of them a name of its own.")
UNKNOWN_PATH = N_("The path leads nowhere: there is no “%(name)s” here. It counts as empty.")
MEND_PATH = N_("Please correct the path, or remove it.")
UNKNOWN_INSTANCE = N_("The data “%(name)s” do not exist here. They count as empty.")
NO_ATTACHED_DATA = N_("Use a list of choices from the choices sheet, or remove the expression.")
LOOP = N_("These depend on each other in a circle: %(names)s.")
KEEPS_ITSELF = N_("The calculation of “%(name)s” looks at its own earlier value.")
USE_DOT = N_("Please write a dot instead of the name, if this is meant.")
LOOKS_INSIDE = N_("The condition of “%(name)s” looks at a question inside it.")
MOVE_OUT = N_("Please move that question in front; nobody can answer it while the group is hidden.")
VENDOR_FUNCTION = N_(
    "The function “%(name)s” belongs to %(vendor)s; other programs do not know it."
)
REPLACE_FUNCTION = N_("Please remove it, or say it with a function of the documentation.")
NOTHING_TO_DO = N_("Nothing has to be done.")
BREAK_LOOP = N_("Please change one of the expressions so that the circle is broken.")

MOST_COMPARED = 100  # a form of nothing but mistakes is reported quickly, too
EARLIER_FORM = "last-saved#"
ORDERED = ("relevant", "calculation", "repeat_count")
ANYTHING: frozenset[Spec] | None = None


class Looker:
    """Finds the specs that one expression looks at, and reports what does not exist."""

    def __init__(self, form: Form, spec: Spec, column: str, findings: list[Finding]) -> None:
        self.form = form
        self.spec = spec
        self.column = column
        self.findings = findings
        self.found: set[Spec] = set()

    def look(self, tree: Expression) -> set[Spec]:
        """Everything that `tree` depends on."""
        at = None if self.column == "choice_filter" else frozenset({self.spec})
        self._look(tree, at)
        return self.found

    def _look(self, tree: Expression, at: frozenset[Spec] | None) -> frozenset[Spec] | None:
        """The specs that `tree` denotes, seen from `at`; None where that cannot be told."""
        if isinstance(tree, Reference):
            return self._reference(tree)
        if isinstance(tree, Path):
            return self._path(tree, at)
        if isinstance(tree, Call) and tree.name == "current":
            return frozenset({self.spec})
        if isinstance(tree, Call) and tree.name in ("instance", "pulldata"):
            self._instance(tree)
        for place, part in enumerate(tree.parts()):
            denoted = self._look(part, at)
            if (
                denoted is not None
                and self.spec in denoted
                and self._may_see_itself(tree, part, place)
            ):
                self.found.discard(self.spec)
        return None

    def _may_see_itself(self, tree: Expression, part: Expression, place: int) -> bool:
        """Whether a question may look at itself here: in another row, or to keep what it has."""
        if not isinstance(tree, Call):
            return False
        if tree.name == "indexed-repeat":
            return place == 0
        keeps = tree.name in ("coalesce", "if") and isinstance(part, Reference)
        if keeps and self.column == "calculation":
            self._report(WARNING, KEEPS_ITSELF, USE_DOT, name=self.spec.name)
        return keeps

    def _report(self, severity: str, msgid: str, advice: str, **params: object) -> None:
        row = self.spec.item.row if self.spec.item else 0
        finding = Finding(severity, msgid, advice, params, row=row, column=self.column)
        # Those of one row stand together at the end; a long list is not looked through each time.
        of_row = itertools.takewhile(lambda each: each.row == row, reversed(self.findings))
        if finding not in of_row:
            self.findings.append(finding)

    def _reference(self, tree: Reference) -> frozenset[Spec] | None:
        named = self.form.by_name.get(tree.name, ())
        target = self.form.named(tree.name, self.spec)
        if target is None:
            self._missing(tree.name)
            return ANYTHING
        if len(named) > 1:
            self._report(WARNING, AMBIGUOUS, MAKE_UNIQUE, name=tree.name, count=len(named))
        self.found.add(target)
        return frozenset({target})

    def _missing(self, name: str) -> None:
        if name.startswith(EARLIER_FORM):
            self._report(NOTICE, LAST_SAVED, NOTHING_TO_DO, name=name)
        else:
            advice, guess = meant(self.form, name)
            self._report(ERROR, UNKNOWN_NAME, advice, name=name, guess=guess)

    def _instance(self, tree: Call) -> None:
        name = tree.arguments[0]
        if isinstance(name, Literal) and str(name.value) not in self.form.lists:
            self._report(WARNING, UNKNOWN_INSTANCE, NO_ATTACHED_DATA, name=str(name.value))

    def _path(self, tree: Path, at: frozenset[Spec] | None) -> frozenset[Spec] | None:
        steps = tree.steps
        if tree.start is not None:
            here = self._look(tree.start, at)
        elif tree.from_root:
            here = frozenset({self.form.root})
            steps = steps[1:] if steps and steps[0].axis == "child" else steps
        else:
            here = at
        for predicate in tree.predicates:
            self._look(predicate, here)
        for step in steps:
            here = None if here is None else self._step(step.axis, step.name, here)
            for predicate in step.predicates:
                self._look(predicate, here)
        is_self = tree.start is None and not tree.from_root and here == at
        if here is not None and not is_self:
            self.found.update(here)
        return here

    def _step(self, axis: str, name: str, here: frozenset[Spec]) -> frozenset[Spec] | None:
        if axis == "self":
            return here
        if axis == "parent":
            return frozenset(spec.parent for spec in here if spec.parent is not None)
        if axis != "child":
            return ANYTHING
        found = frozenset(c for spec in here for c in spec.children if name in ("*", c.name))
        if not found and here:
            self._report(WARNING, UNKNOWN_PATH, MEND_PATH, name=name)
        return found


def put_in_order(form: Form, findings: list[Finding]) -> None:
    """Check every name of the form and set the order of evaluation; a circle is an error."""
    needs: dict[Spec, set[Spec]] = {}
    for spec in form.specs[1:]:
        wanted = {spec.parent} if spec.parent is not None else set()
        for column, tree in spec.expressions.items():
            found = Looker(form, spec, column, findings).look(tree)
            if spec.kind != "question" and any(spec in each.chain[:-1] for each in found):
                row = spec.item.row if spec.item else 0
                params = {"name": spec.name}
                findings.append(
                    Finding(WARNING, LOOKS_INSIDE, MOVE_OUT, params, row=row, column=column)
                )
                found = {each for each in found if spec not in each.chain}
            if column in ORDERED:
                wanted |= found
            elif column == "choice_filter" and spec.source is not None:
                wanted |= found - {spec}
        needs[spec] = wanted
        _check_triggers(form, spec, findings)
    order, circle = _sorted(form.specs[1:], _with_sources(needs, loose=False))
    if circle:
        order, circle = _sorted(form.specs[1:], _with_sources(needs, loose=True))
    if circle:
        names = " → ".join(spec.name for spec in circle)
        row = circle[0].item.row if circle[0].item else 0
        params = {"names": names}
        findings.append(Finding(ERROR, LOOP, BREAK_LOOP, params, row=row, column="calculation"))
    form.order = tuple(
        spec
        for spec in order
        if spec.source is not None or any(c in spec.expressions for c in ORDERED)
    )


def _with_sources(needs: dict[Spec, set[Spec]], *, loose: bool) -> dict[Spec, set[Spec]]:
    """What must come before, with the questions whose answers are offered.

    Where it goes in a circle otherwise (“one of those named so far, or a new one”), `loose`
    lets a choice come before the question that names, as long as that one is no choice itself.
    """
    return {
        spec: wanted | {source}
        if (source := spec.source) is not None and not (loose and source.source is None)
        else wanted
        for spec, wanted in needs.items()
    }


def meant(form: Form, name: str) -> tuple[str, str]:
    """What to do about a name that does not exist, and the name that is probably meant."""
    same = form.names_by_letters.get(name.lower())
    lengths = sorted(range(len(name) - 3, len(name) + 4), key=lambda each: abs(each - len(name)))
    similar = itertools.chain.from_iterable(form.names_by_length.get(n, ()) for n in lengths)
    close = same or difflib.get_close_matches(
        name, list(itertools.islice(similar, MOST_COMPARED)), 1, 0.8
    )
    return (MEANT_NAME, close[0]) if close else (MEND_NAME, "")


def triggers_of(spec: Spec) -> list[str]:
    """The names in the `trigger` column, written `${name}` and separated by commas."""
    text = spec.item.trigger if spec.item else ""
    return [
        part.strip().removeprefix("${").removesuffix("}").strip()
        for part in text.split(",")
        if part.strip()
    ]


def _check_triggers(form: Form, spec: Spec, findings: list[Finding]) -> None:
    for name in triggers_of(spec):
        if name not in form.by_name and spec.item is not None:
            advice, guess = meant(form, name)
            params = {"name": name, "guess": guess}
            row = spec.item.row
            findings.append(Finding(ERROR, UNKNOWN_NAME, advice, params, row=row, column="trigger"))


def _sorted(specs: Iterable[Spec], needs: dict[Spec, set[Spec]]) -> tuple[list[Spec], list[Spec]]:
    """`specs` with what each needs before it, and the first circle that was met."""
    done: dict[Spec, bool] = {}
    order: list[Spec] = []
    circle: list[Spec] = []
    for start in specs:
        stack: list[tuple[Spec, Iterator[Spec]]] = []
        _enter(start, needs, done, stack)
        while stack:
            spec, rest = stack[-1]
            following = next(rest, None)
            if following is None:
                stack.pop()
                done[spec] = True
                order.append(spec)
            elif done.get(following) is False and not circle:
                trail = [each for each, _ in stack]
                circle = [*trail[trail.index(following) :], following]
            else:
                _enter(following, needs, done, stack)
    return order, circle


def _enter(
    spec: Spec,
    needs: dict[Spec, set[Spec]],
    done: dict[Spec, bool],
    stack: list[tuple[Spec, Iterator[Spec]]],
) -> None:
    if spec not in done and spec in needs:
        done[spec] = False
        stack.append((spec, iter(sorted(needs[spec], key=lambda each: each.index))))
