"""How guilds forget a person: memberships and rights are ended, words go, and rows keep random ids only."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from uuid import UUID

from django.db.models import Q
from django.utils import timezone

from core.registries import holds_nothing_personal, register_personal_data
from core.written import ERASED
from guilds.models import Closing, Grant, Guild, GuildExport, Handover, InviteLink, JoinRequest, Membership, Policy


def _erase_guilds(ids: Sequence[UUID]) -> None:
    """Guilds that were never opened are their proposer's words; an open one's are the community's."""
    mine = Guild.objects.filter(proposed_by__in=ids, state=Guild.State.PROPOSED)
    for guild in mine:
        guild.name = guild.summary = ERASED
        guild.contact, guild.slug = "", f"erased-{guild.pk.hex[-12:]}"
        guild.save(update_fields=["name", "summary", "contact", "slug"])
    mine.filter(declined_at__isnull=True).update(
        declined_at=timezone.now(), declined_by_id=ids[0], decline_reason=ERASED
    )
    Guild.objects.filter(declined_by__in=ids).update(decline_reason=ERASED)


def _export_guilds(ids: Sequence[UUID]) -> Iterable[Mapping[str, object]]:
    return Guild.objects.filter(proposed_by__in=ids).values("slug", "name", "summary", "contact", "state", "created_at")


def _erase_memberships(ids: Sequence[UUID]) -> None:
    rows = Membership.objects.filter(subject_id__in=ids)
    rows.update(roles=[])
    rows.filter(left_at__isnull=True).update(left_at=timezone.now())


def _export_memberships(ids: Sequence[UUID]) -> Iterable[Mapping[str, object]]:
    return Membership.objects.filter(subject_id__in=ids).values("guild__name", "roles", "joined_at", "left_at")


def _erase_grants(ids: Sequence[UUID]) -> None:
    Grant.objects.filter(subject_id__in=ids, revoked_at__isnull=True).update(revoked_at=timezone.now())


def _export_grants(ids: Sequence[UUID]) -> Iterable[Mapping[str, object]]:
    return Grant.objects.filter(subject_id__in=ids).values("guild__name", "right", "starts_at", "ends_at", "revoked_at")


def _erase_requests(ids: Sequence[UUID]) -> None:
    rows = JoinRequest.objects.filter(subject_id__in=ids)
    rows.update(words="")
    rows.filter(answer="").update(answer="withdrawn", answered_at=timezone.now(), answered_by_id=ids[0])
    JoinRequest.objects.filter(Q(answered_by__in=ids) | Q(subject_id__in=ids)).exclude(reason="").update(reason=ERASED)


def _export_requests(ids: Sequence[UUID]) -> Iterable[Mapping[str, object]]:
    rows = JoinRequest.objects.filter(Q(subject_id__in=ids) | Q(answered_by__in=ids))
    return rows.values("guild__name", "words", "asked_at", "answer", "answered_at", "reason")


def _erase_links(ids: Sequence[UUID]) -> None:
    InviteLink.objects.filter(made_by__in=ids, revoked_at__isnull=True).update(revoked_at=timezone.now())


def _export_links(ids: Sequence[UUID]) -> Iterable[Mapping[str, object]]:
    return InviteLink.objects.filter(made_by__in=ids).values(
        "guild__name", "made_at", "expires_at", "uses", "uses_most"
    )


def _erase_handovers(ids: Sequence[UUID]) -> None:
    rows = Handover.objects.filter(Q(offered_by__in=ids) | Q(offered_to__in=ids), answer="")
    rows.update(answer="withdrawn", answered_at=timezone.now())


def _export_handovers(ids: Sequence[UUID]) -> Iterable[Mapping[str, object]]:
    rows = Handover.objects.filter(Q(offered_by__in=ids) | Q(offered_to__in=ids))
    return rows.values("guild__name", "offered_at", "answer", "answered_at")


def _erase_closings(ids: Sequence[UUID]) -> None:
    Closing.objects.filter(proposed_by__in=ids).update(reason=ERASED)


def _export_closings(ids: Sequence[UUID]) -> Iterable[Mapping[str, object]]:
    return Closing.objects.filter(proposed_by__in=ids).values("guild__name", "proposed_at", "reason", "answer")


def _erase_exports(ids: Sequence[UUID]) -> None:
    """Files that were written before still hold the person's words: they go, and can be made again without them."""
    known = Membership.objects.filter(subject_id__in=ids).values("guild_id")
    rows = GuildExport.objects.filter(guild_id__in=known)
    rows.filter(state="ready").update(state="gone", data=None)
    rows.filter(state="waiting").update(state="failed", finished_at=timezone.now())


def _export_exports(ids: Sequence[UUID]) -> Iterable[Mapping[str, object]]:
    return GuildExport.objects.filter(asked_by__in=ids).values("guild__name", "has_names", "asked_at", "state")


def register() -> None:
    """Fill the registry."""
    register_personal_data(Guild, erase=_erase_guilds, export=_export_guilds)
    register_personal_data(Membership, erase=_erase_memberships, export=_export_memberships)
    register_personal_data(Grant, erase=_erase_grants, export=_export_grants)
    register_personal_data(JoinRequest, erase=_erase_requests, export=_export_requests)
    register_personal_data(InviteLink, erase=_erase_links, export=_export_links)
    register_personal_data(Handover, erase=_erase_handovers, export=_export_handovers)
    register_personal_data(Closing, erase=_erase_closings, export=_export_closings)
    register_personal_data(GuildExport, erase=_erase_exports, export=_export_exports)
    holds_nothing_personal(Policy, "numbers and the publisher's random id")
