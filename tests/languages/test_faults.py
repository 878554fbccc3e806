"""Each fault a translation can have is found, and what is right is left in peace."""

from __future__ import annotations

import pytest

from core.texts.catalogues import head, parse
from core.texts.faults import faults


def _faults(language: str, lines: str) -> list[str]:
    return faults(language, parse(head(language) + lines.encode(), language))


def _one(language: str, source: str, said: str) -> list[str]:
    return _faults(language, f'msgid "{source}"\nmsgstr "{said}"\n')


@pytest.mark.parametrize(
    ("language", "source", "said", "part"),
    [
        ("id", "Log your hours", "Log your hours", "same as in English"),
        ("hi", "%(hours)s h logged", "दर्ज घंटे", "other placeholders"),
        ("hi", "Read <b>this</b>", "यह पढ़ें", "other placeholders or tags"),
        ("hi", " and more", "और भी", "white space"),
        ("hi", "Points", "अংক", "another script"),
        ("hi", "Log hours", "Ghante दर्ज करें", "Latin letters: Ghante"),
        ("hi", "Log hours", "Ghante likho", "not written in Devanagari"),
        ("hi", "3 days", "३ दिन", "digits other"),
        ("ur", "Points", "پوائنٹس كي", "letters ur doesn't use"),
        ("bn", "Points", "ৰাশি", "letters bn doesn't use"),
        ("vi", "Points", "очки", "another script"),
    ],
)
def test_a_fault_is_named(language: str, source: str, said: str, part: str) -> None:
    assert part in " ".join(_one(language, source, said))


@pytest.mark.parametrize(
    ("language", "source", "said"),
    [
        ("hi", "Points", ""),
        ("hi", "Write to %(who)s with CSV", "%(who)s को CSV के साथ लिखें"),
        ("ur", "GitHub", "GitHub"),
        ("hi", "%(minutes)s min", "%(minutes)s मिनट"),
        ("vi", "Points", "Điểm"),
    ],
)
def test_what_is_right_or_not_translated_yet_is_no_fault(language: str, source: str, said: str) -> None:
    assert _one(language, source, said) == []


def test_plural_forms_are_counted_and_the_one_may_leave_its_number_out() -> None:
    source = 'msgid "One day"\nmsgid_plural "%(days)s days"\n'
    assert _faults("hi", source + 'msgstr[0] "एक दिन"\nmsgstr[1] "%(days)s दिन"\n') == []
    assert "other placeholders" in _faults("hi", source + 'msgstr[0] "एक दिन"\nmsgstr[1] "दिन"\n')[0]
    assert "has 1 forms" in _faults("hi", source + 'msgstr[0] "एक दिन"\nmsgstr[1] ""\n')[0]


def test_a_guess_is_not_looked_at() -> None:
    assert _faults("id", '#, fuzzy\nmsgid "Log hours"\nmsgstr "Log hours"\n') == []
