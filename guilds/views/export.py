"""Everything of a guild in one file: ordered here, made in the background, taken from here."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from accounts.door.again import sent, sure
from core.http import Action, perform
from core.registries import guild_tables
from guilds.models import Guild, GuildExport
from guilds.permissions import check_steward
from guilds.services import order_export
from guilds.services.exports import KEPT
from guilds.views.shared import guild_for


@login_required
@sure(when=sent)
@require_http_methods(["GET", "HEAD", "POST"])
def export(request: HttpRequest, slug: str) -> HttpResponse:
    """What there is to take, and its state; for stewards also the file that names people."""
    found = guild_for(request, slug)
    if request.method == "POST":
        return perform(request, found, ACTIONS, _show)
    return _show(request, found)


@login_required
@never_cache
@require_safe
def export_file(request: HttpRequest, slug: str, export_id: UUID) -> HttpResponse:
    """The file. One that names people is for stewards."""
    found = guild_for(request, slug)
    rows = GuildExport.objects.filter(guild=found, state=GuildExport.State.READY)
    row = get_object_or_404(rows, pk=export_id)
    if row.has_names and not found.viewer.is_steward:
        check_steward(request.user.subject, found, timezone.now())
    answer = HttpResponse(bytes(row.data or b""), content_type="application/zip")
    kind = "stewards" if row.has_names else "public"
    day = row.asked_at.date().isoformat()
    answer["Content-Disposition"] = f'attachment; filename="{found.slug}-{kind}-{day}.zip"'
    return answer


@login_required
@never_cache
@require_safe
def export_progress(request: HttpRequest, slug: str, export_id: UUID) -> HttpResponse:
    """Whether a file is ready, for `progress.js`."""
    found = guild_for(request, slug)
    row = GuildExport.objects.filter(guild=found, pk=export_id).defer("data").first()
    if row is None or (row.has_names and not found.viewer.is_steward):
        raise Http404
    finished = row.state != GuildExport.State.WAITING
    here = reverse("guilds:export", args=[slug])
    return JsonResponse({"done": 0, "total": 0, "message": "", "finished": finished, "next": here})


def _show(request: HttpRequest, guild: Guild, typed: dict[str, Any] | None = None) -> HttpResponse:
    rows = GuildExport.objects.filter(guild=guild).exclude(state=GuildExport.State.GONE).defer("data")
    latest: dict[bool, GuildExport] = {}
    for row in rows.order_by("asked_at"):
        latest[row.has_names] = row
    kinds = [("order_public", latest.get(False), False)]
    if guild.viewer.is_steward:
        kinds.append(("order_named", latest.get(True), True))
    return render(
        request,
        "guilds/export.html",
        {"guild": guild, "kinds": kinds, "tables": guild_tables(), "kept_days": KEPT.days},
    )


def _order(has_names: bool) -> Any:
    def order(request: HttpRequest, guild: Guild, values: dict[str, Any]) -> str:
        order_export(guild=guild, has_names=has_names, by=request.user.subject, now=timezone.now())
        return _("It is being made. This page shows it when it is ready.")

    return order


def _back(guild: Guild, values: dict[str, Any]) -> str:
    return reverse("guilds:export", args=[guild.slug])


ACTIONS = {
    "order_public": Action(_order(has_names=False), then=_back),
    "order_named": Action(_order(has_names=True), then=_back),
}
