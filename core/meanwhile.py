"""Several people change the same words: nobody overwrites what they have not read."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from django.db.models import Model
from django.forms import BaseForm
from django.http import HttpRequest
from django.utils.translation import gettext as _

from core.errors import DomainError
from core.text import words_mark


class ChangedMeanwhile(DomainError):
    """Somebody, or the same person in another window, changed these words after they were read. `stored` is what stands.

    `fields` says the same of each field that differs, for programs.
    """

    code = "changed_meanwhile"
    status = 409

    def __init__(self, message: str, *, stored: dict[str, Any], differ: Iterable[str]) -> None:
        super().__init__(message)
        self.stored = stored
        self.fields = {name: _("It reads now: “%(words)s”.") % {"words": _shown(stored[name])} for name in differ}


def words_of(row: Model, names: Iterable[str]) -> dict[str, Any]:
    """Some words of a row as they are stored."""
    return {name: getattr(row, name) for name in names}


def is_as_stored(row: Model, fields: Mapping[str, Any]) -> bool:
    """Whether writing these fields would change nothing: the same words sent again."""
    return words_mark(words_of(row, fields)) == words_mark(fields)


def check_seen(row: Model, fields: Mapping[str, Any], *, seen: str, whole: Iterable[str]) -> None:
    """Refuse to overwrite what the writer has not read; for services, under the row's lock.

    `seen` is the `words_mark` of the same fields as the writer read them, or of all that can be changed (`whole`); empty:
    they don't say. The same words sent again overwrite nothing. Raises ChangedMeanwhile.
    """
    if not seen or is_as_stored(row, fields):
        return
    stored = words_of(row, fields)
    if seen in (words_mark(stored), words_mark(words_of(row, whole))):
        return
    differ = [name for name in fields if words_mark({name: stored[name]}) != words_mark({name: fields[name]})]
    raise ChangedMeanwhile(
        _("This was changed meanwhile, perhaps by you in another window. Nothing was overwritten."),
        stored=stored,
        differ=differ,
    )


def seen_in(request: HttpRequest, row: Model, names: Iterable[str]) -> str:
    """What the writer of a form read: as the form says in its hidden `seen`, or the words as they stand when it is opened.

    To be asked before the form writes what was typed into its row.
    """
    return request.POST.get("seen", "")[:40] or words_mark(words_of(row, names))


def beside(form: BaseForm, refusal: DomainError | None) -> dict[str, Any]:
    """For the page that shows a refused form again: what is `stored`, by label, and the mark of it (`seen`). Else nothing."""
    if not isinstance(refusal, ChangedMeanwhile):
        return {}
    filled = ((form.fields[name].label, value) for name, value in refusal.stored.items() if value not in (None, "", []))
    return {"seen": words_mark(refusal.stored), "stored": [(label, _shown(value)) for label, value in filled]}


def _shown(value: Any) -> str:
    return ", ".join(map(str, value)) if isinstance(value, list) else "" if value is None else str(value)
