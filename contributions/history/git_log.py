"""Reading a history out of a local git repository, which is somebody else's and not to be trusted.

git reads settings from the repository itself, and some of them name programs to run (signature checks, text
converters, file-system monitors, fetching of missing objects). All of them are switched off, the environment is
emptied, and time and output are bounded.
"""

from __future__ import annotations

import os
import re
import subprocess
import tempfile
import threading
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path, PurePosixPath

from django.utils.translation import gettext as _

from accounts.rules import NAME_LENGTH_MOST, email_hash
from contributions.history.reading import COMMITS_MOST, HistoryUnreadable
from contributions.history.rules import Author, Commit

SECONDS_MOST = 300
OUTPUT_BYTES_MOST = 512 * 1024 * 1024

#: A name and an address as .mailmap and trailers write them.
Contact = tuple[str, str]

# The author's date and not the committer's: a rebase moves commits, but the work was done when it was done.
_FIELDS = ("%H", "%P", "%aN", "%aE", "%aI", "%B")
_FORMAT = "--format=" + "%x00".join(_FIELDS)
_NUMSTAT = re.compile(rb"\n?(\d+|-)\t(\d+|-)\t(.*)", re.DOTALL)
# Anywhere at the start of a line and not only in the last paragraph: a squashed merge keeps its parts' trailers.
_CO_AUTHOR = re.compile(
    r"^co-?authored-?by[ \t]*:[ \t]*([^<>\n]*?)[ \t]*<([^<>\s]+)>[ \t\r]*$", re.IGNORECASE | re.MULTILINE
)
_CONTACT = re.compile(r"(.*?) ?<([^<>]*)>")
_NO_DATE = datetime(1970, 1, 1, tzinfo=UTC)


def read_git_history(path: str) -> list[Commit]:
    """The commits that HEAD reaches in the repository at `path` (its top folder, or a bare one), `.mailmap` honoured.

    Raises HistoryUnreadable when there is no repository, no commit, or more than can be taken.
    """
    repository = Path(path).resolve()
    if not repository.is_dir():
        raise HistoryUnreadable(_("There is no folder %(path)s.") % {"path": repository})
    arguments = ("log", "-z", "--numstat", "--no-renames", *_LOG_OPTIONS, _FORMAT, "HEAD", "--")
    drafts: list[tuple[Commit, list[Contact]]] = []
    for fields, stats in _records(_output_of(repository, arguments)):
        if len(drafts) >= COMMITS_MOST:
            raise HistoryUnreadable(
                _("The repository holds more than 100,000 commits, more than can be brought at once.")
            )
        drafts.append(_draft(fields, stats))
    if not drafts:
        raise HistoryUnreadable(_("There is not one commit in this repository."))
    names = _mailmapped(repository, {contact for _commit, contacts in drafts for contact in contacts})
    return [_with_co_authors(commit, [names[contact] for contact in contacts]) for commit, contacts in drafts]


def _draft(fields: Sequence[bytes], stats: Sequence[bytes]) -> tuple[Commit, list[Contact]]:
    """A commit without its co-authors, and the co-authors as the message names them."""
    sha, parents, name, email, authored_at, body = (field.decode("utf-8", "replace") for field in fields)
    insertions = deletions = 0
    suffixes: Counter[str] = Counter()
    for line in stats:
        found = _NUMSTAT.fullmatch(line)
        if found is None:
            continue
        insertions += int(found[1]) if found[1] != b"-" else 0
        deletions += int(found[2]) if found[2] != b"-" else 0
        suffixes[PurePosixPath(found[3].decode("utf-8", "replace")).suffix[1:]] += 1
    commit = Commit(
        sha=sha,
        is_merge=" " in parents,
        author=_author(name, email),
        authored_at=_moment(authored_at),
        insertions=insertions,
        deletions=deletions,
        files=suffixes.total(),
        file_types=dict(suffixes),
    )
    return commit, [(found[1], found[2]) for found in _CO_AUTHOR.finditer(body)]


def _with_co_authors(commit: Commit, contacts: Iterable[Contact]) -> Commit:
    people = tuple(_author(name, email) for name, email in contacts)
    return replace(commit, co_authors=people) if people else commit


def _author(name: str, email: str) -> Author:
    return Author(" ".join(name.split())[:NAME_LENGTH_MOST], email_hash(email))


def _moment(text: str) -> datetime:
    """The author's time, or 1970 where git has none that a calendar knows: such a commit is set aside for its date."""
    try:
        moment = datetime.fromisoformat(text)
        moment.astimezone(UTC)  # what no calendar of years 1 to 9999 holds fails here
    except (ValueError, OverflowError):
        return _NO_DATE
    return moment if moment.utcoffset() is not None else _NO_DATE


def _mailmapped(repository: Path, contacts: set[Contact]) -> dict[Contact, Contact]:
    """Each contact as the repository's .mailmap writes it; git log does this for authors, but not for trailers."""
    asked = sorted(contacts)
    if not asked:
        return {}
    lines = "".join(f"{name} <{email}>\n" if name else f"<{email}>\n" for name, email in asked)
    answer = b"".join(_output_of(repository, ("check-mailmap", "--stdin"), lines.encode()))
    found = [_CONTACT.fullmatch(line) for line in answer.decode("utf-8", "replace").split("\n")[:-1]]
    if len(found) != len(asked):
        raise HistoryUnreadable(_("git could not read the repository's .mailmap."))
    return {contact: (m[1], m[2]) if m else contact for contact, m in zip(asked, found, strict=True)}


def _records(chunks: Iterable[bytes]) -> Iterator[tuple[list[bytes], list[bytes]]]:
    """Fields of each commit and the lines of its numstat; git ends every one of them with a zero byte."""
    fields: list[bytes] = []
    stats: list[bytes] = []
    for token in _tokens(chunks):
        if len(fields) < len(_FIELDS):
            fields.append(token)
        elif _NUMSTAT.fullmatch(token):
            stats.append(token)
        else:
            yield fields, stats
            fields, stats = [token], []
    if len(fields) == len(_FIELDS):
        yield fields, stats


def _tokens(chunks: Iterable[bytes]) -> Iterator[bytes]:
    rest = b""
    for chunk in chunks:
        *whole, rest = (rest + chunk).split(b"\0")
        yield from whole


def _output_of(repository: Path, arguments: Sequence[str], given: bytes = b"") -> Iterator[bytes]:
    """What git prints, in pieces. Raises HistoryUnreadable with git's own words when it fails."""
    with tempfile.TemporaryFile() as stdin, tempfile.TemporaryFile() as complaints:
        stdin.write(given)
        stdin.seek(0)
        try:
            git = subprocess.Popen(
                ["git", *_SAFE_OPTIONS, *arguments],
                cwd=repository,
                env=_safe_environment(repository),
                stdin=stdin,
                stdout=subprocess.PIPE,
                stderr=complaints,
            )
        except OSError as error:
            raise HistoryUnreadable(_("git can't be started here: %(error)s") % {"error": error}) from error
        too_long = threading.Timer(SECONDS_MOST, git.kill)
        too_long.start()
        try:
            yield from _bounded(git)
            if git.wait() != 0:
                complaints.seek(0)
                words = complaints.read(500).decode("utf-8", "replace").strip()
                if "bad revision 'HEAD'" in words:
                    raise HistoryUnreadable(_("There is not one commit in this repository."))
                words = words or _("it took too long.")
                raise HistoryUnreadable(_("git can't read this repository: %(words)s") % {"words": words})
        finally:
            too_long.cancel()
            git.kill()
            git.communicate()


def _bounded(git: subprocess.Popen[bytes]) -> Iterator[bytes]:
    assert git.stdout is not None
    size = 0
    while chunk := git.stdout.read(1 << 20):
        size += len(chunk)
        if size > OUTPUT_BYTES_MOST:
            raise HistoryUnreadable(_("The repository's history is too large to be read at once."))
        yield chunk


# Settings given on the command line win over the repository's own.
_SAFE_OPTIONS = (
    "-c", "safe.directory=*",  # whoever runs the command chose this repository; it runs no program from it
    "-c", "core.fsmonitor=false",
    "-c", "core.hooksPath=/dev/null",
    "-c", "log.showSignature=false",  # else gpg.program is run
    "-c", "diff.external=",
    "-c", "protocol.allow=never",
    "--no-pager",
    "--no-replace-objects",
    "--literal-pathspecs",
)  # fmt: skip
_LOG_OPTIONS = (
    "--no-ext-diff",
    "--no-textconv",
    "--no-color",
    "--encoding=UTF-8",
    "--no-show-signature",
    "--no-notes",
)


def _safe_environment(repository: Path) -> dict[str, str]:
    return {
        "PATH": os.environ.get("PATH", os.defpath),
        "HOME": "/nonexistent",
        "LC_ALL": "C.UTF-8",
        "GIT_CONFIG_NOSYSTEM": "1",
        "GIT_CONFIG_GLOBAL": os.devnull,
        "GIT_ATTR_NOSYSTEM": "1",
        # Only this very folder: a folder that is no repository must not turn into the one around it.
        "GIT_CEILING_DIRECTORIES": str(repository.parent),
        # A partial clone would fetch what it lacks, by whatever transport its settings name.
        "GIT_ALLOW_PROTOCOL": "none",
        "GIT_NO_LAZY_FETCH": "1",
        "GIT_OPTIONAL_LOCKS": "0",
        "GIT_TERMINAL_PROMPT": "0",
    }
