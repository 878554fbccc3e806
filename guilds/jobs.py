"""Background jobs of guilds: count reviewers, remind of ending rights, write exports, send invitations."""

from __future__ import annotations

from uuid import UUID

from django.utils import timezone

from core.jobs import job
from guilds import services


@job(name="guilds.recount_reviewers")
def recount_reviewers() -> int:
    """Whether each guild has enough reviewers; every ten minutes."""
    return services.recount_reviewers(now=timezone.now())


@job(name="guilds.remind_of_ending_rights")
def remind_of_ending_rights() -> int:
    """A word to whoever's right ends within two weeks; twice is once."""
    return services.remind_of_ending_rights(now=timezone.now())


@job(name="guilds.make_export", soft_seconds=600, hard_seconds=660)
def make_export(export_id: str) -> None:
    """Write one guild's file."""
    services.make_export(export_id=UUID(export_id), now=timezone.now())


@job(name="guilds.sweep_exports")
def sweep_exports() -> int:
    """Exports that lost their worker, and those that were kept long enough."""
    return services.sweep_exports(now=timezone.now())


@job(name="guilds.send_invitations")
def send_invitations(list_id: str) -> int:
    """Send a list for a minute; it asks for itself again while rows wait."""
    return services.send_due_invitations(list_id=UUID(list_id), now=timezone.now())


@job(name="guilds.sweep_invitations")
def sweep_invitations() -> None:
    """Lists that lost their worker, attempts that were killed, and what is deleted when its day has come."""
    services.sweep_invitations(now=timezone.now())
