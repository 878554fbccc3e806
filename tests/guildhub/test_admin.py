"""The admin site shows hub stewards every model and changes none; what is somebody's own stays theirs."""

from __future__ import annotations

import pytest
from django.contrib import admin
from django.urls import reverse

from accounts.models import User
from contributions.models import Contribution, Review
from core.admin import ReadOnlyAdmin
from notices.models import Notice
from tests.pages import busy_world, client_of

pytestmark = pytest.mark.django_db
OURS = ("accounts", "notices", "guilds", "projects", "contributions", "matching")


def registered() -> list[type]:
    return [model for model in admin.site._registry if model._meta.app_label in OURS]


def test_nothing_of_ours_is_changed_there() -> None:
    assert registered()
    for model in registered():
        assert isinstance(admin.site._registry[model], ReadOnlyAdmin), model


def test_every_list_opens_and_no_row_can_be_added() -> None:
    client = client_of(busy_world(), "hub_steward")
    for model in registered():
        name = f"admin:{model._meta.app_label}_{model._meta.model_name}"
        assert client.get(reverse(f"{name}_changelist")).status_code == 200, model
        assert client.get(reverse(f"{name}_add")).status_code == 403, model


def test_no_page_shows_an_address_or_words_that_were_not_for_everybody() -> None:
    world = busy_world()
    client = client_of(world, "hub_steward")
    review = Review.objects.exclude(reason="").first()
    assert review is not None
    rows = [
        world.contributor.user,
        world.extra["approved_work"],
        review,
        Notice.objects.filter(subject=world.contributor).first(),
    ]
    for row in rows:
        name = f"admin:{row._meta.app_label}_{row._meta.model_name}"  # type: ignore[union-attr]
        for path in (reverse(f"{name}_changelist"), reverse(f"{name}_change", args=[row.pk])):  # type: ignore[union-attr]
            page = client.get(path).content.decode()
            assert world.contributor.user.email not in page, path
            assert "Talked to the village" not in page and review.reason not in page, path


def test_a_draft_is_not_there() -> None:
    world = busy_world()
    draft = world.extra["draft_work"]
    assert isinstance(draft, Contribution)
    path = reverse("admin:contributions_contribution_change", args=[draft.pk])
    assert client_of(world, "hub_steward").get(path).status_code == 302


def test_a_login_cannot_be_saved_under_another_name() -> None:
    world = busy_world()
    path = reverse("admin:accounts_user_change", args=[world.contributor.user.pk])
    assert client_of(world, "hub_steward").post(path, {"is_staff": "on"}).status_code == 403
    assert User.objects.get(subject=world.contributor).is_staff is False
