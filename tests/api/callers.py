"""Everybody who might call the API, each with a token that may do everything they may."""

from __future__ import annotations

import json
from typing import Any, cast

from django.test import Client
from django.utils import timezone

from accounts.models import Subject, Token
from accounts.services import make_token
from contributions.models import Contribution
from core.ids import uuid7
from moderation.models import Case
from moderation.services import appeal_case, hide_writing
from tests.factories import World, make_world
from tests.pages import READERS, busy_world

#: Like the readers of pages, and the steward of another guild, who is nobody in this one.
CALLERS = (*READERS, "neighbour")
API = "/api/v1"


def person_of(world: World, caller: str) -> Subject:
    """The person behind a caller's name."""
    found = getattr(world, caller, None) or world.extra[caller]
    assert isinstance(found, Subject)
    return found


def token_for(person: Subject, *scopes: str, days: int = 30) -> str:
    """A new token of somebody; without scopes it has all."""
    made = make_token(by=person, name=uuid7().hex, scopes=scopes or Token.Scope.values, days=days, now=timezone.now())
    return made.text


def api_world() -> World:
    """The busy world with a neighbour, and a token for everybody in `extra`."""
    world = busy_world()
    elsewhere = make_world(timezone.now())
    world.extra |= {"elsewhere": elsewhere, "neighbour": elsewhere.steward}
    world.extra["rejected_work"] = Contribution.objects.get(subject=world.contributor, state="rejected")
    waiting = Case.objects.filter(state="waiting").exclude(pk=cast(Case, world.extra["waiting_case"]).pk)[0]
    hidden = hide_writing(case=waiting, by=world.steward, concern="spam", reason="It sells.", now=timezone.now())
    world.extra["appealed_case"] = appeal_case(case=hidden, by=world.contributor, words="No.", now=timezone.now())
    world.extra["tokens"] = {name: token_for(person_of(world, name)) for name in CALLERS if name != "anonymous"}
    return world


def call(method: str, path: str, *, token: str = "", body: Any = None, key: str | None = "", **headers: str) -> Any:
    """Send one request; a write gets a key of its own unless one (or None, for none) is given."""
    sent = {**headers}
    if token:
        sent["Authorization"] = f"Bearer {token}"
    if method not in ("get", "head") and key is not None:
        sent["Idempotency-Key"] = key or str(uuid7())
    client = Client(raise_request_exception=False)
    kind = "application/octet-stream" if isinstance(body, bytes) else "application/json"
    content = {} if body is None else {"data": body, "content_type": kind}
    return client.generic(method.upper(), API + path, headers=sent, **_encoded(content))


def _encoded(content: dict[str, Any]) -> dict[str, Any]:
    data = content.get("data")
    return {**content, "data": data if isinstance(data, str | bytes) else json.dumps(data)} if content else {}


def call_as(world: World, caller: str, method: str, path: str, body: Any = None, key: str | None = "") -> Any:
    """The same as one of the world's callers."""
    tokens: dict[str, str] = world.extra["tokens"]  # type: ignore[assignment]
    return call(method, path, token=tokens.get(caller, ""), body=body, key=key)
