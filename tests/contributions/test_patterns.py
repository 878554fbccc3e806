"""What stands out among honest people, and what does not; and the nightly run that queues it for stewards."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from io import StringIO
from uuid import UUID

import pytest
from django.core.management import call_command
from django.db import DatabaseError, transaction
from django.utils import timezone

from contributions.models import IntegrityCase
from contributions.rules_patterns import (
    Approved,
    Finding,
    at_least,
    bursts,
    inflated_tasks,
    long_hours,
    one_reviewer,
    pairs,
    rings,
)
from contributions.services.patterns import WordsMissing, close_integrity_case, look_at_guild, look_for_patterns
from contributions.views.integrity import told
from core.errors import PermissionRefused
from core.ids import uuid7
from core.models import Event
from guilds.models import Guild
from tests.contributions.crowds import START, Crowd, Maker, load, make_crowds
from tests.factories import World, make_world

PLANTED = ("ring", "long_hours", "inflated_task", "pair", "one_reviewer", "burst")


def findings(crowd: Crowd) -> list[Finding]:
    """Everything that the rules find in a crowd, with the numbers of the first policy."""
    a = crowd.approvals
    return [
        *one_reviewer(a, share_percent=40, points_least=100), *pairs(a), *rings(a), *long_hours(a, times=2.5),
        *inflated_tasks(crowd.tasks, times=2.5), *bursts(crowd.joined, a),
    ]  # fmt: skip


def is_about(finding: Finding, planted: set[UUID]) -> bool:
    return bool(set(finding.subjects) & planted) or finding.about in planted


@pytest.mark.parametrize("seed", [7, 8, 9])
def test_every_planted_pattern_is_found_and_hardly_anybody_honest(seed: int) -> None:
    crowds = make_crowds(seed)
    honest, queued = sum(len(c.people) for c in crowds), set()
    assert honest >= 2000
    found = set()
    for crowd in crowds:
        planted = set().union(*crowd.planted.values())
        for finding in findings(crowd):
            if any(is_about(finding, people) for kind, people in crowd.planted.items() if kind == finding.kind):
                found.add(finding.kind)
            elif not is_about(finding, planted):
                queued |= set(finding.subjects)
    assert found == set(PLANTED)
    assert len(queued) * 100 <= honest, f"{len(queued)} of {honest} honest people"


def test_a_guild_in_which_three_review_everybody_shows_nothing() -> None:
    maker, found = Maker(3), []
    for _ in range(30):
        found += [f for f in findings(maker.honest(9)) if f.kind in ("ring", "pair", "one_reviewer", "burst")]
    assert len(found) <= 3, "of thirty guilds of nine, in which a quarter of the work goes to friends"


def test_a_workshop_alone_is_nothing_to_look_at() -> None:
    crowd = Maker(5).honest(120)
    assert bursts(crowd.joined, crowd.approvals) == []


@pytest.mark.parametrize(
    ("successes", "tries", "chance"), [(5, 10, 0.5), (90, 100, 0.7), (3, 200, 0.001), (60, 60, 0.9)]
)
def test_the_tail_is_what_it_is_in_exact_arithmetic(successes: int, tries: int, chance: float) -> None:
    from fractions import Fraction
    from math import comb

    p = Fraction(chance)
    exact = sum(comb(tries, k) * p**k * (1 - p) ** (tries - k) for k in range(successes, tries + 1))
    assert at_least(successes, tries, chance) == pytest.approx(float(exact), rel=1e-6)
    assert at_least(1, 5, 0.0) == 0.0 and at_least(1, 5, 1.0) == 1.0


def test_one_long_afternoon_is_no_pattern() -> None:
    task = uuid7()
    rows = [Approved(uuid7(), uuid7(), uuid7(), task, "k", 60, 10, START) for _ in range(12)]
    slow = uuid7()
    rows += [Approved(uuid7(), slow, uuid7(), task, "k", 60, 10, START) for _ in range(5)]
    assert long_hours([*rows, Approved(uuid7(), slow, uuid7(), task, "k", 600, 90, START)], times=2.5) == []


# The nightly run ----------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def crowded(django_db_setup: None, django_db_blocker: pytest.FixtureRequest) -> Iterator[World]:
    """A guild of 70 with a ring, somebody who pads hours, and an inflated task; made once."""
    with django_db_blocker.unblock(), transaction.atomic():  # type: ignore[attr-defined]
        world, maker = make_world(timezone.now()), Maker(11)
        crowd = maker.honest(70)
        for plant in (maker.plant_ring, maker.plant_padded_hours, maker.plant_inflated_task):
            plant(crowd)
        load(crowd, world, now=world.now)
        world.extra["crowd"] = crowd
        yield world
        transaction.set_rollback(True)


@pytest.fixture
def w(crowded: World, django_db_blocker: pytest.FixtureRequest) -> Iterator[World]:
    """That guild; what a test does to it is taken back."""
    with django_db_blocker.unblock(), transaction.atomic():  # type: ignore[attr-defined]
        yield crowded
        transaction.set_rollback(True)


def kinds() -> list[str]:
    return sorted(IntegrityCase.objects.filter(state="waiting").values_list("kind", flat=True))


def test_a_night_queues_each_of_them_once_with_its_numbers_in_words(w: World) -> None:
    crowd: Crowd = w.extra["crowd"]  # type: ignore[assignment]
    new = look_for_patterns(now=w.now)
    assert set(kinds()) >= {"ring", "long_hours", "inflated_task"}
    assert look_for_patterns(now=w.now + timedelta(hours=1)) == 0
    assert IntegrityCase.objects.count() == new == Event.objects.filter(kind="integrity.found").count()
    ring = IntegrityCase.objects.get(kind="ring")
    assert set(ring.subjects) == crowd.planted["ring"]
    assert f"Of {ring.evidence['judged']} approved pieces of these 5 people's work" in told(ring)
    honest = {one for case in IntegrityCase.objects.all() for one in case.subjects} - set().union(
        *crowd.planted.values()
    )
    assert len(honest) <= 2


def test_what_was_closed_comes_back_only_when_it_grew(w: World) -> None:
    look_at_guild(guild=w.guild, now=w.now)
    ring = IntegrityCase.objects.get(kind="ring")
    for _twice in range(2):
        close_integrity_case(case=ring, by=w.steward, outcome="dismissed", words="A family.", now=w.now)
    look_at_guild(guild=w.guild, now=w.now)
    assert "ring" not in kinds()
    IntegrityCase.objects.filter(pk=ring.pk).update(weight=ring.weight // 2)
    look_at_guild(guild=w.guild, now=w.now)
    assert kinds().count("ring") == 1


def test_who_closes_a_case(w: World) -> None:
    look_at_guild(guild=w.guild, now=w.now)
    case = IntegrityCase.objects.filter(state="waiting").first()
    assert case is not None
    said = {"case": case, "outcome": "dismissed", "now": w.now}
    with pytest.raises(PermissionRefused):
        close_integrity_case(by=w.reviewer, words="No.", **said)  # type: ignore[arg-type]
    with pytest.raises(WordsMissing):
        close_integrity_case(by=w.steward, words=" ", **said)  # type: ignore[arg-type]
    IntegrityCase.objects.filter(pk=case.pk).update(subjects=[w.steward.pk])
    with pytest.raises(PermissionRefused, match="not about"):
        close_integrity_case(by=w.steward, words="Me? No.", **said)  # type: ignore[arg-type]
    assert close_integrity_case(by=w.hub_steward, words="A workshop.", **said).state == "dismissed"  # type: ignore[arg-type]


def test_in_a_guild_with_too_few_reviewers_who_judges_whom_is_no_finding(w: World) -> None:
    Guild.objects.filter(pk=w.guild.pk).update(is_low_assurance=True)
    look_at_guild(guild=Guild.objects.get(pk=w.guild.pk), now=w.now)
    assert set(kinds()) <= {"long_hours", "inflated_task"}


@pytest.mark.parametrize(
    "wrong",
    [
        {"state": "dismissed"},
        {"state": "thrown_away"},
        {"kind": "looks_bad"},
        {"words": "Hm."},
    ],
)
def test_the_database_refuses_a_case_that_nobody_closed(w: World, wrong: dict[str, str]) -> None:
    look_at_guild(guild=w.guild, now=w.now)
    with pytest.raises(DatabaseError), transaction.atomic():
        IntegrityCase.objects.update(**wrong)
    case = IntegrityCase.objects.first()
    assert case is not None
    case.pk = uuid7()
    with pytest.raises(DatabaseError), transaction.atomic():
        case.save(force_insert=True)


def test_the_command_shows_what_it_would_find_and_queues_nothing(w: World) -> None:
    out = StringIO()
    call_command("check_integrity", guild=w.guild.slug, dry_run=True, stdout=out)
    assert f"{w.guild.slug}: ring (people 5" in out.getvalue()
    assert IntegrityCase.objects.count() == 0


@pytest.mark.slow
@pytest.mark.django_db
def test_the_table_of_two_thousand_honest_people(capsys: pytest.CaptureFixture[str]) -> None:
    """Through the database, as one nightly run over all guilds finds it; prints the table."""
    crowds = make_crowds(7)
    worlds = []
    for crowd in crowds:
        world = make_world(START + timedelta(days=90))
        load(crowd, world, now=world.now)
        Guild.objects.filter(pk=world.guild.pk).update(is_low_assurance=len(crowd.reviewers) < 3)
        worlds.append((world, crowd))
    look_for_patterns(now=START + timedelta(days=90))
    honest = sum(len(crowd.people) for crowd in crowds)
    lines, queued = [], set()
    for kind in PLANTED:
        hits, others = 0, set()
        for world, crowd in worlds:
            planted = set().union(*crowd.planted.values())
            for case in IntegrityCase.objects.filter(guild=world.guild, kind=kind):
                about = set(case.subjects) | {case.about}
                hits += bool(about & crowd.planted.get(kind, set()))
                others |= set(case.subjects) if not about & planted else set()
        queued |= others
        lines.append(f"{kind:<14} planted 1  found {min(hits, 1)}  honest people queued {len(others)}")
        assert hits, kind
    with capsys.disabled():
        print("\n" + "\n".join(lines))
        print(f"{honest} people, {len(queued)} honest ones queued: {100 * len(queued) / honest:.2f} %")
    assert len(queued) * 100 <= honest
