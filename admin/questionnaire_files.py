"""The files of a form that is being edited: lists of choices, pictures and sounds."""

from __future__ import annotations

import io
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, Any

from flask import abort, flash, redirect, request, send_file, url_for
from flask.typing import ResponseReturnValue
from flask_admin import expose
from werkzeug.datastructures import FileStorage

from admin.auth import current_actor, now
from admin.i18n import gettext as _
from admin.i18n import ngettext, reading_language
from admin.questionnaire_sent import Sent
from admin.questionnaire_words import words_of
from admin.words import PAGE_WORDS
from casework.core.db import clean
from casework.core.files import MEGABYTE
from casework.core.refusals import Refusal
from casework.questionnaires.definitions import Definition
from casework.questionnaires.editing import item_at
from casework.questionnaires.form_files import FormFile, add_file, content_of, files_of
from casework.questionnaires.form_files import remove_file as take_away
from casework.questionnaires.media import MAX_BYTES, SHOWN
from casework.questionnaires.working_copies import ChangedMeanwhile, WorkingCopy

if TYPE_CHECKING:
    from admin.base import DeskPage as Screen
else:
    Screen = object

MOST_AT_ONCE = 20


class FormFiles(Screen):
    """The part of the editor that keeps a form's own files."""

    if TYPE_CHECKING:

        def copy_or_404(self, slug: str) -> WorkingCopy:
            """See the editor."""

    @expose("/<slug>/files")
    def files(self, slug: str) -> ResponseReturnValue:
        """Which files the form names, which are there, which are missing."""
        return self._files_page(self.copy_or_404(slug))

    @expose("/<slug>/files/add", methods=("POST",))
    def file_add(self, slug: str) -> ResponseReturnValue:
        """Take in one file under the name that the form writes, or several under their own."""
        copy = self.copy_or_404(slug)
        sent = [each for each in request.files.getlist("files") if each.filename]
        wanted = clean(request.form.get("name", ""))
        if not sent or len(sent) > (1 if wanted else MOST_AT_ONCE):
            return self._files_page(copy, [self._wrong_number(wanted)]), 422
        revision, refused, taken = Sent(request.form).revision, [], 0
        for upload in sent:
            name = wanted or own_name(upload)
            data = upload.stream.read(MAX_BYTES + 1)
            try:
                copy = add_file(copy, name, data, revision=revision, by=current_actor(), at=now())
            except ChangedMeanwhile as changed:
                refused.append(changed_words(name, changed))
            except Refusal as refusal:
                refused.append(f"{name[:100]}: {refusal.text(reading_language())}")
            else:
                revision, taken = copy.revision, taken + 1
        if taken:
            flash(ngettext("%(count)s file is taken in.", "%(count)s files are taken in.", taken),
                  "success")  # fmt: skip
        if refused:
            return self._files_page(self.copy_or_404(slug), refused), 422
        return redirect(self.get_url(".files", slug=slug), 303)

    @expose("/<slug>/files/remove", methods=("POST",))
    def file_remove(self, slug: str) -> ResponseReturnValue:
        """Take one file out of the working copy."""
        copy, name = self.copy_or_404(slug), clean(request.form.get("name", ""))
        revision = Sent(request.form).revision
        try:
            take_away(copy, name, revision=revision, by=current_actor(), at=now())
        except ChangedMeanwhile as changed:
            return self._files_page(self.copy_or_404(slug), [changed_words(name, changed)]), 409
        except Refusal as refusal:
            text = f"{name[:100]}: {refusal.text(reading_language())}"
            return self._files_page(self.copy_or_404(slug), [text]), 422
        flash(_("The file is removed. What is published keeps it."), "success")
        return redirect(self.get_url(".files", slug=slug), 303)

    @expose("/<slug>/files/save")
    def file_save(self, slug: str) -> ResponseReturnValue:
        """One file of the working copy, only ever as something to store."""
        copy, name = self.copy_or_404(slug), request.args.get("name", "")
        if name not in copy.parsed.files:
            abort(404)
        data = io.BytesIO(content_of(copy.parsed, name))
        return send_file(
            data, mimetype="application/octet-stream", as_attachment=True, download_name=name
        )

    def _wrong_number(self, wanted: str) -> str:
        if wanted and request.files:
            return _("Please choose the one file that is to be “%(name)s”.", name=wanted[:100])
        return _("Please choose between one and %(count)s files.", count=MOST_AT_ONCE)

    def _files_page(self, copy: WorkingCopy, refused: list[str] | None = None) -> str:
        definition = copy.parsed
        every = files_of(definition)
        return self.render(
            "desk/questionnaire_files.html",
            row=copy.questionnaire, copy=copy, refused=refused or [],
            missing=[each for each in every if each.is_named and not each.is_there],
            present=[each for each in every if each.is_there],
            mentions=lambda file: mentions(definition, file), picture=picture, size=size,
            most=MAX_BYTES // MEGABYTE, **PAGE_WORDS,
        )  # fmt: skip


def own_name(upload: FileStorage) -> str:
    """The name of a file as its sender calls it, without any folder."""
    return clean(PurePosixPath(upload.filename or "").name)


def changed_words(name: str, changed: ChangedMeanwhile) -> str:
    """Who was there first, and that nothing is lost."""
    return _(
        "%(by)s changed “%(name)s” meanwhile. Please look at the list below and try again.",
        by=changed.by_name, name=name[:100],
    )  # fmt: skip


def mentions(definition: Definition, file: FormFile) -> list[tuple[str, str]]:
    """The questions that name a file: place and words."""
    return [(place, words_of(definition, item_at(definition, place))) for place in file.places]


def picture(file: FormFile) -> str:
    """The address under which a picture is shown; empty for everything else."""
    if file.content_type not in SHOWN:
        return ""
    ending = file.name.rpartition(".")[2].lower()
    return url_for("portal.media", digest=file.digest, ending=ending)


def size(file: FormFile) -> dict[str, Any]:
    """How large a file is, as words need it."""
    kilobytes = max(1, round((file.size or 0) / 1000))
    return {"kilobytes": kilobytes, "entries": file.entries}
