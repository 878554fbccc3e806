"""Loading the demo: the whole story in one transaction, so that half a demo never stays."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from django.db import connection, transaction
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.models import User
from contributions.models import Contribution
from core import registries
from core.deliveries import deliver_until_empty
from core.errors import DomainError
from guildhub.demo.backers import plan_backers
from guildhub.demo.episodes import plan_episodes
from guildhub.demo.evenings import plan_evenings
from guildhub.demo.founding import plan_founding
from guildhub.demo.ground import plan_ground
from guildhub.demo.histories import plan_histories
from guildhub.demo.lately import plan_lately
from guildhub.demo.moderating import plan_moderating
from guildhub.demo.people import PEOPLE
from guildhub.demo.stage import MAIN_GUILD, Stage
from guildhub.demo.trusting import plan_trusting
from guilds.models import Guild
from notices.services import mark_inbox_read

#: What puts its steps onto the timeline, in this order where two steps have the same moment.
CHAPTERS = (
    plan_founding,
    plan_ground,
    plan_backers,
    plan_moderating,
    plan_episodes,
    plan_lately,
    plan_evenings,
    plan_histories,
    plan_trusting,
)
#: Told one line at a time while the story is loaded.
Say = Callable[[str], None]

MONTH_DAYS = 30
#: Notices older than so many days were read by their people.
READ_DAYS = 3


class AddressesTaken(DomainError):
    """Somebody here has a login with an address of the demo's people."""

    code = "addresses_taken"


@dataclass(frozen=True)
class LoadedDemo:
    """What a load brought."""

    people: int
    contributions: int
    steps: int
    seconds: float


def load_demo(*, now: datetime, say: Say = lambda line: None) -> LoadedDemo | None:
    """Load the demo so that its last entries are of today; None, and nothing changed, when it is there already.

    One transaction: killed in the middle, or refused, it leaves the database as it was. Raises AddressesTaken.
    """
    started_at = time.monotonic()
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended('guildhub.demo.load', 0))")
        if Guild.objects.filter(slug=MAIN_GUILD).exists():
            return None
        _check_addresses()
        stage = Stage(now)
        for plan in CHAPTERS:
            plan(stage)
        _plan_progress(stage, say)
        stage.line.at(stage.line.days_ago(READ_DAYS, 23, 59), lambda at: _read_inboxes(stage, at))
        steps = stage.line.run()
        say(_("Bringing what happened to the inboxes and the public log ..."))
        deliver_everything(now=now)
        contributions = Contribution.objects.count()
    return LoadedDemo(len(stage.people), contributions, steps, time.monotonic() - started_at)


def deliver_everything(*, now: datetime) -> None:
    """Do the worker's part for everything that is due."""
    for subscription in registries.subscriptions():
        while deliver_until_empty(subscription.consumer, now=now):
            pass


def _check_addresses() -> None:
    taken = User.objects.filter(email__in=[person.address for person in PEOPLE]).values_list("email", flat=True)
    if taken:
        raise AddressesTaken(
            _("The demo guild was not loaded: %(address)s is the login of somebody here.")
            % {"address": sorted(taken)[0]}
        )


def _plan_progress(stage: Stage, say: Say) -> None:
    """A line for every month of the story, told when it is over."""
    for months in range(6, 0, -1):
        moment = stage.line.days_ago(months * MONTH_DAYS, 23, 58)
        stage.line.at(moment, lambda _at, months=months: say(_progress(stage, months)))


def _progress(stage: Stage, months: int) -> str:
    line = ngettext(
        "%(months)s month ago: %(people)s people, %(works)s pieces of work so far.",
        "%(months)s months ago: %(people)s people, %(works)s pieces of work so far.",
        months,
    )
    return line % {"months": months, "people": len(stage.people), "works": Contribution.objects.count()}


def _read_inboxes(stage: Stage, at: datetime) -> None:
    """People have read what is older than a few days."""
    for subscription in registries.subscriptions():
        if subscription.consumer != "core.public_log":
            while deliver_until_empty(subscription.consumer, now=at):
                pass
    for subject in stage.people.values():
        mark_inbox_read(by=subject, now=at)
