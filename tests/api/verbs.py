"""Every operation of the API with what each caller gets: the one table behind the tests of access and of being sent twice.

A new operation adds a row, named by its `operationId`; what is special about a row stands behind a space. The rows of
one operation show the different things it may be about. `answers` says a status for each of `CALLERS`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from accounts.models import Subject
from guilds.models import Grant
from guilds.services import join_guild
from tests.api.callers import CALLERS
from tests.factories import World, make_person
from tests.pages import MAINTAINERS, MEMBERS, REVIEWERS

Answers = Mapping[str, int]


@dataclass(frozen=True)
class Verb:
    """One row: an operation, where it is called, what is sent, and who gets what."""

    name: str
    method: str
    path: Callable[[World], str]
    answers: Answers
    body: Callable[[World], Any] | None = None

    @property
    def operation(self) -> str:
        return self.name.split(" ")[0]

    @property
    def doer(self) -> str:
        """Somebody for whom it works."""
        return next(name for name in reversed(CALLERS) if self.answers[name] < 300)


def everybody(status: int = 200) -> Answers:
    """The same answer for all."""
    return dict.fromkeys(CALLERS, status)


def only(*callers: str, ok: int = 200, others: int = 403, anonymous: int = 401, **special: int) -> Answers:
    """`ok` for these; `others` for whoever else has a token; `anonymous` for who has none; `special` by name."""
    return {**everybody(others), "anonymous": anonymous, **dict.fromkeys(callers, ok), **special}


def signed_in(ok: int = 200, **special: int) -> Answers:
    """`ok` with a token."""
    return only(*CALLERS[1:], ok=ok, **special)


def get(name: str, path: str | Callable[[World], str], answers: Answers) -> Verb:
    """A row of a read; `path` may be a template on the world."""
    return Verb(name, "get", _path(path), answers)


def post(name: str, path: str | Callable[[World], str], answers: Answers, body: Any = None) -> Verb:
    """A row of a write; `body` may be made from the world."""
    return Verb(name, "post", _path(path), answers, _body(body))


def patch(name: str, path: str | Callable[[World], str], answers: Answers, body: Any = None) -> Verb:
    """A row of a change."""
    return Verb(name, "patch", _path(path), answers, _body(body))


def _path(path: str | Callable[[World], str]) -> Callable[[World], str]:
    return path if callable(path) else lambda world: path.format(w=world, x=world.extra)


def _body(body: Any) -> Callable[[World], Any] | None:
    return body if body is None or callable(body) else lambda world: body


def fresh_member(world: World) -> Subject:
    """Somebody who joined a moment ago and holds no right."""
    person = make_person("fresh")
    join_guild(guild=world.guild, by=person, now=world.now)
    return person


def grant_of_the_reviewer(world: World) -> str:
    """Where the reviewer's right is taken back."""
    grant = Grant.objects.get(guild=world.guild, subject=world.reviewer)
    return f"/guilds/{world.guild.slug}/grants/{grant.pk}/revoke"


STEWARDS = ("steward", "hub_steward")

GUILDS = (
    get("list_guilds", "/guilds?state=open&limit=2", everybody()),
    post("propose_guild", "/guilds", signed_in(201), {"slug": "new-one", "name": "New", "summary": "s"}),
    get("read_guild", "/guilds/{w.guild.slug}", everybody()),
    get("read_guild of a proposal", "/guilds/proposed", only("outsider", "hub_steward", others=404, anonymous=404)),
    post(
        "open_guild",
        "/guilds/proposed/open",
        only("hub_steward", others=404, outsider=403),
        lambda w: {"steward": str(w.outsider.pk)},
    ),
    post("join_guild", "/guilds/{w.guild.slug}/join", signed_in(**dict.fromkeys(MEMBERS, 409))),
    post("leave_guild", "/guilds/{w.guild.slug}/leave", signed_in()),
    get("list_members", "/guilds/{w.guild.slug}/members", only(*MEMBERS, "hub_steward")),
    get("list_grants", "/guilds/{w.guild.slug}/grants", everybody()),
    post(
        "grant_right",
        "/guilds/{w.guild.slug}/grants",
        only(*STEWARDS, ok=201),
        lambda w: {"member": str(fresh_member(w).pk), "right": "reviewer"},
    ),
    post("revoke_right", grant_of_the_reviewer, only(*STEWARDS)),
    get("read_policy", "/guilds/{w.guild.slug}/policy", everybody()),
    post("publish_policy", "/guilds/{w.guild.slug}/policy", only(*STEWARDS, ok=201), {"claim_lease_days": 9}),
)

VERBS: tuple[Verb, ...] = (*GUILDS,)
WRITES = tuple(verb for verb in VERBS if verb.method != "get")
__all__ = ["MAINTAINERS", "REVIEWERS", "VERBS", "WRITES", "Verb"]
