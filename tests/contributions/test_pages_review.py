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
from contributions.models import Contribution, FeedbackSnippet, PendingVerdict, Review
from contributions.services import (
    EntryInput,
    add_snippet,
    approve_contribution,
    log_hours,
    post_due_verdicts,
    take_review,
)
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


def sweep() -> int:
    """A minute later the scheduler comes by."""
    return post_due_verdicts(now=timezone.now() + timedelta(seconds=61))


def states(*works: Contribution) -> list[str]:
    known = dict(Contribution.objects.values_list("pk", "state"))
    return [known[work.pk] for work in works]


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
    assert "Approved: 1\xa0h on “Open work on Flood map”. Until it is posted you can undo it." in page
    assert "The queue is empty" in page
    assert not Transfer.objects.exists()
    assert sweep() == 1
    assert Transfer.objects.filter(source_id=work.pk).count() == 2


def test_a_task_stays_with_its_person_when_it_is_not_done(world: World) -> None:
    work = log(world, world.contributor, 60, task=world.task)  # type: ignore[arg-type]
    client = client_of(world, "reviewer")
    form = form_with(client.get("/review/").content, action=work.get_absolute_url())
    assert form.values["task_done"] == "on"
    values = {k: v for k, v in form.values.items() if k != "task_done"}
    client.post(form.action, {**values, "rubric": "3", "do": "approve"})
    assert sweep() == 1
    world.task.refresh_from_db()
    assert world.task.state == "claimed"


def test_returning_and_not_accepting_say_why_to_the_contributor(world: World) -> None:
    first, second = log(world, world.contributor, 30), log(world, world.contributor, 40)
    client = client_of(world, "reviewer")
    assert "Returned: “Open work" in verdict(client, first, "return", reason="Which photos?")
    assert "Not accepted:" in verdict(client, second, "reject", reason="Done in May.", next_step="Take a photo task.")
    me = client_of(world, "contributor")
    for work in (first, second):
        waiting = me.get(work.get_absolute_url()).content.decode()
        assert "A reviewer is looking at it." in waiting
        assert "photos" not in waiting and "Done in May" not in waiting
    assert sweep() == 2
    returned = me.get(first.get_absolute_url()).content.decode()
    assert "It came back with a question" in returned and "Which photos?" in returned
    rejected = me.get(second.get_absolute_url()).content.decode()
    assert "Done in May." in rejected and "Take a photo task." in rejected and "Your hours are kept." in rejected


def test_returned_work_goes_back_to_the_same_reviewer_with_its_answer(world: World) -> None:
    work = log(world, world.contributor, 30)
    verdict(client_of(world, "reviewer"), work, "return", reason="Which photos?")
    sweep()
    me = client_of(world, "contributor")
    form = form_with(me.get(work.get_absolute_url()).content, field="note", button="hand_in")
    me.post(form.action, {**form.values, "note": "Those of the dam", "do": "hand_in"})
    work.refresh_from_db()
    assert (work.state, work.reviewer, work.note) == ("in_review", world.reviewer, "Those of the dam")


def test_trying_again_opens_the_same_hours_as_a_new_draft_once(world: World) -> None:
    work = log(world, world.contributor, 40)
    verdict(client_of(world, "reviewer"), work, "reject", reason="Done in May.", next_step="Take a photo task.")
    sweep()
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
    assert "Arif</bdi> took this for review" in queue
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


def test_small_pieces_of_one_task_are_one_batch_with_one_rubric(world: World) -> None:
    works = [log(world, world.contributor, minutes) for minutes in (20, 30)]
    alone = log(world, world.contributor, 45)
    client = client_of(world, "reviewer")
    page = client.get("/review/").content.decode()
    form = form_with(page, action="/review/")
    assert set(re.findall(r'name="chosen" value="([^"]+)" checked', page)) == {str(w.pk) for w in works}
    assert "2</bdi> pieces of one task" in page and form_with(page, action=alone.get_absolute_url())
    answer = client.post(
        form.action, {**form.values, "chosen": [str(w.pk) for w in works], "rubric": "4", "do": "approve"}, follow=True
    )
    page = answer.content.decode()
    assert "Judged 2 pieces of work: approved." in page and "Being posted" in page
    assert sweep() == 2
    assert states(*works, alone) == ["approved", "approved", "submitted"]
    assert set(Review.objects.values_list("minutes_approved", "rubric")) == {(20, 4), (30, 4)}


def test_a_piece_that_is_not_ticked_stays(world: World) -> None:
    first, second = log(world, world.contributor, 20), log(world, world.contributor, 30)
    client_of(world, "reviewer").post("/review/", {"chosen": str(first.pk), "rubric": "3", "do": "approve"})
    assert sweep() == 1 and states(first, second) == ["approved", "submitted"]


def test_the_pieces_of_a_batch_are_each_judged_alone(world: World) -> None:
    good, also = log(world, world.contributor, 10), log(world, world.maintainer, 10)
    decided, own = log(world, world.contributor, 10), log(world, world.reviewer, 10)
    approve_contribution(contribution=decided, by=world.maintainer, rubric=3, minutes=10, now=timezone.now())
    chosen = [str(work.pk) for work in (good, also, decided, own)]
    client = client_of(world, "reviewer")
    page = client.post("/review/", {"chosen": chosen, "rubric": "3", "do": "approve"}, follow=True).content.decode()
    assert "Judged 2 pieces of work" in page
    assert "This was decided already: it is “approved”." in page
    assert "Nobody reviews their own work." in page
    assert sweep() == 2
    assert states(good, also, decided, own) == ["approved", "approved", "approved", "submitted"]


def test_a_batch_sent_twice_is_judged_once(world: World) -> None:
    works = [log(world, world.contributor, 10) for _n in range(3)]
    client = client_of(world, "reviewer")
    sent = {"chosen": [str(w.pk) for w in works], "rubric": "3", "do": "approve"}
    for _twice in range(2):
        assert "Judged 3 pieces" in client.post("/review/", sent, follow=True).content.decode()
    assert sweep() == 3 and Review.objects.count() == 3


@pytest.mark.parametrize(
    ("values", "words"),
    [
        ({"rubric": "3"}, "Tick at least one entry first."),
        ({"rubric": "3", "chosen": "nonsense"}, "One of them is not there any more."),
        ({"rubric": "9", "chosen": "0190f000-0000-7000-8000-000000000000"}, "not one of the available choices"),
        ({"rubric": "3", "chosen": "0190f000-0000-7000-8000-000000000000"}, "None of them is there any more."),
        ({"rubric": "", "chosen": "0190f000-0000-7000-8000-000000000000"}, "Choose 2 to 5."),
    ],
)
def test_nothing_ticked_or_a_wrong_rubric_approves_nothing(world: World, values: dict[str, str], words: str) -> None:
    log(world, world.contributor, 60)
    page = client_of(world, "reviewer").post("/review/", {"do": "approve", **values}).content.decode()
    assert words in page and not PendingVerdict.objects.exists()


def test_more_than_an_hour_together_is_refused_with_what_was_typed(world: World) -> None:
    works = [log(world, world.contributor, 40), log(world, world.contributor, 30)]
    sent = {"chosen": [str(w.pk) for w in works], "do": "return", "reason": "Which photos?"}
    page = client_of(world, "reviewer").post("/review/", sent).content.decode()
    assert "At most 60 minutes are judged together." in page and "Which photos?" in page
    assert not PendingVerdict.objects.exists()


def test_a_batch_tells_nothing_of_another_guilds_work(world: World) -> None:
    elsewhere = make_world(world.now)
    there = log(elsewhere, elsewhere.contributor, 10)
    page = client_of(world, "reviewer").post("/review/", {"chosen": str(there.pk), "rubric": "3", "do": "approve"})
    assert there.task.title not in page.content.decode() or there.task.title == world.open_work.title
    assert not PendingVerdict.objects.exists()


def test_a_verdict_leaves_the_queue_and_can_be_undone_there(world: World) -> None:
    work = log(world, world.contributor, 60)
    client = client_of(world, "reviewer")
    verdict(client, work, "return", reason="Which photos?")
    page = client.get("/review/").content.decode()
    assert "Being posted" in page and "The queue is empty" in page
    form = form_with(page, action=work.get_absolute_url(), button="undo")
    page = client.post(form.action, {**form.values, "do": "undo"}, follow=True).content.decode()
    assert "has no verdict and is yours to judge" in page
    assert form_with(page, action=work.get_absolute_url(), button="approve")
    assert "Undone" in client.post(form.action, {**form.values, "do": "undo"}, follow=True).content.decode(), "twice"
    assert sweep() == 0 and not Review.objects.exists()


def test_undone_too_late_is_said(world: World) -> None:
    work = log(world, world.contributor, 60)
    client = client_of(world, "reviewer")
    verdict(client, work, "return", reason="Which photos?")
    sweep()
    assert "posted by now" in verdict(client, work, "undo")


def test_the_page_of_the_work_says_that_a_verdict_waits(world: World) -> None:
    work = log(world, world.contributor, 60)
    client = client_of(world, "reviewer")
    verdict(client, work, "return", reason="Which photos?", rubric="2")
    mine = client.get(work.get_absolute_url()).content.decode()
    assert "Which photos?" in mine and form_with(mine, button="undo") and "2 of 5" in mine
    others = client_of(world, "maintainer").get(work.get_absolute_url()).content.decode()
    assert "Another reviewer has just decided" in others and "Which photos?" not in others
    with pytest.raises(AssertionError):
        form_with(others, button="approve")
    assert "A verdict on this was given just now." in verdict(
        client_of(world, "maintainer"), work, "approve", rubric="3", minutes="60"
    )


def test_too_many_words_are_refused_and_kept(world: World) -> None:
    work = log(world, world.contributor, 60)
    long = "long " * 900
    page = verdict(client_of(world, "reviewer"), work, "return", reason=long)
    assert "at most 4000 characters" in page and long.strip() in page
    assert not PendingVerdict.objects.exists()


def test_fewer_minutes_than_claimed_need_a_reason_which_the_contributor_reads(world: World) -> None:
    work = log(world, world.contributor, 60)
    client = client_of(world, "reviewer")
    assert "Say why; the contributor reads it" in verdict(client, work, "approve", rubric="3", minutes="40")
    verdict(client, work, "approve", rubric="3", minutes="40", reason="The drawing took 40.")
    sweep()
    page = client_of(world, "contributor").get(work.get_absolute_url()).content.decode()
    assert "The drawing took 40." in page


# phrases ------------------------------------------------------------------------------------------------------------


def test_a_phrase_is_put_into_the_words_without_scripts(world: World) -> None:
    client = client_of(world, "reviewer")
    client.post("/review/phrases/", {"do": "add", "words": "Please name the photos."})
    work, other = log(world, world.contributor, 60), log(world, world.contributor, 60)
    page = client.get("/review/").content.decode()
    chosen = str(FeedbackSnippet.objects.get().pk)
    assert f'<option value="{chosen}">Please name the photos.</option>' in page
    verdict(client, work, "return", reason="Good start.", snippet=chosen)
    verdict(client, other, "return", snippet=chosen)
    sweep()
    words = dict(Review.objects.values_list("contribution_id", "reason"))
    assert words == {work.pk: "Good start.\n\nPlease name the photos.", other.pk: "Please name the photos."}


def test_somebody_elses_phrase_is_nobodys(world: World) -> None:
    theirs = add_snippet(by=world.maintainer, words="Secret words", now=world.now)
    client, work = client_of(world, "reviewer"), log(world, world.contributor, 60)
    assert "Say what is missing" in verdict(client, work, "return", snippet=str(theirs.pk))
    for do in ("edit", "delete"):
        page = client.post("/review/phrases/", {"do": do, "snippet": str(theirs.pk), "words": "Mine now"})
        assert "not there any more" in page.content.decode() and "Secret words" not in page.content.decode()
    assert FeedbackSnippet.objects.get().words == "Secret words"


def test_phrases_are_kept_changed_and_deleted(world: World) -> None:
    client = client_of(world, "contributor")
    assert "None yet." in client.get("/review/phrases/").content.decode()
    for _twice in range(2):
        client.post("/review/phrases/", {"do": "add", "words": " Which photos? "})
    kept = FeedbackSnippet.objects.get()
    assert kept.words == "Which photos?", "the same words twice are one"
    client.post("/review/phrases/", {"do": "edit", "snippet": str(kept.pk), "words": "Which of them?"})
    assert "Which of them?" in client.get("/review/phrases/").content.decode()
    for _twice in range(2):
        client.post("/review/phrases/", {"do": "delete", "snippet": str(kept.pk)})
    assert not FeedbackSnippet.objects.exists()


@pytest.mark.parametrize(("words", "said"), [("  ", "Write the phrase first."), ("x" * 501, "at most 500 characters")])
def test_a_phrase_has_words_and_not_too_many(world: World, words: str, said: str) -> None:
    page = client_of(world, "reviewer").post("/review/phrases/", {"do": "add", "words": words}).content.decode()
    assert said in page and words.strip() in page and not FeedbackSnippet.objects.exists()


def test_thirty_phrases_are_enough(world: World) -> None:
    client = client_of(world, "reviewer")
    for number in range(30):
        add_snippet(by=world.reviewer, words=f"Phrase {number}", now=world.now)
    answer = client.post("/review/phrases/", {"do": "add", "words": "One more"})
    assert "You keep 30 phrases already." in answer.content.decode()
    assert FeedbackSnippet.objects.count() == 30


# for the script of the page -----------------------------------------------------------------------------------------


def test_a_script_gets_what_was_said_and_the_row_to_undo(world: World) -> None:
    work = log(world, world.contributor, 60)
    client = client_of(world, "reviewer")
    ask = {"HTTP_ACCEPT": "application/json"}
    address = work.get_absolute_url()
    refused = client.post(address, {"do": "approve", "minutes": "60"}, **ask)  # type: ignore[arg-type]
    assert refused.status_code == 422 and "Choose 2 to 5." in refused.json()["messages"][0]["text"]
    given = client.post(address, {"do": "approve", "minutes": "60", "rubric": "3", "next": "/review/"}, **ask)  # type: ignore[arg-type]
    assert given.status_code == 200 and form_with(given.json()["html"], action=address, button="undo")
    assert "Approved:" in given.json()["messages"][0]["text"]
    assert "Approved:" not in client.get("/review/").content.decode(), "said once"
    undone = client.post(address, {"do": "undo"}, **ask)  # type: ignore[arg-type]
    assert undone.json()["messages"][0]["level"] == "success"
    sweep()
    assert states(work) == ["in_review"]


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
    works = [log(world, world.contributor, 40 + n, at=world.now + timedelta(minutes=n)) for n in range(5)]
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
