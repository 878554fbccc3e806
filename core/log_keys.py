"""Where the private keys of the public log are: in the environment, or in a file for one user alone; never in the database.

Beside the file lies the last checkpoint that was signed. So the signer knows what it said even when the database was put
back to an earlier day, and refuses to say something else.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from django.conf import settings

from core.signed_notes import NoteError, PrivateKey, PublicKey

_REMEMBERED = ".last"


class KeyTrouble(Exception):
    """A private key that is missing, unreadable or open to others; the words are for whoever runs the server."""


@dataclass(frozen=True)
class KeyRing:
    """The private keys at hand. `given` is text from the environment; `file` is where new ones are kept, if anywhere."""

    given: str = field(default="", repr=False)
    file: Path | None = None

    @classmethod
    def from_settings(cls) -> KeyRing:
        """As LOG_SIGNING_KEY and LOG_SIGNING_KEY_FILE say."""
        return cls(settings.LOG_SIGNING_KEY, settings.LOG_SIGNING_KEY_FILE)

    @property
    def is_empty(self) -> bool:
        """Whether this process was given nothing to sign with, and no place to keep a key."""
        return not self.given and self.file is None

    def keys(self) -> list[PrivateKey]:
        """Every private key at hand, the environment's first. Raises KeyTrouble."""
        texts = [*self.given.replace(",", " ").split(), *self._lines()]
        try:
            return list(dict.fromkeys(PrivateKey.read(text) for text in texts))
        except NoteError as error:
            raise KeyTrouble(f"The signing key of the public log can't be used: {error}") from error

    def private(self, public: PublicKey) -> PrivateKey | None:
        """The private half of a key, if it is at hand."""
        return next((key for key in self.keys() if key.public == public), None)

    def unknown(self, name: str, known: Sequence[PublicKey]) -> PrivateKey | None:
        """A private key of that name which the log has not used yet."""
        return next((key for key in self.keys() if key.name == name and key.public not in known), None)

    def make(self, name: str) -> PrivateKey:
        """A new key, added to the file. Raises KeyTrouble where there is none."""
        if self.file is None:
            raise KeyTrouble(
                "There is no place for a new signing key. Set LOG_SIGNING_KEY to this one, the old one after it with a comma, "
                f"and run the command again: {PrivateKey.make(name).secret_text()}"
            )
        key = PrivateKey.make(name)
        self._write(self.file, "".join(f"{line}\n" for line in [*self._lines(), key.secret_text()]))
        return key

    def keep_only(self, key: PublicKey) -> None:
        """Forget the other keys of the file; those in the environment are somebody else's to remove."""
        lines = [line for line in self._lines() if PrivateKey.read(line).public == key]
        if self.file is not None and lines and lines != self._lines():
            self._write(self.file, "".join(f"{line}\n" for line in lines))

    def remember(self, note: str) -> None:
        """Keep the last checkpoint that was signed, where there is a file to keep it beside."""
        if self.file is not None:
            self._write(self._beside(self.file), note)

    def remembered(self) -> str:
        """The last checkpoint that was signed here, or nothing."""
        if self.file is None or not self._beside(self.file).exists():
            return ""
        return self._read(self._beside(self.file))

    def forget(self) -> None:
        """Forget what was signed: a backup was restored, and a new key says so."""
        if self.file is not None:
            self._beside(self.file).unlink(missing_ok=True)

    def _lines(self) -> list[str]:
        if self.file is None or not self.file.exists():
            return []
        if self.file.stat().st_mode & 0o077:
            raise KeyTrouble(f"{self.file} may be read by others. Make it yours alone: chmod 600 {self.file}")
        return self._read(self.file).split()

    @staticmethod
    def _beside(file: Path) -> Path:
        return file.with_name(file.name + _REMEMBERED)

    @staticmethod
    def _read(file: Path) -> str:
        try:
            return file.read_text(encoding="utf-8")
        except (OSError, UnicodeDecodeError) as error:
            raise KeyTrouble(f"{file} can't be read: {error}.") from error

    @staticmethod
    def _write(file: Path, text: str) -> None:
        """The whole file or nothing of it, for this user alone, on the disk before this returns."""
        fresh = file.with_name(f"{file.name}.{os.getpid()}.new")
        try:
            descriptor = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
            with os.fdopen(descriptor, "w", encoding="utf-8") as opened:
                opened.write(text)
                opened.flush()
                os.fsync(opened.fileno())
            fresh.replace(file)
            folder = os.open(file.parent, os.O_RDONLY)
            try:
                os.fsync(folder)
            finally:
                os.close(folder)
        except OSError as error:
            fresh.unlink(missing_ok=True)
            raise KeyTrouble(f"{file} can't be written: {error.strerror}. See LOG_SIGNING_KEY_FILE.") from error
