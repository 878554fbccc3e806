"""Who may do what: one table for all apps, from which the docs are written and against which every verb is tried.

Each app lists its verbs as `RIGHTS` in its `permissions.py`. A verb is a public function of a `services` module that
takes everything by keyword. The table grants nothing itself: the checks in `permissions.py` do, and
`tests/rights/test_rights.py` tries each verb as every kind of person to see that table and check say the same.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from importlib import import_module
from importlib.util import find_spec

from django.apps import apps


class Who(StrEnum):
    """Kinds of people a verb is for, in the words of the docs."""

    SIGNED_IN = "anybody with an account"
    MEMBER = "a member of the guild"
    OWNER = "whoever it belongs to"
    REVIEWER = "a reviewer of the guild (by grant or by standing), a maintainer, a steward"
    MAINTAINER = "a maintainer or steward of the guild"
    STEWARD = "a steward of the guild"
    HUB_STEWARD = "a steward of the hub"
    MACHINE = "nobody: another verb, a background job or whoever runs the server calls it"


@dataclass(frozen=True)
class Right:
    """One line of the table: a verb (its service's name), for whom, and under which condition.

    A verb that different people may use at different times has a line for each, told apart by `when`. `note` says what
    else must be so. `in_closed_guild`: whether it still works when the guild is closed.
    """

    verb: str
    who: tuple[Who, ...]
    when: str = ""
    note: str = ""
    in_closed_guild: bool = False

    @property
    def key(self) -> str:
        """What tells this line from all others."""
        return f"{self.verb} ({self.when})" if self.when else self.verb


def may(verb: str, *who: Who, when: str = "", note: str = "", in_closed_guild: bool = False) -> Right:
    """A line of the table that reads as a sentence: `may("accept_problem", Who.MAINTAINER)`."""
    return Right(verb, who, when, note, in_closed_guild)


def machine(*verbs: str) -> tuple[Right, ...]:
    """Lines for verbs that no person asks for; whoever calls them has checked already, or time has."""
    return tuple(Right(verb, (Who.MACHINE,), in_closed_guild=True) for verb in verbs)


def rights_by_app() -> Iterator[tuple[str, tuple[Right, ...]]]:
    """The tables of all installed apps that have one, in the order of installation."""
    for app in apps.get_app_configs():
        name = f"{app.name}.permissions"
        if "." not in app.name and find_spec(name):
            yield app.name, getattr(import_module(name), "RIGHTS", ())


def rights_as_markdown() -> str:
    """`docs/rights.md`: the whole table, for people."""
    lines = [_HEAD]
    for app, rights in rights_by_app():
        if rights:
            lines += [f"\n## {app}\n", "| verb | who may | when | in a closed guild |", "|---|---|---|---|"]
            lines += [_row(right) for right in rights]
    return "\n".join(lines) + "\n"


def _row(right: Right) -> str:
    who = "; ".join(right.who)
    condition = "; ".join(word for word in (right.when, right.note) if word)
    return f"| `{right.verb}` | {who} | {condition} | {'yes' if right.in_closed_guild else 'no'} |"


_HEAD = """# Who may do what

Written by `manage.py write_rights` from the `RIGHTS` in each app's `permissions.py`; a test fails when it is stale, and another
tries every verb as each kind of person. The page, the API, a command and a job call the same verbs, so this holds for all.

A right in a guild comes from a steward's grant, which mostly has an end. The right to review also comes from standing: the
reputation of the last 365 days in that guild, halved by every 180 days; the guild's policy says how much is enough. Both are
for members only. Maintainers may what reviewers may, stewards what maintainers may. A steward of the hub looks after all
guilds and their rights, and works in none. Nobody judges their own work and nobody gives a right to themselves."""
