"""The inbox: what it says, in whose words, and when a line counts as read."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone, translation

from accounts.models import Subject, SubjectLink
from contributions.services import (
    EntryInput,
    approve_contribution,
    log_hours,
    reject_contribution,
    return_contribution,
)
from core.deliveries import deliver_until_empty
from core.ids import uuid7
from notices.kinds import NOTICE_KINDS, sentence
from notices.models import Notice
from notices.services import News, notify
from tests.factories import World, make_author, make_world
from tests.pages import client_of

pytestmark = pytest.mark.django_db
INBOX = "/inbox/"


@pytest.fixture
def world() -> World:
    return make_world(timezone.now() - timedelta(days=2))


def tell(person: Subject, count: int = 1, kind: str = "contribution_returned", **params: object) -> None:
    values = {"task": "Label 40 photos", **params}
    news = [News(person.pk, kind, uuid7(), url="/me/hours/", params=values) for _ in range(count)]
    notify(news, now=timezone.now())


def test_each_verdict_arrives_as_one_line_that_leads_to_the_work(world: World) -> None:
    def log(minutes: int):  # type: ignore[no-untyped-def]
        entries = [EntryInput(world.now.date(), minutes)]
        made = log_hours(by=world.contributor, client_id=uuid7(), task=world.open_work, entries=entries, now=world.now)
        return made.contribution

    approved, returned, rejected = log(60), log(20), log(30)
    judged = {"by": world.reviewer, "now": world.now}
    approve_contribution(contribution=approved, rubric=4, minutes=60, **judged)
    return_contribution(contribution=returned, reason="Which dam?", **judged)
    reject_contribution(contribution=rejected, reason="Done.", next_step="Take a task.", **judged)
    for _twice in range(2):
        deliver_until_empty("contributions.tell_contributors", now=timezone.now())
    page = client_of(world, "contributor").get(INBOX).content.decode()
    assert "Your 1 hour on “Open work on Flood map” was approved: +12." in page
    assert "came back with a question. Your hours are kept." in page
    assert "was not accepted." in page
    for work in (approved, returned, rejected):
        assert page.count(work.get_absolute_url()) == 1
    assert "Which dam?" not in page, "a reviewer's words stay on the work's own page"
    assert "Nothing here yet" in client_of(world, "reviewer").get(INBOX).content.decode()


def test_opening_marks_nothing_and_the_button_marks_everything_once(world: World) -> None:
    tell(world.contributor, 2)
    tell(world.reviewer)
    client = client_of(world, "contributor")
    client.get(INBOX)
    assert Notice.objects.filter(read_at__isnull=True).count() == 3
    page = client.post(INBOX, {"do": "read"}, follow=True).content.decode()
    assert "2 notices marked as read." in page and "Mark all as read" not in page
    first = Notice.objects.filter(subject=world.contributor).values_list("read_at", flat=True)[0]
    client.post(INBOX, {"do": "read"})
    assert Notice.objects.filter(subject=world.contributor).values_list("read_at", flat=True)[0] == first
    assert Notice.objects.get(subject=world.reviewer).read_at is None


def test_the_frame_counts_what_is_unread(world: World) -> None:
    tell(world.contributor, 3)
    client = client_of(world, "contributor")
    assert '<span class="count">3' in client.get("/home/").content.decode()
    client.post(INBOX, {"do": "read"})
    assert '<span class="count">' not in client.get("/home/").content.decode()


def test_notices_of_a_claimed_identity_are_there(world: World) -> None:
    author = make_author("Old me", "old@example.org")
    tell(author.subject)
    SubjectLink.objects.create(alias=author.subject, primary=world.contributor, linked_at=world.now)
    assert "Label 40 photos" in client_of(world, "contributor").get(INBOX).content.decode()


def test_a_long_inbox_goes_on(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("notices.views.inbox.PAGE", 2)
    tell(world.contributor, 5)
    client, path, pages = client_of(world, "contributor"), INBOX, 0
    while path:
        page = client.get(path).content.decode()
        pages += 1
        path = page.split('rel="next" href="')[1].split('"')[0] if 'rel="next"' in page else ""
    assert pages == 3
    assert client.get(INBOX, {"before": "nonsense"}).status_code == 200


def test_hostile_titles_stay_words(world: World) -> None:
    tell(world.contributor, task="<script>alert(1)</script>")
    page = client_of(world, "contributor").get(INBOX).content.decode()
    assert "<script>alert" not in page and "&lt;script&gt;alert(1)&lt;/script&gt;" in page


@pytest.mark.parametrize("kind", sorted(NOTICE_KINDS))
def test_every_kind_has_a_sentence_even_with_nothing_to_say(kind: str) -> None:
    assert sentence(kind, {})


def test_hours_are_said_as_people_say_them_and_a_full_week_is_told() -> None:
    with translation.override("en"):
        said = [sentence("contribution_approved", {"task": "T", "minutes": m, "points": 1}) for m in (60, 120, 90, 45)]
        assert [s.split(" on ")[0] for s in said] == ["Your 1 hour", "Your 2 hours", "Your 1 h 30 min", "Your 45 min"]
        assert "adds no points" in sentence("contribution_approved", {"task": "T", "minutes": 60, "points": 0})


def test_a_kind_from_an_app_that_is_gone_is_said_plainly(world: World) -> None:
    tell(world.contributor, kind="robot_danced")
    assert "can’t describe (robot_danced)" in client_of(world, "contributor").get(INBOX).content.decode().replace(
        "&#x27;", "’"
    )
