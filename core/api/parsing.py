"""How bodies are read: JSON, strictly and of a bounded size; and how answers are written."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from django.conf import settings
from django.utils.translation import gettext as _
from rest_framework import exceptions, negotiation, parsers, renderers
from rest_framework.request import Request

from core.api.problems import BodyTooBig
from core.text import plain_words


def check_size(request: Any, most: int) -> None:
    """Refuse a body by what it says about its length, before a byte of it is read. Without a length nothing is read."""
    text = request.META.get("CONTENT_LENGTH") or "0"
    if not text.isdigit() or int(text) > most:
        raise BodyTooBig(_("The body is too big: at most %(most)s bytes.") % {"most": most})


class JsonParser(parsers.BaseParser):
    """JSON of at most `API_BODY_MOST` bytes; without NaN, and no deeper than a parser can go."""

    media_type = "application/json"

    def parse(self, stream: Any, media_type: str | None = None, parser_context: Mapping[str, Any] | None = None) -> Any:
        """The parsed body. Raises BodyTooBig and ParseError."""
        assert parser_context is not None
        check_size(parser_context["request"], settings.API_BODY_MOST)
        try:
            return json.loads(stream.read().decode("utf-8"), parse_constant=_refuse_constant)
        except (ValueError, RecursionError) as error:
            raise exceptions.ParseError(_("The body is not JSON.")) from error


class FileParser(parsers.BaseParser):
    """One file as it is, for the one kind of write that takes one."""

    media_type = "application/octet-stream"
    bytes_most = 1_000_000

    def parse(
        self, stream: Any, media_type: str | None = None, parser_context: Mapping[str, Any] | None = None
    ) -> dict[str, bytes]:
        """The bytes as `data`. Raises BodyTooBig."""
        assert parser_context is not None
        check_size(parser_context["request"], self.bytes_most)
        return {"data": stream.read()}


def _refuse_constant(name: str) -> Any:
    raise ValueError(f"{name} is not JSON")


class JsonRenderer(renderers.JSONRenderer):
    """JSON in UTF-8, whatever the request says it would accept: there is nothing else here."""

    charset = "utf-8"

    def render(self, data: Any, *args: Any, **kwargs: Any) -> bytes:
        """The bytes, without the invisible characters by which words pass for others (core/text.py)."""
        return plain_words(super().render(data, *args, **kwargs).decode()).encode()


class OnlyJson(negotiation.BaseContentNegotiation):
    """Parses by Content-Type and answers with JSON."""

    def select_parser(self, request: Request, parsers: Any) -> Any:
        """The parser for the body's type; None leads to 415."""
        return negotiation.DefaultContentNegotiation().select_parser(request, parsers)

    def select_renderer(self, request: Request, renderers: Any, format_suffix: str | None = None) -> Any:
        """Always the first."""
        return renderers[0], renderers[0].media_type
