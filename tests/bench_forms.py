"""Figures of large real forms in the portal: how long a POST takes, how light first pages are.

`python -m tests.bench_forms`; where the real forms are absent it measures the starter forms.
"""

from __future__ import annotations

import gzip
import os
import statistics
import tempfile
import time
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

from flask import Flask

from app import create_app
from casework.commands import load_starter_content
from casework.core.access import SYSTEM
from casework.core.config import from_environment
from casework.core.db import connection, database, migrate
from casework.formats.xlsform import Reading, read_xlsform
from casework.questionnaires.compiling import compile_form
from casework.questionnaires.definitions import Definition
from casework.questionnaires.publishing import import_definition, publish
from casework.questionnaires.working_copies import begin_working_copy, store
from tests.conftest import environment
from tests.stories.sending import Sender
from tests.stories.walking import walked
from tests.walker import Page

NOW = datetime(2026, 11, 2, 9, 0, tzinfo=UTC)
STARTERS = Path("casework/starter/forms")
ROUNDS = 5
POST_LIMIT, PAGE_LIMIT, EDITOR_LIMIT = 200.0, 50.0, 500.0


class Timed(Sender):
    """A sender with a watch: milliseconds of each POST, without what follows it."""

    def __init__(self, *args: object) -> None:
        super().__init__(*args)  # type: ignore[arg-type]
        self.spans: list[float] = []

    def post(self, page: Page, pairs: list) -> Page:
        data: dict[str, list] = {}
        for name, value in pairs:
            data.setdefault(name, []).append(value)
        target = (page.form.get("action") if page.form is not None else None) or page.address
        started = time.perf_counter()
        answer = self.client.post(target, data=data)
        self.spans.append((time.perf_counter() - started) * 1000)
        if answer.status_code in (301, 302, 303):
            return self.open(answer.headers["Location"])
        return self._page(answer)


def readings() -> dict[str, Reading]:
    """The real forms, or the starter forms, by name."""
    shared = Path(os.environ.get("LOTSE_SHARED", Path.cwd().parent / "shared")) / "xlsforms"
    paths = sorted((shared if shared.is_dir() else STARTERS).glob("*.xls*"))
    return {path.stem: read_xlsform(path.read_bytes(), name=path.stem) for path in paths}


def readable() -> dict[str, Definition]:
    """All that can be edited, mistakes included."""
    found = {name: reading.definition for name, reading in readings().items()}
    return {name: definition for name, definition in found.items() if definition is not None}


def forms() -> dict[str, Definition]:
    """Those that are supported wholly, largest first."""
    found = {
        name: reading.definition
        for name, reading in readings().items()
        if reading.definition is not None and reading.is_wholly_supported
    }
    size = {name: sum(1 for _ in definition.walk()) for name, definition in found.items()}
    return {name: found[name] for name in sorted(found, key=lambda name: -size[name])}


def form_rows(app: Flask) -> list[tuple[str, float, float]]:
    """Name, figure and limit: p95 of a POST in ms, the heaviest first page in kB gzip."""
    # Answers are chosen for one day: “not in the past” must mean the same on both sides.
    app.extensions["lotse"]["clock"] = lambda: NOW
    every = forms()
    for number, definition in enumerate(every.values()):
        with connection():
            version = import_definition(
                f"bench-{number}", definition, purpose="other", by=SYSTEM, at=NOW
            )
            publish(version.questionnaire, version, by=SYSTEM, at=NOW)
    name, largest = next(iter(every.items()))
    spans: list[float] = []
    for number in range(ROUNDS):
        journey = walked(compile_form(largest), "en", f"bench {number}", NOW)
        sender = Timed(app.test_client(), journey)
        sender.walk("/en/form/bench-0")
        spans += sender.spans
    p95 = statistics.quantiles(spans, n=20)[-1]
    sizes = {
        each: len(gzip.compress(first_page(app, f"/en/form/bench-{number}"), 6)) / 1000
        for number, each in enumerate(every)
    }
    heaviest = max(sizes, key=lambda each: sizes[each])
    return [
        (f"POST on the largest form ({name}), p95 of {len(spans)}, ms", p95, POST_LIMIT),
        (f"heaviest first page of {len(sizes)} forms ({heaviest}), kB gzip", sizes[heaviest],
         PAGE_LIMIT),
    ]  # fmt: skip


def first_page(app: Flask, address: str) -> bytes:
    """The bytes of a form's first page."""
    answer = app.test_client().get(address, follow_redirects=True)
    if answer.status_code != 200:
        raise SystemExit(f"{address} answered {answer.status_code}; the bench measures nothing.")
    return answer.data


def editor_row(open_page: Callable[[str], int]) -> tuple[str, float, float]:
    """The form editor at a question of the form with most questions and choices, in ms.

    `open_page` opens an address as a coordinator does. Each round follows a change, so that
    everything is looked through anew.
    """
    name, definition = max(
        readable().items(),
        key=lambda each: sum(1 for _ in each[1].walk()) + sum(map(len, each[1].choices.values())),
    )
    with connection():
        version = import_definition("bench-editor", definition, purpose="other", by=SYSTEM, at=NOW)
        copy = begin_working_copy(version.questionnaire, by=SYSTEM, at=NOW)
    spans = []
    for number in range(ROUNDS + 1):
        with connection():
            changed = replace(copy.parsed, version=str(number))
            copy = store(copy, changed, revision=copy.revision, by=SYSTEM, at=NOW)
        started = time.perf_counter()
        open_page("/admin/form-editor/bench-editor/?at=0")
        spans.append((time.perf_counter() - started) * 1000)
    about = f"form editor after a change ({name}), median of {ROUNDS}, ms"
    return about, statistics.median(spans[1:]), EDITOR_LIMIT


def show_limits(rows: list[tuple[str, float, float]]) -> None:
    """Print the table. Raises `SystemExit` with the names of the figures that miss their limit."""
    print("| large forms | ours | limit | ratio |\n|---|---|---|---|")
    for name, figure, limit in rows:
        print(f"| {name} | {figure:.1f} | {limit:g} | {figure / limit:.2f} |")
    if missed := [name for name, figure, limit in rows if figure >= limit]:
        raise SystemExit(f"Above its limit: {'; '.join(missed)}.")


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder)
        config = from_environment(environment(path, f"sqlite:///{path / 'bench.sqlite3'}"), path)
        app = create_app(config)
        app.config["WTF_CSRF_ENABLED"] = False
        with connection():
            migrate()
            load_starter_content(at=NOW)
        show_limits(form_rows(app))
        database.close_all()


if __name__ == "__main__":
    main()
