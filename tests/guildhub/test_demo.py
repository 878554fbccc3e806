"""One click to be somebody: only in a demo, on this machine, and never off this site. And the kept mail."""

from __future__ import annotations

import io
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.core.mail import EmailMessage
from django.test import Client

from accounts.models import User
from guildhub.mail import KeptMailBackend

pytestmark = pytest.mark.django_db
CLICK = "/demo/contributor/?next=/log/"


@pytest.fixture
def demo(settings: object) -> Iterator[User]:
    settings.DEMO = settings.EMBEDDED = True  # type: ignore[attr-defined]
    yield User.objects.create_user("contributor@example.org")


def test_a_click_signs_in_and_leads_on(demo: User) -> None:
    client = Client()
    answer = client.get(CLICK)
    assert answer.status_code == 302 and answer["Location"] == "/log/"
    assert client.session["_auth_user_id"] == str(demo.pk)
    assert client.get("/log/").status_code == 200
    assert "Demo guild. You are its contributor." in client.get("/log/").content.decode()


def test_the_strip_looks_at_the_same_page_as_somebody_else(demo: User) -> None:
    other = User.objects.create_user("reviewer@example.org")
    client = Client()
    client.get(CLICK)
    answer = client.post("/demo/", {"persona": "reviewer", "next": "/me/points/"})
    assert answer["Location"] == "/me/points/" and client.session["_auth_user_id"] == str(other.pk)


@pytest.mark.parametrize(
    "target", ["https://evil.example/", "//evil.example/", "/\\evil.example", "javascript:alert(1)", "", "evil"]
)
def test_it_never_leads_off_this_site(demo: User, target: str) -> None:
    assert Client().get("/demo/contributor/", {"next": target})["Location"] == "/home/"


def test_without_a_demo_there_is_no_such_page(demo: User, settings: object) -> None:
    for switch in ("DEMO", "EMBEDDED"):
        setattr(settings, switch, False)
        client = Client()
        assert client.get(CLICK).status_code == 404
        assert client.post("/demo/", {"persona": "contributor"}).status_code == 404
        assert "_auth_user_id" not in client.session
        setattr(settings, switch, True)


@pytest.mark.parametrize("address", ["192.168.1.9", "203.0.113.5", "", "unix:"])
def test_another_machine_gets_nothing(demo: User, address: str) -> None:
    client = Client(REMOTE_ADDR=address)
    assert client.get(CLICK).status_code == 404
    assert "_auth_user_id" not in client.session


def test_an_unknown_part_and_a_demo_without_people(demo: User) -> None:
    assert Client().get("/demo/king/").status_code == 404
    answer = Client().get("/demo/reviewer/")
    assert answer.status_code == 503 and b"There is no demo guild here" in answer.content


def test_the_kept_mail_is_read_in_the_demo_only(settings: object, tmp_path: Path) -> None:
    settings.STATE_DIR = tmp_path  # type: ignore[attr-defined]
    (tmp_path / "mail").mkdir()
    hostile = EmailMessage("Your code: ABC-123 <b>", "Type <script>alert(1)</script> ABC-123", to=["a@example.org"])
    KeptMailBackend(stream=io.StringIO()).send_messages([hostile])
    assert Client().get("/mail/").status_code == 404
    settings.DEMO = True  # type: ignore[attr-defined]
    page = Client().get("/mail/").content.decode()
    assert "Your code: ABC-123 &lt;b&gt;" in page and "a@example.org" in page
    assert "<script>alert" not in page
    settings.DEMO = False  # type: ignore[attr-defined]
    assert Client().get("/mail/").status_code == 404
