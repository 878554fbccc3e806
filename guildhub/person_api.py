"""The API of a person's page: what they opened, as everybody sees it, or as members of a shared guild do."""

from __future__ import annotations

from typing import Any

from django.urls import path
from django.utils import timezone
from rest_framework import exceptions, serializers
from rest_framework.request import Request

from accounts.queries import ids_of
from core.api.endpoints import PUBLIC, Endpoint, reads
from core.api.held_links import LINKS_HELD
from core.api.shapes import Shape
from core.markdown import without_links
from core.written import holds_links
from guildhub.person_page import Person, find_person, hours_of, projects_of, reputation_of, seats_of, work_of


class PersonSeatShape(Shape):
    """A guild the person belongs to, what they offer to do there, and which rights they hold."""

    guild = serializers.CharField(source="slug")
    name = serializers.CharField()
    roles = serializers.ListField(child=serializers.CharField())
    rights = serializers.ListField(child=serializers.CharField())


class PersonHoursShape(Shape):
    """Approved minutes of one kind of help in one year; `source` "imported" means estimated from a repository."""

    role = serializers.CharField()
    year = serializers.IntegerField()
    source = serializers.CharField()
    minutes = serializers.IntegerField()
    pieces = serializers.IntegerField()


class PersonProjectShape(Shape):
    """A project the person worked on."""

    project = serializers.CharField()
    title = serializers.CharField()


class PersonReputationShape(Shape):
    """Reputation in one guild: the sum of what its ledger gave the person."""

    guild = serializers.CharField(source="slug")
    name = serializers.CharField()
    rep = serializers.IntegerField(source="amount")


class PersonPageShape(Shape):
    """What a person shows. A part that is not open to you is null. While `links_held`, there are no links."""

    handle = serializers.CharField()
    name = serializers.CharField(allow_null=True)
    about = serializers.CharField(allow_null=True)
    links = serializers.ListField(child=serializers.CharField(), allow_null=True)
    links_held = serializers.BooleanField(help_text=LINKS_HELD)
    guilds = PersonSeatShape(many=True, allow_null=True)
    hours = PersonHoursShape(many=True, allow_null=True)
    minutes_checked = serializers.IntegerField(allow_null=True)
    projects = PersonProjectShape(many=True, allow_null=True)
    reputation = PersonReputationShape(many=True, allow_null=True)


class People(Endpoint):
    """People."""

    topic = "accounts"

    @reads("read_person", PersonPageShape, scope=PUBLIC)
    def get(self, request: Request, handle: str) -> dict[str, Any]:
        """Read what a person shows; nothing is found where they opened nothing to you."""
        user = request.user
        ids = ids_of(user) if user.is_authenticated else []
        person = find_person(handle, reader_ids=ids, is_hub_steward=bool(user.is_authenticated and user.is_staff))
        if person is None:
            raise exceptions.NotFound
        return _told(person, reads_all=bool(user.is_authenticated and user.is_staff))


def _told(person: Person, *, reads_all: bool) -> dict[str, Any]:
    profile = person.profile
    is_held = holds_links(profile) and not person.is_own
    is_cut = is_held and not reads_all
    about = without_links(profile.about) if is_cut else profile.about
    work = work_of(person) if person.may_show("hours") or person.may_show("projects") else []
    worked = [row for row in work if person.shows("hours", row.guild_id)]
    on = projects_of(row for row in work if person.shows("projects", row.guild_id))
    return {
        "handle": profile.handle,
        "name": person.name or None,
        "about": about if person.opens("about") else None,
        "links": ([] if is_cut else profile.links) if person.opens("about") else None,
        "links_held": is_held,
        "guilds": seats_of(person, now=timezone.now()) if person.may_show("guilds") else None,
        "hours": worked if person.may_show("hours") else None,
        "minutes_checked": hours_of(worked).minutes if person.may_show("hours") else None,
        "projects": [{"project": slug, "title": title} for slug, title in on] if person.may_show("projects") else None,
        "reputation": reputation_of(person) if person.opens("reputation") else None,
    }


urlpatterns = [path("people/<slug:handle>", People.as_view())]
