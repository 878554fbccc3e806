"""A log that is not signed: the page says so to everybody, and /ops/ asks a person."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from core.models import LogRoot, LogSigner
from tests.factories import make_world
from tests.pages import client_of

pytestmark = pytest.mark.django_db


def test_before_anything_is_signed_the_page_says_so() -> None:
    assert "Not signed yet" in Client().get("/log-proof/").content.decode()
    answer = Client().get("/log-proof/checkpoint")
    assert answer.status_code == 404 and b"was not signed yet" in answer.content


def test_ops_asks_a_person_when_signing_fails_or_stops() -> None:
    world = make_world(timezone.now() - timedelta(days=1))
    steward = client_of(world, "hub_steward")
    assert "needs you" not in steward.get("/ops/").content.decode()
    LogSigner.objects.create(only=True, tried_at=timezone.now(), error="The private half of key 1 is not here.")
    page = steward.get("/ops/").content.decode()
    assert "The public log can't be signed" in page and "The private half of key 1 is not here." in page
    LogSigner.objects.update(error="")
    assert "needs you" not in steward.get("/ops/").content.decode()
    LogRoot.objects.create(size=1, root_hash=bytes(32), frontier=[], published_at=timezone.now() - timedelta(hours=4))
    page = steward.get("/ops/").content.decode()
    assert "The public log is not signed any more" in page and "needs you" in page
