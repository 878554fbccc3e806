"""`python -m guildhub.healthcheck web|worker|scheduler`: exit code 0 when that part of this container's hub works.

Asked every few seconds, so it starts no Django: the web is asked over HTTP, the others by their heartbeat's row.
"""

from __future__ import annotations

import os
import sys
import urllib.error
import urllib.request

import psycopg2

SILENT_AFTER = "5 minutes"


def is_web_alive() -> bool:
    """Whether the web process answers. Not whether it is ready: a restart would not bring a database back."""
    try:
        address = f"http://127.0.0.1:{os.environ.get('PORT') or 8000}/healthz"
        with urllib.request.urlopen(address, timeout=4) as answer:
            return bool(answer.status == 200)
    except (OSError, urllib.error.URLError):
        return False


def was_seen(name: str) -> bool:
    """Whether a background process was seen lately. While the database is away nobody knows, and nothing is restarted."""
    try:
        connection = psycopg2.connect(os.environ["DATABASE_URL"], connect_timeout=4)
    except psycopg2.OperationalError:
        return True
    try:
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT 1 FROM guildhub_heartbeat WHERE name = %s AND seen_at > now() - %s::interval",
                [name, SILENT_AFTER],
            )
            return cursor.fetchone() is not None
    finally:
        connection.close()


def main(part: str) -> int:
    """The exit code for that part."""
    works = is_web_alive() if part == "web" else was_seen(part)
    if not works:
        sys.stderr.write(f"the {part} does not answer\n")
    return 0 if works else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1] if len(sys.argv) > 1 else "web"))
