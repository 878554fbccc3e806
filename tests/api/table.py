"""How a row of the API's table is written: an operation, where it is called, what is sent, and who gets what."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from tests.api.callers import CALLERS
from tests.factories import World

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
        return self.name.replace(",", " ").split(" ")[0]

    @property
    def doer(self) -> str:
        """Somebody for whom it works."""
        best = [name for name in CALLERS if self.answers[name] < 300]
        return (best or [name for name in CALLERS if self.answers[name] not in (401, 403, 404)])[-1]


def everybody(status: int = 200) -> Answers:
    """The same answer for all."""
    return dict.fromkeys(CALLERS, status)


def only(*callers: str, ok: int = 200, others: int = 403, anonymous: int = 401, **special: int) -> Answers:
    """`ok` for these; `others` for whoever else has a token; `anonymous` for who has none; `special` by name."""
    return {**everybody(others), "anonymous": anonymous, **special, **dict.fromkeys(callers, ok)}


def signed_in(ok: int = 200, **special: int) -> Answers:
    """`ok` with a token."""
    return {**everybody(ok), "anonymous": 401, **special}


def get(name: str, path: str | Callable[[World], str], answers: Answers) -> Verb:
    """A row of a read; `path` may be a template on the world."""
    return Verb(name, "get", _path(path), answers)


def post(name: str, path: str | Callable[[World], str], answers: Answers, body: Any = None) -> Verb:
    """A row of a write; `body` may be made from the world."""
    return Verb(name, "post", _path(path), answers, _body(body))


def patch(name: str, path: str | Callable[[World], str], answers: Answers, body: Any = None) -> Verb:
    """A row of a change."""
    return Verb(name, "patch", _path(path), answers, _body(body))


def put(name: str, path: str | Callable[[World], str], answers: Answers, body: Any = None) -> Verb:
    """A row of a write that keeps something at its address."""
    return Verb(name, "put", _path(path), answers, _body(body))


def _path(path: str | Callable[[World], str]) -> Callable[[World], str]:
    return path if callable(path) else lambda world: path.format(w=world, x=world.extra)


def _body(body: Any) -> Callable[[World], Any] | None:
    return body if body is None or callable(body) else lambda world: body
