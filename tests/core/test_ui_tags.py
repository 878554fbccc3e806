"""The tags pages are made of: what a reader sees of hours, amounts, states, dates, names and written text."""

from datetime import UTC, date, datetime, timedelta
from html.parser import HTMLParser
from pathlib import Path
from types import SimpleNamespace

import pytest
from django.conf import settings
from django.template import Context, Template
from django.utils import timezone, translation

from core.formats import format_day, format_minutes, format_moment, format_number
from core.markdown import ALLOWED_TAGS, render_markdown
from core.templatetags.ui import TONES

NBSP = "\u00a0"


def render(source: str, **context: object) -> str:
    return Template("{% load ui %}" + source).render(Context(context))


@pytest.mark.parametrize(
    ("minutes", "said"),
    [
        (0, "0 min"),
        (45, "45 min"),
        (60, "1 h"),
        (90, "1 h 30 min"),
        (-30, "\u221230 min"),
        (247_620, "4,127 h"),
    ],
)
def test_minutes_are_said_as_hours_and_minutes(minutes: int, said: str) -> None:
    assert format_minutes(minutes) == said.replace(" ", NBSP)


def test_hours_stay_in_one_piece_in_a_right_to_left_line() -> None:
    assert render("{{ m|hours }}", m=247_620) == f"<bdi>4,127{NBSP}h</bdi>"
    assert render("{{ m|hours }}", m=None) == ""


def test_an_amount_shows_its_sign_and_unit() -> None:
    assert render('{% amount 23 "PTS" signed=True %}') == '<bdi class="amount plus">+23 <small>PTS</small></bdi>'
    assert render('{% amount -1200 "PTS" signed=True %}') == (
        '<bdi class="amount minus">\u22121,200 <small>PTS</small></bdi>'
    )
    assert render("{% amount 0 signed=True %}") == '<bdi class="amount">0</bdi>'


def test_numbers_are_grouped_as_the_language_groups_them() -> None:
    with translation.override("id"):
        assert format_number(41270) == "41.270"
    assert format_number(41270) == "41,270"


def test_a_state_is_words_and_never_colour_alone() -> None:
    task = SimpleNamespace(state="published", get_state_display=lambda: "open")
    assert render("{% state task %}", task=task) == '<span class="state ok">open</span>'
    assert render('{% state "rejected" "not accepted" %}') == '<span class="state stop">not accepted</span>'
    assert render('{% state "something_new" %}') == '<span class="state ">something new</span>'


def test_the_stylesheet_knows_every_tone() -> None:
    css = (Path(settings.BASE_DIR) / "static" / "css" / "guildhub.css").read_text(encoding="utf-8")
    for tone in set(TONES.values()):
        assert f".state.{tone} " in css


def test_a_number_wears_how_it_is_known_and_an_unknown_label_is_refused() -> None:
    assert ">estimated</abbr>" in render('{% known "estimated" %}')
    with pytest.raises(KeyError):
        render('{% known "probably" %}')


@pytest.mark.parametrize(
    ("days_away", "said"),
    [
        (0, "today"),
        (-1, "yesterday"),
        (1, "tomorrow"),
        (-3, "3 days ago"),
        (2, "in 2 days"),
        (-9, "Nov. 13, 2026"),
    ],
)
def test_a_near_day_is_said_and_a_far_one_is_written(days_away: int, said: str) -> None:
    today = date(2026, 11, 22)
    assert format_day(today + timedelta(days=days_away), today=today) == said


def test_yesterday_depends_on_the_readers_zone() -> None:
    """Twenty past six in the evening of the 21st in London is past midnight of the 22nd in Guwahati."""
    moment = datetime(2026, 11, 21, 18, 20, tzinfo=UTC)
    now = datetime(2026, 11, 22, 0, 30, tzinfo=UTC)
    with timezone.override("Asia/Kolkata"):
        assert format_moment(moment, now=now) == "yesterday"
    with timezone.override("Asia/Tokyo"):
        assert format_moment(moment, now=now) == "6 hours ago"


def test_a_moment_of_today_is_said_in_minutes_and_hours() -> None:
    now = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
    with timezone.override(UTC):
        assert format_moment(now - timedelta(seconds=20), now=now) == "just now"
        assert format_moment(now - timedelta(minutes=1), now=now) == "1 minute ago"
        assert format_moment(now - timedelta(hours=5), now=now) == "5 hours ago"
        assert format_moment(now + timedelta(days=3), now=now) == "in 3 days"


def test_a_time_carries_the_exact_moment_with_its_zone() -> None:
    moment = datetime(2026, 1, 2, 23, 0, tzinfo=UTC)
    with timezone.override("Asia/Kolkata"):
        html = render("{% when moment %}", moment=moment)
    assert 'datetime="2026-01-03T04:30:00+05:30"' in html
    assert "(IST)" in html
    assert render("{% when nothing %}", nothing=None) == ""


def test_a_name_is_isolated_and_escaped_and_a_hidden_one_is_a_contributor() -> None:
    assert render("{% person name %}", name="فاطمہ <b>") == "<bdi>فاطمہ &lt;b&gt;</bdi>"
    assert render("{% person name %}", name="") == "<span>a contributor</span>"


def test_a_component_gets_its_body_and_none_of_the_pages_context() -> None:
    html = render(
        '{% component "card" heading=title %}<p>{{ text }}</p>{% endcomponent %}',
        title="A <i>title</i>",
        text="1 < 2",
        href="/leaks/",
    )
    assert "A &lt;i&gt;title&lt;/i&gt;" in html
    assert "<p>1 &lt; 2</p>" in html
    assert "/leaks/" not in html


def test_a_link_of_the_navigation_knows_where_the_reader_is() -> None:
    here = ("/problems/", "true")
    assert 'href="/problems/" aria-current="true"' in render(
        '{% nav_link "/problems/" "Problems" here=here %}', here=here
    )
    assert "aria-current" not in render('{% nav_link "/" "Front" here=here %}', here=here)
    assert '<span class="count">3<span class="sr"> waiting</span></span>' in render(
        '{% nav_link "/inbox/" "Inbox" count=3 %}'
    )


class Seen(HTMLParser):
    """The tags and attributes a browser would find in some HTML."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: set[str] = set()
        self.attributes: list[tuple[str, str]] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        self.attributes += [(name, value or "") for name, value in attrs]


class TestMarkdown:
    """What people write becomes HTML, and nothing in it can act."""

    def test_it_keeps_what_text_needs(self) -> None:
        html = render_markdown("# Big\n\nHe *said* **so** ~~not~~\n\n- one\n- two\n\n| a | b |\n|---|---|\n| 1 | 2 |")
        assert "<h3>Big</h3>" in html
        assert "<em>said</em> <strong>so</strong> <del>not</del>" in html
        assert "<li>one</li>" in html
        assert "<td>2</td>" in html

    def test_links_say_that_they_are_somebody_elses(self) -> None:
        assert 'rel="nofollow ugc noopener"' in render_markdown("[here](https://example.org/a)")

    @pytest.mark.parametrize(
        "attack",
        [
            "<script>alert(1)</script>",
            '<img src=x onerror="alert(1)">',
            "[x](javascript:alert(1))",
            "[x](data:text/html;base64,PHNjcmlwdD4=)",
            "![tracker](https://example.org/pixel.png)",
            '<a href="https://example.org" style="position:fixed">x</a>',
            '[x](https://example.org "a\\" onmouseover=\\"alert(1)")',
        ],
    )
    def test_nothing_in_it_can_act(self, attack: str) -> None:
        seen = Seen(str(render_markdown(attack)))
        assert seen.tags <= ALLOWED_TAGS
        assert {name for name, _value in seen.attributes} <= {"href", "title", "rel"}
        assert all(value.startswith(("https://", "#")) for name, value in seen.attributes if name == "href")

    def test_the_filter_wraps_it_in_the_writers_own_direction(self) -> None:
        assert render("{{ text|markdown }}", text="سلام").startswith('<div class="prose" dir="auto"><p>سلام</p>')
        assert render("{{ text|markdown }}", text=None) == '<div class="prose" dir="auto"></div>'
