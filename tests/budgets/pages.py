"""The pages under budget, and who opens them: the table of the interface's design first."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from django.urls import reverse

from tests.factories import World


@dataclass(frozen=True)
class Budgeted:
    """One page as one reader opens it; bytes are what the server sends on a cold visit."""

    name: str
    path: Callable[[World], str]
    reader: str = "anonymous"
    cold: int = 30_000


#: The nine of the budget table: their times are measured as well.
NINE = (
    Budgeted("/", lambda world: "/"),
    Budgeted("/problems/", lambda world: "/problems/"),
    Budgeted("a problem", lambda world: world.problem.get_absolute_url()),
    Budgeted("a project", lambda world: world.project.get_absolute_url()),
    Budgeted("/log/", lambda world: "/log/", "contributor", cold=25_000),
    Budgeted("/home/", lambda world: "/home/", "contributor"),
    Budgeted("/me/points/", lambda world: "/me/points/", "contributor"),
    Budgeted("login", lambda world: reverse("account_login")),
    Budgeted("/u/<name>/", lambda world: "/u/rimjhim/"),
)
MORE = (
    Budgeted("/welcome/", lambda world: "/welcome/"),
    Budgeted("a task", lambda world: world.task.get_absolute_url()),
    Budgeted("a guild", lambda world: world.guild.get_absolute_url()),
    Budgeted("a guild, as a member", lambda world: world.guild.get_absolute_url(), "contributor"),
    Budgeted("/problems/, as a member", lambda world: "/problems/", "contributor"),
    Budgeted("/problems/new/", lambda world: "/problems/new/", "contributor"),
    Budgeted("/me/hours/", lambda world: "/me/hours/", "contributor"),
    Budgeted("/review/", lambda world: "/review/", "reviewer"),
    Budgeted("/inbox/", lambda world: "/inbox/", "contributor"),
)
