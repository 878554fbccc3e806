"""What is always so about guilds, without a database."""

from __future__ import annotations

from datetime import datetime, timedelta

#: state -> states that may follow. A closed guild stays closed: its history is read, not resumed.
GUILD_TRANSITIONS: dict[str, frozenset[str]] = {
    "proposed": frozenset({"open", "closed"}),
    "open": frozenset({"closed"}),
    "closed": frozenset(),
}

#: The same for the draft of a policy: once it is published or discarded it stands.
DRAFT_TRANSITIONS: dict[str, frozenset[str]] = {
    "open": frozenset({"published", "discarded"}),
    "published": frozenset(),
    "discarded": frozenset(),
}

#: Kinds of help, as contributors choose them and tasks ask for them.
ROLES: tuple[str, ...] = (
    "code",
    "data",
    "annotation",
    "translation",
    "docs",
    "design",
    "testing",
    "field",
    "research",
    "organising",
    "teaching",
)

#: How many guilds proposed by one person may wait for an answer at a time.
PROPOSALS_WAITING_MOST = 3
INVITE_USES_MOST = 500
#: The highest number of a policy: beyond it no calendar holds the days, and no week the minutes.
NUMBER_MOST = 10_000
#: Minutes of a week that can count at all, in full or half; as the constraint of the table says.
WEEK_COUNTS_MOST = 1200
INVITE_DAYS_MOST = 90
#: For how many days an invitation by mail lasts, at most.
INVITATION_DAYS_MOST = 60
#: Mails of invitation into one guild in 24 hours: a hub's mail server is known by what it sends.
INVITATIONS_A_DAY = 20_000
#: Lists of one guild that are looked at or sent at a time.
INVITATION_LISTS_OPEN = 5
#: So many days before a right ends its holder is told.
GRANT_REMINDER_DAYS = 14


def days_between(one: datetime, other: datetime) -> float:
    """How many days later the other moment is."""
    return (other - one) / timedelta(days=1)
