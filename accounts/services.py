"""The verbs that change who people are to guildhub: profile, claimed histories, erasure, export."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from allauth.account.models import EmailAddress
from django.db import IntegrityError, connection, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import ImportedIdentity, Profile, Subject, SubjectLink, Token
from accounts.permissions import check_token_owner
from accounts.queries import claimable_identities, linked_people, linked_subjects, lock_people, lock_person
from accounts.rules import NAME_LENGTH_MOST, TOKENS_MOST, is_reserved, name_key, new_token, token_digest
from accounts.tombstones import HANDLE_RESTS, buried_authors, handle_rests, rest_handle
from core import registries
from core.errors import DomainError
from core.events import record_event
from core.limits import check_limit
from core.written import check_not_hidden


class IdentityNotProved(DomainError):
    """The person's verified addresses do not prove that they are this imported author."""

    code = "identity_not_proved"


class HandleTaken(DomainError):
    """Two people chose one handle in the same moment."""

    code = "handle_taken"


class HandleKept(DomainError):
    """The handle belongs to the house, or rests because it was somebody else's until lately."""

    code = "handle_kept"


@transaction.atomic
def save_profile(*, subject: Subject, now: datetime | None = None, **fields: Any) -> Profile:
    """Create or change a person's profile; fields as on `Profile`. Raises HandleTaken and HandleKept.

    The address of a handle that is given up answers nobody any more: where its person went is their own business, so
    there is no redirect, and nobody else gets it for a while (`accounts.tombstones`). `now` None: the clock.
    """
    lock_person(subject.pk)
    known = Profile.objects.filter(subject=subject).first()
    if known is not None:
        check_not_hidden(known, fields)
    before = known.handle if known else None
    handle = fields.get("handle", before)
    others = Profile.objects.exclude(subject=subject).filter(handle=handle)
    try:
        with transaction.atomic():
            profile, _created = Profile.objects.update_or_create(subject=subject, defaults=fields)
    except IntegrityError as error:
        if not others.exists():
            raise
        raise HandleTaken(_("Somebody has this handle. Choose another one.")) from error
    if handle != before:
        _change_handle(subject, before, handle, now or timezone.now())
    return profile


def _change_handle(subject: Subject, before: str | None, handle: str | None, now: datetime) -> None:
    """Let the handle before rest. The new one is looked at when it is held already: whoever gave it up has committed."""
    if handle and (is_reserved(handle) or handle_rests(handle, by=subject.pk, now=now)):
        raise HandleKept(_("Nobody can have this handle at present. Choose another one."))
    if before:
        rest_handle(subject.pk, before, until=now + HANDLE_RESTS)


@transaction.atomic
def start_profile(*, subject: Subject, timezone: str) -> None:
    """Give somebody who has told nothing yet a time zone to begin with, that of the people they join.

    Without it “today” is UTC's day, and an evening in Majuli is logged on the wrong date.
    """
    Profile.objects.get_or_create(subject=subject, defaults={"timezone": timezone})


class IdentityClaimed(DomainError):
    """The imported author belongs to a person already."""

    code = "identity_claimed"


#: How an imported author is known: the hash of their address and the key of their name.
IdentityKey = tuple[str, str]


@transaction.atomic
def know_identities(*, authors: Iterable[tuple[str, str]], now: datetime) -> dict[IdentityKey, UUID]:
    """The Subject of each author (name, e-mail hash), made where there was none; at most six statements.

    Two names under one address are two people, and one name under two addresses is two people: a history proves
    no more. Keys of the result are (e-mail hash, name key). An author whose person was erased stays that nameless
    person, whatever name the history gives them.
    """
    names = {(digest, name_key(name)): " ".join(name.split())[:NAME_LENGTH_MOST] for name, digest in authors}
    known = _identities(names)
    if missing := sorted(names.keys() - known.keys()):
        with connection.cursor() as cursor:
            # Two imports that meet the same new author at once would each make a Subject; one of them waits.
            cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended('accounts.know_identities', 0))")
        known |= _identities(missing)
        buried = buried_authors(digest for digest, _name in missing)
        known |= {key: buried[key[0]] for key in missing if key not in known and key[0] in buried}
        missing = [key for key in missing if key not in known]
        subjects = Subject.objects.bulk_create(Subject(created_at=now) for _key in missing)
        ImportedIdentity.objects.bulk_create(
            ImportedIdentity(subject=subject, name=names[key], email_hash=key[0], name_key=key[1])
            for key, subject in zip(missing, subjects, strict=True)
        )
        known |= {key: subject.pk for key, subject in zip(missing, subjects, strict=True)}
    return known


def forget_unclaimed_identities(*, subject_ids: Iterable[UUID]) -> None:
    """Forget the names of authors whose history was taken back; whoever claimed theirs keeps it."""
    ImportedIdentity.objects.filter(subject_id__in=set(subject_ids), subject__primary_link__isnull=True).delete()


def _identities(keys: Iterable[IdentityKey]) -> dict[IdentityKey, UUID]:
    wanted = set(keys)
    rows = ImportedIdentity.objects.filter(email_hash__in={digest for digest, _name in wanted})
    found = {
        (digest, name): subject for digest, name, subject in rows.values_list("email_hash", "name_key", "subject_id")
    }
    return {key: subject for key, subject in found.items() if key in wanted}


@transaction.atomic
def claim_identity(*, identity: ImportedIdentity, by: Subject, now: datetime) -> SubjectLink:
    """Join an imported author to the person who proved to be them; no past row is rewritten.

    Proof is a verified e-mail address with the identity's hash. Raises IdentityClaimed when somebody has claimed it,
    and IdentityNotProved when no verified address fits or when several authors share the address.
    """
    # Both people at once: a verdict on the author's work may be locking the two in the other order.
    lock_people([by.pk, identity.subject_id], by=by.pk)
    if SubjectLink.objects.filter(alias_id=identity.subject_id).exists():
        raise IdentityClaimed(_("Somebody has claimed these commits already. If it wasn't you, tell a hub steward."))
    addresses = EmailAddress.objects.filter(user__subject=by, verified=True).values_list("email", flat=True)
    proved = any(claimable_identities(email).filter(pk=identity.pk).exists() for email in addresses)
    if not proved:
        raise IdentityNotProved(
            _(
                "None of your verified e-mail addresses belongs to this author alone. Add and verify the "
                "address you made those commits with, then claim them again."
            )
        )
    return _link(identity, by, now)


@transaction.atomic
def claim_by_addresses(*, addresses: Iterable[str], by: Subject, now: datetime) -> list[SubjectLink]:
    """Claim every author whose history these addresses prove, for whoever a forge vouched for.

    The addresses are the ones the forge says it verified; they are not kept. Authors that are claimed already, or share
    their address with others, are left alone. Twice is once.
    """
    found = [row for address in sorted(set(addresses)) for row in claimable_identities(address)]
    if not found:
        return []
    lock_people([by.pk, *(row.subject_id for row in found)], by=by.pk)
    taken = set(
        SubjectLink.objects.filter(alias_id__in=[row.subject_id for row in found]).values_list("alias_id", flat=True)
    )
    return [_link(row, by, now) for row in found if row.subject_id not in taken]


def _link(identity: ImportedIdentity, by: Subject, now: datetime) -> SubjectLink:
    link = SubjectLink.objects.create(alias_id=identity.subject_id, primary=by, linked_at=now)
    record_event(
        "identity.claimed",
        now=now,
        actor=by.pk,
        guild=None,
        object_kind="subject",
        object_id=by.pk,
        data={"alias": identity.subject_id, "subject": by.pk},
    )
    return link


@transaction.atomic
def erase_person(*, subject_id: UUID, by: UUID | None, now: datetime) -> list[UUID]:
    """Forget a person for good: login, profile, words, evidence and log salts. Returns the ids that stay.

    Ledger, reviews and log keep the random ids, so no sum and no hash changes. The second time nothing is left to do
    and no second event is recorded, but every eraser looks again: a late delivery may have told an inbox something.
    Erasers run from the highest app down, because the higher ones may need the lower ones' rows to find their own.
    """
    lock_people([subject_id])
    ids = linked_subjects(subject_id)
    if Subject.objects.filter(pk__in=ids, erased_at__isnull=True).update(erased_at=now):
        record_event("person.erased", now=now, actor=by, guild=None, object_kind="subject", object_id=ids[0], data={})
    for entry in reversed(registries.personal_data()):
        entry.erase(ids)
    return ids


def export_person(*, subject_id: UUID) -> dict[str, list[dict[str, Any]]]:
    """Everything guildhub holds about a person, by model label; values as Django gives them."""
    ids = linked_subjects(subject_id)
    found: dict[str, list[dict[str, Any]]] = {}
    for entry in registries.personal_data():
        rows = [dict(row) for row in entry.export(ids)]
        if rows:
            found.setdefault(entry.model._meta.label, []).extend(rows)
    return found


@transaction.atomic
def free_links(*, subject_ids: Iterable[UUID], now: datetime) -> None:
    """Let links in these people's words be followed, under all their ids: somebody has approved work of theirs, or trusts
    them with a right. Twice is once."""
    ids = {linked for person in linked_people(subject_ids).values() for linked in person}
    Subject.objects.filter(pk__in=ids, links_free_at__isnull=True).update(links_free_at=now)


class TokenRefused(DomainError):
    """A token can't be made like this."""

    code = "token_refused"


@dataclass(frozen=True)
class MadeToken:
    """A new token and its text, which is kept nowhere and shown once."""

    token: Token
    text: str


@transaction.atomic
def make_token(*, by: Subject, name: str, scopes: Sequence[str], days: int, now: datetime) -> MadeToken:
    """Make a personal token that ends after `days` (1 to 366). Raises TokenRefused with what to mend.

    A name is used once among the tokens that were not taken back, so a form sent twice makes one token.
    """
    ids = lock_person(by.pk)
    if not scopes or not set(scopes) <= set(Token.Scope.values):
        raise TokenRefused(_("Say what the token may do."))
    if not 1 <= days <= 366:
        raise TokenRefused(_("A token lives between a day and a year."))
    held = Token.objects.filter(subject_id__in=ids, revoked_at__isnull=True)
    if held.filter(name=name).exists():
        raise TokenRefused(_("You have a token of this name. Take it back first, or choose another name."))
    if held.filter(expires_at__gt=now).count() >= TOKENS_MOST:
        raise TokenRefused(
            _("You have %(most)s tokens, which is as many as one person can have. Take one back first.")
            % {"most": TOKENS_MOST}
        )
    check_limit("token", by.pk, now=now)
    text = new_token()
    token = Token.objects.create(
        subject=by,
        name=name,
        digest=token_digest(text),
        prefix=text[:8],
        scopes=sorted(set(scopes)),
        created_at=now,
        expires_at=now + timedelta(days=days),
    )
    _token_event("token.made", token, by=by, now=now)
    return MadeToken(token, text)


@transaction.atomic
def revoke_token(*, token: Token, by: Subject, now: datetime) -> None:
    """Take a token back at once; twice is once."""
    check_token_owner(by, token)
    if Token.objects.filter(pk=token.pk, revoked_at__isnull=True).update(revoked_at=now):
        _token_event("token.revoked", token, by=by, now=now)


def note_token_use(*, token: Token, now: datetime) -> None:
    """Remember the day on which a token was used last: one write a day, however busy it is."""
    if token.last_used_on is None or token.last_used_on < now.date():
        Token.objects.filter(pk=token.pk).update(last_used_on=now.date())


def _token_event(kind: str, token: Token, *, by: Subject, now: datetime) -> None:
    record_event(
        kind,
        now=now,
        actor=by.pk,
        guild=None,
        object_kind="token",
        object_id=token.pk,
        data={"subject": token.subject_id},
    )
