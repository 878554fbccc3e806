"""Points that came at once were lost elsewhere: 80 of 400 awards kept, a balance of 61 over 400 rows. Here they add up."""

from __future__ import annotations

import random
from datetime import timedelta

import pytest
from django.db import DatabaseError, connection, transaction
from django.db.models import F, Sum
from django.test import Client
from django.utils import timezone

from accounts.models import Subject
from accounts.services import save_profile
from contributions.models import Review
from contributions.queries.totals import project_work
from contributions.services import approve_contribution
from core.deliveries import consumers_with_due_events, deliver_until_empty
from core.models import Delivery, Event
from core.registries import subscriptions
from guildhub.person_page import find_person, hours_of, work_of
from notices.models import Notice
from reputation.models import Account, Entry, Transfer
from reputation.services import transfer
from tests import databases
from tests.acceptance.hands import an_hour, together, what_the_ledger_finds
from tests.factories import make_world
from tests.reputation.conftest import NOW, approval, logged_in_as, make_guild

pytestmark = pytest.mark.django_db(transaction=True)


def test_eight_threads_of_fifty_awards_to_one_person_add_up() -> None:
    guild, person = make_guild(), Subject.objects.create()

    def fifty_awards(_hand: int) -> None:
        for _award in range(50):
            transfer(approval(guild, person, 3), now=NOW)

    assert together(8, fifty_awards) == [None] * 8
    rep, pts = (Account.objects.get(subject=person, kind=kind) for kind in ("rep", "pts_pending"))
    assert (rep.balance, pts.balance) == (8 * 50 * 3, 8 * 50 * 3)
    assert (rep.version, rep.entries.count()) == (400, 400)


def test_a_balance_and_the_sum_of_its_rows_agree_after_400_concurrent_postings() -> None:
    guilds, people = [make_guild(), make_guild()], [Subject.objects.create() for _person in range(5)]

    def fifty_postings(hand: int) -> int:
        dice = random.Random(hand)
        given = 0
        for _posting in range(50):
            points = dice.randint(1, 90)
            transfer(approval(dice.choice(guilds), dice.choice(people), points), now=NOW)
            given += points
        return given

    given = sum(together(8, fifty_postings))
    accounts = Account.objects.filter(subject__isnull=False).annotate(rows=Sum("entries__amount"))
    assert accounts.count() == 2 * 2 * 5
    assert not accounts.exclude(rows=F("balance")).exists()
    assert accounts.filter(kind="rep").aggregate(n=Sum("balance"))["n"] == given
    for account in accounts:
        assert account.entries.latest("pk").balance == account.balance
    assert Entry.objects.aggregate(n=Sum("amount"))["n"] == 0
    assert what_the_ledger_finds() == []


def test_an_approval_that_arrives_three_times_is_paid_once() -> None:
    """Elsewhere a daily award came three times: once a request, a retry, and a job."""
    world = make_world(timezone.now() - timedelta(hours=2))
    work = an_hour(world)
    answers = together(
        3, lambda _n: approve_contribution(contribution=work, by=world.reviewer, rubric=4, minutes=60, now=world.now)
    )
    assert not [answer for answer in answers if isinstance(answer, DatabaseError)]
    approved = Event.objects.get(kind="contribution.approved")
    for _time in range(4):
        for subscription in subscriptions():
            Delivery.objects.get_or_create(
                consumer=subscription.consumer, event=approved, defaults={"due_at": timezone.now()}
            )
        for consumer in consumers_with_due_events(now=timezone.now()):
            deliver_until_empty(consumer, now=timezone.now())
    assert Review.objects.filter(contribution=work).count() == 1
    assert Transfer.objects.filter(source_id=work.pk).count() == 2, "REP and PTS, once"
    assert Transfer.objects.filter(reason="review_paid").count() == 2, "and the review's, once"
    assert Notice.objects.filter(kind="contribution_approved").count() == 1
    assert what_the_ledger_finds() == []


REWRITES = [
    "UPDATE reputation_transfer SET amount = amount + 1",
    "UPDATE reputation_entry SET amount = amount + 1",
    "UPDATE reputation_entry SET account_id = account_id",
    "DELETE FROM reputation_entry",
    "DELETE FROM reputation_transfer",
    "TRUNCATE reputation_entry, reputation_transfer CASCADE",
    "DELETE FROM reputation_account",
]


@pytest.mark.parametrize("sql", REWRITES)
@pytest.mark.parametrize("login", ["app", "owner"])
def test_a_posted_row_is_neither_rewritten_nor_deleted(login: str, sql: str) -> None:
    """By the login of web and worker, and by the owner of the tables, who runs migrations."""
    transfer(approval(make_guild(), Subject.objects.create()), now=NOW)
    before = list(Entry.objects.order_by("pk").values_list("pk", "account_id", "amount", "balance"))
    with pytest.raises(
        Exception, match="append-only|permission denied|stands|never|refused|only by|cannot .* view|is not a table"
    ):
        if login == "app":
            with transaction.atomic(), connection.cursor() as cursor:
                cursor.execute(sql)
        else:
            with logged_in_as("owner") as cursor:
                cursor.execute(sql)
    assert list(Entry.objects.order_by("pk").values_list("pk", "account_id", "amount", "balance")) == before
    assert what_the_ledger_finds() == []


def test_a_balance_is_not_rewritten_by_web_or_worker_and_a_rewritten_one_is_found() -> None:
    transfer(approval(make_guild(), Subject.objects.create()), now=NOW)
    sql = "UPDATE reputation_account SET balance = balance + 100 WHERE kind = 'rep'"
    with pytest.raises(DatabaseError, match="permission denied"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(sql)
    with logged_in_as("owner") as cursor:
        cursor.execute(sql)
    assert what_the_ledger_finds() != [], "verify_ledger names it"


def test_a_ranking_is_over_all_rows_and_not_over_the_latest_ten_thousand() -> None:
    """Elsewhere three of the top five fell out of a leaderboard, because their points were old."""
    world = make_world()
    save_profile(subject=world.contributor, handle="asha", public_sections=["hours"])
    many = """
        INSERT INTO contributions_contribution (id, subject_id, client_id, payload_hash, guild_id, project_id, task_id,
            role, source, state, need, note, link, created_at, submitted_at, decided_at, minutes_counted,
            minutes_credited, points)
        SELECT gen_random_uuid(), %(person)s, gen_random_uuid(), '', %(guild)s, %(project)s, %(task)s,
            CASE WHEN n <= 500 THEN 'field' WHEN n <= 900 THEN 'translation' ELSE 'code' END, 'logged', 'approved', '',
            '', '', at, at, at, 1, 1, 1
        FROM generate_series(1, 11900) n, LATERAL (SELECT timestamptz '2020-01-01' + n * interval '1 hour' AS at) t;
        INSERT INTO contributions_review (id, contribution_id, contributor_id, reviewer_id, basis, verdict, rubric,
            minutes_approved, reason, next_step, policy_version, points_paid, taken_at,
            decided_at)
        SELECT gen_random_uuid(), id, subject_id, %(reviewer)s, 'person', 'approved', 4,
            CASE role WHEN 'field' THEN 300 WHEN 'translation' THEN 200 ELSE 1 END, '', '', 1, 0, decided_at, decided_at
        FROM contributions_contribution;
        INSERT INTO contributions_timeentry (id, contribution_id, subject_id, worked_on, minutes, counts)
        SELECT gen_random_uuid(), id, subject_id, decided_at::date, 1, false FROM contributions_contribution;
    """
    ids = {"person": world.contributor.pk, "guild": world.guild.pk, "project": world.project.pk}
    values = {key: str(value) for key, value in ids.items()}
    with databases.superuser(str(connection.settings_dict["NAME"])) as cursor:
        cursor.execute("SET session_replication_role = replica")
        cursor.execute(many, {**values, "task": str(world.task.pk), "reviewer": str(world.reviewer.pk)})
        cursor.execute("ANALYZE contributions_contribution, contributions_review, contributions_timeentry")
    by_kind = [(kind.role, kind.minutes_logged) for kind in project_work(world.project.pk).kinds]
    assert by_kind == [("field", 150_000), ("translation", 80_000), ("code", 11_000)]
    person = find_person("asha", reader_ids=[], is_hub_steward=False)
    assert person is not None
    hours = hours_of(work_of(person))
    assert [kind[0] for kind in hours.kinds] == ["field work", "translation", "code"]
    assert (hours.minutes, hours.pieces) == (241_000, 11_900)
    assert "4,016" in Client().get("/u/asha/").content.decode(), "and so says the page"
