"""Turns the Markdown that people write into HTML that is safe to show."""

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

# Images stay out: a picture on another host tells that host who reads the page.
_parser = MarkdownIt("commonmark", {"html": False}).enable(["table", "strikethrough"]).disable("image")
#: For an author whose links are held: what would become a link stays as it was typed.
_parser_without_links = MarkdownIt("commonmark", {"html": False}).enable(["table", "strikethrough"])
_parser_without_links.disable(["image", "link", "autolink", "reference"])


def render_markdown(text: str, *, links: bool = True) -> SafeString:
    """HTML of `text`, with headings moved below the page's own and every link marked as somebody else's.

    Without `links` addresses stay visible and lead nowhere. The cleaner runs on the renderer's output, so a fault in one
    is caught by the other. Invisible characters that turn lines round go first.
    """
    parser = _parser if links else _parser_without_links
    tokens = parser.parse(plain_words(text))
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
