"""What a phone's outbox talks to: who is signed in, what became of each entry, and the entries it kept while offline."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any
from uuid import UUID

from django.conf import settings
from django.http import HttpRequest, JsonResponse
from django.middleware.csrf import get_token
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from accounts.queries import ids_of
from contributions.forms import KeptForm
from contributions.queries.own import SentWork, sent_work
from contributions.services import KEPT_MOST, KeptHours, TakenHours, log_kept_hours
from core.formats import exact_day, format_minutes
from core.text import plain_words


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def outbox(request: HttpRequest) -> JsonResponse:
    """GET: who would be sending (with a fresh token), and how the entries named in `?of=` stand. POST: take entries in."""
    if not request.user.is_authenticated:
        return _refuse(401, _("Sign in; the hours stay on this phone until then."))
    if request.method == "POST":
        return _take(request)
    known = sent_work(ids_of(request.user), client_ids=_ids(request.GET.get("of", "")))
    return JsonResponse(
        {
            "user": str(request.user.subject_id),
            "token": get_token(request),
            "now": timezone.now().isoformat(),
            "entries": [_standing(work) for work in known],
        }
    )


def _take(request: HttpRequest) -> JsonResponse:
    length = request.META.get("CONTENT_LENGTH") or "0"
    if not length.isdigit() or int(length) > settings.API_BODY_MOST:
        return _refuse(413, _("That is too much at once: at most %(most)s bytes.") % {"most": settings.API_BODY_MOST})
    try:
        body = json.loads(request.body.decode("utf-8"))
        sender, entries = str(body["user"]), [dict(entry) for entry in body["entries"]]
    except (ValueError, RecursionError, KeyError, TypeError):
        return _refuse(400, _("That is not what an outbox sends. Nothing was stored."))
    if sender != str(request.user.subject_id):
        return _refuse(409, _("Somebody else is signed in now. These hours wait for who wrote them."))
    if len(entries) > KEPT_MOST:
        return _refuse(413, _("That is too much at once: at most %(most)s entries.") % {"most": KEPT_MOST})
    forms = [KeptForm({name: _text(value) for name, value in entry.items()}) for entry in entries]
    kept = [_kept(form.cleaned_data) for form in forms if form.is_valid()]
    taken = iter(log_kept_hours(by=request.user.subject, kept=kept, now=timezone.now()))
    answers = [_answer(next(taken)) if form.is_valid() else _impossible(form) for form in forms]
    stored = {answer["work"] for answer in answers if answer.get("work")}
    known = {work.id: _standing(work) for work in sent_work(ids_of(request.user), work_ids=sorted(stored))}
    return JsonResponse({"entries": [{**known.get(answer.pop("work", None), {}), **answer} for answer in answers]})


def _kept(values: dict[str, Any]) -> KeptHours:
    return KeptHours(
        values["client_id"], values["task"], (KeptForm.entry_of(values),), note=values["note"], link=values["link"]
    )


def _answer(taken: TakenHours) -> dict[str, Any]:
    answer: dict[str, Any] = {"client_id": str(taken.client_id), "outcome": taken.outcome}
    if taken.contribution is not None:
        answer["work"] = taken.contribution.pk
    if taken.refusal:
        answer["says"] = taken.refusal
    if taken.outcome == "differs":
        answer["says"] = _("Another version of this entry was stored before.")
    if taken.retry_after:
        answer["retry_after"] = taken.retry_after
    return answer


def _impossible(form: KeptForm) -> dict[str, Any]:
    """What no row can hold: it stays on the phone, where its person can mend it."""
    said = [str(error) for errors in form.errors.values() for error in errors]
    return {"client_id": form.data.get("client_id", ""), "outcome": "refused", "says": " ".join(said)}


def _standing(work: SentWork) -> dict[str, Any]:
    """How a stored entry stands, in the few words of an outbox, and what was stored."""
    said = [format_minutes(work.minutes), exact_day(work.worked_on), work.task_title, work.note]
    return {
        "client_id": str(work.client_id),
        "standing": work.standing,
        "state": work.get_state_display(),
        "says": work.get_need_display(),
        "need": work.need,
        "url": reverse("contributions:contribution", args=[work.id]),
        "stored": " · ".join(filter(None, said)),
    }


def _ids(text: str) -> list[UUID]:
    return [found for part in text.split(",")[:KEPT_MOST] if (found := _maybe(UUID, part)) is not None]


def _maybe(kind: Callable[[str], Any], text: str) -> Any:
    try:
        return kind(text)
    except ValueError:
        return None


def _text(value: Any) -> str:
    """A value of JSON as a form would have sent it; what no form sends is nothing."""
    return plain_words(str(value)) if isinstance(value, str | int) and not isinstance(value, bool) else ""


def _refuse(status: int, words: str) -> JsonResponse:
    answer = JsonResponse({"message": words}, status=status)
    if status == 401:
        answer["WWW-Authenticate"] = 'Session realm="guildhub"'
    return answer
