"""Numbers, hours and dates as people read them."""

from datetime import date, datetime
from decimal import Decimal

from django.utils import timezone
from django.utils.formats import date_format, number_format
from django.utils.translation import gettext, ngettext

MINUS = "\u2212"
NO_BREAK = "\u00a0"
DAYS_SHOWN_AS_RELATIVE = 6


def format_number(value: int | float | Decimal, *, signed: bool = False) -> str:
    """`value` grouped as the reader's language groups it; `signed` shows the plus too."""
    digits = number_format(-value if value < 0 else value, force_grouping=True)
    if value < 0:
        return MINUS + digits
    return f"+{digits}" if signed and value else digits


def format_minutes(minutes: int | Decimal) -> str:
    """Minutes as hours and minutes: 90 is "1 h 30 min", 45 is "45 min"; half minutes stay visible."""
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
    return date_format(day, "DATE_FORMAT")


def format_moment(moment: datetime, *, now: datetime) -> str:
    """A moment in the active time zone: minutes and hours within today, then as `format_day`."""
    here, here_now = timezone.localtime(moment), timezone.localtime(now)
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
