"""A list through the page, sent by real workers that are killed in the middle of a mail: nobody is invited twice."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import close_old_connections
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from guildhub.embedded.more_redis import OwnRedis
from guilds.invitation_words import why_not
from guilds.models import Invitation, InvitationList
from guilds.queries import invitation_counts
from tests.factories import World, make_world
from tests.mail_server import MailServer
from tests.workers import Workers, kill, until

pytestmark = pytest.mark.django_db(transaction=True)

State = Invitation.State
#: Rows that nobody can use, by what is said of them.
BAD = {
    "address": "someone at example.net,,,",
    "no_address": ",Nobody,,",
    "name_link": "a{n}@example.net,Buy at www.example.com,,",
    "long_name": f"b{{n}}@example.net,{'x' * 81},,",
    "language": "c{n}@example.net,,tlh,",
    "role": "d{n}@example.net,,,king",
    "too_many_cells": "e{n}@example.net,,,,more",
    "doubled": "PERSON1@example.net,,,",
}


@pytest.fixture
def server() -> Iterator[MailServer]:
    with MailServer() as server:
        yield server


@pytest.fixture
def steward() -> tuple[World, Client]:
    world = make_world(timezone.now() - timedelta(hours=1))
    client = Client()
    client.force_login(world.steward.user)
    return world, client


def people(count: int, bad_of_each: int) -> tuple[bytes, dict[int, str]]:
    """A CSV file of so many people, and what is wrong in which line; bad rows stand among the good ones."""
    codes = [code for _n in range(bad_of_each) for code in BAD]
    wrong = {2 + (index + 1) * count // (len(codes) + 1): code for index, code in enumerate(codes)}
    lines, person, line = ["email,name,language,role"], 0, 1
    while person < count or line < max(wrong):
        line += 1
        if line in wrong:
            lines.append(BAD[wrong[line]].format(n=line))
            continue
        person += 1
        lines.append(f"person{person}@example.net,Person {person},{('en', 'id', 'hi', '')[person % 4]},")
    return "\r\n".join(lines).encode("utf-8-sig"), wrong


def bring(client: Client, world: World, data: bytes) -> InvitationList:
    """Upload it as a browser does; the page that follows is the look before anything is sent."""
    file = SimpleUploadedFile("people.csv", data, "text/csv")
    fields = {"file": file, "pasted": "", "days": "30", "language": "en"}
    answer = client.post(reverse("guilds:invitations", args=[world.guild.slug]), fields)
    assert answer.status_code == 302, answer.content.decode()
    return InvitationList.objects.get(pk=answer["Location"].rstrip("/").rpartition("/")[2])


def page_of(row: InvitationList, name: str = "guilds:invitation_list") -> str:
    return reverse(name, args=[row.guild.slug, row.pk])


def time_passes(workers: Workers) -> None:
    """What the clock would do to a list without a worker, and to an attempt that was killed; then comes the sweep."""
    earlier = timezone.now() - timedelta(minutes=11)
    InvitationList.objects.update(seen_at=earlier)
    Invitation.objects.filter(state=State.SENDING).update(tried_at=earlier)
    workers.ask("guilds.sweep_invitations")


def send_and_kill_twice(
    steward: tuple[World, Client], server: MailServer, redis: OwnRedis, data: bytes, of: int
) -> InvitationList:
    """The whole way: brought, looked at, sent; killed once after and once before the server took a mail."""
    world, client = steward
    row = bring(client, world, data)
    with Workers(redis, EMAIL_URL=server.url, SITE_URL="https://guild.example.org") as workers:
        worker = workers.start()
        assert client.post(page_of(row), {"do": "send"}).status_code == 302
        for number, is_taken in ((of // 4, True), (of // 2, False)):
            server.stop_at(number, taken=is_taken)
            time_passes(workers)
            until(server.is_stopped.is_set, f"mail {number}", seconds=600)
            kill(worker)
            server.go_on()
            worker = workers.start()
        time_passes(workers)
        until(lambda: has_ended(row), "the end of the list", seconds=1200)
    return row


def has_ended(row: InvitationList) -> bool:
    close_old_connections()
    row.refresh_from_db()
    return row.state == InvitationList.State.DONE


def hold_to_account(row: InvitationList, server: MailServer, client: Client, count: int, wrong: dict[int, str]) -> None:
    """Each once or, for the two that were under way, at most once and said so; every bad row with its line and reason."""
    counts = invitation_counts(row)
    bad = sum(1 for code in wrong.values() if code != "doubled")
    assert counts == {"sent": count - 2, "unknown": 2, "bad": bad, "doubled": len(wrong) - bad}
    assert set(server.taken.values()) == {1}, "nobody twice"
    assert set(server.ids.values()) == {1}
    assert len(server.taken) == count - 1, "all but the one that was killed before the server took it"
    assert server.offered == count, "one attempt for each"
    sent = set(Invitation.objects.filter(invitation_list=row, state=State.SENT).values_list("email", flat=True))
    in_doubt = set(Invitation.objects.filter(invitation_list=row, state=State.UNKNOWN).values_list("email", flat=True))
    assert sent < set(server.taken) < sent | in_doubt
    assert not Invitation.objects.filter(invitation_list=row, state=State.SENT).exclude(attempts=1).exists()
    listed = client.get(page_of(row, "guilds:invitation_rows")).content.decode("utf-8-sig").splitlines()[1:]
    assert len(listed) == len(wrong)
    for line, said in zip(sorted(wrong), listed, strict=True):
        assert said.startswith(f"{line},"), said
        assert str(why_not(wrong[line])).strip('"') in said.replace('""', '"'), said


def test_a_list_whose_worker_is_killed_twice_invites_nobody_twice(
    steward: tuple[World, Client], server: MailServer, redis_server: OwnRedis
) -> None:
    data, wrong = people(24, 1)
    row = send_and_kill_twice(steward, server, redis_server, data, 24)
    hold_to_account(row, server, steward[1], 24, wrong)


@pytest.mark.slow
def test_twelve_thousand_with_the_worker_killed_twice(
    steward: tuple[World, Client], server: MailServer, redis_server: OwnRedis
) -> None:
    data, wrong = people(12_000, 6)
    row = send_and_kill_twice(steward, server, redis_server, data, 12_000)
    hold_to_account(row, server, steward[1], 12_000, wrong)
    print(f"\n12,000 brought, worker killed at 3,000 and 6,000: {invitation_counts(row)}; {len(server.taken)} arrived")
