"""After erasing, a dump of the whole database holds no word of the person, though a mark was in every field of theirs.

The fields are found and not listed: whatever table comes later and holds a person's id gets a mark in each of its
wordy columns. One that keeps its mark must be in `STAYS`, with the reason why it is not the person's.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from urllib.parse import urlsplit

import psycopg2
import pytest
from django.apps import apps
from django.contrib.auth.models import AbstractBaseUser
from django.contrib.postgres.fields import ArrayField
from django.contrib.sessions.models import Session
from django.core import mail
from django.db import connection, models
from django.test import Client
from django.utils import timezone

from accounts.models import Subject, User
from accounts.queries import linked_subjects
from accounts.services import erase_person
from core.log_integrity import LogCounts, walk_log
from guildhub import embedded
from guildhub.embedded.places import Places
from tests import databases
from tests.test_personal_data import MARK, Life, deliver_everything, ledger_findings, make_life, sums_and_hashes

pytestmark = pytest.mark.django_db(transaction=True)

_CLOSED = "written by the program alone, from a closed list of words, or a hash"
_SHARED = "what was published is the guild's knowledge; it stays, without its author's name"
_OTHERS = "somebody else's words, on a row in which this person has a part"

#: What stands in these columns after erasing, by table and the column that names the person, and why it is not theirs.
STAYS: dict[str, tuple[str, str]] = {
    "contributions_contribution by reviewer_id": ("link note payload_hash role", _OTHERS),
    "contributions_contribution by subject_id": ("role", _CLOSED),
    "contributions_policysimulation by asked_by_id": (
        "numbers result",
        "numbers of a guild's rules, and what they would bring",
    ),
    "contributions_historyimport by brought_by_id": ("fingerprint summary", _CLOSED),
    "core_event by actor": ("data", _CLOSED),
    "core_event by object_id": ("data", _CLOSED),
    "core_tally by subject": ("kind", _CLOSED),
    "core_statechange by actor": ("from_state object_kind to_state", _CLOSED),
    "guilds_guild by proposed_by_id": ("language timezone", "a community's own, from lists"),
    "guilds_invitationlist by made_by_id": ("fingerprint language", _CLOSED),
    "moderation_case by author_id": ("kind", _CLOSED),
    "projects_problem by author_id": ("affected_people evidence language place slug statement title", _SHARED),
    "projects_project by author_id": ("language", _CLOSED),
    "projects_task by author_id": ("description skills", _SHARED),
    "projects_tasktemplate by author_id": ("description skills title", _SHARED),
    "projects_voice by author_id": ("language translation_language", _CLOSED),
    "projects_task by claimed_by_id": ("description skills title", _OTHERS),
}


def places_that_stay() -> set[str]:
    return {f"{table}.{name} by {owner}" for (table, owner), (names, _why) in _split(STAYS) for name in names.split()}


def _split(rows: dict[str, tuple[str, str]]) -> list[tuple[tuple[str, str], tuple[str, str]]]:
    return [((key.split(" by ")[0], key.split(" by ")[1]), value) for key, value in rows.items()]


def wordy(field: models.Field) -> bool:
    """Whether a column could hold words."""
    if isinstance(field, ArrayField):
        return wordy(field.base_field)
    # Addresses keep the ones the life was lived with: by them its sessions are found.
    kinds = (models.CharField, models.TextField, models.JSONField, models.BinaryField, models.GenericIPAddressField)
    return isinstance(field, kinds) and not (isinstance(field, models.EmailField) or field.choices or field.primary_key)


def owners(model: type[models.Model]) -> list[models.Field]:
    """The columns of a model that can name a person: references to people, and bare ids."""
    people = (Subject, User)
    return [
        field
        for field in model._meta.concrete_fields
        if (field.remote_field and field.remote_field.model in people)
        or (isinstance(field, models.UUIDField) and not field.primary_key)
        or (model is Subject and field.primary_key)
    ]


def value_of(field: models.Field, mark: str) -> str:
    """A mark in the shape that the column takes, as SQL."""
    if isinstance(field, ArrayField):
        return f"ARRAY['{mark}']"
    if isinstance(field, models.JSONField):
        return f"""'{{"a": "{mark}"}}'::jsonb"""
    if isinstance(field, models.BinaryField):
        return f"'{mark}'::bytea"
    if isinstance(field, models.URLField):
        return f"'https://{mark}.example'"
    return f"'{mark}'"


@contextmanager
def behind_all_guards() -> Iterator[Any]:
    with databases.superuser(str(connection.settings_dict["NAME"])) as cursor:
        cursor.execute("SET session_replication_role = replica")
        yield cursor


def plant(ids: list[str], logins: list[int]) -> dict[str, str]:
    """Put a mark of its own into every wordy column of every row that names the person. Returns mark -> place.

    Past triggers, but not past constraints: a column that refuses a mark is closed and can't hold a name.
    """
    planted: dict[str, str] = {}
    with behind_all_guards() as cursor:
        for model in apps.get_models(include_auto_created=True):
            if not model._meta.managed or model._meta.proxy:
                continue
            table = model._meta.db_table
            for owner in owners(model):
                theirs = logins if issubclass(_type_behind(owner), AbstractBaseUser) else ids
                kind = "bigint[]" if theirs is logins else "uuid[]"
                for field in model._meta.concrete_fields:
                    if not wordy(field):
                        continue
                    mark = f"zq{len(planted):04}"
                    if mark_rows(cursor, table, field, owner, kind, theirs, mark):
                        planted[mark] = f"{table}.{field.column} by {owner.column}"
    return planted


def mark_rows(
    cursor: Any, table: str, field: models.Field, owner: models.Field, kind: str, theirs: list[Any], mark: str
) -> bool:
    """Mark all rows of theirs, or only one where no two may be alike; False where the column takes no mark."""
    change = f'UPDATE "{table}" SET "{field.column}" = {value_of(field, mark)}'
    named = f'"{owner.column}" = ANY (%s::{kind})'
    for condition in (named, f'ctid = (SELECT ctid FROM "{table}" WHERE {named} LIMIT 1)'):
        try:
            cursor.execute(f"{change} WHERE {condition}", [theirs])
        except psycopg2.Error:
            continue
        return bool(cursor.rowcount)
    return False


def _type_behind(field: models.Field) -> type:
    return field.remote_field.model if field.remote_field else Subject


def dump() -> str:
    """The whole database as text, as `pg_dump` writes it."""
    url = urlsplit(embedded.connect().superuser_database_url)
    target = url._replace(path=f"/{connection.settings_dict['NAME']}").geturl()
    done = Places.of_this_checkout().run(
        Places.of_this_checkout().programs / "pg_dump", "--format=plain", f"--dbname={target}"
    )
    assert done.returncode == 0, done.stdout[-2000:]
    return done.stdout


def sessions_that_know(words: list[str], login: int) -> list[str]:
    """Sessions are signed and packed, so that a search in the dump finds nothing: look into them."""
    held = [(row.session_key, str(row.get_decoded())) for row in Session.objects.all()]
    return [key for key, text in held if f"'{login}'" in text or any(word in text for word in words)]


@pytest.fixture
def life(transactional_db: None) -> Life:
    """A whole life that is signed in on a phone, and half signed in on another with the code still in its mail."""
    life = make_life()
    Client().force_login(life.person.user)
    Client().post("/accounts/login/", {"login": life.person.user.email})
    assert mail.outbox, "the code was mailed"
    return life


def erase(life: Life) -> None:
    """Erase, let what is still on its way arrive, and erase again, as the README of accounts says."""
    erase_person(subject_id=life.person.pk, by=None, now=timezone.now())
    deliver_everything(life.world)
    erase_person(subject_id=life.person.pk, by=None, now=timezone.now())


def test_a_dump_holds_no_word_they_lived_with_and_every_sum_and_hash_stands(life: Life) -> None:
    login, email = life.person.user.pk, life.person.user.email
    assert MARK in dump() and len(sessions_that_know([email], login)) == 2
    before = sums_and_hashes()
    erase(life)
    assert MARK not in dump()
    assert sessions_that_know([MARK], login) == [] and not User.objects.filter(pk=login).exists()
    after = sums_and_hashes()
    assert after.keys() == before.keys()
    for name in ("accounts", "entries", "transfers", "credit"):
        assert after[name] == before[name], name
    for name in ("events", "leaves", "roots"):
        assert after[name][: len(before[name])] == before[name], f"{name} only grow"
    assert ledger_findings() == []
    assert list(walk_log(LogCounts())) == []


def test_a_dump_holds_none_of_the_marks_that_were_put_into_every_field_of_theirs(life: Life) -> None:
    planted = plant([str(one) for one in linked_subjects(life.person.pk)], [life.person.user.pk])
    text = dump()
    seen = {mark: place for mark, place in planted.items() if mark in text}
    assert len(seen) > 40, "the search finds what is there"
    erase_person(subject_id=life.person.pk, by=None, now=timezone.now())
    text = dump()
    left = {place for mark, place in seen.items() if mark in text}
    forgotten = left - places_that_stay()
    assert not forgotten, (
        f"still there after erasing; let its eraser take it, or say in STAYS why not: {sorted(forgotten)}"
    )
