"""The two histories of the demo, both through the import: an invented repository, and a real project's four years."""

from __future__ import annotations

from datetime import datetime, timedelta

from accounts.models import User
from accounts.queries import claimable_identities
from accounts.services import claim_identity
from contributions.history.reading import read_history_file
from contributions.services.history import bring_history
from contributions.services.history_acceptance import accept_history
from guildhub.demo.commits import history_lines
from guildhub.demo.stage import DATA, Stage
from guildhub.demo.timeline import Step

SHOONYA = DATA / "shoonya-history.jsonl.gz"


def plan_histories(stage: Stage) -> None:
    """Put the imports, what was accepted of them, and who claimed their commits onto the timeline."""
    line = stage.line
    # Three times the same repository, longer each time; known commits change nothing.
    line.at(line.days_ago(100, 21), _bring(stage))
    line.at(line.days_ago(99, 20), _claim(stage, "jahnavi"))
    line.at(line.days_ago(99, 21), _accept(stage, "flood-map", "jahnavi"))
    line.at(line.days_ago(98, 20), _accept(stage, "flood-map", "bhaskar"))
    line.at(line.days_ago(80, 20), _claim(stage, "bitopan"))
    line.at(line.days_ago(14, 21), _bring(stage))
    # Her own sessions are left for another maintainer, and those of the third import for anybody.
    line.at(line.days_ago(13, 21), _accept(stage, "flood-map", "jahnavi"))
    line.at(line.now - timedelta(hours=1), _bring(stage))

    line.at(line.days_ago(28, 23), _bring_shoonya(stage))
    line.at(line.days_ago(27, 10), _accept(stage, "shoonya", "vasundhara"))


def _bring(stage: Stage) -> Step:
    def bring(now: datetime) -> None:
        commits = read_history_file(history_lines(stage.line, now))
        bring_history(
            project=stage.projects["flood-map"],
            commits=commits,
            by=stage.people["jahnavi"],
            now=now,
            file_name=f"majuli-flood-map-{now.date().isoformat()}.jsonl",
        )

    return bring


def _bring_shoonya(stage: Stage) -> Step:
    def bring(now: datetime) -> None:
        commits = read_history_file(SHOONYA.read_bytes())
        bring_history(
            project=stage.projects["shoonya"],
            commits=commits,
            by=stage.people["vasundhara"],
            now=now,
            file_name=SHOONYA.name,
        )

    return bring


def _accept(stage: Stage, project: str, by: str) -> Step:
    def accept(now: datetime) -> None:
        accept_history(project=stage.projects[project], by=stage.people[by], now=now)

    return accept


def _claim(stage: Stage, person: str) -> Step:
    def claim(now: datetime) -> None:
        subject = stage.people[person]
        identity = claimable_identities(User.objects.get(subject=subject).email).get()
        claim_identity(identity=identity, by=subject, now=now)

    return claim
