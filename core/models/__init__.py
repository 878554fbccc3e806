"""The tables every app writes through: events, their deliveries, the public log, changes of state."""

from core.models.events import Delivery, Event
from core.models.public_log import LogEntry, LogRoot, LogSalt
from core.models.state_changes import StateChange

__all__ = ["Delivery", "Event", "LogEntry", "LogRoot", "LogSalt", "StateChange"]
