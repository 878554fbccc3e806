"""The phrases a reviewer keeps for verdicts: add, change, delete."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from accounts.queries import ids_of
from contributions.forms import SnippetForm
from contributions.models import FeedbackSnippet
from contributions.queries.review_queue import snippets_of
from contributions.rules import SNIPPET_LENGTH_MOST, SNIPPETS_MOST
from contributions.services import SnippetRefused, add_snippet, delete_snippet, edit_snippet
from core.http import Action, perform


@dataclass(frozen=True)
class Phrases:
    """The page; there is one, and it is the reader's."""

    def get_absolute_url(self) -> str:
        """Its address."""
        return reverse("contributions:snippets")


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def snippets(request: HttpRequest) -> HttpResponse:
    """Show and change one's own phrases."""
    if request.method == "POST":
        return perform(request, Phrases(), _ACTIONS, _show)
    return _show(request, Phrases(), {})


def _show(request: HttpRequest, _page: Phrases, forms: dict[str, Any]) -> HttpResponse:
    """The list; a phrase that was refused stands there as it was typed."""
    kept = snippets_of(ids_of(request.user))
    typed = next(iter(forms.values()), None)
    changed = typed.data.get("snippet", "") if typed else ""
    for snippet in kept:
        if typed and str(snippet.pk) == changed:
            snippet.words, changed = typed.data.get("words", ""), ""
    is_new = bool(typed and not typed.data.get("snippet")) or bool(changed)
    context = {
        "snippets": kept,
        "errors": [error for errors in typed.errors.values() for error in errors] if typed else [],
        "typed": typed.data.get("words", "") if typed and is_new else "",
        "most": SNIPPETS_MOST,
        "longest": SNIPPET_LENGTH_MOST,
    }
    return render(request, "contributions/snippets.html", context)


def _form(_page: Phrases, data: QueryDict | None) -> SnippetForm:
    return SnippetForm(data)


def _own(request: HttpRequest, values: dict[str, Any]) -> FeedbackSnippet:
    found = FeedbackSnippet.objects.filter(pk=values["snippet"], subject_id__in=ids_of(request.user)).first()
    if found is None:
        raise SnippetRefused(_("This phrase is not there any more."))
    return found


def _add(request: HttpRequest, _page: Phrases, values: dict[str, Any]) -> str:
    add_snippet(by=request.user.subject, words=values["words"], now=timezone.now())
    return _("Kept. You find it beside your words when you return work.")


def _edit(request: HttpRequest, _page: Phrases, values: dict[str, Any]) -> str:
    edit_snippet(snippet=_own(request, values), by=request.user.subject, words=values["words"])
    return _("Changed.")


def _delete(request: HttpRequest, _page: Phrases, values: dict[str, Any]) -> str:
    delete_snippet(snippet=_own(request, values), by=request.user.subject)
    return _("Deleted.")


_ACTIONS = {
    "add": Action(_add, form=_form),
    "edit": Action(_edit, form=_form),
    "delete": Action(_delete, form=_form),
}
