"""Work people say they did, the time it took, and what a reviewer made of it."""

from contributions.models.board import BoardChange, BoardStep, Score
from contributions.models.challenge import Challenge, PanelSeat
from contributions.models.contribution import Contribution
from contributions.models.history import (
    CommitShare,
    HistoryAcceptance,
    HistoryImport,
    ImportedCommit,
    ImportedSession,
)
from contributions.models.integrity_case import IntegrityCase
from contributions.models.looks import ReviewAssignment, SecondLook
from contributions.models.pending import FeedbackSnippet, PendingVerdict
from contributions.models.review import Review
from contributions.models.simulation import PolicySimulation
from contributions.models.time import TimeEntry, Week, WorkDay

__all__ = [
    "BoardChange",
    "BoardStep",
    "Challenge",
    "CommitShare",
    "Contribution",
    "FeedbackSnippet",
    "HistoryAcceptance",
    "HistoryImport",
    "ImportedCommit",
    "ImportedSession",
    "IntegrityCase",
    "PanelSeat",
    "PendingVerdict",
    "PolicySimulation",
    "Review",
    "ReviewAssignment",
    "Score",
    "SecondLook",
    "TimeEntry",
    "Week",
    "WorkDay",
]
