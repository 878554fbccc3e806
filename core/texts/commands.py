"""What `python -m core.texts` can do; `make texts` and `make setup` call it."""

from __future__ import annotations

import json

from babel.messages.catalog import Catalog

from core.texts import catalogues
from core.texts.collect import ROOT, collect
from core.texts.completeness import COUNTS, Completeness, Share, completeness, is_core
from core.texts.faults import faults

USAGE = """python -m core.texts collect: put new texts into the catalogues, take out those that are gone, compile
python -m core.texts compile: make what Django reads, where a catalogue has changed
python -m core.texts check: say what is wrong in the catalogues, and how complete each is"""


def main(arguments: list[str]) -> int:
    """Do what is asked; other than 0 when something is wrong."""
    commands = {"collect": collect_texts, "compile": compile_texts, "check": check_texts}
    if len(arguments) != 1 or arguments[0] not in commands:
        print(USAGE)
        return 2
    return commands[arguments[0]]()


def collect_texts() -> int:
    """Bring every catalogue up to the texts there are."""
    texts = collect()
    for language in catalogues.FORMS:
        if catalogues.write(language, catalogues.merged(language, texts)):
            print(f"{catalogues.path_of(language).relative_to(ROOT)} has changed.")
    compile_texts()
    return check_texts()


def compile_texts() -> int:
    """Compile each catalogue whose file is newer than what was made of it, and count them all again if one was."""
    if not any(_is_stale(language) for language in catalogues.FORMS):
        return 0
    counted = {}
    for language in catalogues.FORMS:
        if catalogues.path_of(language).is_file():
            catalogue = catalogues.read(language)
            catalogues.compile_catalogue(language, catalogue)
            counted[language] = count(catalogue)
    catalogues.put(COUNTS, json.dumps(counted, indent=1).encode() + b"\n")
    completeness.cache_clear()
    return 0


def _is_stale(language: str) -> bool:
    source = catalogues.path_of(language)
    if not source.is_file():
        return False
    made = source.with_suffix(".mo")
    oldest = min((path.stat().st_mtime_ns if path.is_file() else 0) for path in (made, COUNTS))
    return oldest < source.stat().st_mtime_ns


def count(catalogue: Catalog) -> Completeness:
    """How many of its texts a catalogue says in its language."""
    done, whole, core_done, core = 0, 0, 0, 0
    for message in catalogue:
        if not message.id:
            continue
        is_done = catalogues.is_translated(message)
        whole, done = whole + 1, done + is_done
        if is_core([file for file, _line in message.locations]):
            core, core_done = core + 1, core_done + is_done
    return Completeness(Share(core_done, core), Share(done, whole))


def check_texts() -> int:
    """Print the faults, then the figures."""
    found = [fault for language in catalogues.FORMS for fault in faults(language, catalogues.read(language))]
    print(*found, sep="\n", end="\n" if found else "")
    for language in catalogues.FORMS:
        core, whole = count(catalogues.read(language))
        print(f"{language}: core flow {_told(core)}, all {_told(whole)}")
    return 1 if found else 0


def _told(share: Share) -> str:
    return f"{share.percent} % ({share.done} of {share.all})"
