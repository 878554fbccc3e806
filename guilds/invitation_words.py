"""What is said about a list of people to invite: why a file or a row can't be used."""

from __future__ import annotations

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from core.errors import DomainError
from guilds.invitation_reading import FileRefused


class ListUnreadable(DomainError):
    """The file as a whole can't be used; the message says why and what would help."""

    code = "list_unreadable"


#: Code -> why a row is not invited.
WHY = {
    "no_address": gettext_lazy("There is no e-mail address."),
    "address": gettext_lazy("This is not an e-mail address."),
    "long_name": gettext_lazy("The name is longer than 80 letters."),
    "name_link": gettext_lazy("The name holds an address; a name may not."),
    "language": gettext_lazy("We do not know this language. Write its code, such as en or hi."),
    "role": gettext_lazy("We do not know this kind of help."),
    "too_many_cells": gettext_lazy("The row has more columns than the list."),
    "doubled": gettext_lazy("The same address stands further up."),
    "refused": gettext_lazy("The mail server refused this address."),
    "given_up": gettext_lazy("The mail server put it off too often."),
    "broken": gettext_lazy("The mail could not be written."),
}


def why_not(code: str) -> str:
    """The sentence of a code."""
    return str(WHY.get(code, ""))


def unreadable(refused: FileRefused) -> ListUnreadable:
    """The refusal of a file in words for its sender."""
    facts = {key: _shown(value) for key, value in refused.facts.items()}
    return ListUnreadable(_SENTENCES[refused.code]() % facts)


def _shown(value: str | int) -> str:
    from django.utils.formats import number_format

    return number_format(value, use_l10n=True, force_grouping=True) if isinstance(value, int) else value


_SENTENCES = {
    "too_big": lambda: _("The file is larger than %(most)s MB. Bring it in parts."),
    "too_many": lambda: _("The list has more than %(most)s rows. Bring it in parts."),
    "empty": lambda: _("There is nobody in this list."),
    "spreadsheet": lambda: _(
        "This is a spreadsheet and not a CSV file. Open it, save it as “CSV UTF-8”, and send that file."
    ),
    "not_text": lambda: _(
        "We can't read the letters of this file. Save it as “CSV UTF-8” (or as Unicode text) and send it again."
    ),
    "delimiter": lambda: _("Columns are divided by a comma, a semicolon or a tab."),
    "quotes": lambda: _("From line %(line)s on a quotation mark is open and never closed. Mend that line."),
    "column": lambda: _(
        "We know no column “%(name)s”. There are: email, name, language, role. Delete the others: what an invitation does "
        "not need is not stored."
    ),
    "column_twice": lambda: _("The column “%(name)s” is there twice."),
    "no_email": lambda: _("The first line names no column “email”."),
}
