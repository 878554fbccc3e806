"""All versions of a guild's numbers: what each changed, who published it, when and why."""

from __future__ import annotations

from dataclasses import dataclass

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from accounts.queries import display_names
from guilds.models import Guild, Policy, PolicyDraft
from guilds.views.policy import changes_in_words, policy_in_words
from guilds.views.shared import guild_for


@dataclass(frozen=True)
class Told:
    """One version as the page tells it. `draft` is what it was made from, if it was; `by` is empty for whom no name is shown."""

    version: Policy
    changes: list[tuple[str, str]]
    draft: PolicyDraft | None
    by: str


@require_safe
def policy(request: HttpRequest, slug: str) -> HttpResponse:
    """In words and from the newest to the first; stewards go on from here to the draft of the next one."""
    found, now = guild_for(request, slug), timezone.now()
    rows = list(Policy.objects.filter(guild=found).select_related("draft").order_by("version"))
    current = max((row for row in rows if row.effective_at <= now), key=lambda row: row.version)
    publishers = {row.published_by for row in rows if row.published_by}
    names = display_names(publishers, to_members=found.viewer.sees_names)
    history = [
        Told(row, changes_in_words(before, row), getattr(row, "draft", None), names.get(row.published_by, ""))
        for before, row in zip([None, *rows], rows, strict=False)
    ]
    return render(
        request,
        "guilds/policy.html",
        {
            "guild": found,
            "current": current,
            "facts": policy_in_words(current),
            "history": history[::-1],
            "may_change": found.viewer.is_steward and found.state == Guild.State.OPEN,
        },
    )
