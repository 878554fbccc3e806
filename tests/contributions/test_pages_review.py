"""The reviewer's pages: the queue, one verdict, many at once, and what nobody may do."""

from __future__ import annotations

import re
from datetime import datetime, timedelta

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.models import Subject, SubjectLink
from accounts.services import save_profile
from contributions.models import Contribution, Review
from contributions.services import EntryInput, approve_contribution, log_hours, take_review
from core.ids import uuid7
from reputation.models import Transfer
from tests.factories import World, make_author, make_task, make_world
from tests.html_forms import form_with
from tests.pages import client_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def world() -> World:
    return make_world(timezone.now() - timedelta(days=2))


def log(world: World, by: Subject, minutes: int = 60, *, at: datetime | None = None, **words: str) -> Contribution:
    entries = [EntryInput((at or world.now).date(), minutes)]
    values = {"note": "Drew the river", **words}
    task = values.pop("task", None) or world.open_work
    return log_hours(
        by=by,
        client_id=uuid7(),
        task=task,
        entries=entries,
        now=at or world.now,
        **values,  # type: ignore[arg-type]
    ).contribution


def verdict(client: Client, work: Contribution, do: str, **values: object) -> str:
    answer = client.post(work.get_absolute_url(), {"do": do, "next": "/review/", **values}, follow=True)
    assert answer.status_code == 200
    return answer.content.decode()


def test_the_queue_is_oldest_first_with_what_a_verdict_needs(world: World) -> None:
    save_profile(subject=world.contributor, display_name="Nandini")
    task = make_task(world, world.maintainer, world.now, title="Count roofs", estimate_minutes=30, difficulty="M")
    later = log(world, world.contributor, 45, at=world.now + timedelta(hours=2), link="https://example.org/roofs")
    older = log(world, world.contributor, 90, task=task, note="Roofs of tile 7")  # type: ignore[arg-type]
    page = client_of(world, "reviewer").get("/review/").content.decode()
    assert page.index(older.get_absolute_url()) < page.index(later.get_absolute_url())
    for words in ("Nandini", "Roofs of tile 7", "https://example.org/roofs", "1 h 30", "estimate", "M", "open work"):
        assert words in page.replace("\xa0", " ")
    form = form_with(page, action=older.get_absolute_url())
    assert form.values["minutes"] == "90", "what was claimed is preset"
    assert "rubric" not in form.values, "how good it is is never preset"


def test_approving_from_the_queue_posts_points_and_leads_back_to_it(world: World) -> None:
    work = log(world, world.contributor, 60)
    client = client_of(world, "reviewer")
    form = form_with(client.get("/review/").content, action=work.get_absolute_url())
    answer = client.post(form.action, {**form.values, "rubric": "4", "do": "approve"}, follow=True)
    assert answer.redirect_chain[0][0] == "/review/"
    page = answer.content.decode()
    assert "Approved: 1\xa0h on “Open work on Flood map”, which brings 12 points." in page
    assert "The queue is empty" in page
    assert Transfer.objects.filter(source_id=work.pk).count() == 2


def test_a_task_stays_with_its_person_when_it_is_not_done(world: World) -> None:
    work = log(world, world.contributor, 60, task=world.task)  # type: ignore[arg-type]
    client = client_of(world, "reviewer")
    form = form_with(client.get("/review/").content, action=work.get_absolute_url())
    assert form.values["task_done"] == "on"
    values = {k: v for k, v in form.values.items() if k != "task_done"}
    client.post(form.action, {**values, "rubric": "3", "do": "approve"})
    world.task.refresh_from_db()
    assert world.task.state == "claimed"


def test_returning_and_not_accepting_say_why_to_the_contributor(world: World) -> None:
    first, second = log(world, world.contributor, 30), log(world, world.contributor, 40)
    client = client_of(world, "reviewer")
    assert "Returned: “Open work" in verdict(client, first, "return", reason="Which photos?")
    assert "Not accepted:" in verdict(client, second, "reject", reason="Done in May.", next_step="Take a photo task.")
    me = client_of(world, "contributor")
    returned = me.get(first.get_absolute_url()).content.decode()
    assert "It came back with a question" in returned and "Which photos?" in returned
    rejected = me.get(second.get_absolute_url()).content.decode()
    assert "Done in May." in rejected and "Take a photo task." in rejected and "Your hours are kept." in rejected


def test_returned_work_goes_back_to_the_same_reviewer_with_its_answer(world: World) -> None:
    work = log(world, world.contributor, 30)
    verdict(client_of(world, "reviewer"), work, "return", reason="Which photos?")
    me = client_of(world, "contributor")
    form = form_with(me.get(work.get_absolute_url()).content, field="note", button="hand_in")
    me.post(form.action, {**form.values, "note": "Those of the dam", "do": "hand_in"})
    work.refresh_from_db()
    assert (work.state, work.reviewer, work.note) == ("in_review", world.reviewer, "Those of the dam")


def test_trying_again_opens_the_same_hours_as_a_new_draft_once(world: World) -> None:
    work = log(world, world.contributor, 40)
    verdict(client_of(world, "reviewer"), work, "reject", reason="Done in May.", next_step="Take a photo task.")
    me = client_of(world, "contributor")
    first = me.post(work.get_absolute_url(), {"do": "try_again"})
    again = me.post(work.get_absolute_url(), {"do": "try_again"})
    assert first["Location"] == again["Location"]
    draft = Contribution.objects.get(resubmission_of=work)
    assert first["Location"] == reverse("contributions:edit", args=[draft.pk])
    form = form_with(me.get(first["Location"]).content, field="minutes")
    assert (form.values["minutes"], form.values["note"]) == ("40", "Drew the river")


@pytest.mark.parametrize(
    ("do", "values", "words"),
    [
        ("approve", {"minutes": "60"}, "Choose 2 to 5."),
        ("approve", {"rubric": "1", "minutes": "60"}, "An approval needs a rubric of 2 to 5."),
        ("approve", {"rubric": "4", "minutes": "61"}, "Approve between 1 and 60 minutes"),
        ("approve", {"rubric": "4", "minutes": "0"}, "Approve between 1 and 60 minutes"),
        ("approve", {"rubric": "4", "minutes": ""}, "This field is required"),
        ("approve", {"rubric": "9", "minutes": "60"}, "not one of the available choices"),
        ("return", {"reason": " "}, "Say why, so that the contributor knows what to do."),
        ("reject", {"reason": "No.", "next_step": ""}, "Name one thing they could do next."),
    ],
)
def test_an_incomplete_verdict_is_refused_in_words_and_keeps_what_was_typed(
    world: World, do: str, values: dict[str, str], words: str
) -> None:
    work = log(world, world.contributor, 60)
    page = verdict(client_of(world, "reviewer"), work, do, **{"reason": "Long words", **values})
    assert words in page
    assert values.get("reason", "Long words").strip() in page
    work.refresh_from_db()
    assert work.state == "submitted" and not Review.objects.exists()


def test_a_second_verdict_is_told_that_there_is_one(world: World) -> None:
    work = log(world, world.contributor, 60)
    approve_contribution(contribution=work, by=world.maintainer, rubric=3, minutes=60, now=timezone.now())
    page = verdict(client_of(world, "reviewer"), work, "approve", rubric="5", minutes="60")
    assert "This was decided already: it is “approved”." in page
    assert Review.objects.count() == 1


def test_what_another_reviewer_has_in_hand_is_shown_without_buttons(world: World) -> None:
    save_profile(subject=world.maintainer, display_name="Arif")
    work = log(world, world.contributor, 60)
    take_review(contribution=work, by=world.maintainer, now=timezone.now())
    client = client_of(world, "reviewer")
    queue = client.get("/review/").content.decode()
    assert "Arif</bdi> has had this in hand since" in queue
    with pytest.raises(AssertionError, match="no form"):
        form_with(queue, action=work.get_absolute_url())
    assert "Another reviewer has this." in client.get(work.get_absolute_url()).content.decode()
    assert "Another reviewer has taken this." in verdict(client, work, "approve", rubric="4", minutes="60")


def test_taking_and_putting_back(world: World) -> None:
    work = log(world, world.contributor, 60)
    client = client_of(world, "reviewer")
    assert "Put it back for another reviewer" in verdict(client, work, "take")
    work.refresh_from_db()
    assert (work.state, work.reviewer) == ("in_review", world.reviewer)
    assert "Keep it for me while I look" in verdict(client, work, "release")
    work.refresh_from_db()
    assert (work.state, work.reviewer) == ("submitted", None)


def test_opening_takes_nothing(world: World) -> None:
    work = log(world, world.contributor, 60)
    client_of(world, "reviewer").get(work.get_absolute_url())
    work.refresh_from_db()
    assert work.state == "submitted"


def test_ones_own_work_is_not_in_the_list_and_said_so(world: World) -> None:
    own = log(world, world.reviewer, 60)
    page = client_of(world, "reviewer").get("/review/").content.decode()
    assert own.get_absolute_url() not in page
    assert "1</bdi> of your own waits too." in page
    answer = client_of(world, "reviewer").post(
        own.get_absolute_url(), {"do": "approve", "rubric": "5", "minutes": "60"}
    )
    assert answer.status_code == 403 and b"Nobody reviews their own work." in answer.content


def test_the_work_of_a_claimed_identity_is_ones_own(world: World) -> None:
    author = make_author("Old me", "old@example.org")
    work = log(world, world.contributor, 60)
    Contribution.objects.filter(pk=work.pk).update(subject=author.subject)
    SubjectLink.objects.create(alias=author.subject, primary=world.reviewer, linked_at=world.now)
    assert work.get_absolute_url() not in client_of(world, "reviewer").get("/review/").content.decode()


@pytest.mark.parametrize("reader", ["contributor", "outsider", "newcomer"])
def test_who_may_not_review_is_told_what_would_help(world: World, reader: str) -> None:
    work = log(world, world.steward, 60)
    client = client_of(world, reader)
    for path in ("/review/", reverse("contributions:review_queue", args=[world.project.slug])):
        answer = client.get(path)
        assert answer.status_code == 403 and b"A steward of" in answer.content
    answer = client.post(work.get_absolute_url(), {"do": "approve", "rubric": "5", "minutes": "60"})
    assert answer.status_code == (403 if reader == "contributor" else 404)
    assert not Review.objects.exists()


def test_many_at_once_are_each_judged_alone(world: World) -> None:
    good, also = log(world, world.contributor, 60), log(world, world.maintainer, 30)
    decided, own = log(world, world.contributor, 40), log(world, world.reviewer, 50)
    client = client_of(world, "reviewer")
    queue = client.get("/review/").content.decode()
    assert set(re.findall(r'name="chosen" value="([^"]+)"', queue)) == {str(w.pk) for w in (good, also, decided)}
    approve_contribution(contribution=decided, by=world.maintainer, rubric=3, minutes=40, now=timezone.now())
    chosen = [str(work.pk) for work in (good, also, decided, own)]
    page = client.post("/review/", {"chosen": chosen, "rubric": "3"}).content.decode()
    outcomes = page.split("What became of the ticked ones")[1].split("</section>")[0]
    assert outcomes.count("state ok") == 2 and outcomes.count("state stop") == 2
    assert "This was decided already: it is “approved”." in outcomes
    assert "Nobody reviews their own work." in outcomes
    states = dict(Contribution.objects.values_list("pk", "state"))
    assert [states[w.pk] for w in (good, also, decided, own)] == ["approved", "approved", "approved", "submitted"]
    assert dict(Review.objects.values_list("contribution_id", "minutes_approved"))[good.pk] == 60


@pytest.mark.parametrize(
    ("values", "words"),
    [
        ({"rubric": "3"}, "Tick at least one entry first."),
        ({"rubric": "3", "chosen": "nonsense"}, "One of them is not there any more."),
        ({"rubric": "1", "chosen": "0190f000-0000-7000-8000-000000000000"}, "not one of the available choices"),
    ],
)
def test_nothing_ticked_or_a_wrong_rubric_approves_nothing(world: World, values: dict[str, str], words: str) -> None:
    log(world, world.contributor, 60)
    page = client_of(world, "reviewer").post("/review/", values).content.decode()
    assert words in page and not Review.objects.exists()


def test_the_queue_of_one_project_shows_that_project_only(world: World) -> None:
    here = log(world, world.contributor, 60)
    page = client_of(world, "reviewer").get(reverse("contributions:review_queue", args=[world.project.slug]))
    assert here.get_absolute_url() in page.content.decode()
    elsewhere = make_world(world.now)
    assert (
        client_of(world, "reviewer")
        .get(reverse("contributions:review_queue", args=[elsewhere.project.slug]))
        .status_code
        == 403
    )
    there = log(elsewhere, elsewhere.contributor, 60)
    assert there.get_absolute_url() not in client_of(world, "reviewer").get("/review/").content.decode()


def test_a_long_queue_goes_on_from_page_to_page(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("contributions.views.review.PAGE", 2)
    works = [log(world, world.contributor, 10 + n, at=world.now + timedelta(minutes=n)) for n in range(5)]
    client, path, seen = client_of(world, "reviewer"), "/review/", []
    while path:
        page = client.get(path).content.decode()
        seen += [w for w in works if f'action="{w.get_absolute_url()}"' in page]
        found = re.search(r'rel="next" href="([^"]+)"', page)
        path = found[1].replace("&amp;", "&") if found else ""
    assert seen == works
    for wrong in ("nonsense", "2026-01-01_x", f"2026-01-01_{works[0].pk}", f"x_{works[0].pk}"):
        assert client.get("/review/", {"after": wrong}).status_code == 200


def test_a_verdict_never_leads_off_this_site(world: World) -> None:
    client = client_of(world, "reviewer")
    for target in ("https://evil.example/", "//evil.example/", "/\\evil.example", "javascript:alert(1)"):
        work = log(world, world.contributor, 10)
        answer = client.post(work.get_absolute_url(), {"do": "approve", "rubric": "3", "minutes": "10", "next": target})
        assert answer["Location"] == work.get_absolute_url()
