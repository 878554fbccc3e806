"""The numbers of vouches and sanctions (design: ledger.md, "Guarding against gaming")."""

from __future__ import annotations

from datetime import timedelta

#: So many counting vouches make somebody vouched for in a guild.
VOUCHES_ENOUGH = 2
#: No sanction is longer, so that each ends by itself.
SANCTION_DAYS_MOST = 365
#: How long whoever vouched wrongly may not vouch.
WRONG_VOUCH_LASTS = timedelta(days=90)
