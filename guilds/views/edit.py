"""Changing what a guild says of itself."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from core.http import attempt
from core.meanwhile import beside, seen_in
from guilds.forms import GuildForm, GuildWordsForm
from guilds.models import Guild
from guilds.permissions import check_can_edit_guild, check_proposer
from guilds.services import edit_guild, edit_proposal
from guilds.services.founding import GUILD_FIELDS
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
