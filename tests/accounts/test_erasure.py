"""Erasing beside a running sequencer, and the two commands for people who ask."""

from __future__ import annotations

import io
import json
import threading
import time

import pytest
from django.core.management import CommandError, call_command
from django.db import connection, transaction

from accounts.models import Subject, User
from accounts.services import erase_person, save_profile
from core.deliveries import deliver_events
from core.log_integrity import LogCounts, walk_log
from core.models import LogEntry, LogSalt
from core.public_log import CONSUMER
from tests import databases
from tests.core.happenings import happen
from tests.factories import MONDAY, make_person, verify_email


def waits_for_a_lock(name: str) -> bool:
    """Whether some connection to the test's database waits for an advisory lock."""
    with databases.superuser("postgres") as cursor:
        cursor.execute("SELECT count(*) FROM pg_stat_activity WHERE datname = %s AND wait_event = 'advisory'", [name])
        return bool(cursor.fetchone()[0])


@pytest.mark.django_db(transaction=True)
def test_a_sequencer_that_runs_meanwhile_keeps_no_salt() -> None:
    """It waits until the person is erased for good, and then sees that they are."""
    person = make_person("asha")
    happen(actor=person.pk)
    happen(kind="membership.joined", subject=person.pk)
    other = happen()

    def sequence() -> None:
        deliver_events(CONSUMER, now=MONDAY)
        connection.close()

    sequencer = threading.Thread(target=sequence)
    with transaction.atomic():
        erase_person(subject_id=person.pk, by=None, now=MONDAY)
        sequencer.start()
        for _ in range(400):
            if waits_for_a_lock(str(connection.settings_dict["NAME"])):
                break
            time.sleep(0.02)
        else:
            pytest.fail("the sequencer did not wait for the erasing")
        assert LogEntry.objects.count() == 0
    sequencer.join(20)
    deliver_events(CONSUMER, now=MONDAY)
    assert LogEntry.objects.count() == 4
    assert list(LogSalt.objects.values_list("pk", flat=True)) == [other.pk]
    assert list(walk_log(LogCounts())) == []


def run(command: str, *arguments: str) -> str:
    out = io.StringIO()
    call_command(command, *arguments, stdout=out)
    return out.getvalue()


@pytest.fixture
def person(db: None) -> Subject:
    person = make_person("asha")
    verify_email(person)
    save_profile(subject=person, display_name="আশা", handle="asha")
    return person


@pytest.mark.parametrize("known_as", ["email", "EMAIL", "handle", "id"])
def test_a_person_is_exported_by_address_handle_or_id(person: Subject, known_as: str) -> None:
    email = person.user.email
    asked = {"email": email, "EMAIL": f" {email.upper()} ", "handle": "asha", "id": str(person.pk)}[known_as]
    told = json.loads(run("export_person", asked))
    assert told["accounts.Profile"][0]["display_name"] == "আশা"
    assert told["accounts.User"][0]["email"] == email


def test_a_person_is_erased_after_a_typed_word(person: Subject, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("builtins.input", lambda question: "no")
    with pytest.raises(CommandError, match="Nothing was erased"):
        run("erase_person", "asha")
    assert User.objects.filter(subject=person).exists()
    monkeypatch.setattr("builtins.input", lambda question: "erase")
    assert str(person.pk) in run("erase_person", "asha")
    assert not User.objects.filter(subject=person).exists()
    assert str(person.pk) in run("erase_person", "--yes", str(person.pk))


@pytest.mark.parametrize("unknown", ["nobody", "nobody@example.org", "01a205c9-ed06-7a69-b949-f88dd662cd11"])
def test_nobody_is_said_to_be_nobody(db: None, unknown: str) -> None:
    for command in ("erase_person", "export_person"):
        with pytest.raises(CommandError, match="Nobody is known as"):
            run(command, unknown)
