"""The sentences of notices about guilds: founding, joining, rights, handing over, closing."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import pgettext


def _right(p: dict[str, Any]) -> str:
    return {
        "reviewer": pgettext("a right", "reviewer"),
        "maintainer": pgettext("a right", "maintainer"),
        "steward": pgettext("a right", "steward"),
    }.get(p.get("right", ""), "")


def _given(p: dict[str, Any]) -> str:
    values = {"guild": p.get("guild", ""), "right": _right(p), "on": _day(p)}
    if values["on"]:
        return _("You are a %(right)s of %(guild)s now, until %(on)s.") % values
    return _("You are a %(right)s of %(guild)s now.") % values


def _ending(p: dict[str, Any]) -> str:
    return _("You are a %(right)s of %(guild)s until %(on)s. A steward can give you the right again.") % {
        "guild": p.get("guild", ""),
        "right": _right(p),
        "on": _day(p),
    }


def _day(p: dict[str, Any]) -> str:
    return date_format(date.fromisoformat(p["on"]), "DATE_FORMAT") if p.get("on") else ""


def _of_guild(make: Callable[[], str]) -> Callable[[dict[str, Any]], str]:
    return lambda p: make() % {"guild": p.get("guild", ""), "right": _right(p)}


def _stopped(p: dict[str, Any]) -> str:
    sentences = {
        "reviewing": _(
            "Until %(on)s you can't review in %(guild)s. The reason, and what you can do, is on its page of trust."
        ),
        "vouching": _(
            "Until %(on)s you can't vouch in %(guild)s. The reason, and what you can do, is on its page of trust."
        ),
        "claiming": _(
            "Until %(on)s you can't take tasks in %(guild)s; you can always log hours. The reason, and what you can do, is on "
            "its page of trust."
        ),
    }
    values = {"guild": p.get("guild", ""), "on": _day(p)}
    return sentences.get(p.get("stops", ""), _("Something was stopped for you in %(guild)s until %(on)s.")) % values


#: kind -> sentence; `params` hold the guild's name, a right and a day.
GUILD_KINDS: dict[str, Callable[[dict[str, Any]], str]] = {
    "guild_opened": _of_guild(lambda: _("%(guild)s is open. Its page is yours to fill.")),
    "guild_declined": _of_guild(
        lambda: _("%(guild)s was not opened. The reason is on its page; change the proposal and hand it in again.")
    ),
    "guild_closing_proposed": _of_guild(lambda: _("A steward of %(guild)s proposes to close it. Look at the reason.")),
    "guild_closed": _of_guild(
        lambda: _("%(guild)s was closed. Everything stays to be read, and what you earned stays yours.")
    ),
    "join_request_made": _of_guild(lambda: _("Somebody asks to join %(guild)s.")),
    "join_request_accepted": _of_guild(lambda: _("You belong to %(guild)s now. Take a task, and log hours on it.")),
    "join_request_declined": _of_guild(lambda: _("%(guild)s did not take your request. The reason is on its page.")),
    "grant_given": _given,
    "grant_revoked": _of_guild(lambda: _("You are no %(right)s of %(guild)s any more.")),
    "grant_ending": _ending,
    "sanction_put": _stopped,
    "sanction_lifted": _of_guild(
        lambda: _("What was stopped for you in %(guild)s was lifted early. The reason is on its page of trust.")
    ),
    "vouch_given": _of_guild(lambda: _("A member of %(guild)s vouches for you there.")),
    "stewardship_offered": _of_guild(lambda: _("You are asked to become steward of %(guild)s. Answer on its page.")),
    "stewardship_accepted": _of_guild(lambda: _("Your offer was accepted: %(guild)s has another steward now.")),
    "stewardship_declined": _of_guild(
        lambda: _("Your offer to hand over %(guild)s was declined; you stay its steward.")
    ),
}
