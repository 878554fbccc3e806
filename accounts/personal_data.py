"""How accounts forget a person, and what they tell that person about themselves."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from importlib import import_module
from uuid import UUID

from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.socialaccount.models import SocialAccount, SocialApp, SocialToken
from allauth.usersessions.models import UserSession
from django.conf import settings
from django.contrib.admin.models import LogEntry as AdminLogEntry
from django.contrib.auth import SESSION_KEY
from django.contrib.sessions.models import Session

from accounts.models import ImportedIdentity, Profile, Subject, SubjectLink, Token, Tombstone, User
from accounts.rules import email_hash
from accounts.tombstones import bury_authors, rest_handle
from core.event_kinds import people_in
from core.idempotency import forget_answers
from core.models import (
    Delivery,
    Event,
    KeptAnswer,
    LogCheckpoint,
    LogEntry,
    LogKey,
    LogNode,
    LogRoot,
    LogSalt,
    LogSigner,
    SearchDocument,
    SearchWord,
    StateChange,
    Tally,
)
from core.public_log import forget_salts, names_one_of
from core.registries import holds_nothing_personal, register_forgotten, register_personal_data


def _erase_addresses(ids: Sequence[UUID]) -> None:
    rows = EmailAddress.objects.filter(user__subject_id__in=ids)
    bury_authors(
        ids[0], (email_hash(address) for address in rows.filter(verified=True).values_list("email", flat=True))
    )
    rows.delete()


def _export_addresses(ids: Sequence[UUID]) -> Iterable[Mapping[str, object]]:
    yield from EmailAddress.objects.filter(user__subject_id__in=ids).values("email", "verified", "primary")


def _erase_users(ids: Sequence[UUID]) -> None:
    User.objects.filter(subject_id__in=ids).delete()


def _export_users(ids: Sequence[UUID]) -> Iterable[Mapping[str, object]]:
    return User.objects.filter(subject_id__in=ids).values("email", "date_joined", "is_staff", "last_login")


def _erase_sessions(ids: Sequence[UUID]) -> None:
    """Log the person out everywhere: a session holds the address its code was sent to, signed but not hidden.

    Reads every session, because their rows don't say whose they are; half-finished sign-ins don't even know.
    """
    logins = dict(User.objects.filter(subject_id__in=ids).values_list("pk", "email"))
    others = EmailAddress.objects.filter(user__in=logins).values_list("email", flat=True)
    addresses = {address.lower() for address in (*logins.values(), *others)}
    numbers = {str(number) for number in logins}
    engine = import_module(settings.SESSION_ENGINE)
    for session in Session.objects.all().iterator(chunk_size=2000) if logins else ():
        held = session.get_decoded()
        text = json.dumps(held, default=str, ensure_ascii=False).lower()
        if held.get(SESSION_KEY) in numbers or any(address in text for address in addresses):
            engine.SessionStore(session.session_key).delete()


def _erase_authenticators(ids: Sequence[UUID]) -> None:
    Authenticator.objects.filter(user__subject_id__in=ids).delete()


def _export_authenticators(ids: Sequence[UUID]) -> Iterable[Mapping[str, object]]:
    for row in Authenticator.objects.filter(user__subject_id__in=ids):
        is_passkey = row.type == Authenticator.Type.WEBAUTHN
        name = row.wrap().name if is_passkey else ""
        yield {"type": row.type, "name": name, "created_at": row.created_at, "last_used_at": row.last_used_at}


def _erase_forges(ids: Sequence[UUID]) -> None:
    SocialAccount.objects.filter(user__subject_id__in=ids).delete()


def _export_forges(ids: Sequence[UUID]) -> Iterable[Mapping[str, object]]:
    rows = SocialAccount.objects.filter(user__subject_id__in=ids)
    return rows.values("provider", "uid", "extra_data", "date_joined", "last_login")


def _erase_user_sessions(ids: Sequence[UUID]) -> None:
    UserSession.objects.filter(user__subject_id__in=ids).delete()


def _export_user_sessions(ids: Sequence[UUID]) -> Iterable[Mapping[str, object]]:
    return UserSession.objects.filter(user__subject_id__in=ids).values("ip", "user_agent", "created_at")


def _erase_admin_log(ids: Sequence[UUID]) -> None:
    """The admin site names the users it changed by their addresses; what they did there goes with their login."""
    logins = [str(pk) for pk in User.objects.filter(subject_id__in=ids).values_list("pk", flat=True)]
    AdminLogEntry.objects.filter(
        content_type__app_label="accounts", content_type__model="user", object_id__in=logins
    ).delete()


def _export_admin_log(ids: Sequence[UUID]) -> Iterable[Mapping[str, object]]:
    rows = AdminLogEntry.objects.filter(user__subject_id__in=ids)
    return rows.values("action_time", "object_repr", "change_message")


def _erase_profiles(ids: Sequence[UUID]) -> None:
    rows = Profile.objects.filter(subject_id__in=ids)
    for handle in rows.filter(handle__isnull=False).values_list("handle", flat=True):
        rest_handle(ids[0], str(handle), until=None)
    Tombstone.objects.filter(subject_id__in=ids).update(until=None)
    rows.delete()


def _export_profiles(ids: Sequence[UUID]) -> Iterable[Mapping[str, object]]:
    return Profile.objects.filter(subject_id__in=ids).values(
        "display_name",
        "handle",
        "timezone",
        "language",
        "is_name_public",
        "about",
        "links",
        "public_sections",
        "may_be_indexed",
    )


def _erase_identities(ids: Sequence[UUID]) -> None:
    named = ImportedIdentity.objects.filter(subject_id__in=ids).exclude(email_hash="erased")
    bury_authors(ids[0], named.values_list("email_hash", flat=True))
    for identity in named:
        identity.name, identity.email_hash, identity.name_key = "", "erased", f"erased:{identity.subject_id}"
        identity.save(update_fields=["name", "email_hash", "name_key"])


def _export_identities(ids: Sequence[UUID]) -> Iterable[Mapping[str, object]]:
    return ImportedIdentity.objects.filter(subject_id__in=ids).values("name", "email_hash")


def _export_links(ids: Sequence[UUID]) -> Iterable[Mapping[str, object]]:
    return SubjectLink.objects.filter(primary_id__in=ids).values("alias_id", "primary_id", "linked_at")


def _erase_tokens(ids: Sequence[UUID]) -> None:
    Token.objects.filter(subject_id__in=ids).delete()


def _export_tokens(ids: Sequence[UUID]) -> Iterable[Mapping[str, object]]:
    return Token.objects.filter(subject_id__in=ids).values(
        "name", "prefix", "scopes", "created_at", "expires_at", "last_used_on", "revoked_at"
    )


def _erase_answers(ids: Sequence[UUID]) -> None:
    forget_answers(subjects=ids)


def _export_answers(ids: Sequence[UUID]) -> Iterable[Mapping[str, object]]:
    return KeptAnswer.objects.filter(subject__in=ids).values("key", "status", "body", "created_at")


def _keep(ids: Sequence[UUID]) -> None:
    """Random ids stay; `accounts.services.erase_person` has marked the Subjects."""


def _export_subjects(ids: Sequence[UUID]) -> Iterable[Mapping[str, object]]:
    return Subject.objects.filter(pk__in=ids).values("id", "created_at", "erased_at")


def _erase_reasons(ids: Sequence[UUID]) -> None:
    StateChange.objects.filter(actor__in=ids).exclude(reason="").update(reason="[erased]")


def _export_reasons(ids: Sequence[UUID]) -> Iterable[Mapping[str, object]]:
    return StateChange.objects.filter(actor__in=ids).values(
        "object_kind", "object_id", "from_state", "to_state", "reason", "changed_at"
    )


def _export_events(ids: Sequence[UUID]) -> Iterable[Mapping[str, object]]:
    """What happened, with its place in the public log; with the salt where nobody else is named, whose it would be, too."""
    rows = Event.objects.filter(names_one_of(ids)).select_related("log_entry", "salt").order_by("pk")
    for event in rows.iterator(chunk_size=2000):
        named = people_in(
            actor=event.actor, object_kind=event.object_kind, object_id=event.object_id, data=event.data
        ) - set(ids)
        salt = getattr(event, "salt", None)
        yield {
            "id": event.pk,
            "kind": event.kind,
            "actor": event.actor if event.actor in ids else None,
            "object_kind": event.object_kind,
            "object_id": event.object_id,
            "guild": event.guild,
            "data": event.data,
            "occurred_at": event.occurred_at,
            "place_in_log": event.log_entry.seq if hasattr(event, "log_entry") else None,
            "salt": bytes(salt.salt).hex() if salt is not None and not named else None,
        }


def _erase_salts(ids: Sequence[UUID]) -> None:
    forget_salts(ids)


def _erased_of(ids: set[UUID]) -> set[UUID]:
    return set(Subject.objects.filter(pk__in=ids, erased_at__isnull=False).values_list("pk", flat=True))


def register() -> None:
    """Fill the registry for core's and accounts' models; core itself knows no people."""
    # Erasers run from the last to the first: the salts go last, because the sequencer waits from there to the commit.
    register_personal_data(LogSalt, erase=_erase_salts, export=lambda ids: [])
    register_personal_data(Subject, erase=_keep, export=_export_subjects)
    register_personal_data(User, erase=_erase_users, export=_export_users)
    register_personal_data(EmailAddress, erase=_erase_addresses, export=_export_addresses)
    register_personal_data(Session, erase=_erase_sessions, export=lambda ids: [])
    register_personal_data(Authenticator, erase=_erase_authenticators, export=_export_authenticators)
    register_personal_data(SocialAccount, erase=_erase_forges, export=_export_forges)
    register_personal_data(UserSession, erase=_erase_user_sessions, export=_export_user_sessions)
    register_personal_data(AdminLogEntry, erase=_erase_admin_log, export=_export_admin_log)
    register_personal_data(Profile, erase=_erase_profiles, export=_export_profiles)
    register_personal_data(ImportedIdentity, erase=_erase_identities, export=_export_identities)
    # Links stay: two random ids. Without them the weeks of an erased person would no longer add up.
    register_personal_data(SubjectLink, erase=_keep, export=_export_links)
    register_personal_data(Token, erase=_erase_tokens, export=_export_tokens)
    register_personal_data(KeptAnswer, erase=_erase_answers, export=_export_answers)
    register_personal_data(StateChange, erase=_erase_reasons, export=_export_reasons)
    register_personal_data(Event, erase=_keep, export=_export_events)
    holds_nothing_personal(Tombstone, "keyed hashes that keep an erased person's name from coming back")
    holds_nothing_personal(Tally, "how often a random id, or a keyed hash at the door, did something, for two days")
    holds_nothing_personal(SearchDocument, "words of what everybody may read; a trigger takes them away with it")
    holds_nothing_personal(SearchWord, "single words; one that no document holds any more is forgotten with the last")
    holds_nothing_personal(Delivery, "which consumer has still to see which event")
    holds_nothing_personal(LogEntry, "salted hashes; deleting the salt makes a leaf unreadable")
    holds_nothing_personal(LogRoot, "hashes")
    holds_nothing_personal(LogNode, "hashes")
    holds_nothing_personal(LogCheckpoint, "a hash, and the hub's own signature over it")
    holds_nothing_personal(LogKey, "the hub's own public keys")
    holds_nothing_personal(LogSigner, "when the hub last signed its log, and what was in the way")
    holds_nothing_personal(SocialApp, "empty: forges are named in the environment")
    holds_nothing_personal(SocialToken, "empty: what a forge lets us do is not kept")
    register_forgotten(_erased_of)
