"""A list of people: looked at, sent once each, stopped, taken back, forgotten; and what whoever was invited does."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from datetime import timedelta
from email.message import Message
from functools import partial
from pathlib import Path
from smtplib import SMTPDataError, SMTPRecipientsRefused, SMTPSenderRefused, SMTPServerDisconnected
from typing import Any

import pytest
from django.core import mail
from django.core.mail.backends.locmem import EmailBackend
from django.db import connection
from django.test.utils import CaptureQueriesContext

from core.errors import DomainError, PermissionRefused, TransitionRefused
from core.models import Event
from guilds.invitation_mail import address_digest, invitation_id_of, link_token, stop_of, stop_token
from guilds.invitation_reading import read_people
from guilds.invitation_words import ListUnreadable
from guilds.models import Grant, Guild, Invitation, InvitationList, Membership, NoInvitations
from guilds.queries import invitation_counts
from guilds.services import (
    AlreadyMember,
    InvitationElsewhere,
    InvitationUnusable,
    NobodyToInvite,
    NoSuchInvitation,
    TooManyInvitations,
    accept_invitation,
    bring_invitations,
    discard_invitations,
    join_guild,
    leave_guild,
    pause_invitations,
    refuse_invitations,
    resume_invitations,
    send_due_invitations,
    send_invitations,
    stop_invitations,
    sweep_invitations,
    withdraw_invitations,
)
from guilds.services import invitations as rules_of_lists
from guilds.services.invitation_sending import MOST_FAILURES
from tests.factories import World, make_person, make_world, verify_email

pytestmark = pytest.mark.django_db

PEOPLE = b"email,name,language,role\nasha@example.net,Asha,hi,code\nben@example.net,Ben,,\nchi@example.net,,,\n"


@pytest.fixture
def world() -> World:
    return make_world()


def bring(world: World, data: bytes = PEOPLE, **fields: Any) -> InvitationList:
    fields = {"guild": world.guild, "by": world.steward, "now": world.now, **fields}
    return bring_invitations(read=partial(read_people, data), **fields)


def begin(world: World, data: bytes = PEOPLE) -> InvitationList:
    return send_invitations(invitation_list=bring(world, data), by=world.steward, now=world.now)


def send(world: World, data: bytes = PEOPLE) -> InvitationList:
    row = begin(world, data)
    send_due_invitations(list_id=row.pk, now=world.now)
    row.refresh_from_db()
    return row


def states(row: InvitationList) -> dict[int, str]:
    return dict(Invitation.objects.filter(invitation_list=row).order_by("line").values_list("line", "state"))


def told(address: str) -> list[Message]:
    return [message for message in mail.outbox if message.to == [address]]


def test_what_is_brought_is_only_looked_at(world: World) -> None:
    verify_email(world.contributor, "member@example.net")
    refuse_invitations(invitation_id=world.guild.pk, digest=address_digest("never@example.net"), now=world.now)
    send(world, b"before@example.net\n")
    mail.outbox.clear()
    row = bring(
        world, PEOPLE + b"ASHA@example.net\nmember@example.net\nnever@example.net\nbefore@example.net\nnobody\n"
    )
    assert invitation_counts(row) == {"new": 3, "doubled": 1, "member": 1, "unwanted": 1, "invited": 1, "bad": 1}
    assert not mail.outbox
    kept = Invitation.objects.filter(invitation_list=row).exclude(state="new").values_list("email", "name")
    assert set(kept) == {("", "")}, "whoever gets no mail is not kept"
    assert (
        bring(world, PEOPLE + b"ASHA@example.net\nmember@example.net\nnever@example.net\nbefore@example.net\nnobody\n")
        == row
    )


def test_each_is_sent_once_in_its_language_and_the_list_says_so(world: World) -> None:
    row = send(world)
    assert row.state == "done"
    assert states(row) == {2: "sent", 3: "sent", 4: "sent"}
    assert sorted(message.to[0] for message in mail.outbox) == [
        "asha@example.net",
        "ben@example.net",
        "chi@example.net",
    ]
    send_due_invitations(list_id=row.pk, now=world.later(hours=1))
    sweep_invitations(now=world.later(hours=1))
    assert len(mail.outbox) == 3
    [finished] = Event.objects.filter(kind="invitations.finished")
    assert finished.data == {"sent": 3, "unknown": 0, "failed": 0}
    asha: Any = told("asha@example.net")[0]
    [html] = [content for content, kind in asha.alternatives if kind == "text/html"]
    assert '<html lang="hi"' in html
    assert "River Watch" in html
    invited = Invitation.objects.get(email="asha@example.net")
    for words in (asha.body, html):
        assert link_token(invited.pk) in words
        assert stop_token(invited) in words
    assert html.count("display:inline-block") == 1, "one button"
    assert asha.extra_headers["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"


def test_nothing_of_anybody_enters_the_events(world: World) -> None:
    row = send(world)
    withdraw_invitations(invitation_list=row, by=world.steward, now=world.now)
    told = str(list(Event.objects.filter(kind__startswith="invitations.").values_list("data", flat=True)))
    assert "example.net" not in told
    assert "Asha" not in told


def test_sent_by_two_and_twice_is_once(world: World) -> None:
    one = begin(world)
    again = send_invitations(invitation_list=one, by=world.hub_steward, now=world.now)
    assert again.started_by == world.steward
    assert Event.objects.filter(kind="invitations.started").count() == 1


def test_an_address_in_two_lists_is_invited_by_one(world: World) -> None:
    first, second = bring(world), bring(world, PEOPLE + b"dan@example.net\n")
    send_invitations(invitation_list=first, by=world.steward, now=world.now)
    second = send_invitations(invitation_list=second, by=world.steward, now=world.now)
    assert list(states(second).values()) == ["invited", "invited", "invited", "due"]
    with pytest.raises(TransitionRefused):
        discard_invitations(invitation_list=first, by=world.steward, now=world.now)


def test_who_joined_or_wants_none_meanwhile_gets_none(world: World) -> None:
    row = begin(world)
    verify_email(world.contributor, "asha@example.net")
    refuse_invitations(invitation_id=world.guild.pk, digest=address_digest("ben@example.net"), now=world.now)
    send_due_invitations(list_id=row.pk, now=world.now)
    assert states(row) == {2: "member", 3: "unwanted", 4: "sent"}
    assert [message.to for message in mail.outbox] == [["chi@example.net"]]


def test_a_wish_for_no_mail_outlives_a_new_key_and_the_row(world: World, settings: Any) -> None:
    row = send(world)
    invited = Invitation.objects.get(email="asha@example.net")
    found = stop_of(stop_token(invited))
    assert found is not None
    sweep_invitations(now=world.later(days=40))
    assert not Invitation.objects.filter(invitation_list=row).exists()
    refuse_invitations(invitation_id=found[0], digest=found[1], now=world.now)
    settings.SECRET_KEY_FALLBACKS, settings.SECRET_KEY = [settings.SECRET_KEY], "another-key-of-the-hub-from-now-on"
    assert list(states(bring(world)).values()) == ["unwanted", "new", "new"]
    assert "asha" not in str(NoInvitations.objects.values_list())


def test_paused_nothing_leaves_and_resumed_it_goes_on(world: World) -> None:
    row = begin(world)
    pause_invitations(invitation_list=row, by=world.steward, now=world.now)
    assert send_due_invitations(list_id=row.pk, now=world.now) == 0
    sweep_invitations(now=world.later(hours=1))
    assert not mail.outbox
    resume_invitations(invitation_list=row, by=world.hub_steward, now=world.now)
    assert send_due_invitations(list_id=row.pk, now=world.now) == 3


def test_a_pause_holds_for_the_very_next_mail(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    row = begin(world)
    after(monkeypatch, lambda: pause_invitations(invitation_list=row, by=world.steward, now=world.now))
    assert send_due_invitations(list_id=row.pk, now=world.now) == 1
    assert states(row) == {2: "sent", 3: "due", 4: "due"}


def test_stopped_and_withdrawn_links_let_nobody_in(world: World) -> None:
    row = send(world)
    withdraw_invitations(invitation_list=row, by=world.steward, now=world.now, email=" Asha@Example.net ")
    with pytest.raises(NoSuchInvitation):
        withdraw_invitations(invitation_list=row, by=world.steward, now=world.now, email="asha@example.net")
    assert states(row) == {2: "withdrawn", 3: "sent", 4: "sent"}
    withdraw_invitations(invitation_list=row, by=world.steward, now=world.now)
    row.refresh_from_db()
    assert row.state == "stopped"
    verify_email(world.newcomer, "ben@example.net")
    with pytest.raises(InvitationUnusable, match="withdrawn"):
        accept_invitation(invitation=Invitation.objects.get(email="ben@example.net"), by=world.newcomer, now=world.now)
    assert set(states(bring(world)).values()) == {"invited"}, "withdrawing is no way to write twice"


def test_stopping_sends_no_more_and_leaves_what_was_sent(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    row = begin(world)
    after(monkeypatch, lambda: stop_invitations(invitation_list=row, by=world.steward, now=world.now))
    send_due_invitations(list_id=row.pk, now=world.now)
    assert states(row) == {2: "sent", 3: "dropped", 4: "dropped"}
    assert set(states(bring(world)).values()) == {"invited", "new"}


# Whoever was invited --------------------------------------------------------------------------------------------------


def test_joining_is_for_the_address_alone_and_works_once(world: World) -> None:
    send(world)
    invited = Invitation.objects.get(email="asha@example.net")
    with pytest.raises(InvitationElsewhere, match="a…a@example.net"):
        accept_invitation(invitation=invited, by=world.outsider, now=world.now)
    verify_email(world.newcomer, "Asha@example.net")
    seat = accept_invitation(invitation=invited, by=world.newcomer, now=world.now)
    assert seat.roles == ["code"]
    invited.refresh_from_db()
    assert (invited.state, invited.email, invited.name, invited.joined_by) == ("joined", "", "", world.newcomer)
    with pytest.raises(AlreadyMember):
        accept_invitation(invitation=invited, by=world.newcomer, now=world.now)
    leave_guild(guild=world.guild, by=world.newcomer, now=world.now)
    with pytest.raises(InvitationUnusable, match="works once"):
        accept_invitation(invitation=invited, by=world.newcomer, now=world.now)


def test_an_address_that_was_not_verified_proves_nothing(world: World) -> None:
    from allauth.account.models import EmailAddress

    send(world)
    EmailAddress.objects.create(user=world.outsider.user, email="asha@example.net", verified=False)
    with pytest.raises(InvitationElsewhere):
        accept_invitation(invitation=Invitation.objects.get(email="asha@example.net"), by=world.outsider, now=world.now)
    assert not Membership.objects.filter(subject=world.outsider).exists()


def test_an_invitation_ends_and_everything_of_its_person_with_it(world: World) -> None:
    row = send(world, PEOPLE + b"nobody\n")
    verify_email(world.newcomer, "asha@example.net")
    sweep_invitations(now=world.later(days=8))
    assert "bad" not in states(row).values(), "what can't be used is kept for a week"
    late = world.later(days=23)
    with pytest.raises(InvitationUnusable, match="run out"):
        accept_invitation(invitation=Invitation.objects.get(email="asha@example.net"), by=world.newcomer, now=late)
    sweep_invitations(now=late)
    row.refresh_from_db()
    assert not Invitation.objects.filter(invitation_list=row).exists()
    assert invitation_counts(row) == {"sent": 3, "bad": 1}, "the counts stay"


def test_a_list_nobody_decided_on_is_thrown_away(world: World) -> None:
    row = bring(world)
    sweep_invitations(now=world.later(days=8))
    row.refresh_from_db()
    assert (row.state, states(row), invitation_counts(row)) == ("discarded", {}, {"new": 3})


def test_no_secret_of_a_link_can_be_made_up() -> None:
    pk = Invitation().pk
    token = link_token(pk)
    assert invitation_id_of(token) == pk
    for wrong in (token[:-1], token[:-2] + "AA", "A" * len(token), "", "%", "é" * 30, token * 9):
        assert invitation_id_of(wrong) is None
        assert stop_of(wrong) is None
    assert stop_of(token) is None, "one link is not the other"


# Who may, and how much -------------------------------------------------------------------------------------------------


def test_only_its_own_stewards_while_it_is_open(world: World) -> None:
    row = bring(world)
    stranger = make_world().steward
    for by in (stranger, world.maintainer, world.outsider):
        for verb in (send_invitations, pause_invitations, stop_invitations, withdraw_invitations, discard_invitations):
            with pytest.raises(PermissionRefused):
                verb(invitation_list=row, by=by, now=world.now)  # type: ignore[operator]
        with pytest.raises(PermissionRefused):
            bring(world, by=by)
    Guild.objects.filter(pk=world.guild.pk).update(state="closed")
    with pytest.raises(PermissionRefused, match="closed"):
        send_invitations(invitation_list=row, by=world.steward, now=world.now)


@pytest.mark.parametrize("trouble", ["closed", "steward"])
def test_it_waits_for_a_person_when_the_guild_or_its_steward_is_gone(world: World, trouble: str) -> None:
    row = begin(world)
    if trouble == "closed":
        Guild.objects.filter(pk=world.guild.pk).update(state="closed")
    else:
        Grant.objects.filter(guild=world.guild, subject=world.steward).update(revoked_at=world.now)
    send_due_invitations(list_id=row.pk, now=world.now)
    row.refresh_from_db()
    assert (row.state, row.trouble, mail.outbox) == ("paused", trouble, [])


def test_a_guild_sends_so_many_a_day_and_looks_at_so_many_lists(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rules_of_lists, "INVITATIONS_A_DAY", 4)
    send(world)
    second = bring(world, b"dan@example.net\neva@example.net\n")
    with pytest.raises(TooManyInvitations, match="1 is left, and this list has 2"):
        send_invitations(invitation_list=second, by=world.steward, now=world.now)
    Invitation.objects.filter(state="sent").update(tried_at=world.now - timedelta(days=1))
    assert send_invitations(invitation_list=second, by=world.steward, now=world.now).state == "sending"
    for number in range(rules_of_lists.INVITATION_LISTS_OPEN - 1):
        bring(world, b"p%d@example.net\n" % number)
    with pytest.raises(TooManyInvitations, match="5 lists"):
        bring(world, b"last@example.net\n")


def test_nothing_to_send_is_said(world: World) -> None:
    with pytest.raises(NobodyToInvite):
        send_invitations(invitation_list=bring(world, b"email\nnobody\n"), by=world.steward, now=world.now)
    with pytest.raises(ListUnreadable, match="spreadsheet"):
        bring(world, b"PK\x03\x04")
    with pytest.raises(DomainError, match="between 1 and 60"):
        bring(world, days=61)


def statements(act: Callable[[], object]) -> int:
    with CaptureQueriesContext(
        connection,
    ) as seen:
        act()
    return len(seen)


def test_the_statements_are_the_same_whatever_a_list_holds(world: World) -> None:
    counts = []
    for many in (3, 300):
        data = b"".join(b"p%d-%d@example.net\n" % (many, number) for number in range(many))
        rows: list[InvitationList] = []
        brought = statements(lambda data=data, rows=rows: rows.append(bring(world, data)))  # type: ignore[misc]
        begun = statements(lambda rows=rows: send_invitations(invitation_list=rows[0], by=world.steward, now=world.now))  # type: ignore[misc]
        ended = statements(
            lambda rows=rows: withdraw_invitations(invitation_list=rows[0], by=world.steward, now=world.now)
        )  # type: ignore[misc]
        counts.append((brought, begun, ended))
    assert counts[0] == counts[1]


# The mail server -------------------------------------------------------------------------------------------------------


class Broken(EmailBackend):
    """A mail server that answers once as it is told."""

    failing: Iterator[Exception] = iter(())

    def send_messages(self, messages: Any) -> int:
        error = next(type(self).failing, None)
        if error is not None:
            raise error
        return super().send_messages(messages)


def after(monkeypatch: pytest.MonkeyPatch, act: Callable[[], object]) -> None:
    """Something that another person does while the first mail leaves."""
    plain = EmailBackend.send_messages

    def send_messages(self: EmailBackend, messages: Any) -> int:
        count = plain(self, messages)
        if len(mail.outbox) == 1:
            act()
        return count

    monkeypatch.setattr(EmailBackend, "send_messages", send_messages)


@pytest.mark.parametrize(
    ("error", "first", "left"),
    [
        (SMTPRecipientsRefused({"asha@example.net": (550, b"no such user")}), "failed", 2),
        (SMTPRecipientsRefused({"asha@example.net": (450, b"greylisted")}), "due", 2),
        (SMTPDataError(554, b"no"), "failed", 2),
        (SMTPDataError(451, b"later"), "due", 2),
        (SMTPServerDisconnected("gone"), "unknown", 2),
        (TimeoutError(), "unknown", 2),
        (SMTPSenderRefused(452, b"quota", "guildhub"), "due", 0),
        (SMTPDataError(421, b"going away"), "due", 0),
    ],
)
def test_each_answer_of_a_mail_server_has_its_end(
    world: World, settings: Any, error: Exception, first: str, left: int
) -> None:
    settings.EMAIL_BACKEND = f"{__name__}.Broken"
    Broken.failing = iter([error])
    row = begin(world)
    assert send_due_invitations(list_id=row.pk, now=world.now) == left
    assert states(row)[2] == first
    assert not told("asha@example.net")
    send_due_invitations(list_id=row.pk, now=world.later(hours=1))
    assert len(told("asha@example.net")) == (first == "due"), "what may have left is never sent again"
    row.refresh_from_db()
    assert row.state == "done"


def test_a_mail_server_that_stays_away_pauses_the_list_for_a_person(world: World, settings: Any) -> None:
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", 9
    row = begin(world)
    for _try in range(MOST_FAILURES):
        send_due_invitations(list_id=row.pk, now=world.later(hours=2))
    row.refresh_from_db()
    assert (row.state, row.trouble) == ("paused", "mail_server")
    assert set(states(row).values()) == {"due"}


def test_an_attempt_that_was_killed_is_in_doubt_and_stays_so(world: World) -> None:
    row = begin(world)
    Invitation.objects.filter(line=2).update(state="sending", tried_at=world.now, attempts=1)
    send_due_invitations(list_id=row.pk, now=world.now)
    row.refresh_from_db()
    assert row.state == "sending", "nobody knows yet"
    sweep_invitations(now=world.later(minutes=11))
    row.refresh_from_db()
    assert (row.state, states(row)) == ("done", {2: "unknown", 3: "sent", 4: "sent"})
    assert not told("asha@example.net")


def test_hostile_names_stay_inside_their_line(world: World) -> None:
    world.guild.name = "River\r\nBcc: spy@example.net\u202e"
    Guild.objects.filter(pk=world.guild.pk).update(name=world.guild.name)
    send(
        world, b'email,name\nasha@example.net,"Asha\r\nBcc: spy@evil.example <script>"\nben@example.net,"<b>\r\nBen"\n'
    )
    [message] = mail.outbox
    sent = message.message()
    assert [name for name in sent if name.lower() == "bcc"] == []
    assert "\n" not in message.subject
    assert message.to == ["ben@example.net"]
    assert "&lt;b&gt; Ben" in message.alternatives[0][0]  # type: ignore[attr-defined]


def test_the_guide_says_what_the_code_does() -> None:
    guide = Path("docs/invitations.md").read_text(encoding="utf-8")
    for state in Invitation.State.values:
        assert f"`{state}`" in guide


def test_joining_by_another_way_ends_no_list(world: World) -> None:
    send(world)
    person = make_person("asha")
    verify_email(person, "asha@example.net")
    join_guild(guild=world.guild, by=person, now=world.now)
    with pytest.raises(AlreadyMember):
        accept_invitation(invitation=Invitation.objects.get(email="asha@example.net"), by=person, now=world.now)
    assert re.fullmatch(r"[\w-]{43}", link_token(person.pk))
