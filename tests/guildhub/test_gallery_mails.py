"""The gallery of mails: every mail the house has is in it, in text and HTML that say the same, in each language."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from allauth.core.context import request_context
from django.conf import settings
from django.test import Client, RequestFactory
from django.utils import translation

from guildhub.gallery_mails import ACCOUNT_MAILS, MAILS
from tests.html_tree import tree_of
from tests.pages import busy_world

pytestmark = pytest.mark.django_db


@pytest.fixture
def demo(settings: Any) -> None:
    settings.DEMO = True


@pytest.mark.usefixtures("demo")
def test_each_is_shown_in_text_and_in_html_with_nothing_from_elsewhere() -> None:
    browser = Client()
    page = browser.get("/components/mails/").content.decode()
    for name in MAILS:
        assert f'id="{name}"' in page
        answer = browser.get(f"/components/mails/{name}/")
        html = answer.content.decode()
        assert "<script" not in html and "<img" not in html and "<link" not in html
        assert "default-src 'none'" in answer["Content-Security-Policy"]
    assert browser.get("/components/mails/none/").status_code == 404


def test_the_text_and_the_html_lead_to_the_same_places() -> None:
    busy_world()
    for name, make in MAILS.items():
        with request_context(RequestFactory().get("/")):
            message = make()
        [html] = [content for content, kind in message.alternatives if kind == "text/html"]
        for link in {found.get("href") for found in tree_of(html).all("a")} - {f"{settings.SITE_URL}/"}:
            assert link in message.body, f"{name}: {link}"


def test_every_mail_of_accounts_is_in_it() -> None:
    templates = Path(settings.BASE_DIR) / "templates"
    ours = {
        path.relative_to(templates).as_posix().removesuffix("_message.txt")
        for path in templates.glob("*/email/*_message.txt")
    }
    assert ours - {"account/email/base"} == {template for template, _context in ACCOUNT_MAILS.values()}


def test_a_language_from_right_to_left_turns_the_mail() -> None:
    with translation.override("ur"):
        html = MAILS["digest"]().alternatives[0][0]
    assert 'dir="rtl"' in html
