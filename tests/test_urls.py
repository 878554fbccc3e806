"""Every address is listed with who may see it, and is tried as each of them."""

from __future__ import annotations

from collections.abc import Iterator
from urllib.parse import quote

import pytest
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, reverse

from tests.factories import World
from tests.pages import PAGES, READERS, Page, client_of

#: Pages that come with a package and are tried by their own tests or not at all; the API has a table of its own.
NOT_OURS = ("admin:", "account_", "mfa_", "socialaccount_", "openid_connect_", "gitea_", "api:")

pytestmark = pytest.mark.django_db


def routes(resolver: URLResolver, namespace: str = "") -> Iterator[str]:
    """The name of every address, with its namespaces."""
    for pattern in resolver.url_patterns:
        if isinstance(pattern, URLPattern):
            yield f"{namespace}{pattern.name}"
        else:
            inner = f"{namespace}{pattern.namespace}:" if pattern.namespace else namespace
            yield from routes(pattern, inner)


def test_every_address_is_listed_and_no_other() -> None:
    ours = {name for name in routes(get_resolver()) if not name.startswith(NOT_OURS)}
    assert ours == {page.route for page in PAGES}


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_each_reader_gets_what_is_listed(page: Page, standing_world: World) -> None:
    path = page.path(standing_world)
    for reader in READERS:
        response = client_of(standing_world, reader).get(path)
        assert response.status_code == page.answers[reader], f"{reader} at {path}"
        if response.status_code == 302:
            assert response["Location"] == f"{reverse('account_login')}?next={quote(path)}"
        if response.status_code == 403:
            assert b"Only " in response.content, f"{reader} at {path} is not told who may"


@pytest.mark.parametrize(
    "path", ["/guilds/none/", "/problems/none/", "/projects/none/", f"/tasks/{'0' * 8}-0000-0000-0000-{'0' * 12}/"]
)
def test_what_is_not_there_says_so(path: str) -> None:
    response = Client().get(path)
    assert response.status_code == 404
    assert b"nothing at this address" in response.content


def test_the_admin_site_is_for_stewards_of_the_hub(standing_world: World) -> None:
    assert client_of(standing_world, "contributor").get("/admin/").status_code in (302, 403)
    assert client_of(standing_world, "hub_steward").get("/admin/").status_code == 200


def test_the_admin_site_shows_and_changes_nothing(standing_world: World) -> None:
    client = client_of(standing_world, "hub_steward")
    for rows in (
        "guilds/guild",
        "guilds/policy",
        "guilds/grant",
        "projects/problem",
        "projects/project",
        "projects/task",
    ):
        shown = client.get(f"/admin/{rows}/")
        assert shown.status_code == 200, rows
        assert client.get(f"/admin/{rows}/add/").status_code == 403, rows
    text = client.get("/admin/projects/problem/").content.decode()
    assert standing_world.problem.title in text and "A draft" not in text
