"""What people write about guilds and about themselves, and the words that go with a decision."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from django.utils.translation import gettext_lazy as _

from accounts.models import ImportedIdentity, Profile, Token, Tombstone, User
from accounts.queries import ids_of, linked_subjects
from core.models import (
    Delivery,
    Event,
    KeptAnswer,
    LogCheckpoint,
    LogKey,
    LogRoot,
    LogSigner,
    SearchWord,
    StateChange,
    Tally,
)
from core.written import find_written, not_reportable, register_written, written
from guilds.models import (
    Closing,
    Guild,
    GuildExport,
    Handover,
    Invitation,
    InvitationList,
    InviteLink,
    JoinRequest,
    Membership,
    NoInvitations,
    PolicyDraft,
)
from guilds.queries import viewer_in


def _sees_guild(guild: Guild, user: Any, now: datetime) -> bool:
    if guild.state != Guild.State.PROPOSED:
        return True
    viewer = viewer_in(user, guild.pk, now)
    return viewer.is_member or viewer.is_hub_steward


def _sees_request(request: JoinRequest, user: Any, now: datetime) -> bool:
    """Whoever asked, and the stewards who answer."""
    viewer = viewer_in(user, request.guild_id, now)
    return viewer.is_steward or viewer.is_person(request.subject_id)


def _sees_closing(closing: Closing, user: Any, now: datetime) -> bool:
    """Members, and the hub's stewards."""
    return viewer_in(user, closing.guild_id, now).sees_names


def _sees_draft(draft: PolicyDraft, user: Any, now: datetime) -> bool:
    """Stewards; once it is published everybody who sees the guild, because it says why the rules changed."""
    if draft.state == PolicyDraft.State.PUBLISHED:
        return _sees_guild(draft.guild, user, now)
    return viewer_in(user, draft.guild_id, now).is_steward


def _url_of_draft(draft: PolicyDraft) -> str:
    here = f"{draft.guild.get_absolute_url()}rules/"
    if draft.state == PolicyDraft.State.PUBLISHED and draft.policy is not None:
        return f"{here}#version-{draft.policy.version}"
    return f"{here}draft/" if draft.state == PolicyDraft.State.OPEN else here


def _sees_profile(profile: Profile, user: Any, now: datetime) -> bool:
    """What the person shows to everybody; else whoever is in a guild with them, for members see names."""
    if profile.is_public:
        return True
    if not user.is_authenticated:
        return False
    theirs = Membership.objects.filter(subject_id__in=linked_subjects(profile.subject_id), left_at__isnull=True)
    mine = Membership.objects.filter(subject_id__in=ids_of(user), left_at__isnull=True)
    return user.is_staff or mine.filter(guild__in=theirs.values("guild_id")).exists()


def _thing_of(step: StateChange) -> Any | None:
    """What the step was taken on, if people write such things."""
    return find_written(step.object_kind, step.object_id)


def _guild_of_step(step: StateChange) -> UUID | None:
    thing, kind = _thing_of(step), written(step.object_kind)
    return kind.guild(thing) if thing is not None and kind else None


def _sees_step(step: StateChange, user: Any, now: datetime) -> bool:
    """As on the thing's page: members of its guild and whoever wrote the thing."""
    thing, kind = _thing_of(step), written(step.object_kind)
    if thing is None or kind is None or not step.reason or not kind.may_see(thing, user, now):
        return False
    guild = kind.guild(thing)
    viewer = viewer_in(user, guild, now) if guild else None
    return bool(viewer and (viewer.sees_names or viewer.is_person(kind.author_id(thing))))


def _url_of_step(step: StateChange) -> str:
    thing, kind = _thing_of(step), written(step.object_kind)
    return kind.url(thing) if thing is not None and kind else ""


def register() -> None:
    """Fill the registry, also for the models of the apps below, which know no guild."""
    register_written(
        "guild",
        model=Guild,
        label=_("guild"),
        fields=("name", "summary", "contact"),
        author="",
        guild=lambda row: row.pk,
        url=lambda row: row.get_absolute_url(),
        may_see=_sees_guild,
        emptied=("contact",),
    )
    register_written(
        "joinrequest",
        model=JoinRequest,
        label=_("request to join"),
        fields=("words",),
        author="subject",
        guild=lambda row: row.guild_id,
        url=lambda row: row.guild.get_absolute_url(),
        may_see=_sees_request,
        related=("guild",),
    )
    register_written(
        "closing",
        model=Closing,
        label=_("reason to close a guild"),
        fields=("reason",),
        author="proposed_by",
        guild=lambda row: row.guild_id,
        url=lambda row: row.guild.get_absolute_url(),
        may_see=_sees_closing,
        related=("guild",),
    )
    register_written(
        "policydraft",
        model=PolicyDraft,
        label=_("reason for other rules"),
        fields=("reason",),
        author="worded_by",
        guild=lambda row: row.guild_id,
        url=_url_of_draft,
        may_see=_sees_draft,
        related=("guild", "policy"),
    )
    register_written(
        "profile",
        model=Profile,
        label=_("page about a person"),
        fields=("display_name", "about", "links"),
        author="subject",
        guild=lambda row: None,
        url=lambda row: f"/u/{row.handle}/" if row.handle and row.is_public else "",
        may_see=_sees_profile,
        related=("subject",),
        emptied=("display_name", "about"),
    )
    register_written(
        "statechange",
        model=StateChange,
        label=_("reason"),
        fields=("reason",),
        author="actor",
        guild=_guild_of_step,
        url=_url_of_step,
        may_see=_sees_step,
    )
    _say_what_needs_no_button()


def _say_what_needs_no_button() -> None:
    chosen = "chosen from a list, or put together by the program"
    not_reportable(Guild, chosen, "timezone", "language")
    not_reportable(
        Guild, "an address that stands in links and in the ledger; a hub steward opens no guild with a bad one", "slug"
    )
    not_reportable(Guild, chosen, "joining")
    not_reportable(Guild, "only the proposer and the hub's stewards see it", "decline_reason")
    not_reportable(JoinRequest, chosen, "answer")
    not_reportable(JoinRequest, "only whoever asked and the stewards see it", "reason")
    not_reportable(
        Closing, "stewards see it; it becomes the reason of the step, which has a button", "reason", "answer"
    )
    not_reportable(Handover, chosen, "answer")
    not_reportable(PolicyDraft, chosen, "state")
    not_reportable(InviteLink, "a hash", "token_hash")
    not_reportable(InvitationList, chosen, "language", "state", "trouble", "fingerprint", "forgotten")
    not_reportable(Invitation, chosen, "language", "roles", "state", "why")
    not_reportable(Invitation, "only the guild's stewards see it, and whoever it invites", "email", "name", "typed")
    not_reportable(NoInvitations, "a hash", "digest")
    not_reportable(GuildExport, chosen, "state")
    not_reportable(Membership, chosen, "roles")
    not_reportable(Profile, chosen, "timezone", "language")
    not_reportable(
        Profile, "an address; hiding the page hides what it says, and a hub steward takes a bad one away", "handle"
    )
    not_reportable(User, "only its owner and the hub's stewards see it", "email", "password")
    not_reportable(Tombstone, "a hash", "digest")
    not_reportable(
        ImportedIdentity,
        "what a repository says; a maintainer takes the history back",
        "name",
        "name_key",
        "email_hash",
    )
    not_reportable(StateChange, chosen, "object_kind", "from_state", "to_state")
    not_reportable(Event, "words of the program: core/event_kinds.py", "kind", "object_kind", "data")
    not_reportable(
        KeptAnswer, "what a program of the person was answered; nobody else sees it", "key", "payload_hash", "body"
    )
    not_reportable(Tally, "words of the program", "kind")
    not_reportable(SearchWord, "single words, shown to nobody", "word", "near")
    not_reportable(Token, "only its owner sees it", "name", "digest", "prefix")
    not_reportable(Delivery, "words of the program", "consumer", "error")
    not_reportable(LogKey, "words of the program, signed", "name", "statement")
    not_reportable(LogCheckpoint, "numbers and hashes, signed", "note")
    not_reportable(LogSigner, "words of the program", "error")
    not_reportable(LogRoot, "hashes", "frontier")
