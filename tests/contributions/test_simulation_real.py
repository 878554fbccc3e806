"""Other rules tried on a past that really was: the history of a real project, and the half year of the demo guild."""

from __future__ import annotations

from io import StringIO
from uuid import UUID

import pytest
from django.core.management import call_command
from django.utils import timezone

from contributions.models import Contribution
from contributions.queries.simulation import simulate
from contributions.services.simulation import simulate_policy_draft
from guildhub.demo import load
from guilds.models import Guild, Policy
from guilds.services import draft_policy, save_policy_draft
from reputation.models import Account
from tests.contributions.histories import SHOONYA
from tests.factories import World, make_world

pytestmark = [pytest.mark.django_db, pytest.mark.slow]
SESSIONS = 1151


@pytest.fixture
def world() -> World:
    """A guild whose past is 3,279 commits of a real project, all of them accepted."""
    world = make_world()
    call_command(
        "import_history",
        str(SHOONYA),
        project=world.project.slug,
        accept_as=world.maintainer.user.email,
        stdout=StringIO(),
    )
    return world


def latest(guild: Guild) -> Policy:
    return Policy.objects.filter(guild=guild).latest("version")


def balances(guild: Guild) -> dict[UUID, int]:
    rows = Account.objects.filter(guild=guild, kind="rep", balance__gt=0)
    return dict(rows.values_list("subject_id", "balance"))


def test_the_unchanged_rules_change_nobodys_points(world: World) -> None:
    found = simulate(world.guild, draft_policy(latest(world.guild)), now=timezone.now())
    assert (found.verdicts, found.unlike_ledger) == (SESSIONS, 0)
    assert {change.person: change.before.points for change in found.changes if change.before.points} == balances(
        world.guild
    )
    assert [change for change in found.changes if change.difference] == []
    assert found.same == len(found.changes) > 40


def test_half_the_points_for_an_hour_is_half_the_points(world: World) -> None:
    now, draft = timezone.now(), draft_policy(latest(world.guild), points_per_hour=5)
    found = simulate(world.guild, draft, now=now)
    pieces = 0
    for change in found.changes:
        one = simulate(world.guild, draft, now=now, person=change.person)
        assert one.changes == [change]
        for piece in one.explained:
            # Each piece is rounded by itself, half up: twice the half is at most one point beside the whole.
            assert 2 * piece.after["points"] - piece.before["points"] in (-1, 0, 1), piece
        assert sum(piece.before["points"] for piece in one.explained) == change.before.points
        assert sum(piece.after["points"] for piece in one.explained) == change.after.points
        pieces += len(one.explained)
    assert pieces == SESSIONS
    assert abs(2 * found.points_after - found.points_before) <= pieces < found.points_before / 5
    assert found.gain == 0


def test_a_draft_of_it_is_stored_with_all_its_people(world: World) -> None:
    now = timezone.now()
    draft = save_policy_draft(guild=world.guild, by=world.steward, now=now, points_per_hour=5)
    row = simulate_policy_draft(draft=draft, by=world.steward, since=None, now=now)
    assert row.result is not None
    assert (row.state, row.verdicts_done, row.result["lose"]) == ("done", SESSIONS, len(row.result["people"]))


def test_the_demo_guilds_half_year_is_replayed_as_it_was_posted(db: None) -> None:
    assert load.load_demo(now=timezone.now()) is not None
    tried = 0
    for guild in Guild.objects.filter(policies__isnull=False).distinct():
        found = simulate(guild, draft_policy(latest(guild)), now=timezone.now())
        assert found.unlike_ledger == 0
        assert found.gain + found.lose == 0 or latest(guild).effective_at > timezone.now()
        tried += found.verdicts
    assert tried >= Contribution.objects.filter(state="approved").count() > 200
