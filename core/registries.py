"""What apps tell each other without importing each other: consumers, checks, personal data, page slots.

Every registry is filled in `AppConfig.ready` and read afterwards; nothing is registered while a request runs.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from uuid import UUID

if TYPE_CHECKING:
    from datetime import datetime

    from django.db.models import F, Func, Model

    from core.models import Event

Consumer = Callable[[Sequence["Event"]], None]
Check = Callable[[], Iterable[str]]
Eraser = Callable[[Sequence[UUID]], None]
Exporter = Callable[[Sequence[UUID]], Iterable[Mapping[str, object]]]


@dataclass(frozen=True)
class Subscription:
    """One consumer's wish: `handler` gets batches of events whose kind is in `kinds` (None: every kind)."""

    consumer: str
    handler: Consumer
    kinds: frozenset[str] | None


@dataclass(frozen=True)
class PersonalData:
    """How one model forgets a person and how it tells what it knows. Both get all linked subject ids."""

    model: type[Model]
    erase: Eraser
    export: Exporter


@dataclass(frozen=True)
class EarnedRight:
    """A right that members earn instead of being given it, as an app above guilds knows it.

    `condition(subject_ids, guild, now)` says inside another statement whether one person (all linked ids) has earned
    it; `holders(guild_id, now)` lists all who have, in one statement.
    """

    condition: Callable[[Sequence[UUID], F | UUID, datetime], Func]
    holders: Callable[[UUID, datetime], Sequence[UUID]]


@dataclass(frozen=True)
class GuildTable:
    """One file of a guild's export: `rows(guild_id, has_names)` gives its lines, values as Django gives them.

    `is_personal`: only in the export with names, which stewards get. The other one names nobody, by no id either.
    """

    name: str
    about: Any
    rows: Callable[[UUID, bool], Iterable[Mapping[str, object]]]
    is_personal: bool = False


_subscriptions: dict[str, Subscription] = {}
_checks: dict[str, dict[str, Check]] = {}
_personal: dict[str, PersonalData] = {}
_impersonal: dict[str, str] = {}
_forgotten: list[Callable[[set[UUID]], set[UUID]]] = []
_slots: dict[str, list[Callable[..., str]]] = {}
_earned: dict[str, EarnedRight] = {}
_guild_tables: list[GuildTable] = []
_about_reader: dict[str, str] = {}


def subscribe(consumer: str, handler: Consumer, kinds: Iterable[str] | None) -> None:
    """Let `handler` receive the events of `kinds` (None: all). A consumer's name is stored in the database."""
    if consumer in _subscriptions:
        raise ValueError(f"Consumer {consumer!r} is registered twice.")
    _subscriptions[consumer] = Subscription(consumer, handler, None if kinds is None else frozenset(kinds))


def subscription(consumer: str) -> Subscription | None:
    """The subscription of that name, or None when no installed app claims it."""
    return _subscriptions.get(consumer)


def consumers_of(kind: str) -> list[str]:
    """Names of the consumers that want events of this kind."""
    return [s.consumer for s in _subscriptions.values() if s.kinds is None or kind in s.kinds]


def subscriptions() -> list[Subscription]:
    """Every subscription, in the order of registration."""
    return list(_subscriptions.values())


def register_integrity_check(group: str, name: str, check: Check) -> None:
    """Add a check to `group` ("ledger", "log"). It yields one sentence per finding, naming the row."""
    checks = _checks.setdefault(group, {})
    if name in checks:
        raise ValueError(f"Integrity check {group}/{name} is registered twice.")
    checks[name] = check


def integrity_checks(group: str) -> dict[str, Check]:
    """The checks of a group by name."""
    return dict(_checks.get(group, {}))


def register_personal_data(model: type[Model], *, erase: Eraser, export: Exporter) -> None:
    """Say how a model that holds personal data forgets a person and exports what it holds."""
    _check_unclassified(model)
    _personal[model._meta.label] = PersonalData(model, erase, export)


def holds_nothing_personal(model: type[Model], why: str) -> None:
    """Say that a model needs no eraser, and why. A test asks every model for one or the other."""
    _check_unclassified(model)
    _impersonal[model._meta.label] = why


def _check_unclassified(model: type[Model]) -> None:
    if not unclassified([model]):
        raise ValueError(f"{model._meta.label} has said before whether it holds personal data.")


def personal_data() -> list[PersonalData]:
    """Every model with personal data, in the order of registration (lower apps first)."""
    return list(_personal.values())


def unclassified(models: Iterable[type[Model]]) -> list[str]:
    """Labels of models that said nothing about personal data."""
    return [m._meta.label for m in models if m._meta.label not in _personal and m._meta.label not in _impersonal]


def register_forgotten(ask: Callable[[set[UUID]], set[UUID]]) -> None:
    """Let core ask which of some Subject ids belong to erased people; core itself knows nobody."""
    _forgotten.append(ask)


def forgotten_subjects(subject_ids: set[UUID]) -> set[UUID]:
    """Those of the ids that belong to erased people."""
    return {found for ask in _forgotten for found in ask(subject_ids)} if subject_ids else set()


def register_page_slot(slot: str, render: Callable[..., str]) -> None:
    """Fill a named place on a lower app's page with server-rendered HTML: `render(request, **context)`."""
    _slots.setdefault(slot, []).append(render)


def page_slot(slot: str) -> list[Callable[..., str]]:
    """The renderers of a slot, in the order of registration."""
    return list(_slots.get(slot, []))


def register_earned_right(right: str, earned: EarnedRight) -> None:
    """Let guilds ask, without knowing the ledger, who has earned a right."""
    if right in _earned:
        raise ValueError(f"How the right {right!r} is earned was said before.")
    _earned[right] = earned


def earned_right(right: str) -> EarnedRight:
    """How that right is earned."""
    return _earned[right]


def register_guild_table(table: GuildTable) -> None:
    """Let a guild's export have one more file."""
    _guild_tables.append(table)


def guild_tables() -> list[GuildTable]:
    """The files of a guild's export, in the order of registration (lower apps first)."""
    return list(_guild_tables)


#: What `:ids:` stands for in `register_about_reader`: all Subject ids of the person whose login is being read.
_READER_IDS = """ARRAY(
    SELECT accounts_user.subject_id UNION ALL
    SELECT alias_id FROM accounts_subjectlink WHERE primary_id = accounts_user.subject_id
)"""


def register_about_reader(name: str, sql: str) -> None:
    """Let the one statement that finds who is logged in also read this: `request.user.about_<name>`.

    `sql` is an expression over `accounts_user` and `:ids:`, cheap enough for every request of a member: what the frame
    of each page shows, and what decides what a page offers.
    """
    if name in _about_reader:
        raise ValueError(f"What is read about a reader as {name!r} was said before.")
    _about_reader[name] = sql.replace(":ids:", _READER_IDS)


def about_reader() -> dict[str, str]:
    """SQL expression by name."""
    return dict(_about_reader)
