"""What hangs on an approval may fail; elsewhere it took the points with it, in silence. Here the points stand."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import timedelta
from typing import Any

import pytest
from django.core import mail
from django.core.mail.backends.base import BaseEmailBackend
from django.test import Client
from django.utils import timezone

from contributions.services import approve_contribution
from core import jobs, registries
from core.deliveries import deliver_until_empty
from core.models import Delivery, Event
from guildhub.celery import app
from notices.models import Notice
from reputation.models import Account, Transfer
from tests.acceptance.hands import an_hour, what_the_ledger_finds
from tests.factories import World, make_world, verify_email
from tests.pages import client_of

pytestmark = pytest.mark.django_db(transaction=True)
BROKEN = "acceptance.always_fails"


@pytest.fixture
def world() -> World:
    return make_world(timezone.now() - timedelta(hours=2))


@pytest.fixture
def broken_consumer() -> Iterator[str]:
    """A consumer of approvals that fails every time it is called."""

    def fail(_events: Sequence[Event]) -> None:
        raise RuntimeError("a badge could not be drawn")

    registries.subscribe(BROKEN, fail, ["contribution.approved"])
    yield BROKEN
    registries._subscriptions.pop(BROKEN)


class MailIsDown(BaseEmailBackend):
    """A mail server that refuses connections."""

    def send_messages(self, email_messages: Sequence[Any]) -> int:
        raise ConnectionRefusedError("[Errno 111] Connection refused")


def approve(world: World) -> None:
    approve_contribution(contribution=an_hour(world), by=world.reviewer, rubric=4, minutes=60, now=world.now)


def points(world: World) -> tuple[int, int]:
    return Account.objects.get(subject=world.contributor, kind="rep").balance, Transfer.objects.count()


def test_a_handler_that_always_fails_takes_no_point_with_it(world: World, broken_consumer: str) -> None:
    approve(world)
    before = points(world)
    assert before == (12, 4)
    now = timezone.now()
    for _attempt in range(12):
        deliver_until_empty(broken_consumer, now=now)
        deliver_until_empty("contributions.tell_contributors", now=now)
        now += timedelta(hours=6)
    assert points(world) == before
    parked = Delivery.objects.get(consumer=broken_consumer)
    assert parked.parked_at and "a badge could not be drawn" in parked.error, "it waits on /ops for a person"
    assert Notice.objects.filter(kind="contribution_approved").count() == 1, "the other consumers did their work"
    assert "a badge could not be drawn" in client_of(world, "hub_steward").get("/ops/").content.decode()
    assert what_the_ledger_finds() == []


def test_with_mail_down_work_is_approved_and_whoever_wants_a_code_is_told(world: World, settings: Any) -> None:
    settings.EMAIL_BACKEND = "tests.acceptance.test_side_effects.MailIsDown"
    address = verify_email(world.contributor)
    approve(world)
    assert points(world) == (12, 4)
    for known in (address, "nobody@example.org"):
        answer = Client(raise_request_exception=False).post("/accounts/login/", {"login": known}, follow=True)
        words = answer.content.decode()
        assert answer.status_code == 503, known
        assert "We could not send the mail" in words and "Nothing is lost" in words
    assert mail.outbox == []


@pytest.fixture
def no_broker(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A broker that isn't there, for this test alone: Celery keeps the connections it has made."""
    monkeypatch.setattr(jobs, "_broker_rests_until", 0.0)
    monkeypatch.setattr(app.conf, "broker_url", "redis+socket:///nowhere/redis.sock")
    app._after_fork()
    yield
    app._after_fork()


@pytest.mark.usefixtures("no_broker")
def test_with_the_broker_down_work_is_approved_and_its_notice_waits(world: World, settings: Any) -> None:
    settings.JOBS_ARE_NUDGED = True
    work = an_hour(world)
    answer = client_of(world, "reviewer").post(
        work.get_absolute_url(), {"do": "approve", "rubric": "4", "minutes": "60"}
    )
    assert answer.status_code in (200, 302)
    approve(world)
    assert Delivery.objects.filter(consumer="contributions.tell_contributors").exists()
    deliver_until_empty("contributions.tell_contributors", now=timezone.now() + timedelta(minutes=2))
    assert Notice.objects.filter(kind="contribution_approved").exists()
    assert what_the_ledger_finds() == []
