"""How an imported history names people, and what a personal token looks like, without a database."""

from __future__ import annotations

import hashlib
import secrets
import unicodedata

NAME_LENGTH_MOST = 200
#: Live tokens that one person can have; more than that is a program that forgets its own.
TOKENS_MOST = 20
#: How every token begins, so that people and scanners of leaked secrets know one.
TOKEN_PREFIX = "gh_"  # noqa: S105


def new_token() -> str:
    """A token of 32 random bytes."""
    return TOKEN_PREFIX + secrets.token_urlsafe(32)


def token_digest(text: str) -> str:
    """What is kept of a token. Plain SHA-256: 256 random bits can't be guessed, so no slow hash is needed."""
    return hashlib.sha256(text.encode()).hexdigest()


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


#: Handles that would speak for the house, or for nobody in particular.
_RESERVED = """
    abuse account admin administrator all anonymous anybody api author bot contact contributor contributors demo erased
    everybody everyone guild guildhub guilds help helpdesk here home hub hub-steward info legal mail maintainer
    maintainers me mod moderation moderator moderators new nobody null official operator ops owner postmaster press
    privacy reviewer reviewers root safety security settings somebody staff steward stewards support sysadmin system
    team undefined user users webmaster
"""
#: Letters and digits that look alike in some typeface, folded into one.
_ALIKE = str.maketrans({"0": "o", "1": "l", "i": "l", "5": "s", "3": "e", "4": "a", "7": "t", "-": ""})


def _look(handle: str) -> str:
    """What a handle looks like at a glance: `adm1n` and `ad-min` both look like `admin`."""
    return handle.translate(_ALIKE).replace("rn", "m").replace("vv", "w")


_RESERVED_LOOKS = frozenset(_look(word) for word in _RESERVED.split())


def is_reserved(handle: str) -> bool:
    """Whether nobody may have this handle, because it would pass for the house. Other scripts never get here: a
    handle is small Latin letters, digits and hyphens.

    >>> is_reserved("adm1n"), is_reserved("asha")
    (True, False)
    """
    return _look(handle) in _RESERVED_LOOKS
