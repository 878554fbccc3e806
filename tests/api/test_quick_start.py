"""The lines of docs/api.md, run as they stand there."""

from __future__ import annotations

import json
import re
import subprocess
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.utils import timezone

from contributions.models import Contribution
from tests.api.callers import token_for
from tests.factories import make_world

DOCS = Path(settings.BASE_DIR) / "docs" / "api.md"


def quick_start() -> str:
    """The one shell script of the page."""
    (script,) = re.findall(r"```sh\n(.*?)```", DOCS.read_text(encoding="utf-8"), re.DOTALL)
    return str(script)


@pytest.mark.django_db(transaction=True)
def test_the_quick_start_works_as_it_is_written(live_server: Any) -> None:
    world = make_world(timezone.now())
    script = quick_start()
    assert len(script.strip().splitlines()) <= 10
    run = subprocess.run(
        ["bash", "-euo", "pipefail", "-c", script],
        env={
            "HUB": live_server.url,
            "TOKEN": token_for(world.contributor, "read", "hours:write"),
            "PATH": "/usr/bin:/bin",
        },
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert run.returncode == 0, run.stdout + run.stderr
    first, second, *rest = _documents(run.stdout)
    assert first == second and first["minutes"] == 45
    assert Contribution.objects.filter(subject=world.contributor).count() == 1
    assert rest[0]["items"][0]["id"] == first["id"]


def _documents(text: str) -> list[dict[str, Any]]:
    """JSON documents that stand one after another."""
    found, place = [], 0
    while place < len(text.rstrip()):
        document, end = json.JSONDecoder().raw_decode(text, place)
        found.append(document)
        place = end
    return found


def test_the_page_names_every_scope() -> None:
    from accounts.models import Token

    text = DOCS.read_text(encoding="utf-8")
    assert all(f"| `{scope}` |" in text for scope in Token.Scope.values)
