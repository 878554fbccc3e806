"""The few words that pictures say by themselves, in the reader's language."""

from django.utils.translation import gettext_lazy as _

OF_THE_GOAL = _("%(done)s of %(goal)s")
PART = _("Part")
WEEK_OF = _("Week of")
IN_ALL = _("in all")
MORE = _("and %(n)s more, in the table below")
NORTH, SOUTH, EAST, WEST = _("%(n)s° N"), _("%(n)s° S"), _("%(n)s° E"), _("%(n)s° W")
UP_TO = _("up to %(amount)s")
MORE_THAN = _("more than %(amount)s")
AT_MOST = _("at most %(amount)s")
BELONGS_TO = _("belongs to")
