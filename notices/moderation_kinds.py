"""The sentences of notices about what was reported and hidden. The moderator's own words are on the case's page."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.utils.translation import gettext as _

from core.written import Concern, written


def _words(p: dict[str, Any]) -> dict[str, str]:
    kind, concern = written(p.get("written", "")), p.get("concern", "")
    return {
        "what": str(kind.label) if kind else _("text"),
        "concern": str(Concern(concern).label) if concern in Concern.values else "",
    }


#: kind -> sentence; `params` hold the kind of thing and the kind of reason.
MODERATION_KINDS: dict[str, Callable[[dict[str, Any]], str]] = {
    "words_hidden": lambda p: (
        _("A moderator hid what you wrote (%(what)s): %(concern)s. Read why, and appeal if you think otherwise.")
        % _words(p)
    ),
    "words_shown": lambda p: _("What you wrote (%(what)s) is shown again.") % _words(p),
    "appeal_upheld": lambda p: (
        _("Your appeal was looked at: what you wrote (%(what)s) stays hidden. Read why.") % _words(p)
    ),
    "report_heard": lambda p: _("You reported something (%(what)s). A moderator hid it: %(concern)s.") % _words(p),
    "report_dismissed": lambda p: (
        _("You reported something (%(what)s). A moderator left it as it is. Read why.") % _words(p)
    ),
    "report_reversed": lambda p: (
        _("What you reported (%(what)s) was looked at once more and is shown again. Read why.") % _words(p)
    ),
}
