"""A guild's life in a browser: founded and opened, joined by a link on the way through signing up, closed and taken along."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Iterator

import pytest
from django.core import mail
from django.utils import timezone
from playwright.sync_api import Browser, expect

from guilds.models import Guild, GuildExport, InviteLink, Membership
from guilds.services import grant_right, make_export
from tests.browsers import chromium
from tests.factories import World, make_person, make_world, verify_email
from tests.journeys.test_main_loop import Walker

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as opened:
        yield opened


@pytest.fixture(params=[True, False], ids=["javascript", "no javascript"])
def with_scripts(request: pytest.FixtureRequest) -> bool:
    return bool(request.param)


def fits(walker: Walker) -> bool:
    """Nothing on the page is wider than the phone."""
    box = walker.page.locator("main").bounding_box()
    return box is not None and box["width"] <= 360


def ends_well(*walkers: Walker) -> None:
    for walker in walkers:
        assert walker.complaints == []
        walker.context.close()


def mailed_code() -> str:
    found = re.search(r"^\s*([A-Z0-9]{3,}-?[A-Z0-9]{3,})\s*$", str(mail.outbox[-1].body), re.MULTILINE)
    assert found, mail.outbox[-1].body
    return found[1]


def test_a_guild_is_proposed_declined_changed_and_opened(
    browser: Browser, live_server: object, with_scripts: bool
) -> None:
    proposer, hub = make_person("proposer"), make_person("hub", is_hub_steward=True)
    for person in (proposer, hub):
        verify_email(person)
    founder = Walker(browser, str(live_server), proposer, with_scripts=with_scripts)
    steward = Walker(browser, str(live_server), hub, with_scripts=with_scripts)
    founder.sign_in()
    founder.go("/guilds/")
    founder.follow("Propose a guild")
    founder.fill("Name", "River Readers")
    founder.fill("Address", "river-readers")
    founder.fill("What it does, for whom", "Stories.")
    founder.press("Propose it")
    founder.sees("This guild is proposed")

    steward.sign_in()
    steward.go("/ops/")
    steward.follow("Guild to open")
    steward.page.locator("summary", has_text="Decline it").click()
    steward.fill("Why?", "For whom? Say which villages.")
    steward.press("Decline")
    steward.sees("was not opened")

    founder.page.reload()
    founder.sees("Say which villages")
    founder.follow("Change the proposal")
    founder.fill("What it does, for whom", "Stories for children in forty villages of Majuli.")
    assert fits(founder)
    founder.press("Hand it in again")
    founder.sees("This guild is proposed")

    steward.page.reload()
    steward.press("Open it")
    steward.sees("River Readers is open")
    founder.page.reload()
    founder.follow("Look after it")
    founder.sees("Nobody waits")
    assert fits(founder) and Guild.objects.get(slug="river-readers").state == "open"
    ends_well(founder, steward)


def test_somebody_without_an_account_joins_by_a_link(browser: Browser, live_server: object, with_scripts: bool) -> None:
    world = make_world(timezone.now())
    verify_email(world.steward)
    steward = Walker(browser, str(live_server), world.steward, with_scripts=with_scripts)
    steward.sign_in()
    steward.go(f"{world.guild.get_absolute_url()}care/")
    steward.page.locator("label", has_text="only by a link").click()
    steward.press("Save")
    steward.page.locator("summary", has_text="Make a link").click()
    steward.fill("For how many people", "1")
    steward.press("Make the link")
    steward.sees("shown this once")
    link = steward.page.locator("main code").first.inner_text()
    assert fits(steward)

    guest = Walker(browser, str(live_server), world.outsider, with_scripts=with_scripts)
    guest.page.goto(link)
    guest.sees("Join River Watch")
    guest.press("Sign in and join")
    token = link.rstrip("/").rpartition("/")[2]
    assert token not in guest.page.url, "the secret is in no address on the way"
    guest.follow("Make an account")
    guest.fill("E-mail address", "guest@example.org")
    guest.press("Send me a code")
    guest.page.get_by_label(re.compile("code", re.IGNORECASE)).first.fill(mailed_code())
    guest.page.locator("main form button").first.click()
    guest.page.wait_for_url(re.compile("/join/$"))
    guest.press("Join this guild")
    guest.sees("Welcome to River Watch")
    assert Membership.objects.filter(guild=world.guild, subject__user__email="guest@example.org").exists()
    assert InviteLink.objects.get().uses == 1

    other = Walker(browser, str(live_server), world.newcomer, with_scripts=with_scripts)
    other.page.goto(link)
    other.sees("As many people as this link lets in have come")
    other.page.goto(link[:-4])
    other.sees("may have lost a part")
    other.complaints = [said for said in other.complaints if "404" not in said and "410" not in said]
    ends_well(steward, guest, other)


def closing_world() -> World:
    world = make_world(timezone.now())
    grant_right(guild=world.guild, subject=world.reviewer, right="steward", by=world.steward, now=timezone.now())
    for person in (world.steward, world.reviewer):
        verify_email(person)
    return world


def test_two_stewards_close_a_guild_and_take_it_along(
    browser: Browser, live_server: object, with_scripts: bool
) -> None:
    world = closing_world()
    one = Walker(browser, str(live_server), world.steward, with_scripts=with_scripts)
    other = Walker(browser, str(live_server), world.reviewer, with_scripts=with_scripts)
    address = world.guild.get_absolute_url()
    one.sign_in()
    one.go(f"{address}care/")
    one.page.locator("summary", has_text="Propose to close this guild").click()
    one.fill("Why?", "The river moved.")
    one.press("Propose to close it")
    one.sees("somebody else confirms")
    other.sign_in()
    other.go(address)
    other.sees("The river moved.")
    other.follow("Confirm it")
    other.press("Close it for good")
    other.sees("This guild is closed")
    for path in (world.project.get_absolute_url(), world.task.get_absolute_url(), world.problem.get_absolute_url()):
        other.go(path)
        other.sees("This guild is closed")
    other.follow("Take it along")
    other.page.locator("button[value=order_named]").click()
    other.sees("Writing the file")
    make_export(export_id=GuildExport.objects.get().pk, now=timezone.now())
    other.page.goto(f"{other.address}{address}export/")
    with other.page.expect_download() as download:
        other.follow("Save the file")
    with zipfile.ZipFile(io.BytesIO(download.value.path().read_bytes())) as archive:
        assert "members.jsonl" in archive.namelist() and "The river moved." in archive.read("closings.jsonl").decode()
    expect(other.page.get_by_role("main")).to_be_visible()
    assert fits(other)
    ends_well(one, other)
