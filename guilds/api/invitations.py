"""Inviting many people over the API: bring a list, look at it, have it sent, stop it, take it back. And joining by one."""

from __future__ import annotations

from functools import partial
from typing import Any
from uuid import UUID

from django.shortcuts import get_object_or_404
from django.utils import timezone
from rest_framework import serializers
from rest_framework.request import Request

from core.api.endpoints import Endpoint, reads, writes
from core.api.fields import LanguageField
from core.api.paging import Listing, Order, page
from core.api.parsing import FileParser
from core.api.shapes import Shape
from guilds.api.guilds import SCOPE
from guilds.api.reach import guild_for
from guilds.api.shapes import GuildShape
from guilds.invitation_mail import invitation_id_of
from guilds.invitation_reading import FILE_BYTES_MOST, read_items, read_people
from guilds.invitation_words import why_not
from guilds.models import Guild, Invitation, InvitationList
from guilds.permissions import check_steward
from guilds.queries import invitation_counts
from guilds.rules import INVITATION_DAYS_MOST
from guilds.services import (
    accept_invitation,
    bring_invitations,
    count_invitation_list,
    discard_invitations,
    pause_invitations,
    resume_invitations,
    send_invitations,
    stop_invitations,
    withdraw_invitations,
)

_NEWEST = Order(("-pk",), (UUID,))
_BY_LINE = Order(("line",), (int,))


class ListParser(FileParser):
    """A list as a spreadsheet writes it (CSV)."""

    bytes_most = FILE_BYTES_MOST


class CsvParser(ListParser):
    """The same under its own name."""

    media_type = "text/csv"


class InvitedShape(Shape):
    """Somebody to invite. `role`: kinds of help, parted by spaces."""

    email = serializers.CharField(max_length=300, allow_blank=True)
    name = serializers.CharField(required=False, allow_blank=True, max_length=300, default="")
    language = serializers.CharField(required=False, allow_blank=True, max_length=40, default="")
    role = serializers.CharField(required=False, allow_blank=True, max_length=200, default="")


class NewInvitationsShape(Shape):
    """A list of people. More than fit into a body are sent as a file."""

    rows = serializers.ListField(child=InvitedShape(), min_length=1, max_length=5_000)
    days = serializers.IntegerField(required=False, min_value=1, max_value=INVITATION_DAYS_MOST, default=30)
    language = LanguageField(required=False)


class InvitationListShape(Shape):
    """A list and how far it is. `counts`: rows by state; nothing is sent before it is `sending`."""

    id = serializers.UUIDField(source="pk")
    state = serializers.ChoiceField(choices=InvitationList.State.choices)
    trouble = serializers.ChoiceField(choices=InvitationList.Trouble.choices)
    counts = serializers.DictField(child=serializers.IntegerField())
    days = serializers.IntegerField()
    language = serializers.CharField()
    made_at = serializers.DateTimeField()
    started_at = serializers.DateTimeField(allow_null=True)
    ends_at = serializers.DateTimeField(allow_null=True)
    finished_at = serializers.DateTimeField(allow_null=True)


class UnusableRowShape(Shape):
    """A row that is not invited: its line, what stood there, and why."""

    line = serializers.IntegerField()
    state = serializers.ChoiceField(choices=Invitation.State.choices)
    typed = serializers.CharField(allow_blank=True)
    code = serializers.CharField()
    why = serializers.CharField()


class WithdrawnShape(Shape):
    """Whose invitation ends; empty: everybody's who took none yet."""

    email = serializers.CharField(required=False, allow_blank=True, max_length=254, default="")


class InvitationSecretShape(Shape):
    """The last part of the address in the mail."""

    token = serializers.CharField(max_length=200)


class Lists(Endpoint):
    """A guild's lists."""

    @reads("list_invitation_lists", InvitationListShape, order=_NEWEST)
    def get(self, request: Request, slug: str, values: dict[str, Any]) -> Listing:
        """List the lists of people who were or would be invited, the newest first. For stewards."""
        found = page(InvitationList.objects.filter(guild=_guild(request, slug)), _NEWEST, **values)
        return Listing([_shown(row) for row in found.items], found.after)

    @writes("bring_invitations", scope=SCOPE, body=NewInvitationsShape, answer=InvitationListShape, status=201)
    def post(self, request: Request, slug: str, values: dict[str, Any]) -> Any:
        """Bring a list of people; nothing is sent before you say so. For stewards."""
        return _bring(request, slug, partial(read_items, values.pop("rows")), **values)


class ListFiles(Endpoint):
    """Lists as files."""

    def get_parsers(self) -> list[Any]:
        """A file by either name."""
        return [CsvParser(), ListParser()]

    @writes("upload_invitations", scope=SCOPE, parser=ListParser, answer=InvitationListShape, status=201)
    def post(self, request: Request, slug: str, values: dict[str, Any]) -> Any:
        """Bring a list of people as a CSV file; nothing is sent before you say so. For stewards."""
        return _bring(request, slug, partial(read_people, values["data"]))


class OneList(Endpoint):
    """One list."""

    @reads("read_invitation_list", InvitationListShape)
    def get(self, request: Request, slug: str, pk: UUID) -> Any:
        """Read how far a list is, and what came of it. For stewards."""
        return _shown(_list(request, slug, pk))


class Unusable(Endpoint):
    """What of a list can't be used."""

    @reads("list_unusable_rows", UnusableRowShape, order=_BY_LINE)
    def get(self, request: Request, slug: str, pk: UUID, values: dict[str, Any]) -> Listing:
        """List the rows that are not invited because something is wrong with them, by line. For stewards."""
        rows = Invitation.objects.filter(
            invitation_list=_list(request, slug, pk), state__in=["bad", "doubled", "failed"]
        )
        found = page(rows, _BY_LINE, **values)
        shown = [
            {
                "line": row.line,
                "state": row.state,
                "typed": row.typed or row.email,
                "code": row.why,
                "why": why_not(row.why),
            }
            for row in found.items
        ]
        return Listing(shown, found.after)


class Sending(Endpoint):
    """Sending a list."""

    @writes("send_invitations", scope=SCOPE, answer=InvitationListShape)
    def post(self, request: Request, slug: str, pk: UUID) -> Any:
        """Have everybody in a list invited who still would be; it goes on in the background. For stewards."""
        return _shown(send_invitations(invitation_list=_list(request, slug, pk), **_by(request)))


class Pausing(Endpoint):
    """Pausing a list."""

    @writes("pause_invitations", scope=SCOPE, answer=InvitationListShape)
    def post(self, request: Request, slug: str, pk: UUID) -> Any:
        """Let no further mail of a list leave. For stewards."""
        return _shown(pause_invitations(invitation_list=_list(request, slug, pk), **_by(request)))


class Resuming(Endpoint):
    """Going on with a list."""

    @writes("resume_invitations", scope=SCOPE, answer=InvitationListShape)
    def post(self, request: Request, slug: str, pk: UUID) -> Any:
        """Go on with a list that was paused. For stewards."""
        return _shown(resume_invitations(invitation_list=_list(request, slug, pk), **_by(request)))


class Stopping(Endpoint):
    """Stopping a list."""

    @writes("stop_invitations", scope=SCOPE, answer=InvitationListShape)
    def post(self, request: Request, slug: str, pk: UUID) -> Any:
        """Send nothing more of a list, for good; what was sent goes on working. For stewards."""
        return _shown(stop_invitations(invitation_list=_list(request, slug, pk), **_by(request)))


class Withdrawing(Endpoint):
    """Withdrawing invitations."""

    @writes("withdraw_invitations", scope=SCOPE, body=WithdrawnShape, answer=InvitationListShape)
    def post(self, request: Request, slug: str, pk: UUID, values: dict[str, Any]) -> Any:
        """End the link to one address, or all of a list that nobody took yet. For stewards."""
        row = withdraw_invitations(invitation_list=_list(request, slug, pk), email=values["email"], **_by(request))
        return _shown(row)


class Discarding(Endpoint):
    """Throwing a list away."""

    @writes("discard_invitations", scope=SCOPE, answer=InvitationListShape)
    def post(self, request: Request, slug: str, pk: UUID) -> Any:
        """Throw a list away that was not sent, with everybody in it. For stewards."""
        return _shown(discard_invitations(invitation_list=_list(request, slug, pk), **_by(request)))


class Accepting(Endpoint):
    """Joining by an invitation."""

    @writes("accept_invitation", scope=SCOPE, body=InvitationSecretShape, answer=GuildShape)
    def post(self, request: Request, slug: str, values: dict[str, Any]) -> Guild:
        """Join a guild by the invitation that came to a verified address of yours."""
        guild = guild_for(request, slug)
        invitation = Invitation.objects.filter(guild=guild, pk=invitation_id_of(values["token"])).first()
        if invitation is None:
            raise serializers.ValidationError({"token": ["This is no invitation into this guild."]})
        accept_invitation(invitation=invitation, **_by(request))
        return guild_for(request, slug)


def _by(request: Request) -> dict[str, Any]:
    return {"by": request.user.subject, "now": timezone.now()}


def _bring(request: Request, slug: str, read: Any, **values: Any) -> Any:
    guild = _guild(request, slug)
    count_invitation_list(**_by(request))
    return _shown(bring_invitations(guild=guild, read=read, **values, **_by(request)))


def _guild(request: Request, slug: str) -> Guild:
    guild = guild_for(request, slug)
    check_steward(request.user.subject, guild, timezone.now())
    return guild


def _list(request: Request, slug: str, pk: UUID) -> InvitationList:
    """One list of a guild, for its stewards; raises Http404, also for another guild's."""
    return get_object_or_404(InvitationList.objects.select_related("guild"), guild=_guild(request, slug), pk=pk)


def _shown(row: InvitationList) -> Any:
    """The list with its counts."""
    row.counts = invitation_counts(row)  # type: ignore[attr-defined]
    return row
