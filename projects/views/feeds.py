"""Feeds for other programs: Atom of problems and tasks, GeoJSON of problems. They name no person."""

from __future__ import annotations

import json
from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlencode

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.cache import patch_cache_control
from django.utils.feedgenerator import Atom1Feed
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from core.addresses import address
from core.formats import format_minutes
from core.markdown import render_markdown
from core.text import one_line, plain_words
from projects import queries
from projects.forms import ProblemFilters, asked_of_problems

_SECONDS_KEPT = 300
_WORDS_MOST = 1000
_NEVER = datetime(2020, 1, 1, tzinfo=UTC)


class _Feed(Atom1Feed):
    """Atom whose entries say their own language."""

    def latest_post_date(self) -> datetime:
        """When the newest entry changed; the same each time while there is none."""
        return super().latest_post_date() if self.items else _NEVER

    def item_attributes(self, item: dict[str, Any]) -> dict[str, Any]:
        """The attributes of an entry."""
        return {**super().item_attributes(item), **({"xml:lang": item["language"]} if item["language"] else {})}


@require_safe
def problems_feed(request: HttpRequest) -> HttpResponse:
    """The newest public problems that the address asks for; two statements at most."""
    wanted = _wanted(request)
    feed = _feed(_("Problems"), "projects:problems_feed", wanted)
    for problem in queries.newest_problems(wanted):
        feed.add_item(
            title=one_line(problem.title),
            link=settings.SITE_URL + address("projects:problem", problem.slug),
            description=_words(problem.statement, is_free=problem.links_free_at is not None),
            unique_id=f"urn:uuid:{problem.id}",
            pubdate=problem.created_at,
            updateddate=problem.changed_at,
            author_name=one_line(problem.guild),
            categories=[one_line(problem.place)] if problem.place else (),
            language=problem.language,
        )
    return _answered(feed)


@require_safe
def tasks_feed(request: HttpRequest) -> HttpResponse:
    """The newest tasks that somebody can take; one statement."""
    guild = request.GET.get("guild", "").replace("\x00", "")[:80]
    feed = _feed(_("Tasks"), "projects:tasks_feed", {"guild": guild} if guild else {})
    for task in queries.newest_tasks(guild):
        feed.add_item(
            title=f"{one_line(task.title)} ({format_minutes(task.minutes)})",
            link=settings.SITE_URL + address("projects:task", task.id),
            description=_words(task.description, is_free=task.links_free_at is not None),
            unique_id=f"urn:uuid:{task.id}",
            pubdate=task.published_at,
            updateddate=task.published_at,
            author_name=one_line(task.project),
            language=task.language,
        )
    return _answered(feed)


@require_safe
def problems_geojson(request: HttpRequest) -> HttpResponse:
    """Public problems with a position, as RFC 7946 says; two statements at most."""
    found = queries.positions(_wanted(request))
    collection = {
        "type": "FeatureCollection",
        "attribution": "Names of places: GeoNames (geonames.org), CC BY 4.0",
        "features": list(_features(found)),
    }
    answer = HttpResponse(json.dumps(collection, ensure_ascii=False), content_type="application/geo+json")
    return _kept_for_a_while(answer)


def _features(found: Iterable[queries.Position]) -> Iterable[dict[str, Any]]:
    for problem in found:
        told = problem._asdict()
        url = settings.SITE_URL + address("projects:problem", problem.slug)
        words = {name: plain_words(told[name]) for name in ("title", "place", "language", "state", "guild")}
        yield {
            "type": "Feature",
            "id": str(problem.id),
            "geometry": {"type": "Point", "coordinates": [float(problem.longitude), float(problem.latitude)]},
            "properties": {**words, "url": url, "told_at": problem.created_at.isoformat()},
        }


def _wanted(request: HttpRequest) -> dict[str, str]:
    """What the address asks of the list of problems.

    The unknown counts as left out, as on the page; but a guild or language without problems means none, not all: nobody looks
    at what a feed reader is sent.
    """
    asked = asked_of_problems(request.GET)
    if not asked:
        return {}
    around = queries.around_problems()
    wanted = ProblemFilters(around.guilds, around.languages, asked).wanted()
    only = {name: one_line(value, length=80) for name, value in asked if name in ("guild", "language")}
    return {**only, **{name: value for name, value in wanted.items() if name != "order"}}


def _feed(title: str, route: str, asked: dict[str, str]) -> _Feed:
    """An empty feed with that address; it leads to the list of problems, narrowed by the same wishes."""
    tail = f"?{urlencode(asked)}" if asked else ""
    return _Feed(
        title=f"{title} · {settings.SITE_URL.partition('//')[2]}",
        link=settings.SITE_URL + reverse("projects:problems") + tail,
        description="",
        feed_url=settings.SITE_URL + reverse(route) + tail,
        language=get_language() or "en",
    )


def _words(text: str, *, is_free: bool) -> str:
    """The beginning of somebody's Markdown as HTML; links lead somewhere only where they do on the page."""
    if len(text) > _WORDS_MOST:
        text = f"{text[:_WORDS_MOST].rpartition(' ')[0] or text[:_WORDS_MOST]} …"
    return str(render_markdown(text, links=is_free))


def _answered(feed: _Feed) -> HttpResponse:
    answer = HttpResponse(content_type=feed.content_type)
    feed.write(answer, "utf-8")
    return _kept_for_a_while(answer)


def _kept_for_a_while(answer: HttpResponse) -> HttpResponse:
    patch_cache_control(answer, public=True, max_age=_SECONDS_KEPT)
    return answer
