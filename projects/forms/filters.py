"""What narrows the list of problems, as plain values."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from core.languages import language_name
from projects.forms.problems import ProblemFilterForm


class ProblemFilters(NamedTuple):
    """The form that narrows the list, by what makes it look as it does: a piece of a page (core/pieces.py)."""

    guilds: tuple[tuple[str, str], ...]
    languages: tuple[str, ...]
    asked: tuple[tuple[str, str], ...] = ()
    clear_url: str = ""

    def form(self) -> ProblemFilterForm:
        """The form with what was asked in it."""
        languages = [(code, language_name(code)) for code in self.languages]
        return ProblemFilterForm(dict(self.asked), guilds=self.guilds, languages=languages)

    def wanted(self) -> dict[str, str]:
        """What was asked for, without the empty and the unknown."""
        return self.form().wanted() if self.asked else {}


def asked_of_problems(data: Mapping[str, str]) -> tuple[tuple[str, str], ...]:
    """What an address asks for, by the form's fields."""
    return tuple([(name, data[name]) for name in ProblemFilterForm.base_fields if data.get(name)])
