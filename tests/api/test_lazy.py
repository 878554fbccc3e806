"""Pages and cold starts don't pay for the API: its framework is loaded by the first request to it."""

from __future__ import annotations

import subprocess
import sys

from django.conf import settings

SCRIPT = """
import sys, django
django.setup()
from django.core.handlers.wsgi import WSGIHandler
from django.urls import resolve, reverse
WSGIHandler()
resolve("/problems/"), reverse("front")
assert "rest_framework" not in sys.modules, "a page loads the framework of the API"
assert reverse("api:schema") == "/api/v1/schema" and resolve("/api/v1/guilds")
assert "rest_framework" in sys.modules and "drf_spectacular" not in sys.modules
"""


def test_a_page_loads_nothing_of_the_api() -> None:
    run = subprocess.run(
        [sys.executable, "-c", SCRIPT],
        env={"DJANGO_SETTINGS_MODULE": "guildhub.settings", "GUILDHUB_ENV_FILE": "", "PATH": "/usr/bin:/bin"},
        cwd=settings.BASE_DIR,
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    assert run.returncode == 0, run.stderr
