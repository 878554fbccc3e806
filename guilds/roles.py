"""What the kinds of help are called."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

#: (kind, words), in the order of `guilds.rules.ROLES`.
ROLE_CHOICES = [
    ("code", _("code")),
    ("data", _("data")),
    ("annotation", _("annotation")),
    ("translation", _("translation")),
    ("docs", _("documentation")),
    ("design", _("design")),
    ("testing", _("testing")),
    ("field", _("field work")),
    ("research", _("research")),
    ("organising", _("organising")),
    ("teaching", _("teaching")),
]
