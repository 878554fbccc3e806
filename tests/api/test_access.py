"""Every operation is listed with who may use it, and is tried as each of them, with good tokens and with bad ones."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.db import transaction
from django.urls import URLPattern, get_resolver
from django.utils import timezone

from accounts.models import Token
from accounts.services import revoke_token
from core.api.endpoints import PUBLIC, Endpoint, NothingHere, Spec
from core.rights import Who, rights_by_app
from tests.api.callers import CALLERS, api_world, call, call_as, person_of, token_for
from tests.api.verbs import VERBS, Verb
from tests.factories import World

#: Verbs of people that no token may do, with the reason why.
NOT_BY_TOKEN = {
    "make_token": "a leaked token would make others that outlive it",
    "revoke_token": "likewise: it is done on the page where they are made",
    "make_invite": "its secret is shown once, and a kept answer would hold it",
    "bring_history": "whoever runs the server; a file is sent by upload_history",
    "accept_history": "done by start_acceptance, in the background",
    "approve_contribution": "done by give_verdict, a minute later",
    "return_contribution": "likewise",
    "reject_contribution": "likewise",
    "refuse_invitations": "asked by a link in a mail, without an account",
    "resend_mail": "for whoever runs the hub, on the page that shows what is in doubt",
    "leave_mail": "likewise",
    "erase_person": "nothing brings an account back, so its owner signs in for it",
}


def specs() -> dict[str, Spec]:
    """Every declared operation by name."""
    found: dict[str, Spec] = {}
    for pattern in get_resolver("guildhub.api").url_patterns:
        view: Any = getattr(pattern.callback, "view_class", None) if isinstance(pattern, URLPattern) else None
        if view is None or view is NothingHere:
            continue
        assert issubclass(view, Endpoint), f"{view} is no Endpoint"
        for method in ("get", "post", "put", "patch", "delete"):
            if spec := getattr(getattr(view, method, None), "spec", None):
                assert spec.name not in found, f"{spec.name} is declared twice"
                found[spec.name] = spec
    return found


@pytest.fixture(scope="module")
def world(django_db_setup: None, django_db_blocker: Any) -> Iterator[World]:
    """One world; each call is rolled back."""
    with django_db_blocker.unblock(), transaction.atomic():
        yield api_world()
        transaction.set_rollback(True)


def outcome(verb: Verb, world: World, **sent: Any) -> Any:
    """The answer to a call; nothing stays of it."""
    with transaction.atomic():
        body = verb.body(world) if verb.body else None
        answer = call(verb.method, verb.path(world), body=body, **sent)
        transaction.set_rollback(True)
    return answer


def test_every_operation_is_listed_and_no_other() -> None:
    assert {verb.operation for verb in VERBS} == specs().keys()
    assert len({verb.name for verb in VERBS}) == len(VERBS)


def test_every_scope_is_one_that_a_token_can_have() -> None:
    assert {spec.scope for spec in specs().values()} - {PUBLIC} <= set(Token.Scope.values)
    assert all(spec.scope.endswith(":write") for spec in specs().values() if spec.is_write)


def test_every_verb_of_people_is_in_the_api_or_says_why_not() -> None:
    verbs = {right.verb for _app, rights in rights_by_app() for right in rights if right.who != (Who.MACHINE,)}
    assert verbs - specs().keys() - NOT_BY_TOKEN.keys() == set()


@pytest.mark.django_db
@pytest.mark.parametrize("verb", VERBS, ids=lambda verb: verb.name)
def test_each_caller_gets_what_is_listed(verb: Verb, world: World) -> None:
    for caller in CALLERS:
        with transaction.atomic():
            body = verb.body(world) if verb.body else None
            answer = call_as(world, caller, verb.method, verb.path(world), body)
            transaction.set_rollback(True)
        assert answer.status_code == verb.answers[caller], f"{caller}: {answer.content.decode()}"
        if answer.status_code >= 400:
            assert answer["Content-Type"] == "application/problem+json"
            assert answer.json()["status"] == answer.status_code and answer.json()["detail"]


@pytest.mark.django_db
@pytest.mark.parametrize("verb", VERBS, ids=lambda verb: verb.name)
def test_a_token_opens_nothing_that_it_was_not_made_for(verb: Verb, world: World) -> None:
    person = person_of(world, verb.doer if verb.doer != "anonymous" else "contributor")
    needed = specs()[verb.operation].scope or "read"
    others = [scope for scope in Token.Scope.values if scope != needed]
    lacking = outcome(verb, world, token=token_for(person, *others))
    assert (lacking.status_code, lacking.json()["code"]) == (403, "scope_missing")
    enough = outcome(verb, world, token=token_for(person, needed))
    assert enough.status_code == verb.answers[verb.doer]


@pytest.mark.django_db
@pytest.mark.parametrize("verb", VERBS, ids=lambda verb: verb.name)
def test_a_token_that_is_over_opens_nothing(verb: Verb, world: World) -> None:
    person = person_of(world, verb.doer if verb.doer != "anonymous" else "contributor")
    bad = {"never made": "gh_" + "x" * 43, "empty": "", "expired": token_for(person), "revoked": token_for(person)}
    now = timezone.now()
    tokens = Token.objects.filter(subject=person)
    tokens.filter(prefix=bad["expired"][:8]).update(created_at=now - timedelta(days=9), expires_at=now)
    revoke_token(token=tokens.get(prefix=bad["revoked"][:8]), by=person, now=now)
    for why, text in bad.items():
        answer = outcome(verb, world, Authorization=f"Bearer {text}")
        assert answer.status_code == 401, why
        assert answer["WWW-Authenticate"].startswith("Bearer")


@pytest.mark.django_db
def test_a_session_counts_for_nothing(world: World, client: Any) -> None:
    client.force_login(world.contributor.user)
    assert client.get(f"/api/v1/guilds/{world.guild.slug}/members").status_code == 401
