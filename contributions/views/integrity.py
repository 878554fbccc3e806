"""Patterns that wait for a steward: the list, and one with the work behind its numbers."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django import forms
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_safe

from accounts.queries import ids_of, linked_people
from contributions.models import IntegrityCase
from contributions.queries.patterns import cases_for, work_behind
from contributions.services.patterns import close_integrity_case
from core.errors import PermissionRefused
from core.formats import format_minutes, format_number
from core.http import Action, perform
from guilds.queries import rights_of

SHOWN = 50


class CloseForm(forms.Form):
    """What a steward found."""

    words = forms.CharField(
        label=gettext_lazy("What you found"),
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 3, "dir": "auto"}),
        error_messages={
            "required": gettext_lazy("Say what you found, in a sentence that the other stewards understand.")
        },
    )


@login_required
@require_safe
def integrity_cases(request: HttpRequest) -> HttpResponse:
    """What waits in the guilds that the reader looks after, then what was closed."""
    rows = list(cases_for(_guilds(request))[:SHOWN])
    return render(request, "contributions/integrity_cases.html", {"cases": [(row, told(row)) for row in rows]})


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def integrity_case(request: HttpRequest, pk: UUID) -> HttpResponse:
    """One case for the stewards of its guild whom it is not about."""
    case = _found(request, pk)
    if request.method == "POST":
        return perform(request, case, _ACTIONS, _show)
    return _show(request, case, {})


def _guilds(request: HttpRequest) -> list[UUID] | None:
    if request.user.is_staff:
        return None
    rights = rights_of(ids_of(request.user), timezone.now())
    guilds = [guild for guild, held in rights.items() if "steward" in held]
    if not guilds:
        raise PermissionRefused(_("Only stewards see what waits here. A steward of your guild can make you one."))
    return guilds


def _found(request: HttpRequest, pk: UUID) -> IntegrityCase:
    case = cases_for(_guilds(request)).filter(pk=pk).first()
    if case is None:
        raise Http404
    people = {one for linked in linked_people(set(case.subjects)).values() for one in linked}
    if people & set(ids_of(request.user)):
        raise PermissionRefused(_("Only stewards whom it is not about look at a case. Another steward will."))
    return case


def _show(request: HttpRequest, case: IntegrityCase, forms: dict[str, Any]) -> HttpResponse:
    form = next(iter(forms.values()), None)
    context = {
        "case": case,
        "said": told(case),
        "works": list(work_behind(case, SHOWN)),
        "form": (form or CloseForm()) if case.state == IntegrityCase.State.WAITING else None,
        "refusals": form.non_field_errors() if form is not None else [],
    }
    return render(request, "contributions/integrity_case.html", context)


def told(case: IntegrityCase) -> str:
    """The finding in a sentence with its numbers; a newer kind of evidence says less rather than failing."""
    e = case.evidence
    n = {name: format_number(value) for name, value in e.items() if isinstance(value, int)}
    try:
        return _SENTENCES[case.kind](e, n)
    except (KeyError, TypeError):
        return str(case.get_kind_display())


def _long_hours(e: dict[str, Any], n: dict[str, str]) -> str:
    return _(
        "%(pieces)s pieces of work took %(minutes)s; others took about %(usual)s for the same, so in the middle %(times)s times "
        "as long."
    ) % {
        "pieces": n["pieces"],
        "minutes": format_minutes(e["minutes"]),
        "usual": format_minutes(e["usual_minutes"]),
        "times": f"{e['times_x10'] / 10:.1f}",
    }


def _inflated(e: dict[str, Any], n: dict[str, str]) -> str:
    return _(
        "This task is worth up to %(value)s points, at an estimate of %(estimate)s; the %(peers)s others of its kind are worth "
        "about %(usual)s."
    ) % {
        "value": format_number(round(e["value_x10"] / 10)),
        "estimate": format_minutes(e["estimate_minutes"]),
        "peers": n["peers"],
        "usual": format_number(round(e["usual_x10"] / 10)),
    }


_SENTENCES: dict[str, Any] = {
    "one_reviewer": lambda e, n: (
        _(
            "One reviewer gave %(given)s of somebody's %(total)s points of the last 90 days, in %(pieces)s of %(of)s pieces. "
            "By how much they review here it would be about %(usual_percent)s percent."
        )
        % n
    ),
    "pair": lambda e, n: (
        _(
            "In 90 days one approved %(by_one)s pieces of the other's work and the other %(by_other)s pieces of theirs, far more "
            "than chance would bring here."
        )
        % n
    ),
    "ring": lambda e, n: (
        _(
            "Of %(judged)s approved pieces of these %(people)s people's work, %(inside)s were approved among themselves. "
            "Of others' work they approve about %(usual_percent)s percent."
        )
        % n
    ),
    "long_hours": _long_hours,
    "inflated_task": _inflated,
    "burst": lambda e, n: (
        _(
            "%(people)s people joined within a day, and one reviewer approved %(by_one)s of their %(pieces)s pieces. "
            "Of others' work that reviewer approves about %(usual_percent)s percent."
        )
        % n
    ),
}


def _close(outcome: str, said: Any) -> Action:
    def verb(request: HttpRequest, case: IntegrityCase, values: dict[str, Any]) -> str:
        close_integrity_case(
            case=case, by=request.user.subject, outcome=outcome, words=values["words"], now=timezone.now()
        )
        return str(said)

    return Action(verb, form=lambda case, data: CloseForm(data))


_ACTIONS = {
    "dismiss": _close("dismissed", gettext_lazy("Closed: nothing is wrong. It comes back only if it grows.")),
    "act": _close("acted", gettext_lazy("Closed. What you did about it is in your words.")),
}
