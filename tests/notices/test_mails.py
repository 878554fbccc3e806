"""Mails of the week and of what can't wait: planned once, written in the reader's words, each attempt with a known end."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from email.message import Message
from smtplib import SMTPRecipientsRefused, SMTPServerDisconnected
from typing import Any

import pytest
from django.core import mail
from django.core.mail.backends.locmem import EmailBackend
from django.core.management import CommandError, call_command
from django.db import DatabaseError, IntegrityError, transaction
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.models import Profile, Subject
from core.ids import uuid7
from notices.models import Mail, MailChoices, Notice
from notices.queries import mail_state
from notices.rules import MOST_ATTEMPTS
from notices.services import (
    News,
    leave_mail,
    notify,
    plan_digests,
    resend_mail,
    save_mail_choices,
    send_mails,
)
from notices.services import sending as rules_of_sending
from notices.services.choices import NotMutable, stop_token
from notices.services.deciding import NotInDoubt
from tests.factories import World, make_world, verify_email
from tests.pages import client_of

pytestmark = pytest.mark.django_db

#: A Monday, nine o'clock in UTC, the hub's own zone in tests.
MORNING = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)


@pytest.fixture
def world() -> World:
    world = make_world(MORNING - timedelta(days=3))
    verify_email(world.contributor)
    return world


def tell(person: Subject, kind: str = "contribution_returned", **params: object) -> None:
    notify([News(person.pk, kind, uuid7(), url="/me/hours/", params={"task": "Maps", **params})], now=MORNING)


def live(person: Subject, *, zone: str = "", language: str = "") -> None:
    profile, _made = Profile.objects.get_or_create(subject=person, defaults={"handle": f"p{person.pk.hex[-8:]}"})
    Profile.objects.filter(pk=profile.pk).update(
        timezone=zone or profile.timezone, language=language or profile.language
    )


def row_of(person: Subject) -> Mail:
    return Mail.objects.get(subject=person)


def sent_digest(world: World, now: datetime = MORNING) -> Any:
    plan_digests(now=now)
    send_mails(now=now)
    [message] = mail.outbox
    return message


def test_one_row_and_one_mail_a_week_however_often_it_is_asked(world: World) -> None:
    tell(world.contributor)
    for hours in (0, 1, 30):
        plan_digests(now=MORNING + timedelta(hours=hours))
        send_mails(now=MORNING + timedelta(hours=hours))
    assert [message.to for message in mail.outbox] == [[world.contributor.user.email]]
    assert row_of(world.contributor).state == "sent"
    next_week = MORNING + timedelta(days=7)
    assert plan_digests(now=next_week) == 1
    assert send_mails(now=next_week).sent == 1


def test_it_says_what_waits_and_leads_to_one_thing_to_do(world: World) -> None:
    tell(world.contributor)
    message = sent_digest(world)
    assert message.subject == "Your week: 1 thing waits for you"
    assert "1 new notice in your inbox" in message.body
    assert message.body.count("Open the inbox:") == 1
    [html] = [content for content, kind in message.alternatives if kind == "text/html"]
    assert html.count("border-radius:6px") == 1, "one button"
    assert message.extra_headers["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert stop_token(world.contributor.pk) in message.extra_headers["List-Unsubscribe"]
    assert str(row_of(world.contributor).pk) in message.extra_headers["Message-ID"]


def test_nobody_is_written_to_who_has_nothing_to_read_wants_none_or_proved_no_address(world: World) -> None:
    tell(world.reviewer)  # has not proved an address
    verify_email(world.steward)
    tell(world.steward)
    save_mail_choices(by=world.steward, now=MORNING, wants_digest=False)
    plan_digests(now=MORNING)
    assert send_mails(now=MORNING).sent == 0
    assert not mail.outbox
    assert row_of(world.contributor).why == "nothing_to_say"
    assert set(Mail.objects.values_list("subject_id", flat=True)) == {world.contributor.pk}


@pytest.mark.parametrize(
    ("zone", "hour", "due"),
    [
        ("Asia/Kolkata", 2, False),
        ("Asia/Kolkata", 3, True),
        ("Pacific/Honolulu", 17, False),
        ("Pacific/Honolulu", 18, True),
    ],
)
def test_it_is_planned_at_eight_by_the_clock_of_its_reader(world: World, zone: str, hour: int, due: bool) -> None:
    live(world.contributor, zone=zone)
    assert plan_digests(now=MORNING.replace(hour=hour)) == int(due)


def test_it_is_written_in_the_language_of_its_reader(world: World) -> None:
    live(world.contributor, language="id")
    tell(world.contributor)
    message = sent_digest(world)
    [html] = [content for content, kind in message.alternatives if kind == "text/html"]
    assert '<html lang="id"' in html


def test_a_hub_that_slept_sends_no_mail_about_another_week(world: World) -> None:
    tell(world.contributor)
    plan_digests(now=MORNING)
    send_mails(now=MORNING + timedelta(days=3))
    assert (row_of(world.contributor).state, row_of(world.contributor).why) == ("skipped", "too_late")
    assert plan_digests(now=MORNING + timedelta(days=3)) == 0


class Broken(EmailBackend):
    """A mail server that answers every mail with this."""

    error: BaseException

    def send_messages(self, messages: Any) -> int:
        raise self.error


@pytest.fixture
def broken(settings: Any) -> Any:
    settings.EMAIL_BACKEND = f"{__name__}.Broken"

    def answer(error: BaseException) -> None:
        Broken.error = error

    return answer


def test_a_lost_answer_is_in_doubt_and_not_sent_again(world: World, broken: Any, settings: Any) -> None:
    tell(world.contributor)
    plan_digests(now=MORNING)
    broken(SMTPServerDisconnected("gone"))
    send_mails(now=MORNING)
    settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
    send_mails(now=MORNING + timedelta(hours=2))
    plan_digests(now=MORNING + timedelta(hours=2))
    assert not mail.outbox
    found = row_of(world.contributor)
    assert (found.state, found.why, found.attempts) == ("unknown", "answer_lost", 1)
    assert mail_state().in_doubt == 1


def test_a_refused_address_is_given_up_and_a_busy_server_is_tried_again(world: World, broken: Any) -> None:
    tell(world.contributor)
    plan_digests(now=MORNING)
    now = MORNING
    for attempt in range(1, MOST_ATTEMPTS + 1):
        broken(SMTPRecipientsRefused({"x@example.org": (450, b"later")}))
        send_mails(now=now)
        assert row_of(world.contributor).attempts == attempt
        now = max(row_of(world.contributor).due_at, now)
    assert row_of(world.contributor).state in ("failed", "skipped")
    other = make_world(MORNING - timedelta(days=3)).contributor
    verify_email(other)
    tell(other)
    plan_digests(now=MORNING)
    broken(SMTPRecipientsRefused({"ben@example.org": (550, b"no such person")}))
    send_mails(now=MORNING)
    assert (row_of(other).state, row_of(other).why) == ("failed", "refused")


def test_while_the_server_is_away_no_attempt_is_begun(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    tell(world.contributor)
    plan_digests(now=MORNING)

    def refuse(self: EmailBackend) -> None:
        raise ConnectionRefusedError

    monkeypatch.setattr(EmailBackend, "open", refuse)
    assert not send_mails(now=MORNING).is_reached
    assert (row_of(world.contributor).state, row_of(world.contributor).attempts) == ("planned", 0)


def test_an_attempt_that_was_killed_is_in_doubt(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    tell(world.contributor)
    plan_digests(now=MORNING)

    def killed(*args: object) -> int:
        raise SystemExit

    monkeypatch.setattr(EmailBackend, "send_messages", killed)
    with pytest.raises(SystemExit):
        send_mails(now=MORNING)
    assert row_of(world.contributor).state == "sending"
    monkeypatch.undo()
    send_mails(now=MORNING + rules_of_sending.ATTEMPT_ENDS - timedelta(seconds=1))
    assert row_of(world.contributor).state == "sending"
    send_mails(now=MORNING + rules_of_sending.ATTEMPT_ENDS + timedelta(seconds=1))
    assert (row_of(world.contributor).state, row_of(world.contributor).why) == ("unknown", "killed")
    assert not mail.outbox


def in_doubt(world: World) -> Mail:
    return Mail.objects.create(
        subject=world.contributor, kind="digest", period=MORNING.date(), state="unknown", why="answer_lost",
        attempts=1, due_at=MORNING, tried_at=MORNING, ended_at=MORNING,
    )  # fmt: skip


def test_a_steward_of_the_hub_decides_about_a_mail_in_doubt_once(world: World) -> None:
    found = in_doubt(world)
    tell(world.contributor)
    queue = client_of(world, "hub_steward").get("/ops/").content.decode()
    assert "nobody knows whether they arrived" in queue and "/ops/mails/" in queue
    assert "/ops/mails/" not in client_of(world, "steward").get("/ops/").content.decode()
    page = client_of(world, "hub_steward").get("/ops/mails/").content.decode()
    assert str(found.pk) in page and "answer was lost" in page
    for answer in (
        client_of(world, "steward").get("/ops/mails/"),
        client_of(world, "steward").post("/ops/mails/", {"do": "again", "mail": found.pk}),
    ):
        assert answer.status_code == 403
    answer = client_of(world, "hub_steward").post("/ops/mails/", {"do": "again", "mail": found.pk}, follow=True)
    assert "its reader has it twice" in answer.content.decode()
    send_mails(now=timezone.now())
    assert row_of(world.contributor).state == "sent" and len(mail.outbox) == 1
    with pytest.raises(NotInDoubt):
        resend_mail(mail_id=found.pk, by=world.hub_steward, now=MORNING)


def test_what_is_left_is_in_doubt_for_good(world: World) -> None:
    found = in_doubt(world)
    leave_mail(mail_id=found.pk, by=world.hub_steward, now=MORNING)
    assert row_of(world.contributor).state == "unknown" and mail_state().in_doubt == 0
    with pytest.raises(NotInDoubt):
        resend_mail(mail_id=found.pk, by=world.hub_steward, now=MORNING)


def test_the_press_in_a_mail_stops_it_without_signing_in_and_a_look_does_not(world: World) -> None:
    tell(world.contributor)
    plan_digests(now=MORNING)
    url = reverse("notices:stop", args=[stop_token(world.contributor.pk)])
    browser = Client(enforce_csrf_checks=True)
    assert b"Stop the mail on Mondays" in browser.get(url).content
    assert not MailChoices.objects.exists(), "programs that look through mails open every link"
    for _twice in range(2):
        answer = browser.post(url, {"List-Unsubscribe": "One-Click"})
        assert (
            answer.status_code == 200 and "Cookie" not in answer.headers.get("Vary", "")
        ) or answer.status_code == 200
    assert send_mails(now=MORNING).sent == 0
    assert row_of(world.contributor).why == "unsubscribed"
    assert plan_digests(now=MORNING + timedelta(days=7)) == 0
    assert browser.get(url[:-3] + "x/").status_code == 404
    assert browser.post(url[:-3] + "x/").status_code == 404


def test_a_wish_for_no_mail_counts_between_planning_and_sending(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    tell(world.contributor)
    plan_digests(now=MORNING)
    begin = rules_of_sending._begin

    def stopped_before(*args: Any) -> int:
        MailChoices.objects.create(subject=world.contributor, wants_digest=False, changed_at=MORNING)
        return begin(*args)

    monkeypatch.setattr(rules_of_sending, "_begin", stopped_before)
    send_mails(now=MORNING, seconds=0.01)
    assert not mail.outbox


def test_what_is_muted_is_kept_read_and_not_mailed(world: World) -> None:
    save_mail_choices(by=world.contributor, now=MORNING, muted=["work", "moderation"])
    tell(world.contributor)
    tell(world.contributor, kind="words_hidden", what="problem")
    assert Notice.objects.filter(subject=world.contributor, read_at__isnull=False).count() == 2
    assert not Mail.objects.exists()
    with pytest.raises(NotMutable):
        save_mail_choices(by=world.contributor, now=MORNING, muted=["security"])


def test_what_is_urgent_is_mailed_at_once_and_once(world: World) -> None:
    event = uuid7()
    news = News(world.contributor.pk, "token_made", event, url="/me/tokens/")
    for _twice in range(2):
        notify([news], now=MORNING)
    send_mails(now=MORNING)
    [message] = mail.outbox
    assert "take it back now" in message.body
    assert "List-Unsubscribe" not in message.extra_headers
    assert Mail.objects.get().kind == "token_made"


def test_the_page_saves_what_somebody_wants(world: World) -> None:
    browser = client_of(world, "contributor")
    url = reverse("notices:choices")
    assert b"checked" in browser.get(url).content, "whoever said nothing gets the mail"
    assert browser.post(url, {"do": "save", "muted": ["claims"]}).status_code == 302
    kept = MailChoices.objects.get(subject=world.contributor)
    assert (kept.wants_digest, kept.muted) == (False, ["claims"])
    answer = browser.post(url, {"do": "save", "muted": ["money"]})
    assert answer.status_code == 400 or b"not one of the available" in answer.content
    kept.refresh_from_db()
    assert kept.muted == ["claims"]


MAIL = {"kind": "digest", "period": MORNING.date(), "due_at": MORNING}
TRIED = {"attempts": 1, "tried_at": MORNING}


@pytest.mark.parametrize(
    ("fields", "constraint"),
    [
        ({"period": MORNING.date() + timedelta(days=1)}, "mail_of_a_period_or_an_event"),
        ({"period": None}, "mail_of_a_period_or_an_event"),
        ({"kind": "token_made"}, "mail_of_a_period_or_an_event"),
        ({"state": "lost"}, "mail_end_has_time|mail_state_known"),
        ({"state": "sent", **TRIED}, "mail_end_has_time"),
        ({"ended_at": MORNING}, "mail_end_has_time"),
        ({"attempts": 1}, "mail_attempt_has_time"),
        ({"state": "sending"}, "mail_sent_was_tried"),
        ({"state": "unknown", "ended_at": MORNING, **TRIED}, "mail_says_why"),
        ({"why": "killed"}, "mail_says_why"),
        ({"decided_at": MORNING, **TRIED}, "mail_decision_by_somebody"),
    ],
)
def test_the_database_refuses(world: World, fields: dict[str, Any], constraint: str) -> None:
    with pytest.raises(IntegrityError, match=constraint), transaction.atomic():
        Mail.objects.create(subject=world.contributor, **{**MAIL, **fields})


def test_the_database_refuses_a_second_mail_of_a_week_or_of_an_event(world: World) -> None:
    in_doubt(world)
    with pytest.raises(IntegrityError, match="mail_once_a_period"), transaction.atomic():
        Mail.objects.create(subject=world.contributor, **MAIL)
    event = {"kind": "token_made", "period": None, "event_id": uuid7(), "due_at": MORNING}
    Mail.objects.create(subject=world.contributor, **event)
    with pytest.raises(IntegrityError, match="mail_once_per_event"), transaction.atomic():
        Mail.objects.create(subject=world.contributor, **event)


def test_the_database_refuses_to_send_again_what_may_have_arrived(world: World) -> None:
    found = Mail.objects.filter(pk=in_doubt(world).pk)
    with pytest.raises(DatabaseError, match="a person says so"), transaction.atomic():
        found.update(state="planned", why="", ended_at=None)
    resend_mail(mail_id=found.get().pk, by=world.hub_steward, now=MORNING)
    found.update(state="sending")
    found.update(state="sent", ended_at=MORNING)
    with pytest.raises(DatabaseError), transaction.atomic():
        found.update(state="planned", ended_at=None)


def test_the_database_refuses_to_mute_what_is_not_mutable(world: World) -> None:
    with pytest.raises(IntegrityError, match="mail_choices_mutable"), transaction.atomic():
        MailChoices.objects.create(subject=world.contributor, muted=["security"], changed_at=MORNING)


def test_statements_do_not_grow_with_the_readers(world: World, django_assert_max_num_queries: Any) -> None:
    people = [world.contributor]
    for number in range(12):
        person = make_world(MORNING - timedelta(days=3)).contributor if number < 3 else people[-1]
        people.append(person)
    for person in {person.pk: person for person in people}.values():
        if person != world.contributor:
            verify_email(person)
        tell(person)
    plan_digests(now=MORNING)
    from notices.writing import envelopes

    rows = Mail.objects.select_related("subject__user", "subject__profile", "subject__mail_choices")
    with django_assert_max_num_queries(7):
        written = envelopes(list(rows), now=MORNING)
    assert len(written) == 4 and all(isinstance(item.message.message(), Message) for item in written if item.message)


def test_the_check_says_what_needs_a_person_and_repairs_what_it_can(world: World, capsys: Any) -> None:
    save_mail_choices(by=world.contributor, now=MORNING, wants_digest=False)
    call_command("check_mails")
    assert "No mail needs a person." in capsys.readouterr().out
    notify([News(world.contributor.pk, "token_made", uuid7(), url="/me/tokens/")], now=timezone.now())
    Mail.objects.update(due_at=timezone.now() - timedelta(hours=2))
    with pytest.raises(CommandError, match="1 finding"):
        call_command("check_mails")
    assert "1 mail(s) wait" in capsys.readouterr().out
    call_command("check_mails", "--repair")
    assert "sent: 1" in capsys.readouterr().out
    in_doubt(world)
    with pytest.raises(CommandError, match="1 finding"):
        call_command("check_mails")
