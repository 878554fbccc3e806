"""The languages of the interface: which there are, which are offered, which are drafts."""

from __future__ import annotations

from typing import Any

from django.conf.locale import LANG_INFO
from django.utils.translation import gettext_lazy as _

from core.texts.completeness import offered

#: Every language with a catalogue, English first.
ALL_LANGUAGES = [
    ("en", _("English")),
    ("id", _("Indonesian")),
    ("hi", _("Hindi")),
    ("bn", _("Bengali")),
    ("ur", _("Urdu")),
    ("ne", _("Nepali")),
    ("vi", _("Vietnamese")),
    ("sw", _("Swahili")),
]
#: Languages that say everything: a text that one of them lacks fails the tests. The others are drafts, and say so.
COMPLETE = frozenset({"en", "id"})

#: Languages Django doesn't know: without these lines asking for one's name is an error (ADR 0073).
MORE_LANG_INFO: dict[str, dict[str, Any]] = {
    code: {"bidi": False, "code": code, "name": name, "name_local": local}
    for code, name, local in (
        ("am", "Amharic", "አማርኛ"),
        ("as", "Assamese", "অসমীয়া"),
        ("brx", "Bodo", "बर'"),
        ("fil", "Filipino", "Filipino"),
        ("gu", "Gujarati", "ગુજરાતી"),
        ("ha", "Hausa", "Hausa"),
        ("or", "Odia", "ଓଡ଼ିଆ"),
        ("sat", "Santali", "ᱥᱟᱱᱛᱟᱲᱤ"),
        ("si", "Sinhala", "සිංහල"),
        ("yo", "Yoruba", "Yorùbá"),
        ("zu", "Zulu", "isiZulu"),
    )
}
for _code, _info in MORE_LANG_INFO.items():
    LANG_INFO.setdefault(_code, _info)


def spoken(is_everything_shown: bool) -> list[tuple[str, Any]]:
    """The languages a browser or a person can have: those that are offered, or all, where somebody wants to see all.

    A browser that prefers Urdu would otherwise get English words in mirrored order.
    """
    ready = set(offered())
    return [(code, name) for code, name in ALL_LANGUAGES if code in ready or is_everything_shown]
