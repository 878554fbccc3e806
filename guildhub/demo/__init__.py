"""The demo guild: invented people at half a year of work, and one real project's history beside them."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from accounts.models import User

#: Whose part can be played with one click, by a short word, and the e-mail address of their login.
PERSONAS: dict[str, str] = {
    persona: f"{persona}@example.org"
    for persona in ("contributor", "newcomer", "reviewer", "maintainer", "steward", "hub-steward", "outsider")
}


def demo_user(persona: str) -> User | None:
    """The login behind a persona's word; None for another word, or when the demo guild was not loaded."""
    from accounts.models import User

    return User.objects.filter(email=PERSONAS.get(persona, ""), is_active=True).first()
