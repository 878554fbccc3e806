"""The declared steps of problems, projects and tasks, and the sizes of tasks, without a database."""

from __future__ import annotations

#: Problem: state -> states that may follow. Rejected, duplicate and solved are final.
PROBLEM_TRANSITIONS: dict[str, frozenset[str]] = {
    "draft": frozenset({"submitted"}),
    "submitted": frozenset({"accepted", "rejected", "duplicate", "parked", "draft"}),
    "accepted": frozenset({"in_project", "parked", "duplicate"}),
    "in_project": frozenset({"accepted", "piloting", "parked"}),
    "piloting": frozenset({"solved", "in_project"}),
    "parked": frozenset({"submitted", "accepted", "in_project"}),
    "rejected": frozenset(),
    "duplicate": frozenset(),
    "solved": frozenset(),
}

#: Project: state -> states that may follow. An archived project is read, not resumed.
PROJECT_TRANSITIONS: dict[str, frozenset[str]] = {
    "proposal": frozenset({"incubating", "archived"}),
    "incubating": frozenset({"active", "dormant", "archived", "quarantined"}),
    "active": frozenset({"release_ready", "dormant", "archived", "quarantined"}),
    "release_ready": frozenset({"active", "adopted", "dormant", "archived", "quarantined"}),
    "adopted": frozenset({"active", "dormant", "archived", "quarantined"}),
    "dormant": frozenset({"active", "archived", "quarantined"}),
    "quarantined": frozenset({"active", "archived"}),
    "archived": frozenset(),
}

#: Task: state -> states that may follow.
TASK_TRANSITIONS: dict[str, frozenset[str]] = {
    "draft": frozenset({"published", "expired"}),
    "published": frozenset({"claimed", "expired"}),
    "claimed": frozenset({"submitted", "published", "expired"}),
    "submitted": frozenset({"accepted", "returned", "claimed"}),
    "returned": frozenset({"submitted", "claimed", "published", "expired"}),
    "expired": frozenset({"published"}),
    "accepted": frozenset(),
}

#: States of a problem that a project may answer.
PROBLEM_OPEN_TO_PROJECTS: frozenset[str] = frozenset({"accepted", "in_project", "piloting", "solved"})

#: States of a project in which tasks are published and hours are logged.
PROJECT_TAKES_WORK: frozenset[str] = frozenset({"incubating", "active", "release_ready", "adopted"})

TASK_MINUTES_LEAST = 15
TASK_MINUTES_MOST = 120


def steps(transitions: dict[str, frozenset[str]]) -> list[str]:
    """Every declared step as 'from>to', sorted: the form in which the database trigger knows them."""
    return sorted(f"{before}>{after}" for before, nexts in transitions.items() for after in nexts)
