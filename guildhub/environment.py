"""Reading settings from the environment: typed, and with errors that say how to mend them."""

from __future__ import annotations

import ipaddress
import os
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import environ
import psycopg2
from django.core.exceptions import ImproperlyConfigured
from psycopg2.extensions import parse_dsn

env = environ.Env()

#: What a guild with databases of its own can't do without.
REQUIRED = ("DATABASE_URL", "REDIS_URL", "SECRET_KEY", "ALLOWED_HOSTS", "EMAIL_URL")
SHORTEST_SECRET_KEY = 40


@dataclass(frozen=True)
class Place:
    """Where this guildhub runs, and what is allowed there."""

    is_embedded: bool
    is_debug: bool
    secret_key: str
    allowed_hosts: list[str]
    database: dict[str, Any]
    migrate_database: dict[str, Any]
    redis_url: str
    state_dir: Path


def text(name: str, default: str = "") -> str:
    """A word or a sentence; set but empty counts as not set."""
    return env.str(name, "") or default


def number(name: str, default: int, *, lowest: int, highest: int) -> int:
    """A whole number within limits."""
    given = text(name)
    if not given:
        return default
    if not given.strip().isdigit() or not lowest <= int(given) <= highest:
        raise ImproperlyConfigured(f"{name}={given} is not a whole number from {lowest} to {highest}.")
    return int(given)


def numbers(name: str, default: tuple[int, ...], *, lowest: int, highest: int) -> tuple[int, ...]:
    """As many whole numbers within limits as `default` has, separated by commas."""
    given = names(name)
    if not given:
        return default
    found = tuple(int(part) for part in given if part.isdigit() and lowest <= int(part) <= highest)
    if len(found) != len(default) or len(found) != len(given):
        raise ImproperlyConfigured(
            f"{name}={text(name)} is not {len(default)} whole numbers from {lowest} to {highest}."
        )
    return found


def yes_or_no(name: str, default: bool) -> bool:
    """A switch. A word that is neither yes nor no is refused: read as no, it would switch a safety off."""
    given = text(name).strip().lower()
    if given in environ.Env.BOOLEAN_TRUE_STRINGS:
        return True
    if given in ("false", "off", "n", "no", "0"):
        return False
    if given:
        raise ImproperlyConfigured(f"{name}={given} is neither true nor false.")
    return default


def one_of(name: str, default: str, words: tuple[str, ...]) -> str:
    """One of a few words."""
    given = text(name, default).strip().lower()
    if given not in words:
        raise ImproperlyConfigured(f"{name}={given} is none of {', '.join(words)}.")
    return given


def names(name: str, default: list[str] | None = None) -> list[str]:
    """Words separated by commas."""
    return [part.strip() for part in text(name).split(",") if part.strip()] or (default or [])


def database(name: str, url: str) -> dict[str, Any]:
    """Django's words for a PostgreSQL address, read as libpq itself reads it (sockets, several hosts, sslmode)."""
    try:
        if urlsplit(url).scheme not in ("postgres", "postgresql"):
            raise ValueError
        found = parse_dsn(url)
        if not all(port.isdigit() for port in found.get("port", "1").split(",")):
            raise ValueError
    except (psycopg2.ProgrammingError, ValueError):
        raise ImproperlyConfigured(
            f"{name} is no address of a PostgreSQL database. It looks like "
            "postgresql://user:password@db.example.org:5432/guildhub; unusual signs in the password are written as %XX."
        ) from None
    missing = [part for part in ("user", "dbname") if not found.get(part)]
    if missing:
        raise ImproperlyConfigured(f"{name} names no {' and no '.join(missing)}: postgresql://user:password@host/name")
    plain = {"user": "USER", "password": "PASSWORD", "host": "HOST", "port": "PORT", "dbname": "NAME"}
    return {
        **{django: found.get(libpq, "") for libpq, django in plain.items()},
        "OPTIONS": {key: value for key, value in found.items() if key not in plain},
    }


def redis_url(name: str) -> str:
    """An address of a Redis."""
    url = text(name)
    if urlsplit(url).scheme not in ("redis", "rediss", "unix"):
        raise ImproperlyConfigured(
            f"{name} is no address of a Redis. It looks like redis://:password@redis.example.org:6379/0"
        )
    return url


def mail(name: str) -> dict[str, Any]:
    """Django's settings for a mail server, or for a provider that anymail asks over HTTP (docs/mail.md)."""
    if text(name).startswith("anymail+"):
        return _mail_provider(name)
    try:
        found = environ.Env.email_url_config(text(name))
    except (ImproperlyConfigured, KeyError, ValueError):
        found = {}
    if not found.get("EMAIL_BACKEND"):
        raise ImproperlyConfigured(
            f"{name} is no address of a mail server. It looks like smtp+tls://user:password@mail.example.org:587"
        )
    if found["EMAIL_BACKEND"].endswith(".smtp.EmailBackend"):
        found["EMAIL_BACKEND"] = "core.couriers.SmtpBackend"
    wanted = ("BACKEND", "HOST", "PORT", "HOST_USER", "HOST_PASSWORD", "USE_TLS", "USE_SSL")
    return {f"EMAIL_{key}": found[f"EMAIL_{key}"] for key in wanted if found.get(f"EMAIL_{key}")}


def _mail_provider(name: str) -> dict[str, Any]:
    provider = text(name).removeprefix("anymail+").split("://")[0]
    if not provider.isidentifier() or find_spec(f"anymail.backends.{provider}") is None:
        raise ImproperlyConfigured(f"{name} names no provider that anymail knows. It looks like anymail+postmark://")
    keys = {key.removeprefix("ANYMAIL_"): value for key, value in os.environ.items() if key.startswith("ANYMAIL_")}
    if not any(key.startswith(provider.upper()) for key in keys):
        raise ImproperlyConfigured(
            f"{name}={text(name)} also needs the provider's key, for example ANYMAIL_{provider.upper()}_API_KEY. "
            "anymail's manual names the settings of each provider; here each begins with ANYMAIL_."
        )
    return {
        "EMAIL_BACKEND": f"anymail.backends.{provider}.EmailBackend",
        # Seconds to reach it, and to wait for its answer.
        "ANYMAIL": {"REQUESTS_TIMEOUT": (5, 15), **keys},
    }


def is_loopback(host: str) -> bool:
    """Whether only this machine reaches a server bound there."""
    try:
        return host == "localhost" or ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def read_place(bind: str, checkout: Path) -> Place:
    """The databases that the environment names, or else the embedded ones, started or joined by this call.

    A key, debug pages and hosts nobody chose are for this machine alone: with databases of one's own, or an address
    that others reach, this raises ImproperlyConfigured and says what to set.
    """
    if text("DATABASE_URL") or text("REDIS_URL"):
        return _place_of_ones_own(checkout)
    if not is_loopback(bind):
        raise ImproperlyConfigured(
            f"BIND={bind} would show the demo to the network. For a real guild set {_listed(REQUIRED)} "
            "(see .env.example), or leave BIND at 127.0.0.1."
        )
    return _embedded_place(bind)


def _place_of_ones_own(checkout: Path) -> Place:
    missing = [name for name in REQUIRED if not text(name)]
    if missing:
        raise ImproperlyConfigured(
            f"With a database or Redis of your own, guildhub also needs {_listed(missing)}. "
            "See .env.example; unset DATABASE_URL and REDIS_URL to use the embedded servers on this machine."
        )
    place = Place(
        is_embedded=False,
        is_debug=yes_or_no("DEBUG", False),
        secret_key=text("SECRET_KEY"),
        allowed_hosts=names("ALLOWED_HOSTS"),
        database=database("DATABASE_URL", text("DATABASE_URL")),
        # The owner's login is for migrations and backups; where only web or worker run it has no business.
        migrate_database=database("MIGRATE_DATABASE_URL", url) if (url := text("MIGRATE_DATABASE_URL")) else {},
        redis_url=redis_url("REDIS_URL"),
        state_dir=Path(text("STATE_DIR", str(checkout / ".guildhub"))),
    )
    if place.is_debug:
        raise ImproperlyConfigured(
            "DEBUG shows secrets to visitors, so it is for the embedded servers only. Unset DEBUG."
        )
    if len(place.secret_key) < SHORTEST_SECRET_KEY:
        raise ImproperlyConfigured(
            "SECRET_KEY is too short to be secret. Make one: python3 -c 'import secrets; print(secrets.token_urlsafe(50))'"
        )
    if "*" in place.allowed_hosts:
        raise ImproperlyConfigured(
            "ALLOWED_HOSTS lists the names people type, for example guild.example.org, and not *."
        )
    if place.database["USER"] == place.migrate_database.get("USER"):
        raise ImproperlyConfigured(
            "DATABASE_URL and MIGRATE_DATABASE_URL log in as the same user, so a bug in the web server could rewrite "
            "the ledger. docs/database-logins.md says in eight lines how to make two."
        )
    return place


def _embedded_place(bind: str) -> Place:
    from guildhub import embedded

    try:
        servers = embedded.connect()
    except embedded.EmbeddedServerError as error:
        raise ImproperlyConfigured(str(error)) from error
    return Place(
        is_embedded=True,
        is_debug=yes_or_no("DEBUG", False),
        secret_key=text("SECRET_KEY", servers.secret_key),
        allowed_hosts=["localhost", "127.0.0.1", "[::1]", bind],
        database=database("DATABASE_URL", servers.database_url),
        migrate_database=database("MIGRATE_DATABASE_URL", servers.migrate_database_url),
        redis_url=servers.redis_url,
        state_dir=servers.state,
    )


def _listed(words: tuple[str, ...] | list[str]) -> str:
    return ", ".join(words[:-1]) + " and " + words[-1] if len(words) > 1 else words[0]
