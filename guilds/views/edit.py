"""Changing what a guild says of itself, and the numbers by which it counts."""

from __future__ import annotations

from datetime import datetime, time
from typing import Any
from zoneinfo import ZoneInfo

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from core.http import attempt
from core.meanwhile import beside, seen_in
from guilds.forms import GuildForm, GuildWordsForm, PolicyForm
from guilds.models import Guild, Policy
from guilds.permissions import check_can_edit_guild, check_proposer
from guilds.services import edit_guild, edit_proposal, publish_policy
from guilds.services.founding import GUILD_FIELDS
from guilds.views.policy import changes_in_words, policy_in_words
from guilds.views.shared import guild_for


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def guild_edit(request: HttpRequest, slug: str) -> HttpResponse:
    """The proposer while it is proposed, its stewards once it is open."""
    found, now = guild_for(request, slug), timezone.now()
    is_proposed = found.state == Guild.State.PROPOSED
    if is_proposed:
        check_proposer(request.user.subject, found)
    else:
        check_can_edit_guild(request.user.subject, found, now)
    shown = Guild.objects.get(pk=found.pk)  # a form writes what was typed onto its instance
    seen = "" if is_proposed else seen_in(request, shown, GUILD_FIELDS)
    page: dict[str, Any] = {"guild": found, "is_proposed": is_proposed, "seen": seen}
    form = (GuildForm if is_proposed else GuildWordsForm)(request.POST or None, instance=shown)
    if request.method == "POST" and form.is_valid():
        values = form.cleaned_data if is_proposed else {**form.cleaned_data, "seen": seen}
        change = edit_proposal if is_proposed else edit_guild
        with attempt(request, form) as tried:
            saved = change(guild=found, by=request.user.subject, now=now, **values)
        if tried.went_through:
            messages.success(request, _("Handed in again.") if found.declined_at else _("Saved."))
            return redirect(saved)
        page |= beside(form, tried.refusal)
    return render(request, "guilds/guild_edit.html", {"form": form, **page}, status=409 if "stored" in page else 200)


@require_http_methods(["GET", "HEAD", "POST"])
def policy(request: HttpRequest, slug: str) -> HttpResponse:
    """All versions of a guild's numbers, in words; and for its stewards the form for the next one."""
    found, now = guild_for(request, slug), timezone.now()
    versions = list(Policy.objects.filter(guild=found).order_by("version"))
    may_publish = found.viewer.is_steward and found.state == Guild.State.OPEN
    today = timezone.localdate(now, ZoneInfo(found.timezone))
    if request.method == "POST":
        if not request.user.is_authenticated:
            return redirect_to_login(request.path)
        check_can_edit_guild(request.user.subject, found, now)
    form = PolicyForm(request.POST or None, latest=versions[-1], today=today) if may_publish else None
    if request.method == "POST" and form is not None and form.is_valid():
        with attempt(request, form) as tried:
            day = form.cleaned_data.pop("effective_on")
            midnight = datetime.combine(day, time(), ZoneInfo(found.timezone))
            publish_policy(
                guild=found,
                by=request.user.subject,
                now=now,
                effective_at=max(now, midnight, versions[-1].effective_at),
                **form.cleaned_data,
            )
        if tried.went_through:
            messages.success(request, _("Published. It never applies backwards."))
            return redirect(request.path)
    current = max((row for row in versions if row.effective_at <= now), key=lambda row: row.version)
    history = [(row, changes_in_words(before, row)) for before, row in zip([None, *versions], versions, strict=False)]
    return render(
        request,
        "guilds/policy.html",
        {"guild": found, "current": current, "facts": policy_in_words(current), "history": history[::-1], "form": form},
    )
