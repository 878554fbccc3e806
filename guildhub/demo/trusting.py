"""What makes points trustworthy: each day's second looks and vesting, a verdict that a panel overturned, one that waits."""

from __future__ import annotations

from datetime import datetime, timedelta

from contributions.models import Challenge, Contribution, PanelSeat, SecondLook
from contributions.services.challenges import give_panel_vote, raise_challenge, run_challenges
from contributions.services.looks import lapse_second_looks, look_again
from contributions.services.patterns import look_for_patterns
from contributions.services.routing import route_reviews
from contributions.services.vesting import live_a_day
from core.deliveries import deliver_until_empty
from guildhub.demo.founding import may_review
from guildhub.demo.stage import Stage
from guildhub.demo.verdicts import REVIEWERS, approve
from guilds.services import switch_boards
from reputation.services import vouch_for

DAYS = 182
#: Second looks of the last days still wait for somebody.
LOOKED_DAYS = 2
#: Reviews are given out from so many days ago on: with what waits today come its reminders.
ROUTED_DAYS = 18
#: Who gives their word for whom.
VOUCHES = (
    ("jahnavi", "rimjhim"),
    ("tariq", "rimjhim"),
    ("jahnavi", "tariq"),
    ("rimjhim", "zainab"),
    ("zainab", "rimjhim"),
    ("rimjhim", "junmoni"),
)


def plan_trusting(stage: Stage) -> None:
    """Put them onto the timeline."""
    line = stage.line
    for days in range(DAYS, 0, -1):
        # Of long ago a day a week is enough, and nobody waits for the demo.
        if days <= ROUTED_DAYS or days % 7 == 0:
            line.at(line.days_ago(days, 3, 30), _let_points_live)
        if days <= ROUTED_DAYS:
            line.at(line.days_ago(days, 9), _route)
        if days > LOOKED_DAYS:
            line.at(line.days_ago(days, 21, 30), lambda now: _look_again(stage, now))
    line.at(line.days_ago(90, 20), lambda now: _show_boards(stage, now))
    line.at(line.days_ago(15, 20), lambda now: _vouch(stage, now))
    line.at(line.days_ago(1, 2, 30), _look_for_patterns)
    _plan_overturned(stage)
    _plan_waiting(stage)


def _let_points_live(now: datetime) -> None:
    """What the scheduler does each day."""
    lapse_second_looks(now=now)
    live_a_day(now=now)


def _route(now: datetime) -> None:
    route_reviews(now=now)


def _look_for_patterns(now: datetime) -> None:
    look_for_patterns(now=now)


def _look_again(stage: Stage, now: datetime) -> None:
    """Another reviewer looks at what waits since the day before."""
    looks = SecondLook.objects.filter(outcome=SecondLook.Outcome.WAITING, asked_at__lt=now - timedelta(days=1))
    guilds = {found.pk: key for key, found in stage.guilds.items()}
    keys = {subject.pk: key for key, subject in stage.people.items()}
    for look in looks.select_related("contribution__guild", "review").order_by("asked_at", "pk"):
        parties = {keys.get(look.contribution.subject_id), keys.get(look.review.reviewer_id)}
        able = [key for key in REVIEWERS[guilds[look.guild_id]] if key not in parties and may_review(stage, key, now)]
        if able:
            look_again(look=look, by=stage.people[stage.chance.choice(able)], agrees=True, now=now)


def _show_boards(stage: Stage, now: datetime) -> None:
    switch_boards(guild=stage.guilds["brahmaputra"], on=True, by=stage.people["nirmali"], now=now)


def _vouch(stage: Stage, now: datetime) -> None:
    for voucher, whom in VOUCHES:
        vouch_for(guild=stage.guilds["brahmaputra"], subject=stage.people[whom], by=stage.people[voucher], now=now)


def _plan_overturned(stage: Stage) -> None:
    """An hour of the demo contributor's that was half counted; three others found that all of it was there."""
    line = stage.line
    works: list[Contribution] = []
    raised: list[Challenge] = []

    def hand_in(now: datetime) -> None:
        note = "Moved 18 ferry crossings to where the boats land since the flood; the list says which, and who told me."
        works.append(stage.log("rimjhim", stage.task("open:flood-map"), 60, now, note=note))

    def count_half(now: datetime) -> None:
        reason = "Nine of these were in the table before, so I counted the other nine."
        approve(stage, works[0], "bhaskar", now, share=0.5, rubric=3, reason=reason)

    def appeal(now: datetime) -> None:
        reason = "The nine were in the table on the wrong bank. Moving them took as long as adding the others."
        raised.append(raise_challenge(contribution=works[0], by=stage.people["rimjhim"], reason=reason, now=now))

    line.at(line.days_ago(21, 19), hand_in)
    line.at(line.days_ago(20, 18), count_half)
    line.at(line.days_ago(19, 20), appeal)
    _plan_draw(stage, raised, days=19)
    line.at(line.days_ago(17, 19), lambda now: _vote(stage, raised[0], now))


_FOUND = (
    "I compared the list with the table of March: nine were there, every one on the bank that was washed away. That is an hour.",
    "Moving is work, too. I would have counted all of it.",
    "Agreed, all 18 are right now. The note could have said that nine were moved and not new.",
)


def _vote(stage: Stage, challenge: Challenge, now: datetime) -> None:
    """Those who were drawn write why; two of three who agree decide."""
    seats = challenge.seats.filter(state=PanelSeat.State.ASKED).select_related("subject").order_by("place")
    for seat, reason in zip(seats, _FOUND, strict=False):
        challenge.refresh_from_db()
        if challenge.decided_at is None:
            give_panel_vote(
                challenge=challenge, by=seat.subject, vote="overturn", reason=reason, minutes=60, rubric=3, now=now
            )


def _plan_waiting(stage: Stage) -> None:
    """Boards that were not accepted (`lately`): their maker asks three others, who have not decided yet."""
    raised: list[Challenge] = []

    def appeal(now: datetime) -> None:
        work = Contribution.objects.get(task=stage.tasks["spare-boards"], state=Contribution.State.REJECTED)
        reason = (
            "The lamp on mine lights with a fresh battery; the photograph was of the second kit. I can bring all five."
        )
        raised.append(raise_challenge(contribution=work, by=stage.people["nilotpal"], reason=reason, now=now))

    stage.line.at(stage.line.days_ago(4, 18), appeal)
    _plan_draw(stage, raised, days=4)


def _plan_draw(stage: Stage, raised: list[Challenge], *, days: int) -> None:
    """The seed from the public log's next root, and the draw a few minutes later."""
    line = stage.line

    def append(now: datetime) -> None:
        while deliver_until_empty("core.public_log", now=now):
            pass

    line.at(line.days_ago(days, 20, 5), append)
    line.at(line.days_ago(days, 20, 6), lambda now: run_challenges(now=now))
    line.at(line.days_ago(days, 20, 10), lambda now: run_challenges(now=now))
