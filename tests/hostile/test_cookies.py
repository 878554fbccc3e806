"""Cookies that no browser was ever given."""

from __future__ import annotations

import pytest
from django.test import Client

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("key", [r'"\000aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"', "a" * 5000, "../../etc/passwd"])
def test_a_broken_session_cookie_is_nobody_and_no_error(key: str) -> None:
    answer = Client().get("/home/", headers={"Cookie": f"sessionid={key}"})
    assert answer.status_code == 302
    assert "/accounts/login/" in answer["Location"]
