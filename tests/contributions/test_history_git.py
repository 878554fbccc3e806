"""Reading a local git repository: .mailmap, co-authors, binary files, and settings that would run programs."""

from __future__ import annotations

import os
import subprocess
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from accounts.rules import email_hash
from contributions.history import git_log
from contributions.history.git_log import read_git_history
from contributions.history.reading import HistoryUnreadable
from contributions.history.rules import Commit, why_set_aside

NOW = datetime(2026, 3, 2, tzinfo=UTC)


class Repository:
    """A repository made for a test: fixed dates, no settings of the machine."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.minutes = 0
        path.mkdir()
        self.git("init", "--quiet", "--initial-branch=main")

    def git(self, *arguments: str, **env: str) -> str:
        clean = {
            "PATH": os.environ["PATH"],
            "HOME": str(self.path),
            "GIT_CONFIG_GLOBAL": os.devnull,
            "GIT_CONFIG_NOSYSTEM": "1",
            "GIT_COMMITTER_NAME": "Machine",
            "GIT_COMMITTER_EMAIL": "machine@example.org",
            **env,
        }
        done = subprocess.run(["git", *arguments], cwd=self.path, env=clean, check=True, capture_output=True, text=True)
        return done.stdout.strip()

    def commit(self, author: str, message: str = "Work", **files: str) -> str:
        """One commit by "Name <address>", an hour after the one before; `files` are names (a dot is _DOT_) and contents."""
        for name, content in files.items():
            (self.path / name.replace("_DOT_", ".")).write_text(content)
        name, _, address = author.rstrip(">").partition(" <")
        self.minutes += 60
        moment = f"2024-05-06T{8 + self.minutes // 60:02}:00:00+05:30"
        self.git("add", "--all")
        self.git(
            *("commit", "--quiet", "--allow-empty", "--cleanup=verbatim", "-m", message),
            GIT_AUTHOR_NAME=name,
            GIT_AUTHOR_EMAIL=address,
            GIT_AUTHOR_DATE=moment,
            GIT_COMMITTER_DATE="2025-01-01T00:00:00Z",
        )
        return self.git("rev-parse", "HEAD")

    def read(self) -> list[Commit]:
        """The history, oldest first."""
        return read_git_history(str(self.path))[::-1]


@pytest.fixture
def repository(tmp_path: Path) -> Repository:
    return Repository(tmp_path / "repository")


def test_a_commit_is_read_with_its_own_time_and_size(repository: Repository) -> None:
    sha = repository.commit("Asha Devi <Asha@Example.org>", a_DOT_py="1\n2\n", b_DOT_md="x\n")
    (commit,) = repository.read()
    assert (commit.sha, commit.is_merge) == (sha, False)
    assert (commit.author.name, commit.author.email_hash) == ("Asha Devi", email_hash("asha@example.org"))
    assert commit.authored_at.isoformat() == "2024-05-06T09:00:00+05:30"
    assert (commit.insertions, commit.deletions, commit.files) == (3, 0, 2)
    assert commit.file_types == {"py": 1, "md": 1}


def test_names_of_files_can_be_anything(repository: Repository) -> None:
    strange = repository.path / "नक्शा\n1\t2\tb.md"
    strange.write_text("x\n")
    (repository.path / "photo.png").write_bytes(bytes(range(256)))
    repository.commit("Asha <a@x>")
    repository.commit("Asha <a@x>", readme="no suffix")
    first, second = repository.read()
    assert (first.files, first.insertions, first.file_types) == (2, 1, {"md": 1, "png": 1})
    assert second.file_types == {"": 1}


def test_merges_are_known_as_such(repository: Repository) -> None:
    repository.commit("Asha <a@x>", a="1")
    repository.git("checkout", "--quiet", "-b", "side")
    repository.commit("Bo <b@x>", b="1")
    repository.git("checkout", "--quiet", "main")
    repository.commit("Asha <a@x>", c="1")
    repository.git("-c", "user.name=Asha", "-c", "user.email=a@x", "merge", "--quiet", "--no-ff", "-m", "m", "side")
    assert [why_set_aside(c, now=NOW) for c in repository.read()].count("merge") == 1
    assert len(repository.read()) == 4


@pytest.mark.parametrize(
    ("message", "names"),
    [
        ("One\n\nCo-authored-by: Bo <b@x>", ["Bo"]),
        ("One\n\nco-authored-by: Bo <b@x>\nCo-Authored-By:   C D  <c@x>  ", ["Bo", "C D"]),
        ("One\n\nCoauthored-by: Bo <b@x>", ["Bo"]),
        # A squashed merge: trailers of its parts stand in the middle.
        ("All (#7)\n\n* One\n\nCo-authored-by: Bo <b@x>\n\n* Two\n\nCo-authored-by: C <c@x>", ["Bo", "C"]),
        ("One\n\nCo-authored-by: बो <b@x>\nSigned-off-by: D <d@x>", ["बो"]),
        ("One\r\n\r\nCo-authored-by: Bo <b@x>\r\n", ["Bo"]),
        ("One\n\n> Co-authored-by: Bo <b@x>\n    Co-authored-by: C <c@x>", []),
        ("One\n\nCo-authored-by: nobody\nCo-authored-by: <>\nCo-authored-by:", []),
        ("Co-authored-by: <b@x>", [""]),
    ],
)
def test_co_authors_are_found_however_they_are_written(repository: Repository, message: str, names: list[str]) -> None:
    repository.commit("Asha <a@x>", message)
    (commit,) = repository.read()
    assert [person.name for person in commit.co_authors] == names


def test_mailmap_joins_people_authors_and_co_authors_alike(repository: Repository) -> None:
    repository.commit("asha <asha@laptop>", "One\n\nCo-authored-by: bo <bo@old.example>")
    repository.commit("Asha Devi <asha@example.org>", "Two\n\nCo-authored-by: Bo Sen <bo@example.org>")
    repository.commit("Meena <team@example.org>")
    repository.commit("Ravi <team@example.org>")

    def people() -> list[list[str]]:
        return [[person.name for person in commit.people] for commit in repository.read()]

    assert people() == [["asha", "bo"], ["Asha Devi", "Bo Sen"], ["Meena"], ["Ravi"]]
    (repository.path / ".mailmap").write_text(
        "Asha Devi <asha@example.org> <asha@laptop>\n"
        "Bo Sen <bo@example.org> bo <bo@old.example>\n"
        "Meena Das <meena@example.org> Meena <team@example.org>\n"
    )
    assert people() == [["Asha Devi", "Bo Sen"], ["Asha Devi", "Bo Sen"], ["Meena Das"], ["Ravi"]]
    keys = {person.key for commit in repository.read() for person in commit.people}
    assert len(keys) == 4


def test_a_date_no_calendar_knows_sets_the_commit_aside(repository: Repository) -> None:
    repository.commit("Asha <a@x>", a="1")
    raw = repository.git("cat-file", "commit", "HEAD").replace("1714966200 +0530", "99999999999999 +0000")
    assert "99999999999999" in raw
    (repository.path / "raw").write_text(raw + "\n")
    sha = repository.git("hash-object", "-t", "commit", "-w", "--literally", "raw")
    repository.git("update-ref", "HEAD", sha)
    (commit,) = repository.read()
    assert why_set_aside(commit, now=NOW) == "date"


def test_what_is_no_repository_is_refused_in_words(repository: Repository, tmp_path: Path) -> None:
    for path, words in [
        (tmp_path / "nowhere", "There is no folder"),
        (tmp_path, "not a git repository"),
        (repository.path, "not one commit"),
    ]:
        with pytest.raises(HistoryUnreadable, match=words):
            read_git_history(str(path))
    (repository.path / "inside").mkdir()
    repository.commit("Asha <a@x>", a="1")
    with pytest.raises(HistoryUnreadable, match="not a git repository"):
        read_git_history(str(repository.path / "inside"))


def test_a_bare_repository_is_read_too(repository: Repository, tmp_path: Path) -> None:
    sha = repository.commit("Asha <a@x>", a="1")
    repository.git("clone", "--quiet", "--bare", ".", str(tmp_path / "bare.git"))
    assert [c.sha for c in read_git_history(str(tmp_path / "bare.git"))] == [sha]


def test_a_path_is_never_an_option(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    sha = Repository(tmp_path / "--output=stolen").commit("Asha <a@x>")
    assert [c.sha for c in read_git_history("--output=stolen")] == [sha]
    assert not (tmp_path / "stolen").exists()


def test_no_program_that_a_repository_names_is_run(repository: Repository, tmp_path: Path) -> None:
    ran = tmp_path / "ran"
    trap = tmp_path / "trap"
    trap.write_text(f"#!/bin/sh\necho $0 $@ >> {ran}\ncat\n")
    trap.chmod(0o755)
    (repository.path / ".gitattributes").write_text("* diff=trap\n")
    repository.commit("Asha <a@x>", a="1")
    signed = repository.git("cat-file", "commit", "HEAD").replace(
        "\n\n", "\ngpgsig -----BEGIN PGP SIGNATURE-----\n x\n -----END PGP SIGNATURE-----\n\n", 1
    )
    (repository.path / "signed").write_text(signed + "\n")
    repository.git("update-ref", "HEAD", repository.git("hash-object", "-t", "commit", "-w", "signed"))
    (repository.path / ".git/hooks").mkdir(exist_ok=True)
    for hook in ("post-checkout", "post-index-change", "reference-transaction"):
        (repository.path / ".git/hooks" / hook).symlink_to(trap)
    settings = {
        "log.showSignature": "true",
        "gpg.program": str(trap),
        "core.fsmonitor": str(trap),
        "core.pager": str(trap),
        "core.sshCommand": str(trap),
        "core.hooksPath": str(repository.path / ".git/hooks"),
        "diff.external": str(trap),
        "diff.trap.textconv": str(trap),
        "diff.trap.command": str(trap),
        "pager.log": "true",
        "protocol.allow": "always",
        "protocol.ext.allow": "always",
    }
    for name, value in settings.items():
        repository.git("config", name, value)
    assert len(repository.read()) == 1
    assert not ran.exists(), ran.read_text()
    # The trap works: without the precautions one of these settings is enough.
    repository.git("log", "-1")
    assert ran.exists()


def test_missing_objects_are_not_fetched(repository: Repository, tmp_path: Path) -> None:
    ran = tmp_path / "ran"
    repository.commit("Asha <a@x>", a="1\n")
    repository.commit("Asha <a@x>", a="2\n")
    blob = repository.git("rev-parse", "HEAD:a")
    (repository.path / ".git/objects" / blob[:2] / blob[2:]).unlink()
    for name, value in {
        "core.repositoryFormatVersion": "1",
        "extensions.partialClone": "origin",
        "remote.origin.url": f"ext::touch {ran}",
        "remote.origin.promisor": "true",
        "protocol.ext.allow": "always",
    }.items():
        repository.git("config", name, value)
    with pytest.raises(HistoryUnreadable, match="git can't read this repository"):
        repository.read()
    assert not ran.exists()


def test_time_and_size_are_bounded(repository: Repository, monkeypatch: pytest.MonkeyPatch) -> None:
    repository.commit("Asha <a@x>", a="1")
    monkeypatch.setattr(git_log, "OUTPUT_BYTES_MOST", 10)
    with pytest.raises(HistoryUnreadable, match="too large"):
        repository.read()


def test_a_git_that_hangs_is_ended(repository: Repository, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    repository.commit("Asha <a@x>", a="1")
    slow = tmp_path / "bin" / "git"
    slow.parent.mkdir()
    slow.write_text("#!/bin/sh\nexec sleep 600\n")
    slow.chmod(0o755)
    monkeypatch.setenv("PATH", f"{slow.parent}:{os.environ['PATH']}")
    monkeypatch.setattr(git_log, "SECONDS_MOST", 0.2)
    with pytest.raises(HistoryUnreadable, match="took too long"):
        repository.read()


def test_the_sessions_of_a_repository_are_those_of_its_days(repository: Repository) -> None:
    for _ in range(3):
        repository.commit("Asha <a@x>")
    first, second, third = repository.read()
    assert third.authored_at - first.authored_at == timedelta(hours=2)
    assert second.authored_at.utcoffset() == timedelta(hours=5, minutes=30)
