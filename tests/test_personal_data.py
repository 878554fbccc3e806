"""Whom guildhub knows, it can tell and forget: every model says how, and nothing a person wrote is left afterwards."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta
from functools import partial

import pytest
from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.socialaccount.models import SocialAccount, SocialApp, SocialToken
from allauth.usersessions.models import UserSession
from django.apps import apps
from django.contrib.admin.models import LogEntry as AdminLogEntry
from django.contrib.contenttypes.models import ContentType
from django.contrib.sessions.models import Session
from django.db import DatabaseError, connection, models, transaction

from accounts.models import ImportedIdentity, Subject, User
from accounts.queries import email_hash, linked_subjects
from accounts.services import claim_identity, erase_person, export_person, make_token, save_profile
from contributions.history.rules import Author, Commit
from contributions.models import (
    Contribution,
    ImportedSession,
    IntegrityCase,
    PanelSeat,
    ReviewAssignment,
    Score,
    SecondLook,
    TimeEntry,
)
from contributions.services import (
    EntryInput,
    add_snippet,
    approve_contribution,
    give_verdict,
    log_hours,
    reject_contribution,
    return_contribution,
)
from contributions.services.challenges import raise_challenge
from contributions.services.history import bring_history
from contributions.services.history_acceptance import accept_history
from contributions.services.simulation import simulate_policy_draft
from core.deliveries import consumers_with_due_events, deliver_until_empty
from core.event_kinds import EVENT_KINDS
from core.idempotency import answer_once
from core.ids import uuid7
from core.log_integrity import walk_log
from core.log_walk import LogCounts
from core.models import Delivery, Event, LogEntry, LogRoot, LogSalt, StateChange
from core.public_log import CONSUMER, names_one_of
from core.registries import integrity_checks, personal_data, unclassified
from guildhub.models import MondayMail
from guilds.invitation_reading import read_people
from guilds.services import (
    ask_to_join,
    bring_invitations,
    change_joining,
    grant_right,
    make_invite,
    offer_stewardship,
    order_export,
    propose_closing,
    propose_guild,
    publish_policy_draft,
    save_policy_draft,
    send_invitations,
)
from matching.services import save_availability
from moderation.models import Case
from moderation.services import hide_writing, report_writing
from notices.models import Mail
from notices.services import save_mail_choices
from projects.models import UnreviewedWork, Voice
from projects.services import (
    add_voice,
    claim_task,
    decide_problem,
    draft_problem,
    draft_task,
    endorse_problem,
    note_progress,
    propose_project,
    save_task_template,
    submit_problem,
)
from reputation.integrity import CHECKS, findings
from reputation.models import Account, Entry, ExpiryWarning, Sanction, Transfer, Vouch
from tests.factories import World, make_author, make_task, make_world, verify_email

OUR_APPS = {
    *("core", "accounts", "notices", "guilds", "reputation", "projects", "contributions", "matching", "guildhub"),
}
#: In every word that the person of these tests writes or is called by.
MARK = "zqx7"


@dataclass
class Life:
    """A person with a row in every table that can hold one, and the world they live in."""

    world: World
    person: Subject
    author: ImportedIdentity


def our_models() -> list[type[models.Model]]:
    return [model for label in sorted(OUR_APPS) for model in apps.get_app_config(label).get_models()]


def deliver_everything(world: World) -> None:
    for _ in range(5):
        for consumer in consumers_with_due_events(now=world.now):
            deliver_until_empty(consumer, now=world.now)


def work(world: World, person: Subject, minutes: int = 60) -> Contribution:
    task = make_task(world, world.maintainer, world.now)
    return log_hours(
        by=person,
        client_id=uuid7(),
        task=task,
        entries=[EntryInput(world.now.date() - timedelta(days=1), minutes, world.later(hours=9) - timedelta(hours=8))],
        note=f"I labelled photos {MARK}" if person == world.contributor else "I labelled photos",
        link=f"https://example.org/{MARK}" if person == world.contributor else "",
        now=world.now,
    ).contribution


def look_after_guilds(world: World, person: Subject) -> None:
    """Proposes a guild, asks to join another, and does for the world's what a steward does."""
    propose_guild(slug=f"guild-{MARK}", name=MARK, summary=MARK, contact=MARK, by=person, now=world.now)
    other = make_world(world.now)
    change_joining(guild=other.guild, joining="request", by=other.steward, now=world.now)
    ask_to_join(guild=other.guild, by=person, words=f"I am {MARK}", now=world.now)
    grant_right(guild=world.guild, subject=person, right="steward", by=world.steward, now=world.now)
    make_invite(guild=world.guild, by=person, now=world.now, uses_most=3, expires_at=world.now + timedelta(days=3))
    offer_stewardship(guild=world.guild, to=world.maintainer, by=person, now=world.now)
    propose_closing(guild=world.guild, by=person, reason=f"Done, says {MARK}", now=world.now)
    order_export(guild=world.guild, has_names=True, by=person, now=world.now)
    draft = save_policy_draft(guild=world.guild, by=person, now=world.now, points_per_hour=9, reason=f"So {MARK} says")
    simulate_policy_draft(draft=draft, by=person, since=None, now=world.now)
    publish_policy_draft(draft=draft, by=person, now=world.now)
    save_policy_draft(guild=world.guild, by=person, now=world.now, points_per_hour=8, reason=f"So {MARK} thinks")
    told = partial(read_people, f"email,name\n{MARK}@example.org,{MARK}\n".encode())
    send_invitations(
        invitation_list=bring_invitations(guild=other.guild, by=other.steward, read=told, now=world.now),
        by=other.steward,
        now=world.now,
    )
    bad = partial(read_people, f"email\n{MARK}\n".encode())
    bring_invitations(guild=world.guild, by=person, read=bad, now=world.now)


def speak_for_people(world: World, person: Subject) -> None:
    """Writes down a voice, stands behind a problem, notes how far a task is, keeps a template."""
    add_voice(
        problem=world.problem, by=person, now=world.now, words=f"So they said {MARK}", role=f"fisher {MARK}", place=MARK,
        translation=MARK, consent="spoken", consented_on=world.now.date(), is_public=True,
    )  # fmt: skip
    endorse_problem(problem=world.problem, by=person, kind="affected", now=world.now)
    task = make_task(world, world.maintainer, world.now, title="Half done")
    claim_task(task=task, by=person, now=world.now)
    note_progress(task=task, by=person, now=world.now, words=f"As {MARK} left it", link=f"https://example.org/{MARK}/2")
    save_task_template(task=task, by=person, now=world.now)


@pytest.fixture
def life(db: None) -> Life:
    """A life, for one test."""
    return make_life()


def make_life() -> Life:
    """The contributor of a world: logs in, is named, was imported, tells, works, reviews, is judged, gives reasons."""
    world = make_world()
    person = world.contributor
    User.objects.filter(subject=person).update(email=f"{MARK}@example.org")
    person.refresh_from_db()
    verify_email(person)
    save_profile(subject=person, display_name=f"Asha {MARK}", handle=f"asha-{MARK}", timezone="Asia/Kolkata")
    page = {"about": f"I am {MARK}.", "links": [f"https://example.org/~{MARK}"], "public_sections": ["about"]}
    save_profile(subject=person, is_name_public=True, may_be_indexed=True, **page)
    author = make_author(f"A. {MARK}", f"{MARK}@work.example")
    verify_email(person, f"{MARK}@work.example")
    claim_identity(identity=author, by=person, now=world.now)
    commits = [
        Commit(f"{n:x}" * 40, False, Author(author.name, author.email_hash), world.now - timedelta(days=10 * n))
        for n in (1, 2)
    ]
    bring_history(project=world.project, commits=commits[:1], by=world.maintainer, now=world.now)
    accept_history(project=world.project, by=world.maintainer, now=world.now)
    draft_problem(
        guild=world.guild, by=person, now=world.now, title=f"A draft {MARK}", statement=MARK, evidence=MARK, place=MARK
    )
    grant_right(guild=world.guild, subject=person, right="reviewer", by=world.steward, now=world.now)
    grant_right(guild=world.guild, subject=person, right="maintainer", by=world.steward, now=world.now)
    bring_history(project=world.project, commits=commits, by=person, now=world.now, file_name=f"{MARK}.jsonl.gz")
    propose_project(problem=world.problem, by=person, now=world.now, title=f"Proposal {MARK}", summary=MARK)
    draft_task(project=world.project, by=person, now=world.now, title=f"Maybe {MARK}", description=MARK)

    approve_contribution(contribution=work(world, person), by=world.reviewer, rubric=4, minutes=60, now=world.now)
    disputed = work(world, person)
    approve_contribution(contribution=disputed, by=world.reviewer, rubric=2, minutes=5, now=world.now)
    raise_challenge(contribution=disputed, by=person, reason=f"Dear panel {MARK}", now=world.now)
    theirs = work(world, world.maintainer)
    approve_contribution(contribution=theirs, by=world.reviewer, rubric=2, minutes=5, now=world.now)
    case = raise_challenge(contribution=theirs, by=world.maintainer, reason="No.", now=world.now)
    PanelSeat.objects.create(
        challenge=case, subject=person, place=1, asked_at=world.now, state="voted", vote="overturn", minutes=0,
        answered_at=world.now, reason=f"Because {MARK}", next_step=MARK,
    )  # fmt: skip
    SecondLook.objects.filter(contribution=theirs).update(outcome="agreed", looked_by=person, looked_at=world.now)
    IntegrityCase.objects.create(
        guild=world.guild, kind="long_hours", fingerprint="f" * 64, subjects=[person.pk], weight=9, found_at=world.now,
        seen_at=world.now, evidence={}, state="dismissed", closed_at=world.now, closed_by=world.steward, words=MARK,
    )  # fmt: skip
    given = Vouch.objects.create(guild=world.guild, voucher=person, subject=world.steward, vouched_at=world.now)
    Sanction.objects.create(
        guild=world.guild, subject=person, kind="reviewing", reason=MARK, put_by=world.steward, begins_at=world.now,
        ends_at=world.now + timedelta(days=9), lifted_at=world.now, lifted_by=world.hub_steward, lift_reason=MARK,
    )  # fmt: skip
    Sanction.objects.create(
        guild=world.guild, subject=person, kind="vouching", begins_at=world.now,
        ends_at=world.now + timedelta(days=90), vouch=given,
    )  # fmt: skip
    Score.objects.create(guild_id=world.guild.pk, period="all", kind="", subject_id=person.pk, points=9)
    UnreviewedWork.objects.create(guild=world.guild, subject=person, pieces=2)
    waiting = work(world, world.maintainer)
    ReviewAssignment.objects.create(contribution=waiting, reviewer=person, assigned_at=world.now)
    minted = Account.objects.get(subject=person, kind="pts_pending")
    ExpiryWarning.objects.create(account=minted, expires_on=world.now.date(), days_before=14, points=5)
    return_contribution(contribution=work(world, person), by=world.reviewer, reason=f"Dear {MARK}", now=world.now)
    reject_contribution(
        contribution=work(world, person), by=world.reviewer, reason=f"No, {MARK}", next_step=MARK, now=world.now
    )
    work(world, person)
    says = {"verdict": "returned", "reason": f"Asks {MARK}", "now": world.now}
    give_verdict(contribution=work(world, person), by=world.reviewer, **says)
    give_verdict(contribution=work(world, world.maintainer), by=person, **says)
    add_snippet(by=person, words=f"As {MARK} always says.", now=world.now)
    return_contribution(contribution=work(world, world.maintainer), by=person, reason=f"Says {MARK}", now=world.now)

    told = draft_problem(
        guild=world.guild,
        by=world.maintainer,
        now=world.now,
        title="Wells",
        statement="They dry up.",
        affected_people="a village",
        place="Majuli",
    )
    submit_problem(problem=told, by=world.maintainer, now=world.now)
    decide_problem(problem=told, to="parked", by=person, reason=f"Later, says {MARK}", now=world.now)
    speak_for_people(world, person)
    look_after_guilds(world, person)
    monday = world.now.date() - timedelta(days=world.now.weekday())
    MondayMail.objects.create(subject=person, monday=monday, due_at=world.now)
    save_mail_choices(by=person, muted=["claims"], wants_digest=True, now=world.now)
    Mail.objects.create(subject=person, kind="digest", period=monday, due_at=world.now)
    save_availability(
        by=person, now=world.now, kinds=["code"], place=f"near {MARK}", languages=["as"], minutes_a_week=60
    )
    Authenticator.objects.create(user=person.user, type="totp", data={"secret": f"{MARK}"})
    SocialAccount.objects.create(user=person.user, provider="gitea", uid="7", extra_data={"login": MARK})
    UserSession.objects.create(user=person.user, ip="192.0.2.1", user_agent=MARK, session_key=MARK)
    make_token(by=person, name=f"Phone {MARK}", scopes=["read"], days=30, now=world.now)
    answer_once(subject=person.pk, key=f"key-{MARK}", payload=b"{}", now=world.now, write=lambda: (200, f"Dear {MARK}"))
    heard = Voice.objects.get(author=person)
    for kind, row, by in (("project", world.project, person), ("voice", heard, world.reviewer)):
        report_writing(kind=kind, object_id=row.pk, by=by, concern="other", now=world.now, words=f"So says {MARK}")
    case = Case.objects.get(kind="voice")
    hide_writing(case=case, by=world.hub_steward, concern="personal", reason=f"It names {MARK}.", now=world.now)
    for user, changed in ((world.hub_steward.user, person.user), (person.user, world.hub_steward.user)):
        AdminLogEntry.objects.create(
            user=user,
            content_type=ContentType.objects.get_for_model(User),
            object_id=changed.pk,
            object_repr=str(changed),
            action_flag=2,
        )
    deliver_everything(world)
    return Life(world, person, author)


def tables_with(text: str) -> list[str]:
    """Every table in which some row says `text` anywhere."""
    found = []
    with connection.cursor() as cursor:
        for table in connection.introspection.table_names(cursor):
            cursor.execute(f'SELECT count(*) FROM "{table}" AS t WHERE t::text ILIKE %s', [f"%{text}%"])
            if cursor.fetchone()[0]:
                found.append(table)
    return found


def test_every_model_says_how_it_forgets_or_why_it_need_not() -> None:
    packages = [EmailAddress, Session, AdminLogEntry, Authenticator, SocialAccount, SocialApp, SocialToken, UserSession]
    assert unclassified([*our_models(), *packages]) == []


def test_no_model_says_both_or_twice() -> None:
    from core.registries import holds_nothing_personal

    with pytest.raises(ValueError, match="has said before"):
        holds_nothing_personal(User, "nothing to see here")


def test_an_export_speaks_of_every_model_that_knows_the_person(life: Life) -> None:
    told = export_person(subject_id=life.person.pk)
    assert told.keys() == {entry.model._meta.label for entry in personal_data()} - {"core.LogSalt", "sessions.Session"}


def test_an_export_holds_every_word_the_person_wrote_or_is_called_by(life: Life) -> None:
    told = str(export_person(subject_id=life.person.pk))
    for word in (
        f"{MARK}@example.org",
        f"{MARK}@work.example",
        f"Asha {MARK}",
        f"asha-{MARK}",
        "Asia/Kolkata",
        f"A. {MARK}",
        f"I am {MARK}.",
        f"https://example.org/~{MARK}",
        f"A draft {MARK}",
        f"I labelled photos {MARK}",
        f"https://example.org/{MARK}",
        f"Dear {MARK}",
        f"No, {MARK}",
        f"Says {MARK}",
        f"Later, says {MARK}",
        "contribution.approved",
        "contribution_approved",
        f"{MARK}.jsonl.gz",
        "1" * 40,
        "2" * 40,
        "River Watch",
    ):
        assert word in told


def test_an_export_says_the_same_whichever_id_asks(life: Life) -> None:
    assert str(export_person(subject_id=life.author.subject_id)) == str(export_person(subject_id=life.person.pk))


def test_an_export_holds_nothing_of_others(life: Life) -> None:
    told = str(export_person(subject_id=life.world.outsider.pk))
    assert MARK not in told


def test_after_erasing_no_table_holds_a_word_of_the_person(life: Life) -> None:
    assert {"accounts_user", "accounts_profile", "contributions_contribution"} <= set(tables_with(MARK))
    erase_person(subject_id=life.person.pk, by=None, now=life.world.now)
    assert tables_with(MARK) == []


def test_after_erasing_nobody_knows_at_what_hour_the_person_worked(life: Life) -> None:
    mine = TimeEntry.objects.filter(subject=life.person)
    before = list(mine.order_by("pk").values_list("pk", "worked_on", "minutes", "counts"))
    assert mine.filter(started_at__isnull=False, contribution__points__isnull=False).exists()
    erase_person(subject_id=life.person.pk, by=None, now=life.world.now)
    assert not mine.filter(started_at__isnull=False).exists() and not mine.filter(ended_at__isnull=False).exists()
    assert list(mine.order_by("pk").values_list("pk", "worked_on", "minutes", "counts")) == before


@pytest.mark.parametrize(
    ("change", "is_erased"),
    [({"started_at": None, "ended_at": None}, False), ({"minutes": 1}, True), ({"counts": False}, True)],
)
def test_time_of_credited_work_stands_for_everybody_else(
    life: Life, change: dict[str, object], is_erased: bool
) -> None:
    if is_erased:
        erase_person(subject_id=life.person.pk, by=None, now=life.world.now)
    with pytest.raises(DatabaseError, match="stands"), transaction.atomic():
        TimeEntry.objects.filter(subject=life.person, contribution__points__isnull=False).update(**change)


def test_new_commits_of_an_erased_author_name_nobody(life: Life) -> None:
    """Under any address they had proved, and under the names of then or of now."""
    erase_person(subject_id=life.person.pk, by=None, now=life.world.now)
    people = Subject.objects.count()
    for number, address in enumerate((f"{MARK}@work.example", f"{MARK}@example.org"), start=3):
        commit = Commit(f"{number}" * 40, False, Author(f"Asha {MARK}", email_hash(address)), life.world.now)
        bring_history(project=life.world.project, commits=[commit], by=life.world.maintainer, now=life.world.now)
    assert tables_with(MARK) == []
    assert Subject.objects.count() == people
    assert not ImportedSession.objects.filter(subject=life.person, acceptance__isnull=True).exists()
    new = Commit("9" * 40, False, Author("Somebody else", email_hash("else@example.org")), life.world.now)
    bring_history(project=life.world.project, commits=[new], by=life.world.maintainer, now=life.world.now)
    assert ImportedIdentity.objects.filter(name="Somebody else").exists()


def test_erasing_by_an_alias_erases_the_whole_person(life: Life) -> None:
    erase_person(subject_id=life.author.subject_id, by=None, now=life.world.now)
    assert tables_with(MARK) == []
    assert linked_subjects(life.author.subject_id) == [life.person.pk, life.author.subject_id]
    assert Subject.objects.filter(erased_at=life.world.now).count() == 2
    assert not User.objects.filter(subject=life.person).exists()


def sums_and_hashes() -> dict[str, object]:
    """Everything that erasing must leave as it is."""
    return {
        "accounts": list(Account.objects.order_by("pk").values_list("pk", "subject_id", "balance", "version")),
        "entries": [(e.pk, e.amount, e.hash and bytes(e.hash)) for e in Entry.objects.order_by("pk")],
        "transfers": [(t.pk, t.amount, t.arithmetic, bytes(t.content_hash)) for t in Transfer.objects.order_by("pk")],
        "events": list(Event.objects.exclude(kind="person.erased").order_by("pk").values()),
        "leaves": [(e.seq, e.event_id, bytes(e.leaf_hash)) for e in LogEntry.objects.order_by("seq")],
        "roots": [(r.size, bytes(r.root_hash), r.frontier) for r in LogRoot.objects.order_by("size")],
        "credit": list(
            Contribution.objects.order_by("pk").values_list("pk", "state", "points", "minutes_counted", "subject_id")
        ),
    }


def ledger_findings() -> list[str]:
    checks: Iterable[Iterable[str]] = [findings(check) for check in CHECKS]
    return [found for check in [*checks, *(run() for run in integrity_checks("ledger").values())] for found in check]


def test_erasing_changes_no_sum_and_no_hash(life: Life) -> None:
    before = sums_and_hashes()
    assert before["entries"] and before["leaves"]
    erase_person(subject_id=life.person.pk, by=None, now=life.world.now)
    assert sums_and_hashes() == before
    assert ledger_findings() == []
    counts = LogCounts()
    assert list(walk_log(counts)) == []
    assert (
        counts.without_salt
        == Event.objects.filter(names_one_of([life.person.pk, life.author.subject_id]))
        .exclude(kind="person.erased")
        .count()
    )
    assert 10 < counts.without_salt < counts.entries


def test_erasing_keeps_the_salts_of_events_that_name_others_only(life: Life) -> None:
    others = set(
        LogSalt.objects.exclude(
            event__in=Event.objects.filter(names_one_of([life.person.pk, life.author.subject_id]))
        ).values_list("pk", flat=True)
    )
    erase_person(subject_id=life.person.pk, by=None, now=life.world.now)
    assert others
    assert set(LogSalt.objects.values_list("pk", flat=True)) == others


def test_erasing_twice_is_erasing_once(life: Life) -> None:
    ids = erase_person(subject_id=life.person.pk, by=None, now=life.world.now)
    deliver_everything(life.world)
    rows = {model: list(model._default_manager.order_by("pk").values()) for model in our_models()}
    life.world.later(days=1)
    assert erase_person(subject_id=life.person.pk, by=None, now=life.world.now)[0] == ids[0]
    for model, before in rows.items():
        assert list(model._default_manager.order_by("pk").values()) == before, model
    assert Event.objects.filter(kind="person.erased").count() == 1


def test_what_is_still_on_its_way_to_the_log_leaves_no_salt_behind(life: Life) -> None:
    late = work(life.world, life.person)
    assert Delivery.objects.filter(consumer=CONSUMER, event__object_id=late.pk).exists()
    erase_person(subject_id=life.person.pk, by=None, now=life.world.now)
    deliver_everything(life.world)
    named = Event.objects.filter(names_one_of([life.person.pk]))
    assert LogEntry.objects.filter(event__in=named).count() == named.count()
    assert not LogSalt.objects.filter(event__in=named).exists()
    assert list(walk_log(LogCounts())) == []


def test_words_that_reach_an_inbox_late_go_with_the_second_erasing(life: Life) -> None:
    approve_contribution(
        contribution=work(life.world, life.person), by=life.world.reviewer, rubric=4, minutes=30, now=life.world.now
    )
    erase_person(subject_id=life.person.pk, by=None, now=life.world.now)
    deliver_everything(life.world)
    erase_person(subject_id=life.person.pk, by=None, now=life.world.now)
    assert not life.person.notices.exists()


#: Every column of the ledger and the log that could hold words, and what keeps words about people out of it.
CLOSED_COLUMNS = {
    "core_event.kind": "constraint event_kind_is_noun_verb",
    "core_event.object_kind": "constraint event_object_kind_is_word",
    "core_event.data": "core/event_kinds.py: ids, whole numbers, small words and dates",
    "core_logroot.frontier": "hex of hashes",
    "reputation_account.kind": "choices, and constraint account_kind_has_its_owner",
    "reputation_account.unit": "choices, and constraint account_kind_has_its_unit",
    "reputation_transfer.reason": "choices, and constraint transfer_reason_known",
    "reputation_transfer.source_kind": "the caller's word for its own table",
    "reputation_transfer.idempotency_key": "reason, source kind, source id and number",
    "reputation_transfer.unit": "choices, and the account's constraint",
    "reputation_transfer.arithmetic": "reputation.services refuses text longer than a word and addresses",
}


def test_no_column_of_ledger_or_log_can_hold_words_about_people() -> None:
    wordy = (models.CharField, models.TextField, models.JSONField, models.FileField, models.GenericIPAddressField)
    tables = (Event, LogEntry, LogSalt, LogRoot, Account, Transfer, Entry)
    found = {
        f"{model._meta.db_table}.{field.column}"
        for model in tables
        for field in model._meta.concrete_fields
        if isinstance(field, wordy)
    }
    assert found == CLOSED_COLUMNS.keys()


def test_all_that_happened_fits_the_declared_shapes(life: Life) -> None:
    """What a whole life records, read back from the database."""
    for event in Event.objects.all():
        assert event.data.keys() <= EVENT_KINDS[event.kind].keys()
    assert StateChange.objects.filter(reason__contains=MARK).exists(), "reasons stand beside the events, not in them"
