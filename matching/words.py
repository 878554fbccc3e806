"""Why a task is shown, as one sentence that is true of it."""

from __future__ import annotations

from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from core.formats import format_minutes, format_number
from core.languages import language_name
from core.text import one_line
from guilds.roles import ROLE_CHOICES
from matching.queries import Suggestion
from matching.rules import Answers


def reasons(task: Suggestion, answers: Answers) -> list[str]:
    """What of the answers the task meets, in the order of the questions; its length is always said."""
    said = [_isolated(str(word)) for word in _what_was_said(task, answers)]
    parts = []
    if said:
        parts.append(_("you said %(answers)s") % {"answers": pgettext("between answers", " and ").join(said)})
    minutes = _isolated(format_minutes(task.estimate_minutes))
    if answers.minutes is None:
        parts.append(_("it takes %(minutes)s") % {"minutes": minutes})
    else:
        week = _isolated(format_minutes(answers.minutes))
        parts.append(_("%(minutes)s of the %(week)s you have a week") % {"minutes": minutes, "week": week})
    if task.km:
        place = _isolated(one_line(task.near, length=60))
        parts.append(_("about %(km)s km from %(place)s") % {"km": format_number(task.km), "place": place})
    elif task.near:
        parts.append(_("near %(place)s") % {"place": _isolated(_as_typed(task.near, answers.place))})
    if task.is_own_guild:
        parts.append(_("in your guild"))
    if task.is_starter:
        parts.append(_("a good first task"))
    return parts


def why(task: Suggestion, answers: Answers) -> str:
    """The sentence: "It fits: you said translation and অসমীয়া; 20 min of the 1 h you have a week; near Jorhat." """
    return _("It fits: %(reasons)s.") % {
        "reasons": pgettext("between reasons", "; ").join(reasons(task, answers)),
    }


def _what_was_said(task: Suggestion, answers: Answers) -> list[str]:
    said = []
    if answers.kinds:
        said.append(str(dict(ROLE_CHOICES)[task.role]))
    if task.spoken:
        said.append(language_name(task.spoken))
    return said


def _as_typed(part: str, place: str) -> str:
    """The part of the place with the letters it was typed with, if they can be found; else as it was looked for."""
    start = place.lower().find(part)
    return one_line(place[start : start + len(part)] if start >= 0 else part, length=60)


def _isolated(text: str) -> str:
    """Words of another script or direction that don't turn the sentence round."""
    return f"\u2068{text}\u2069"
