"""Templates that every guild has from its first day: kinds of tasks that most projects need, in words.

They are texts and no rows, so they speak the reader's language and cost a new guild nothing.
"""

from __future__ import annotations

from typing import Any, NamedTuple

from django.utils.translation import gettext_lazy as _


class StarterTemplate(NamedTuple):
    """What a task of one common kind says and how big it is. `key` is its word in the address."""

    key: str
    title: Any
    description: Any
    role: str
    difficulty: str
    estimate_minutes: int
    is_starter: bool = False

    def initial(self) -> dict[str, Any]:
        """What a new task's form begins with."""
        return {
            "title": str(self.title),
            "description": str(self.description),
            "role": self.role,
            "difficulty": self.difficulty,
            "estimate_minutes": self.estimate_minutes,
            "is_starter": self.is_starter,
        }


STARTER_TEMPLATES = (
    StarterTemplate(
        "transcribe",
        _("Ten minutes of recording written down"),
        _(
            "Listen to the recording at the link and write down every word as it was said, with the minute at each "
            "change of speaker. Mark what you can't understand with [?].\n\nDone when: somebody else can read along "
            "while listening."
        ),
        "annotation",
        "S",
        60,
        True,
    ),
    StarterTemplate(
        "label-photos",
        _("Forty photos labelled"),
        _(
            "Open the folder at the link and give each photo one of the labels on the list; leave out what you are "
            "unsure of and say how many those were.\n\nDone when: all forty are labelled or named as unsure."
        ),
        "annotation",
        "XS",
        45,
        True,
    ),
    StarterTemplate(
        "translate-screen",
        _("One screen in another language"),
        _(
            "Translate the sentences of one screen as people here would say them aloud, and read them to somebody who "
            "has never seen it.\n\nDone when: that person can say what each button does."
        ),
        "translation",
        "S",
        45,
        True,
    ),
    StarterTemplate(
        "cheap-phone",
        _("Tried on a cheap phone"),
        _(
            "Open it on the oldest phone you can borrow, on mobile data. Write down the phone, the seconds until you "
            "could use it, and each place where you were stuck, with a screenshot.\n\nDone when: somebody else could "
            "repeat what you did."
        ),
        "testing",
        "S",
        30,
        True,
    ),
    StarterTemplate(
        "how-to",
        _("A how-to of one page"),
        _(
            "Write one page that leads somebody new from nothing to the first result: what they need, each step, what "
            "they should see, and what to do when they don't.\n\nDone when: somebody who never did it has followed it "
            "alone."
        ),
        "docs",
        "M",
        90,
    ),
    StarterTemplate(
        "ask-three",
        _("Three people asked"),
        _(
            "Show it to three people it is meant for, let them use it and don't help. Write down what each did, where "
            "they stopped, and what they said, without their names.\n\nDone when: each of the three has half a page."
        ),
        "research",
        "M",
        90,
    ),
    StarterTemplate(
        "check-data",
        _("Fifty rows of data checked"),
        _(
            "Compare fifty rows with their source. Correct what is certain, mark what is not, and count both.\n\nDone "
            "when: every row is right, corrected or marked."
        ),
        "data",
        "S",
        60,
    ),
)


def starter_template(key: str) -> StarterTemplate | None:
    """The template of that word."""
    return next((template for template in STARTER_TEMPLATES if template.key == key), None)
