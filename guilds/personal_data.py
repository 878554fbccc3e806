"""How guilds forget a person: memberships and rights are ended, words go, and rows keep random ids only."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from uuid import UUID

from allauth.account.models import EmailAddress
from django.db.models import Case, F, Q, Value, When
from django.utils import timezone

from core.registries import holds_nothing_personal, register_personal_data
from core.written import ERASED
from guilds.models import (
    Closing,
    Grant,
    Guild,
    GuildExport,
    Handover,
    Invitation,
    InvitationList,
    InviteLink,
    JoinRequest,
    Membership,
    NoInvitations,
    Policy,
    PolicyDraft,
)
from guilds.services.invitations import discard, forget_rows


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


def _erase_drafts(ids: Sequence[UUID]) -> None:
    """The reason goes, if it is theirs; an open draft has none then. Numbers stay."""
    rows = PolicyDraft.objects.filter(worded_by__in=ids).exclude(reason="")
    rows.filter(state=PolicyDraft.State.OPEN, hidden_at__isnull=True).update(reason="")
    rows.exclude(reason="").update(reason=ERASED)


def _export_drafts(ids: Sequence[UUID]) -> Iterable[Mapping[str, object]]:
    known = Q(made_by__in=ids) | Q(saved_by__in=ids) | Q(closed_by__in=ids) | Q(worded_by__in=ids)
    is_theirs = Case(When(worded_by__in=ids, then=F("reason")), default=Value(""))
    rows = PolicyDraft.objects.filter(known).annotate(own_reason=is_theirs)
    return rows.values("guild__name", "own_reason", "made_at", "saved_at", "state", "closed_at")


def _erase_exports(ids: Sequence[UUID]) -> None:
    """Files that were written before still hold the person's words: they go, and can be made again without them."""
    known = Membership.objects.filter(subject_id__in=ids).values("guild_id")
    rows = GuildExport.objects.filter(guild_id__in=known)
    rows.filter(state="ready").update(state="gone", data=None)
    rows.filter(state="waiting").update(state="failed", finished_at=timezone.now())


def _export_exports(ids: Sequence[UUID]) -> Iterable[Mapping[str, object]]:
    return GuildExport.objects.filter(asked_by__in=ids).values("guild__name", "has_names", "asked_at", "state")


def _addresses(ids: Sequence[UUID]) -> list[str]:
    """A person's addresses in small letters; only proved ones, so that nobody erases or reads another's mail."""
    proved = EmailAddress.objects.filter(user__subject_id__in=ids, verified=True).values_list("email", flat=True)
    return [email.lower() for email in proved]


def _erase_invitations(ids: Sequence[UUID]) -> None:
    """What came to their addresses goes; lists that they brought hold others' addresses and end by themselves."""
    Invitation.objects.filter(joined_by__in=ids).update(joined_by=None)
    for row in InvitationList.objects.filter(rows__email__in=_addresses(ids)).distinct():
        forget_rows(Invitation.objects.filter(invitation_list=row, email__in=_addresses(ids)), row)


def _export_invitations(ids: Sequence[UUID]) -> Iterable[Mapping[str, object]]:
    rows = Invitation.objects.filter(Q(email__in=_addresses(ids)) | Q(joined_by__in=ids))
    return rows.values("guild__name", "email", "name", "language", "roles", "state", "tried_at", "joined_at")


def _erase_lists(ids: Sequence[UUID]) -> None:
    """What they brought and did not send yet is thrown away; what is being sent waits for another steward."""
    for row in InvitationList.objects.filter(made_by__in=ids, state=InvitationList.State.DRAFT):
        discard(row, now=timezone.now())


def _export_lists(ids: Sequence[UUID]) -> Iterable[Mapping[str, object]]:
    rows = InvitationList.objects.filter(Q(made_by__in=ids) | Q(started_by__in=ids))
    return rows.values("guild__name", "made_at", "state", "started_at", "ends_at", "finished_at")


def register() -> None:
    """Fill the registry."""
    register_personal_data(Guild, erase=_erase_guilds, export=_export_guilds)
    register_personal_data(Membership, erase=_erase_memberships, export=_export_memberships)
    register_personal_data(Grant, erase=_erase_grants, export=_export_grants)
    register_personal_data(JoinRequest, erase=_erase_requests, export=_export_requests)
    register_personal_data(InviteLink, erase=_erase_links, export=_export_links)
    register_personal_data(Handover, erase=_erase_handovers, export=_export_handovers)
    register_personal_data(Closing, erase=_erase_closings, export=_export_closings)
    register_personal_data(PolicyDraft, erase=_erase_drafts, export=_export_drafts)
    register_personal_data(GuildExport, erase=_erase_exports, export=_export_exports)
    register_personal_data(InvitationList, erase=_erase_lists, export=_export_lists)
    register_personal_data(Invitation, erase=_erase_invitations, export=_export_invitations)
    holds_nothing_personal(NoInvitations, "keyed hashes of addresses, kept so that nobody writes to them again")
    holds_nothing_personal(Policy, "numbers and the publisher's random id")
