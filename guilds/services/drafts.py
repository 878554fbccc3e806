"""The draft of a guild's next policy: kept for all its stewards, tried on the past (`contributions`), published with a reason."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import Subject
from accounts.queries import lock_person
from core.errors import DomainError, TransitionRefused
from core.events import new_event
from core.meanwhile import ChangedMeanwhile, check_seen, is_as_stored, words_of
from core.text import words_mark
from core.transitions import change_state
from core.written import check_not_hidden
from guilds.models import NUMBERS, Guild, Policy, PolicyDraft
from guilds.permissions import check_can_edit_guild
from guilds.services.policies import PolicyRefused, draft_policy, publish_policy
from guilds.services.steps import ReasonMissing, locked_guild, note_event

#: What of a draft can be changed.
DRAFT_FIELDS = (*NUMBERS, "reason")


class DraftOutdated(DomainError):
    """Another version was published since the draft was saved."""

    code = "draft_outdated"
    status = 409


@transaction.atomic
def save_policy_draft(
    *, guild: Guild, by: Subject, now: datetime, reason: str | None = None, seen: str = "", **numbers: Any
) -> PolicyDraft:
    """Keep numbers and a reason as the guild's draft; what isn't named stays as the draft has it, or the latest version.

    Saving puts it on top of the latest version. The same again changes nothing. `seen` is the mark of `DRAFT_FIELDS` as
    the writer read them. Raises PermissionRefused, PolicyRefused, ChangedMeanwhile, TextHidden.
    """
    lock_person(by.pk)
    guild = locked_guild(guild)
    check_can_edit_guild(by, guild, now)
    latest = Policy.objects.filter(guild=guild).latest("version")
    draft = PolicyDraft.objects.select_for_update(no_key=True).filter(guild=guild, state="open").first()
    is_new = draft is None
    if draft is None:
        kept = {name: getattr(latest, name) for name in NUMBERS}
        draft = PolicyDraft(guild=guild, made_by=by, made_at=now, saved_by=by, **kept)
    wanted = {**numbers, **({} if reason is None else {"reason": reason.strip()[:600]})}
    if not is_new:
        check_seen(draft, wanted, seen=seen, whole=DRAFT_FIELDS)
        if draft.based_on == latest.version and is_as_stored(draft, wanted):
            return draft
        check_not_hidden(draft, wanted)
    draft_policy(latest, **{**words_of(draft, NUMBERS), **numbers})
    if wanted.get("reason", draft.reason) != draft.reason:
        draft.worded_by = by
    for name, value in wanted.items():
        setattr(draft, name, value)
    draft.based_on, draft.saved_by, draft.saved_at = latest.version, by, now
    draft.save(force_insert=is_new)
    note_event("guild.policy_drafted", guild, by=by.pk, now=now, thing=("policydraft", draft.pk))
    return draft


@transaction.atomic
def discard_policy_draft(*, draft: PolicyDraft, by: Subject, now: datetime) -> PolicyDraft:
    """Put a draft away; the rules stay as they are. Twice is once. Raises PermissionRefused, TransitionRefused."""
    draft = _locked(draft, by, now)
    if draft.state == PolicyDraft.State.DISCARDED:
        return draft
    draft.closed_by, draft.closed_at = by, now
    event = new_event(
        "guild.policy_draft_discarded", now=now, actor=by.pk, guild=draft.guild_id, object_kind="policydraft",
        object_id=draft.pk, data={},
    )  # fmt: skip
    also = ["closed_by", "closed_at"]
    change_state(draft, PolicyDraft.State.DISCARDED, actor=by.pk, now=now, also=also, telling=[event])
    return draft


@transaction.atomic
def publish_policy_draft(
    *, draft: PolicyDraft, by: Subject, now: datetime, effective_at: datetime | None = None, seen: str = ""
) -> Policy:
    """Make the draft the guild's next version, never backwards (`publish_policy`). Twice is once.

    `seen` as in `save_policy_draft`: nobody publishes what they have not read. Raises PermissionRefused, ReasonMissing,
    PolicyRefused, DraftOutdated, ChangedMeanwhile, TransitionRefused.
    """
    draft = _locked(draft, by, now)
    if draft.policy is not None:
        return draft.policy
    if draft.state != PolicyDraft.State.OPEN:
        raise TransitionRefused(_("This draft was discarded. The rules are as they were."))
    if seen and seen != words_mark(words_of(draft, DRAFT_FIELDS)):
        raise ChangedMeanwhile(
            _("The draft was changed meanwhile. Nothing was published: read what it changes now, then publish it."),
            stored=words_of(draft, DRAFT_FIELDS),
            differ=[],
        )
    numbers = words_of(draft, NUMBERS)
    _check_ready(draft, Policy.objects.filter(guild=draft.guild).latest("version"))
    policy = publish_policy(guild=draft.guild, by=by, now=now, effective_at=effective_at, **numbers)
    draft.closed_by, draft.closed_at, draft.policy = by, now, policy
    also = ["closed_by", "closed_at", "policy"]
    change_state(draft, PolicyDraft.State.PUBLISHED, actor=by.pk, now=now, also=also)
    return policy


def _check_ready(draft: PolicyDraft, latest: Policy) -> None:
    if not draft.reason:
        raise ReasonMissing(_("Please say why the rules change, in a sentence that everybody can read. Then publish."))
    if latest.version != draft.based_on:
        raise DraftOutdated(
            _(
                "Version %(version)s was published after this draft was saved. Nothing was published. Save the draft again: "
                "then it shows what it changes in that version."
            )
            % {"version": latest.version}
        )
    if is_as_stored(latest, words_of(draft, NUMBERS)):
        raise PolicyRefused(_("This draft changes no number, so there is nothing to publish."))


def _locked(draft: PolicyDraft, by: Subject, now: datetime) -> PolicyDraft:
    """The draft under its lock and its guild's, for whom it is to change."""
    lock_person(by.pk)
    guild = locked_guild(draft.guild)
    check_can_edit_guild(by, guild, now)
    found = PolicyDraft.objects.select_for_update(no_key=True, of=("self",)).select_related("policy").get(pk=draft.pk)
    found.guild = guild
    return found
