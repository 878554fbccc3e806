"""What goes on in the background: verdicts are posted, imported history is read and credited."""

from __future__ import annotations

from uuid import UUID

from django.utils import timezone

from contributions.services.boards import make_steps
from contributions.services.challenges import run_challenges
from contributions.services.history_acceptance import continue_acceptance, resume_acceptances
from contributions.services.history_uploads import read_import, resume_imports
from contributions.services.looks import lapse_second_looks
from contributions.services.patterns import look_for_patterns
from contributions.services.routing import route_reviews
from contributions.services.simulation import run_policy_simulation, sweep_policy_simulations
from contributions.services.verdicts import post_due_verdicts
from contributions.services.vesting import live_a_day
from core.jobs import job


@job(name="contributions.read_history", soft_seconds=540, hard_seconds=600)
def read_history(import_id: str) -> None:
    """Read an uploaded history to its end."""
    read_import(import_id=UUID(import_id), now=timezone.now())


@job(name="contributions.accept_sessions", soft_seconds=540, hard_seconds=600)
def accept_sessions(acceptance_id: str) -> None:
    """Credit the sessions that a maintainer accepted."""
    continue_acceptance(acceptance_id=UUID(acceptance_id), now=timezone.now())


@job(name="contributions.resume_history")
def resume_history() -> int:
    """Start what lost its worker in the middle, and throw away uploads that nobody decided on."""
    now = timezone.now()
    return resume_imports(now=now) + resume_acceptances(now=now)


@job(name="contributions.run_challenges", soft_seconds=50, hard_seconds=60)
def move_challenges() -> int:
    """Publish lots, draw panels, replace whoever does not answer."""
    return run_challenges(now=timezone.now())


@job(name="contributions.route_reviews", soft_seconds=110, hard_seconds=120)
def give_out_reviews() -> int:
    """Give work to reviewers, remind them, pass on what nobody decided; let go second looks nobody took."""
    now = timezone.now()
    return route_reviews(now=now) + lapse_second_looks(now=now)


@job(name="contributions.look_for_patterns", soft_seconds=840, hard_seconds=890)
def find_patterns() -> int:
    """Look at the approvals of the last 90 days; what stands out waits for a steward."""
    return look_for_patterns(now=timezone.now())


@job(name="contributions.make_board_steps", soft_seconds=50, hard_seconds=60)
def make_board_steps() -> int:
    """Make the ranks of boards whose scores changed."""
    return make_steps(now=timezone.now())


@job(name="contributions.count_policy_draft", soft_seconds=840, hard_seconds=890)
def count_policy_draft(simulation_id: str) -> None:
    """Count what a draft of a policy would have brought on a large guild's past."""
    run_policy_simulation(simulation_id=UUID(simulation_id), now=timezone.now())


@job(name="contributions.sweep_policy_simulations", soft_seconds=50, hard_seconds=60)
def sweep_simulations() -> int:
    """Simulations that lost their worker."""
    return sweep_policy_simulations(now=timezone.now())


@job(name="contributions.live_a_day", soft_seconds=540, hard_seconds=600)
def let_points_live() -> dict[str, int]:
    """Vest, expire and warn where a guild's day has come."""
    return live_a_day(now=timezone.now())


@job(name="contributions.post_verdicts", soft_seconds=50, hard_seconds=60)
def post_verdicts() -> int:
    """Post the verdicts that can't be undone any more; returns how many."""
    return post_due_verdicts(now=timezone.now())
