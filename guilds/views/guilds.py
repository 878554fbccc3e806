"""The list of guilds, and proposing one."""

from __future__ import annotations

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from accounts.queries import ids_of
from core.http import attempt
from guilds.forms import GuildForm
from guilds.queries import guild_list
from guilds.services import propose_guild


@require_safe
def guilds(request: HttpRequest) -> HttpResponse:
    """Every guild that is open or was, and to those concerned the proposed ones."""
    ids = ids_of(request.user) if request.user.is_authenticated else []
    rows = guild_list(ids, sees_proposed=request.user.is_authenticated and request.user.is_staff)
    return render(request, "guilds/guilds.html", {"guilds": rows})


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def guild_new(request: HttpRequest) -> HttpResponse:
    """Propose a guild; a steward of the hub opens it."""
    form = GuildForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        with attempt(request, form) as tried:
            made = propose_guild(**form.cleaned_data, by=request.user.subject, now=timezone.now())
        if tried.went_through:
            messages.success(request, _("Proposed. A steward of this hub reads it and opens the guild."))
            return redirect(made)
    return render(request, "guilds/guild_new.html", {"form": form})
