"""What is always so about guilds, without a database."""

from __future__ import annotations

#: state -> states that may follow. A closed guild stays closed: its history is read, not resumed.
GUILD_TRANSITIONS: dict[str, frozenset[str]] = {
    "proposed": frozenset({"open", "closed"}),
    "open": frozenset({"closed"}),
    "closed": frozenset(),
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
