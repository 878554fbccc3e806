"""Links of an author nobody has approved work of yet: the API tells them as the pages show them."""

from __future__ import annotations

from typing import Any

import pytest
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from accounts.models import Profile, Subject
from contributions.services import EntryInput, log_hours
from core.ids import uuid7
from core.markdown import render_markdown, without_links
from guilds.services import join_guild
from projects.models import Problem, Project, Task
from projects.services import claim_task, note_progress
from tests.api.callers import call, token_for
from tests.factories import World, make_world

HELD = "https://held.example/buy"
WORDS = f"Read [this]({HELD}), <{HELD}> and {HELD}."
#: Who gets what: nothing held, the words as they are but marked as held, or the words without their links.
PROBLEM = {
    "contributor": "free",
    "reviewer": "marked",
    "maintainer": "marked",
    "hub_steward": "marked",
    "newcomer": "cut",
    "outsider": "cut",
    "anonymous": "cut",
}


@pytest.fixture
def world(db: Any) -> World:
    """The contributor, who is new, wrote all there is; the maintainer's rights were given this minute."""
    world = make_world(timezone.now())
    author = world.contributor
    Subject.objects.filter(pk=author.pk).update(links_free_at=None)
    Problem.objects.filter(pk=world.problem.pk).update(author=author, statement=WORDS, evidence=WORDS)
    Project.objects.filter(pk=world.project.pk).update(author=author, summary=WORDS, repository_url=HELD)
    Task.objects.filter(pk=world.task.pk).update(author=author, description=WORDS)
    Profile.objects.update_or_create(
        subject=author, defaults={"handle": "contri", "about": WORDS, "links": [HELD], "public_sections": ["about"]}
    )
    return world


def read(world: World, caller: str, path: str) -> dict[str, Any]:
    token = "" if caller == "anonymous" else token_for(getattr(world, caller))
    answer = call("get", path, token=token)
    assert answer.status_code == 200, answer.content
    found: dict[str, Any] = answer.json()
    return found


def how(told: dict[str, Any], words: tuple[str, ...], links: tuple[str, ...]) -> str:
    """Which of the three somebody was told; that every field of it is told alike."""
    is_cut = told["links_held"] and all(told[name] == without_links(WORDS) for name in words)
    if is_cut and all(told[name] in ("", []) for name in links):
        return "cut"
    assert all(told[name] == WORDS for name in words) and all(HELD in told[name] for name in links)
    return "marked" if told["links_held"] else "free"


@pytest.mark.parametrize("caller", PROBLEM)
def test_everybody_reads_what_their_pages_show(world: World, caller: str) -> None:
    expected = PROBLEM[caller]
    for path, words, links in (
        (f"/problems/{world.problem.slug}", ("statement", "evidence"), ()),
        (f"/projects/{world.project.slug}", ("summary",), ("repository_url",)),
        (f"/tasks/{world.task.pk}", ("description",), ()),
    ):
        assert how(read(world, caller, path), words, links) == expected, path
        items = read(world, caller, path.rpartition("/")[0])["items"]
        listed = next(item for item in items if path.endswith((item.get("slug") or item["id"],)))
        assert how(listed, words, links) == expected, f"in the list of {path}"
    person = {"contributor": "free", "hub_steward": "marked"}.get(caller, "cut")
    assert how(read(world, caller, "/people/contri"), ("about",), ("links",)) == person


@pytest.mark.parametrize("caller", ["contributor", "reviewer", "maintainer"])
def test_hours_and_notes_are_read_by_those_who_may(world: World, caller: str) -> None:
    now = timezone.now()
    work = log_hours(
        by=world.contributor, client_id=uuid7(), task=world.open_work, now=now,
        entries=[EntryInput(now.date(), 30)], note=WORDS, link=HELD,
    ).contribution  # fmt: skip
    task = claim_task(task=world.task, by=world.contributor, now=now)
    note_progress(task=task, by=world.contributor, words=WORDS, link=HELD, percent=10, now=now)
    expected = "free" if caller == "contributor" else "marked"
    assert how(read(world, caller, f"/hours/{work.pk}"), ("note",), ("link",)) == expected
    assert how(read(world, caller, f"/tasks/{task.pk}/notes")["items"][0], ("words",), ("link",)) == expected
    if caller != "contributor":
        queue = [item for item in read(world, caller, "/reviews")["items"] if item["id"] == str(work.pk)]
        assert how(queue[0], ("note",), ("link",)) == "marked"


def test_a_member_who_reviews_nothing_reads_a_note_without_its_link(world: World) -> None:
    now = timezone.now()
    join_guild(guild=world.guild, by=world.newcomer, now=now)
    task = claim_task(task=world.task, by=world.contributor, now=now)
    note_progress(task=task, by=world.contributor, words="Half of it.", link=HELD, percent=10, now=now)
    told = read(world, "newcomer", f"/tasks/{task.pk}/notes")["items"][0]
    assert (told["link"], told["words"], told["links_held"]) == ("", "Half of it.", True)


def test_an_approved_author_has_links_like_everybody(world: World) -> None:
    Subject.objects.filter(pk=world.contributor.pk).update(links_free_at=timezone.now())
    assert how(read(world, "anonymous", f"/problems/{world.problem.slug}"), ("statement", "evidence"), ()) == "free"


PIECES = [
    *("[a]", "(https://x.example)", "[a]: https://x.example", "<https://x.example>", "<a href='https://x'>"),
    *(
        "![i](https://x)",
        "me@x.example",
        "<me@x.example>",
        "www.x.example",
        "```\n",
        "    ",
        "`",
        "\\",
        "\n",
        "\n\n",
        "|",
        "*",
    ),
]


@given(st.lists(st.sampled_from(PIECES), max_size=12).map("".join))
def test_escaped_words_hold_no_link_and_read_as_before(text: str) -> None:
    escaped = without_links(text)
    assert "<a" not in render_markdown(escaped)
    assert without_links(escaped) == escaped, "what is escaped once stays as it is"
    assert without_links("Plain, with a * and 3 < 4.") == "Plain, with a * and 3 < 4."
