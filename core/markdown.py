"""Turns the Markdown that people write into HTML that is safe to show."""

import re
from functools import lru_cache

import nh3
from django.utils.safestring import SafeString, mark_safe
from markdown_it import MarkdownIt

from core.text import plain_words

ALLOWED_TAGS = {
    "a", "blockquote", "br", "code", "del", "em", "h3", "h4", "hr", "li", "ol", "p", "pre", "strong",
    "table", "tbody", "td", "th", "thead", "tr", "ul",
}  # fmt: skip
ALLOWED_ATTRIBUTES = {"a": {"href", "title"}, "ol": {"start"}}
# A page has one h1 and its own h2s; what people write begins below them.
HEADING_LEVELS = {"h1": "h3", "h2": "h3", "h3": "h4", "h4": "h4", "h5": "h4", "h6": "h4"}

#: A row may be shorter than the head of its table and is filled up with empty cells: measured, 8 KB made 650 KB of them.
TABLE_CELLS_MOST = 2000


def _parser(*, links: bool, tables: bool) -> MarkdownIt:
    made = MarkdownIt("commonmark", {"html": False}).enable("strikethrough")
    # Images stay out: a picture on another host tells that host who reads the page.
    made.disable(["image"] if links else ["image", "link", "autolink", "reference"])
    return made.enable("table") if tables else made


#: Without links, for an author whose links are held: what would become one stays as it was typed.
_PARSERS = {(links, tables): _parser(links=links, tables=tables) for links in (True, False) for tables in (True, False)}


#: What begins a link where no backslash holds it: brackets, what stands in angle brackets, and what readers that know
#: more than Markdown make links of by themselves.
_BEGINS_LINK = re.compile(r"(?<!\\)((?:\\\\)*)(\[|<(?=\S)|:(?=//)|@|(?<=www)\.)")


def without_links(text: str) -> str:
    """The same Markdown with every link escaped, for programs that render it themselves: it reads as before."""
    return _BEGINS_LINK.sub(r"\1\\\2", text)


#: Longer texts are rendered anew each time, so that what is kept stays under two megabytes.
_KEPT_LENGTH = 3000


def render_markdown(text: str, *, links: bool = True) -> SafeString:
    """HTML of `text`, kept for a while: it depends on nothing else, and takes 0.2 to 2 ms."""
    return (_kept if len(text) <= _KEPT_LENGTH else _render)(text, links)


@lru_cache(maxsize=256)
def _kept(text: str, links: bool) -> SafeString:
    return _render(text, links)


def _render(text: str, links: bool) -> SafeString:
    """HTML of `text`, with headings moved below the page's own and every link marked as somebody else's.

    Without `links` addresses stay visible and lead nowhere. The cleaner runs on the renderer's output, so a fault in one
    is caught by the other. Invisible characters that turn lines round go first.
    """
    text = plain_words(text)
    lines = text.split("\n") if "|" in text else []
    cells = max((line.count("|") for line in lines), default=0) * len(lines)
    parser = _PARSERS[links, cells <= TABLE_CELLS_MOST]
    tokens = parser.parse(text)
    for token in tokens:
        token.tag = {**HEADING_LEVELS, "s": "del"}.get(token.tag, token.tag)
        for child in token.children or ():
            child.tag = "del" if child.tag == "s" else child.tag
    html = parser.renderer.render(tokens, parser.options, {})
    clean = nh3.clean(
        html,
        tags=ALLOWED_TAGS,
        attributes=ALLOWED_ATTRIBUTES,
        url_schemes={"http", "https", "mailto"},
        link_rel="nofollow ugc noopener",
    )
    return mark_safe(clean)  # noqa: S308  (cleaned by the line above)
