"""Numbers, hours and dates as people read them."""

import re
from datetime import date, datetime, time
from decimal import Decimal
from functools import lru_cache

from django.utils import dateformat, timezone
from django.utils.formats import date_format, get_format, number_format
from django.utils.translation import get_language, gettext, ngettext

MINUS = "\u2212"
NO_BREAK = "\u00a0"
DAYS_SHOWN_AS_RELATIVE = 6


def format_number(value: int | float | Decimal, *, signed: bool = False) -> str:
    """`value` grouped as the reader's language groups it; `signed` shows the plus too."""
    size = -value if value < 0 else value
    digits = _whole(size, get_language()) if size.__class__ is int else number_format(size, force_grouping=True)
    if value < 0:
        return MINUS + digits
    return f"+{digits}" if signed and value else digits


# Django finds out anew for each number and date how a language writes them (8 to 40 us; a page has a hundred). What
# depends on nothing but value and language is kept; Decimals are left out, because 1.5 and 1.50 are equal.
@lru_cache(maxsize=4096)
def _whole(value: int, _language: str | None) -> str:
    return number_format(value, force_grouping=True)


@lru_cache(maxsize=4096)
def _date(day: date, form: str, _language: str | None) -> str:
    return date_format(day, form)


def exact_moment(here: datetime) -> str:
    """A moment in full, to the minute, with the name of its zone; pass it in the zone it is to be read in."""
    language = get_language()
    said = ""
    for is_clock, form in _pieces(language):
        said += _clock(here.hour, here.minute, form, language) if is_clock else _date(here.date(), form, language)
    return f"{said} ({here.tzname()})"


#: What a format of Django's says of the time of day, to the minute.
_CLOCK_LETTERS = frozenset("aAfgGhHiP")


@lru_cache(maxsize=64)
def _pieces(_language: str | None) -> list[tuple[bool, str]]:
    """How a language writes a moment, in pieces that each speak of the day or of the time alone.

    There are 500,000 minutes in a year, but 365 days and 1,440 minutes of a day: those are remembered.
    """
    pieces: list[tuple[bool, str]] = []
    for part in re.findall(r"\\.|[a-zA-Z]|[^a-zA-Z\\]+", get_format("DATETIME_FORMAT")):
        is_letter = part.isalpha() and len(part) == 1
        is_clock = part in _CLOCK_LETTERS if is_letter else bool(pieces and pieces[-1][0])
        if pieces and pieces[-1][0] == is_clock:
            pieces[-1] = (is_clock, pieces[-1][1] + part)
        else:
            pieces.append((is_clock, part))
    return pieces


@lru_cache(maxsize=4096)
def _clock(hour: int, minute: int, form: str, _language: str | None) -> str:
    return dateformat.time_format(time(hour, minute), form)


def exact_day(day: date) -> str:
    """A date in full."""
    return _date(day, "DATE_FORMAT", get_language())


def format_minutes(minutes: int | Decimal) -> str:
    """Minutes as hours and minutes: 90 is "1 h 30 min", 45 is "45 min"; half minutes stay visible."""
    whole = int(minutes)
    return _hours_and_minutes(whole, get_language()) if whole == minutes else _in_hours(minutes)


@lru_cache(maxsize=2048)
def _hours_and_minutes(minutes: int, _language: str | None) -> str:
    return _in_hours(minutes)


def _in_hours(minutes: int | Decimal) -> str:
    hours, rest = divmod(Decimal(-minutes if minutes < 0 else minutes), 60)
    parts = []
    if hours:
        parts.append(gettext("%(hours)s h") % {"hours": format_number(int(hours))})
    if rest or not hours:
        shown = format_number(rest) if rest % 1 else int(rest)
        parts.append(gettext("%(minutes)s min") % {"minutes": shown})
    text = " ".join(parts).replace(" ", NO_BREAK)
    return MINUS + text if minutes < 0 else text


def format_day(day: date, *, today: date) -> str:
    """A date as somebody would say it: today, 3 days ago, tomorrow; beyond six days a plain date."""
    days = (today - day).days
    if days == 0:
        return gettext("today")
    if days == 1:
        return gettext("yesterday")
    if days == -1:
        return gettext("tomorrow")
    if 0 < days <= DAYS_SHOWN_AS_RELATIVE:
        return ngettext("%(days)s day ago", "%(days)s days ago", days) % {"days": days}
    if -DAYS_SHOWN_AS_RELATIVE <= days < 0:
        return ngettext("in %(days)s day", "in %(days)s days", -days) % {"days": -days}
    return exact_day(day)


def format_moment(moment: datetime, *, now: datetime) -> str:
    """A moment in the active time zone: minutes and hours within today, then as `format_day`."""
    return format_moment_here(timezone.localtime(moment), timezone.localtime(now))


def format_moment_here(here: datetime, here_now: datetime) -> str:
    """The same for two moments that are in that zone already."""
    seconds = (here_now - here).total_seconds()
    if here.date() != here_now.date() or seconds < 0:
        return format_day(here.date(), today=here_now.date())
    minutes = int(seconds // 60)
    if minutes < 1:
        return gettext("just now")
    if minutes < 60:
        return ngettext("%(minutes)s minute ago", "%(minutes)s minutes ago", minutes) % {"minutes": minutes}
    hours = minutes // 60
    return ngettext("%(hours)s hour ago", "%(hours)s hours ago", hours) % {"hours": hours}
