"""The table of rights is whole, true, and what docs/rights.md says."""

from __future__ import annotations

import inspect
import pkgutil
from collections.abc import Iterator
from importlib import import_module
from importlib.util import find_spec

import pytest
from django.apps import apps
from django.conf import settings
from django.db import transaction

from core.errors import DomainError, PermissionRefused
from core.rights import Right, Who, rights_as_markdown, rights_by_app
from guilds.models import Guild
from tests.factories import World
from tests.rights.people import EVERYBODY, PEOPLE, crowded_world, person_of
from tests.rights.trials import TRIALS

ROWS = [right for _app, rights in rights_by_app() for right in rights]
TRIED = [right for right in ROWS if right.who != (Who.MACHINE,)]
#: Their refusals in a closed guild are about something else: they begin with a guild that isn't open yet.
NOT_ABOUT_AN_OPEN_GUILD = {"propose_guild", "edit_proposal", "withdraw_proposal", "decline_guild", "open_guild"}


def verbs_of(app: str) -> Iterator[str]:
    """Public functions of the app's services that take everything by keyword."""
    if not find_spec(f"{app}.services"):
        return
    top = import_module(f"{app}.services")
    modules = [
        top,
        *(import_module(f"{top.__name__}.{m.name}") for m in pkgutil.iter_modules(getattr(top, "__path__", []))),
    ]
    for module in modules:
        for name, function in inspect.getmembers(module, inspect.isfunction):
            kinds = [p.kind for p in inspect.signature(function).parameters.values()]
            by_keyword = inspect.Parameter.KEYWORD_ONLY in kinds and not set(kinds) - {
                inspect.Parameter.KEYWORD_ONLY,
                inspect.Parameter.VAR_KEYWORD,
            }
            if function.__module__ == module.__name__ and not name.startswith("_") and by_keyword:
                yield name


@pytest.mark.parametrize("app", [config.name for config in apps.get_app_configs() if "." not in config.name])
def test_every_verb_is_listed_and_no_other(app: str) -> None:
    listed = {right.verb for right in dict(rights_by_app()).get(app, ())}
    assert listed == set(verbs_of(app))


def test_no_line_stands_twice_and_each_is_tried() -> None:
    keys = [right.key for right in ROWS]
    assert len(keys) == len(set(keys))
    assert set(TRIALS) == {right.key for right in TRIED}


def test_the_docs_say_what_the_table_says() -> None:
    written = (settings.BASE_DIR / "docs" / "rights.md").read_text(encoding="utf-8")
    assert written == rights_as_markdown(), "run manage.py write_rights"


@pytest.fixture(scope="module")
def world(django_db_setup: None, django_db_blocker: pytest.FixtureRequest) -> Iterator[World]:
    """One crowded world; each trial is rolled back."""
    with django_db_blocker.unblock(), transaction.atomic():  # type: ignore[attr-defined]
        yield crowded_world()
        transaction.set_rollback(True)


def outcome(right: Right, world: World, name: str, *, closed: bool = False) -> DomainError | None:
    """How the verb answered that person, or None when it was done; nothing stays of it."""
    trial = TRIALS[right.key]
    with transaction.atomic():
        try:
            thing = trial.about(world)
            if closed:
                Guild.objects.filter(pk=world.guild.pk).update(state="closed")
                kept = [world.guild, world.project.guild, getattr(thing, "guild", None)]
                for guild in filter(None, kept):
                    guild.state = "closed"
            with transaction.atomic():
                trial.act(world, person_of(world, name), thing)
            return None
        except DomainError as refusal:
            return refusal
        finally:
            transaction.set_rollback(True)
            if closed:
                world.guild.state = world.project.guild.state = "open"


@pytest.mark.django_db
@pytest.mark.parametrize("right", TRIED, ids=lambda right: right.key)
def test_each_line_is_true_of_everybody(right: Right, world: World) -> None:
    allowed = frozenset().union(*(PEOPLE[who] for who in right.who))
    for name in EVERYBODY:
        refusal = outcome(right, world, name)
        if name in allowed:
            assert not isinstance(refusal, PermissionRefused), f"{right.key} refuses the {name}: {refusal}"
        else:
            assert isinstance(refusal, PermissionRefused), f"{right.key} lets the {name} ({refusal!r})"


@pytest.mark.django_db
@pytest.mark.parametrize("right", TRIED, ids=lambda right: right.key)
def test_a_closed_guild_changes_only_where_the_table_says_so(right: Right, world: World) -> None:
    if right.verb in NOT_ABOUT_AN_OPEN_GUILD:
        return
    allowed = sorted(frozenset().union(*(PEOPLE[who] for who in right.who)))
    for name in allowed:
        refusal = outcome(right, world, name, closed=True)
        if right.in_closed_guild:
            assert not isinstance(refusal, PermissionRefused), f"{right.key} refuses the {name}: {refusal}"
        else:
            assert isinstance(refusal, PermissionRefused), f"{right.key} lets the {name} ({refusal!r})"
            assert "closed" in refusal.message
