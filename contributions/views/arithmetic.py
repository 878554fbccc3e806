"""How a ledger line came about, in words: the rule's arithmetic as a sentence, as steps, and which limits bit.

The arithmetic is read as it was stored. A key that an older version of the rule did not write is left out of the
words; nothing is ever computed anew here, so a page never disagrees with the ledger.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from django.utils.formats import number_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from core.formats import format_minutes, format_number

_CENT = Decimal("0.01")


@dataclass(frozen=True)
class Explanation:
    """`sentence` is the sum on one line, `steps` its parts as (what, how much), `limits` what cut the minutes."""

    sentence: str
    rule: str
    steps: list[tuple[str, str]] = field(default_factory=list)
    limits: list[str] = field(default_factory=list)


def explain(arithmetic: dict[str, Any]) -> Explanation:
    """The words for one line's arithmetic, in the reader's language."""
    rule = _("Rule version %(version)s") % {"version": arithmetic.get("policy_version", "?")}
    kind = arithmetic.get("rule")
    if kind == "review":
        return Explanation(_review_sentence(arithmetic), rule, list(_review_steps(arithmetic)))
    if kind in _LIFE:
        return Explanation(_LIFE[kind](arithmetic), rule)
    if kind in ("contribution", "import") and "product_x60" in arithmetic:
        return Explanation(_sum(arithmetic), rule, list(_steps(arithmetic)), list(_limits(arithmetic)))
    return Explanation("", rule)


def _vesting(a: dict[str, Any]) -> str:
    if a.get("debt_repaid"):
        return _("The days of waiting are over. %(paid)s of it paid what was owed.") % {
            "paid": format_number(a["debt_repaid"])
        }
    return _("The days of waiting are over: these points can be redeemed.")


def _expiry(a: dict[str, Any]) -> str:
    return _(
        "%(minted)s were earned longer ago than points last here, and %(used)s of them were used before: "
        "%(points)s expired. Your REP stays."
    ) % {
        "minted": format_number(a["minted_before"]),
        "used": format_number(a["used"]),
        "points": format_number(a["points"]),
    }


def _reversal(a: dict[str, Any]) -> str:
    if a.get("why") == "corrected":
        return _("A challenge changed the verdict: what it brought was taken back, and what is right was posted anew.")
    return _("A challenge overturned the verdict, so what it brought was taken back.")


def _debt(a: dict[str, Any]) -> str:
    return _("Of %(owed)s that were taken back, %(points)s were paid from points of yours.") % {
        "owed": format_number(a["owed"]),
        "points": format_number(a["points"]),
    }


#: What the life of points says of itself: rule -> sentence.
_LIFE: dict[str, Callable[[dict[str, Any]], str]] = {
    "vesting": _vesting,
    "expiry": _expiry,
    "reversal": _reversal,
    "debt_repaid": _debt,
    "spent": lambda a: _("Given for a reward. Redeeming never costs standing."),
}


def _sum(a: dict[str, Any]) -> str:
    """The whole sum on one line: "2 h × 1.0 (S) × 1.15 (rubric 4) × 10 = 23"."""
    exact = Decimal(a["product_x60"]) / 60
    factors = _("%(hours)s × %(weight)s (%(size)s) × %(quality)s (rubric %(rubric)s) × %(rate)s") % {
        "hours": _minutes(a["credited_minutes"]),
        "size": a["difficulty"],
        "weight": _factor(a["difficulty_factor"]),
        "rubric": a["rubric"],
        "quality": _factor(a["quality_factor"]),
        "rate": a["points_per_hour"],
    }
    if exact == a["points"]:
        return f"{factors} = {format_number(a['points'])}"
    rounded = number_format(exact.quantize(_CENT, ROUND_HALF_UP))
    return f"{factors} = {rounded} → {format_number(a['points'])}"


def _steps(a: dict[str, Any]) -> Iterator[tuple[str, str]]:
    imported = a["rule"] == "import"
    yield (_("Estimated from commits") if imported else _("Claimed")), _minutes(a["claimed_minutes"])
    if not imported:
        yield _("Approved"), _minutes(a["approved_minutes"])
    yield _("Credited"), _minutes(a["credited_minutes"])
    yield _("Points an hour"), f"× {a['points_per_hour']}"
    yield _("Difficulty %(size)s") % {"size": a["difficulty"]}, f"× {_factor(a['difficulty_factor'])}"
    yield _("Rubric %(rubric)s of 5") % {"rubric": a["rubric"]}, f"× {_factor(a['quality_factor'])}"
    exact = Decimal(a["product_x60"]) / 60
    if exact != a["points"]:
        yield _("Before rounding (half goes up)"), number_format(exact.quantize(_CENT, ROUND_HALF_UP))


def _limits(a: dict[str, Any]) -> Iterator[str]:
    limit = a.get("limit")
    if limit == "approved":
        yield _("The reviewer approved %(approved)s of the %(claimed)s claimed.") % {
            "approved": _minutes(a["approved_minutes"]),
            "claimed": _minutes(a["claimed_minutes"]),
        }
    elif limit == "estimate":
        yield _estimate_limit(a)
    for week in a.get("weeks", []):
        yield from _week_limits(week)


def _estimate_limit(a: dict[str, Any]) -> str:
    values = {
        "times": number_format(Decimal(a["estimate_cap"])),
        "estimate": _minutes(a["estimate_minutes"]),
        "cap": _minutes(a["cap_minutes"]),
        "before": _minutes(a["already_counted"]),
    }
    if a.get("open_work"):
        return _("Open work credits at most %(cap)s at a time (%(times)s × %(estimate)s).") % values
    if a["already_counted"]:
        said = _(
            "This task credits at most %(times)s × its estimate of %(estimate)s; %(before)s were credited before, "
            "so %(cap)s were left."
        )
        return said % values
    return _("This task credits at most %(times)s × its estimate of %(estimate)s: %(cap)s.") % values


def _week_limits(week: dict[str, Any]) -> Iterator[str]:
    if week["half_minutes"]:
        yield _("In week %(week)s %(half)s counted half, because %(full)s of that week counted in full already.") % {
            "week": week["week"],
            "half": _minutes(week["half_minutes"]),
            "full": _minutes(week["full_before"] + week["full_minutes"]),
        }
    if week["over_minutes"]:
        yield _(
            "In week %(week)s %(over)s added nothing: a week counts %(most)s. The hours are recorded all the same."
        ) % {
            "week": week["week"],
            "over": _minutes(week["over_minutes"]),
            "most": _minutes(week["full_band"] + week["half_band"]),
        }


def _review_sentence(a: dict[str, Any]) -> str:
    return ngettext(
        "A verdict within %(days)s day is paid %(points)s, whatever it says.",
        "A verdict within %(days)s days is paid %(points)s, whatever it says.",
        a["paid_within_days"],
    ) % {"days": a["paid_within_days"], "points": a["flat_points"]}


def _review_steps(a: dict[str, Any]) -> Iterator[tuple[str, str]]:
    yield (
        _("Days from taking it to the verdict"),
        _("%(took)s (at most %(most)s)") % {"took": a["took_days"], "most": a["paid_within_days"]},
    )
    yield (
        _("Paid reviews of that week"),
        _("%(nth)s of %(most)s") % {"nth": a["paid_before_this_week"] + 1, "most": a["paid_per_week"]},
    )
    yield _("Flat pay"), format_number(a["flat_points"])


def _minutes(value: int | str) -> str:
    """Minutes as the ledger stores them: a whole number, or a decimal as text."""
    return format_minutes(Decimal(value))


def _factor(text: str) -> str:
    """A factor with at least one decimal: 1.0, 1.15."""
    value = Decimal(text)
    return number_format(value, decimal_pos=max(1, -int(value.as_tuple().exponent)))
