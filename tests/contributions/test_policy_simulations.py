"""A draft tried on the past: at once or in the background, stored with the numbers it is for, tried again when it failed."""

from __future__ import annotations

from datetime import date, timedelta
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.db import IntegrityError, transaction
from django.test import Client
from django.utils import timezone

from contributions.models import PolicySimulation, Review
from contributions.queries.simulation import simulate
from contributions.rules_simulated import Counted
from contributions.services import simulation as service
from contributions.services.simulation import (
    run_policy_simulation,
    simulate_policy_draft,
    sweep_policy_simulations,
)
from core.errors import TransitionRefused
from guilds.forms import NUMBER_LABELS
from guilds.models import Policy, PolicyDraft
from guilds.services import discard_policy_draft, publish_policy_draft, save_policy_draft
from reputation.models import Transfer
from tests.contributions.test_challenges import approved
from tests.factories import World, make_world, without_second_looks

pytestmark = pytest.mark.django_db


@pytest.fixture
def world() -> World:
    world = without_second_looks(make_world())
    approved(world, 60)
    return world


def drafted(w: World, **numbers: object) -> PolicyDraft:
    values: dict[str, object] = {"points_per_hour": 20, "reason": "Rents rose.", **numbers}
    return save_policy_draft(guild=w.guild, by=w.steward, now=w.now, **values)  # type: ignore[arg-type]


def asked(w: World, draft: PolicyDraft, since: date | None = None) -> PolicySimulation:
    return simulate_policy_draft(draft=draft, by=w.steward, since=since, now=w.now)


def found(row: PolicySimulation) -> Counted:
    row.refresh_from_db()
    assert row.result is not None
    return Counted.from_json(row.result)


@pytest.fixture
def large(monkeypatch: pytest.MonkeyPatch) -> list[tuple[object, ...]]:
    """Every guild counts as large; returns what was sent to the broker."""
    sent: list[tuple[object, ...]] = []
    monkeypatch.setattr(service, "AT_ONCE_MOST", 0)
    monkeypatch.setattr(service, "nudge", lambda job, *args: sent.append((job.name, *args)))
    return sent


def test_a_small_guild_has_its_result_at_once_and_nobodys_points_change(world: World) -> None:
    before = Transfer.objects.count()
    row = asked(world, drafted(world))
    assert (row.state, row.verdicts_done, row.since) == ("done", 1, None)
    result = found(row)
    assert (result.gain, result.lose, result.same, result.difference, result.unlike_ledger) == (1, 0, 1, 10, 0)
    assert [(one.person, one.before, one.after) for one in result.people] == [(world.contributor.pk, 10, 20)]
    assert result.up_to == Review.objects.get().decided_at
    assert Transfer.objects.count() == before


def test_what_is_stored_says_what_counting_found(world: World) -> None:
    draft = drafted(world)
    direct = simulate(world.guild, draft, now=world.now).counted()
    assert found(asked(world, draft)) == direct


def test_a_large_guild_is_counted_in_the_background(world: World, large: list[tuple[object, ...]]) -> None:
    row = asked(world, drafted(world))
    assert (row.state, row.result) == ("waiting", None)
    assert large == [("contributions.count_policy_draft", str(row.pk))]
    run_policy_simulation(simulation_id=row.pk, now=world.later(minutes=1))
    assert found(row).difference == 10
    assert (row.state, row.finished_at) == ("done", world.now)
    run_policy_simulation(simulation_id=row.pk, now=world.later(minutes=1))
    row.refresh_from_db()
    assert row.finished_at != world.now, "a job that comes twice does nothing"


def test_the_same_question_twice_is_one(world: World, large: list[tuple[object, ...]]) -> None:
    draft = drafted(world)
    first = asked(world, draft)
    world.later(minutes=1)
    assert asked(world, draft).asked_at == first.asked_at
    assert asked(world, draft, since=date(2026, 1, 1)).asked_at == world.now


def test_a_question_asked_anew_is_not_answered_by_the_old_one(
    world: World, large: list[tuple[object, ...]], monkeypatch: pytest.MonkeyPatch
) -> None:
    first = asked(world, drafted(world))

    def meanwhile(*args: object, **kwargs: object) -> object:
        monkeypatch.setattr(service, "simulate", simulate)
        world.later(minutes=1)
        asked(world, drafted(world, points_per_hour=30))
        return simulate(*args, **kwargs)  # type: ignore[arg-type]

    monkeypatch.setattr(service, "simulate", meanwhile)
    run_policy_simulation(simulation_id=first.pk, now=world.now)
    first.refresh_from_db()
    assert (first.state, first.result, first.numbers["points_per_hour"]) == ("waiting", None, "30")
    run_policy_simulation(simulation_id=first.pk, now=world.now)
    assert found(first).difference == 20


def test_a_lost_worker_is_replaced_and_after_five_it_fails(world: World, large: list[tuple[object, ...]]) -> None:
    row = asked(world, drafted(world))
    rows = PolicySimulation.objects.filter(pk=row.pk)
    assert sweep_policy_simulations(now=world.now) == 0
    rows.update(state="counting", attempts=4, seen_at=world.now - timedelta(minutes=3))
    assert sweep_policy_simulations(now=world.now) == 1
    assert len(large) == 2
    rows.update(attempts=5)
    run_policy_simulation(simulation_id=row.pk, now=world.now)
    row.refresh_from_db()
    assert (row.state, row.result) == ("failed", None)
    again = asked(world, row.draft)
    assert (again.state, again.attempts) == ("waiting", 0)


def test_an_error_in_the_middle_leaves_it_to_the_next_attempt(
    world: World, large: list[tuple[object, ...]], monkeypatch: pytest.MonkeyPatch
) -> None:
    row = asked(world, drafted(world))

    def broken(*args: object, **kwargs: object) -> object:
        raise RuntimeError("the disk is full")

    with monkeypatch.context() as patch, pytest.raises(RuntimeError):
        patch.setattr(service, "simulate", broken)
        run_policy_simulation(simulation_id=row.pk, now=world.now)
    row.refresh_from_db()
    assert (row.state, row.attempts) == ("counting", 1)
    run_policy_simulation(simulation_id=row.pk, now=world.now)
    assert found(row).difference == 10


def test_progress_is_seen_while_it_counts(
    world: World, large: list[tuple[object, ...]], monkeypatch: pytest.MonkeyPatch
) -> None:
    approved(world, 60)
    monkeypatch.setattr("contributions.queries.simulation.CHUNK", 1)
    row = asked(world, drafted(world))
    steps: list[int] = []
    whole = simulate

    def watched(*args: object, on_progress: object = None, **kwargs: object) -> object:
        def step(done: int) -> None:
            on_progress(done)  # type: ignore[operator]
            steps.append(PolicySimulation.objects.get(pk=row.pk).verdicts_done)

        return whole(*args, on_progress=step, **kwargs)  # type: ignore[arg-type]

    monkeypatch.setattr(service, "simulate", watched)
    run_policy_simulation(simulation_id=row.pk, now=world.now)
    assert steps == [1, 2]


def test_a_closed_draft_keeps_its_result_and_is_not_tried_again(world: World) -> None:
    draft = drafted(world)
    asked(world, draft)
    publish_policy_draft(draft=draft, by=world.steward, now=world.now)
    with pytest.raises(TransitionRefused):
        asked(world, draft)
    assert found(PolicySimulation.objects.get(draft=draft)).difference == 10


@pytest.mark.parametrize("fields", [{"state": "lost"}, {"result": None}, {"state": "failed"}, {"finished_at": None}])
def test_the_database_refuses_a_bad_simulation(world: World, fields: dict[str, object]) -> None:
    row = asked(world, drafted(world))
    with pytest.raises(IntegrityError, match="policy_simulation_done_with_a_result"), transaction.atomic():
        PolicySimulation.objects.filter(pk=row.pk).update(**fields)


def test_the_command_counts_a_failed_one_anew(world: World, large: list[tuple[object, ...]]) -> None:
    with pytest.raises(CommandError, match="no simulation"):
        call_command("simulate_policy", world.guild.slug, "--stored", stdout=StringIO())
    row = asked(world, drafted(world))
    PolicySimulation.objects.filter(pk=row.pk).update(state="failed", finished_at=world.now, attempts=6)
    out = StringIO()
    call_command("simulate_policy", world.guild.slug, "--stored", stdout=out)
    assert "1 people gain, 0 lose, 1 stay the same." in out.getvalue()
    assert found(row).difference == 10


# The page -----------------------------------------------------------------------------------------------------------


def page(w: World) -> str:
    return f"/guilds/{w.guild.slug}/rules/draft/"


def steward(w: World, client: Client) -> Client:
    client.force_login(w.steward.user)
    return client


def typed(w: World, client: Client, **changed: object) -> dict[str, object]:
    """What a steward's browser sends with the form as it is shown."""
    form = client.get(page(w)).context["form"]
    return {"do": "save", **{name: form[name].value() for name in form.fields}, **changed}


def test_a_steward_drafts_tries_and_publishes_on_the_page(world: World, client: Client) -> None:
    steward(world, client)
    assert client.post(page(world), typed(world, client, points_per_hour=20)).status_code == 302
    draft = PolicyDraft.objects.get()
    shown = client.get(page(world))
    assert shown.context["words"] == [(str(NUMBER_LABELS["points_per_hour"]), "10 → 20")]
    publish = {"do": "publish", "thing": draft.pk, "effective_on": timezone.localdate().isoformat()}
    refused = client.post(page(world), {**publish, "seen": shown.context["publish"]["seen"].value()})
    assert b"Please say why the rules change" in refused.content
    client.post(page(world), typed(world, client, reason="Rents rose."))
    client.post(page(world), {"do": "simulate", "thing": draft.pk, "period": "all"})
    shown = client.get(page(world))
    assert (shown.context["found"].gain, shown.context["is_old"]) == (1, False)
    done = client.post(page(world), {**publish, "seen": shown.context["publish"]["seen"].value()})
    assert done["Location"] == f"/guilds/{world.guild.slug}/rules/"
    latest = Policy.objects.filter(guild=world.guild).latest("version")
    assert (latest.points_per_hour, latest.published_by) == (20, world.steward.pk)
    rules = Client().get(f"/guilds/{world.guild.slug}/rules/").content.decode()
    assert "Rents rose." in rules and "10 → 20" in rules
    again = client.post(page(world), {**publish, "seen": shown.context["publish"]["seen"].value()})
    assert again.status_code == 302
    assert Policy.objects.filter(guild=world.guild).latest("version") == latest


def test_a_year_is_tried_unless_somebody_asks_for_everything(world: World, client: Client) -> None:
    draft = drafted(world)
    steward(world, client).post(page(world), {"do": "simulate", "thing": draft.pk, "period": "year"})
    year_ago = timezone.localdate(timezone.now()) - timedelta(days=365)
    assert PolicySimulation.objects.get().since == year_ago


def test_changed_numbers_mark_the_result_as_old_and_say_what_it_is_of(world: World, client: Client) -> None:
    draft = drafted(world)
    asked(world, draft)
    drafted(world, points_per_hour=30)
    shown = steward(world, client).get(page(world))
    assert shown.context["is_old"]
    assert shown.context["counted_words"] == [(str(NUMBER_LABELS["points_per_hour"]), "10 → 20")]
    drafted(world, points_per_hour=20)
    assert not client.get(page(world)).context["is_old"]


def test_one_persons_work_is_explained_under_the_draft_that_was_counted(world: World, client: Client) -> None:
    asked(world, drafted(world))
    drafted(world, points_per_hour=30)
    shown = steward(world, client).get(page(world)).content.decode()
    address = f"/guilds/{world.guild.slug}/rules/try/?draft=1&amp;person={world.contributor.pk}"
    assert address in shown
    told = client.get(address.replace("&amp;", "&")).context
    assert (told["change"].before.points, told["change"].after.points) == (10, 20)


def test_the_page_says_in_words_how_far_it_is(world: World, client: Client, large: list[tuple[object, ...]]) -> None:
    row = asked(world, drafted(world))
    steward(world, client)
    assert "waits for its turn" in client.get(page(world)).content.decode()
    told = client.get(page(world) + "progress/").json()
    assert (told["finished"], told["total"]) == (False, 1)
    PolicySimulation.objects.filter(pk=row.pk).update(state="counting")
    assert "is being counted" in client.get(page(world)).content.decode()
    PolicySimulation.objects.filter(pk=row.pk).update(state="failed", finished_at=world.now)
    assert "Try again" in client.get(page(world)).content.decode()
    assert client.get(page(world) + "progress/").json()["finished"] is True
    assert "could not be tried on the past" in client.get("/ops/").content.decode()
    discard_policy_draft(draft=row.draft, by=world.steward, now=world.now)
    assert "could not be tried on the past" not in client.get("/ops/").content.decode()


def test_somebody_elses_change_is_not_overwritten_from_the_page(world: World, client: Client) -> None:
    drafted(world)
    sent = typed(world, steward(world, client), vesting_days=9, points_per_hour=21)
    drafted(world, points_per_hour=25)
    refused = client.post(page(world), sent)
    assert b"was changed meanwhile" in refused.content
    assert PolicyDraft.objects.get().points_per_hour == 25
    assert client.post(page(world), typed(world, client, points_per_hour=21)).status_code == 302
    assert PolicyDraft.objects.get().points_per_hour == 21


def test_numbers_that_were_tried_are_offered_and_not_kept_by_looking(world: World, client: Client) -> None:
    shown = steward(world, client).get(page(world), {"points_per_hour": 33})
    assert shown.context["form"]["points_per_hour"].value() == "33"
    assert PolicyDraft.objects.count() == 0


def test_a_draft_is_for_stewards(world: World, client: Client) -> None:
    draft = drafted(world)
    client.force_login(world.contributor.user)
    assert client.get(page(world)).status_code == 403
    assert client.post(page(world), {"do": "discard", "thing": draft.pk}).status_code == 403
    assert "Rents rose." not in client.get(f"/guilds/{world.guild.slug}/rules/").content.decode()
