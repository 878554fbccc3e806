# ruff: noqa: E501
"""The quick templates write what Django's own would, byte by byte: every page, and the corners of the language."""

from __future__ import annotations

import gc
import re
import types

import pytest
from django.conf import settings as project
from django.template import Context, Engine
from django.test import Client, override_settings
from django.utils.translation import override

from core.quick_templates.files import without_indentation
from core.quick_templates.loader import WholeTemplate
from tests.factories import World
from tests.pages import PAGES, Page, client_of

LIBRARIES = {"i18n": "django.templatetags.i18n", "ui": "core.templatetags.ui"}
READERS = ("anonymous", "contributor", "maintainer", "hub_steward")
#: What differs from one request to the next whoever renders it.
_NEW_EACH_TIME = re.compile(
    r'(name="csrfmiddlewaretoken" value="|name="(?:client_id|key)" (?:id="[^"]*" )?value="|data-csrf=")[^"]*'
    r"|[?&;]after=[^\"&]*"  # a moment so long before now
    r"|[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[0-9a-f]{4}-[0-9a-f]{12}"
)

TEMPLATES = {
    "base.html": "{% block a %}A{% endblock %}|{% block b %}B{% block c %}C{% endblock %}{% endblock %}|{{ x }}",
    "child.html": "{% extends 'base.html' %}{% block b %}b{% block c %}c{% endblock %}{{ x }}{% endblock %}",
    "grandchild.html": "{% extends 'child.html' %}{% block c %}cc{{ x }}{% endblock %}",
    "super.html": "{% extends 'base.html' %}{% block a %}{{ block.super }}+{% endblock %}",
    "plain.txt": "{% autoescape off %}{% block a %}A{{ hostile }}{% endblock %}{% spaceless %}{% block b %}B{% endblock %}{% endspaceless %}{% endautoescape %}",
    "mail.txt": "{% extends 'plain.txt' %}{% block b %}{{ hostile }}{% endblock %}",
    "letter.txt": "{% extends 'plain.txt' %}{% block a %}{{ x }}{% endblock %}",
    "part.html": "[{{ x }}{{ y }}{{ forloop.counter }}]",
}

CORNERS = [
    "{{ x }}{{ missing }}{{ missing.more }}{{ x.missing }}{{ x|upper }}{{ missing|default:'d' }}{{ none|default_if_none:'n' }}",
    "{{ hostile }}{{ hostile|safe }}{{ hostile|lower }}{% autoescape off %}{{ hostile }}{% endautoescape %}{{ mapping.key }}",
    "{{ mapping.items }}{{ pairs.0.1 }}{{ function }}{{ thing.name }}{{ thing.method }}{{ number }}{{ half }}{{ day|date:'Y' }}",
    "{% if missing %}a{% elif number > 3 %}b{% else %}c{% endif %}{% if not x and y or number == 7 %}d{% endif %}",
    "{% if x in 'xyz' %}in{% endif %}{% if missing > 3 %}never{% endif %}{% if x is none %}n{% endif %}{% if 'q' not in x %}q{% endif %}",
    "{% for n in many %}{{ forloop.counter }}{{ n }}{% if not forloop.last %},{% endif %}{% empty %}none{% endfor %}",
    "{% for a, b in pairs reversed %}{{ forloop.revcounter0 }}{{ a }}{{ b }}{{ forloop.parentloop }}{% endfor %}{{ a }}",
    "{% for n in none %}x{% empty %}nothing{% endfor %}{% for n in many %}{% for m in many %}{{ forloop.parentloop.counter }}{% endfor %}{% endfor %}",
    "{% with y=number z=x|upper %}{{ y }}{{ z }}{% endwith %}{{ z }}{% firstof missing x %}",
    "{% for n in many %}{% ifchanged n %}{{ n }}{% endifchanged %}{% cycle 'odd' 'even' %}{% endfor %}",
    "{% include 'part.html' %}{% include 'part.html' with x=number only %}{% include name %}{% for n in many %}{% include 'part.html' with y=n %}{% endfor %}",
    "{% load i18n %}{% translate 'Monday' %}{% translate x %}{% translate 'May' context 'month' %}{% translate 'Monday' as m %}{{ m }}",
    "{% load i18n %}{% blocktranslate with a=hostile %}100% of {{ a }} and {{ number }}{% endblocktranslate %}{{ a }}",
    "{% load i18n %}{% blocktranslate count n=number with s=x %}{{ n }} {{ s }} one{% plural %}{{ n }} {{ s }} more{% endblocktranslate %}",
    "{% load i18n %}{% blocktranslate trimmed %}\n  Words   over\n lines {{ missing }}\n{% endblocktranslate %}{% language 'hi' %}{% translate 'Monday' %}{% endlanguage %}{% translate 'Monday' %}",
    "{% load ui %}{% component 'card' heading=x href='/' %}<b>{{ hostile }}</b>{% endcomponent %}{% state 'approved' %}{% amount number 'PTS' signed=True as a %}{{ a }}",
    "{% url 'front' %}{% url 'projects:problem' 'a-slug' %}{% url 'projects:task' key %}{% url 'no_such' as gone %}{{ gone }}",
    "{% comment %}{{ x }}{% endcomment %}{# x #}{% verbatim %}{{ x }}{% endverbatim %}{% spaceless %}<p> <b>{{ x }}</b> </p>{% endspaceless %}",
    *[f"{{% include '{name}' %}}" for name in TEMPLATES],
]


class Thing:
    name = "a thing"

    def method(self) -> str:
        return "called"


def _context() -> dict[str, object]:
    from datetime import UTC, datetime
    from uuid import UUID

    return {
        "x": "x", "y": "y", "none": None, "hostile": "<b>&\"'", "mapping": {"key": "<v>", "items": "mine"}, "number": 1234,
        "half": 0.5, "pairs": [(1, "<one>"), (2, "two")], "many": ["a", "a", "b"], "function": lambda: "<made>",
        "thing": Thing(), "day": datetime(2026, 1, 2, tzinfo=UTC), "name": "part.html", "key": UUID(int=7),
    }  # fmt: skip


def _engine(loader: str) -> Engine:
    inner = [
        ("django.template.loaders.locmem.Loader", TEMPLATES | {f"c{n}.html": text for n, text in enumerate(CORNERS)})
    ]
    return Engine(loaders=[(loader, inner)], libraries=LIBRARIES)


@pytest.mark.parametrize("number", range(len(CORNERS)))
@pytest.mark.parametrize("language", ["en", "hi"])
def test_a_template_says_the_same_both_ways_and_every_time(number: int, language: str) -> None:
    with override(language):
        plain = _engine("django.template.loaders.cached.Loader").get_template(f"c{number}.html")
        quick = _engine("core.quick_templates.loader.Loader").get_template(f"c{number}.html")
        assert isinstance(quick.nodelist, WholeTemplate)
        for _time in range(2):
            assert quick.render(Context(_context())) == plain.render(Context(_context()))


@pytest.mark.django_db
@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_a_page_is_the_same_both_ways(page: Page, standing_world: World, settings: object) -> None:
    path = page.path(standing_world)
    for reader in READERS:
        client = client_of(standing_world, reader)
        quick = client.get(path)
        if quick.status_code != 200 or quick.streaming or not quick["Content-Type"].startswith("text/html"):
            continue
        with override_settings(TEMPLATES=_by_django(settings.TEMPLATES)):  # type: ignore[attr-defined]
            plain = client.get(path)
        assert _settled(quick.content) == _settled(plain.content), reader


@pytest.mark.django_db
def test_pages_go_the_quick_way(standing_world: World) -> None:
    from django.template.loader import get_template

    Client().get("/")
    front = get_template("guildhub/front.html").template
    assert front.nodelist.__class__ is WholeTemplate
    assert front.nodelist._step is not None


def _by_django(templates: list[dict[str, object]]) -> list[dict[str, object]]:
    options = dict(templates[0]["OPTIONS"])  # type: ignore[call-overload]
    options["loaders"] = [("django.template.loaders.cached.Loader", options["loaders"][0][1])]
    return [{**templates[0], "OPTIONS": options}]


def _settled(content: bytes) -> str:
    return _NEW_EACH_TIME.sub("", content.decode())


def test_rendering_keeps_nothing_of_what_it_rendered() -> None:
    """A name that is not there was once told by one exception, which kept the frames of all requests before."""
    quick = _engine("core.quick_templates.loader.Loader").get_template("c0.html")
    quick.render(Context(_context()))

    def held() -> int:
        gc.collect()
        return sum(isinstance(thing, types.FrameType | types.TracebackType) for thing in gc.get_objects())

    before = held()
    for _time in range(50):
        quick.render(Context(_context()))
    assert held() <= before + 2


def test_a_page_travels_without_the_indentation_of_its_templates() -> None:
    markup = "<ul>\n\n    <li>a  b</li>\n</ul>\n<pre>\n  as  it\n  stands</pre>\n  <p>"
    assert without_indentation(markup) == "<ul>\n<li>a  b</li>\n</ul>\n<pre>\n  as  it\n  stands</pre>\n<p>"


def test_no_page_goes_the_slow_way() -> None:
    """A template that asks for its parent's block is left to Django whole: twice the time of the page for hours."""
    asking = [
        path.name for path in (project.BASE_DIR / "templates").rglob("*.html") if "block.super" in path.read_text()
    ]
    assert asking == []
