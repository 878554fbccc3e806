"""The pictures in docs/screens are those that `make screens` takes, and stay small."""

from __future__ import annotations

import re
import sys
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings

ROOT = Path(settings.BASE_DIR)
PICTURES = sorted((ROOT / "docs" / "screens").glob("*.png"))


@pytest.fixture
def remake(monkeypatch: pytest.MonkeyPatch) -> Any:
    """The script, which stands beside the two it uses."""
    monkeypatch.setattr(sys, "path", [str(ROOT / "scripts"), *sys.path])
    import remake_screens  # type: ignore[import-not-found]

    return remake_screens


def test_the_committed_pictures_are_the_ones_that_are_taken(remake: Any) -> None:
    files = [shot.file for shot in remake.SHOTS]
    assert sorted(files) == sorted(set(files)), "two of one name"
    assert {path.name for path in PICTURES} == set(files)


def test_together_they_weigh_less_than_three_megabytes() -> None:
    assert sum(path.stat().st_size for path in PICTURES) < 3_000_000
    for path in PICTURES:
        head = path.read_bytes()[:26]
        assert head.startswith(b"\x89PNG") and head[25] == 3, f"{path.name} has no palette"


def test_both_themes_widths_and_directions_are_among_them(remake: Any) -> None:
    seen = {(shot.theme, shot.width, shot.language) for shot in remake.SHOTS}
    assert {(theme, width) for theme, width, _language in seen} == {
        (t, w) for t in ("light", "dark") for w in (360, 1280)
    }
    assert {language for *_rest, language in seen} == {"en", "ur"}


def test_what_documents_show_is_there() -> None:
    for page in (ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))):
        for name in re.findall(r"screens/([\w.-]+\.png)", page.read_text(encoding="utf-8")):
            assert (ROOT / "docs" / "screens" / name).is_file(), f"{page.name}: {name}"
