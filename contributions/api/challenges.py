"""Disputed verdicts over the API: the cases that concern the sender, opening one, deciding one."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from django.http import Http404
from django.utils import timezone
from rest_framework import serializers
from rest_framework.request import Request

from contributions.api.reach import work_for
from contributions.models import Challenge, PanelSeat
from contributions.queries.challenges import readable_challenges
from contributions.services.challenges import decline_seat, give_panel_vote, raise_challenge
from core.api.endpoints import Endpoint, reads, writes
from core.api.paging import Listing, Order, cut
from core.api.shapes import Shape
from guilds.api.reach import own_ids

_NEWEST = Order(("-opened_at", "-pk"), (datetime.fromisoformat, UUID))


class DisputeShape(Shape):
    """Why a verdict is wrong."""

    reason = serializers.CharField(max_length=4000)


class VoteShape(Shape):
    """`uphold`, or `overturn` with minutes and a rubric (0 minutes: with a next step instead)."""

    vote = serializers.ChoiceField(choices=[choice for choice in PanelSeat.Vote.choices if choice[0]])
    reason = serializers.CharField(max_length=4000)
    minutes = serializers.IntegerField(required=False, allow_null=True, min_value=0, max_value=99_999)
    rubric = serializers.IntegerField(required=False, allow_null=True, min_value=2, max_value=5)
    next_step = serializers.CharField(required=False, allow_blank=True, max_length=2000)


class PanelReasonShape(Shape):
    """What one seat said, told when the case is decided; whose seat it was nobody learns."""

    vote = serializers.CharField()
    minutes = serializers.IntegerField(allow_null=True)
    rubric = serializers.IntegerField(allow_null=True)
    reason = serializers.CharField()
    next_step = serializers.CharField(allow_blank=True)


class ChallengeShape(Shape):
    """A disputed verdict. `seed` is the published lot; `is_asked`: the sender was drawn and has not voted."""

    id = serializers.UUIDField(source="pk")
    guild = serializers.SlugField(source="guild.slug")
    hours = serializers.UUIDField(source="contribution_id")
    task_title = serializers.CharField(source="contribution.task.title")
    kind = serializers.ChoiceField(choices=Challenge.Kind.choices)
    state = serializers.ChoiceField(choices=Challenge.State.choices)
    reason = serializers.CharField()
    opened_at = serializers.DateTimeField()
    seed = serializers.CharField(allow_blank=True)
    seed_size = serializers.IntegerField(allow_null=True)
    panel = serializers.ChoiceField(choices=Challenge.Panel.choices, allow_blank=True)
    due_at = serializers.DateTimeField(allow_null=True)
    decided_at = serializers.DateTimeField(allow_null=True)
    minutes_before = serializers.IntegerField(allow_null=True)
    points_before = serializers.IntegerField(allow_null=True)
    is_asked = serializers.BooleanField()
    reasons = PanelReasonShape(many=True)


class LeftShape(Shape):
    """That the sender does not sit on this case any more."""

    challenge = serializers.UUIDField()
    is_asked = serializers.BooleanField()


class Challenges(Endpoint):
    """The cases that concern the sender."""

    @reads("list_challenges", ChallengeShape, order=_NEWEST)
    def get(self, request: Request, values: dict[str, Any]) -> Listing:
        """List the disputed verdicts that you decide, are concerned by, or look after as a steward."""
        ids = own_ids(request)
        rows = readable_challenges(request.user, ids, timezone.now())
        if values["after"]:
            opened_at, pk = values["after"]
            rows = rows.filter(opened_at__lte=opened_at).exclude(opened_at=opened_at, pk__gte=pk)
        found = list(rows.prefetch_related("seats")[: values["limit"] + 1])
        return cut([_told(row, ids) for row in found], values["limit"], ["opened_at", "pk"])


class OneChallenge(Endpoint):
    """One case."""

    @reads("read_challenge", ChallengeShape)
    def get(self, request: Request, pk: UUID) -> Challenge:
        """Read one disputed verdict."""
        return _told(_found(request, pk), own_ids(request))


class Disputing(Endpoint):
    """Disputing a verdict."""

    @writes("raise_challenge", scope="hours:write", body=DisputeShape, answer=ChallengeShape, status=201)
    def post(self, request: Request, pk: UUID, values: dict[str, Any]) -> Challenge:
        """Appeal against a verdict on your work, or challenge one on somebody else's as a reviewer of the guild."""
        raised = raise_challenge(
            contribution=work_for(request, pk), by=request.user.subject, now=timezone.now(), **values
        )
        return _told(_found(request, raised.pk), own_ids(request))


class Voting(Endpoint):
    """Deciding a case."""

    @writes("give_panel_vote", scope="reviews:write", body=VoteShape, answer=ChallengeShape)
    def post(self, request: Request, pk: UUID, values: dict[str, Any]) -> Challenge:
        """Vote on a case for which you were drawn."""
        give_panel_vote(challenge=_found(request, pk), by=request.user.subject, now=timezone.now(), **values)
        return _told(_found(request, pk), own_ids(request))


class Declining(Endpoint):
    """Leaving a panel."""

    @writes("decline_seat", scope="reviews:write", answer=LeftShape)
    def post(self, request: Request, pk: UUID) -> dict[str, Any]:
        """Not decide on a case for which you were drawn; the next of the lot is asked."""
        case = decline_seat(challenge=_found(request, pk), by=request.user.subject, now=timezone.now())
        return {"challenge": case.pk, "is_asked": False}


def _found(request: Request, pk: UUID) -> Challenge:
    found = readable_challenges(request.user, own_ids(request), timezone.now()).filter(pk=pk).first()
    if found is None:
        raise Http404
    return found


def _told(challenge: Challenge, ids: Any) -> Challenge:
    """The case with what this reader may know of its seats."""
    seats = list(challenge.seats.all())
    challenge.is_asked = any(seat.subject_id in ids and seat.state == PanelSeat.State.ASKED for seat in seats)
    voted = sorted((seat for seat in seats if seat.state == PanelSeat.State.VOTED), key=lambda seat: seat.place)
    challenge.reasons = voted if challenge.decided_at else []
    return challenge
