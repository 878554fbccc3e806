"""From commits to sessions of work with estimated minutes: the rule of imported history, without a database.

The rule is that of git-hours (Kimmo Brunfeldt, github.com/kimmobrunfeldt/git-hours): commits of one person that
lie less than two hours apart are one session, the time between them counts, and the time before the first one,
which no repository knows, is added as a lead-in. Two numbers are smaller here, because an import should claim too
little rather than too much: the lead-in is 30 minutes (git-hours adds 120), and a session is cut at 8 hours. The
result is an estimate, and is called one wherever it is shown.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta

from accounts.rules import email_hash, name_key
from contributions.rules import OLDEST_WORKED_ON

GAP = timedelta(minutes=120)
LEAD_IN = timedelta(minutes=30)
SESSION_MOST = timedelta(minutes=480)

#: Addresses that commit without a person behind them; names that end with [bot] are programs, too.
BOT_ADDRESSES = (
    "49699333+dependabot[bot]@users.noreply.github.com",
    "41898282+github-actions[bot]@users.noreply.github.com",
    "29139614+renovate[bot]@users.noreply.github.com",
    "66853113+pre-commit-ci[bot]@users.noreply.github.com",
    "46447321+allcontributors[bot]@users.noreply.github.com",
    "198982749+copilot@users.noreply.github.com",
    "action@github.com",
    "actions@github.com",
    "bot@renovateapp.com",
    "bot@stepsecurity.io",
    "cursoragent@cursor.com",
    "greenkeeper@greenkeeper.io",
    "hosted@weblate.org",
    "noreply@anthropic.com",
    "noreply@github.com",
    "noreply@weblate.org",
    "semantic-release-bot@martynus.net",
    "snyk-bot@snyk.io",
    "support@dependabot.com",
)
_BOT_HASHES = frozenset(email_hash(address) for address in BOT_ADDRESSES)
_DOCUMENTS = frozenset({"adoc", "md", "mdx", "rst"})


@dataclass(frozen=True)
class Author:
    """Somebody a history names: a name and the hash of an e-mail address."""

    name: str
    email_hash: str

    @property
    def key(self) -> tuple[str, str]:
        """What makes two mentions the same person: the address's hash and the name's key."""
        return self.email_hash, name_key(self.name)

    @property
    def is_bot(self) -> bool:
        """Whether a program and not a person is behind it."""
        return self.name.strip().endswith("[bot]") or self.email_hash in _BOT_HASHES


@dataclass(frozen=True)
class Commit:
    """One commit as the history tells it; `authored_at` keeps the author's own offset from UTC."""

    sha: str
    is_merge: bool
    author: Author
    authored_at: datetime
    co_authors: tuple[Author, ...] = ()
    insertions: int = 0
    deletions: int = 0
    files: int = 0
    file_types: Mapping[str, int] = field(default_factory=dict)

    @property
    def people(self) -> list[Author]:
        """Whoever is credited: the author first, then the co-authors, each once, no programs."""
        found: dict[tuple[str, str], Author] = {}
        for person in (self.author, *self.co_authors):
            if not person.is_bot:
                found.setdefault(person.key, person)
        return list(found.values())

    @property
    def document_files(self) -> int:
        """How many of the files are documents. A rename such as `{a => b}.md` leaves a brace in some histories."""
        return sum(n for suffix, n in self.file_types.items() if suffix.strip("}").lower() in _DOCUMENTS)


def why_set_aside(commit: Commit, *, now: datetime) -> str:
    """Why a commit is nobody's work: "merge", "bot" or "date"; "" for a commit that is credited.

    Merges bring together what was committed before; a date before 2000 or after `now` is a clock gone wrong.
    """
    if commit.is_merge:
        return "merge"
    if commit.author.is_bot:
        return "bot"
    if commit.authored_at > now or commit.authored_at.date() < OLDEST_WORKED_ON:
        return "date"
    return ""


@dataclass(frozen=True)
class Worked:
    """One person's part in one commit, as the grouping needs it; `key` is handed back in the session."""

    key: Hashable
    sha: str
    authored_at: datetime
    authored_on: date
    files: int = 0
    document_files: int = 0


@dataclass(frozen=True)
class Span:
    """Time that an accepted session of the same person covers already."""

    started_at: datetime
    ended_at: datetime


@dataclass(frozen=True)
class SessionPlan:
    """One session of one person: from the lead-in before its first commit to its last one, in whole minutes."""

    first_sha: str
    started_at: datetime
    first_commit_at: datetime
    ended_at: datetime
    worked_on: date
    minutes: int
    role: str
    keys: tuple[Hashable, ...]


def group_sessions(commits: Iterable[Worked], accepted: Sequence[Span] = ()) -> list[SessionPlan]:
    """Sessions of one person, in order of time; the order of the input makes no difference.

    A commit less than 120 minutes after the one before belongs to its session, unless that would make the
    session longer than 480 minutes or an accepted session lies between the two. The lead-in of 30 minutes never
    reaches back into earlier work, so sessions don't overlap. A commit inside accepted time is in no session: its
    time was credited, and accepted sessions never change.
    """
    walls = sorted(accepted, key=lambda span: span.started_at)
    plans: list[SessionPlan] = []
    run: list[Worked] = []
    started_at = busy_until = datetime.min.replace(tzinfo=UTC)
    passed = 0
    for commit in sorted(commits, key=lambda worked: (worked.authored_at, worked.sha)):
        wall_between = False
        while passed < len(walls) and walls[passed].ended_at < commit.authored_at:
            busy_until, wall_between = max(busy_until, walls[passed].ended_at), True
            passed += 1
        if passed < len(walls) and walls[passed].started_at <= commit.authored_at:
            continue
        if not run or wall_between or not _belongs(commit, run, started_at):
            if run:
                plans.append(_plan(run, started_at))
                busy_until = max(busy_until, run[-1].authored_at)
            started_at = max(commit.authored_at - LEAD_IN, busy_until)
            run = []
        run.append(commit)
    if run:
        plans.append(_plan(run, started_at))
    return plans


def _belongs(commit: Worked, run: Sequence[Worked], started_at: datetime) -> bool:
    return commit.authored_at - run[-1].authored_at < GAP and commit.authored_at - started_at <= SESSION_MOST


def _plan(run: Sequence[Worked], started_at: datetime) -> SessionPlan:
    first, last = run[0], run[-1]
    documents, files = sum(c.document_files for c in run), sum(c.files for c in run)
    return SessionPlan(
        first_sha=first.sha,
        started_at=started_at,
        first_commit_at=first.authored_at,
        ended_at=last.authored_at,
        worked_on=first.authored_on,
        # A session cut off a longer one may follow within seconds; less than a minute is still a minute.
        minutes=max(1, (last.authored_at - started_at) // timedelta(minutes=1)),
        role="docs" if 2 * documents > files else "code",
        keys=tuple(commit.key for commit in run),
    )


def effective_at(worked_on: date, *, now: datetime) -> datetime:
    """When a session's points take effect: the start of its day, in UTC, and never later than today's.

    A day and not the commit's second, because the ledger is kept for ever and a public repository would give away
    who committed at that second.
    """
    midnight = datetime(worked_on.year, worked_on.month, worked_on.day, tzinfo=UTC)
    return min(midnight, now.astimezone(UTC).replace(hour=0, minute=0, second=0, microsecond=0))
