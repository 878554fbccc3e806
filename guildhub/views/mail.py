"""The mail a machine without a mail server has kept, so that a code can be read where it is needed."""

from __future__ import annotations

from datetime import UTC, datetime
from email.message import EmailMessage

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from guildhub.mail import recent_messages


@require_safe
@never_cache
def mail(request: HttpRequest) -> HttpResponse:
    """The kept messages, newest first. Answers 404 outside the demo: these are other people's codes."""
    if not settings.DEMO:
        raise Http404
    shown = [
        {
            "to": message["To"],
            "subject": message["Subject"],
            "sent_at": _sent_at(message),
            "text": _text(message),
        }
        for message in recent_messages()
    ]
    return render(request, "guildhub/mail.html", {"messages_kept": shown})


def _sent_at(message: EmailMessage) -> datetime | None:
    """When it was written; mail says "-0000" for UTC on a server that keeps quiet about where it stands."""
    written = message["Date"] and message["Date"].datetime
    return written.replace(tzinfo=UTC) if written and written.tzinfo is None else written


def _text(message: EmailMessage) -> str:
    body = message.get_body(preferencelist=("plain", "html"))
    return str(body.get_content()) if body else ""
