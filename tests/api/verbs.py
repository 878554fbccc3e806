"""Every operation of the API with what each caller gets: the one table behind the tests of access and of being sent twice.

A new operation adds a row, named by its `operationId`; what is special about a row stands behind a space. The rows of
one operation show the different things it may be about. `answers` says a status for each of `CALLERS`.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Any, cast

from django.utils import timezone

from contributions.models import Contribution, FeedbackSnippet
from contributions.services import add_snippet, give_verdict
from contributions.services.history_uploads import upload_history
from core.ids import uuid7
from guilds.models import Grant
from projects.models import Problem, TaskTemplate, Voice
from projects.services import add_voice, draft_problem
from tests.api.table import Verb, everybody, get, only, patch, post, signed_in
from tests.api.verbs_care import CARE, MODERATION
from tests.contributions.histories import as_file, days_of
from tests.factories import World, make_author, verify_email
from tests.pages import MAINTAINERS, MEMBERS, REVIEWERS
from tests.reputation.test_standing import earn


def grant_of_the_reviewer(world: World) -> str:
    """Where the reviewer's right is taken back."""
    grant = Grant.objects.get(guild=world.guild, subject=world.reviewer)
    return f"/guilds/{world.guild.slug}/grants/{grant.pk}/revoke"


def told_draft(world: World) -> Problem:
    """A whole draft of the contributor."""
    words = {**PROBLEM_WORDS, "title": "Told"}
    return draft_problem(guild=world.guild, by=world.contributor, now=timezone.now(), **words)


def judged(world: World) -> Contribution:
    """Work on which the reviewer gave a verdict a moment ago."""
    work = cast(Contribution, world.extra["waiting_work"])
    give_verdict(
        contribution=work,
        by=world.reviewer,
        verdict="approved",
        rubric=4,
        minutes=45,
        now=timezone.now(),
        reason="Good.",
    )
    return work


def earn_enough(world: World) -> None:
    """Standing to vouch for the steward alone."""
    earn(world.steward, world.guild, 200, 0, now=timezone.now())


def phrase(world: World) -> FeedbackSnippet:
    """A phrase the contributor keeps."""
    return add_snippet(by=world.contributor, words="Please name the photos.", now=timezone.now())


def claimed_by_the_contributor(world: World) -> dict[str, str]:
    """An author of some history whose address the contributor has proved to be theirs."""
    email = f"{uuid7().hex}@work.example"
    author = make_author("Asha", email)
    verify_email(world.contributor, email)
    return {"identity": str(author.pk)}


#: Whoever sees work of others that isn't theirs to change; for everybody else it isn't there.
SEEN = {"others": 404, "reviewer": 403, "maintainer": 403, "steward": 403, "hub_steward": 403}


def next_policy(_world: World) -> dict[str, Any]:
    """A policy that takes effect after the one that is announced already."""
    return {"claim_lease_days": 9, "effective_at": (timezone.now() + timedelta(days=90)).isoformat()}


STEWARDS = ("steward", "hub_steward")

GUILDS = (
    get("read_log_checkpoint", "/public-log/checkpoint", everybody()),
    get("list_log_checkpoints", "/public-log/checkpoints?limit=2", everybody()),
    get("list_log_keys", "/public-log/keys", everybody()),
    get("prove_log_entry", "/public-log/proofs/inclusion?entry=1", everybody()),
    get("prove_log_growth", "/public-log/proofs/consistency?first={x[log_size]}", everybody()),
    get("search", "/search?q=flod+vilage&kind=problem&limit=2", everybody()),
    get("read_person", "/people/rimjhim", everybody()),
    get("read_person of the closed", "/people/tariq", only(*MEMBERS, "hub_steward", others=404, anonymous=404)),
    get("list_guilds", "/guilds?state=open&limit=2", everybody()),
    post("propose_guild", "/guilds", signed_in(201), {"slug": "new-one", "name": "New", "summary": "s"}),
    get("read_guild", "/guilds/{w.guild.slug}", everybody()),
    get("read_guild of a proposal", "/guilds/proposed", only("outsider", "hub_steward", others=404, anonymous=404)),
    post(
        "open_guild",
        "/guilds/proposed/open",
        only("hub_steward", others=404, outsider=403),
        lambda w: {"steward": str(w.outsider.pk)},
    ),
    post("join_guild", "/guilds/{x[elsewhere].guild.slug}/join", signed_in(neighbour=409)),
    post("leave_guild", "/guilds/{w.guild.slug}/leave", signed_in()),
    get("list_members", "/guilds/{w.guild.slug}/members", only(*MEMBERS, "hub_steward")),
    get("list_grants", "/guilds/{w.guild.slug}/grants", everybody()),
    post(
        "grant_right",
        "/guilds/{w.guild.slug}/grants",
        only(*STEWARDS, ok=201),
        lambda w: {"member": str(w.contributor.pk), "right": "reviewer"},
    ),
    post("revoke_right", grant_of_the_reviewer, only(*STEWARDS)),
    get("read_policy", "/guilds/{w.guild.slug}/policy", everybody()),
    post("publish_policy", "/guilds/{w.guild.slug}/policy", only(*STEWARDS, ok=201), next_policy),
)


PROBLEM_WORDS = {"title": "Wells run dry", "statement": "Since May.", "affected_people": "families", "place": "Majuli"}
REJECTED_SEEN_BY = ("contributor", "maintainer", "steward", "hub_steward")

PROBLEMS = (
    get("read_problem_map", "/problems/map?guild={w.guild.slug}", everybody()),
    get("list_problems", "/problems?text=flood&language=en&limit=2", everybody()),
    get("list_drafts", "/me/drafts", signed_in()),
    post(
        "draft_problem",
        "/problems",
        only(*MEMBERS, ok=201),
        lambda w: {"guild": w.guild.slug, **PROBLEM_WORDS, "latitude": "26.95", "longitude": "94.17"},
    ),
    get("read_problem", "/problems/{w.problem.slug}", everybody()),
    get("read_problem, a draft", "/problems/{x[draft_problem].slug}", only("contributor", others=404, anonymous=404)),
    get(
        "read_problem, a rejected one",
        "/problems/{x[rejected_problem].slug}",
        only(*REJECTED_SEEN_BY, others=404, anonymous=404),
    ),
    patch("edit_problem", "/problems/{w.problem.slug}", only(*MAINTAINERS), {"title": "Floods at night"}),
    patch("edit_problem, a draft", "/problems/{x[draft_problem].slug}", only("contributor", others=404), PROBLEM_WORDS),
    post("submit_problem, unfinished", "/problems/{x[draft_problem].slug}/submit", only(others=404, contributor=422)),
    post("submit_problem", lambda w: f"/problems/{told_draft(w).slug}/submit", only("contributor", others=404)),
    post("accept_problem", "/problems/{x[submitted_problem].slug}/accept", only(*MAINTAINERS)),
    post(
        "decide_problem",
        "/problems/{x[submitted_problem].slug}/decide",
        only(*MAINTAINERS),
        {"to": "parked", "reason": "Later."},
    ),
    post(
        "mark_duplicate_problem",
        "/problems/{x[submitted_problem].slug}/mark-duplicate",
        only(*MAINTAINERS),
        lambda w: {"original": w.problem.slug},
    ),
)
VOICE = {"words": "It came at night.", "role": "a fisher", "consent": "spoken", "consented_on": "2026-03-01"}


def voice_of_the_contributor(world: World) -> Voice:
    """A voice that the contributor wrote down, for the guild alone."""
    values = {**VOICE, "consented_on": world.now.date()}
    return add_voice(problem=world.problem, by=world.contributor, now=timezone.now(), **values)


def template_of(world: World) -> TaskTemplate:
    """A template that the guild keeps."""
    return TaskTemplate.objects.get(guild=world.guild)


PEOPLE = (
    get("list_voices", "/problems/{w.problem.slug}/voices?limit=2", everybody()),
    post("add_voice", "/problems/{w.problem.slug}/voices", only(*MEMBERS, ok=201), VOICE),
    post(
        "withdraw_voice",
        lambda w: f"/voices/{voice_of_the_contributor(w).pk}/withdraw",
        only("contributor", *MAINTAINERS, others=404, reviewer=403, hub_steward=403),
    ),
    post("endorse_problem", "/problems/{w.problem.slug}/endorse", only(*MEMBERS), {"kind": "support"}),
    post("withdraw_endorsement", "/problems/{w.problem.slug}/withdraw-endorsement", signed_in()),
    post("restore_duplicate_problem", "/problems/{x[merged_problem].slug}/restore", only(*MAINTAINERS)),
    post("discard_problem", lambda w: f"/problems/{told_draft(w).slug}/discard", only("contributor", others=404)),
)
KEEPING = (
    post("extend_claim", "/tasks/{x[claimed_task].pk}/extend", only("contributor")),
    get("list_progress", "/tasks/{x[claimed_task].pk}/notes", only(*MEMBERS, "hub_steward")),
    post("note_progress", "/tasks/{x[claimed_task].pk}/notes", only("contributor", ok=201), {"words": "Half of it."}),
    get("list_task_templates", "/guilds/{w.guild.slug}/task-templates", only(*MAINTAINERS)),
    post("save_task_template", "/tasks/{w.task.pk}/template", only(*MAINTAINERS)),
    post("retire_task_template", lambda w: f"/task-templates/{template_of(w).pk}/retire", only(*MAINTAINERS)),
    get("list_happenings", "/projects/{w.project.slug}/timeline?limit=2", everybody()),
)
PROJECTS = (
    get("list_projects", "/projects?state=incubating&limit=1", everybody()),
    get("read_project", "/projects/{w.project.slug}", everybody()),
    post(
        "propose_project",
        "/problems/{w.problem.slug}/projects",
        only(*MEMBERS, ok=201),
        {"title": "A siren", "summary": "It wakes people.", "repository_url": "https://example.org/siren"},
    ),
    patch("edit_project", "/projects/{w.project.slug}", only(*MAINTAINERS), {"summary": "More of it."}),
    post("change_project_state", "/projects/{w.project.slug}/state", only(*MAINTAINERS), {"to": "active"}),
)
TASKS = (
    get("list_tasks", "/tasks?state=published&minutes=120&is_starter=false&limit=3", everybody()),
    get("read_task", "/tasks/{x[claimed_task].pk}", everybody()),
    get("read_task, a draft", "/tasks/{x[draft_task].pk}", only(*MAINTAINERS, others=404, anonymous=404)),
    post(
        "draft_task",
        "/projects/{w.project.slug}/tasks",
        only(*MAINTAINERS, ok=201),
        {"title": "Draw a map", "difficulty": "M", "estimate_minutes": 90, "skills": ["GIS"]},
    ),
    patch("edit_task", "/tasks/{w.task.pk}", only(*MAINTAINERS), {"title": "Label 50 photos"}),
    post("publish_task", "/tasks/{x[draft_task].pk}/publish", only(*MAINTAINERS, others=404)),
    post("claim_task", "/tasks/{w.task.pk}/claim", only(*MEMBERS), {"days": 3}),
    post("release_task", "/tasks/{x[claimed_task].pk}/release", only("contributor", *MAINTAINERS), {"words": "Half."}),
    post("expire_task", "/tasks/{w.task.pk}/close", only(*MAINTAINERS), {"reason": "Done elsewhere."}),
)

SEES_WORK = (*MEMBERS, "hub_steward")


def work_on_a_task(world: World) -> dict[str, Any]:
    """What the contributor sends when they log an hour."""
    entry = {"worked_on": (world.now - timedelta(days=1)).date().isoformat(), "minutes": 60}
    return {"client_id": str(uuid7()), "task": str(world.open_work.pk), "entries": [entry], "note": "Drew it."}


HOURS = (
    get("read_year", "/me/year", signed_in()),
    get("list_hours", "/me/hours?limit=2", signed_in()),
    post("log_hours", "/hours", signed_in(201), work_on_a_task),
    post("log_kept_hours", "/hours/kept", signed_in(), lambda world: {"entries": [work_on_a_task(world)]}),
    get("read_hours", "/hours/{x[approved_work].pk}", only(*SEES_WORK, others=404)),
    get("read_hours, a draft", "/hours/{x[draft_work].pk}", only("contributor", others=404)),
    patch(
        "edit_contribution", "/hours/{x[draft_work].pk}", only("contributor", others=404), {"note": "With the elders."}
    ),
    post("submit_contribution", "/hours/{x[returned_work].pk}/submit", only("contributor", **SEEN)),
    post("withdraw_contribution", "/hours/{x[waiting_work].pk}/withdraw", only("contributor", **SEEN)),
    post("retry_contribution", "/hours/{x[rejected_work].pk}/retry", only("contributor", ok=201, **SEEN)),
    get("list_points", "/me/points?limit=2", signed_in()),
    get("read_balances", "/me/balances", signed_in()),
    get("read_guild_month", "/guilds/{w.guild.slug}/month?month=2026-01", everybody()),
    get("read_hours_by_kind", "/projects/{w.project.slug}/hours-by-kind", everybody()),
    get("read_ledger", "/guilds/{w.guild.slug}/ledger?weeks=2", everybody()),
)
JUDGES = only(*REVIEWERS, **{**SEEN, "contributor": 403})
#: Whom the disputed verdict concerns, who was drawn, and who looks after the guild.
PARTIES = only("contributor", *REVIEWERS, "hub_steward", others=404)
DRAWN = {"others": 404, "contributor": 403, "reviewer": 403, "hub_steward": 403}
JUDGING = (
    get("list_reviews", "/reviews?limit=1", only(*REVIEWERS, "neighbour")),
    get("list_reviews of a project", "/reviews?project={w.project.slug}", only(*REVIEWERS)),
    post("take_review", "/hours/{x[waiting_work].pk}/take", JUDGES),
    post("release_review", "/hours/{x[waiting_work].pk}/release", JUDGES),
    post(
        "give_verdict",
        "/hours/{x[waiting_work].pk}/verdict",
        JUDGES,
        {"verdict": "approved", "rubric": 4, "minutes": 45, "reason": "Clear."},
    ),
    post(
        "undo_verdict",
        lambda w: f"/hours/{judged(w).pk}/verdict/undo",
        only("reviewer", **{**SEEN, "contributor": 403}),
    ),
    post(
        "give_verdicts",
        "/verdicts",
        only(*REVIEWERS),
        lambda w: {"contributions": [str(w.extra["waiting_work"].pk)], "verdict": "approved", "rubric": 3},
    ),
    get("read_board", "/guilds/{w.guild.slug}/board", only("contributor", *REVIEWERS, "hub_steward")),
    post("switch_boards", "/guilds/{w.guild.slug}/boards", only("steward", "hub_steward"), {"on": True}),
    get("list_integrity_cases", "/integrity-cases", only("steward", "hub_steward", "neighbour")),
    post(
        "close_integrity_case",
        "/integrity-cases/{x[pattern].pk}/close",
        only("steward", "hub_steward", neighbour=404),
        {"outcome": "dismissed", "words": "A workshop."},
    ),
    get("list_vouches", "/guilds/{w.guild.slug}/vouches?limit=2", only(*MEMBERS, "hub_steward")),
    post(
        "vouch_for",
        "/guilds/{w.guild.slug}/vouches",
        only("steward", ok=201),
        lambda w: earn_enough(w) or {"member": str(w.contributor.pk)},
    ),
    post("withdraw_vouch", "/vouches/{x[vouch].pk}/withdraw", only("steward", others=404)),
    get("list_sanctions", "/guilds/{w.guild.slug}/sanctions?limit=2", only(*MEMBERS, "hub_steward")),
    post(
        "put_sanction",
        "/guilds/{w.guild.slug}/sanctions",
        only("steward", "hub_steward", ok=201),
        lambda w: {
            "member": str(w.contributor.pk),
            "kind": "claiming",
            "reason": "We talked.",
            "ends_at": (timezone.now() + timedelta(days=9)).isoformat(),
        },
    ),
    post(
        "lift_sanction",
        "/guilds/{w.guild.slug}/sanctions/{x[sanction].pk}/lift",
        only("steward", "hub_steward"),
        {"reason": "Settled."},
    ),
    get("list_second_looks", "/second-looks", only(*REVIEWERS, "neighbour")),
    post(
        "look_again",
        "/second-looks/{x[look].pk}",
        only("maintainer", "steward", reviewer=403, neighbour=404),
        {"agrees": True},
    ),
    get("list_challenges", "/challenges", signed_in()),
    get("read_challenge", "/challenges/{x[challenge].pk}", PARTIES),
    post(
        "raise_challenge",
        "/hours/{x[approved_work].pk}/challenge",
        only("contributor", *REVIEWERS, ok=201, **{**SEEN, "hub_steward": 403}),
        {"reason": "It was longer."},
    ),
    post(
        "give_panel_vote",
        "/challenges/{x[challenge].pk}/vote",
        only("maintainer", "steward", **DRAWN),
        {"vote": "uphold", "reason": "We looked."},
    ),
    post(
        "decline_seat",
        "/challenges/{x[challenge].pk}/decline",
        only("maintainer", "steward", **DRAWN),
    ),
    get("list_snippets", "/me/snippets", signed_in()),
    post("add_snippet", "/me/snippets", signed_in(201), {"words": "Which photos?"}),
    patch(
        "edit_snippet",
        lambda w: f"/me/snippets/{phrase(w).pk}",
        only("contributor", others=404),
        {"words": "Which of them?"},
    ),
    post("delete_snippet", lambda w: f"/me/snippets/{phrase(w).pk}/delete", only("contributor", others=404)),
)


def uploaded(world: World) -> str:
    """A history that the maintainer sent a moment ago."""
    data = as_file(days_of("New", 2, first=130))
    row = upload_history(project=world.project, by=world.maintainer, file_name="h", data=data, now=timezone.now())
    return f"/projects/{world.project.slug}/histories/{row.pk}"


def proposed(world: World) -> str:
    """A project with sessions that wait; those of `busy_world` are accepted in part."""
    return f"/projects/{world.project.slug}/proposed-sessions"


HISTORIES = (
    get("list_histories", "/projects/{w.project.slug}/histories?limit=1", only(*MAINTAINERS)),
    post(
        "upload_history",
        "/projects/{w.project.slug}/histories",
        only(*MAINTAINERS, ok=201),
        lambda w: as_file(days_of("New", 2, first=130)),
    ),
    get("read_history", uploaded, only(*MAINTAINERS)),
    post("start_import", lambda w: uploaded(w) + "/start", only(*MAINTAINERS)),
    post("discard_import", lambda w: uploaded(w) + "/discard", only(*MAINTAINERS)),
    post(
        "take_back_import", "/projects/{w.project.slug}/histories/{x[history_import].pk}/take-back", only(*MAINTAINERS)
    ),
    get("list_proposed_sessions", proposed, only(*MAINTAINERS)),
    post("start_acceptance", proposed, only(*MAINTAINERS, ok=201), {}),
)
ACCOUNTS = (
    get("read_me", "/me", signed_in()),
    patch("save_profile", "/me", signed_in(), {"display_name": "Me", "timezone": "Asia/Kolkata", "links": []}),
    get("read_availability", "/me/availability", signed_in()),
    patch(
        "save_availability",
        "/me/availability",
        signed_in(),
        {"kinds": ["field"], "place": "Jorhat", "languages": ["as"]},
    ),
    get("list_suggestions", "/me/suggestions", signed_in()),
    get("export_person", "/me/export", signed_in()),
    get("list_claims", "/me/claims", signed_in()),
    post("claim_identity", "/me/claims", only("contributor", ok=201, others=422), claimed_by_the_contributor),
    get("list_inbox", "/me/inbox?limit=1", signed_in()),
    post("mark_inbox_read", "/me/inbox/read", signed_in()),
    get("read_mail_choices", "/me/notices", signed_in()),
    patch("save_mail_choices", "/me/notices", signed_in(), {"wants_digest": False, "muted": ["work"]}),
    get("list_my_guilds", "/me/guilds", signed_in()),
)

VERBS: tuple[Verb, ...] = (
    *GUILDS,
    *CARE,
    *MODERATION,
    *PROBLEMS,
    *PEOPLE,
    *PROJECTS,
    *KEEPING,
    *TASKS,
    *HOURS,
    *JUDGING,
    *HISTORIES,
    *ACCOUNTS,
)
WRITES = tuple(verb for verb in VERBS if verb.method != "get")
