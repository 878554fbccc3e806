"""Vouching for somebody, and stopping somebody from something until a day.

No sanction comes by itself but one: whoever vouched for somebody on whom a steward acted may not vouch for 90 days.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime, timedelta
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import Subject
from accounts.queries import linked_people, lock_people, lock_person
from core.errors import DomainError
from core.events import new_event, record_events
from core.limits import check_limit
from core.models import Event
from guilds.models import Guild
from guilds.permissions import check_guild_open
from guilds.queries import is_member
from guilds.services.steps import note_event, reason_given
from reputation.models import Sanction, Vouch
from reputation.permissions import check_can_sanction, check_can_vouch, check_own_vouch
from reputation.queries import live_vouches_for
from reputation.rules.trust import SANCTION_DAYS_MOST, WRONG_VOUCH_LASTS


class VouchRefused(DomainError):
    """Not for oneself, not for somebody outside the guild, not again after it was revoked."""

    code = "vouch_refused"


class SanctionRefused(DomainError):
    """It has no end within a year, no reason, or is about nobody of the guild."""

    code = "sanction_refused"


class SanctionOver(DomainError):
    """It was lifted or ended before."""

    code = "sanction_over"
    status = 409


@transaction.atomic
def vouch_for(*, guild: Guild, subject: Subject, by: Subject, now: datetime) -> Vouch:
    """Give one's word that one knows a member and that this is one person. Twice is once.

    Raises PermissionRefused, Sanctioned, VouchRefused, LimitReached.
    """
    people = lock_people([by.pk, subject.pk], by=by.pk)
    ids, theirs = people[by.pk], people[subject.pk]
    check_can_vouch(by, guild, now, ids=ids)
    if subject.pk in ids:
        raise VouchRefused(_("Nobody vouches for themselves. Ask a member who knows you."))
    if not is_member(subject.pk, guild.pk):
        raise VouchRefused(_("You can vouch for members of this guild. They join first."))
    known = Vouch.objects.filter(guild=guild, voucher_id__in=ids, subject_id__in=theirs).order_by("pk").first()
    if known is not None and known.revoked_at is not None:
        raise VouchRefused(
            _("You vouched for this person before, and it was revoked. Somebody else can vouch for them.")
        )
    if known is not None and known.withdrawn_at is None:
        return known
    check_limit("vouch", ids[0], now=now)
    if known is None:
        known = Vouch.objects.create(guild=guild, voucher_id=ids[0], subject_id=theirs[0], vouched_at=now)
    else:
        known.vouched_at, known.withdrawn_at = now, None
        known.save(update_fields=["vouched_at", "withdrawn_at"])
    note_event("vouch.given", guild, by=by.pk, now=now, thing=("vouch", known.pk), subject=known.subject_id)
    return known


@transaction.atomic
def withdraw_vouch(*, vouch: Vouch, by: Subject, now: datetime) -> Vouch:
    """Take one's word back, without a reason. Twice is once. Raises PermissionRefused."""
    ids = lock_person(by.pk)
    vouch = Vouch.objects.select_for_update(no_key=True, of=("self",)).select_related("guild").get(pk=vouch.pk)
    check_own_vouch(vouch, ids)
    if vouch.withdrawn_at is None and vouch.revoked_at is None:
        vouch.withdrawn_at = now
        vouch.save(update_fields=["withdrawn_at"])
        note_event(
            "vouch.withdrawn", vouch.guild, by=by.pk, now=now, thing=("vouch", vouch.pk), subject=vouch.subject_id
        )
    return vouch


@transaction.atomic
def put_sanction(
    *,
    guild: Guild,
    subject: Subject,
    kind: str,
    reason: str,
    ends_at: datetime,
    by: Subject,
    now: datetime,
    case_id: UUID | None = None,
    parties: Collection[UUID] = (),
) -> Sanction:
    """Stop a member from reviewing, vouching or taking tasks until `ends_at`; whoever vouched for them may not vouch for
    90 days. `parties` are the people of the case it comes from. The same twice is once.

    Raises PermissionRefused, ReasonMissing, SanctionRefused, LimitReached.
    """
    people = lock_people([by.pk, subject.pk], by=by.pk)
    ids, theirs = people[by.pk], people[subject.pk]
    check_guild_open(guild)
    concerned = {one for linked in linked_people({*parties, subject.pk}).values() for one in linked}
    check_can_sanction(by, guild, now, ids=ids, concerned=concerned)
    reason = reason_given(reason)
    if kind not in Sanction.Kind.values:
        raise SanctionRefused(_("Choose what is stopped: reviewing, vouching or taking tasks."))
    if not now < ends_at <= now + timedelta(days=SANCTION_DAYS_MOST):
        raise SanctionRefused(_("A sanction ends by itself within a year. Choose an earlier day after today."))
    if not is_member(subject.pk, guild.pk):
        raise SanctionRefused(_("Only members of the guild can be stopped from something in it."))
    same = Sanction.objects.filter(
        guild=guild, subject_id__in=theirs, kind=kind, put_by_id__in=ids, reason=reason, ends_at=ends_at, lifted_at=None
    ).first()
    if same is not None:
        return same
    check_limit("sanction", ids[0], now=now)
    made = Sanction.objects.create(
        guild=guild, subject_id=theirs[0], kind=kind, reason=reason, put_by=by, begins_at=now, ends_at=ends_at,
        case_id=case_id,
    )  # fmt: skip
    record_events([_put(made, by.pk, now)], now=now)
    revoke_wrong_vouches(guild=guild, subjects=theirs, now=now)
    return made


@transaction.atomic
def revoke_wrong_vouches(*, guild: Guild, subjects: Collection[UUID], now: datetime) -> int:
    """Revoke the vouches for these people and stop each voucher from vouching for 90 days; returns how many.

    Called when a steward acted on those people. A voucher's own vouchers lose nothing by it. Once revoked, twice is once.
    """
    wrong = list(live_vouches_for(subjects, guild.pk).select_for_update(no_key=True))
    Vouch.objects.filter(pk__in=[vouch.pk for vouch in wrong]).update(revoked_at=now)
    made = [
        Sanction(
            guild=guild, subject_id=vouch.voucher_id, kind=Sanction.Kind.VOUCHING, begins_at=now,
            ends_at=now + WRONG_VOUCH_LASTS, vouch=vouch,
        )
        for vouch in wrong
    ]  # fmt: skip
    Sanction.objects.bulk_create(made)
    events = [
        new_event(
            "vouch.revoked", now=now, actor=None, guild=guild.pk, object_kind="vouch", object_id=vouch.pk,
            data={"subject": vouch.subject_id},
        )
        for vouch in wrong
    ]  # fmt: skip
    if wrong:
        record_events([*events, *(_put(one, None, now) for one in made)], now=now)
    return len(wrong)


@transaction.atomic
def lift_sanction(*, sanction: Sanction, by: Subject, reason: str, now: datetime) -> Sanction:
    """End a sanction early, with a reason that its person reads. Twice by the same steward is once.

    Raises PermissionRefused, ReasonMissing, SanctionOver.
    """
    people = lock_people([by.pk, sanction.subject_id], by=by.pk)
    ids = people[by.pk]
    rows = Sanction.objects.select_for_update(no_key=True, of=("self",)).select_related("guild")
    sanction = rows.get(pk=sanction.pk)
    check_can_sanction(by, sanction.guild, now, ids=ids, concerned=people[sanction.subject_id])
    reason = reason_given(reason)
    if sanction.lifted_at is not None and sanction.lifted_by_id in ids:
        return sanction
    if sanction.lifted_at is not None or sanction.ends_at <= now:
        raise SanctionOver(_("This is over already. Nothing was changed."))
    sanction.lifted_at, sanction.lifted_by, sanction.lift_reason = now, by, reason
    sanction.save(update_fields=["lifted_at", "lifted_by", "lift_reason"])
    note_event(
        "sanction.lifted", sanction.guild, by=by.pk, now=now, thing=("sanction", sanction.pk),
        subject=sanction.subject_id, stops=sanction.kind,
    )  # fmt: skip
    return sanction


def _put(sanction: Sanction, by: UUID | None, now: datetime) -> Event:
    return new_event(
        "sanction.put", now=now, actor=by, guild=sanction.guild_id, object_kind="sanction", object_id=sanction.pk,
        data={"subject": sanction.subject_id, "stops": sanction.kind, "until": sanction.last_on.isoformat()},
    )  # fmt: skip
