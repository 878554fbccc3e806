"""The mails of a Monday by real workers that are killed in the middle of one: nobody gets two, whoever wants none gets none."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, datetime, time, timedelta

import pytest
from allauth.account.models import EmailAddress
from django.db import close_old_connections
from django.utils import timezone

from accounts.models import Subject, User
from core.ids import uuid7
from guildhub.embedded.more_redis import OwnRedis
from notices.models import Mail, MailChoices, Notice
from notices.queries import mail_state
from tests.mail_server import MailServer
from tests.workers import Workers, kill, until

pytestmark = pytest.mark.django_db(transaction=True)


def a_monday() -> datetime:
    """Half past eight on the Monday that comes, in the hub's zone."""
    today = timezone.now().date()
    return datetime.combine(today + timedelta(days=7 - today.weekday()), time(8, 30), UTC)


def make_readers(count: int, named: str, *, has_news: bool = True) -> list[Subject]:
    """So many people with a proved address and, unless they have none, something to read."""
    people = Subject.objects.bulk_create(Subject() for _n in range(count))
    users = User.objects.bulk_create(
        User(email=f"{named}{number}@example.net", subject=person) for number, person in enumerate(people)
    )
    EmailAddress.objects.bulk_create(
        EmailAddress(user=user, email=user.email, verified=True, primary=True) for user in users
    )
    now = timezone.now()
    Notice.objects.bulk_create(
        Notice(subject=person, kind="contribution_returned", params={"task": "Maps"}, event_id=uuid7(), created_at=now)
        for person in people
        if has_news
    )
    return people


def send_and_kill(redis: OwnRedis, readers: int, kills: int) -> MailServer:
    """Let workers plan and send the Monday's mails; each time so many have gone one is killed, in turns before and after
    the server took the mail it was at."""
    ahead = (a_monday() - timezone.now()).total_seconds()
    with (
        MailServer() as server,
        Workers(redis, "tests.clock_ahead", CLOCK_AHEAD=str(ahead), EMAIL_URL=server.url) as workers,
    ):
        workers.ask("notices.plan_digests")
        for number in range(kills):
            server.stop_at((number + 1) * readers // (kills + 1), taken=number % 2 == 0)
            worker = workers.start()
            workers.ask("notices.send_mails")
            until(server.is_stopped.is_set, f"mail {server.offered}", seconds=600)
            kill(worker)
            server.go_on()
            Mail.objects.filter(state="sending").update(tried_at=timezone.now() - timedelta(minutes=5))
        workers.start()
        workers.ask("notices.send_mails")
        until(lambda: is_over(readers), "the end of all mails", seconds=1200)
        return server


def is_over(readers: int) -> bool:
    close_old_connections()
    ended = Mail.objects.exclude(state__in=["planned", "sending"])
    return (
        ended.filter(state__in=["sent", "unknown"]).count() >= readers
        and not Mail.objects.filter(state__in=["planned", "sending"]).exists()
    )


def try_it(redis: OwnRedis, readers: int, unwilling: int, kills: int) -> None:
    """Send to so many, beside so many who want no mail and one who has nothing to read, and hold every row to account."""
    make_readers(readers, "reader")
    MailChoices.objects.bulk_create(
        MailChoices(subject=person, wants_digest=False, changed_at=timezone.now())
        for person in make_readers(unwilling, "unwilling")
    )
    make_readers(1, "idle", has_news=False)
    server = send_and_kill(redis, readers, kills)
    rows = Counter(Mail.objects.values_list("state", flat=True))
    assert rows == {"sent": readers - kills, "unknown": kills, "skipped": 1}
    assert Mail.objects.values("subject").distinct().count() == sum(rows.values()), "one row each"
    assert not Mail.objects.filter(state__in=["sent", "unknown"]).exclude(attempts=1).exists(), "each attempted once"
    assert server.offered == readers
    assert set(server.taken.values()) == {1} and set(server.ids.values()) == {1}, "nobody twice"
    assert len(server.taken) == readers - kills // 2
    assert not [address for address in server.taken if not address.startswith("reader")]
    assert mail_state().in_doubt == kills, "and /ops/ says so"
    print(f"\n{readers} digests, killed {kills} times: {dict(rows)}, {len(server.taken)} arrived, none twice")


def test_a_mondays_mails_with_the_worker_killed_twice(redis_server: OwnRedis) -> None:
    try_it(redis_server, readers=12, unwilling=3, kills=2)


@pytest.mark.slow
def test_twelve_thousand_digests_with_the_worker_killed_three_times(redis_server: OwnRedis) -> None:
    try_it(redis_server, readers=12_000, unwilling=500, kills=3)
