"""The stewards' Monday mail: who gets it, when, what it says, and that no week is mailed twice on purpose."""

from __future__ import annotations

import io
import smtplib
import threading
from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.core import mail
from django.core.mail.backends.locmem import EmailBackend
from django.core.management import CommandError, call_command
from django.db import IntegrityError, connections, transaction
from django.utils import timezone

from accounts.models import Profile, User
from accounts.services import erase_person, save_profile
from contributions.services import EntryInput, log_hours
from core.ids import uuid7
from guildhub.models import MondayMail
from guildhub.monday import rules
from guildhub.monday.digest import compose, stewards
from guildhub.monday.sending import send_due_mails
from tests.factories import World, make_world

#: A Monday, 09:00 in Majuli.
MORNING = datetime(2026, 11, 23, 3, 30, tzinfo=UTC)
INDIA = "Asia/Kolkata"
State = MondayMail.State


@pytest.fixture
def world(db: None) -> World:
    made = make_world(MORNING - timedelta(days=3))
    for who in (made.steward, made.hub_steward):
        Profile.objects.update_or_create(subject=who, defaults={"timezone": INDIA})
    return made


class Server(EmailBackend):
    """A mail server that fails as the test says: at its door, with a refusal, or by losing its answer."""

    door: BaseException | None = None
    answer: BaseException | None = None

    def open(self) -> bool:
        if Server.door:
            raise Server.door
        return True

    def send_messages(self, messages: Any) -> int:
        if isinstance(Server.answer, smtplib.SMTPResponseException):
            raise Server.answer
        count = super().send_messages(messages)
        if Server.answer:
            raise Server.answer  # after it was taken
        return count or 0


@pytest.fixture
def server(settings: Any, monkeypatch: pytest.MonkeyPatch) -> type[Server]:
    settings.EMAIL_BACKEND = f"{Server.__module__}.Server"
    monkeypatch.setattr(Server, "door", None)
    monkeypatch.setattr(Server, "answer", None)
    return Server


def sent_to() -> list[str]:
    return sorted(message.to[0] for message in mail.outbox)


def test_it_goes_to_stewards_once_in_their_week(world: World) -> None:
    assert send_due_mails(now=MORNING) == 2
    assert sent_to() == sorted([world.steward.user.email, world.hub_steward.user.email])
    for hours in (0, 1, 30):
        assert send_due_mails(now=MORNING + timedelta(hours=hours)) == 0
    assert send_due_mails(now=MORNING + timedelta(days=7)) == 2
    assert MondayMail.objects.filter(state=State.SENT).count() == 4


@pytest.mark.parametrize(
    ("hour", "zone", "comes"),
    [
        ("2026-11-23T01:29", INDIA, False),  # 06:59 there
        ("2026-11-23T01:30", INDIA, True),
        ("2026-11-22T23:00", "Pacific/Auckland", True),  # Monday noon there, Sunday in UTC
        ("2026-11-23T09:00", "America/Los_Angeles", False),  # 01:00 there
        ("2026-11-25T18:29", INDIA, True),  # the machine slept: Wednesday 23:59
        ("2026-11-25T18:30", INDIA, False),  # Thursday
        ("2026-11-29T12:00", INDIA, False),  # Sunday
    ],
)
def test_it_comes_on_the_morning_of_whoever_reads_it(world: World, hour: str, zone: str, comes: bool) -> None:
    Profile.objects.update_or_create(subject=world.steward, defaults={"timezone": zone})
    User.objects.filter(subject=world.hub_steward).update(is_staff=False)
    assert send_due_mails(now=datetime.fromisoformat(hour).replace(tzinfo=UTC)) == int(comes)


def test_a_clock_that_changes_on_the_way_does_not_bring_it_twice() -> None:
    berlin = ZoneInfo("Europe/Berlin")
    mondays = {
        rules.monday_of(datetime(2026, 10, 25, 22, 0, tzinfo=UTC) + timedelta(minutes=15 * n), berlin)
        for n in range(40)
    }
    assert mondays == {date(2026, 10, 19), date(2026, 10, 26)}


def test_it_says_what_waits_with_its_age_and_the_hubs_health_to_the_hub_only(world: World) -> None:
    other = make_world(MORNING - timedelta(days=3))
    for one in (world, other):
        log_hours(
            by=one.contributor, client_id=uuid7(), task=one.open_work, note="n",
            entries=[EntryInput(one.now.date(), 30)], now=one.now,
        )  # fmt: skip
    found = {recipient.subject_id: recipient for recipient in stewards(MORNING)}
    hub = str(compose(found[world.hub_steward.pk], now=MORNING).body)
    own = str(compose(found[world.steward.pk], now=MORNING).body)
    for guild in (world.guild, other.guild):
        assert guild.name in hub
    assert f"Hours to review: {world.project.title} ({world.guild.name}): 1, oldest from 20 Nov 2026" in own
    assert f"/projects/{world.project.slug}/review/" in own and f"/projects/{other.project.slug}/" not in own
    assert "NO VERIFIED BACKUP" in hub and "SILENT" in hub and "BACKUP" not in own and "SILENT" not in own
    assert "zqx" not in hub and world.contributor.user.email not in hub


def test_text_and_html_say_the_same_and_hostile_names_stay_words(world: World) -> None:
    world.project.title = "<b>Flood</b> & «water»"
    world.project.save()
    log_hours(
        by=world.contributor, client_id=uuid7(), task=world.open_work, note="n",
        entries=[EntryInput(world.now.date(), 30)], now=world.now,
    )  # fmt: skip
    (recipient,) = stewards(MORNING, [world.steward.pk])
    message = compose(recipient, now=MORNING)
    html = str(message.alternatives[0][0])
    assert "<b>Flood</b> & «water»" in str(message.body)
    assert "&lt;b&gt;Flood&lt;/b&gt; &amp; «water»" in html and "<b>Flood" not in html
    assert "\n" not in message.subject and "1 thing waits" in message.subject
    assert "<script" not in html and "<img" not in html and "http://127.0.0.1:8000/ops/" in html


def test_in_urdu_it_is_mirrored(world: World) -> None:
    save_profile(subject=world.steward, language="ur")
    (recipient,) = stewards(MORNING, [world.steward.pk])
    assert '<html lang="ur" dir="rtl">' in str(compose(recipient, now=MORNING).alternatives[0][0])


def test_a_mail_server_that_is_down_is_tried_again(world: World, server: type[Server]) -> None:
    server.door = ConnectionRefusedError()
    assert send_due_mails(now=MORNING) == 0
    assert set(MondayMail.objects.values_list("state", "attempts")) == {(State.WAITING, 1)}
    assert send_due_mails(now=MORNING + timedelta(minutes=1)) == 0
    assert set(MondayMail.objects.values_list("attempts", flat=True)) == {1}, "it is left alone for a while"
    server.door = None
    server.answer = smtplib.SMTPDataError(451, b"Try again later")
    assert send_due_mails(now=MORNING + timedelta(minutes=10)) == 0
    server.answer = None
    assert send_due_mails(now=MORNING + timedelta(hours=1)) == 2
    assert len(mail.outbox) == 2


def test_what_never_works_is_given_up(world: World, server: type[Server]) -> None:
    server.door = smtplib.SMTPAuthenticationError(535, b"No")
    for hours in range(70):
        send_due_mails(now=MORNING + timedelta(hours=hours))
    rows = MondayMail.objects.values_list("state", "error")
    assert set(rows) == {(State.FAILED, "The mail server was not reached: SMTPAuthenticationError.")}


@pytest.mark.parametrize("lost", [smtplib.SMTPServerDisconnected(), TimeoutError(), ConnectionResetError()])
def test_a_lost_answer_is_unknown_and_not_sent_again(world: World, server: type[Server], lost: BaseException) -> None:
    server.answer = lost
    assert send_due_mails(now=MORNING) == 0
    server.answer = None
    for hours in (1, 2, 30):
        assert send_due_mails(now=MORNING + timedelta(hours=hours)) == 0
    assert set(MondayMail.objects.values_list("state", flat=True)) == {State.UNKNOWN}
    assert len(mail.outbox) == 2, "it had taken them"


def test_a_killed_attempt_is_unknown_after_a_while(world: World) -> None:
    MondayMail.objects.create(
        subject=world.steward, monday=MORNING.date(), state=State.SENDING, due_at=MORNING, tried_at=MORNING, attempts=1
    )
    send_due_mails(now=MORNING + timedelta(minutes=5))
    assert MondayMail.objects.get(subject=world.steward).state == State.SENDING, "it may still be at it"
    send_due_mails(now=MORNING + timedelta(minutes=31))
    assert MondayMail.objects.get(subject=world.steward).state == State.UNKNOWN
    assert world.steward.user.email not in sent_to()


def test_who_is_no_steward_any_more_and_who_was_erased_get_nothing(world: World, server: type[Server]) -> None:
    server.door = ConnectionRefusedError()
    send_due_mails(now=MORNING)
    server.door = None
    User.objects.filter(subject=world.hub_steward).update(is_staff=False)
    erase_person(subject_id=world.steward.pk, by=None, now=MORNING)
    assert send_due_mails(now=MORNING + timedelta(hours=1)) == 0
    assert mail.outbox == []
    assert list(MondayMail.objects.values_list("state", "error")) == [(State.FAILED, "Not a steward any more.")]


@pytest.mark.django_db(transaction=True)
def test_two_workers_at_once_send_each_mail_once() -> None:
    made = make_world(MORNING - timedelta(days=3))
    for who in (made.steward, made.hub_steward):
        Profile.objects.update_or_create(subject=who, defaults={"timezone": INDIA})
    gate, counts = threading.Barrier(4), []

    def send() -> None:
        gate.wait()
        counts.append(send_due_mails(now=MORNING))
        connections.close_all()

    threads = [threading.Thread(target=send) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sum(counts) == 2 == len(mail.outbox)


@pytest.mark.parametrize(
    ("fields", "name"),
    [
        ({"monday": date(2026, 11, 24)}, "monday_mail_is_of_a_monday"),
        ({"state": "sent"}, "monday_mail_sent_has_time"),
        ({"sent_at": MORNING}, "monday_mail_sent_has_time"),
        ({"state": "unknown"}, "monday_mail_tried_has_time"),
        ({"state": "lost", "tried_at": MORNING}, "monday_mail_state_known"),
    ],
)
def test_the_database_refuses_a_mail_that_can_not_be(world: World, fields: dict[str, Any], name: str) -> None:
    row = {"subject": world.steward, "monday": MORNING.date(), "due_at": MORNING, **fields}
    with pytest.raises(IntegrityError, match=name), transaction.atomic():
        MondayMail.objects.create(**row)


def test_a_preview_sends_nothing(world: World) -> None:
    out = io.StringIO()
    call_command("monday_mail", world.hub_steward.user.email, stdout=out)
    assert "What waits for a person in this hub" in out.getvalue()
    call_command("monday_mail", world.hub_steward.user.email, "--html", stdout=out)
    assert "<h1>" in out.getvalue()
    with pytest.raises(CommandError, match="is no steward"):
        call_command("monday_mail", world.contributor.user.email)
    assert mail.outbox == [] and not MondayMail.objects.exists()
    assert timezone.get_current_timezone_name() == "UTC"
