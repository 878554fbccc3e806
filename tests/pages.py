"""Every address with what each reader gets: the one table behind the tests of access and of SQL statements.

A new page adds a row. `busy_world` gives the pages something to show.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from urllib.parse import urlencode

from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.models import Subject
from accounts.services import save_profile
from contributions.models import Contribution, IntegrityCase, PanelSeat, SecondLook
from contributions.services import (
    EntryInput,
    approve_contribution,
    log_hours,
    reject_contribution,
    return_contribution,
    withdraw_contribution,
)
from contributions.services.challenges import raise_challenge, run_challenges
from contributions.services.history_acceptance import continue_acceptance, start_acceptance
from contributions.services.history_uploads import read_import, start_import, upload_history
from contributions.services.simulation import simulate_policy_draft
from core.checkpoints import publish_checkpoint
from core.deliveries import consumers_with_due_events, deliver_until_empty
from core.ids import uuid7
from core.log_keys import KeyRing
from core.models import Event
from core.public_log import CONSUMER as LOG_CONSUMER
from core.public_log import append_events
from core.signed_notes import PrivateKey
from guilds.invitation_mail import link_token, stop_token
from guilds.invitation_reading import read_people
from guilds.models import NUMBERS, Invitation, Policy
from guilds.services import (
    ask_to_join,
    bring_invitations,
    change_joining,
    confirm_closing,
    grant_right,
    join_guild,
    make_export,
    make_invite,
    offer_stewardship,
    order_export,
    propose_closing,
    propose_guild,
    publish_policy,
    publish_policy_draft,
    save_policy_draft,
    send_due_invitations,
    send_invitations,
)
from matching.services import save_availability
from moderation.services import hide_writing, report_writing
from notices.services.choices import stop_token as mail_stop_token
from projects.models import Task
from projects.services import (
    add_voice,
    claim_task,
    decide_problem,
    draft_problem,
    draft_task,
    endorse_problem,
    mark_duplicate_problem,
    note_progress,
    release_task,
    save_task_template,
    submit_problem,
    withdraw_voice,
)
from reputation.models import Sanction, Vouch
from tests.contributions.histories import as_file, days_of
from tests.factories import World, make_person, make_task, make_world

#: Everybody who may open a page; "anonymous" has no account, the others are `World`'s people.
READERS = ("anonymous", "outsider", "newcomer", "contributor", "reviewer", "maintainer", "steward", "hub_steward")
MEMBERS = ("contributor", "reviewer", "maintainer", "steward")
REVIEWERS = ("reviewer", "maintainer", "steward")
MAINTAINERS = ("maintainer", "steward")

Answers = Mapping[str, int]


def everybody(status: int = 200) -> Answers:
    """The same answer for all."""
    return dict.fromkeys(READERS, status)


def only(*readers: str, others: int = 403, anonymous: int = 302) -> Answers:
    """200 for these; `others` for whoever else has an account; 302, to signing in, for who has none."""
    return {**everybody(others), "anonymous": anonymous, **dict.fromkeys(readers, 200)}


def signed_in() -> Answers:
    """200 with an account; to signing in without."""
    return only(*READERS[1:])


@dataclass(frozen=True)
class Page:
    """One row: the route's name (and what is special about this row), its address, and who gets what."""

    name: str
    path: Callable[[World], str]
    answers: Answers

    @property
    def route(self) -> str:
        return self.name.split(" ")[0]


def _named(route: str, answers: Answers, query: str = "") -> Page:
    return Page(route + (f" {query}" if query else ""), lambda world: reverse(route) + query, answers)


def _of(route: str, kind: str, answers: Answers) -> Page:
    """A page of one of the world's things; tasks and contributions are known by their id, anything else by its address."""

    def path(world: World) -> str:
        thing = getattr(world, kind, None) or world.extra[kind]
        return reverse(route, args=[thing.pk if isinstance(thing, Task | Contribution) else thing.slug])  # type: ignore[union-attr, attr-defined]

    special = "" if route.split(":")[1].split("_")[0] == kind else f" of the {kind.replace('_', ' ')}"
    return Page(route + special, path, answers)


def _of_step(step: str) -> Page:
    """One step of telling a problem: the author's alone, as the draft is."""

    def path(world: World) -> str:
        return reverse("projects:problem_step", args=[world.extra["draft_problem"].slug, step])  # type: ignore[attr-defined]

    return Page(f"projects:problem_step {step}", path, only("contributor", others=404))


def _of_history(route: str, kind: str) -> Page:
    """A page of one history that was brought to the project."""

    def path(world: World) -> str:
        return reverse(route, args=[world.project.slug, world.extra[kind].pk])  # type: ignore[attr-defined]

    return Page(route, path, only(*MAINTAINERS))


def _of_export(route: str, kind: str, answers: Answers) -> Page:
    """A file with everything of the guild."""

    def path(world: World) -> str:
        return reverse(route, args=[world.guild.slug, world.extra[kind].pk])  # type: ignore[attr-defined]

    return Page(f"{route} of the {kind.replace('_', ' ')}", path, answers)


def _of_list(route: str, kind: str) -> Page:
    """A list of people whom a steward invites."""

    def path(world: World) -> str:
        return reverse(route, args=[world.guild.slug, world.extra[kind].pk])  # type: ignore[attr-defined]

    return Page(f"{route} of the {kind.replace('_', ' ')}", path, only("steward", "hub_steward"))


def _invited(world: World, make: Callable[[Invitation], str] = lambda row: link_token(row.pk)) -> str:
    """The secret of a mail that went to somebody without an account."""
    return make(Invitation.objects.get(guild=world.guild, email="asha@example.net"))


def _tried(world: World, *, is_one: bool = False) -> str:
    """Other numbers in the address, and perhaps the person whose work is explained."""
    latest = Policy.objects.filter(guild=world.guild).latest("version")
    numbers = {name: getattr(latest, name) for name in NUMBERS} | {"points_per_hour": 20, "since": ""}
    asked = {**numbers, "person": world.contributor.pk} if is_one else numbers
    return f"{reverse('guilds:try_policy', args=[world.guild.slug])}?{urlencode(asked)}"


PAGES: tuple[Page, ...] = (
    _named("front", everybody()),
    _named("numbers", everybody()),
    _named("public_log", everybody()),
    _named("public_log", everybody(), "?entry=2"),
    _named("public_log", everybody(), "?first=3"),
    _named("log_checkpoint", everybody()),
    Page("log_checkpoint_of", lambda world: reverse("log_checkpoint_of", args=[world.extra["log_size"]]), everybody()),
    Page("log_checkpoint_of none", lambda world: "/log-proof/checkpoint/1", everybody(404)),
    _named("log_keys", everybody()),
    Page("log_proof", lambda world: "/log-proof/proof/2", everybody()),
    Page("log_tile", lambda world: "/log-proof/tile/0/000.p/2", everybody()),
    Page("log_tile that is none", lambda world: "/log-proof/tile/0/x999/999", everybody(404)),
    _named("search", everybody()),
    _named("search", everybody(), "?q=flod+vilage&kind=problem&page=1"),
    _named("guilds:guilds", everybody()),
    _named("guilds:guild_new", signed_in()),
    _of("guilds:guild", "guild", everybody()),
    _of("guilds:guild", "proposed_guild", {**everybody(404), "outsider": 200, "hub_steward": 200}),
    _of("guilds:guild", "closed_guild", everybody()),
    _of("guilds:guild_edit", "guild", only("steward", "hub_steward")),
    _of(
        "guilds:guild_edit", "proposed_guild", {**everybody(404), "anonymous": 302, "outsider": 200, "hub_steward": 403}
    ),
    _of("guilds:care", "guild", only("steward", "hub_steward")),
    _of("guilds:policy", "guild", everybody()),
    _of("guilds:try_policy", "guild", only("steward", "hub_steward")),
    Page("guilds:try_policy with a result", _tried, only("steward", "hub_steward")),
    Page(
        "guilds:try_policy of one person under the draft",
        lambda world: f"{reverse('guilds:try_policy', args=[world.guild.slug])}?draft=1&person={world.contributor.pk}",
        only("steward", "hub_steward"),
    ),
    Page("guilds:try_policy of one person", partial(_tried, is_one=True), only("steward", "hub_steward")),
    _of("guilds:policy_draft", "guild", only("steward", "hub_steward")),
    _of("guilds:policy_draft_progress", "guild", only("steward", "hub_steward")),
    _of("guilds:invitations", "guild", only("steward", "hub_steward")),
    _of_list("guilds:invitation_list", "invitation_list"),
    _of_list("guilds:invitation_list", "invitation_draft"),
    _of_list("guilds:invitation_rows", "invitation_draft"),
    _of_list("guilds:invitation_progress", "invitation_list"),
    _named("invitation_kept", everybody(404)),
    Page("invitation", lambda world: reverse("invitation", args=[_invited(world)]), everybody()),
    Page("invitation spent", lambda world: reverse("invitation", args=["none"]), everybody(404)),
    Page("invitation_stop", lambda world: reverse("invitation_stop", args=[_invited(world, stop_token)]), everybody()),
    _of("guilds:export", "guild", signed_in()),
    _of_export("guilds:export_file", "public_export", signed_in()),
    _of_export("guilds:export_file", "named_export", only("steward", "hub_steward")),
    _of_export("guilds:export_progress", "named_export", only("steward", "hub_steward", others=404)),
    _named("join", everybody(404)),
    Page("join_by_link", lambda world: reverse("join_by_link", args=[world.extra["token"]]), everybody()),
    Page("join_by_link spent", lambda world: reverse("join_by_link", args=["none"]), everybody(404)),
    _of("guilds:ledger", "guild", everybody()),
    _of("guilds:month", "guild", everybody()),
    _named("projects:problems_map", everybody()),
    _named("projects:problems", everybody()),
    _named("projects:problems", everybody(), "?text=flood&language=en&page=1"),
    _named("projects:problems_feed", everybody()),
    _named("projects:problems_feed", everybody(), "?text=flood&language=en"),
    _named("projects:problems_geojson", everybody(), "?text=flood&language=en"),
    _named("projects:tasks_feed", everybody(), "?guild=river"),
    _named("projects:problem_new", signed_in()),
    _of("projects:problem", "problem", everybody()),
    _of("projects:problem", "draft_problem", {**everybody(404), "contributor": 200}),
    _of("projects:problem", "submitted_problem", everybody()),
    _of(
        "projects:problem",
        "rejected_problem",
        {**everybody(404), "contributor": 200, "maintainer": 200, "steward": 200, "hub_steward": 200},
    ),
    *(_of_step(step) for step in ("what", "where", "known", "check")),
    _of("projects:problem", "merged_problem", everybody()),
    _of("projects:problem_people", "problem", everybody()),
    _of("projects:voices", "problem", everybody()),
    _of("projects:voice_new", "problem", only(*MEMBERS)),
    _of("projects:problem_edit", "problem", only(*MAINTAINERS)),
    _of("projects:problem_edit", "draft_problem", only("contributor", others=404)),
    _of("projects:project_new", "problem", only(*MEMBERS)),
    _of("projects:project_new", "submitted_problem", only(*MEMBERS)),
    _of("projects:project", "project", everybody()),
    _of("projects:project_edit", "project", only(*MAINTAINERS)),
    _of("projects:project_tasks", "project", everybody()),
    _of("projects:project_timeline", "project", everybody()),
    _of("projects:task_templates", "project", only(*MAINTAINERS)),
    _of("projects:task_new", "project", only(*MAINTAINERS)),
    _of("projects:task", "task", everybody()),
    _of("projects:task", "claimed_task", everybody()),
    _of("projects:task", "open_work", everybody()),
    _of("projects:task", "draft_task", {**everybody(404), "maintainer": 200, "steward": 200}),
    _of("projects:task_edit", "task", only(*MAINTAINERS)),
    _named("contributions:log", signed_in()),
    _named("contributions:outbox", {**signed_in(), "anonymous": 401}),
    _named("service_worker", everybody()),
    _named("manifest", everybody()),
    _named("offline", everybody()),
    _named("contributions:hours", signed_in()),
    _named("contributions:year", signed_in()),
    _of("contributions:project_hours", "project", everybody()),
    _named("contributions:points", signed_in()),
    _of("contributions:contribution", "waiting_work", only(*MEMBERS, "hub_steward", others=404)),
    _of("contributions:contribution", "approved_work", only(*MEMBERS, "hub_steward", others=404)),
    _of("contributions:contribution", "returned_work", only(*MEMBERS, "hub_steward", others=404)),
    _of("contributions:contribution", "draft_work", only("contributor", others=404)),
    _of("contributions:edit", "draft_work", only("contributor", others=404)),
    _of("contributions:edit", "returned_work", only("contributor", others=404)),
    _named("contributions:reviews", only(*REVIEWERS)),
    _named("contributions:challenges", signed_in()),
    Page(
        "contributions:challenge",
        lambda world: world.extra["challenge"].get_absolute_url(),  # type: ignore[attr-defined]
        only("contributor", *REVIEWERS, "hub_steward", others=404),
    ),
    _of("contributions:board", "guild", only("contributor", *REVIEWERS, "hub_steward")),
    _named("contributions:second_looks", only(*REVIEWERS)),
    _of("contributions:trust", "guild", only("contributor", *REVIEWERS, "hub_steward")),
    _named("contributions:integrity_cases", only("steward", "hub_steward")),
    Page(
        "contributions:integrity_case",
        lambda world: world.extra["pattern"].get_absolute_url(),  # type: ignore[attr-defined]
        only("steward", "hub_steward"),
    ),
    _named("contributions:snippets", signed_in()),
    _of("contributions:review_queue", "project", only(*REVIEWERS)),
    _of("contributions:history", "project", only(*MAINTAINERS)),
    _of_history("contributions:history_import", "history_import"),
    _of_history("contributions:history_import_progress", "history_import"),
    _of_history("contributions:history_acceptance_progress", "acceptance"),
    _named("notices:inbox", signed_in()),
    _named("notices:choices", signed_in()),
    Page(
        "notices:stop", lambda world: reverse("notices:stop", args=[mail_stop_token(world.contributor.pk)]), everybody()
    ),
    Page("notices:stop cut short", lambda world: "/mail/stop/none/", everybody(404)),
    Page("moderation:report", lambda world: f"/report/problem/{world.problem.pk}/", everybody()),
    Page(
        "moderation:report of the draft problem",
        lambda world: f"/report/problem/{world.extra['draft_problem'].pk}/",
        {**everybody(404), "contributor": 200},
    ),
    Page(
        "moderation:report of somebody's hours",
        lambda world: f"/report/contribution/{world.extra['waiting_work'].pk}/",
        {**everybody(404), **dict.fromkeys(("contributor", *REVIEWERS), 200)},
    ),
    _named("moderation:cases", only("steward", "hub_steward")),
    _named("moderation:cases", only("steward", "hub_steward"), "?done=1"),
    Page(
        "moderation:case that waits",
        lambda world: world.extra["waiting_case"].get_absolute_url(),
        only("newcomer", "steward", "hub_steward", others=404),
    ),
    Page(
        "moderation:case that is hidden",
        lambda world: world.extra["hidden_case"].get_absolute_url(),
        only("newcomer", "contributor", "steward", "hub_steward", others=404),
    ),
    Page("person", lambda world: "/u/rimjhim/", everybody()),
    Page(
        "person of the closed",
        lambda world: "/u/tariq/",
        {**everybody(404), **only(*MEMBERS, "hub_steward", others=404, anonymous=404)},
    ),
    Page("person_work", lambda world: "/u/rimjhim/work/", everybody()),
    Page("person_report", lambda world: "/u/rimjhim/report/", everybody()),
    _named("accounts:settings", signed_in()),
    _named("accounts:export", signed_in()),
    _named("accounts:tokens", signed_in()),
    _named("accounts:door", signed_in()),
    _named("accounts:password", signed_in()),
    _named("accounts:sessions", signed_in()),
    _named("api_docs", everybody()),
    Page("api_topic", lambda world: reverse("api_topic", args=["contributions"]), everybody()),
    _named("appearance", everybody()),
    _named("languages", everybody()),
    _named("home", signed_in()),
    _named("matching:welcome", everybody()),
    _named("matching:welcome", everybody(), "?kind=code&place=Majuli&language=as&minutes=60"),
    Page("matching:question", lambda world: "/welcome/where/", everybody()),
    Page("matching:question of time", lambda world: "/welcome/time/", everybody()),
    Page("matching:question that is none", lambda world: "/welcome/none/", everybody(404)),
    _named("matching:tasks", everybody()),
    _named("matching:tasks", everybody(), "?kind=code&kind=field&place=Majuli&language=as&minutes=60"),
    _named("matching:tasks", everybody(), "?minutes=15"),
    _named("ops", only("steward", "hub_steward")),
    _named("ops_mails", only("hub_steward")),
    # Only on the machine of a demo or in debug; tests run as a real guild does.
    _named("mail", everybody(404)),
    _named("components", everybody(404)),
    _named("gallery_mails", everybody(404)),
    Page("gallery_mail", lambda world: reverse("gallery_mail", args=["digest"]), everybody(404)),
    Page("demo_login", lambda world: reverse("demo_login", args=["contributor"]), everybody(404)),
    _named("demo_switch", everybody(405)),
    _named("robots", everybody()),
    _named("healthz", everybody()),
    _named("readyz", everybody()),
)


def busy_world() -> World:
    """A world with several of everything, so that a statement too many for each row shows."""
    now = timezone.now()
    start = now - timedelta(days=3)
    world = make_world(start)
    for name in (*MEMBERS, "outsider"):
        save_profile(subject=getattr(world, name), display_name=f"The {name}")
    opened = {"is_name_public": True, "public_sections": ["about", "guilds", "hours", "projects", "reputation"]}
    save_profile(
        subject=world.contributor, handle="rimjhim", about="I draw *maps*.", links=["https://example.org"], **opened
    )
    save_profile(subject=world.reviewer, handle="tariq", about="Nobody's business.")
    save_availability(
        by=world.contributor, now=start, kinds=["code"], place="Majuli", languages=["as", "en"], minutes_a_week=180
    )
    words = {"statement": "It happens.", "affected_people": "farmers", "place": "Majuli"}
    for number in range(3):
        told = draft_problem(
            guild=world.guild, by=world.contributor, now=start, title=f"Problem {number}", **words, evidence="seen"
        )
        world.extra["submitted_problem"] = submit_problem(problem=told, by=world.contributor, now=start)
    told = draft_problem(guild=world.guild, by=world.contributor, now=start, title="Not ours", **words)
    submit_problem(problem=told, by=world.contributor, now=start)
    world.extra["rejected_problem"] = decide_problem(
        problem=told, to="rejected", by=world.maintainer, now=start, reason="It belongs to another guild."
    )
    world.extra["draft_problem"] = draft_problem(guild=world.guild, by=world.contributor, now=start, title="A draft")
    _hear_people(world, start)
    for number in range(3):
        make_task(world, world.maintainer, start, title=f"Task {number}")
        task = make_task(world, world.maintainer, start, title=f"Claimed {number}")
        world.extra["claimed_task"] = claim_task(
            task=task, by=(world.contributor, world.reviewer)[number % 2], now=start
        )
    world.extra["draft_task"] = draft_task(project=world.project, by=world.maintainer, now=start, title="A draft")
    world.extra["proposed_guild"] = propose_guild(
        slug="proposed", name="Proposed", summary="Not open yet.", by=world.outsider, now=start
    )
    _look_after_guilds(world, start, now)
    _log_and_judge(world, start)
    _draft_rules(world, now)
    _bring_history(world, now)
    _report_and_hide(world, start)
    _sign_log(world, now)
    return world


def _sign_log(world: World, now: datetime) -> None:
    """Two checkpoints of the public log, the second of everything that happened."""
    ring = KeyRing(PrivateKey("guild.test/log-proof", bytes(32)).secret_text())
    append_events(list(Event.objects.order_by("pk")[:70]), now=now)
    first = publish_checkpoint(now=now, ring=ring)
    deliver_until_empty(LOG_CONSUMER, now=now)
    publish_checkpoint(now=now, ring=ring, at_once=True)
    world.extra["log_size"] = first.size if first else 0


def _hear_people(world: World, start: datetime) -> None:
    """Voices, endorsements, a duplicate with both, a template, and a task with notes on it."""
    told = draft_problem(
        guild=world.guild,
        by=world.reviewer,
        now=start,
        title="The same again",
        statement="s",
        affected_people="p",
        place="M",
    )
    told = submit_problem(problem=told, by=world.reviewer, now=start)
    for problem in (world.problem, told):
        for number in range(3):
            voice = add_voice(
                problem=problem, by=(world.contributor, world.reviewer)[number % 2], now=start, words=f"Said {number}",
                role="fisher", consent="spoken", consented_on=start.date(), is_public=number > 0,
            )  # fmt: skip
        for person, kind in ((world.contributor, "affected"), (world.reviewer, "support")):
            endorse_problem(problem=problem, by=person, kind=kind, now=start)
    withdraw_voice(voice=voice, by=world.maintainer, now=start)
    world.extra["merged_problem"] = mark_duplicate_problem(
        problem=told, original=world.problem, by=world.maintainer, now=start
    )
    save_task_template(task=world.task, by=world.maintainer, now=start)
    held = make_task(world, world.maintainer, start, title="Begun and given back")
    for person in (world.contributor, world.reviewer):
        claim_task(task=held, by=person, now=start)
        note_progress(task=held, by=person, now=start, words=f"Half of it, says {person.pk}", percent=50)
        release_task(task=held, by=person, now=start, words=f"The rest is in the folder, says {person.pk}")


def _look_after_guilds(world: World, start: datetime, now: datetime) -> None:
    """People who ask, links, an offer, a proposal to close, files to take, and a guild that was closed."""
    guild, steward = world.guild, world.steward
    second = make_person("second")
    join_guild(guild=guild, by=second, now=start)
    grant_right(guild=guild, subject=second, right="steward", by=steward, now=start, until=now + timedelta(days=30))
    change_joining(guild=guild, joining="request", by=steward, now=start)
    for number in range(3):
        asks = make_person(f"asks-{number}")
        world.extra["join_request"] = ask_to_join(guild=guild, by=asks, words="I live there.", now=start)
        made = make_invite(guild=guild, by=steward, now=start, uses_most=9, expires_at=now + timedelta(days=9))
    world.extra |= {"token": made.token, "invite": made.link}
    world.extra["handover"] = offer_stewardship(guild=guild, to=world.contributor, by=steward, now=start)
    publish_policy(guild=guild, by=steward, now=now, effective_at=now + timedelta(days=1), claim_lease_days=9)
    for kind, has_names in (("public_export", False), ("named_export", True)):
        export = order_export(guild=guild, has_names=has_names, by=steward, now=now)
        make_export(export_id=export.pk, now=now)
        world.extra[kind] = export
    _invite_many(world, start)
    closed = make_world(start)
    others = grant_right(guild=closed.guild, subject=closed.contributor, right="steward", by=closed.steward, now=start)
    closing = propose_closing(guild=closed.guild, by=others.subject, reason="The river moved.", now=start)
    world.extra["closed_guild"] = confirm_closing(closing=closing, by=closed.steward, now=start)
    world.extra["closing"] = propose_closing(guild=guild, by=second, reason="Are we done?", now=start)


def _invite_many(world: World, start: datetime) -> None:
    """A list that was sent, and one that is looked at, with rows that can't be used."""
    people = b"email,name\n" + b"".join(b"%s@example.net,Asha\n" % name for name in (b"asha", b"ben", b"chi"))
    bad = b"".join(b"nobody %d,=1+1\n" % number for number in range(60)) + b"asha@example.net,Asha\n"
    for kind, data in (("invitation_list", people + bad), ("invitation_draft", people + bad + b"dan@example.net\n")):
        row = bring_invitations(guild=world.guild, by=world.steward, now=start, read=partial(read_people, data))
        if kind == "invitation_list":
            send_invitations(invitation_list=row, by=world.steward, now=start)
            send_due_invitations(list_id=row.pk, now=start)
        world.extra[kind] = row


def _log_and_judge(world: World, start: datetime) -> None:
    """Hours in every state, the verdicts on them, and the notices that tell of it."""

    def log(by: Subject, minutes: int, note: str = "Talked to the village") -> Contribution:
        day = EntryInput(start.date(), minutes)
        return log_hours(
            by=by, client_id=uuid7(), task=world.open_work, entries=[day], note=note, now=start
        ).contribution

    me, reviewer = world.contributor, world.reviewer
    for number in range(2):
        work = log(me, 60 + number)
        approve_contribution(contribution=work, by=reviewer, rubric=4, minutes=60, now=start, reason="Clear.")
        world.extra["approved_work"] = work
        work = log(me, 30)
        return_contribution(contribution=work, by=reviewer, reason="Which photos?", now=start)
        world.extra["returned_work"] = work
        world.extra["draft_work"] = log(me, 90, note="")
        world.extra["waiting_work"] = log(me, 45)
        log(world.maintainer, 20)
    work = log(me, 15)
    reject_contribution(contribution=work, by=reviewer, reason="Done before.", next_step="Take a task.", now=start)
    withdraw_contribution(contribution=log(me, 10), by=me, now=start)
    work = log(me, 25)
    approve_contribution(contribution=work, by=reviewer, rubric=2, minutes=15, now=start, reason="Where are the rest?")
    disputed = raise_challenge(contribution=work, by=me, reason="It took 25 minutes.", now=start)
    for consumer in consumers_with_due_events(now=timezone.now()):
        deliver_until_empty(consumer, now=timezone.now())
    for minutes in (1, 3):
        run_challenges(now=start + timedelta(minutes=minutes))
    world.extra["challenge"] = disputed
    for place, seated in ((8, world.maintainer), (9, world.steward)):  # whoever the lot drew besides
        if not disputed.seats.filter(subject=seated).exists():
            PanelSeat.objects.create(challenge=disputed, subject=seated, place=place, asked_at=start)
    world.extra["vouch"] = Vouch.objects.create(guild=world.guild, voucher=world.steward, subject=me, vouched_at=start)
    world.extra["sanction"] = Sanction.objects.create(
        guild=world.guild, subject=me, kind="vouching", reason="We talked.", put_by=world.steward, begins_at=start,
        ends_at=start + timedelta(days=300),
    )  # fmt: skip
    world.extra["pattern"] = IntegrityCase.objects.create(
        guild=world.guild, kind="long_hours", fingerprint="f" * 64, subjects=[me.pk], weight=9, found_at=start,
        seen_at=timezone.now(),
        evidence={"pieces": 7, "minutes": 1260, "usual_minutes": 420, "times_x10": 30},
    )  # fmt: skip
    world.extra["look"] = SecondLook.objects.filter(outcome="waiting").latest("asked_at")


def _draft_rules(world: World, now: datetime) -> None:
    """A version that was published with its reason, and a draft that was tried on the past."""
    asked = {"guild": world.guild, "by": world.steward, "now": now}
    draft = save_policy_draft(**asked, points_per_hour=12, reason="Two more, because rents rose.")
    publish_policy_draft(draft=draft, by=world.steward, now=now)
    draft = save_policy_draft(**asked, points_per_hour=20, review_points=3, reason="As many as elsewhere.")
    simulate_policy_draft(draft=draft, by=world.steward, since=None, now=now)
    world.extra["policy_draft"] = draft


def _report_and_hide(world: World, now: datetime) -> None:
    """Reports that wait, and one problem that a steward hid."""
    for number in range(3):
        told = draft_problem(
            guild=world.guild, by=world.contributor, now=now, title=f"Buy {number}", statement="s",
            affected_people="p", place="q",
        )  # fmt: skip
        told = submit_problem(problem=told, by=world.contributor, now=now)
        case = report_writing(kind="problem", object_id=told.pk, by=world.newcomer, concern="spam", now=now).case
        world.extra["waiting_case"] = case
        if number == 0:
            world.extra["hidden_case"] = hide_writing(
                case=case, by=world.steward, concern="spam", reason="It sells something.", now=now
            )


def _bring_history(world: World, now: datetime) -> None:
    """Two histories that were read; the sessions of the first were accepted."""
    project, by = world.project, world.maintainer
    first, more = days_of("Mo", 2), days_of("Mo", 3, first=50) + days_of("Li", 2, first=90)
    for commits in (first, more):
        row = upload_history(project=project, by=by, file_name="history.jsonl.gz", data=as_file(commits), now=now)
        start_import(history_import=row, by=by, now=now)
        read_import(import_id=row.pk, now=now)
        if commits is first:
            acceptance = start_acceptance(project=project, by=by, now=now)
            continue_acceptance(acceptance_id=acceptance.pk, now=now)
            world.extra["acceptance"] = acceptance
        world.extra["history_import"] = row


def client_of(world: World, reader: str) -> Client:
    """A browser in which that reader is signed in (or nobody, for "anonymous")."""
    client = Client()
    if reader != "anonymous":
        client.force_login(getattr(world, reader).user)
    return client
