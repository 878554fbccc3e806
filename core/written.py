"""What people write: which fields hold it, whose it is, where it stands, who may see it, and how it is hidden.

Each app registers its own in `written.py` when it is ready. Hiding takes the words out of the row and leaves `HIDDEN`
(or nothing) in their place, so that no list, mail, feed, export or API can show what a page forgot to ask about; whoever
hid them keeps them (`moderation.Case`) and gives them back. The database refuses a hidden row that holds words.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q, QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from core.errors import DomainError

#: What stands in place of words that a moderator hid. A word for programs as well, so it is not translated.
HIDDEN = "[hidden]"
#: What stands in place of required words whose author was erased.
ERASED = "[erased]"


class Concern(models.TextChoices):
    """What can be wrong with something that somebody wrote: why it is reported, why it is hidden."""

    SPAM = "spam", gettext_lazy("spam or advertising")
    ABUSE = "abuse", gettext_lazy("abuse or hatred")
    PERSONAL = "personal", gettext_lazy("personal data of somebody")
    DANGEROUS = "dangerous", gettext_lazy("dangerous or unlawful")
    COPYRIGHT = "copyright", gettext_lazy("copied without permission")
    OTHER = "other", gettext_lazy("something else")


class Hideable(models.Model):
    """Adds to a row of somebody's words when a moderator hid them, and for which kind of reason."""

    hidden_at = models.DateTimeField(null=True, editable=False)
    hidden_for = models.CharField(
        max_length=10, choices=Concern.choices, blank=True, default="", db_default="", editable=False
    )

    class Meta:
        abstract = True


def hidden_constraints(name: str, *fields: str, lists: Iterable[str] = ()) -> list[models.BaseConstraint]:
    """For `Meta.constraints` of a Hideable: hiding says when and why, and leaves no words in `fields` and `lists`."""
    no_words = Q()
    for field in fields:
        no_words &= Q(**{f"{field}__in": ["", HIDDEN, ERASED]})
    for field in lists:
        no_words &= Q(**{f"{field}__len": 0})
    return [
        models.CheckConstraint(
            name=f"{name}_hidden_says_why",
            condition=Q(hidden_at__isnull=True, hidden_for="")
            | Q(hidden_at__isnull=False, hidden_for__in=Concern.values),
            violation_error_message=gettext_lazy("What is hidden says since when and for which kind of reason."),
        ),
        models.CheckConstraint(
            name=f"{name}_hidden_shows_no_words",
            condition=Q(hidden_at__isnull=True) | no_words,
            violation_error_message=gettext_lazy("What is hidden holds no words."),
        ),
    ]


class TextHidden(DomainError):
    """Words that a moderator hid can't be changed until they are shown again."""

    code = "text_hidden"


@dataclass(frozen=True)
class Written:
    """One kind of thing that people write.

    `fields` hold the words, the one that names it first. `author` is the foreign key to the Subject who wrote them (""
    when nobody in particular did). `guild(row)` is whose stewards moderate it (None: the hub's). `may_see(row, user, now)`
    says whether a user, perhaps nobody, may read it. `related` is read along with a row. `address` is a field made from
    the words that goes with them. `emptied` are fields for which nothing stands in place of the words. `follow(row)` is
    called after hiding and showing, for copies that other rows hold.
    """

    kind: str
    model: type[models.Model]
    label: Any
    fields: tuple[str, ...]
    author: str
    guild: Callable[[Any], UUID | None]
    url: Callable[[Any], str]
    may_see: Callable[[Any, Any, datetime], bool]
    related: tuple[str, ...] = ()
    address: str = ""
    emptied: tuple[str, ...] = ()
    follow: Callable[[Any], None] | None = None

    def author_id(self, row: Any) -> UUID | None:
        """Who wrote it."""
        field: Any = self.model._meta.get_field(self.author) if self.author else None
        found: UUID | None = getattr(row, field.attname) if field else None
        return found

    @property
    def knows_author(self) -> bool:
        """Whether the row leads to the Subject who wrote it, and not to a bare id."""
        return bool(self.author) and self.model._meta.get_field(self.author).is_relation

    def rows(self) -> QuerySet[Any]:
        """Its rows, each with what the functions above read."""
        found = self.model._default_manager.all()
        return found.select_related(*self.related) if self.related else found

    def title(self, row: Any) -> str:
        """What a list calls it: the beginning of its words."""
        words = next((value for name in self.fields if isinstance(value := getattr(row, name), str) and value), "")
        return " ".join(words.split())[:140]

    def placeholder(self, row: Any, name: str) -> Any:
        """What stands in place of the words of one field."""
        if name == self.address:
            return f"hidden-{row.pk}"
        field = self.model._meta.get_field(name)
        if isinstance(field, ArrayField):
            return []
        return "" if name in self.emptied or isinstance(field, models.URLField) else HIDDEN


_written: dict[str, Written] = {}
_by_model: dict[type[models.Model], Written] = {}
_not_reportable: dict[str, str] = {}


def register_written(
    kind: str,
    *,
    model: type[models.Model],
    label: Any,
    fields: tuple[str, ...],
    author: str,
    guild: Callable[[Any], UUID | None],
    url: Callable[[Any], str],
    may_see: Callable[[Any, Any, datetime], bool],
    **more: Any,
) -> None:
    """Say in `AppConfig.ready` that people write something; see `Written`. The model is a Hideable."""
    if kind in _written or model in _by_model:
        raise ValueError(f"{kind!r} is registered twice.")
    if not issubclass(model, Hideable):
        raise ValueError(f"{model._meta.label} can't be hidden: it is no Hideable.")
    entry = Written(
        kind=kind, model=model, label=label, fields=fields, author=author, guild=guild, url=url, may_see=may_see, **more
    )
    _written[kind] = _by_model[model] = entry


def not_reportable(model: type[models.Model], why: str, *fields: str) -> None:
    """Say that text fields of a model need no report button, and why. A test asks for one or the other."""
    for field in fields:
        _not_reportable[f"{model._meta.label}.{field}"] = why


def written_kinds() -> dict[str, Written]:
    """Everything people write, by kind."""
    return dict(_written)


def written(kind: str) -> Written | None:
    """What is registered under a kind."""
    return _written.get(kind)


def written_as(thing: Any) -> Written:
    """What a row (or a model) is registered as. Raises KeyError."""
    return _by_model[thing if isinstance(thing, type) else type(thing)]


def text_fields(model: type[models.Model]) -> list[str]:
    """Names of a model's fields that can hold words of somebody's own: text without choices, lists of it, JSON."""
    return [
        field.name
        for field in model._meta.concrete_fields
        if isinstance(field, models.CharField | models.TextField | models.JSONField | ArrayField)
        and not (getattr(field, "choices", None) or getattr(getattr(field, "base_field", None), "choices", None))
        and not (
            isinstance(field, ArrayField) and not isinstance(field.base_field, models.CharField | models.TextField)
        )
    ]


def unregistered(found: Iterable[type[models.Model]]) -> list[str]:
    """Text fields that are neither registered nor said to be not reportable."""
    return [
        label
        for model in found
        for name in text_fields(model)
        if (label := f"{model._meta.label}.{name}") not in _not_reportable
        and not (model in _by_model and name in (*_by_model[model].fields, _by_model[model].address))
    ]


def find_written(kind: str, pk: UUID) -> Any | None:
    """One row of a kind; None when there is no such kind or row. One statement."""
    entry = _written.get(kind)
    return entry.rows().filter(pk=pk).first() if entry else None


def lock_written(kind: str, pk: UUID) -> Any:
    """The row under its lock, as it is now. Raises its DoesNotExist. See docs/locking.md for its place."""
    return _written[kind].rows().select_for_update(no_key=True, of=("self",)).get(pk=pk)


# Hiding and showing: called by `moderation.services` alone, under the row's lock --------------------------------------


def take_words(row: Any, *, concern: str, now: datetime) -> dict[str, Any]:
    """Take the words out of a locked row and mark it as hidden; returns them, to be kept and given back."""
    entry = written_as(row)
    taken: dict[str, Any] = {}
    for name in filter(None, (*entry.fields, entry.address)):
        value = getattr(row, name)
        if (value or name == entry.fields[0]) and value != ERASED:
            taken[name] = value
            setattr(row, name, entry.placeholder(row, name))
    row.hidden_at, row.hidden_for = now, concern
    row.save(update_fields=[*taken, "hidden_at", "hidden_for"])
    if entry.follow:
        entry.follow(row)
    return taken


def give_words_back(row: Any, taken: Mapping[str, Any]) -> None:
    """Put words back into a locked row, unless its author was erased meanwhile, and mark it as shown."""
    entry = written_as(row)
    changed = []
    for name, value in taken.items():
        if getattr(row, name) != entry.placeholder(row, name):
            continue
        if name == entry.address and entry.model._default_manager.filter(**{name: value}).exists():
            continue  # somebody else has this address by now
        setattr(row, name, value)
        changed.append(name)
    row.hidden_at, row.hidden_for = None, ""
    row.save(update_fields=[*changed, "hidden_at", "hidden_for"])
    if entry.follow:
        entry.follow(row)


def check_not_hidden(row: Any, changes: Mapping[str, Any] | None = None) -> None:
    """Refuse to change words that are hidden; for the services that edit them, under the row's lock.

    `changes` are the fields about to be written (None: some words); what stays as it is, is no change. Raises TextHidden.
    """
    if row.hidden_at is None:
        return
    fields = written_as(row).fields
    if changes is None or any(name in fields and getattr(row, name) != value for name, value in changes.items()):
        raise TextHidden(
            _(
                "A moderator hid these words, so they can't be changed now. The notice in your inbox leads to the appeal."
            )
        )


# Links of new accounts ---------------------------------------------------------------------------------------------------


def with_links(rows: QuerySet[Any]) -> QuerySet[Any]:
    """Add `author_links_free_at` to rows of a kind: since when links of their author can be followed. No statement more."""
    entry = _by_model[rows.model]
    return rows.annotate(author_links_free_at=F(f"{entry.author}__links_free_at")) if entry.knows_author else rows


def holds_links(row: Any) -> bool:
    """Whether links in these words are shown as plain text, because nobody has approved work of their author yet.

    Asks what was read with the row (`with_links`, or the author itself) and never the database: where a page forgot to
    read it, links are held.
    """
    entry = written_as(row)
    if not entry.knows_author:
        return bool(entry.author)
    if hasattr(row, "author_links_free_at"):
        return row.author_links_free_at is None
    author = row._state.fields_cache.get(entry.author)
    return author is None or author.links_free_at is None
