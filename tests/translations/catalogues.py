"""Reading catalogues and what the code asks of them.

`python -m tests.translations.catalogues` brings every catalogue up to date with the code:
new texts come in empty, texts that nobody asks for any more go.
"""

from __future__ import annotations

import re
import string
from collections.abc import Iterator
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_dir
from babel.messages.frontend import parse_mapping_cfg
from babel.messages.pofile import read_po, write_po

from casework.core.i18n import CATALOGUES, LANGUAGES, STAFF_LANGUAGES, Language

ROOT = CATALOGUES.parent
KEYWORDS = {
    "_": None, "_l": None, "N_": None, "gettext": None, "lazy_gettext": None,
    "ngettext": (1, 2), "gettext_in": None, "ngettext_in": (2, 3),
}  # fmt: skip
# Rooms of the domain whose texts only staff read: they stand in the back office's catalogue.
STAFF_ROOMS = (
    "casework/formats/", "casework/demo/", "casework/insight/", "casework/accounts.py",
    "casework/appointment_rules.py", "casework/attendance.py", "casework/visits.py",
    "casework/staff.py", "casework/documents.py", "casework/providers.py",
    "casework/opening_times.py", "casework/release_questions.py",
    "casework/registrations.py", "casework/skills.py", "casework/strengths.py",
    "casework/opportunities/models.py", "casework/opportunities/writing.py",
    "casework/opportunities/offering.py",
    "casework/participation/", "casework/record_facts.py", "casework/invited_forms.py",
    "casework/network/", "casework/deadlines.py", "casework/counselling.py",
    "casework/handovers.py", "casework/closings.py", "casework/assignments.py",
    "casework/engagements.py", "casework/named_supports.py", "casework/transfers.py",
    "casework/conferences.py", "casework/conference_seats.py", "casework/arrival_lists/",
    "casework/caseloads.py", "casework/sites.py",
    "casework/plans/asking.py", "casework/plans/reviews.py", "casework/plans/steps.py",
    "casework/plans/template_writing.py", "casework/plans/writing.py",
    "casework/core/access.py", "casework/questionnaires/checking.py",
    "casework/questionnaires/references.py", "casework/questionnaires/publishing.py",
    "casework/questionnaires/editing/", "casework/questionnaires/changes.py",
    "casework/questionnaires/working_copies.py", "casework/questionnaires/translating.py",
    "casework/questionnaires/previews.py", "casework/questionnaires/compiling.py",
    "casework/questionnaires/findings.py", "casework/questionnaires/lists.py",
    "casework/questionnaires/media.py", "casework/questionnaires/form_files.py",
    "casework/questionnaires/models.py", "casework/questionnaires/expressions/",
    "casework/questionnaires/parameters.py",
)  # fmt: skip
UNREVIEWED = "not yet reviewed by a native speaker"
# CLDR's rules; where Babel knows fewer forms than CLDR, CLDR is right.
PLURALS = {
    "de": (2, "(n != 1)"), "en": (2, "(n != 1)"), "fr": (2, "(n > 1)"), "tr": (2, "(n != 1)"),
    "uk": (3, "(n%10==1 && n%100!=11 ? 0 : n%10>=2 && n%10<=4 && (n%100<10 || n%100>=20) ? 1 : 2)"),
    "ru": (3, "(n%10==1 && n%100!=11 ? 0 : n%10>=2 && n%10<=4 && (n%100<10 || n%100>=20) ? 1 : 2)"),
    "ar": (6, "(n==0 ? 0 : n==1 ? 1 : n==2 ? 2 : n%100>=3 && n%100<=10 ? 3 : n%100>=11 ? 4 : 5)"),
    "fa": (2, "(n > 1)"), "fa_AF": (2, "(n > 1)"), "ps": (2, "(n != 1)"), "ku": (2, "(n != 1)"),
    "ti": (2, "(n > 1)"), "so": (2, "(n != 1)"),
}  # fmt: skip


def extracted(domain: str) -> Catalog:
    """What the code asks for in `domain` (`messages` or `backoffice`).

    A text that the public reads stands in `messages` only; the back office looks there too.
    """
    catalogue = Catalog(project="Lotse")
    public = domain == "messages"
    known = {message.id for message in extracted("messages")} if not public else set()
    for folder in ("portal", "casework") if public else ("admin", "casework"):
        for filename, message, comments, context in _found_in(folder):
            path = f"{folder}/{filename}"
            if folder == "casework" and path.startswith(STAFF_ROOMS) == public:
                continue
            if message not in known:
                catalogue.add(
                    message, None, [(path, 0)], auto_comments=comments, context=context, flags=()
                )
    return catalogue


def _found_in(folder: str) -> Iterator[tuple]:
    """File, msgid, comments and context of every text in a folder."""
    domain = "backoffice" if folder == "admin" else "messages"
    with (CATALOGUES / f"{domain}.cfg").open() as file:
        methods, options = parse_mapping_cfg(file)
    found = extract_from_dir(
        ROOT / folder,
        [(re.sub(rf"^{folder}/", "", pattern), method) for pattern, method in methods],
        {re.sub(rf"^{folder}/", "", key): value for key, value in options.items()},
        keywords=KEYWORDS,
        comment_tags=("Translators:",),
    )
    for filename, _line, message, comments, context in found:
        yield filename, message, comments, context


def path_of(language: Language, domain: str = "messages") -> Path:
    return CATALOGUES / language.folder / "LC_MESSAGES" / f"{domain}.po"


def read(language: Language, domain: str = "messages") -> Catalog:
    with path_of(language, domain).open("rb") as file:
        return read_po(file, locale=language.folder)


def languages_of(domain: str) -> list[Language]:
    """Those that a catalogue of `domain` must exist for."""
    tags = LANGUAGES if domain == "messages" else STAFF_LANGUAGES
    return [LANGUAGES[tag] for tag in tags]


def placeholders(text: str) -> set[str]:
    return set(re.findall(r"%\((\w+)\)[sd]", text)) | {
        name for _, name, _, _ in string.Formatter().parse(text.replace("%", "%%")) if name
    }


def forms(language: Language) -> int:
    return PLURALS[language.folder][0]


def refresh(domain: str) -> None:
    template = extracted(domain)
    for language in languages_of(domain):
        path = path_of(language, domain)
        path.parent.mkdir(parents=True, exist_ok=True)
        catalogue = read(language, domain) if path.exists() else Catalog(locale=language.folder)
        catalogue.update(template, no_fuzzy_matching=True)
        catalogue.obsolete.clear()
        if language.tag == "en":
            for message in catalogue:
                if message.id and not any(_strings(message)):
                    message.string = message.id
        _write(path, catalogue, language, domain)


def _write(path: Path, catalogue: Catalog, language: Language, domain: str) -> None:
    catalogue.fuzzy = False
    with path.open("wb") as file:
        write_po(file, catalogue, omit_header=True, sort_output=True, width=100, no_location=True)
    count, rule = PLURALS[language.folder]
    lines = [
        f"# Lotse, {domain}: {language.english or language.autonym} ({language.autonym}).",
        f"# Review: {UNREVIEWED}.",
        "#",
        'msgid ""',
        'msgstr ""',
        '"Project-Id-Version: Lotse\\n"',
        f'"Language: {language.folder}\\n"',
        f'"Plural-Forms: nplurals={count}; plural={rule};\\n"',
        '"MIME-Version: 1.0\\n"',
        '"Content-Type: text/plain; charset=utf-8\\n"',
        '"Content-Transfer-Encoding: 8bit\\n"',
        f'"X-Review: {UNREVIEWED}\\n"',
        "",
        "",
    ]
    path.write_text("\n".join(lines) + path.read_text(encoding="utf-8"), encoding="utf-8")


def _strings(message: object) -> tuple[str, ...]:
    text = message.string  # type: ignore[attr-defined]
    return text if isinstance(text, tuple | list) else (text,)


if __name__ == "__main__":
    for each in ("messages", "backoffice"):
        refresh(each)
