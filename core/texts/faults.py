"""What is wrong with a translation that can be seen without knowing the language."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator

from babel.messages.catalog import Catalog, Message

from core.texts.catalogues import FORMS, forms_of, key_of

#: What stands for a value, and markup: a translation has the same ones.
_VALUES = re.compile(r"%\([^)]*\)[sd]|%[sd%]|\{[a-zA-Z_0-9]*\}")
_TAGS = re.compile(r"</?[a-zA-Z][^>]*>")
_ADDRESSES = re.compile(r"\S*(?:://|@)\S*|(?<!\w)/[a-z][\w/.-]*|\b[\w-]+\.(?:com|org|md|json|csv|geojson|txt)\b|&\w+;")
_WORD = re.compile(r"[^\W\d_]+(?:['’-][^\W\d_]+)*")

#: The script a language is written in, as Unicode names its letters. Latin words are looked at one by one.
SCRIPTS = {
    "id": "LATIN",
    "hi": "DEVANAGARI",
    "bn": "BENGALI",
    "ur": "ARABIC",
    "ne": "DEVANAGARI",
    "vi": "LATIN",
    "sw": "LATIN",
}
#: Letters of the right script that belong to another language of it: an Arabic keyboard's yeh, kaf and heh in Urdu,
#: Assamese ra and wa in Bengali, letters no word of Indonesian or Swahili has.
FOREIGN = {
    "ur": "يكىهة",
    "bn": "ৰৱ",
    "id": "ăâđêôơưñçß",
    "sw": "ăâđêôơưñçß",
}
#: Texts that are the same in a language as in English, and right so: names, and words the language took over.
SAME_ANYWHERE = frozenset(
    [
        "API",
        "Atom",
        "CSV",
        "GeoJSON",
        "GitHub",
        "GitLab",
        "Gitea",
        "Google",
        "JSON",
        "OpenID",
        "PDF",
        "PTS",
        "QR",
        "REP",
        "Redis",
        "TOTP",
        "URL",
        "UTC",
        "guildhub",
        "h",
        "min",
    ]
)
SAME: dict[str, frozenset[str]] = {
    "id": frozenset({"%(shown)s commit", "%(shown)s commits", "Demo", "Menu", "Worker"}),
    "vi": frozenset({"%(shown)s commit", "%(shown)s commits"}),
}
#: Latin words that may stand in a text of another script though the English text does not have them.
LATIN_ANYWHERE = frozenset({"API", "CSV", "GitHub", "JSON", "PTS", "REP", "URL", "guildhub"})


def faults(language: str, catalogue: Catalog) -> list[str]:
    """Each as a sentence that names its text. What isn't translated yet is no fault."""
    found = []
    for message in catalogue:
        if message.id and not message.fuzzy and any(forms_of(message)):
            found += [f"{language}: {key_of(message).text!r}: {fault}" for fault in _of(language, message)]
    return found


def _of(language: str, message: Message) -> Iterator[str]:
    sources = (message.id,) if isinstance(message.id, str) else tuple(message.id)
    said = forms_of(message)
    forms = 1 if len(sources) == 1 else FORMS[language]
    if len(said) != forms or not all(said):
        yield f"has {len([form for form in said if form])} forms and should have {forms}"
        return
    for place, form in enumerate(said):
        # The form for one may leave the number out, as the English one does; the others show what the plural shows.
        wanted = sources if place == 0 and forms > 1 else sources[-1:]
        if all(_marks(form) != _marks(source) for source in wanted):
            yield f"{form!r} has other placeholders or tags: {_marks(form)}, not {_marks(sources[-1])}"
        if _edges(form) != _edges(sources[-1]):
            yield f"{form!r} begins or ends with other white space"
        words = _words(sources[-1])
        if form in sources and any(len(word) > 1 for word in words) and not _may_be_same(language, form):
            yield "is the same as in English; if that is right, it belongs into SAME (core/texts/faults.py)"
        yield from _letters(language, form, sources)


def _marks(text: str) -> list[str]:
    return sorted([*_VALUES.findall(text), *_TAGS.findall(text)])


def _edges(text: str) -> tuple[bool, bool]:
    return text[:1].isspace(), text[-1:].isspace()


def _bare(text: str) -> str:
    """Without values, tags and addresses, which are the same in every language."""
    return _ADDRESSES.sub(" ", _TAGS.sub(" ", _VALUES.sub(" ", text)))


def _words(text: str) -> set[str]:
    return set(_WORD.findall(_bare(text)))


def _may_be_same(language: str, text: str) -> bool:
    return text in SAME_ANYWHERE or text in SAME.get(language, ()) or _words(text) <= SAME_ANYWHERE


def _letters(language: str, text: str, sources: tuple[str, ...]) -> Iterator[str]:
    """Letters of a script the language isn't written in, or of a neighbour's alphabet; and a text without its script."""
    script = SCRIPTS[language]
    bare = _bare(text)
    wrong = sorted({letter for letter in bare if _script(letter) not in (script, "LATIN", "")})
    if wrong:
        yield f"{text!r} has letters of another script: {' '.join(wrong)}"
    if alien := sorted(set(bare.lower()) & set(FOREIGN.get(language, ""))):
        yield f"{text!r} has letters {language} doesn't use: {' '.join(alien)}"
    if digits := sorted({sign for sign in bare if sign.isdigit() and not sign.isascii()}):
        yield f"{text!r} has digits other than 0 to 9: {' '.join(digits)}"
    if script == "LATIN":
        return
    known = {word.lower() for source in sources for word in _words(source)} | {word.lower() for word in LATIN_ANYWHERE}
    latin = sorted(word for word in _words(text) if _script(word[0]) == "LATIN" and word.lower() not in known)
    if latin:
        yield f"{text!r} has words left in Latin letters: {' '.join(latin)}"
    is_in_script = any(_script(letter) == script for letter in bare) or _may_be_same(language, text)
    if not is_in_script and any(len(word) > 1 for word in _words(sources[-1])):
        yield f"{text!r} is not written in {script.capitalize()} letters"


def _script(sign: str) -> str:
    """The script of a letter or of a mark on one; empty for digits, punctuation, and signs several scripts share."""
    if not unicodedata.category(sign).startswith(("L", "M")):
        return ""
    script = unicodedata.name(sign, "?").split(" ")[0]
    return "" if script in ("COMBINING", "VARIATION", "MODIFIER", "MICRO", "FEMININE", "MASCULINE") else script
