"""Contributions' reactions to what happened: tell the contributor, or the reviewer."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from django.db import connection
from django.db.models import Sum
from django.urls import reverse
from django.utils import timezone

from accounts.models import Subject
from accounts.queries import linked_people
from contributions.models import Challenge, Contribution
from contributions.queries.review_queue import waiting_work
from contributions.services.boards import keep_scores
from core.models import Event
from core.registries import subscribe
from guilds.models import Guild
from guilds.queries import live_grants
from notices.services import News, notify
from projects.services import record_review_debt, record_unreviewed_work

_NOTICE_OF = {
    "contribution.approved": "contribution_approved",
    "contribution.returned": "contribution_returned",
    "contribution.rejected": "contribution_rejected",
}


def tell_contributors(events: Sequence[Event]) -> None:
    """One line in the inbox per verdict. The words come from the contribution as it is now; twice is once."""
    ids = {event.object_id for event in events}
    found = Contribution.objects.filter(pk__in=ids, source=Contribution.Source.LOGGED).select_related("task")
    works = {work.pk: work for work in found}
    news = []
    for event in events:
        work = works.get(event.object_id)
        if work is None:
            continue
        params: dict[str, int | str] = {"task": work.task.title}
        if event.kind == "contribution.approved":
            params |= {"minutes": event.data.get("minutes", 0), "points": work.points or 0}
        news.append(
            News(
                subject_id=work.subject_id,
                kind=_NOTICE_OF[event.kind],
                event_id=event.pk,
                url=reverse("contributions:contribution", args=[work.pk]),
                params=params,
                happened_at=event.occurred_at,
            )
        )
    notify(news, now=timezone.now())


def tell_reviewers(events: Sequence[Event]) -> None:
    """One line for a reviewer whose verdict was given and never posted. Twice is once."""
    ids = {event.object_id for event in events}
    works = {work.pk: work for work in Contribution.objects.filter(pk__in=ids).select_related("task")}
    people = Subject.objects.filter(pk__in={event.actor for event in events}, erased_at__isnull=True)
    reviewers = set(people.values_list("pk", flat=True))
    news = [
        News(
            subject_id=event.actor,
            kind="verdict_dropped",
            event_id=event.pk,
            url=reverse("contributions:contribution", args=[event.object_id]),
            params={"task": works[event.object_id].task.title, "why": event.data.get("why", "")},
            happened_at=event.occurred_at,
        )
        for event in events
        if event.actor in reviewers and event.object_id in works
    ]
    notify(news, now=timezone.now())


def tell_of_expiry(events: Sequence[Event]) -> None:
    """One line for a person whose points expire soon, or did. Twice is once."""
    guilds = Guild.objects.in_bulk({event.guild for event in events if event.guild})
    ids = {UUID(event.data["subject"]) for event in events}
    alive = set(Subject.objects.filter(pk__in=ids, erased_at__isnull=True).values_list("pk", flat=True))
    news = [
        News(
            subject_id=UUID(event.data["subject"]),
            kind=event.kind.replace(".", "_"),
            event_id=event.pk,
            url=reverse("contributions:points"),
            params={
                "guild": guilds[event.guild].name,
                "points": event.data["points"],
                **({"on": event.data["on"]} if "on" in event.data else {}),
            },
            happened_at=event.occurred_at,
        )
        for event in events
        if event.guild in guilds and UUID(event.data["subject"]) in alive
    ]
    notify(news, now=timezone.now())


def tell_of_challenges(events: Sequence[Event]) -> None:
    """Those concerned hear that a verdict was disputed and what the panel decided; whoever was drawn is asked. Twice is once."""
    ids = {UUID(event.data["challenge"]) for event in events}
    with_it = ("contribution__task", "review")
    cases = {case.pk: case for case in Challenge.objects.filter(pk__in=ids).select_related(*with_it)}
    wanted = []
    for event in events:
        case = cases.get(UUID(event.data["challenge"]))
        if case is None:
            continue
        parties = {case.contribution.subject_id, case.raised_by_id}
        parties |= {case.review.reviewer_id} if case.review.reviewer_id else set()
        if event.kind == "challenge.seat_asked":
            wanted.append((event, case, UUID(event.data["subject"]), "panel_asked"))
        elif event.kind == "challenge.opened":
            wanted += [(event, case, who, "verdict_disputed") for who in parties if who != case.raised_by_id]
        else:
            wanted += [(event, case, who, event.kind.replace(".", "_")) for who in parties]
    alive = Subject.objects.filter(pk__in={who for _event, _case, who, _kind in wanted}, erased_at__isnull=True)
    living = set(alive.values_list("pk", flat=True))
    news = [
        News(
            subject_id=who,
            kind=kind,
            event_id=event.pk,
            url=reverse("contributions:challenge", args=[case.pk]),
            params={"task": case.contribution.task.title},
            happened_at=event.occurred_at,
        )
        for event, case, who, kind in wanted
        if who in living
    ]
    notify(news, now=timezone.now())


#: Events that move somebody's REP, or whose it is.
_MOVES_REP = (
    "contribution.approved", "contribution.returned", "contribution.rejected", "history.accepted", "challenge.overturned",
    "identity.claimed", "guild.boards_switched", "person.erased",
)  # fmt: skip


def keep_boards(events: Sequence[Event]) -> None:
    """Compute the scores of everybody whom these events touch anew, guild by guild; all of a guild that was switched."""
    whole = {event.guild for event in events if event.kind in ("guild.boards_switched", "history.accepted")}
    everywhere = {
        UUID(str(event.data.get("subject") or event.object_id))
        for event in events
        if event.kind in ("identity.claimed", "person.erased")
    }
    touched: dict[UUID, set[UUID]] = {}
    for event in events:
        if event.guild and "subject" in event.data:
            people = {UUID(event.data["subject"]), event.actor or UUID(event.data["subject"])}
            if event.kind == "challenge.overturned":
                case = Challenge.objects.filter(pk=event.data["challenge"]).select_related("review").first()
                people |= {case.review.reviewer_id} if case and case.review.reviewer_id else set()
            touched.setdefault(event.guild, set()).update(people)
    guilds = (
        Guild.objects.filter(has_boards=True)
        if everywhere
        else Guild.objects.filter(pk__in={one for one in (*touched, *whole) if one})
    )
    now = timezone.now()
    for guild in guilds.order_by("pk"):
        if not guild.has_boards and guild.pk not in whole:
            continue
        people = touched.get(guild.pk, set()) | everywhere
        primary = {linked[0] for linked in linked_people(people).values()}
        keep_scores(guild=guild, people=None if guild.pk in whole else primary | people, now=now)


_COUNTED = ("submitted", "withdrawn", "returned", "approved", "rejected")


def count_waiting(events: Sequence[Event]) -> None:
    """Count again what waits of the touched people and projects, and tell projects, which limit claiming and publishing.

    One at a time: of two that count at once, the older count must not be written last.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended('contributions.count_waiting', 0))")
    people = {(event.guild, UUID(event.data["subject"])) for event in events if event.guild}
    for guild, subject in people:
        pieces = waiting_work([guild]).filter(subject_id=subject).count()
        record_unreviewed_work(guild_id=guild, subject_id=subject, pieces=pieces)
    for project in {UUID(event.data["project"]) for event in events}:
        minutes = waiting_work(None, project_id=project).aggregate(n=Sum("entries__minutes"))["n"]
        record_review_debt(project_id=project, minutes=minutes or 0)


def tell_of_routing(events: Sequence[Event]) -> None:
    """One line for whom work was given to, for whom its days run out, and for stewards when nobody decides. Twice is once."""
    works = Contribution.objects.filter(pk__in={event.object_id for event in events}).select_related("task")
    known = {work.pk: work for work in works}
    now = timezone.now()
    stewards = live_grants(now).filter(guild_id__in={event.guild for event in events}, right="steward")
    of_guild: dict[UUID, set[UUID]] = {}
    for guild, steward in stewards.values_list("guild_id", "subject_id"):
        of_guild.setdefault(guild, set()).add(steward)
    wanted = [
        (event, who)
        for event in events
        if event.object_id in known
        for who in (
            of_guild.get(event.guild or UUID(int=0), ())
            if event.kind == "review.overdue"
            else [UUID(event.data["subject"])]
        )
    ]
    alive = Subject.objects.filter(pk__in={who for _event, who in wanted}, erased_at__isnull=True)
    living = set(alive.values_list("pk", flat=True))
    news = [
        News(
            subject_id=who,
            kind=event.kind.replace(".", "_"),
            event_id=event.pk,
            url=reverse("contributions:contribution", args=[event.object_id]),
            params={"task": known[event.object_id].task.title},
            happened_at=event.occurred_at,
        )
        for event, who in wanted
        if who in living
    ]
    notify(news, now=now)


def register() -> None:
    """Subscribe to the kinds above."""
    subscribe("contributions.keep_boards", keep_boards, _MOVES_REP)
    subscribe("contributions.count_waiting", count_waiting, [f"contribution.{step}" for step in _COUNTED])
    subscribe(
        "contributions.tell_of_routing", tell_of_routing, ["review.assigned", "review.reminded", "review.overdue"]
    )
    subscribe(
        "contributions.tell_of_challenges",
        tell_of_challenges,
        ["challenge.opened", "challenge.seat_asked", "challenge.upheld", "challenge.overturned"],
    )
    subscribe("contributions.tell_of_expiry", tell_of_expiry, ["points.expiring", "points.expired"])
    subscribe("contributions.tell_reviewers", tell_reviewers, ["contribution.verdict_dropped"])
    subscribe("contributions.tell_contributors", tell_contributors, _NOTICE_OF)
