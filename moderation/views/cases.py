"""The moderators' queue, and one case: as its moderators, its author and its reporters see it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django.contrib.auth.decorators import login_required
from django.forms import BaseForm
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_safe

from accounts.queries import display_names, ids_of
from core.errors import PermissionRefused
from core.http import Action, perform
from core.timeline import Step, actors, timeline
from core.written import Concern, find_written, written
from moderation import queries
from moderation.forms import HideForm, WordsForm
from moderation.models import Case
from moderation.rules import appeal_until
from moderation.services import appeal_case, dismiss_case, hide_writing, settle_appeal, show_writing

_STEPS = {
    "waiting": gettext_lazy("Reported"),
    "hidden": gettext_lazy("Hidden"),
    "dismissed": gettext_lazy("Left as it is"),
    "appealed": gettext_lazy("Appealed by its author"),
    "upheld": gettext_lazy("The appeal was looked at: it stays hidden"),
    "overturned": gettext_lazy("The appeal was looked at: it is shown again"),
    "shown": gettext_lazy("Shown again"),
}


@login_required
@require_safe
def cases(request: HttpRequest) -> HttpResponse:
    """What waits for this moderator, the oldest first; `?done=1` what was decided."""
    now = timezone.now()
    moderator = queries.moderator_of(request.user, now)
    if not moderator.is_any:
        raise PermissionRefused(
            _("Only stewards look after what was reported. A steward of your guild can make you one.")
        )
    is_open = request.GET.get("done") != "1"
    text = request.GET.get("page", "1")
    page = max(1, int(text)) if text.isascii() and text.isdigit() and len(text) < 6 else 1
    rows = queries.case_queue(moderator, now, is_open=is_open, page=page)
    shown = rows[: queries.CASES_PER_PAGE]
    wanted = {} if is_open else {"done": "1"}
    return render(
        request,
        "moderation/cases.html",
        {
            "cases": [(row, _label(row), [Concern(concern).label for concern in row.concerns]) for row in shown],
            "is_open": is_open,
            "next_url": f"?{urlencode({**wanted, 'page': page + 1})}" if len(rows) > len(shown) else "",
            "previous_url": f"?{urlencode({**wanted, 'page': page - 1})}" if page > 1 else "",
        },
    )


@dataclass(frozen=True)
class Reader:
    """What somebody is to a case. Its page shows moderators everything, the others what concerns them."""

    is_moderator: bool
    is_author: bool
    is_reporter: bool
    may_decide: bool
    may_settle: bool


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def case(request: HttpRequest, pk: UUID) -> HttpResponse:
    """One case; for whoever is nothing to it there is nothing here."""
    found = get_object_or_404(queries.case_pages(timezone.now()), pk=pk)
    if request.method == "POST":
        _read(request, found)
        return perform(request, found, _ACTIONS, _show)
    return _show(request, found)


def _read(request: HttpRequest, found: Case) -> Reader:
    """Load who reported (as `found.reported`) and what the reader is to the case; 404 when nothing."""
    moderator = queries.moderator_of(request.user, timezone.now())
    ids = ids_of(request.user)
    found.reported = queries.reports_of(found)
    is_reporter = any(report.reporter_id in ids for report in found.reported)
    is_author = found.author_id in ids
    looks_after = moderator.looks_after(found)
    # Whoever wrote it hears nothing of reports that were not found right.
    is_told = is_author and found.state not in (Case.State.WAITING, Case.State.DISMISSED)
    if not (looks_after or is_told or is_reporter):
        raise Http404
    may_decide = looks_after and not is_reporter
    return Reader(
        is_moderator=may_decide,
        is_author=is_told,
        is_reporter=is_reporter,
        may_decide=may_decide,
        may_settle=may_decide and found.decided_by_id not in ids,
    )


def _show(request: HttpRequest, found: Case, typed: dict[str, BaseForm] | None = None) -> HttpResponse:
    if typed:
        found = get_object_or_404(queries.case_pages(timezone.now()), pk=found.pk)
    reader = _read(request, found)
    entry, row = written(found.kind), find_written(found.kind, found.object_id)
    names = _names(found) if reader.is_moderator else {}
    # What is written about a case has no button of its own.
    steps = [_told(step, reader) for step in timeline(found.history, _STEPS, names=names, with_reasons=True)]
    until = appeal_until(found.decided_at) if found.decided_at else None
    return render(
        request,
        "moderation/case.html",
        {
            "case": found,
            "reader": reader,
            "label": _label(found),
            "concern": Concern(found.concern).label if found.concern else "",
            "url": entry.url(row) if entry and row is not None else "",
            "words": _words(found, entry, row) if reader.is_moderator or reader.is_author else [],
            "author_name": names.get(found.author_id, ""),
            "reports": [(report, report.get_concern_display()) for report in found.reported],
            "steps": steps if reader.is_moderator or reader.is_author else [],
            "last_step": steps[-1] if steps else None,
            "appeal_until": until,
            "forms": {**_forms(found, reader), **(typed or {})},
        },
    )


def _told(step: Step, reader: Reader) -> Step:
    """A step without a report button, and with whom it was: reporters are not named in it, moderators not to the author."""
    if step.who:
        return replace(step, id=None)
    if step.what == str(_STEPS["waiting"]):
        return replace(step, id=None, who=_("by whoever read it"))
    by_author = step.what == str(_STEPS["appealed"])
    return replace(
        step, id=None, who=_("you") if by_author and reader.is_author else "" if by_author else _("a moderator")
    )


def _names(found: Case) -> dict[UUID, str]:
    wanted = actors(found.history) | ({found.author_id} if found.author_id else set())
    return display_names(wanted)


def _label(found: Case) -> str:
    entry = written(found.kind)
    return str(entry.label) if entry else found.kind


def _words(found: Case, entry: Any, row: Any) -> list[tuple[str, str]]:
    """The words, kept or as they stand now, by the name of their field."""
    if entry is None or row is None:
        return []
    stored = {name: getattr(row, name) for name in entry.fields}
    held = stored if found.kept_words is None else found.kept_words  # jsonb keeps no order of its own
    values = ((name, held.get(name) or "") for name in entry.fields)
    texts = ((name, value if isinstance(value, str) else "\n".join(value)) for name, value in values)
    fields = entry.model._meta
    return [(capfirst(str(fields.get_field(name).verbose_name)), text) for name, text in texts if text]


def _forms(found: Case, reader: Reader) -> dict[str, BaseForm]:
    """The forms that this reader may use in this state, empty."""
    state = Case.State
    if reader.may_decide and found.state == state.WAITING:
        first = found.reported[0].concern if found.reported else ""
        return {"hide": HideForm(initial={"concern": first}, auto_id="hide_%s"), "dismiss": _form(found, "dismiss")}
    if reader.may_settle and found.state == state.APPEALED:
        return {"uphold": _form(found, "uphold"), "overturn": _form(found, "overturn")}
    if reader.may_decide and found.state in (state.HIDDEN, state.UPHELD):
        return {"show": _form(found, "show")}
    if reader.is_author and found.state == state.HIDDEN and found.decided_at:
        return {"appeal": _form(found, "appeal")} if timezone.now() <= appeal_until(found.decided_at) else {}
    return {}


def _form(found: Case, name: str, data: Any = None) -> WordsForm:
    return WordsForm(data, auto_id=f"{name}_%s")


def _hide(request: HttpRequest, found: Case, values: dict[str, Any]) -> str:
    hide_writing(case=found, by=request.user.subject, now=timezone.now(), **values)
    return _("Hidden. Its author and whoever reported it are told.")


def _dismiss(request: HttpRequest, found: Case, values: dict[str, Any]) -> str:
    dismiss_case(case=found, by=request.user.subject, now=timezone.now(), **values)
    return _("It stays. Whoever reported it is told why.")


def _show_again(request: HttpRequest, found: Case, values: dict[str, Any]) -> str:
    show_writing(case=found, by=request.user.subject, now=timezone.now(), **values)
    return _("It is shown again. Its author is told.")


def _appeal(request: HttpRequest, found: Case, values: dict[str, Any]) -> str:
    appeal_case(case=found, by=request.user.subject, now=timezone.now(), words=values["reason"])
    return _("Your appeal is on its way: somebody else decides, and you hear of it in your inbox.")


def _uphold(request: HttpRequest, found: Case, values: dict[str, Any]) -> str:
    settle_appeal(case=found, by=request.user.subject, is_upheld=True, now=timezone.now(), **values)
    return _("It stays hidden. Its author is told why.")


def _overturn(request: HttpRequest, found: Case, values: dict[str, Any]) -> str:
    settle_appeal(case=found, by=request.user.subject, is_upheld=False, now=timezone.now(), **values)
    return _("It is shown again. Its author is told.")


_ACTIONS = {
    "hide": Action(_hide, form=lambda found, data: HideForm(data, auto_id="hide_%s")),
    "dismiss": Action(_dismiss, form=lambda found, data: _form(found, "dismiss", data)),
    "show": Action(_show_again, form=lambda found, data: _form(found, "show", data)),
    "appeal": Action(_appeal, form=lambda found, data: _form(found, "appeal", data)),
    "uphold": Action(_uphold, form=lambda found, data: _form(found, "uphold", data)),
    "overturn": Action(_overturn, form=lambda found, data: _form(found, "overturn", data)),
}
