"""Catalogues hold every text there is, say it in their own script, and keep what stands for values."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from core.texts import catalogues
from core.texts.collect import Text, collect
from core.texts.commands import count
from core.texts.completeness import CORE_FLOW, COUNTS, OFFERED_FROM, is_core, offered
from core.texts.faults import SCRIPTS, faults
from guildhub.languages import ALL_LANGUAGES, COMPLETE

ROOT = Path(__file__).resolve().parents[2]
DRAFTS_OFFERED = ("hi", "bn", "ur", "ne", "vi", "sw")


@pytest.fixture(scope="module")
def texts() -> list[Text]:
    return collect()


@pytest.mark.parametrize("language", catalogues.FORMS)
def test_the_catalogue_holds_the_texts_there_are(language: str, texts: list[Text]) -> None:
    """Texts count, not their order or the files they stand in: two people's work goes together without a conflict."""
    there = {(text.key, text.plural) for text in texts}
    held = {
        (catalogues.key_of(message), None if isinstance(message.id, str) else message.id[1])
        for message in catalogues.read(language)
        if message.id
    }
    advice = f"locale/{language} is stale: run `make texts` and commit what it changes (docs/translating.md)"
    assert (there - held, held - there) == (set(), set()), advice


@pytest.mark.parametrize("language", catalogues.FORMS)
def test_nothing_that_is_translated_has_a_fault_that_can_be_seen(language: str) -> None:
    assert faults(language, catalogues.read(language)) == []


@pytest.mark.parametrize("language", sorted(COMPLETE - {"en"}))
def test_a_complete_language_lacks_nothing(language: str) -> None:
    missing = [
        message.id for message in catalogues.read(language) if message.id and not catalogues.is_translated(message)
    ]
    assert missing == [], f"{language} is declared complete (guildhub/languages.py)"


@pytest.mark.parametrize("language", DRAFTS_OFFERED)
def test_a_draft_covers_the_core_flow(language: str) -> None:
    assert count(catalogues.read(language)).core.percent >= OFFERED_FROM
    assert language in offered()


def test_every_language_has_a_catalogue_a_script_and_plural_forms() -> None:
    codes = {code for code, _name in ALL_LANGUAGES} - {"en"}
    assert codes == set(catalogues.FORMS) == set(SCRIPTS)
    assert {path.name for path in catalogues.LOCALE.iterdir() if path.is_dir()} == codes


@pytest.mark.parametrize("part", CORE_FLOW)
def test_every_file_said_to_be_of_the_core_flow_is_there(part: str) -> None:
    assert list(ROOT.glob(f"{part}*")), f"{part} of CORE_FLOW stands for no file any more"


def test_the_counts_are_those_of_the_catalogues() -> None:
    counted = json.loads(COUNTS.read_text())
    assert counted == {code: [list(share) for share in count(catalogues.read(code))] for code in catalogues.FORMS}


def test_what_is_made_of_the_catalogues_is_not_kept_with_the_source() -> None:
    ignored = (ROOT / ".gitignore").read_text().split()
    assert "*.mo" in ignored
    assert "/locale/completeness.json" in ignored


def test_core_files_are_told_apart() -> None:
    assert is_core(["guildhub/views/people.py", "contributions/forms.py"])
    assert not is_core(["projects/forms.py"])
