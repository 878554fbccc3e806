"""How surely and how fast a problem is found by two words, one of them mistyped, among 100,000 in four scripts.

    python benchmarks/search.py                  # figures; exit code 1 when fewer than 95 % are among the first three
    python benchmarks/search.py --problems 5000 --keep

The problems are made from `SEED`; their words fall as words do in any language, few of them very often and most of them
rarely (Zipf). A query is two words of one problem's title and place, one of at least four letters with one letter missed,
added, changed or swapped with the next, the other as it stands. Left out are pairs that other titles and places have as
well, because nobody could say which of these is the right one; how many that were is printed.
"""

from __future__ import annotations

import argparse
import hashlib
import os
import sys
from collections import defaultdict
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import accumulate
from pathlib import Path
from random import Random
from time import perf_counter
from typing import TYPE_CHECKING
from uuid import UUID

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from benchmarks.search_words import COMMON, LETTERS, SCRIPTS, made_words
from core.search.text import edits, words_of

if TYPE_CHECKING:
    from guilds.models import Guild

SEED = 20261123
PROBLEMS, QUERIES = 100_000, 200
#: How many different words each script has, and names of villages.
_WORDS, _VILLAGES = 8_000, 3_000
FIRST, ENOUGH = 3, 0.95
_PREFIX = "bench_search_"


@dataclass(frozen=True)
class Text:
    """One generated problem."""

    id: UUID
    script: str
    language: str
    title: str
    place: str
    statement: str


@dataclass(frozen=True)
class Query:
    """What somebody types, and the problem that they mean."""

    typed: str
    meant: Text


@dataclass(frozen=True)
class Asked:
    """One query's answer: at which place the right one stood (0: not on the first page), seconds, statements."""

    query: Query
    place: int
    seconds: float
    statements: int


def problems(count: int, seed: int = SEED) -> list[Text]:
    """So many problems, a quarter of them in each script."""
    chance = Random(seed)
    books = {script: _Book(script, languages, chance) for script, languages in SCRIPTS.items()}
    return [books[tuple(SCRIPTS)[number % len(SCRIPTS)]].text(chance) for number in range(count)]


class _Book:
    """The words of one script, each as often as its rank says, and the names of its villages."""

    def __init__(self, script: str, languages: Sequence[str], chance: Random) -> None:
        self.script, self.languages = script, languages
        made = made_words(script, _WORDS + _VILLAGES, chance)
        self.villages = made[_WORDS:]
        self.words = {language: [*COMMON[language].split(), *made[:_WORDS]] for language in languages}
        self.weights = {
            language: list(accumulate(1 / (rank + 2.7) for rank in range(len(words))))
            for language, words in self.words.items()
        }

    def text(self, chance: Random) -> Text:
        """One problem in one of the script's languages."""
        language = chance.choice(self.languages)

        def words(least: int, most: int) -> str:
            n = chance.randint(least, most)
            return " ".join(chance.choices(self.words[language], cum_weights=self.weights[language], k=n))

        village, near = chance.choice(self.villages), chance.choice(self.villages[:200])
        title = words(4, 7) if chance.random() < 0.5 else f"{words(3, 5)} {village}"
        key = UUID(int=chance.getrandbits(128), version=4)
        return Text(key, self.script, language, title, f"{village}, {near}", words(20, 60))


def queries(texts: Sequence[Text], count: int, seed: int = SEED) -> tuple[list[Query], int]:
    """So many queries, and how many pairs of words were left out because they name more than one problem."""
    chance = Random(seed + 1)
    having: dict[str, set[int]] = defaultdict(set)
    for number, text in enumerate(texts):
        for word in set(words_of(f"{text.title} {text.place}")):
            having[word].add(number)
    found, left_out = [], 0
    while len(found) < count:
        number = chance.randrange(len(texts))
        text = texts[number]
        words = list(dict.fromkeys(words_of(f"{text.title} {text.place}")))
        long = [word for word in words if len(word) >= 4]
        if not long or len(words) < 2:
            continue
        wrong = chance.choice(long)
        right = chance.choice([word for word in words if word != wrong])
        if len(having[wrong] & having[right]) > 1:
            left_out += 1
            continue
        pair = [mistyped(wrong, LETTERS[text.script], chance), right]
        chance.shuffle(pair)
        found.append(Query(" ".join(pair), text))
    return found, left_out


def mistyped(word: str, letters: str, chance: Random) -> str:
    """The word with one edit that changes it."""
    while True:
        at = chance.randrange(len(word))
        kind = chance.choice(("missed", "added", "changed", "swapped"))
        rest = {
            "missed": word[at + 1 :],
            "added": chance.choice(letters) + word[at:],
            "changed": chance.choice(letters) + word[at + 1 :],
            "swapped": word[at + 1 : at + 2] + word[at] + word[at + 2 :],
        }
        typed = word[:at] + rest[kind]
        if len(words_of(typed)) == 1 and edits(words_of(typed)[0], word) == 1:
            return typed


def store(texts: Sequence[Text], guild: Guild, author_id: UUID, *, bar: bool = False) -> None:
    """Write them as problems of a guild that everybody may read; triggers put them into the index."""
    from django.utils import timezone

    from projects.models import Problem

    now = timezone.now()
    for start in range(0, len(texts), 1000):
        Problem.objects.bulk_create(
            Problem(
                id=text.id, guild=guild, slug=f"p-{text.id.hex}", title=text.title[:140], statement=text.statement,
                affected_people="", place=text.place, language=text.language, state="submitted",
                author_id=author_id, created_at=now, submitted_at=now,
            )
            for text in texts[start : start + 1000]
        )  # fmt: skip
        if bar and (start + 1000) % 10_000 == 0:
            print(f"\r{start + 1000:,} of {len(texts):,}", end="", file=sys.stderr, flush=True)


def ask(asked: Sequence[Query]) -> list[Asked]:
    """Look for each as the page does, with everything that it shows."""
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    from guildhub.search import find_things

    answers = []
    for query in asked:
        with CaptureQueriesContext(connection) as statements:
            begun = perf_counter()
            found = find_things(query.typed)
            _shown = [(result.heading, result.excerpt) for result in found.results]
            seconds = perf_counter() - begun
        ids = [result.object_id for result in found.results]
        place = ids.index(query.meant.id) + 1 if query.meant.id in ids else 0
        answers.append(Asked(query, place, seconds, len(statements)))
    return answers


@contextmanager
def _database(count: int, *, is_kept: bool) -> Iterator[None]:
    """A database of its own with so many problems; an earlier run's if it was kept and nothing has changed since."""
    from django.core.management import call_command
    from django.db import connection

    from benchmarks.database import drop, superuser
    from guildhub import embedded

    name = f"{_PREFIX}{_key(count)}"
    with superuser("postgres") as cursor:
        cursor.execute("SELECT datname FROM pg_database WHERE starts_with(datname, %s)", [_PREFIX])
        names = {row[0] for row in cursor.fetchall()}
    for other in names - {name}:
        drop(other)
    connection.close()
    usual, connection.settings_dict["NAME"] = connection.settings_dict["NAME"], name
    is_whole = name in names
    try:
        if not is_whole:
            embedded.prepare_database(embedded.connect().superuser_database_url, name)
            call_command("migrate", verbosity=0, interactive=False, skip_checks=True)
            _fill(count)
            is_whole = True
            with superuser(name) as cursor:
                cursor.execute("VACUUM ANALYZE")
        yield
    finally:
        connection.close()
        connection.settings_dict["NAME"] = usual
        if not (is_whole and is_kept):
            drop(name)


def _fill(count: int) -> None:
    from django.utils import timezone

    from accounts.models import User
    from guilds.services import open_guild, propose_guild

    now = timezone.now()
    hub = User.objects.create_user("hub@example.org", is_staff=True).subject
    steward = User.objects.create_user("steward@example.org").subject
    guild = propose_guild(slug="words", name="Words", summary="Many.", by=steward, now=now)
    guild = open_guild(guild=guild, steward=steward, by=hub, now=now)
    begun = perf_counter()
    store(problems(count), guild, steward.pk, bar=True)
    print(f"\r{count:,} problems stored and indexed in {perf_counter() - begun:.0f} s.", file=sys.stderr, flush=True)


def _key(count: int) -> str:
    """Changes with the schema, the generator and the size."""
    from django.apps import apps

    digest = hashlib.sha256(repr((count, SEED)).encode())
    migrations = [path for app in apps.get_app_configs() for path in Path(app.path).glob("migrations/**/*.*")]
    for path in sorted({*migrations, *Path(__file__).parent.glob("search*.py")}):
        if path.suffix in (".py", ".sql"):
            digest.update(path.read_bytes())
    return digest.hexdigest()[:12]


def _told(answers: Sequence[Asked], left_out: int, count: int) -> bool:
    """Print the figures; whether enough of the right ones are among the first."""
    print(
        f"\n{len(answers)} queries over {count:,} problems; {left_out} pairs of words left out, as more than one has them."
    )
    print(f"{'':<12}{'queries':>8}{'first':>8}{'first 3':>9}{'first 20':>10}")
    for script in (*SCRIPTS, ""):
        rows = [one for one in answers if script in ("", one.query.meant.script)]
        shares = [sum(1 for one in rows if 1 <= one.place <= most) / max(len(rows), 1) for most in (1, FIRST, 20)]
        cells = "".join(f"{share:>{width}.1%}" for share, width in zip(shares, (8, 9, 10), strict=True))
        print(f"{script or 'all':<12}{len(rows):>8}{cells}")
    seconds = sorted(one.seconds for one in answers)
    p50, p99 = seconds[len(seconds) // 2], seconds[min(len(seconds) - 1, len(seconds) * 99 // 100)]
    statements = sorted({one.statements for one in answers})
    print(f"p50 {p50 * 1000:.0f} ms, p99 {p99 * 1000:.0f} ms; statements per search: {', '.join(map(str, statements))}")
    for one in answers:
        if not 1 <= one.place <= FIRST:
            print(
                f"  at place {one.place or 'over 20'}: {one.query.typed} | {one.query.meant.title}, {one.query.meant.place}"
            )
    return sum(1 for one in answers if 1 <= one.place <= FIRST) >= ENOUGH * len(answers) and len(statements) == 1


def main() -> int:
    """Make the problems, ask, print the figures."""
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--problems", type=int, default=PROBLEMS)
    options.add_argument("--queries", type=int, default=QUERIES)
    options.add_argument("--keep", action="store_true", help="keep the database for the next run")
    chosen = options.parse_args()
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "guildhub.settings")
    import django

    django.setup()
    with _database(chosen.problems, is_kept=chosen.keep):
        asked, left_out = queries(problems(chosen.problems), chosen.queries)
        ask(asked[:5])  # connects, and reads what every search reads
        is_enough = _told(ask(asked), left_out, chosen.problems)
    return 0 if is_enough else 1


if __name__ == "__main__":
    sys.exit(main())
