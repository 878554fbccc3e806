"""The mail a machine without a mail server has kept, so that a code can be read where it is needed."""

from __future__ import annotations

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from guildhub.mail import recent_messages


@require_safe
@never_cache
def mail(request: HttpRequest) -> HttpResponse:
    """The kept messages, newest first. Answers 404 outside debug: these are other people's codes."""
    if not (settings.DEBUG and settings.EMBEDDED):
        raise Http404
    shown = [
        {
            "to": message["To"],
            "subject": message["Subject"],
            "date": message["Date"].datetime if message["Date"] else None,
            "text": _text(message),
        }
        for message in recent_messages()
    ]
    return render(request, "guildhub/mail.html", {"messages_kept": shown})


def _text(message) -> str:  # type: ignore[no-untyped-def]  # the parser's classes are typed too widely to help
    body = message.get_body(preferencelist=("plain", "html"))
    return body.get_content() if body else ""
