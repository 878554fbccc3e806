"""Settings read from the environment: what is refused, and whether the refusal says how to mend it."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from django.core.exceptions import ImproperlyConfigured

from guildhub import environment

REAL = {
    "DATABASE_URL": "postgresql://app:pw@db.example.org:5433/Guild?sslmode=require",
    "MIGRATE_DATABASE_URL": "postgresql://owner:pw@db.example.org:5433/Guild",
    "REDIS_URL": "redis://:pw@redis.example.org:6379/0",
    "SECRET_KEY": "k" * 50,
    "ALLOWED_HOSTS": "guild.example.org, www.example.org",
    "EMAIL_URL": "smtp+tls://user:pw@mail.example.org:587",
}
Set = Callable[..., None]


@pytest.fixture
def real(monkeypatch: pytest.MonkeyPatch) -> Set:
    """Sets the environment of a real guild, with changes; None takes a name away."""

    def set_environment(**changes: str | None) -> None:
        for name, value in {**REAL, "DEBUG": None, **changes}.items():
            if value is None:
                monkeypatch.delenv(name, raising=False)
            else:
                monkeypatch.setenv(name, value)

    return set_environment


def read(bind: str = "0.0.0.0") -> environment.Place:
    return environment.read_place(bind, Path("/checkout"))


def test_a_complete_environment_is_taken_as_it_is(real: Set) -> None:
    real()
    place = read()
    assert not place.is_embedded
    assert not place.is_debug
    assert place.allowed_hosts == ["guild.example.org", "www.example.org"]
    assert place.database == {
        "USER": "app", "PASSWORD": "pw", "HOST": "db.example.org", "PORT": "5433", "NAME": "Guild",
        "OPTIONS": {"sslmode": "require"},
    }  # fmt: skip
    assert place.migrate_database["USER"] == "owner"


@pytest.mark.parametrize("name", sorted(set(REAL) - {"DATABASE_URL", "MIGRATE_DATABASE_URL"}))
def test_every_missing_setting_is_named(real: Set, name: str) -> None:
    real(**{name: None})
    with pytest.raises(ImproperlyConfigured, match=rf"needs {name}\. See \.env\.example"):
        read()


def test_where_only_web_or_worker_run_the_owners_login_is_not_needed(real: Set) -> None:
    real(MIGRATE_DATABASE_URL=None)
    assert read().migrate_database == {}


def test_a_redis_of_ones_own_is_not_mixed_with_the_embedded_database(real: Set) -> None:
    real(DATABASE_URL=None, MIGRATE_DATABASE_URL=None)
    with pytest.raises(ImproperlyConfigured, match="also needs DATABASE_URL"):
        read()


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"DEBUG": "true"}, "Unset DEBUG"),
        ({"SECRET_KEY": "short"}, "SECRET_KEY is too short.*secrets.token_urlsafe"),
        ({"ALLOWED_HOSTS": "*"}, "ALLOWED_HOSTS lists the names people type"),
        ({"DATABASE_URL": "mysql://u:p@h/d"}, "DATABASE_URL is no address of a PostgreSQL"),
        ({"DATABASE_URL": "postgresql://u:p@h:port/d"}, "DATABASE_URL is no address of a PostgreSQL"),
        ({"MIGRATE_DATABASE_URL": "postgresql://owner:pw@db"}, "MIGRATE_DATABASE_URL names no dbname"),
        ({"MIGRATE_DATABASE_URL": REAL["DATABASE_URL"]}, "same user.*database-logins"),
        ({"REDIS_URL": "localhost:6379"}, "REDIS_URL is no address of a Redis"),
        ({"DEBUG": "yse"}, "DEBUG=yse is neither true nor false"),
    ],
)
def test_unsafe_or_unreadable_settings_are_refused(real: Set, changes: dict[str, str], words: str) -> None:
    real(**changes)
    with pytest.raises(ImproperlyConfigured, match=words):
        read()


@pytest.mark.parametrize("bind", ["0.0.0.0", "::", "192.168.1.5", "guild.example.org", ""])
def test_the_demo_is_not_shown_to_the_network(real: Set, bind: str) -> None:
    real(**dict.fromkeys(REAL))
    with pytest.raises(ImproperlyConfigured, match="would show the demo to the network.*SECRET_KEY"):
        read(bind)


@pytest.mark.parametrize("bind", ["127.0.0.1", "127.8.8.8", "::1", "localhost"])
def test_loopback_addresses_are_known(bind: str) -> None:
    assert environment.is_loopback(bind)


@pytest.mark.parametrize("port", ["80a", "-1", "0", "65536", "8000.5"])
def test_a_port_that_is_none_is_refused(monkeypatch: pytest.MonkeyPatch, port: str) -> None:
    monkeypatch.setenv("PORT", port)
    with pytest.raises(ImproperlyConfigured, match="PORT=.* is not a whole number from 1 to 65535"):
        environment.number("PORT", 8000, lowest=1, highest=65535)


def test_an_empty_setting_counts_as_not_set(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PORT", "")
    assert environment.number("PORT", 8000, lowest=1, highest=65535) == 8000


def test_words_and_rows_of_numbers_are_read_whole(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BACKUP_KEEP", "3, 2,1")
    assert environment.numbers("BACKUP_KEEP", (14, 8, 12), lowest=0, highest=99) == (3, 2, 1)
    for wrong in ("3,2", "3,2,x", "3,2,100", "3,2,1,0"):
        monkeypatch.setenv("BACKUP_KEEP", wrong)
        with pytest.raises(ImproperlyConfigured, match="is not 3 whole numbers from 0 to 99"):
            environment.numbers("BACKUP_KEEP", (14, 8, 12), lowest=0, highest=99)
    monkeypatch.setenv("LOG_FORMAT", "xml")
    with pytest.raises(ImproperlyConfigured, match="LOG_FORMAT=xml is none of plain, json"):
        environment.one_of("LOG_FORMAT", "plain", ("plain", "json"))


@pytest.mark.parametrize("word", ["false", "No", "0", "off"])
def test_no_is_no(monkeypatch: pytest.MonkeyPatch, word: str) -> None:
    monkeypatch.setenv("SECURE_SSL_REDIRECT", word)
    assert environment.yes_or_no("SECURE_SSL_REDIRECT", True) is False


def test_a_socket_keeps_its_letters_and_blanks() -> None:
    found = environment.database("DATABASE_URL", "postgresql://app:p%40w@%2Fhome%2FAda%2FMy%20Guild%2Fsockets/guildhub")
    assert (found["HOST"], found["PASSWORD"]) == ("/home/Ada/My Guild/sockets", "p@w")


def test_a_mail_server_is_read(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("EMAIL_URL", REAL["EMAIL_URL"])
    assert environment.mail("EMAIL_URL") == {
        "EMAIL_BACKEND": "core.couriers.SmtpBackend", "EMAIL_HOST": "mail.example.org",
        "EMAIL_PORT": 587, "EMAIL_HOST_USER": "user", "EMAIL_HOST_PASSWORD": "pw", "EMAIL_USE_TLS": True,
    }  # fmt: skip


@pytest.mark.parametrize("address", ["mail.example.org", "http://mail.example.org"])
def test_something_else_is_no_mail_server(monkeypatch: pytest.MonkeyPatch, address: str) -> None:
    monkeypatch.setenv("EMAIL_URL", address)
    with pytest.raises(ImproperlyConfigured, match="EMAIL_URL is no address of a mail server"):
        environment.mail("EMAIL_URL")


def test_a_provider_is_read_with_its_keys(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("EMAIL_URL", "anymail+postmark://")
    with pytest.raises(ImproperlyConfigured, match="needs the provider's key"):
        environment.mail("EMAIL_URL")
    monkeypatch.setenv("ANYMAIL_POSTMARK_SERVER_TOKEN", "t")
    found = environment.mail("EMAIL_URL")
    assert found["EMAIL_BACKEND"] == "anymail.backends.postmark.EmailBackend"
    assert found["ANYMAIL"]["POSTMARK_SERVER_TOKEN"] == "t"
    for unknown in ("anymail+nobody://", "anymail+../x://", "anymail+://"):
        monkeypatch.setenv("EMAIL_URL", unknown)
        with pytest.raises(ImproperlyConfigured, match="no provider that anymail knows"):
            environment.mail("EMAIL_URL")


def test_the_example_lists_every_name_that_is_read_and_no_other() -> None:
    root = Path(environment.__file__).parents[1]
    code = "".join((root / "guildhub" / name).read_text(encoding="utf-8") for name in ("settings.py", "environment.py"))
    read_names = set(re.findall(r"\b(?:text|names|numbers?|yes_or_no|one_of|mail|redis_url)\(\s*\"([A-Z_]+)\"", code))
    read_names |= set(environment.REQUIRED)
    example = (root / ".env.example").read_text(encoding="utf-8")
    listed = set(re.findall(r"^#?([A-Z_]+)=", example, re.MULTILINE))
    # What docker-compose.yml reads besides stands in a part of its own.
    own, _mark, _compose = example.partition("# --- docker-compose.yml only")
    assert set(re.findall(r"^#?([A-Z_]+)=", own, re.MULTILINE)) == read_names
    assert read_names <= listed
