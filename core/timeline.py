"""The steps of a thing as its page tells them, read along with the thing in one statement."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import OuterRef
from django.db.models.functions import JSONObject

from core.models import StateChange


@dataclass(frozen=True)
class Step:
    """One line of a timeline: when, what, who (empty: a hidden person) and the words they gave (may be empty).

    With an `id` the words can be reported, as the `kind` of thing that people write; `hidden_for`: a moderator hid them.
    """

    at: datetime
    what: str
    who: str
    note: str
    id: UUID | None = None
    kind: str = "statechange"
    hidden_for: str = ""


def history_of(pk: str = "pk") -> ArraySubquery:
    """Annotate with this to read every StateChange of a row, oldest first, as dicts (see `timeline`)."""
    steps = StateChange.objects.filter(object_id=OuterRef(pk)).order_by("changed_at", "id")
    return ArraySubquery(
        steps.values(
            row=JSONObject(
                id="id",
                at="changed_at",
                to="to_state",
                by="actor",
                was="from_state",
                reason="reason",
                hidden="hidden_for",
            )
        )
    )


def actors(history: list[dict[str, Any]]) -> set[UUID]:
    """Everybody who took one of the steps."""
    return {UUID(row["by"]) for row in history if row["by"]}


def timeline(
    history: list[dict[str, Any]], words: Mapping[str, Any], *, names: Mapping[UUID, str], with_reasons: bool
) -> list[Step]:
    """Steps in words, from what `history_of` read. `words` has a sentence for each "from>to", or else for each "to"."""
    return [
        Step(
            at=datetime.fromisoformat(row["at"]),
            what=str(words.get(f"{row['was']}>{row['to']}") or words.get(row["to"], row["to"])),
            who=names.get(UUID(row["by"]), "") if row["by"] else "",
            note=row["reason"] if with_reasons else "",
            id=UUID(row["id"]),
            hidden_for=row["hidden"] if with_reasons else "",
        )
        for row in history
    ]
