"""A verdict given, undone, posted: once or not at all, at the time it was given, whatever happens in between."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext

from accounts.models import SubjectLink
from accounts.services import erase_person
from contributions.handlers import _NOTICE_OF
from contributions.models import Contribution, PendingVerdict, Review, Week
from contributions.services import (
    AlreadyDecided,
    EntryInput,
    NotOneBatch,
    TakenByAnother,
    VerdictIncomplete,
    VerdictPending,
    approve_contribution,
    give_verdict,
    give_verdicts,
    log_hours,
    post_due_verdicts,
    reject_contribution,
    release_review,
    return_contribution,
    submit_contribution,
    take_review,
    undo_verdict,
    withdraw_contribution,
)
from core.deliveries import consumers_with_due_events, deliver_until_empty
from core.errors import DomainError, PermissionRefused, TransitionRefused
from core.ids import uuid7
from core.registries import integrity_checks
from guilds.models import Grant, Guild
from guilds.services import grant_right, publish_policy, revoke_right
from notices.kinds import sentence
from notices.models import Notice
from projects.services import change_project_state
from reputation.models import Transfer
from tests.factories import World, make_author, make_task, make_world

pytestmark = pytest.mark.django_db


@pytest.fixture
def world() -> World:
    return make_world()


def log(world: World, minutes: int = 60, **changed: Any) -> Contribution:
    values: dict[str, Any] = {"by": world.contributor, "task": world.open_work, "note": "what I did", **changed}
    entries = [EntryInput(world.now.date() - timedelta(days=1), minutes)]
    return log_hours(client_id=uuid7(), entries=entries, now=world.now, **values).contribution


def approve(world: World, work: Contribution, **changed: Any) -> Any:
    values: dict[str, Any] = {"by": world.reviewer, "rubric": 4, "minutes": 60, "now": world.now, **changed}
    return give_verdict(contribution=work, verdict="approved", **values)


def give_back(world: World, work: Contribution, **changed: Any) -> Any:
    values: dict[str, Any] = {"by": world.reviewer, "reason": "Which photos?", "now": world.now, **changed}
    return give_verdict(contribution=work, verdict="returned", **values)


def sweep(world: World, seconds: float = 61) -> int:
    return post_due_verdicts(now=world.later(seconds=seconds))


def state(work: Contribution) -> str:
    return Contribution.objects.get(pk=work.pk).state


def told(person: Any) -> list[str]:
    """What somebody's inbox says about work and verdicts once everything is delivered."""
    later = world_now() + timedelta(days=1)
    for consumer in consumers_with_due_events(now=later):
        deliver_until_empty(consumer, now=later)
    about = Notice.objects.filter(subject=person, kind__in=["verdict_dropped", *_NOTICE_OF.values()])
    return [sentence(n.kind, n.params) for n in about.order_by("id")]


def world_now() -> datetime:
    from django.utils import timezone

    return timezone.now()


def no_finding() -> None:
    for name, check in integrity_checks("ledger").items():
        assert list(check()) == [], name


# given and posted ---------------------------------------------------------------------------------------------------


def test_a_verdict_waits_in_review_and_is_posted_a_minute_later(world: World) -> None:
    work = log(world)
    given = approve(world, work)
    assert given.pending.effective_at - given.pending.given_at == timedelta(seconds=60)
    assert state(work) == "in_review" and not Review.objects.exists() and not Transfer.objects.exists()
    assert sweep(world, 59) == 0 and state(work) == "in_review"
    assert sweep(world, 1) == 1
    assert state(work) == "approved" and not PendingVerdict.objects.exists()
    assert Review.objects.get().reviewer == world.reviewer
    assert Transfer.objects.filter(source_id=work.pk).count() == 2
    assert sweep(world) == 0, "safe to run twice"
    no_finding()


def test_everything_is_dated_when_the_verdict_was_given_however_late_it_is_posted(world: World) -> None:
    """The scheduler was down for nine days: the review is paid all the same, in the week in which it was given."""
    work = log(world)
    given_at = world.later(days=3)
    approve(world, work)
    assert sweep(world, 9 * 86_400) == 1
    review = Review.objects.get()
    assert (review.decided_at, review.taken_at, review.points_paid) == (given_at, given_at, 2)
    assert Contribution.objects.get(pk=work.pk).decided_at == given_at
    assert set(Transfer.objects.values_list("effective_at", flat=True)) == {given_at}
    paid = Week.objects.get(subject=world.reviewer)
    assert (paid.iso_year, paid.iso_week) == given_at.isocalendar()[:2]
    no_finding()


def test_returning_and_not_accepting_wait_and_are_posted_too(world: World) -> None:
    first, second = log(world), log(world)
    give_back(world, first, rubric=2)
    give_verdict(
        contribution=second,
        by=world.reviewer,
        verdict="rejected",
        reason="Copied.",
        next_step="Take photos.",
        now=world.now,
    )
    assert {state(first), state(second)} == {"in_review"}
    assert sweep(world) == 2
    assert (state(first), state(second)) == ("returned", "rejected")
    assert set(Review.objects.values_list("reason", "next_step", "points_paid")) == {
        ("Which photos?", "", 2),
        ("Copied.", "Take photos.", 2),
    }
    no_finding()


def test_a_guild_without_a_minute_posts_at_once(world: World) -> None:
    publish_policy(guild=world.guild, by=world.steward, now=world.now, effective_at=world.now, verdict_undo_seconds=0)
    work = log(world)
    given = approve(world, work, now=world.later(seconds=1))
    assert (given.pending, given.points, state(work)) == (None, 12, "approved")
    assert not PendingVerdict.objects.exists()


def test_whether_the_task_is_done_is_kept(world: World) -> None:
    work = log(world, task=world.task)
    approve(world, work, is_task_done=False)
    sweep(world)
    world.task.refresh_from_db()
    assert world.task.state == "claimed"


def test_the_contributor_is_told_when_it_is_posted_and_not_before(world: World) -> None:
    approve(world, log(world))
    assert told(world.contributor) == []
    sweep(world)
    assert len(told(world.contributor)) == 1


# refused ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("values", "words"),
    [
        ({"verdict": "approved", "rubric": 1, "minutes": 60}, "needs a rubric of 2 to 5"),
        ({"verdict": "approved", "rubric": None, "minutes": 60}, "needs a rubric of 2 to 5"),
        ({"verdict": "approved", "rubric": 3, "minutes": 61}, "between 1 and 60 minutes"),
        ({"verdict": "approved", "rubric": 3, "minutes": None}, "between 1 and 60 minutes"),
        ({"verdict": "approved", "rubric": 3, "minutes": 40}, "Say why"),
        ({"verdict": "returned", "reason": " "}, "Say what is missing"),
        ({"verdict": "rejected", "reason": "No."}, "a next step"),
        ({"verdict": "returned", "reason": "x" * 4001}, "too long"),
        ({"verdict": "rejected", "reason": "x", "next_step": "x" * 2001}, "too long"),
        ({"verdict": "adored"}, "approves, returns or"),
    ],
)
def test_an_incomplete_verdict_is_refused_and_takes_nothing(world: World, values: dict[str, Any], words: str) -> None:
    work = log(world)
    with pytest.raises(VerdictIncomplete, match=words):
        give_verdict(contribution=work, by=world.reviewer, now=world.now, **values)
    assert state(work) == "submitted" and not PendingVerdict.objects.exists()


def test_fewer_minutes_are_counted_with_a_reason(world: World) -> None:
    work = log(world)
    approve(world, work, minutes=40, reason="The drawing took 40.")
    sweep(world)
    assert Review.objects.get().minutes_approved == 40


def test_a_verdict_given_twice_is_one_and_another_one_is_refused(world: World) -> None:
    work = log(world)
    first = approve(world, work)
    again = approve(world, work, now=world.later(seconds=3))
    assert again.pending == first.pending and PendingVerdict.objects.get().given_at == first.pending.given_at
    with pytest.raises(VerdictPending):
        approve(world, work, rubric=5)
    with pytest.raises(VerdictPending):
        give_back(world, work)
    with pytest.raises(VerdictPending):
        approve(world, work, by=world.maintainer)
    assert sweep(world) == 1 and Review.objects.get().rubric == 4


@pytest.mark.parametrize("who", ["reviewer", "maintainer"])
def test_nothing_else_decides_while_a_verdict_waits(world: World, who: str) -> None:
    work, by = log(world), getattr(world, who)
    approve(world, work)
    acts: list[Callable[[], object]] = [
        lambda: take_review(contribution=work, by=by, now=world.now),
        lambda: release_review(contribution=work, by=by, now=world.now),
        lambda: approve_contribution(contribution=work, by=by, rubric=2, minutes=1, now=world.now),
        lambda: return_contribution(contribution=work, by=by, reason="No.", now=world.now),
        lambda: reject_contribution(contribution=work, by=by, reason="No.", next_step="Yes.", now=world.now),
    ]
    for act in acts:
        with pytest.raises(VerdictPending), transaction.atomic():
            act()
    assert sweep(world) == 1 and Review.objects.get().rubric == 4


def test_who_has_it_in_hand_alone_gives_the_verdict(world: World) -> None:
    work = log(world)
    take_review(contribution=work, by=world.maintainer, now=world.now)
    with pytest.raises(TakenByAnother):
        approve(world, work)
    approve(world, work, by=world.maintainer)
    assert sweep(world) == 1


# undone -------------------------------------------------------------------------------------------------------------


def test_undone_it_never_was_and_the_work_is_still_the_reviewers(world: World) -> None:
    work = log(world)
    approve(world, work)
    for _twice in range(2):
        undo_verdict(contribution=work, by=world.reviewer)
    assert sweep(world) == 0
    work.refresh_from_db()
    assert (work.state, work.reviewer) == ("in_review", world.reviewer)
    give_back(world, work)
    assert sweep(world) == 1 and state(work) == "returned"


def test_another_reviewer_cannot_undo_it(world: World) -> None:
    work = log(world)
    approve(world, work)
    for other in (world.maintainer, world.contributor, world.outsider):
        with pytest.raises(PermissionRefused), transaction.atomic():
            undo_verdict(contribution=work, by=other)
    assert sweep(world) == 1


def test_what_is_posted_is_not_undone(world: World) -> None:
    work = log(world)
    approve(world, work)
    sweep(world)
    with pytest.raises(TransitionRefused, match="posted by now"):
        undo_verdict(contribution=work, by=world.reviewer)
    assert state(work) == "approved"


def test_it_can_be_undone_as_long_as_no_sweep_came(world: World) -> None:
    work = log(world)
    approve(world, work)
    world.later(days=2)
    undo_verdict(contribution=work, by=world.reviewer)
    assert sweep(world) == 0


# what happens in between --------------------------------------------------------------------------------------------


def test_the_contributor_may_withdraw_and_the_reviewer_is_told(world: World) -> None:
    work = log(world)
    approve(world, work)
    withdraw_contribution(contribution=work, by=world.contributor, now=world.later(seconds=5))
    assert sweep(world) == 0 and state(work) == "withdrawn" and not PendingVerdict.objects.exists()
    (line,) = told(world.reviewer)
    assert "was not posted. The contributor withdrew it." in line
    no_finding()


def put_back(world: World, work: Contribution) -> str:
    """After a sweep: nothing posted, the work in the queue for anybody, its reviewer told; returns what they were told."""
    assert sweep(world) == 0
    work.refresh_from_db()
    assert (work.state, work.reviewer, work.taken_at) == ("submitted", None, None)
    assert not Review.objects.exists() and not Transfer.objects.exists() and not PendingVerdict.objects.exists()
    no_finding()
    assert sweep(world) == 0
    lines = told(world.reviewer)
    return lines[0] if lines else ""


def test_a_right_taken_away_stops_it(world: World) -> None:
    work = log(world)
    approve(world, work)
    revoke_right(grant=Grant.objects.get(guild=world.guild, subject=world.reviewer), by=world.steward, now=world.now)
    assert "You may not review there any more" in put_back(world, work)
    approve(world, work, by=world.maintainer)
    assert sweep(world) == 1, "somebody else decides"


def test_a_right_that_ended_by_itself_was_there_when_the_verdict_was_given(world: World) -> None:
    grant_right(
        guild=world.guild, subject=world.contributor, right="reviewer", by=world.steward, now=world.now,
        until=world.now + timedelta(seconds=30),
    )  # fmt: skip
    work = log(world, by=world.maintainer)
    approve(world, work, by=world.contributor, now=world.later(seconds=10))
    assert sweep(world) == 1 and state(work) == "approved"


def test_a_closed_guild_takes_none(world: World) -> None:
    work = log(world)
    approve(world, work)
    Guild.objects.filter(pk=world.guild.pk).update(state="closed")
    assert "the guild was closed" in put_back(world, work)


def test_an_erased_reviewer_says_nothing_more(world: World) -> None:
    work = log(world)
    give_back(world, work, reason="Ask Rimjhim zqx7")
    erase_person(subject_id=world.reviewer.pk, by=world.reviewer.pk, now=world.now)
    assert PendingVerdict.objects.get().reason == "[erased]"
    assert put_back(world, work) == "", "nobody is there to be told"


def test_an_erased_contributors_work_is_decided_without_words_about_them(world: World) -> None:
    work = log(world)
    give_back(world, work, reason="Rimjhim zqx7, which photos?")
    erase_person(subject_id=world.contributor.pk, by=world.contributor.pk, now=world.now)
    assert PendingVerdict.objects.get().reason == "[erased]"
    assert sweep(world) == 1 and Review.objects.get().reason == "[erased]"
    no_finding()


def test_work_that_turned_out_to_be_ones_own(world: World) -> None:
    author = make_author("Old me", "old@example.org")
    work = log(world)
    approve(world, work)
    SubjectLink.objects.create(alias=world.contributor, primary=author.subject, linked_at=world.now)
    SubjectLink.objects.create(alias=world.reviewer, primary=author.subject, linked_at=world.now)
    assert "your own work" in put_back(world, work)


def test_the_policy_of_the_moment_it_was_given_counts(world: World) -> None:
    work = log(world)
    approve(world, work, rubric=3)
    at = world.later(seconds=10)
    publish_policy(
        guild=world.guild, by=world.steward, now=at, effective_at=at, points_per_hour=50, verdict_undo_seconds=9
    )
    assert sweep(world, 40) == 0, "its minute is the one it was given with"
    assert sweep(world) == 1
    review = Review.objects.get()
    assert (review.policy_version, Contribution.objects.get(pk=work.pk).points) == (1, 10)


@pytest.mark.parametrize("given", [approve, give_back])
@pytest.mark.parametrize("on", ["task", "open_work"])
def test_work_on_a_project_that_was_archived_is_decided_all_the_same(
    world: World, given: Callable[..., Any], on: str
) -> None:
    work = log(world, task=getattr(world, on))
    given(world, work)
    for to in ("active", "dormant", "archived"):
        change_project_state(project=world.project, to=to, by=world.maintainer, now=world.now, reason="Over.")
    assert sweep(world) == 1
    assert state(work) == ("approved" if given is approve else "returned")
    no_finding()


def test_one_that_fails_for_no_reason_stops_no_other(
    world: World, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    works = [log(world) for _n in range(3)]
    for work in works:
        approve(world, work)
    real = approve_contribution

    def breaks(*, contribution: Contribution, **values: Any) -> Any:
        if contribution.pk == works[0].pk:
            raise RuntimeError("a bug")
        return real(contribution=contribution, **values)

    monkeypatch.setattr("contributions.services.verdicts.approve_contribution", breaks)
    assert sweep(world) == 2
    assert "could not be posted" in caplog.text and PendingVerdict.objects.get().pk == works[0].pk
    monkeypatch.undo()
    assert sweep(world) == 1


# many together ------------------------------------------------------------------------------------------------------


def together(world: World, works: list[Contribution], **changed: Any) -> Any:
    values: dict[str, Any] = {"by": world.reviewer, "verdict": "approved", "rubric": 3, "now": world.now, **changed}
    return give_verdicts(contributions=works, **values)


def test_small_pieces_of_one_task_are_judged_together_and_each_has_its_review(world: World) -> None:
    works = [log(world, 20), log(world, 30, by=world.maintainer), log(world, 10)]
    assert [o.refusal for o in together(world, works)] == ["", "", ""]
    assert sweep(world) == 3
    assert sorted(Review.objects.values_list("minutes_approved", flat=True)) == [10, 20, 30]
    no_finding()


def test_a_piece_that_cannot_be_judged_stops_no_other(world: World) -> None:
    good, own, decided, taken = log(world, 10), log(world, 10, by=world.reviewer), log(world, 10), log(world, 10)
    approve_contribution(contribution=decided, by=world.maintainer, rubric=2, minutes=10, now=world.now)
    take_review(contribution=taken, by=world.maintainer, now=world.now)
    outcomes = {o.contribution.pk: o.refusal for o in together(world, [own, decided, taken, good])}
    assert outcomes[good.pk] == ""
    assert "own work" in outcomes[own.pk] and "decided" in outcomes[decided.pk] and "Another" in outcomes[taken.pk]
    assert sweep(world) == 1 and state(good) == "approved"


def test_sixty_pieces_of_a_minute(world: World) -> None:
    works = [log(world, 1) for _n in range(60)]
    assert not any(o.refusal for o in together(world, works))
    assert sweep(world) == 60
    no_finding()


def test_more_than_an_hour_or_two_tasks_are_no_batch(world: World) -> None:
    task = make_task(world, world.maintainer, world.now)
    for works in ([log(world, 40), log(world, 21)], [log(world, 10), log(world, 10, task=task)]):
        with pytest.raises(NotOneBatch):
            together(world, works)
    assert not PendingVerdict.objects.exists()
    assert not together(world, [log(world, 90)])[0].refusal, "one alone may be long"


def test_a_batch_of_another_guild_is_refused_before_anything_is_said(world: World) -> None:
    elsewhere = make_world()
    for works in ([log(elsewhere)], [log(world, 10), log(elsewhere, 10)]):
        with pytest.raises(PermissionRefused):
            together(world, works)


def test_returning_together_sends_the_same_words(world: World) -> None:
    works = [log(world, 20), log(world, 30)]
    together(world, works, verdict="returned", rubric=None, reason="Which photos?")
    assert sweep(world) == 2
    assert list(Review.objects.values_list("reason", flat=True)) == ["Which photos?"] * 2


# what follows -------------------------------------------------------------------------------------------------------


def test_returned_work_comes_back_to_its_reviewer_and_is_decided_again(world: World) -> None:
    work = log(world)
    give_back(world, work)
    sweep(world)
    submit_contribution(contribution=work, by=world.contributor, now=world.later(minutes=5))
    assert state(work) == "in_review"
    approve(world, work)
    with pytest.raises(AlreadyDecided):
        sweep(world)
        approve(world, work)
    assert list(Review.objects.order_by("id").values_list("verdict", flat=True)) == ["returned", "approved"]
    no_finding()


def test_giving_a_verdict_is_lean(world: World) -> None:
    work = log(world)
    with CaptureQueriesContext(connection) as statements:
        approve(world, work)
    assert len(statements) <= 18, "\n".join(s["sql"][:120] for s in statements)


def test_no_refusal_breaks_the_job(world: World) -> None:
    assert issubclass(VerdictPending, DomainError) and post_due_verdicts(now=world.now) == 0
