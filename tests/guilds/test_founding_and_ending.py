"""Proposing, declining, handing over, closing, exporting: each with its refusals, twice, and at once."""

from __future__ import annotations

import io
import json
import zipfile
from datetime import timedelta
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from accounts.services import erase_person, save_profile
from contributions.services import EntryInput, log_hours
from core.deliveries import consumers_with_due_events, deliver_until_empty
from core.errors import DomainError, TransitionRefused
from core.ids import uuid7
from guilds.models import Closing, Grant, Guild, GuildExport, Handover, JoinRequest
from guilds.queries import live_grants
from guilds.services import (
    TooManyProposals,
    accept_stewardship,
    ask_to_join,
    change_joining,
    confirm_closing,
    count_reviewers,
    decline_guild,
    edit_proposal,
    give_back_right,
    grant_right,
    make_export,
    offer_stewardship,
    open_guild,
    order_export,
    propose_closing,
    propose_guild,
    publish_policy,
    remind_of_ending_rights,
    revoke_right,
    sweep_exports,
    withdraw_closing,
    withdraw_proposal,
)
from guilds.services.closing import SamePerson
from guilds.services.handing_over import OfferedAlready
from notices.models import Notice
from tests.contributions.test_at_once import at_once
from tests.factories import MONDAY, World, make_world


@pytest.fixture
def world() -> World:
    return make_world()


def propose(world: World, slug: str = "readers", days: int = 0) -> Guild:
    now = MONDAY + timedelta(days=days)
    return propose_guild(slug=slug, name="Readers", summary="Stories.", by=world.outsider, now=now)


def told(subject: object) -> set[str]:
    for consumer in consumers_with_due_events(now=MONDAY + timedelta(days=1)):
        deliver_until_empty(consumer, now=MONDAY + timedelta(days=1))
    return set(Notice.objects.filter(subject=subject).values_list("kind", flat=True))


@pytest.mark.django_db
def test_a_declined_proposal_is_changed_and_handed_in_again(world: World) -> None:
    guild = decline_guild(guild=propose(world), by=world.hub_steward, reason="Which villages?", now=MONDAY)
    assert "guild_declined" in told(world.outsider)
    with pytest.raises(TransitionRefused):
        decline_guild(guild=guild, by=world.hub_steward, reason="Again.", now=MONDAY)
    guild = edit_proposal(guild=guild, by=world.outsider, summary="Stories for Majuli.", now=MONDAY)
    assert guild.declined_at is None and guild.decline_reason == ""
    guild = open_guild(guild=guild, steward=world.outsider, by=world.hub_steward, now=MONDAY)
    assert guild.state == "open" and "guild_opened" in told(world.outsider)
    with pytest.raises(TransitionRefused):
        edit_proposal(guild=guild, by=world.outsider, name="Ours", now=MONDAY)
    with pytest.raises(TransitionRefused):
        withdraw_proposal(guild=guild, by=world.outsider, now=MONDAY)


@pytest.mark.django_db
def test_only_three_proposals_of_one_person_wait(world: World) -> None:
    guilds = [propose(world, f"g{number}", days=number) for number in range(3)]
    with pytest.raises(TooManyProposals, match="Take one of them back"):
        propose(world, "g3", days=9)
    withdraw_proposal(guild=guilds[0], by=world.outsider, now=MONDAY)
    withdraw_proposal(guild=guilds[0], by=world.outsider, now=MONDAY)
    propose(world, "g3", days=9)


@pytest.mark.django_db(transaction=True)
def test_only_three_of_six_proposed_at_once_are_kept() -> None:
    world = make_world()
    ended = at_once(lambda number: propose(world, f"g{number}"), hands=6)
    assert ended["done"] == 3, ended


@pytest.mark.django_db
def test_stewardship_changes_hands_when_it_is_accepted(world: World) -> None:
    offer = offer_stewardship(guild=world.guild, to=world.reviewer, by=world.steward, now=MONDAY)
    assert offer_stewardship(guild=world.guild, to=world.reviewer, by=world.steward, now=MONDAY) == offer
    with pytest.raises(OfferedAlready):
        offer_stewardship(guild=world.guild, to=world.contributor, by=world.steward, now=MONDAY)
    assert "stewardship_offered" in told(world.reviewer)
    accept_stewardship(handover=offer, by=world.reviewer, now=MONDAY)
    stewards = live_grants(MONDAY).filter(guild=world.guild, right="steward")
    assert [grant.subject for grant in stewards] == [world.reviewer]
    with pytest.raises(TransitionRefused):
        accept_stewardship(handover=offer, by=world.reviewer, now=MONDAY)
    assert "stewardship_accepted" in told(world.steward)


@pytest.mark.django_db
def test_an_offer_of_somebody_who_lost_the_right_is_void(world: World) -> None:
    other = grant_right(guild=world.guild, subject=world.contributor, right="steward", by=world.steward, now=MONDAY)
    offer = offer_stewardship(guild=world.guild, to=world.reviewer, by=world.contributor, now=MONDAY)
    revoke_right(grant=other, by=world.steward, now=MONDAY)
    with pytest.raises(DomainError, match="void"):
        accept_stewardship(handover=offer, by=world.reviewer, now=MONDAY)
    assert not Grant.objects.filter(subject=world.reviewer, right="steward").exists()


@pytest.mark.django_db
def test_a_right_is_given_back_and_reminded_of_once(world: World) -> None:
    grant = grant_right(
        guild=world.guild,
        subject=world.contributor,
        right="reviewer",
        by=world.steward,
        now=MONDAY,
        until=MONDAY + timedelta(days=20),
    )
    assert remind_of_ending_rights(now=MONDAY + timedelta(days=5)) == 0
    for _ in range(2):
        assert remind_of_ending_rights(now=MONDAY + timedelta(days=6)) == 1
    [notice] = Notice.objects.filter(subject=world.contributor, kind="grant_ending")
    assert notice.params["on"] == "2026-03-22"
    give_back_right(grant=grant, by=world.contributor, now=MONDAY + timedelta(days=7))
    give_back_right(grant=grant, by=world.contributor, now=MONDAY + timedelta(days=7))
    assert remind_of_ending_rights(now=MONDAY + timedelta(days=8)) == 0


@pytest.mark.django_db
def test_a_guild_with_too_few_reviewers_is_marked(world: World) -> None:
    assert not Guild.objects.get(pk=world.guild.pk).is_low_assurance, "reviewer, maintainer and steward"
    revoke_right(grant=Grant.objects.get(subject=world.reviewer), by=world.steward, now=MONDAY)
    marked = Guild.objects.get(pk=world.guild.pk)
    assert marked.is_low_assurance and marked.reviewer_count == 2
    publish_policy(guild=world.guild, by=world.steward, now=MONDAY, effective_at=MONDAY, review_standing=0)
    assert not Guild.objects.get(pk=world.guild.pk).is_low_assurance, "by standing all members may review"
    publish_policy(
        guild=world.guild, by=world.steward, now=MONDAY, effective_at=MONDAY, review_standing=9, reviewers_enough=9
    )
    assert count_reviewers(guild=world.guild, now=MONDAY).is_low_assurance


@pytest.mark.django_db
def test_two_people_close_a_guild(world: World) -> None:
    change_joining(guild=world.guild, joining="request", by=world.steward, now=MONDAY)
    ask_to_join(guild=world.guild, by=world.outsider, now=MONDAY)
    closing = propose_closing(guild=world.guild, by=world.steward, reason="The river moved.", now=MONDAY)
    assert propose_closing(guild=world.guild, by=world.hub_steward, reason="Other.", now=MONDAY) == closing
    with pytest.raises(SamePerson):
        confirm_closing(closing=closing, by=world.steward, now=MONDAY)
    withdraw_closing(closing=closing, by=world.steward, now=MONDAY)
    closing = propose_closing(guild=world.guild, by=world.steward, reason="Really.", now=MONDAY)
    guild = confirm_closing(closing=closing, by=world.hub_steward, now=MONDAY)
    assert guild.state == "closed"
    assert JoinRequest.objects.get().answer == "declined"
    assert "guild_closed" in told(world.contributor)
    assert Closing.objects.count() == 2 and world.project.tasks.exists(), "nothing is deleted"


@pytest.mark.django_db(transaction=True)
def test_closing_and_going_on_at_once_end_in_one_of_them() -> None:
    for _ in range(3):
        world = make_world()
        closing = propose_closing(guild=world.guild, by=world.steward, reason="Done.", now=MONDAY)
        verbs = (
            lambda closing=closing, world=world: confirm_closing(closing=closing, by=world.hub_steward, now=MONDAY),
            lambda closing=closing, world=world: withdraw_closing(closing=closing, by=world.steward, now=MONDAY),
        )
        ended = at_once(lambda number, verbs=verbs: verbs[number](), hands=2)
        assert ended["done"] == 1
        closing.refresh_from_db()
        assert (Guild.objects.get(pk=world.guild.pk).state == "closed") == (closing.answer == "confirmed")


def tables_of(data: bytes) -> dict[str, list[dict[str, object]]]:
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        return {
            name.removesuffix(".jsonl"): [json.loads(line) for line in archive.read(name).splitlines()]
            for name in archive.namelist()
            if name.endswith(".jsonl")
        }


def ordered(world: World, has_names: bool) -> GuildExport:
    export = order_export(guild=world.guild, has_names=has_names, by=world.steward, now=MONDAY)
    make_export(export_id=export.pk, now=MONDAY)
    export.refresh_from_db()
    return export


@pytest.mark.django_db
def test_the_public_file_names_nobody_and_the_other_one_everybody(world: World) -> None:
    save_profile(subject=world.contributor, display_name="Rina Das")
    entries = [EntryInput(MONDAY.date(), 30)]
    log_hours(
        by=world.contributor, client_id=uuid7(), task=world.open_work, entries=entries, note="Met Rina", now=MONDAY
    )
    public, named = ordered(world, has_names=False), ordered(world, has_names=True)
    text = json.dumps(tables_of(bytes(public.data or b"")))
    everything = json.dumps(tables_of(bytes(named.data or b"")))
    people = [str(person.pk) for person in (world.contributor, world.steward, world.maintainer, world.reviewer)]
    assert "Floods reach the village" in text
    assert not any(word in text for word in (*people, "Rina", "Met"))
    assert all(word in everything for word in (*people, "Rina Das", "Met Rina"))
    assert ordered(world, has_names=True) == named, "a fresh one is given again"


@pytest.mark.django_db
def test_a_file_goes_after_a_week_and_with_a_person_it_names(world: World) -> None:
    export = ordered(world, has_names=True)
    assert sweep_exports(now=MONDAY + timedelta(days=6)) == 0
    erase_person(subject_id=world.contributor.pk, by=None, now=MONDAY)
    export.refresh_from_db()
    assert export.state == "gone" and export.data is None
    again = ordered(world, has_names=False)
    assert sweep_exports(now=MONDAY + timedelta(days=8)) == 1
    again.refresh_from_db()
    assert again.data is None


@pytest.mark.django_db
def test_an_export_that_lost_its_worker_is_made_again_and_given_up_after_five(world: World) -> None:
    export = order_export(guild=world.guild, has_names=False, by=world.outsider, now=MONDAY)
    assert sweep_exports(now=MONDAY + timedelta(minutes=6)) == 1
    GuildExport.objects.filter(pk=export.pk).update(attempts=5)
    make_export(export_id=export.pk, now=MONDAY)
    export.refresh_from_db()
    assert export.state == "failed"


@pytest.mark.django_db
def test_the_command_writes_a_private_file_once(world: World, tmp_path: Path) -> None:
    path = tmp_path / "guild.zip"
    call_command("export_guild", world.guild.slug, str(path), "--names", verbosity=0)
    assert path.stat().st_mode & 0o077 == 0
    assert len(tables_of(path.read_bytes())["members"]) == 4
    with pytest.raises(CommandError, match="can't be written"):
        call_command("export_guild", world.guild.slug, str(path))
    with pytest.raises(CommandError, match="no guild"):
        call_command("export_guild", "none", str(tmp_path / "x.zip"))


@pytest.mark.django_db
def test_a_handover_needs_two(world: World) -> None:
    with pytest.raises(DomainError, match="Choose another member"):
        offer_stewardship(guild=world.guild, to=world.steward, by=world.steward, now=MONDAY)
    with pytest.raises(DomainError, match="Only a member"):
        offer_stewardship(guild=world.guild, to=world.outsider, by=world.steward, now=MONDAY)
    assert not Handover.objects.exists()
