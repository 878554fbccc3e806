"""What this app shows on the pages of guilds: their problems and projects."""

from __future__ import annotations

from django.http import HttpRequest
from django.template.loader import render_to_string

from core.registries import register_page_slot
from guilds.models import Guild
from guilds.queries import Viewer
from projects.queries import guild_problems, guild_projects


def guild_body(request: HttpRequest, *, guild: Guild, viewer: Viewer) -> str:
    """A guild's projects and newest problems. Two statements."""
    problems = guild_problems(guild.pk)
    return render_to_string(
        "projects/_guild_body.html",
        {
            "guild": guild,
            "viewer": viewer,
            "problems": problems,
            "problem_total": problems[0].total if problems else 0,
            "projects": guild_projects(guild.pk),
        },
        request=request,
    )


def register() -> None:
    """Fill the slots."""
    register_page_slot("guilds.guild_body", guild_body)
