"""The sentences of notices, by kind, made in the reader's language at reading time."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from core.text import one_line
from notices.guild_kinds import GUILD_KINDS
from notices.moderation_kinds import MODERATION_KINDS

#: No sentence with a title and a name in it is longer.
LONGEST = 600


def _approved(p: dict[str, Any]) -> str:
    hours = _hours(p.get("minutes", 0))
    if not p.get("points"):
        return _("Your %(hours)s on “%(task)s” was approved. This week was full, so it adds no points.") % {
            "hours": hours,
            "task": p.get("task", ""),
        }
    return _("Your %(hours)s on “%(task)s” was approved: +%(points)s.") % {
        "hours": hours,
        "task": p.get("task", ""),
        "points": p["points"],
    }


def _returned(p: dict[str, Any]) -> str:
    return _("“%(task)s” came back with a question. Your hours are kept.") % {"task": p.get("task", "")}


def _rejected(p: dict[str, Any]) -> str:
    return _("“%(task)s” was not accepted. The reason and the next step are on its page; your hours are kept.") % {
        "task": p.get("task", "")
    }


def _problem_decided(p: dict[str, Any]) -> str:
    sentences = {
        "draft": _("“%(title)s” came back to you with a question; it is a draft again."),
        "submitted": _("“%(title)s” is looked at again."),
        "accepted": _("“%(title)s” was accepted: a project may answer it."),
        "in_project": _("A project works on “%(title)s” now."),
        "piloting": _("An answer to “%(title)s” is being tried on the ground."),
        "solved": _("“%(title)s” is solved."),
        "parked": _("“%(title)s” was put aside for now. The reason is on its page."),
        "rejected": _("The guild does not take on “%(title)s”. The reason is on its page."),
        "duplicate": _(
            "“%(title)s” was told before. Its voices and supporters count there now, and you are named there."
        ),
    }
    sentence = sentences.get(p.get("to", ""), _("Something changed about “%(title)s”."))
    return sentence % {"title": p.get("title", "")}


def _claim_ending(p: dict[str, Any]) -> str:
    return _("Your time for “%(task)s” ends soon. Take more, log your hours, or write down where you stopped.") % {
        "task": p.get("task", "")
    }


def _claim_ended(p: dict[str, Any]) -> str:
    return _("Your time for “%(task)s” has ended, and it is open to others. Your hours and notes are kept.") % {
        "task": p.get("task", "")
    }


def _expiring(p: dict[str, Any]) -> str:
    return ngettext(
        "%(points)s point of yours in %(guild)s expires on %(on)s unless you redeem it. Your REP stays.",
        "%(points)s points of yours in %(guild)s expire on %(on)s unless you redeem them. Your REP stays.",
        p.get("points", 0),
    ) % {"points": p.get("points", 0), "guild": p.get("guild", ""), "on": _day(p)}


def _expired(p: dict[str, Any]) -> str:
    return ngettext(
        "%(points)s point of yours in %(guild)s expired. Your REP stays.",
        "%(points)s points of yours in %(guild)s expired. Your REP stays.",
        p.get("points", 0),
    ) % {"points": p.get("points", 0), "guild": p.get("guild", "")}


def _day(p: dict[str, Any]) -> str:
    return date_format(date.fromisoformat(p["on"]), "DATE_FORMAT") if p.get("on") else ""


def _token_made(p: dict[str, Any]) -> str:
    return _("A token for a program was made in your name. If that wasn't you, take it back now.")


def _hours(minutes: int) -> str:
    whole, rest = divmod(int(minutes), 60)
    if whole and not rest:
        return ngettext("%(n)s hour", "%(n)s hours", whole) % {"n": whole}
    if whole:
        return _("%(h)s h %(m)s min") % {"h": whole, "m": rest}
    return _("%(m)s min") % {"m": rest}


def _verdict_dropped(p: dict[str, Any]) -> str:
    why = {
        "withdrawn": _("The contributor withdrew it."),
        "not_permitted": _("You may not review there any more, or the guild was closed."),
        "self_review": _("It turned out to be your own work."),
        "already_decided": _("It was decided meanwhile."),
        "taken_by_another": _("Another reviewer has it in hand."),
        "task_closed": _("Its task or its project takes no work any more."),
    }
    return _(
        "Your verdict on “%(task)s” was not posted. %(why)s It counts for nothing; what can be judged is in the queue."
    ) % {
        "task": p.get("task", ""),
        "why": why.get(p.get("why", ""), _("Something about the work changed before it was.")),
    }


def _about_task(make: Callable[[], str]) -> Callable[[dict[str, Any]], str]:
    return lambda p: make() % {"task": p.get("task", "")}


#: kind -> sentence. `params` hold ids, numbers and titles of tasks, never a person's name.
NOTICE_KINDS: dict[str, Callable[[dict[str, Any]], str]] = {
    **GUILD_KINDS,
    **MODERATION_KINDS,
    "contribution_approved": _approved,
    "contribution_returned": _returned,
    "contribution_rejected": _rejected,
    "problem_decided": _problem_decided,
    "claim_ending": _claim_ending,
    "claim_ended": _claim_ended,
    "verdict_dropped": _verdict_dropped,
    "verdict_disputed": _about_task(
        lambda: _("The verdict on “%(task)s” was disputed. A panel looks at it; until then its points wait.")
    ),
    "review_assigned": _about_task(lambda: _("A piece of work waits for your review: “%(task)s”.")),
    "review_reminded": _about_task(
        lambda: _("“%(task)s” still waits for your review. In a few days another reviewer gets it.")
    ),
    "review_overdue": _about_task(
        lambda: _("“%(task)s” waits for a review longer than your guild's rules allow. Somebody should look at it.")
    ),
    "panel_asked": _about_task(
        lambda: _("You were drawn by lot to decide on a disputed verdict about “%(task)s”. Three decide.")
    ),
    "challenge_upheld": _about_task(lambda: _("The panel let the verdict on “%(task)s” stand. That is final.")),
    "challenge_overturned": _about_task(
        lambda: _("The panel overturned the verdict on “%(task)s”. What changed, and why, is on the page of the case.")
    ),
    "points_expiring": _expiring,
    "points_expired": _expired,
    "token_made": _token_made,
}


def sentence(kind: str, params: dict[str, Any]) -> str:
    """The notice's text in the active language, on one line; an unknown kind (an app since removed) says so plainly."""
    make = NOTICE_KINDS.get(kind)
    return one_line(
        make(params) if make else _("Something happened that this version can't describe (%(kind)s).") % {"kind": kind},
        length=LONGEST,
    )
