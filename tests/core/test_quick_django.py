"""What is found once instead of many times is what Django finds, in every language, for everybody."""

from __future__ import annotations

import subprocess
import sys
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.db import connections
from django.http.response import BadHeaderError, ResponseHeaders
from django.middleware.csrf import CSRF_ALLOWED_CHARS, _does_token_match, _mask_cipher_secret, _unmask_cipher_token
from django.urls import URLResolver, get_resolver
from django.utils import translation
from django.utils.translation import trans_real

from core import quick_django
from core.postgresql.base import DatabaseWrapper

ROOT = Path(__file__).resolve().parents[2]


def test_a_token_is_masked_anew_each_time_and_holds_its_secret() -> None:
    secret = quick_django.new_csrf_string()
    tokens = {quick_django.mask_secret(secret) for _time in range(50)}
    assert len(tokens) == 50
    for token in tokens:
        assert _unmask_cipher_token(token) == secret
        assert _does_token_match(token, secret)
    assert _unmask_cipher_token(_mask_cipher_secret(secret)) == secret


def test_every_letter_of_a_mask_is_as_likely_as_any_other() -> None:
    letters = Counter("".join(quick_django.new_csrf_string() for _time in range(4000)))
    assert set(letters) == set(CSRF_ALLOWED_CHARS)
    usual = 4000 * 32 / len(CSRF_ALLOWED_CHARS)
    # A chi-square with 61 degrees of freedom is above 130 once in a million runs; letters chosen by byte % 62 give 1,300.
    assert sum((count - usual) ** 2 / usual for count in letters.values()) < 130


def test_a_text_is_kept_for_each_language_by_itself(monkeypatch: pytest.MonkeyPatch) -> None:
    gettext: Any = quick_django._keeping(trans_real.gettext)  # type: ignore[arg-type]
    for _time in range(2):
        for language, words in (("en", "Monday"), ("id", "Senin"), ("sw", "Jumatatu"), ("de", "Montag")):
            with translation.override(language):
                assert gettext("Monday") == words
                assert gettext("") == ""
    monkeypatch.setattr(quick_django, "_TEXTS_MOST", 5)
    with translation.override("id"):
        for number in range(20):
            assert gettext(f"no such text {number}") == f"no such text {number}"
        assert max(len(texts) for texts in gettext.kept.values()) <= 7
        assert gettext("Monday") == "Senin"


def test_a_language_keeps_its_name() -> None:
    get_language = quick_django._naming(trans_real.get_language)
    for _time in range(2):
        for language in ("en", "pt-br", "ur"):
            with translation.override(language):
                assert get_language() == language
        with translation.override(None):
            assert get_language() is None


def test_a_route_is_kept_and_what_is_nowhere_is_not() -> None:
    resolve: Any = quick_django._keeping_routes(URLResolver.resolve)
    root = get_resolver()
    for path in ("/", "/problems/", "/projects/some-slug/", "/u/asha/", "/api/v1/problems/"):
        first, again = resolve(root, path), resolve(root, path)
        assert first is again
        usual = root.resolve(path)
        assert (first.func, first.args, first.kwargs, first.route) == (
            usual.func,
            usual.args,
            usual.kwargs,
            usual.route,
        )
    kept = len(resolve.kept)
    for _time in range(2):
        with pytest.raises(Exception, match="tried"):
            resolve(root, "/no/such/page/")
    for path in ("/join/a-secret-of-somebody/", f"/u/{'x' * 200}/"):
        assert resolve(root, path).func
    assert len(resolve.kept) == kept, "neither a secret nor what is longer than any name"


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("X-Word", "plain"),
        ("X-Number", 7),
        ("X-Letters", "Größe"),
        ("X-Script", "नमस्ते"),
        ("X-Bytes", b"bytes"),
        ("X-Tab", "a\tb"),
    ],
)
def test_a_header_is_set_as_django_sets_it(name: str, value: Any) -> None:
    usual = ResponseHeaders({name: value})
    quick = ResponseHeaders({})
    quick_django._setting_directly(ResponseHeaders.__setitem__)(quick, name, value)
    assert list(quick.items()) == list(usual.items()) and quick[name.lower()] == usual[name]


@pytest.mark.parametrize(("name", "value"), [("X-Word", "a\r\nSet-Cookie: b"), ("X-A\nB", "c"), ("X-Word", "a\n")])
def test_a_header_with_an_end_of_a_line_is_refused(name: str, value: str) -> None:
    with pytest.raises(BadHeaderError):
        quick_django._setting_directly(ResponseHeaders.__setitem__)(ResponseHeaders({}), name, value)


def test_a_server_begins_with_all_of_it_in_place() -> None:
    asked = """
import guildhub.wsgi
from django.conf import LazySettings, settings
from django.middleware import csrf
from django.urls import URLResolver
from django.utils import translation
from django.utils.translation import trans_real
from core import quick_django
quick_django.be_quick()
assert LazySettings.__getattribute__ is object.__getattribute__ and settings.ROOT_URLCONF == "guildhub.urls"
assert csrf._mask_cipher_secret is quick_django.mask_secret and csrf._get_new_csrf_string is quick_django.new_csrf_string
with translation.override("id"):
    assert translation.gettext("Monday") == str(translation.gettext_lazy("Monday")) == "Senin"
    assert translation.get_language() == "id"
assert any("Monday" in texts for texts in trans_real.gettext.kept.values())
assert hasattr(URLResolver.resolve, "kept")
print("in place")
"""
    done = subprocess.run([sys.executable, "-c", asked], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.stdout.endswith("in place\n"), done.stderr[-2000:]


# Whether a connection still stands --------------------------------------------------------------------------------


@pytest.mark.django_db(transaction=True)
def test_a_connection_that_was_ended_is_made_anew_without_an_error() -> None:
    """And one that stands is not asked."""
    assert settings.DATABASES["default"]["ENGINE"] == "core.postgresql"
    connection = connections["default"]
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        first = cursor.fetchone()[0]
    assert isinstance(connection, DatabaseWrapper)
    assert connection.is_usable()
    other = connection.copy()
    try:
        with other.cursor() as cursor:
            cursor.execute("SELECT pg_terminate_backend(%s)", [first])
            assert cursor.fetchone() == (True,)
            cursor.execute("SELECT pg_sleep(0.2)")
    finally:
        other.close()
    assert not connection.is_usable()
    connection.health_check_done = False
    connection.health_check_enabled = True
    connection.close_if_health_check_failed()
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        assert cursor.fetchone()[0] != first
