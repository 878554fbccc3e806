"""Somebody at the door: signs in by a mailed code, or did so long ago."""

from __future__ import annotations

import re
from typing import Any

from django.core import mail
from django.test import Client

from accounts.door.sessions import FRESH_FOR, PROVED_AT
from accounts.models import Subject

LOGIN, CONFIRM = "/accounts/login/", "/accounts/login/code/confirm/"


def mailed_code() -> str:
    """The code in the latest mail."""
    [code] = re.findall(r"^\s*([A-Z0-9-]{4,12})\s*$", str(mail.outbox[-1].body), re.MULTILINE)
    return str(code)


def sign_in(client: Client, person: Subject) -> Any:
    """By a mailed code; returns the last answer."""
    client.post(LOGIN, {"login": person.user.email})
    return client.post(CONFIRM, {"code": mailed_code()})


def grow_old(client: Client) -> None:
    """Let so much time go by that what matters asks again."""
    session = client.session
    session[PROVED_AT] -= FRESH_FOR + 1
    session.save()
