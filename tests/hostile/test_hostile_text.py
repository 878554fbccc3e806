"""Hostile text in every field of every model, and in every form: harmless on every page, in the API, in mail and in files.

The fields are found in the models: one that nobody listed fails the first test. The forms are found on the pages.
"""

from __future__ import annotations

import io
import json
import re
import zipfile
from collections.abc import Iterator
from html.parser import HTMLParser
from typing import Any

import pytest
from django.apps import apps
from django.contrib.postgres.fields import ArrayField
from django.db import connection, models, transaction
from django.test import Client
from django.utils import timezone

from core.text import one_line, plain_words
from core.written import Hideable, text_fields, written_kinds
from guildhub.monday.digest import compose, stewards
from guilds.export_file import write_export
from notices.kinds import NOTICE_KINDS, sentence
from tests.api.callers import api_world, call, token_for
from tests.api.verbs import VERBS
from tests.factories import World
from tests.pages import PAGES, client_of

MARK = "hostile7"
#: Script, attributes, template and Markdown tricks, SQL, a formula, and characters that turn or hide what follows.
EVIL = (
    f"=cmd|'/C calc'!A1 {MARK} \u202e\u2067\u200b<script>alert('{MARK}')</script>\"'><img src=x onerror=alert('{MARK}')>"
    f"[{MARK}](javascript:alert(1)) <javascript:alert(1)> ![x](http://evil.example/{MARK}) {{{{ 7|add:7 }}}} {{% csrf_token %}}"
    f" '); DROP TABLE core_event; --\r\nBcc: {MARK}@evil.example\r\n\r\n# {MARK}\n> > > [x]: data:text/html,{MARK}\n"
)
#: In a place for an address: every kind that a browser would run.
EVIL_LINKS = (
    f"javascript:alert('{MARK}')//https://x",
    f"data:text/html,<script>alert('{MARK}')</script>",
    f'https://x/"onx={MARK}',
)
#: Text fields whose words are people's, though they need no report button (core.written says why).
PRIVATE = {
    "accounts.ImportedIdentity": ("name",),
    "accounts.Token": ("name",),
    "contributions.FeedbackSnippet": ("words",),
    "contributions.HistoryImport": ("file_name", "error"),
    "contributions.PendingVerdict": ("reason", "next_step"),
    "guilds.Guild": ("decline_reason",),
    "guilds.Invitation": ("name", "typed"),
    "guilds.JoinRequest": ("reason",),
    "matching.Availability": ("place",),
    "moderation.Case": ("title",),
    "moderation.Report": ("words",),
    "reputation.Sanction": ("reason", "lift_reason"),
}
#: Invisible characters that no page may hold; isolates of our own stand in lists of choices.
TRICKS = "\u202a\u202b\u202c\u202d\u202e\u200b\u2060\ufeff"


def people_fields() -> Iterator[tuple[type[models.Model], str]]:
    """Every field in which somebody's words stand."""
    for kind in written_kinds().values():
        for name in kind.fields:
            yield kind.model, name
    for label, names in PRIVATE.items():
        for name in names:
            yield apps.get_model(label), name


def test_every_field_of_a_hideable_model_that_is_not_registered_is_the_programs_own() -> None:
    """What people write is registered or listed here; the rest are codes, addresses, hashes and time zones."""
    listed = {(model, name) for model, name in people_fields()}
    ours = [config for config in apps.get_app_configs() if "site-packages" not in config.path]
    left = {
        f"{model._meta.label}.{name}"
        for config in ours
        for model in config.get_models()
        for name in text_fields(model)
        if (model, name) not in listed
    }
    wordy = {label for label in left if label.rsplit(".", 1)[1] in _WORDY} - {
        "contributions.HistoryImport.summary",  # counts
        "guildhub.Heartbeat.name",  # of a process
        "projects.Place.name",  # of a town, from GeoNames
        "contributions.IntegrityCase.evidence",  # numbers and ids
        "contributions.IntegrityCase.words",  # a steward's, read by the other stewards alone
        "reputation.LedgerWeek.reason",  # from the ledger's closed list
        "core.LogKey.name",  # of the log
        "core.LogKey.statement",  # about a key, signed
        "core.LogCheckpoint.note",  # numbers and hashes, signed
    }
    assert wordy == set()


#: Names under which columns hold sentences. One that nobody listed above fails the test.
_WORDY = {
    *("title", "statement", "summary", "description", "words", "note", "reason", "next_step", "name", "about", "place"),
    *("translation", "evidence", "link", "links", "display_name", "decline_reason", "contact", "affected_people"),
    *("repository_url", "skills"),
}


def fill_with_evil(world: World) -> None:
    """Put hostile text into every field of every row that takes it, past every form and service."""
    for model, name in people_fields():
        field = model._meta.get_field(name)
        rows = model._default_manager.all()
        if issubclass(model, Hideable):
            rows = rows.filter(hidden_at__isnull=True)
        if isinstance(field, ArrayField):
            value: Any = list(EVIL_LINKS[:1]) if isinstance(field.base_field, models.URLField) else [EVIL[:40]]
            rows.update(**{name: value})
            continue
        evil = EVIL_LINKS[0] if isinstance(field, models.URLField) else EVIL
        try:
            with transaction.atomic():
                rows.exclude(**{name: ""}).update(**{name: evil[: field.max_length]})
        except Exception:  # one of a kind, or two that must differ: each row its own
            for number, row in enumerate(rows.exclude(**{name: ""})):
                model._default_manager.filter(pk=row.pk).update(**{name: f"{number}{evil}"[: field.max_length]})


class _Scan(HTMLParser):
    """Collects what a browser would run, follow or load because of somebody's text."""

    def __init__(self) -> None:
        super().__init__()
        self.faults: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        for name, value in attrs:
            value = (value or "").strip().lower()
            if name.startswith("on") or name == "style":
                self.faults.append(f"<{tag} {name}>")
            if name in ("href", "src", "action", "formaction", "srcdoc") and value.startswith(
                ("javascript:", "data:", "vbscript:", "//")
            ):
                self.faults.append(f"<{tag} {name}={value[:40]}>")
            if name == "src" and MARK in value:
                self.faults.append(f"<{tag} src={value[:40]}>")
        if tag == "script" and not dict(attrs).get("src"):
            self.faults.append("an inline script")
        if tag in ("iframe", "object", "embed", "base"):
            self.faults.append(f"<{tag}>")


def faults_of(html: str) -> list[str]:
    scan = _Scan()
    scan.feed(html)
    return scan.faults + [f"U+{ord(letter):04X}" for letter in TRICKS if letter in html]


@pytest.fixture(scope="module")
def evil_world(django_db_setup: None, django_db_blocker: Any) -> Iterator[World]:
    with django_db_blocker.unblock(), transaction.atomic():
        world = api_world()
        fill_with_evil(world)
        yield world
        transaction.set_rollback(True)


@pytest.mark.django_db
@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_no_page_is_harmed(page: Any, evil_world: World) -> None:
    for reader in ("anonymous", "contributor", "steward", "hub_steward"):
        if page.answers[reader] != 200:
            continue
        answer = client_of(evil_world, reader).get(page.path(evil_world))
        assert answer.status_code == 200, f"{page.name} for {reader}"
        if answer["Content-Type"].startswith("text/html"):
            html = b"".join(answer).decode() if answer.streaming else answer.content.decode()
            assert faults_of(html) == [], f"{page.name} for {reader}"


@pytest.mark.django_db
def test_the_pages_did_show_it(evil_world: World) -> None:
    """Or else the test above proves nothing."""
    html = client_of(evil_world, "steward").get(evil_world.problem.get_absolute_url()).content.decode()
    assert html.count(MARK) > 5
    assert "&lt;script&gt;" in html


@pytest.mark.django_db
@pytest.mark.parametrize("verb", [v for v in VERBS if v.method == "get"], ids=lambda verb: verb.name)
def test_no_answer_of_the_api_deceives(verb: Any, evil_world: World) -> None:
    for person in (evil_world.steward, evil_world.contributor):
        answer = call("get", verb.path(evil_world), token=token_for(person))
        assert answer.status_code < 500
        assert answer["Content-Type"].startswith("application/")
        assert not set(TRICKS) & set(answer.content.decode())
        assert answer.headers.get("X-Content-Type-Options") == "nosniff"


@pytest.mark.django_db
def test_no_notice_is_harmed(evil_world: World) -> None:
    for kind in NOTICE_KINDS:
        words = sentence(kind, {"task": EVIL, "guild": EVIL, "title": EVIL, "problem": EVIL, "right": EVIL})
        assert words and "\n" not in words and len(words) <= 600
        assert not set(TRICKS) & set(words)


@pytest.mark.django_db
def test_the_monday_mail_holds_no_header_and_no_trick_of_theirs(evil_world: World) -> None:
    recipients = stewards(timezone.now())
    assert recipients
    for recipient in recipients:
        message = compose(recipient, now=timezone.now())
        sent = message.message()
        assert "Bcc" not in sent
        assert "\n" not in message.subject
        texts = [message.subject, message.body, *(str(part[0]) for part in message.alternatives)]
        assert not set(TRICKS) & set("".join(texts))
        assert faults_of(str(message.alternatives[0][0])) == []


@pytest.mark.django_db
def test_the_export_of_a_guild_is_data_and_nothing_else(evil_world: World) -> None:
    out = io.BytesIO()
    write_export(evil_world.guild, out, has_names=True, now=timezone.now())
    with zipfile.ZipFile(out) as archive:
        assert all(re.fullmatch(r"[a-zA-Z_]+\.(jsonl|md)", name) for name in archive.namelist())
        text = "".join(archive.read(name).decode() for name in archive.namelist())
    assert MARK in text and not set(TRICKS) & set(text)
    for line in text.split("\n"):
        assert not line.startswith("{") or json.loads(line) is not None


# The pieces ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "plain"),
    [
        ("plain", "plain"),
        ("invoice\u202efdp.exe", "invoicefdp.exe"),
        ("pass\u200bword", "password"),
        ("a\0b\x1bc\ud800d", "abcd"),
        ("two\nlines\tand a tab\r\n", "two\nlines\tand a tab\r\n"),
        ("क्\u200dष می\u200cخواهم", "क्\u200dष می\u200cخواهم"),
        ("👩\u200d🌾", "👩\u200d🌾"),
    ],
)
def test_invisible_characters_go_and_scripts_stay(text: str, plain: str) -> None:
    assert plain_words(text) == plain


def test_a_line_is_one_line() -> None:
    assert one_line("Hello\r\nBcc: x@example.org\u202e") == "Hello Bcc: x@example.org"
    assert len(one_line("x" * 900)) == 200


def test_the_database_stands_after_all_of_it(db: Any) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM core_event")
        assert cursor.fetchone() is not None
        assert Client().get("/").status_code == 200
