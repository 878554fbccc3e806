"""A guild's numbers as sentences that somebody new can follow."""

from __future__ import annotations

from decimal import Decimal

from django.utils.formats import number_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from core.formats import format_minutes
from guilds.forms import NUMBER_LABELS
from guilds.models import Policy


def policy_in_words(policy: Policy) -> list[tuple[str, str]]:
    """Pairs of a question and its answer, from the numbers in force."""
    return [
        (_("What is an hour worth?"), _an_hour(policy)),
        (_("Difficulty of a task"), _difficulty(policy)),
        (_("The reviewer's rating"), _rating(policy)),
        (_("How much counts?"), _limits(policy)),
        (_("What do reviewers get?"), _reviewers(policy)),
        (_("Who may review?"), _who_reviews(policy)),
        (_("What else does standing allow?"), _standing(policy)),
        (_("How fast is a review?"), _clock(policy)),
        (_("What is judged together?"), _batches(policy)),
        (_("Who looks a second time?"), _second_looks(policy)),
        (_("What if a verdict is wrong?"), _disputes(policy)),
        (_("What do I have to show?"), _evidence(policy)),
        (_("Taking a task"), _claims(policy)),
        (_("Spending points"), _spending(policy)),
        (_("When is work marked as low assurance?"), _assurance(policy)),
    ]


def changes_in_words(before: Policy | None, after: Policy) -> list[tuple[str, str]]:
    """What a version changed: the name of each number, and from what to what. Nothing for the first."""
    if before is None:
        return []
    return [
        (str(label), _("%(old)s → %(new)s") % {"old": _number(old), "new": _number(new)})
        for name, label in NUMBER_LABELS.items()
        if (old := getattr(before, name)) != (new := getattr(after, name))
    ]


def _number(value: Decimal | int) -> str:
    return number_format(value.normalize() if isinstance(value, Decimal) else value)


def _an_hour(p: Policy) -> str:
    return ngettext(
        "%(n)s point, times the task's difficulty, times the reviewer's rating.",
        "%(n)s points, times the task's difficulty, times the reviewer's rating.",
        p.points_per_hour,
    ) % {"n": _number(p.points_per_hour)}


def _difficulty(p: Policy) -> str:
    return _(
        "Very easy × %(xs)s, easy × %(s)s, medium × %(m)s, hard × %(l)s. It is fixed when the task is published."
    ) % {
        "xs": _number(p.difficulty_xs),
        "s": _number(p.difficulty_s),
        "m": _number(p.difficulty_m),
        "l": _number(p.difficulty_l),
    }


def _rating(p: Policy) -> str:
    return _("From 1 to 5: 2 counts × %(two)s, 3 × %(three)s, 4 × %(four)s, 5 × %(five)s. 1 is not approved.") % {
        "two": _number(p.quality_2),
        "three": _number(p.quality_3),
        "four": _number(p.quality_4),
        "five": _number(p.quality_5),
    }


def _limits(p: Policy) -> str:
    return _(
        "At most %(cap)s times the task's estimate. In one week %(full)s count in full and the next %(half)s half; "
        "hours beyond that are kept and shown, and add no points. Open work is estimated at %(open)s."
    ) % {
        "cap": _number(p.estimate_cap),
        "full": format_minutes(p.week_full_minutes),
        "half": format_minutes(p.week_half_minutes),
        "open": format_minutes(p.open_work_minutes),
    }


def _reviewers(p: Policy) -> str:
    return _(
        "%(points)s points for each review, whatever the verdict, if it comes within %(days)s days of taking it; "
        "for at most %(most)s reviews a week. Nobody reviews their own work."
    ) % {
        "points": _number(p.review_points),
        "days": _number(p.review_paid_within_days),
        "most": _number(p.review_paid_per_week),
    }


def _who_reviews(p: Policy) -> str:
    return _(
        "Whoever a steward gave the right to, and members whose standing is %(standing)s or more. Standing is the "
        "reputation of the last 365 days; every 180 days halve what it weighs."
    ) % {"standing": _number(p.review_standing)}


def _standing(p: Policy) -> str:
    return _("A standing of %(vote)s lets a member vote, %(vouch)s lets them vouch for somebody.") % {
        "vote": _number(p.vote_standing),
        "vouch": _number(p.vouch_standing),
    }


def _batches(p: Policy) -> str:
    return _("Small pieces of one task, up to %(most)s in all.") % {"most": format_minutes(p.review_batch_minutes)}


def _assurance(p: Policy) -> str:
    return ngettext(
        "As long as fewer than %(n)s person may review here.",
        "As long as fewer than %(n)s people may review here.",
        p.reviewers_enough,
    ) % {"n": _number(p.reviewers_enough)}


def _clock(p: Policy) -> str:
    return _(
        "After %(remind)s days the reviewer it was given to is reminded, after %(days)s another one gets it, after "
        "%(queue)s the stewards hear of it. A verdict can be undone for %(undo)s seconds. While more than %(debt)s hours "
        "of a project wait for a review, it publishes no new tasks."
    ) % {
        "remind": _number(p.review_reminder_days),
        "days": _number(p.review_reassign_days),
        "queue": _number(p.review_guild_queue_days),
        "undo": _number(p.verdict_undo_seconds),
        "debt": _number(p.review_debt_hours),
    }


def _second_looks(p: Policy) -> str:
    return _(
        "Another reviewer looks at the first %(newcomer)s approvals of a member, at the first %(reviewer)s that somebody "
        "gives, at %(percent)s of a hundred by chance, and at what one reviewer gives beyond %(share)s percent of "
        "somebody's quarter once that is %(floor)s points. Until then those points wait."
    ) % {
        "newcomer": _number(p.newcomer_second_looks),
        "reviewer": _number(p.reviewer_second_looks),
        "percent": _number(p.second_look_percent),
        "share": _number(p.reviewer_share_percent),
        "floor": _number(p.reviewer_share_from),
    }


def _disputes(p: Policy) -> str:
    return _(
        "For %(days)s days you can appeal, and other reviewers can challenge it. Three people without a tie to the case are "
        "drawn by lot and decide within %(panel)s days, with written reasons. That is final. Whoever has more than "
        "%(percent)s percent of their verdicts overturned sits on no panel and reviews only if a steward says so."
    ) % {
        "days": _number(p.appeal_days),
        "panel": _number(p.panel_days),
        "percent": _number(p.overturn_percent),
    }


def _evidence(p: Policy) -> str:
    return _("Up to %(free)s nothing but the hours; for more, a link or a note.") % {
        "free": format_minutes(p.evidence_free_minutes)
    }


def _claims(p: Policy) -> str:
    return _(
        "A task you take is yours for %(days)s days, and %(remind)s days before its end you are reminded. While "
        "%(limit)s pieces of your work wait for a review, you can't take another; you can always log hours."
    ) % {
        "days": _number(p.claim_lease_days),
        "remind": _number(p.claim_reminder_days),
        "limit": _number(p.unreviewed_limit),
    }


def _spending(p: Policy) -> str:
    return _(
        "Points can be spent %(vesting)s days after approval, and expire after %(months)s months. Reputation stays."
    ) % {
        "vesting": _number(p.vesting_days),
        "months": _number(p.expiry_months),
    }
