"""Coming and going: joining at once or by asking, choosing how to help, leaving."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import Subject
from accounts.queries import lock_people, lock_person
from accounts.services import start_profile
from core.errors import DomainError, TransitionRefused
from core.limits import check_limit
from guilds.models import Grant, Guild, InviteLink, JoinRequest, Membership
from guilds.permissions import check_guild_open, check_member, check_own_request, check_steward
from guilds.rules import ROLES
from guilds.services.assurance import count_reviewers
from guilds.services.rights import check_not_last_steward
from guilds.services.steps import locked_guild, note_event, reason_given


class AlreadyMember(TransitionRefused):
    """The person belongs to the guild already."""

    code = "already_member"


class JoinOtherwise(DomainError):
    """This guild lets people in another way; the message says which."""

    code = "join_otherwise"


@transaction.atomic
def join_guild(*, guild: Guild, by: Subject, now: datetime, roles: Sequence[str] = ()) -> Membership:
    """Become a member of a guild that is open to everybody. Raises AlreadyMember the second time, and JoinOtherwise."""
    ids = lock_person(by.pk)
    guild = Guild.objects.get(pk=guild.pk)
    check_guild_open(guild)
    check_no_member(guild, ids)
    if guild.joining == Guild.Joining.REQUEST:
        raise JoinOtherwise(_("%(guild)s asks you to ask: a steward answers.") % {"guild": guild.name})
    if guild.joining == Guild.Joining.INVITE:
        raise JoinOtherwise(_("%(guild)s is joined by a link that its stewards give.") % {"guild": guild.name})
    check_limit("join", by.pk, now=now)
    return let_in(guild, by, actor=by, now=now, way="open", roles=roles)


@transaction.atomic
def ask_to_join(*, guild: Guild, by: Subject, now: datetime, words: str = "") -> JoinRequest:
    """Ask the stewards of a guild that is joined by request; asked twice it is one. Raises AlreadyMember, JoinOtherwise."""
    ids = lock_person(by.pk)
    guild = Guild.objects.get(pk=guild.pk)
    check_guild_open(guild)
    check_no_member(guild, ids)
    if guild.joining != Guild.Joining.REQUEST:
        raise JoinOtherwise(_("%(guild)s takes no requests (any more).") % {"guild": guild.name})
    asked = JoinRequest.objects.filter(guild=guild, subject_id__in=ids, answer="").first()
    if asked is not None:
        return asked
    check_limit("join", by.pk, now=now)
    request = JoinRequest.objects.create(guild=guild, subject=by, words=words.strip()[:600], asked_at=now)
    _note("join_request.made", request, by=by, now=now)
    return request


@transaction.atomic
def withdraw_join_request(*, request: JoinRequest, by: Subject, now: datetime) -> JoinRequest:
    """Take a request back. Twice is once; an answered one stays as it is."""
    lock_person(by.pk)
    request = _locked(request)
    check_own_request(by, request)
    if request.answer == JoinRequest.Answer.WAITING:
        _answer(request, JoinRequest.Answer.WITHDRAWN, by=by, now=now)
    return request


@transaction.atomic
def answer_join_request(
    *, request: JoinRequest, is_accepted: bool, by: Subject, now: datetime, reason: str = ""
) -> JoinRequest:
    """Let somebody in who asked, or decline with a reason that they read. Raises TransitionRefused when answered."""
    check_guild_open(request.guild)
    check_steward(by, request.guild, now)
    lock_people([by.pk, request.subject_id], by=by.pk)
    request = _locked(request)
    if request.answer != JoinRequest.Answer.WAITING:
        raise TransitionRefused(_("This was answered already: it is “%s”.") % request.get_answer_display())
    if not is_accepted:
        return _answer(request, JoinRequest.Answer.DECLINED, by=by, now=now, reason=reason_given(reason))
    _answer(request, JoinRequest.Answer.ACCEPTED, by=by, now=now)
    if not Membership.objects.filter(guild=request.guild, subject=request.subject, left_at__isnull=True).exists():
        let_in(request.guild, request.subject, actor=by, now=now, way="request")
    return request


@transaction.atomic
def change_joining(*, guild: Guild, joining: str, by: Subject, now: datetime) -> Guild:
    """Choose how people join: "open", "request" or "invite". Requests that wait keep waiting for their answer."""
    lock_person(by.pk)
    guild = locked_guild(guild)
    check_guild_open(guild)
    check_steward(by, guild, now)
    if joining not in Guild.Joining.values:
        raise DomainError(_("Choose one of the three ways."))
    if guild.joining != joining:
        guild.joining = joining
        guild.save(update_fields=["joining"])
        note_event("guild.joining_changed", guild, by=by.pk, now=now, joining=joining)
    return guild


@transaction.atomic
def choose_roles(*, guild: Guild, roles: Sequence[str], by: Subject, now: datetime) -> Membership:
    """Say with what kinds of help somebody wants to take part; replaces what they chose before."""
    check_guild_open(guild)
    ids = lock_person(by.pk)
    check_member(by, guild)
    membership = Membership.objects.get(guild=guild, subject_id__in=ids, left_at__isnull=True)
    membership.roles = _known(roles)
    membership.save(update_fields=["roles"])
    return membership


@transaction.atomic
def leave_guild(*, guild: Guild, by: Subject, now: datetime) -> None:
    """End a membership and the rights that came with it; what was earned stays. Raises LastSteward."""
    ids = lock_person(by.pk)
    guild = locked_guild(guild)
    check_not_last_steward(guild, ids, now)
    ended = Membership.objects.filter(guild=guild, subject_id__in=ids, left_at__isnull=True).update(left_at=now)
    rights = Grant.objects.filter(guild=guild, subject_id__in=ids, revoked_at__isnull=True).update(revoked_at=now)
    if ended:
        note_event("membership.left", guild, by=by.pk, now=now, subject=by.pk)
    if ended or rights:
        count_reviewers(guild=guild, now=now)


def check_no_member(guild: Guild, ids: Sequence[UUID]) -> None:
    """Refuse whoever belongs to the guild already, under their lock. Raises AlreadyMember."""
    if Membership.objects.filter(guild=guild, subject_id__in=ids, left_at__isnull=True).exists():
        raise AlreadyMember(_("You belong to %(guild)s already.") % {"guild": guild.name})


def let_in(
    guild: Guild,
    subject: Subject,
    *,
    actor: Subject,
    now: datetime,
    way: str,
    roles: Sequence[str] = (),
    link: InviteLink | None = None,
) -> Membership:
    """Make somebody a member, under their lock; a request of theirs that still waits has come true."""
    start_profile(subject=subject, timezone=guild.timezone)
    membership = Membership.objects.create(
        guild=guild, subject=subject, roles=_known(roles), joined_at=now, invited_by=link
    )
    JoinRequest.objects.filter(guild=guild, subject=subject, answer="").update(
        answer=JoinRequest.Answer.WITHDRAWN, answered_at=now, answered_by=subject
    )
    note_event("membership.joined", guild, by=actor.pk, now=now, subject=subject.pk, way=way)
    return membership


def _known(roles: Sequence[str]) -> list[str]:
    return [role for role in ROLES if role in roles]


def _locked(request: JoinRequest) -> JoinRequest:
    rows = JoinRequest.objects.select_for_update(no_key=True, of=("self",))
    return rows.select_related("guild", "subject").get(pk=request.pk)


def _answer(request: JoinRequest, answer: str, *, by: Subject, now: datetime, reason: str = "") -> JoinRequest:
    request.answer, request.answered_at, request.answered_by, request.reason = answer, now, by, reason
    request.save(update_fields=["answer", "answered_at", "answered_by", "reason"])
    _note(f"join_request.{answer}", request, by=by, now=now)
    return request


def _note(kind: str, request: JoinRequest, *, by: Subject, now: datetime) -> None:
    thing = ("join_request", request.pk)
    note_event(kind, request.guild, by=by.pk, now=now, thing=thing, subject=request.subject_id)
