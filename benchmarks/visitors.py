"""What visitors of the benchmark ask for: signed-in people with real sessions, each request another one's."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib import import_module
from itertools import cycle, islice
from typing import Any
from urllib.parse import urlencode

from django.conf import settings
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.db import connection
from django.middleware.csrf import _get_new_csrf_string, _mask_cipher_secret

from accounts.models import User
from benchmarks.load import Request
from core.ids import uuid7

SITE = "guild.example.org"
#: As a browser behind the proxy that ends TLS sends them.
HEADERS = {
    "Host": SITE,
    "X-Forwarded-Proto": "https",
    "X-Forwarded-For": "203.0.113.7",
    "User-Agent": "Mozilla/5.0 (Linux; Android 13) Chrome/126.0 Mobile Safari/537.36",
    "Accept": "text/html,application/xhtml+xml;q=0.9,*/*;q=0.8",
    "Accept-Encoding": "gzip, deflate, br, zstd",
    "Accept-Language": "en-IN,en;q=0.9,hi;q=0.8",
}
MEMBERS = 400
LINES_OF_A_FULL_PAGE = 25


@dataclass(frozen=True)
class Visitor:
    """Somebody who is signed in, with what their browser sends along."""

    user_id: int
    subject: str
    secret: str
    cookies: str

    def get(self, path: str) -> Request:
        """Open a page."""
        return Request(path, {**HEADERS, "Cookie": self.cookies})

    def post(self, path: str, leads_to: str, **values: Any) -> Request:
        """Press a button, as the form's page would send it."""
        form = {"csrfmiddlewaretoken": _mask_cipher_secret(self.secret), **values}
        headers = {
            **HEADERS,
            "Cookie": self.cookies,
            "Content-Type": "application/x-www-form-urlencoded",
            "Origin": f"https://{SITE}",
        }
        return Request(path, headers, urlencode(form), leads_to)


@dataclass(frozen=True)
class Page:
    """One line of the table: what is measured, how often a round asks for it, and what it may cost (bare views)."""

    name: str
    limit: float | None
    repeats: int
    requests: Iterator[Request]

    def some(self, number: int) -> list[Request]:
        """The next requests of that page."""
        found = list(islice(self.requests, number))
        if len(found) < number:
            raise SystemExit(f"The world holds too little for so many rounds of “{self.name}”.")
        return found


def pages() -> list[Page]:
    """Everything that is measured. Pages of members are asked for by people whose lists are full."""
    members = [sign_in(user) for user in _busy_people()]
    projects = [f"/projects/{slug}/" for (slug,) in _rows("SELECT slug FROM projects_project ORDER BY slug")]

    def by_members(path: str) -> Iterator[Request]:
        return cycle([member.get(path) for member in members])

    def anonymous(*paths: str) -> Iterator[Request]:
        return cycle([Request(path, HEADERS) for path in paths])

    of_projects = [member.get(path) for member, path in zip(cycle(members), projects, strict=False)]
    return [
        Page("front page (visitor)", 10, 500, anonymous("/")),
        Page("home (member)", 10, 500, by_members("/home/")),
        Page("problem list (visitor)", 15, 400, anonymous("/problems/", "/problems/?page=2")),
        Page("problem list (member)", 15, 400, by_members("/problems/")),
        Page("project (visitor)", 15, 400, anonymous(*projects)),
        Page("project (member)", 15, 400, cycle(of_projects)),
        Page("/me/points/", 20, 300, by_members("/me/points/")),
        Page("log hours (POST)", 20, 200, _log_hours(members)),
        Page("review (POST)", 25, 150, _review()),
        Page("/log/", None, 300, by_members("/log/")),
        Page("/me/hours/", None, 200, by_members("/me/hours/")),
    ]


def sign_in(user: User) -> Visitor:
    """A session as the log-in by mailed code leaves it."""
    session = import_module(settings.SESSION_ENGINE).SessionStore()
    session[SESSION_KEY] = str(user.pk)
    session[BACKEND_SESSION_KEY] = settings.AUTHENTICATION_BACKENDS[0]
    session[HASH_SESSION_KEY] = user.get_session_auth_hash()
    at = datetime.now(UTC).timestamp()
    session["account_authentication_methods"] = [{"method": "code", "at": at, "email": user.email}]
    session.save()
    secret = _get_new_csrf_string()
    cookies = f"{settings.SESSION_COOKIE_NAME}={session.session_key}; {settings.CSRF_COOKIE_NAME}={secret}"
    return Visitor(user.pk, str(user.subject_id), secret, cookies)


def _busy_people() -> list[User]:
    """Members whose page of points is full, but for those who look after a guild: theirs are longer still."""
    sql = """
        SELECT u.id FROM accounts_user u
        WHERE NOT EXISTS (SELECT FROM guilds_grant g WHERE g.subject_id = u.subject_id)
            AND (SELECT count(*) FROM contributions_contribution c WHERE c.subject_id = u.subject_id AND c.points > 0) > %s
        ORDER BY u.id LIMIT %s
    """
    ids = [row[0] for row in _rows(sql, LINES_OF_A_FULL_PAGE, MEMBERS)]
    if not ids:
        raise SystemExit("Nobody's page of points is full: the world is too small.")
    return list(User.objects.filter(pk__in=ids).order_by("pk"))


def _log_hours(members: list[Visitor]) -> Iterator[Request]:
    """Half an hour of open work today, by one person after the other."""
    sql = """
        SELECT DISTINCT ON (m.subject_id) m.subject_id::text, t.id::text FROM guilds_membership m
        JOIN projects_project p ON p.guild_id = m.guild_id JOIN projects_task t ON t.project_id = p.id AND t.is_open_work
        WHERE m.subject_id = ANY(%s::uuid[]) ORDER BY m.subject_id, t.id
    """
    tasks = dict(_rows(sql, [member.subject for member in members]))
    today = datetime.now(UTC).date().isoformat()
    for member in cycle(members):
        yield member.post(
            "/log/", "/", client_id=uuid7(), task=tasks[member.subject], length="30", day=today, started="",
            note="Checked forty photos of the flooded road against the map.", link="",
        )  # fmt: skip


def _review() -> Iterator[Request]:
    """Approve what waits longest in no particular guild, by a reviewer of its guild; each piece of work once."""
    sql = """
        SELECT c.id::text, g.subject_id::text, (SELECT sum(minutes) FROM contributions_timeentry e WHERE e.contribution_id = c.id)
        FROM contributions_contribution c JOIN LATERAL (
            SELECT subject_id FROM guilds_grant g
            WHERE g.guild_id = c.guild_id AND g.subject_id <> c.subject_id ORDER BY md5(c.id::text || g.id::text) LIMIT 1
        ) g ON true
        WHERE c.state = 'submitted' ORDER BY md5(c.id::text)
    """
    rows = _rows(sql)
    users = User.objects.filter(subject_id__in={subject for _work, subject, _minutes in rows})
    reviewers = {str(user.subject_id): sign_in(user) for user in users}
    for work, subject, minutes in rows:
        yield reviewers[subject].post(
            f"/contributions/{work}/", "/", do="approve", rubric="4", minutes=minutes, task_done="on",
            reason="Clear, complete and easy to check.", next_step="",
        )  # fmt: skip


def _rows(sql: str, *values: Any) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(sql, values)
        return list(cursor.fetchall())
