"""The sentences of notices, by kind, made in the reader's language at reading time."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from notices.guild_kinds import GUILD_KINDS


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


def _hours(minutes: int) -> str:
    whole, rest = divmod(int(minutes), 60)
    if whole and not rest:
        return ngettext("%(n)s hour", "%(n)s hours", whole) % {"n": whole}
    if whole:
        return _("%(h)s h %(m)s min") % {"h": whole, "m": rest}
    return _("%(m)s min") % {"m": rest}


#: kind -> sentence. `params` hold ids, numbers and titles of tasks, never a person's name.
NOTICE_KINDS: dict[str, Callable[[dict[str, Any]], str]] = {
    **GUILD_KINDS,
    "contribution_approved": _approved,
    "contribution_returned": _returned,
    "contribution_rejected": _rejected,
}


def sentence(kind: str, params: dict[str, Any]) -> str:
    """The notice's text in the active language; an unknown kind (an app since removed) says so plainly."""
    make = NOTICE_KINDS.get(kind)
    return (
        make(params) if make else _("Something happened that this version can't describe (%(kind)s).") % {"kind": kind}
    )
