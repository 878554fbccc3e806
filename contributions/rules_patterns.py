"""Patterns of approvals that a person should look at. Pure Python: what happened comes in as values, findings come out.

Nothing here decides anything. A finding is a sentence with numbers for a steward, so each rule asks two things: is it more
than the guild's rule allows, and is it far more than chance would bring here. In a guild with three reviewers everybody's
points come from three people; that is no finding.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from math import comb, exp, lgamma, log
from statistics import median
from typing import Any
from uuid import UUID

#: How rare something must be by chance, over everything that one run looks at in a guild.
RARE = 0.001
#: An edge of the graph in which rings are looked for: rarer by chance than that.
TIED = 0.05
PIECES_LEAST = 6
PAIR_LEAST = 4
RING_MOST = 8
PEERS_LEAST = 5
BURST_LEAST = 8
BURST_HOURS = 24


@dataclass(frozen=True)
class Approved:
    """One approval: whose work on which task, by whom, how long, worth how much."""

    work: UUID
    contributor: UUID
    reviewer: UUID
    task: UUID
    kind: str
    minutes: int
    points: int
    decided_at: datetime


@dataclass(frozen=True)
class PublishedTask:
    """A task as it was published: what it is like, its estimate, and what it is worth at full length."""

    task: UUID
    kind: str
    publisher: UUID
    estimate_minutes: int
    value: float


@dataclass(frozen=True)
class Joined:
    """Somebody who joined, and when."""

    subject: UUID
    at: datetime


@dataclass(frozen=True)
class Finding:
    """One thing to look at. `subjects` in order of their ids; `evidence` holds whole numbers and ids; `weight` grows with it."""

    kind: str
    subjects: tuple[UUID, ...]
    evidence: Mapping[str, Any] = field(default_factory=dict)
    weight: int = 1
    about: UUID | None = None

    @property
    def fingerprint(self) -> str:
        """The same finding of another night has the same one."""
        return ":".join([self.kind, *(str(one) for one in self.subjects), *([str(self.about)] if self.about else [])])


def at_least(successes: int, tries: int, chance: float) -> float:
    """How likely at least so many successes are by chance (the binomial's upper tail).

    >>> round(at_least(5, 5, 0.5), 5)
    0.03125
    >>> at_least(0, 10, 0.1)
    1.0
    """
    if successes <= 0 or chance >= 1:
        return 1.0
    if chance <= 0:
        return 0.0
    return min(1.0, sum(_term(k, tries, chance) for k in range(successes, tries + 1)))


def _term(k: int, n: int, p: float) -> float:
    if n < 60:
        return comb(n, k) * p**k * (1 - p) ** (n - k)
    return exp(lgamma(n + 1) - lgamma(k + 1) - lgamma(n - k + 1) + k * log(p) + (n - k) * log(1 - p))


class _Guild:
    """What a run knows of one guild's approvals: who judged whose work how often, and who judges how much at all."""

    def __init__(self, approvals: Sequence[Approved]) -> None:
        self.approvals = approvals
        self.pairs = Counter((a.contributor, a.reviewer) for a in approvals)
        self.of = Counter(a.contributor for a in approvals)
        self.by = Counter(a.reviewer for a in approvals)
        self.points: dict[tuple[UUID, UUID], int] = defaultdict(int)
        for a in approvals:
            self.points[a.contributor, a.reviewer] += a.points

    def chance(self, contributor: UUID, reviewers: Iterable[UUID]) -> float:
        """What part of this person's pieces these reviewers would judge, if it went by how much each judges of others' work.

        Their own judging of this person is left out, or a ring that judges nobody else would be its own yardstick.
        """
        others = len(self.approvals) - self.of[contributor]
        theirs = sum(self.by[one] - self.pairs[contributor, one] for one in reviewers if one != contributor)
        return max(theirs, 0.5) / max(others - self.by[contributor], 1)


def one_reviewer(approvals: Sequence[Approved], *, share_percent: int, points_least: int) -> list[Finding]:
    """People of whose points one reviewer gave more than the guild's share, and far more than chance would bring."""
    guild = _Guild(approvals)
    totals: Counter[UUID] = Counter()
    for (contributor, _reviewer), points in guild.points.items():
        totals[contributor] += points
    found = []
    tested = max(1, len(guild.pairs))
    for (contributor, reviewer), count in guild.pairs.items():
        total, given = totals[contributor], guild.points[contributor, reviewer]
        if total < points_least or count < PIECES_LEAST or given * 100 <= total * share_percent:
            continue
        if at_least(count, guild.of[contributor], guild.chance(contributor, [reviewer])) < RARE / tested:
            evidence = {
                "contributor": str(contributor), "reviewer": str(reviewer), "given": given, "total": total,
                "pieces": count, "of": guild.of[contributor],
                "usual_percent": round(100 * guild.chance(contributor, [reviewer])),
            }  # fmt: skip
            found.append(
                Finding("one_reviewer", _sorted(contributor, reviewer), evidence, weight=count, about=contributor)
            )
    return found


def pairs(approvals: Sequence[Approved]) -> list[Finding]:
    """Two people who each judge most of the other's work, far more often than chance would bring."""
    guild = _Guild(approvals)
    tested = max(1, len(guild.pairs) // 2)
    found = []
    for (one, other), count in guild.pairs.items():
        back = guild.pairs[other, one]
        if str(one) > str(other) or min(count, back) < PAIR_LEAST:
            continue
        if count * 2 < guild.of[one] or back * 2 < guild.of[other]:
            continue
        rare = at_least(count, guild.of[one], guild.chance(one, [other]))
        rare *= at_least(back, guild.of[other], guild.chance(other, [one]))
        if rare < RARE / tested:
            evidence = {"one": str(one), "other": str(other), "by_other": count, "by_one": back}
            found.append(Finding("pair", _sorted(one, other), evidence, weight=count + back))
    return found


def rings(approvals: Sequence[Approved]) -> list[Finding]:
    """Three to eight people whose work is judged among themselves, closed off from a guild that is larger than they are."""
    guild = _Guild(approvals)
    strong: dict[UUID, set[UUID]] = defaultdict(set)
    for (contributor, reviewer), count in guild.pairs.items():
        # Whoever judges much of the guild's work is nobody's tie; whoever judges little of it but this person's is.
        if at_least(count, guild.of[contributor], guild.chance(contributor, [reviewer])) < TIED:
            strong[contributor].add(reviewer)
    found = []
    components = [c for c in _components(strong) if 3 <= len(c) <= RING_MOST]
    for members in components:
        judged = sum(guild.of[one] for one in members)
        inside = sum(guild.pairs[one, other] for one in members for other in members)
        if judged < 3 * len(members) or inside * 100 < judged * 80:
            continue
        outsiders = [a for a in approvals if a.contributor not in members]
        chance = max(sum(a.reviewer in members for a in outsiders), 0.5) / max(len(outsiders), 1)
        if at_least(inside, judged, min(chance, 1.0)) < RARE / max(1, len(components)):
            evidence = {
                "people": len(members), "inside": inside, "judged": judged, "usual_percent": round(100 * min(chance, 1.0)),
            }  # fmt: skip
            found.append(Finding("ring", _sorted(*members), evidence, weight=inside))
    return found


def _components(edges: Mapping[UUID, set[UUID]]) -> list[frozenset[UUID]]:
    """Strongly connected components (Tarjan), without recursion."""
    index: dict[UUID, int] = {}
    low: dict[UUID, int] = {}
    stack: list[UUID] = []
    on_stack: set[UUID] = set()
    found = []
    for root in edges:
        if root in index:
            continue
        work = [(root, iter(edges.get(root, ())))]
        index[root] = low[root] = len(index)
        stack.append(root)
        on_stack.add(root)
        while work:
            node, following = work[-1]
            for one in following:
                if one not in index:
                    index[one] = low[one] = len(index)
                    stack.append(one)
                    on_stack.add(one)
                    work.append((one, iter(edges.get(one, ()))))
                    break
                if one in on_stack:
                    low[node] = min(low[node], index[one])
            else:
                work.pop()
                if work:
                    low[work[-1][0]] = min(low[work[-1][0]], low[node])
                if low[node] == index[node]:
                    members = set()
                    while True:
                        one = stack.pop()
                        on_stack.discard(one)
                        members.add(one)
                        if one == node:
                            break
                    found.append(frozenset(members))
    return found


def long_hours(approvals: Sequence[Approved], *, times: float) -> list[Finding]:
    """People whose pieces take, in the middle, so many times what their peers' of the same task (or kind of task) take."""
    by_task: dict[Any, list[Approved]] = defaultdict(list)
    for a in approvals:
        by_task[a.task].append(a)
        by_task[a.kind].append(a)
    middles = {key: _middles(rows) for key, rows in by_task.items()}
    ratios: dict[UUID, list[tuple[float, Approved]]] = defaultdict(list)
    for a in approvals:
        peers = middles[a.task].get(a.contributor) or middles[a.kind].get(a.contributor)
        if peers:
            ratios[a.contributor].append((a.minutes / peers, a))
    found = []
    for person, rows in ratios.items():
        ratio = median(r for r, _a in rows)
        if len(rows) >= PEERS_LEAST and ratio > times:
            minutes = sum(a.minutes for _r, a in rows)
            usual = round(sum(a.minutes / r for r, a in rows))
            evidence = {"pieces": len(rows), "minutes": minutes, "usual_minutes": usual, "times_x10": round(ratio * 10)}
            found.append(Finding("long_hours", (person,), evidence, weight=minutes // 60 or 1))
    return found


def _middles(rows: Sequence[Approved]) -> dict[UUID, float]:
    """For each person with at least five peers in these rows, the median of the peers' minutes."""
    minutes: dict[UUID, list[int]] = defaultdict(list)
    for a in rows:
        minutes[a.contributor].append(a.minutes)
    if len(minutes) <= PEERS_LEAST:
        return {}
    # A person counts once, however many pieces they did; leaving one out would move the middle by one place at most.
    middle = median(median(of) for of in minutes.values())
    return dict.fromkeys(minutes, float(middle))


def inflated_tasks(tasks: Sequence[PublishedTask], *, times: float) -> list[Finding]:
    """Tasks worth so many times what others of their kind are, and far outside how these vary."""
    kinds: dict[str, list[PublishedTask]] = defaultdict(list)
    for task in tasks:
        kinds[task.kind].append(task)
    found = []
    for rows in kinds.values():
        if len(rows) <= 2 * PEERS_LEAST:
            continue
        logs = [log(max(row.value, 0.01)) for row in rows]
        middle = median(logs)
        spread = 1.4826 * median(abs(one - middle) for one in logs) or 0.05
        for row, one in zip(rows, logs, strict=True):
            if row.value > times * exp(middle) and one - middle > 3.5 * spread:
                evidence = {
                    "task": str(row.task), "value_x10": round(row.value * 10), "usual_x10": round(exp(middle) * 10),
                    "estimate_minutes": row.estimate_minutes, "peers": len(rows) - 1,
                }  # fmt: skip
                found.append(Finding("inflated_task", (row.publisher,), evidence, about=row.task))
    return found


def bursts(joined: Sequence[Joined], approvals: Sequence[Approved]) -> list[Finding]:
    """Many who joined within a day and whose work one reviewer approves, far more than chance would bring.

    A workshop brings many people on one day, too: joining together alone is nothing to look at.
    """
    judged: dict[UUID, Counter[UUID]] = defaultdict(Counter)
    for a in approvals:
        judged[a.contributor][a.reviewer] += 1
    # Of each newcomer, the reviewer of (nearly) all their work; most have none.
    patron = {one: of.most_common(1)[0] for one, of in judged.items()}
    of_patron: dict[UUID, list[Joined]] = defaultdict(list)
    for new in sorted(joined, key=lambda one: one.at):
        if new.subject in patron and patron[new.subject][1] * 100 >= sum(judged[new.subject].values()) * 80:
            of_patron[patron[new.subject][0]].append(new)
    found = []
    for reviewer, rows in of_patron.items():
        together = _densest_day(rows)
        if len(together) < BURST_LEAST:
            continue
        pieces = sum(sum(judged[one].values()) for one in together)
        count = sum(judged[one][reviewer] for one in together)
        others = [a for a in approvals if a.contributor not in together]
        chance = min(1.0, max(sum(a.reviewer == reviewer for a in others), 0.5) / max(len(others), 1))
        if at_least(count, pieces, chance) < RARE / len(of_patron):
            evidence = {
                "people": len(together), "pieces": pieces, "by_one": count, "reviewer": str(reviewer),
                "usual_percent": round(100 * chance),
            }  # fmt: skip
            found.append(Finding("burst", _sorted(*together), evidence, weight=len(together), about=reviewer))
    return found


def _densest_day(rows: Sequence[Joined]) -> set[UUID]:
    """The most people of these (by the time they joined) who came within a day."""
    best, start = (0, 0), 0
    for end, row in enumerate(rows):
        while row.at - rows[start].at > timedelta(hours=BURST_HOURS):
            start += 1
        best = max(best, (end + 1 - start, -start))
    size, start = best[0], -best[1]
    return {row.subject for row in rows[start : start + size]}


def _sorted(*people: UUID) -> tuple[UUID, ...]:
    return tuple(sorted(people))
