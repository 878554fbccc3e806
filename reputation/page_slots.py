"""What the ledger shows on the pages of guilds: a member's standing."""

from __future__ import annotations

from django.http import HttpRequest
from django.template.loader import render_to_string
from django.utils import timezone

from core.registries import register_page_slot
from guilds.models import Guild
from guilds.queries import Viewer
from reputation.queries import explain_standing


def membership(request: HttpRequest, *, guild: Guild, viewer: Viewer, review_standing: int) -> str:
    """The reader's standing and what it is made of. One statement."""
    standing = explain_standing(viewer.ids, guild.pk, timezone.now())
    rests = standing.value >= review_standing and not viewer.has_earned_review
    context = {"standing": standing, "enough": review_standing, "rests": rests, "guild": guild}
    return render_to_string("reputation/_standing.html", context, request)


def register() -> None:
    """Fill the slot."""
    register_page_slot("guilds.membership", membership)
