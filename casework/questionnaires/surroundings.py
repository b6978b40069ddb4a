"""What the expressions of a form can ask for beyond the node they stand at."""

from __future__ import annotations

from datetime import datetime

from casework.questionnaires.expressions import Node
from casework.questionnaires.forms import Form, Spec


class Around:
    """The answers' neighbourhood: names, choices, the moment, the language, the seed."""

    def __init__(self, form: Form, now: datetime, language: str, seed: str) -> None:
        self.form = form
        self.now = now
        self.language = language or form.definition.default_language
        self.version = form.definition.version
        self.seed = seed

    def named(self, name: str, origin: Node) -> list[Node]:
        """The nodes of `${name}` as seen from `origin`: in the same row where there is one."""
        target = self.form.named(name, origin.spec)
        return [] if target is None else self.nodes_of(target, origin)

    def nodes_of(self, target: Spec, origin: Node) -> list[Node]:
        """The nodes of `target` as seen from `origin`, of a repeat all its rows."""
        node = origin
        while not _leads_to(node.spec, target):
            node = node.parent or node.root()
        nodes = [node]
        for spec in target.chain[len(node.spec.chain) :]:
            nodes = [child for each in nodes for child in each.children.get(spec.name, ())]
        return nodes

    def instance(self, name: str) -> Node | None:
        """A list of choices as a secondary instance."""
        return self.form.instances.get(name)

    def choice_label(self, name: str, choice: str) -> str:
        """The label of a choice in the language in use; the choice itself where it has none."""
        spec = self.form.named(name)
        labelled = (spec.source or spec).choices if spec else ()
        found = next((each for each in labelled if each.name == choice), None)
        return self.form.definition.text(found.label, self.language)[0] if found else choice

    def itext(self, key: str) -> str:
        """The label of the choice that carries this `itextId`."""
        list_name, _, place = key.rpartition("-")
        nodes = self.form.lists.get(list_name, ())
        if not (place.isascii() and place.isdigit() and int(place) < len(nodes)):
            return ""
        return self.form.definition.text(nodes[int(place)].spec.label, self.language)[0]


def _leads_to(spec: Spec, target: Spec) -> bool:
    """Whether `target` lies at or below `spec`; a repeat seen from its own row lies beside it."""
    depth = len(spec.chain)
    if depth > len(target.chain) or target.chain[depth - 1] is not spec:
        return False
    return spec is not target or spec.kind != "repeat"
