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
        (_("How fast is a review?"), _clock(policy)),
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


def _assurance(p: Policy) -> str:
    return ngettext(
        "As long as fewer than %(n)s person may review here.",
        "As long as fewer than %(n)s people may review here.",
        p.reviewers_enough,
    ) % {"n": _number(p.reviewers_enough)}


def _clock(p: Policy) -> str:
    return _(
        "%(days)s days after a reviewer took it, another one may take it over. A verdict can be undone for %(undo)s "
        "seconds."
    ) % {"days": _number(p.review_reassign_days), "undo": _number(p.verdict_undo_seconds)}


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
