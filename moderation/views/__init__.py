"""The pages of moderation."""

from moderation.views.cases import case, cases
from moderation.views.report import report

__all__ = ["case", "cases", "report"]
