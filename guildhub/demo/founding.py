"""How the demo's guilds came to be: who came when, who was given which right, which numbers they agreed on."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from guildhub.demo.people import INDIA, JAVA, PEOPLE, Person, make_login
from guildhub.demo.stage import MAIN_GUILD, Stage
from guildhub.demo.timeline import Step
from guilds.models import Grant
from guilds.services import (
    grant_right,
    join_guild,
    leave_guild,
    open_guild,
    propose_guild,
    publish_policy,
    revoke_right,
)

HUB_STEWARD = "meher"
A_YEAR = timedelta(days=365)


@dataclass(frozen=True)
class _Founding:
    """A guild as its first steward proposed it."""

    key: str
    slug: str
    name: str
    summary: str
    steward: str
    days: int
    zone: str = INDIA
    language: str = "en"


FOUNDINGS = (
    _Founding(
        "brahmaputra",
        MAIN_GUILD,
        "Brahmaputra Flood Watch",
        "Warnings that reach a village before the water does: gauges that ring up, maps on paper, sentences people say.",
        "nirmali",
        182,
    ),
    _Founding(
        "ciliwung",
        "ciliwung-siaga",
        "Ciliwung Siaga",
        "Warga Jakarta di tepi Ciliwung menjaga pompa, got, dan kabar banjir.",
        "sri",
        121,
        JAVA,
        "id",
    ),
    _Founding(
        "ai4bharat",
        "ai4bharat-imported",
        "AI4Bharat (imported)",
        "Not run by AI4Bharat: the public history of one of its repositories, brought in to show what an import makes of it.",
        "vasundhara",
        31,
    ),
)
#: days ago, who, right, given by, in which guild
GRANTS = (
    (181, "jahnavi", "maintainer", "nirmali", "brahmaputra"),
    (176, "tariq", "reviewer", "nirmali", "brahmaputra"),
    (170, "bhaskar", "maintainer", "nirmali", "brahmaputra"),
    (165, "sunita", "maintainer", "nirmali", "brahmaputra"),
    (140, "ayesha", "reviewer", "nirmali", "brahmaputra"),
    (126, "rituraj", "reviewer", "nirmali", "brahmaputra"),
    (75, "manas", "reviewer", "nirmali", "brahmaputra"),
    (118, "budi", "maintainer", "sri", "ciliwung"),
    (117, "dewi", "reviewer", "sri", "ciliwung"),
)
#: Who gave up a right again, how many days ago.
REVOKED = {"rituraj": 69}
#: Members who went: days ago. What they earned stays.
LEFT = {"sanjib": 33}


def plan_founding(stage: Stage) -> None:
    """Put logins, guilds, members, rights and policies onto the timeline."""
    for person in PEOPLE:
        _plan_person(stage, person)
    for founding in FOUNDINGS:
        _plan_guild(stage, founding)
    for days, who, right, giver, guild in GRANTS:
        stage.line.at(stage.line.days_ago(days, 18), _grant(stage, who, right, giver, guild))
    _plan_changes(stage)
    _plan_proposed_guild(stage)


def may_review(stage: Stage, person: str, now: datetime) -> bool:
    """Whether somebody has a right that lets them review, as the two tables above tell it."""
    given = [stage.line.days_ago(days, 18) for days, who, *_rest in GRANTS if who == person]
    given += [stage.line.days_ago(founding.days, 12) for founding in FOUNDINGS if founding.steward == person]
    is_over = person in REVOKED and now >= stage.line.days_ago(REVOKED[person], 19)
    return bool(given) and now > min(given) and not is_over


def _plan_person(stage: Stage, person: Person) -> None:
    is_founder = any(founding.steward == person.key for founding in FOUNDINGS)

    def come(now: datetime) -> None:
        stage.people[person.key] = make_login(person, now=now)

    def join(now: datetime) -> None:
        join_guild(guild=stage.guilds[person.guild], by=stage.people[person.key], now=now, roles=list(person.roles))

    stage.line.at(stage.line.days_ago(person.joined, 8 if is_founder else 15), come)
    if person.guild and not is_founder:
        stage.line.at(stage.line.days_ago(person.joined, 16), join)


def _plan_guild(stage: Stage, founding: _Founding) -> None:
    def propose(now: datetime) -> None:
        stage.guilds[founding.key] = propose_guild(
            slug=founding.slug,
            name=founding.name,
            summary=founding.summary,
            by=stage.people[founding.steward],
            now=now,
            is_demo=True,
            timezone=founding.zone,
            language=founding.language,
        )

    def open_it(now: datetime) -> None:
        stage.guilds[founding.key] = open_guild(
            guild=stage.guilds[founding.key],
            steward=stage.people[founding.steward],
            by=stage.people[HUB_STEWARD],
            now=now,
        )

    stage.line.at(stage.line.days_ago(founding.days, 9), propose)
    stage.line.at(stage.line.days_ago(founding.days, 12), open_it)


def _grant(stage: Stage, who: str, right: str, giver: str, guild: str) -> Step:
    def give(now: datetime) -> None:
        grant_right(
            guild=stage.guilds[guild],
            subject=stage.people[who],
            right=right,
            by=stage.people[giver],
            now=now,
            until=now + A_YEAR,
        )

    return give


def _plan_changes(stage: Stage) -> None:
    """A right taken back, a member who left, a member of two guilds, and a second version of the numbers."""

    def take_back(now: datetime) -> None:
        grant = Grant.objects.get(subject=stage.people["rituraj"], right="reviewer")
        revoke_right(grant=grant, by=stage.people["nirmali"], now=now)

    def agree(now: datetime) -> None:
        publish_policy(
            guild=stage.guilds["brahmaputra"],
            by=stage.people["nirmali"],
            now=now,
            effective_at=now + timedelta(days=1),
            claim_lease_days=21,
        )

    stage.line.at(stage.line.days_ago(REVOKED["rituraj"], 19), take_back)
    stage.line.at(stage.line.days_ago(63, 19), agree)

    def join_another(now: datetime) -> None:
        join_guild(guild=stage.guilds["ciliwung"], by=stage.people["bhaskar"], now=now)

    stage.line.at(stage.line.days_ago(60, 19), join_another)
    for person, days in LEFT.items():
        stage.line.at(stage.line.days_ago(days, 21), _leave(stage, person))


def _leave(stage: Stage, person: str) -> Step:
    def leave(now: datetime) -> None:
        leave_guild(guild=stage.guilds["brahmaputra"], by=stage.people[person], now=now)

    return leave


def _plan_proposed_guild(stage: Stage) -> None:
    """One guild that waits for the hub's steward."""

    def propose(now: datetime) -> None:
        propose_guild(
            slug="kosi-embankment-watch",
            name="Kosi Embankment Watch",
            summary="People on both banks of the Kosi who look at the embankment every week and tell each other.",
            by=stage.people["prakash"],
            now=now,
            is_demo=True,
            timezone=INDIA,
        )

    stage.line.at(stage.line.days_ago(6, 21), propose)
