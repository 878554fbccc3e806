"""The loop in random order: log, edit, submit, withdraw, review, give a verdict, undo it, sweep, retry, import; and the life
of points: vest, look a second time, dispute, decide, spend, expire, and another policy.

After every step the ledger's invariants hold, and replaying the approvals through the bare rule gives the same points.
"""

from __future__ import annotations

import os
from contextlib import nullcontext, suppress
from datetime import date, datetime, timedelta
from typing import Any

import pytest
from django.db import connection, transaction
from django.db.models import QuerySet
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule, run_state_machine_as_test

from accounts.models import Subject
from contributions.history.rules import Author, Commit
from contributions.models import Challenge, Contribution, ImportedSession, PendingVerdict, SecondLook, TimeEntry
from contributions.rules import iso_week
from contributions.services import (
    EntryInput,
    approve_contribution,
    edit_contribution,
    give_verdict,
    log_hours,
    post_due_verdicts,
    reject_contribution,
    retry_contribution,
    return_contribution,
    submit_contribution,
    take_review,
    undo_verdict,
    withdraw_contribution,
)
from contributions.services.challenges import VotedBefore, give_panel_vote, raise_challenge, run_challenges
from contributions.services.history import bring_history
from contributions.services.history_acceptance import accept_history
from contributions.services.looks import look_again
from contributions.services.vesting import live_a_day
from core.deliveries import deliver_until_empty
from core.errors import DomainError
from core.ids import uuid7
from core.registries import integrity_checks
from guilds.services import grant_right, join_guild, publish_policy
from projects.models import Task
from reputation.models import PendingPoints
from reputation.queries import balances
from reputation.rules import PointPolicy, WeekUse, credit_contribution
from reputation.services import NotEnoughPoints, Spending, spend
from tests.factories import make_person, make_task, make_world

#: How many walks the long run takes.
HISTORIES = int(os.environ.get("GUILDHUB_HISTORIES", "2000"))
MINUTES = st.sampled_from([5, 30, 60, 60, 90, 120, 120, 240, 300, 500, 900])

#: What no ledger may ever show, as queries that must come back empty (numbers as in the ledger's invariants).
NEVER = {
    "1 entries of a transfer sum to zero": (
        "SELECT transfer_id FROM reputation_entry GROUP BY transfer_id HAVING sum(amount) <> 0 OR count(*) <> 2"
    ),
    "3 one transfer per reason, source and sequence": (
        "SELECT source_id FROM reputation_transfer GROUP BY reason, source_kind, source_id, sequence HAVING count(*) > 1"
    ),
    "4 no person's account below zero": (
        "SELECT id FROM reputation_account WHERE subject_id IS NOT NULL AND balance < 0 AND kind <> 'pts_debt'"
    ),
    "5 a balance is the sum of its entries": (
        "SELECT a.id FROM reputation_account a LEFT JOIN reputation_entry e ON e.account_id = a.id"
        " WHERE a.subject_id IS NOT NULL GROUP BY a.id, a.balance HAVING a.balance <> coalesce(sum(e.amount), 0)"
    ),
    "6 reversed at most once": (
        "SELECT reverses_id FROM reputation_transfer WHERE reverses_id IS NOT NULL GROUP BY 1 HAVING count(*) > 1"
    ),
    "7 nobody reviews themselves": "SELECT id FROM contributions_review WHERE reviewer_id = contributor_id",
    "8 clocked ranges never overlap": (
        "SELECT a.id FROM contributions_timeentry a JOIN contributions_timeentry b ON b.subject_id = a.subject_id"
        " AND b.id > a.id AND tstzrange(a.started_at, a.ended_at) && tstzrange(b.started_at, b.ended_at)"
        " WHERE a.counts AND b.counts AND a.started_at IS NOT NULL AND b.started_at IS NOT NULL"
    ),
    "8 no day holds more than sixteen hours": (
        "SELECT subject_id FROM contributions_timeentry WHERE counts GROUP BY subject_id, worked_on"
        " HAVING sum(minutes) > 960"
    ),
    "9 REP and PTS of an approval are equal": (
        "SELECT source_id FROM reputation_transfer WHERE reason = 'contribution_approved' GROUP BY source_id"
        " HAVING coalesce(sum(amount) FILTER (WHERE unit = 'REP'), 0)"
        " <> coalesce(sum(amount) FILTER (WHERE unit = 'PTS'), 0)"
    ),
    "9 imports mint reputation only": (
        "SELECT id FROM reputation_transfer WHERE reason = 'history_imported' AND unit <> 'REP'"
    ),
    "a verdict waits on work in review only": (
        "SELECT v.contribution_id FROM contributions_pendingverdict v JOIN contributions_contribution c"
        " ON c.id = v.contribution_id WHERE c.state <> 'in_review'"
    ),
    "what pends is explained row by row": (
        "SELECT a.id FROM reputation_account a LEFT JOIN reputation_pendingpoints w ON w.account_id = a.id"
        " WHERE a.kind = 'pts_pending' GROUP BY a.id, a.balance HAVING a.balance <> coalesce(sum(w.amount), 0)"
    ),
    "a debt is paid before anything is available": (
        "SELECT d.id FROM reputation_account d JOIN reputation_account a ON a.guild_id = d.guild_id"
        " AND a.subject_id = d.subject_id AND a.kind = 'pts_available' AND a.balance > 0"
        " WHERE d.kind = 'pts_debt' AND d.balance < 0"
    ),
    "debt is never above zero": "SELECT id FROM reputation_account WHERE kind = 'pts_debt' AND balance > 0",
    "reputation is what was minted and not taken back": (
        "SELECT a.id FROM reputation_account a WHERE a.kind = 'rep' AND a.balance <> ("
        " SELECT coalesce(sum(t.amount), 0) FROM reputation_transfer t JOIN reputation_entry e ON e.transfer_id = t.id"
        " WHERE e.account_id = a.id AND t.reason <> 'reversal'"
        " AND NOT EXISTS (SELECT FROM reputation_transfer r WHERE r.reverses_id = t.id))"
    ),
    "nobody sits on a case of their own": (
        "SELECT s.id FROM contributions_panelseat s JOIN contributions_challenge c ON c.id = s.challenge_id"
        " JOIN contributions_contribution w ON w.id = c.contribution_id JOIN contributions_review r ON r.id = c.review_id"
        " WHERE s.subject_id IN (c.raised_by_id, w.subject_id, r.reviewer_id)"
    ),
    "what is disputed does not vest": (
        "SELECT c.id FROM contributions_challenge c JOIN contributions_contribution w ON w.id = c.contribution_id"
        " WHERE c.decided_at IS NULL AND w.state NOT IN ('challenged', 'rejected')"
    ),
    "an overturned review pays nobody": (
        "SELECT r.id FROM contributions_review r JOIN reputation_transfer t ON t.source_id = r.id AND t.reason = 'review_paid'"
        " WHERE r.overturned_at IS NOT NULL"
        " AND NOT EXISTS (SELECT FROM reputation_transfer x WHERE x.reverses_id = t.id)"
    ),
    "10 at most twenty hours of a week count": (
        "SELECT id FROM contributions_week WHERE full_minutes + half_minutes > 1200"
    ),
}


class Loop(RuleBasedStateMachine):
    """Random walks of one guild; each walk runs in a transaction that is rolled back."""

    def __init__(self) -> None:
        super().__init__()
        self.transaction = transaction.atomic()
        self.transaction.__enter__()
        world = self.world = make_world()
        self.people: list[Subject] = [world.contributor, world.maintainer, world.reviewer]
        second = make_person("second")
        join_guild(guild=world.guild, by=second, now=world.now)
        grant_right(guild=world.guild, subject=second, right="reviewer", by=world.steward, now=world.now)
        self.reviewers = [world.reviewer, world.maintainer, second]
        for name in ("third", "fourth", "fifth"):
            person = make_person(name)
            join_guild(guild=world.guild, by=person, now=world.now)
            grant_right(guild=world.guild, subject=person, right="reviewer", by=world.steward, now=world.now)
        self.spent = 0
        self.tasks: list[Task] = [
            world.open_work,
            world.task,
            make_task(world, world.maintainer, world.now, difficulty="L", estimate_minutes=60),
            make_task(world, world.maintainer, world.now, difficulty="XS", estimate_minutes=15),
        ]
        self.approvals: list[dict[str, Any]] = []
        self.corrected: set[Any] = set()
        for minutes in (120, 90):  # so that a short walk has something to dispute, too
            logged = log_hours(
                by=world.contributor, client_id=uuid7(), task=world.open_work,
                entries=[self._entry(minutes, 3, None)], note="Photos.", now=world.later(minutes=1),
            )  # fmt: skip
            work = Contribution.objects.get(pk=logged.contribution.pk)
            self._approve(work, world.reviewer, 3, minutes, world.later(minutes=1), True)

    def teardown(self) -> None:
        """Forget the walk."""
        transaction.set_rollback(True)
        self.transaction.__exit__(None, None, None)

    # what can happen -------------------------------------------------------------------------------------------

    @rule(
        person=st.integers(0, 2),
        task=st.integers(0, 3),
        minutes=st.lists(MINUTES, min_size=1, max_size=3),
        day=st.integers(0, 9),
        hour=st.none() | st.integers(0, 23),
        note=st.sampled_from(["what I did", "what I did", ""]),
    )
    def log(self, person: int, task: int, minutes: list[int], day: int, hour: int | None, note: str) -> None:
        now = self.world.later(minutes=7)
        entries = [self._entry(m, day + n, hour) for n, m in enumerate(minutes)]
        values: dict[str, Any] = {
            "by": self.people[person],
            "client_id": uuid7(),
            "task": self.tasks[task],
            "entries": entries,
            "note": note,
        }
        stored = log_hours(**values, now=now)
        assert stored.is_new
        again = log_hours(**values, now=now)
        assert not again.is_new and again.contribution.pk == stored.contribution.pk
        assert stored.contribution.entries.count() == len(minutes), "what reaches the server is stored"

    @rule(data=st.data())
    @precondition(lambda self: self._any("draft", "returned"))
    def submit(self, data: st.DataObject) -> None:
        work = self._pick(data, "draft", "returned")
        minutes = self._minutes(work)
        submit_contribution(contribution=work, by=work.subject, now=self.world.later(minutes=3))
        assert self._minutes(work) == minutes, "handing in again keeps the hours"

    @rule(data=st.data(), minutes=MINUTES, day=st.integers(0, 9))
    @precondition(lambda self: self._any("draft", "returned", "withdrawn"))
    def edit(self, data: st.DataObject, minutes: int, day: int) -> None:
        work = self._pick(data, "draft", "returned", "withdrawn")
        edit_contribution(
            contribution=work,
            by=work.subject,
            now=self.world.later(minutes=3),
            task=work.task,
            entries=[self._entry(minutes, day, None)],
            note="changed",
            link="",
        )

    @rule(data=st.data())
    @precondition(lambda self: self._any("submitted", "in_review", "returned", "draft"))
    def withdraw(self, data: st.DataObject) -> None:
        work = self._pick(data, "submitted", "in_review", "returned", "draft")
        withdraw_contribution(contribution=work, by=work.subject, now=self.world.later(minutes=1))
        work.refresh_from_db()
        assert work.state == "withdrawn"

    @rule(data=st.data())
    @precondition(lambda self: self._any("submitted"))
    def take(self, data: st.DataObject) -> None:
        work = self._pick(data, "submitted")
        reviewer = data.draw(st.sampled_from(self.reviewers))
        self._refused_if_own(work, reviewer, lambda now: take_review(contribution=work, by=reviewer, now=now))

    @rule(data=st.data())
    @precondition(lambda self: self._any("submitted", "in_review"))
    def give_back(self, data: st.DataObject) -> None:
        work = self._pick(data, "submitted", "in_review")
        reviewer = self._reviewer_of(work, data)
        self._refused_if_own(
            work,
            reviewer,
            lambda now: return_contribution(contribution=work, by=reviewer, reason="Which photos?", now=now),
        )

    @rule(data=st.data(), rubric=st.integers(2, 5), part=st.integers(1, 4), is_task_done=st.booleans())
    @precondition(lambda self: self._any("submitted", "in_review"))
    def approve(self, data: st.DataObject, rubric: int, part: int, is_task_done: bool) -> None:
        work = self._pick(data, "submitted", "in_review")
        reviewer = self._reviewer_of(work, data)
        minutes = max(1, self._minutes(work) * part // 4)

        self._refused_if_own(
            work, reviewer, lambda now: self._approve(work, reviewer, rubric, minutes, now, is_task_done)
        )

    @rule(rubric=st.integers(2, 5))
    @precondition(lambda self: self._any("submitted"))
    def empty_the_queue(self, rubric: int) -> None:
        """The evening of a reviewer, so that weeks fill up and reviews reach their weekly limit."""
        for work in self._works("submitted"):
            reviewer = next(r for r in self.reviewers if r.pk != work.subject_id)
            self._approve(work, reviewer, rubric, self._minutes(work), self.world.later(minutes=2), True)

    @rule(data=st.data())
    @precondition(lambda self: self._any("submitted", "in_review"))
    def reject(self, data: st.DataObject) -> None:
        work = self._pick(data, "submitted", "in_review")
        reviewer = self._reviewer_of(work, data)
        self._refused_if_own(
            work,
            reviewer,
            lambda now: reject_contribution(
                contribution=work, by=reviewer, reason="Copied.", next_step="Take your own photos.", now=now
            ),
        )

    @rule(
        data=st.data(),
        verdict=st.sampled_from(["approved", "approved", "returned", "rejected"]),
        rubric=st.integers(2, 5),
    )
    @precondition(lambda self: self._any("submitted", "in_review"))
    def give(self, data: st.DataObject, verdict: str, rubric: int) -> None:
        work = self._pick(data, "submitted", "in_review")
        reviewer = self._reviewer_of(work, data)
        said: dict[str, Any] = {"verdict": verdict, "rubric": rubric, "minutes": self._minutes(work)}
        if verdict != "approved":
            said |= {"reason": "Which photos?", "next_step": "Take some."}

        def give(now: datetime) -> None:
            for _twice in range(2):
                give_verdict(contribution=work, by=reviewer, now=now, **said)

        known = PendingVerdict.objects.filter(pk=work.pk).first()
        if known is not None:
            is_same = (known.reviewer_id, known.verdict, known.rubric) == (reviewer.pk, verdict, rubric)
            with nullcontext() if is_same else pytest.raises(DomainError):
                give(self.world.later(seconds=5))
            assert PendingVerdict.objects.get(pk=work.pk) == known, "what was given first stands"
            return
        self._refused_if_own(work, reviewer, give)

    @rule(data=st.data())
    @precondition(lambda self: PendingVerdict.objects.exists())
    def undo(self, data: st.DataObject) -> None:
        waiting = list(PendingVerdict.objects.select_related("contribution", "reviewer").order_by("pk"))
        pending = waiting[data.draw(st.integers(0, len(waiting) - 1))]
        for _twice in range(2):
            undo_verdict(contribution=pending.contribution, by=pending.reviewer)
        assert not PendingVerdict.objects.filter(pk=pending.pk).exists()

    @rule()
    @precondition(lambda self: PendingVerdict.objects.exists())
    def sweep(self) -> None:
        """A minute passes. What is approved is remembered in the order of posting, which is that of the bands."""
        now = self.world.later(seconds=61)
        due = list(PendingVerdict.objects.filter(effective_at__lte=now).order_by("effective_at", "pk"))
        assert post_due_verdicts(now=now) == len(due), "nothing stood in the way"
        assert post_due_verdicts(now=now) == 0
        for verdict in due:
            work = Contribution.objects.get(pk=verdict.pk)
            assert work.state == verdict.verdict
            if verdict.verdict == "approved":
                self.approvals.append(
                    {
                        "work": work.pk,
                        "rubric": verdict.rubric,
                        "minutes": verdict.minutes_approved,
                        "points": work.points,
                    }
                )

    @rule(data=st.data())
    @precondition(lambda self: self._any("rejected"))
    def retry(self, data: st.DataObject) -> None:
        work = self._pick(data, "rejected")
        draft = retry_contribution(contribution=work, by=work.subject, now=self.world.later(minutes=3))
        if draft.state == "draft":
            assert self._minutes(draft) or draft.need
        assert retry_contribution(contribution=work, by=work.subject, now=self.world.now).pk == draft.pk

    @rule(
        author=st.integers(0, 2),
        gaps=st.lists(st.sampled_from([5, 40, 119, 121, 600, 4000]), min_size=1, max_size=12),
        is_paired=st.booleans(),
    )
    def bring_history(self, author: int, gaps: list[int], is_paired: bool) -> None:
        people = [Author(f"Author {n}", f"{n:016x}") for n in (author, author + 1)]
        at = self.world.now - timedelta(days=20)
        commits = []
        for gap in gaps:
            at += timedelta(minutes=gap)
            commits.append(
                Commit(
                    sha=uuid7().hex + "0" * 8,
                    is_merge=False,
                    author=people[0],
                    authored_at=at,
                    co_authors=(people[1],) if is_paired else (),
                )
            )
        brought = {"project": self.world.project, "commits": commits, "by": self.world.maintainer}
        bring_history(**brought, now=self.world.later(minutes=5))
        before = ImportedSession.objects.count()
        assert bring_history(**brought, now=self.world.now).history_import is None, "twice is once"
        assert ImportedSession.objects.count() == before

    @rule()
    def accept_history(self) -> None:
        project, by = self.world.project, self.world.maintainer
        accept_history(project=project, by=by, now=self.world.later(minutes=5))
        again = accept_history(project=project, by=by, now=self.world.now)
        assert (again.sessions, again.points) == (0, 0), "accepted sessions are accepted once"

    # the life of points -----------------------------------------------------------------------------------------

    @rule(days=st.sampled_from([1, 8, 8, 20]))
    def live(self, days: int) -> None:
        """A night: what had its days vests, twice is once."""
        now = self.world.later(days=days)
        live_a_day(now=now)
        assert live_a_day(now=now) == {"vested": 0, "expired": 0, "warned": 0}
        assert not PendingPoints.objects.filter(held_for="", vests_on__lte=now.date()).exists()

    @rule(data=st.data(), agrees=st.booleans())
    @precondition(lambda self: SecondLook.objects.filter(outcome="waiting").exists())
    def look_again(self, data: st.DataObject, agrees: bool) -> None:
        rows = SecondLook.objects.filter(outcome="waiting").select_related("contribution", "review")
        looks = list(rows.order_by("pk"))
        look = looks[data.draw(st.integers(0, len(looks) - 1))]
        parties = {look.contribution.subject_id, look.review.reviewer_id}
        by = next(person for person in self.reviewers if person.pk not in parties)
        with suppress(DomainError), transaction.atomic():
            look_again(look=look, by=by, agrees=agrees, reason="Is it?", now=self.world.later(minutes=5))

    @rule(data=st.data(), is_appeal=st.booleans())
    @precondition(lambda self: self._any("approved", "vested", "rejected"))
    def dispute(self, data: st.DataObject, is_appeal: bool) -> None:
        work = self._pick(data, "approved", "vested", "rejected")
        review = work.reviews.latest("decided_at")
        by = work.subject if is_appeal else next(p for p in self.reviewers if p.pk != work.subject_id)
        held = balances([work.subject_id], self.world.guild.pk)
        with suppress(DomainError), transaction.atomic():
            raise_challenge(contribution=work, by=by, reason="It was longer.", now=self.world.later(minutes=5))
        assert balances([work.subject_id], self.world.guild.pk) == held, "disputing moves nothing"
        assert review.pk

    @rule(
        data=st.data(),
        votes=st.lists(st.sampled_from(["uphold", "nothing", "less", "all"]), min_size=2, max_size=3),
        rubric=st.integers(2, 5),
    )
    @precondition(lambda self: Challenge.objects.filter(decided_at=None).exists())
    def decide(self, data: st.DataObject, votes: list[str], rubric: int) -> None:
        deliver_until_empty("core.public_log", now=self.world.later(seconds=5))
        run_challenges(now=self.world.later(minutes=1))
        run_challenges(now=self.world.later(minutes=2))
        waiting = list(Challenge.objects.filter(state="drawn").order_by("pk"))
        if not waiting:
            return
        case = waiting[data.draw(st.integers(0, len(waiting) - 1))]
        claimed = self._minutes(case.contribution)
        seats = list(case.seats.filter(state="asked").select_related("subject").order_by("place"))
        for seat, vote in zip(seats, votes, strict=False):
            said: dict[str, Any] = {"vote": "uphold" if vote == "uphold" else "overturn"}
            if vote == "nothing":
                said |= {"minutes": 0, "next_step": "Show the photos."}
            elif vote != "uphold":
                said |= {"minutes": claimed if vote == "all" else max(1, claimed // 2), "rubric": rubric}
            with suppress(VotedBefore):
                give_panel_vote(
                    challenge=case, by=seat.subject, reason="We looked.", now=self.world.later(minutes=3), **said
                )
        case.refresh_from_db()
        if case.decided_at:
            work = Contribution.objects.get(pk=case.contribution_id)
            assert work.state in ("upheld", "vested", "approved", "reversed", "rejected")
            if case.state == "overturned":
                self.approvals = [a for a in self.approvals if a["work"] != work.pk]
                self.corrected.add(work.subject_id)

    @rule(person=st.integers(0, 2), part=st.integers(1, 3))
    def spend(self, person: int, part: int) -> None:
        subject = self.people[person].pk
        before = balances([subject], self.world.guild.pk)
        what = Spending("reward", uuid7(), self.world.guild.pk, subject, max(1, before.pts_available * part // 3), 1)
        if before.pts_available < what.points:
            with pytest.raises(NotEnoughPoints), transaction.atomic():
                spend(what, now=self.world.now)
            return
        for _twice in range(2):
            spend(what, now=self.world.now)
        after = balances([subject], self.world.guild.pk)
        assert (after.pts_available, after.rep) == (before.pts_available - what.points, before.rep)
        self.spent += what.points

    @rule()
    def two_years_pass(self) -> None:
        """What was minted before is gone, and REP stays."""
        rep = {person.pk: balances([person.pk], self.world.guild.pk).rep for person in self.people}
        self.world.later(days=735)
        live_a_day(now=self.world.now)
        assert rep == {person.pk: balances([person.pk], self.world.guild.pk).rep for person in self.people}

    @rule(percent=st.sampled_from([0, 50, 100]), vesting=st.sampled_from([0, 7, 14]))
    def another_policy(self, percent: int, vesting: int) -> None:
        """The next version; what was approved before keeps its own."""
        pending = list(PendingPoints.objects.order_by("pk").values_list("pk", "vests_on"))
        publish_policy(
            guild=self.world.guild, by=self.world.steward, now=self.world.later(minutes=1), second_look_percent=percent,
            newcomer_second_looks=2, reviewer_second_looks=2, vesting_days=vesting,
        )  # fmt: skip
        assert pending == list(PendingPoints.objects.order_by("pk").values_list("pk", "vests_on"))

    @rule(days=st.integers(1, 9))
    def wait(self, days: int) -> None:
        self.world.later(days=days)

    # what must always be so ------------------------------------------------------------------------------------

    @invariant()
    def nothing_that_must_never_be(self) -> None:
        with connection.cursor() as cursor:
            for name, query in NEVER.items():
                cursor.execute(query)
                assert not cursor.fetchall(), name

    @invariant()
    def every_integrity_check_is_silent(self) -> None:
        for name, check in integrity_checks("ledger").items():
            assert list(check()) == [], name

    @invariant()
    def replaying_the_approvals_gives_the_same_points(self) -> None:
        weeks: dict[Any, dict[tuple[int, int], WeekUse]] = {}
        counted: dict[Any, int] = {}
        for approval in self.approvals:
            if Contribution.objects.filter(pk=approval["work"], subject_id__in=self.corrected).exists():
                continue  # what a panel corrected stays in the week, so the bare rule says something else from then on
            work = Contribution.objects.select_related("task").get(pk=approval["work"])
            entries: list[tuple[date, int]] = list(
                TimeEntry.objects.filter(contribution=work).values_list("worked_on", "minutes")
            )
            mine = weeks.setdefault(work.subject_id, {})
            award = credit_contribution(
                entries,
                approved_minutes=approval["minutes"],
                estimate_minutes=work.task.estimate_minutes,
                already_counted=counted.get((work.subject_id, work.task_id), 0),
                is_open_work=work.task.is_open_work,
                difficulty=work.task.difficulty,
                rubric=approval["rubric"],
                weeks={iso_week(day): mine.get(iso_week(day), WeekUse()) for day, _minutes in entries},
                policy=PointPolicy(),
            )
            mine.update(award.weeks)
            key = (work.subject_id, work.task_id)
            counted[key] = counted.get(key, 0) + award.counted_minutes
            assert award.points == approval["points"] == work.points
            assert award.points == 0 or work.state != "reversed"

    def _approve(
        self, work: Contribution, reviewer: Subject, rubric: int, minutes: int, now: datetime, is_task_done: bool
    ) -> None:
        """Approve, remember it for the replay, and find that a second approval is refused."""
        approval = approve_contribution(
            contribution=work, by=reviewer, rubric=rubric, minutes=minutes, now=now, is_task_done=is_task_done
        )
        self.approvals.append({"work": work.pk, "rubric": rubric, "minutes": minutes, "points": approval.award.points})
        with pytest.raises(DomainError):
            approve_contribution(contribution=work, by=reviewer, rubric=5, minutes=1, now=now)

    # little helpers --------------------------------------------------------------------------------------------

    def _entry(self, minutes: int, day: int, hour: int | None) -> EntryInput:
        base = self.world.now - timedelta(days=day)
        started = base.replace(hour=hour, minute=0) if hour is not None else None
        return EntryInput(base.date(), minutes, started)

    def _works(self, *states: str) -> list[Contribution]:
        found = self._found(*states)
        return list(found.select_related("subject", "task", "reviewer").order_by("id"))

    def _any(self, *states: str) -> bool:
        return self._found(*states).exists()

    def _found(self, *states: str) -> QuerySet[Contribution]:
        return Contribution.objects.filter(state__in=states, guild=self.world.guild, source="logged")

    def _pick(self, data: st.DataObject, *states: str) -> Contribution:
        works = self._works(*states)
        return works[data.draw(st.integers(0, len(works) - 1))]

    def _reviewer_of(self, work: Contribution, data: st.DataObject) -> Subject:
        return work.reviewer or data.draw(st.sampled_from(self.reviewers))

    def _minutes(self, work: Contribution) -> int:
        return sum(TimeEntry.objects.filter(contribution=work).values_list("minutes", flat=True))

    def _refused_if_own(self, work: Contribution, reviewer: Subject, act: Any) -> None:
        now = self.world.later(minutes=11)
        if reviewer.pk == work.subject_id or PendingVerdict.objects.filter(pk=work.pk).exists():
            with pytest.raises(DomainError):
                act(now)
        else:
            act(now)


@pytest.mark.django_db
def test_the_loop_keeps_its_invariants_in_any_order() -> None:
    run_state_machine_as_test(
        Loop,
        settings=settings(
            max_examples=100, stateful_step_count=6, deadline=None, suppress_health_check=list(HealthCheck)
        ),
    )


@pytest.mark.slow
@pytest.mark.django_db
def test_the_loop_keeps_its_invariants_for_long() -> None:
    run_state_machine_as_test(
        Loop,
        settings=settings(
            max_examples=HISTORIES, stateful_step_count=20, deadline=None, suppress_health_check=list(HealthCheck)
        ),
    )
