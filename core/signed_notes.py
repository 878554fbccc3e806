"""Text signed with Ed25519 in the form of transparency logs: checkpoints, their keys, and what one key says of the next.

Sources: c2sp.org/signed-note (text, blank line, lines "— name base64(key id || signature)"; key ids and verifier keys),
c2sp.org/tlog-checkpoint (origin, size, base64 of the root), c2sp.org/tlog-cosignature (a second line, of type 0x04,
signs the time, too), RFC 8032 (Ed25519). Written to those texts; knows no Django and no database.
"""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from hashlib import sha256

#: Kinds of signature, as c2sp.org/signed-note numbers them.
PLAIN, TIMED = 0x01, 0x04
_SIGNATURE_BYTES = 64
_TIME_BYTES = 8
#: More lines than these are no note of ours.
_LINES_MOST = 100
_NOTE_MOST = 1_000_000
_SIZE = re.compile(r"0|[1-9][0-9]{0,18}")


class NoteError(ValueError):
    """A note, a key or a checkpoint that is not what it should be; the words say why."""


@dataclass(frozen=True)
class PublicKey:
    """What a signature is checked with. `name` is the log's origin."""

    name: str
    raw: bytes

    def __post_init__(self) -> None:
        if not is_name(self.name):
            raise NoteError("A key's name is one word without a plus.")
        if len(self.raw) != 32:
            raise NoteError("An Ed25519 key is 32 bytes long.")

    def key_id(self, kind: int = PLAIN) -> bytes:
        """The four bytes by which a signature says whose it is."""
        return sha256(self.name.encode() + b"\n" + bytes([kind]) + self.raw).digest()[:4]

    @property
    def short(self) -> str:
        """The key's id in hex, for people."""
        return self.key_id().hex()

    def __str__(self) -> str:
        """The verifier key: name+id+base64(kind || key)."""
        return f"{self.name}+{self.short}+{_to_text(bytes([PLAIN]) + self.raw)}"

    @classmethod
    def read(cls, text: str) -> PublicKey:
        """A verifier key from its text. Raises NoteError."""
        name, short, raw = _three_parts(text.strip())
        if raw[:1] != bytes([PLAIN]):
            raise NoteError("It is no Ed25519 verifier key.")
        key = cls(name, raw[1:])
        if key.short != short:
            raise NoteError("The id in the verifier key is not that of its key.")
        return key

    def verifies(self, signature: bytes, message: bytes) -> bool:
        """Whether the holder of the private key signed that message."""
        from cryptography.exceptions import InvalidSignature
        from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

        try:
            Ed25519PublicKey.from_public_bytes(self.raw).verify(signature, message)
        except (InvalidSignature, ValueError):
            return False
        return True


@dataclass(frozen=True)
class PrivateKey:
    """What signs. Its text form is that of Go's sumdb/note: PRIVATE+KEY+name+id+base64(kind || seed)."""

    name: str
    seed: bytes

    def __repr__(self) -> str:
        """Never the seed: this may end up in a log."""
        return f"PrivateKey({self.public.short})"

    @classmethod
    def make(cls, name: str) -> PrivateKey:
        """A new one, from the system's random numbers."""
        import secrets

        return cls(name, secrets.token_bytes(32))

    @classmethod
    def read(cls, text: str) -> PrivateKey:
        """A private key from its text. Raises NoteError, without repeating what was given."""
        head, marker, rest = text.strip().partition("PRIVATE+KEY+")
        if head or not marker:
            raise NoteError("A signing key begins with PRIVATE+KEY+.")
        name, short, raw = _three_parts(rest)
        if raw[:1] != bytes([PLAIN]) or len(raw) != 33:
            raise NoteError("It is no Ed25519 signing key.")
        key = cls(name, raw[1:])
        if key.public.short != short:
            raise NoteError("The id in the signing key is not that of its key: it was cut or mistyped.")
        return key

    def secret_text(self) -> str:
        """The text that `read` takes. Whoever has it signs in the log's name."""
        return f"PRIVATE+KEY+{self.name}+{self.public.short}+{_to_text(bytes([PLAIN]) + self.seed)}"

    @property
    def public(self) -> PublicKey:
        """The key that checks what this one signs."""
        from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

        return PublicKey(self.name, Ed25519PrivateKey.from_private_bytes(self.seed).public_key().public_bytes_raw())

    def sign(self, message: bytes) -> bytes:
        """The 64 bytes of the signature; the same each time (RFC 8032)."""
        from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

        return Ed25519PrivateKey.from_private_bytes(self.seed).sign(message)


@dataclass(frozen=True)
class Note:
    """A signed text, taken apart and not checked: `lines` are name, key id and the rest of each signature."""

    text: str
    lines: tuple[tuple[str, bytes, bytes], ...]

    def signed_by(self, key: PublicKey) -> bool:
        """Whether the key signed the text. Raises NoteError when a line says it did and the signature is wrong."""
        found = self._signature(key, PLAIN)
        if found is None:
            return False
        if len(found) != _SIGNATURE_BYTES or not key.verifies(found, self.text.encode()):
            raise NoteError(f"the signature of key {key.short} is wrong")
        return True

    def time_signed_by(self, key: PublicKey) -> datetime | None:
        """The time that the key signed beside the text, or None. Raises NoteError when that signature is wrong."""
        found = self._signature(key, TIMED)
        if found is None:
            return None
        seconds = int.from_bytes(found[:_TIME_BYTES], "big")
        is_right = len(found) == _TIME_BYTES + _SIGNATURE_BYTES and seconds < 2**33
        if not is_right or not key.verifies(found[_TIME_BYTES:], timed_message(self.text, seconds)):
            raise NoteError(f"the signature of key {key.short} over the time is wrong")
        return datetime.fromtimestamp(seconds, UTC)

    def _signature(self, key: PublicKey, kind: int) -> bytes | None:
        wanted = (key.name, key.key_id(kind))
        return next((rest for name, key_id, rest in self.lines if (name, key_id) == wanted), None)


@dataclass(frozen=True)
class Checkpoint:
    """What a checkpoint says: whose log, of how many entries, under which root."""

    origin: str
    size: int
    root: bytes

    def text(self) -> str:
        """The three lines that are signed."""
        return f"{self.origin}\n{self.size}\n{_to_text(self.root)}\n"

    @classmethod
    def read(cls, text: str) -> Checkpoint:
        """The checkpoint in a note's text. Raises NoteError; lines after the third are allowed and not read."""
        lines = text.split("\n")
        if len(lines) < 4 or lines[-1] or not all(lines[:-1]) or not _SIZE.fullmatch(lines[1]):
            raise NoteError("it is no checkpoint: three lines, of which the second is a number")
        root = _from_text(lines[2])
        if len(root) != 32:
            raise NoteError("its third line is not the base64 of a root")
        return cls(lines[0], int(lines[1]), root)


def sign_note(text: str, keys: Iterable[PrivateKey]) -> str:
    """The note: the text with a signature of each key. The text ends with a new line."""
    return f"{text}\n" + "".join(_line(key, PLAIN, key.sign(text.encode())) for key in keys)


def sign_checkpoint(checkpoint: Checkpoint, key: PrivateKey, at: datetime) -> str:
    """The note of a checkpoint: signed plainly, for every reader, and with the time (whole seconds) in a second line."""
    seconds = int(at.timestamp())
    timed = seconds.to_bytes(_TIME_BYTES, "big") + key.sign(timed_message(checkpoint.text(), seconds))
    return sign_note(checkpoint.text(), [key]) + _line(key, TIMED, timed)


def timed_message(text: str, seconds: int) -> bytes:
    """What a timed signature signs (c2sp.org/tlog-cosignature)."""
    return f"cosignature/v1\ntime {seconds}\n{text}".encode()


def read_note(given: str) -> Note:
    """A note taken apart. Raises NoteError for anything that is none; nothing is checked yet."""
    if len(given) > _NOTE_MOST or any(sign < " " and sign != "\n" for sign in given):
        raise NoteError("it is no signed note")
    text, gap, signatures = given.rpartition("\n\n")
    lines = signatures.split("\n")
    if not gap or lines.pop() or not 0 < len(lines) <= _LINES_MOST:
        raise NoteError("it is no signed note: a text, an empty line, signatures")
    return Note(f"{text}\n", tuple(map(_read_line, lines)))


def is_name(name: str) -> bool:
    """Whether a key, and so a log, may be called that."""
    return bool(name) and "+" not in name and not any(sign.isspace() or not sign.isprintable() for sign in name)


def _line(key: PrivateKey, kind: int, signature: bytes) -> str:
    return f"\N{EM DASH} {key.name} {_to_text(key.public.key_id(kind) + signature)}\n"


def _read_line(line: str) -> tuple[str, bytes, bytes]:
    parts = line.split(" ")
    if len(parts) != 3 or parts[0] != "\N{EM DASH}" or not is_name(parts[1]):
        raise NoteError("it is no signed note: a line below the empty one is no signature")
    raw = _from_text(parts[2])
    if len(raw) < 5:
        raise NoteError("it is no signed note: a signature is too short")
    return parts[1], raw[:4], raw[4:]


def _three_parts(text: str) -> tuple[str, str, bytes]:
    """Name, id and bytes of a key's text; base64 may hold a plus, so only the first two are looked for."""
    parts = text.split("+", 2)
    if len(parts) != 3 or not re.fullmatch("[0-9a-f]{8}", parts[1]):
        raise NoteError("A key is three parts with a plus between: name, id, base64.")
    return parts[0], parts[1], _from_text(parts[2])


def _to_text(raw: bytes) -> str:
    return base64.b64encode(raw).decode()


def _from_text(text: str) -> bytes:
    try:
        raw = base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError) as error:
        raise NoteError("it holds something that is no base64") from error
    if _to_text(raw) != text:
        raise NoteError("it holds base64 that is not written as it should be")
    return raw
