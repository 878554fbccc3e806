"""What mails say: the week's digest, and a notice that is too urgent to wait. Call them in the reader's language."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from core.letters import Letter, Line, Part, in_full
from notices.digest import DigestLine
from notices.kinds import sentence
from notices.services.choices import stop_token
from notices.topics import topic_of


def stop_url(subject_id: UUID) -> str:
    """Where one press stops a person's digest, without signing in."""
    return in_full(reverse("notices:stop", args=[stop_token(subject_id)]))


def digest_letter(subject_id: UUID, lines: Sequence[DigestLine]) -> Letter:
    """The week's mail: what was credited, what waits, and one thing to do."""
    credited = [line for line in lines if line.section == "credited"]
    waiting = [line for line in lines if line.section == "waiting"]
    parts = [Part("heading", _("Your week"))]
    for title, found in ((_("Credited last week"), credited), (_("Waiting for you"), waiting)):
        if found:
            shown = tuple(Line(line.words(), in_full(line.url)) for line in found)
            parts += [Part("title", title), Part("lines", lines=shown)]
    action = next((line for line in (*waiting, *credited) if line.button), None)
    if action is not None and action.button is not None:
        parts.append(Part("button", action.button(), in_full(action.url)))
    return Letter(_subject(sum(line.count for line in waiting)), parts, _foot(subject_id))


def _subject(waiting: int) -> str:
    if not waiting:
        return _("Your week: what was credited")
    return ngettext("Your week: %(n)s thing waits for you", "Your week: %(n)s things wait for you", waiting) % {
        "n": waiting
    }


def _foot(subject_id: UUID) -> tuple[Part, ...]:
    return (
        Part("words", _("You get this on Mondays, when there is something to say.")),
        Part("link", _("Stop this mail"), stop_url(subject_id)),
        Part("link", _("Choose what you hear of"), in_full(reverse("notices:choices"))),
    )


def urgent_letter(kind: str, params: dict[str, Any], url: str) -> Letter:
    """A notice that is mailed when it happens: its sentence, and the page it is about."""
    topic = topic_of(kind)
    is_mutable = topic is not None and topic.is_mutable
    subject = _("About something you wrote") if is_mutable else _("Something changed in your account")
    parts = [Part("heading", subject), Part("words", sentence(kind, params))]
    parts.append(Part("button", _("Look at it"), in_full(url or reverse("notices:inbox"))))
    why = (
        _("You get this at once because it can't wait for Monday.")
        if is_mutable
        else _("You get this at once because it is about the safety of your account. It can't be switched off.")
    )
    return Letter(
        subject,
        parts,
        (Part("words", why), Part("link", _("Choose what you hear of"), in_full(reverse("notices:choices")))),
    )
