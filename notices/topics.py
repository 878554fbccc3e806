"""What notices are about: what can be muted, and what is mailed at once."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _


@dataclass(frozen=True)
class Topic:
    """Kinds of notices that somebody wants, or doesn't, together. `urgent` kinds are mailed when they happen."""

    name: str
    label: str | Promise
    kinds: frozenset[str]
    urgent: frozenset[str] = frozenset()
    is_mutable: bool = True


def _topic(
    name: str, label: str | Promise, kinds: Iterable[str], urgent: Iterable[str] = (), *, mute: bool = True
) -> Topic:
    return Topic(name, label, frozenset(kinds), frozenset(urgent), mute)


TOPICS: tuple[Topic, ...] = (
    _topic(
        "work",
        _("My hours: approved, returned, not accepted"),
        ("contribution_approved", "contribution_returned", "contribution_rejected", "verdict_dropped"),
    ),
    _topic(
        "reviews",
        _("Work given to me to review"),
        ("review_assigned", "review_reminded", "review_overdue"),
    ),
    _topic(
        "disputes",
        _("Disputed verdicts: mine, and those I was drawn to decide"),
        ("verdict_disputed", "panel_asked", "challenge_upheld", "challenge_overturned"),
    ),
    _topic("points", _("My points: what expires"), ("points_expiring", "points_expired")),
    _topic("claims", _("Tasks I have taken"), ("claim_ending", "claim_ended")),
    _topic("problems", _("Problems I told"), ("problem_decided",)),
    _topic(
        "guilds",
        _("My guilds, and what I may do there"),
        (
            "guild_opened", "guild_declined", "guild_closing_proposed", "guild_closed", "join_request_made",
            "join_request_accepted", "join_request_declined", "grant_given", "grant_revoked", "grant_ending",
            "stewardship_offered", "stewardship_accepted", "stewardship_declined",
            "vouch_given",
        ),
    ),
    _topic(
        "moderation",
        _("Words of mine that were hidden, my appeals and reports"),
        ("words_hidden", "words_shown", "appeal_upheld", "report_heard", "report_dismissed", "report_reversed"),
        urgent=("words_hidden", "words_shown", "appeal_upheld"),
    ),
    _topic(
        "sanctions",
        _("What I may not do for a while, and until when"),
        ("sanction_put", "sanction_lifted"),
        urgent=("sanction_put",),
        mute=False,
    ),
    _topic("security", _("The safety of my account"), ("token_made",), urgent=("token_made",), mute=False),
    _topic("money", _("Money"), (), mute=False),
)  # fmt: skip

MUTABLE: tuple[str, ...] = tuple(topic.name for topic in TOPICS if topic.is_mutable)
URGENT: frozenset[str] = frozenset(kind for topic in TOPICS for kind in topic.urgent)
_TOPIC_OF: dict[str, Topic] = {kind: topic for topic in TOPICS for kind in topic.kinds}

#: kind -> what a mail's button says; other kinds have the plain words.
BUTTONS: dict[str, Callable[[], str]] = {}


def is_muted(kind: str, muted: Iterable[str]) -> bool:
    """Whether somebody who muted these topics wants to hear of that kind in the inbox only."""
    topic = _TOPIC_OF.get(kind)
    return topic is not None and topic.is_mutable and topic.name in set(muted)


def muted_kinds(muted: Iterable[str]) -> list[str]:
    """Every kind of the muted topics."""
    wanted = set(muted)
    return sorted(kind for kind, topic in _TOPIC_OF.items() if topic.is_mutable and topic.name in wanted)


def topic_of(kind: str) -> Topic | None:
    """What a kind is about; None for one of an app that is gone."""
    return _TOPIC_OF.get(kind)
