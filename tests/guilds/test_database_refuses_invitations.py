"""The database itself refuses bad rows and bad steps of invitations, asked as web and worker are."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.db import DatabaseError, IntegrityError, transaction

from guilds.models import Invitation, InvitationList, NoInvitations
from tests.factories import MONDAY, World, make_world

pytestmark = pytest.mark.django_db
LATER = MONDAY + timedelta(days=1)
STARTED = {"started_at": MONDAY, "ends_at": LATER}


def brought(w: World, **fields: object) -> InvitationList:
    values = {"made_by": w.steward, "made_at": MONDAY, "seen_at": MONDAY, "fingerprint": "a" * 64, "days": 30}
    return InvitationList(guild=w.guild, **{**values, **fields})


def invited(w: World, **fields: object) -> Invitation:
    row = InvitationList.objects.filter(guild=w.guild).first()
    if row is None:
        row = brought(w)
        row.save()
    return Invitation(guild=w.guild, invitation_list=row, **{"line": 2, "email": "asha@example.org", **fields})


BAD: dict[str, Callable[[World], object]] = {
    "invitation_list_started_by_somebody": lambda w: brought(w, state="sending", **STARTED),
    "invitation_list_finished_at_a_time": lambda w: brought(w, state="done", started_by=w.steward, **STARTED),
    "invitation_list_trouble_pauses": lambda w: brought(w, trouble="mail_server"),
    "invitation_list_forgets_into_numbers": lambda w: brought(w, forgotten={"sent": "asha@example.org"}),
    "invitation_list_days": lambda w: brought(w, days=61),
    "invitation_state_known": lambda w: invited(w, state="lost"),
    "invitation_bad_says_why": lambda w: invited(w, state="bad", email=""),
    "invitation_to_an_address": lambda w: invited(w, email=""),
    "invitation_tried_at_a_time": lambda w: invited(w, state="sent"),
    "invitation_joined_at_a_time": lambda w: invited(w, state="joined", email=""),
    "no_invitations_holds_a_hash": lambda w: NoInvitations(digest="asha@example.org", asked_at=MONDAY),
}


@pytest.mark.parametrize("name", BAD)
def test_a_bad_row_is_refused(name: str) -> None:
    world = make_world()
    with pytest.raises(IntegrityError, match=name), transaction.atomic():
        BAD[name](world).save(force_insert=True)  # type: ignore[attr-defined]


@pytest.mark.parametrize("forgotten", [["asha@example.org"], "asha@example.org", 7, {"sent": {"a": 1}}, {"sent": None}])
def test_what_is_kept_of_the_deleted_is_an_object_of_numbers(forgotten: object) -> None:
    world = make_world()
    with pytest.raises(IntegrityError, match="forgets_into_numbers"), transaction.atomic():
        brought(world, forgotten=forgotten).save()
    brought(world, forgotten={"sent": 11_998, "unknown": 2}).save()


def test_an_address_has_one_invitation_into_a_guild_and_a_line_is_one_row() -> None:
    world = make_world()
    held = {"state": "sent", "tried_at": MONDAY}
    invited(world, **held).save()
    with pytest.raises(IntegrityError, match="invitation_once_per_address"), transaction.atomic():
        invited(world, line=3, **held).save()
    with pytest.raises(IntegrityError, match="invitation_once_per_line"), transaction.atomic():
        invited(world, email="budi@example.org").save()


def test_the_same_list_waits_once() -> None:
    world = make_world()
    brought(world).save()
    with pytest.raises(IntegrityError, match="invitation_list_once"), transaction.atomic():
        brought(world).save()


@pytest.mark.parametrize("state", ["sent", "unknown"])
def test_what_was_sent_or_may_have_been_never_waits_again(state: str) -> None:
    world = make_world()
    row = invited(world, state=state, tried_at=MONDAY)
    row.save()
    with pytest.raises(DatabaseError, match=f"cannot go from {state} to due"), transaction.atomic():
        Invitation.objects.filter(pk=row.pk).update(state="due")
