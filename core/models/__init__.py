"""The tables every app writes through: events, their deliveries, the public log, changes of state, kept answers, tallies;
and the index of the search."""

from core.models.events import Delivery, Event
from core.models.kept_answers import KeptAnswer
from core.models.limits import Tally
from core.models.public_log import LogCheckpoint, LogEntry, LogKey, LogNode, LogRoot, LogSalt, LogSigner
from core.models.search import SearchDocument, SearchWord
from core.models.state_changes import StateChange

__all__ = [
    "Delivery",
    "Event",
    "KeptAnswer",
    "LogCheckpoint",
    "LogEntry",
    "LogKey",
    "LogNode",
    "LogRoot",
    "LogSalt",
    "LogSigner",
    "SearchDocument",
    "SearchWord",
    "StateChange",
    "Tally",
]
