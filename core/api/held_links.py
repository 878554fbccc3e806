"""Links of new accounts over the API: told as the pages show them, to be read by everybody and followed by nobody.

Until somebody approved work of theirs, an author's links are plain text on every page (`core.written.holds_links`). A
program would make links of them again, so its answer says `links_held`, addresses are left out, and Markdown comes with
its links escaped. The author, and whoever reviews in the guild and may have to change the words, get them as written.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any, TypeVar
from uuid import UUID

from rest_framework import serializers

from core.api.shapes import Shape
from core.markdown import without_links
from core.written import holds_links, written_as

Row = TypeVar("Row")
LINKS_HELD = "The author is new here: show addresses in these words as text, not as links."


def hold_links(rows: Iterable[Row], reader_ids: Iterable[UUID], reads_all: Callable[[Row], bool]) -> list[Row]:
    """Say of rows read `with_links` whether their links are held for this reader, and whether they are cut.

    `reads_all(row)` is asked for held rows of others alone: whether the reader gets the words as they were written.
    """
    ids, found = set(reader_ids), list(rows)
    for row in found:
        held: Any = row
        held.links_held = holds_links(row) and written_as(row).author_id(row) not in ids
        held.links_cut = held.links_held and not reads_all(row)
    return found


class HeldLinksShape(Shape):
    """A shape with words of somebody's own: `markdown` and `addresses` name its fields of those kinds.

    A row about which `hold_links` was not asked shows none of its links, as on a page that forgot to ask.
    """

    links_held = serializers.BooleanField(help_text=LINKS_HELD)
    markdown: tuple[str, ...] = ()
    addresses: tuple[str, ...] = ()

    def to_representation(self, instance: Any) -> Any:
        """The fields, without links where they are cut."""
        if not hasattr(instance, "links_held"):
            hold_links([instance], (), lambda row: False)
        told = super().to_representation(instance)
        if instance.links_cut:
            told |= {name: without_links(told[name]) for name in self.markdown if told[name]}
            told |= {name: [] if isinstance(told[name], list) else "" for name in self.addresses if told[name]}
        return told
