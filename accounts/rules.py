"""How an imported history names people, without a database."""

from __future__ import annotations

import hashlib
import unicodedata

NAME_LENGTH_MOST = 200


def email_hash(email: str) -> str:
    """First 16 hex digits of SHA-256 of the trimmed lower-case e-mail: how a history names an address.

    >>> email_hash(" Asha@Example.org ") == email_hash("asha@example.org")
    True
    """
    return hashlib.sha256(email.strip().lower().encode()).hexdigest()[:16]


def name_key(name: str) -> str:
    """The form in which two spellings of one author's name are the same: composed, single spaces, case-folded.

    >>> name_key("  Asha   DEVI ")
    'asha devi'
    """
    return " ".join(unicodedata.normalize("NFC", name).split()).casefold()[:NAME_LENGTH_MOST]
