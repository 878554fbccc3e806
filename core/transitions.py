"""States change only by declared steps, each with actor, time and reason."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from django.utils.translation import gettext as _

from core.errors import TransitionRefused
from core.events import record_events
from core.models import Event, StateChange
from core.writes import fresh, write_rows

#: state -> states that may follow; kept in the owning app's rules.py and mirrored by a database trigger.
Transitions = dict[str, frozenset[str]]


def change_state(
    thing: Any,
    to: str,
    *,
    actor: UUID | None,
    now: datetime,
    reason: str = "",
    also: list[str] | None = None,
    telling: Sequence[Event] = (),
) -> StateChange:
    """Move `thing` to state `to`, save it (and the fields in `also`) and write who, when and why. One statement.

    `thing` is a model with a `state` field, its choices in `State` and its declared steps in `TRANSITIONS`. The
    caller holds the row's lock. `telling` are the events of this step (`core.events.new_event`), recorded with it.
    Raises TransitionRefused when the step is not declared.
    """
    allowed = thing.TRANSITIONS.get(thing.state, frozenset())
    if to == thing.state:
        raise TransitionRefused(
            _("This is “%(now)s” already. Nothing was changed.") % {"now": thing.get_state_display()}
        )
    if to not in allowed:
        raise TransitionRefused(
            _("This is “%(now)s” by now, so it can't become “%(to)s”. Reload the page to see it as it is.")
            % {"now": thing.get_state_display(), "to": dict(thing.State.choices)[to]}
        )
    before, thing.state = thing.state, to
    change = step_of(thing, before, actor=actor, now=now, reason=reason)
    record_events(telling, now=now, new=[change], changed=(thing, ["state", *(also or [])]))
    return change


def note_state(thing: Any, before: str, *, actor: UUID | None, now: datetime, reason: str = "") -> StateChange:
    """Write down a step that was saved already (creation has an empty `before`)."""
    change = step_of(thing, before, actor=actor, now=now, reason=reason)
    write_rows([change])
    return change


def step_of(thing: Any, before: str, *, actor: UUID | None, now: datetime, reason: str = "") -> StateChange:
    """The row that says who moved `thing` from `before` to the state it has; not written yet."""
    return fresh(
        StateChange,
        object_kind=thing._meta.model_name,
        object_id=thing.pk,
        from_state=before,
        to_state=thing.state,
        actor=actor,
        reason=reason,
        changed_at=now,
    )
