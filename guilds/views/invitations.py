"""Inviting many people: a list is brought, looked at, sent in the background, stopped or taken back. For stewards."""

from __future__ import annotations

import csv
from datetime import timedelta
from functools import partial
from typing import Any
from uuid import UUID

from django.contrib.auth.decorators import login_required
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, JsonResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from core.http import Action, attempt, perform
from guilds.forms import AddressForm, InvitationsForm
from guilds.invitation_mail import compose_invitation
from guilds.invitation_reading import for_spreadsheet, read_people
from guilds.invitation_words import why_not
from guilds.models import Guild, Invitation, InvitationList
from guilds.permissions import check_steward
from guilds.queries import invitation_counts
from guilds.rules import INVITATIONS_A_DAY
from guilds.services import (
    bring_invitations,
    count_invitation_list,
    discard_invitations,
    pause_invitations,
    resume_invitations,
    send_invitations,
    stop_invitations,
    withdraw_invitations,
)
from guilds.views.shared import guild_for

Row = Invitation.State
_RECENT = 20
#: Rows that can't be used, on one page.
_SHOWN = 50
_UNUSABLE = (Row.BAD, Row.DOUBLED, Row.FAILED)
#: In these a row was tried, or is over without: what the progress bar counts.
_WAITING = (Row.DUE, Row.SENDING)
_OUTCOMES = (Row.SENT, Row.JOINED, Row.UNKNOWN, Row.FAILED, Row.WITHDRAWN, Row.DROPPED, *_WAITING)


@login_required
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def invitations(request: HttpRequest, slug: str) -> HttpResponse:
    """The lists of a guild, and the form that brings another one."""
    guild = _guild(request, slug)
    form = InvitationsForm(guild=guild)
    if request.method == "POST":
        form = InvitationsForm(request.POST, request.FILES, guild=guild)
        if form.is_valid():
            with attempt(request, form):
                count_invitation_list(by=request.user.subject, now=timezone.now())
                return redirect(_bring(request, guild, form.cleaned_data))
    lists = InvitationList.objects.filter(guild=guild).exclude(state=InvitationList.State.DISCARDED).order_by("-pk")
    context = {"guild": guild, "form": form, "lists": list(lists[:_RECENT]), "a_day": INVITATIONS_A_DAY}
    return render(request, "guilds/invitations.html", context)


@login_required
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def invitation_list(request: HttpRequest, slug: str, pk: UUID) -> HttpResponse:
    """One list: who would be invited, how far it is, what came of it, and what can be done about it."""
    found = _list(request, slug, pk)
    if request.method == "POST":
        return perform(request, found, ACTIONS, _show)
    return _show(request, found)


@login_required
@never_cache
@require_safe
def invitation_rows(request: HttpRequest, slug: str, pk: UUID) -> HttpResponse:
    """The rows that can't be used, with their reasons, for a spreadsheet: no cell of it begins a formula."""
    found = _list(request, slug, pk)
    answer = HttpResponse("\ufeff", content_type="text/csv; charset=utf-8")
    answer["Content-Disposition"] = f'attachment; filename="{found.guild.slug}-not-invited.csv"'
    table = csv.writer(answer)
    table.writerow([_("line"), _("what stood there"), _("why not")])
    for line, email, typed, why in _unusable(found).values_list("line", "email", "typed", "why"):
        table.writerow([line, for_spreadsheet(typed or email), why_not(why)])
    return answer


@login_required
@never_cache
@require_safe
def invitation_progress(request: HttpRequest, slug: str, pk: UUID) -> JsonResponse:
    """How far the sending of a list is, for the progress bar."""
    found = _list(request, slug, pk)
    done, total = _progress(invitation_counts(found))
    is_running = found.state == InvitationList.State.SENDING
    message = _("%(done)s of %(total)s") % {"done": done, "total": total}
    return JsonResponse({"done": done, "total": total, "message": message, "finished": not is_running})


def _guild(request: HttpRequest, slug: str) -> Guild:
    found = guild_for(request, slug)
    if not found.viewer.is_steward:
        check_steward(request.user.subject, found, timezone.now())
    return found


def _list(request: HttpRequest, slug: str, pk: UUID) -> InvitationList:
    """The list of this guild with that id; another guild's is not there."""
    guild = _guild(request, slug)
    found = get_object_or_404(InvitationList, guild=guild, pk=pk)
    found.guild = guild
    return found


def _bring(request: HttpRequest, guild: Guild, values: dict[str, Any]) -> InvitationList:
    data = values["file"].read() if values["file"] else values["pasted"].encode()
    return bring_invitations(
        guild=guild,
        by=request.user.subject,
        now=timezone.now(),
        read=partial(read_people, data),
        days=values["days"],
        language=values["language"],
    )


def _show(request: HttpRequest, found: InvitationList, typed: dict[str, Any] | None = None) -> HttpResponse:
    counts = invitation_counts(found)
    done, total = _progress(counts)
    after = request.GET.get("after", "")
    rows = list(
        _unusable(found).filter(line__gt=int(after) if after.isdecimal() and len(after) < 8 else 0)[: _SHOWN + 1]
    )
    for row in rows:
        row.reason = why_not(row.why)  # type: ignore[attr-defined]
    return render(
        request,
        "guilds/invitation_list.html",
        {
            "guild": found.guild,
            "list": found,
            "counts": counts,
            "would": counts.get(Row.NEW, 0),
            "preview": [(Row(state).label, counts[state]) for state in _PREVIEW if counts.get(state)],
            "outcomes": [(Row(state).label, counts[state]) for state in _OUTCOMES if counts.get(state)],
            "takable": sum(counts.get(state, 0) for state in Invitation.TAKES),
            "done": done,
            "total": total,
            "rows": rows[:_SHOWN],
            "next_url": f"?after={rows[_SHOWN - 1].line}#rows" if len(rows) > _SHOWN else "",
            "unusable": sum(counts.get(state, 0) for state in _UNUSABLE),
            "mail": _example(found) if found.state == InvitationList.State.DRAFT else None,
            "form": (typed or {}).get("withdraw_one") or AddressForm(),
        },
    )


_PREVIEW = (Row.MEMBER, Row.INVITED, Row.UNWANTED, Row.DOUBLED, Row.BAD)


def _progress(counts: dict[str, int]) -> tuple[int, int]:
    """How many of how many are over."""
    total = sum(counts.get(state, 0) for state in _OUTCOMES)
    return total - sum(counts.get(state, 0) for state in _WAITING), total


def _unusable(found: InvitationList) -> QuerySet[Invitation]:
    return Invitation.objects.filter(invitation_list=found, state__in=_UNUSABLE).order_by("line")


def _example(found: InvitationList) -> dict[str, str]:
    """What the mail says, to somebody who isn't there: its links lead nowhere."""
    nobody = Invitation(pk=found.pk, invitation_list=found, email="name@example.org")
    ends_at = timezone.now() + timedelta(days=found.days)
    shown = InvitationList(guild=found.guild, language=found.language, ends_at=ends_at)
    message = compose_invitation(nobody, shown)
    return {"subject": message.subject, "body": str(message.body), "from": message.from_email}


def _send(request: HttpRequest, found: InvitationList, values: dict[str, Any]) -> str:
    send_invitations(invitation_list=found, **_by(request))
    return _("They are being sent. You can leave this page: it goes on without you.")


def _pause(request: HttpRequest, found: InvitationList, values: dict[str, Any]) -> str:
    pause_invitations(invitation_list=found, **_by(request))
    return _("Paused. Nothing more is sent until you go on.")


def _resume(request: HttpRequest, found: InvitationList, values: dict[str, Any]) -> str:
    resume_invitations(invitation_list=found, **_by(request))
    return _("It goes on.")


def _stop(request: HttpRequest, found: InvitationList, values: dict[str, Any]) -> str:
    stop_invitations(invitation_list=found, **_by(request))
    return _("Stopped. Invitations that were sent go on working.")


def _withdraw(request: HttpRequest, found: InvitationList, values: dict[str, Any]) -> str:
    withdraw_invitations(invitation_list=found, **_by(request))
    return _("Withdrawn. Whoever joined already stays.")


def _withdraw_one(request: HttpRequest, found: InvitationList, values: dict[str, Any]) -> str:
    withdraw_invitations(invitation_list=found, email=values["email"], **_by(request))
    return _("Withdrawn: the link in that mail lets nobody in any more.")


def _discard(request: HttpRequest, found: InvitationList, values: dict[str, Any]) -> str:
    discard_invitations(invitation_list=found, **_by(request))
    return _("Thrown away. Nobody was written to.")


def _by(request: HttpRequest) -> dict[str, Any]:
    return {"by": request.user.subject, "now": timezone.now()}


def _address(found: InvitationList, data: QueryDict | None) -> AddressForm:
    return AddressForm(data)


def _to_lists(found: InvitationList, values: dict[str, Any]) -> str:
    return reverse("guilds:invitations", args=[found.guild.slug])


ACTIONS = {
    "send": Action(_send),
    "pause": Action(_pause),
    "resume": Action(_resume),
    "stop": Action(_stop),
    "withdraw": Action(_withdraw),
    "withdraw_one": Action(_withdraw_one, form=_address),
    "discard": Action(_discard, then=_to_lists),
}
