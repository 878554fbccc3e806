"""Rows of several tables written in one statement whose SQL was made once.

A write of the product is a row, the step it took, the event that tells of it and its deliveries: sent one by one, each costs
40 us of the web server and a way to PostgreSQL and back, and `save()` five times as much. Here they are the parts of one
`WITH ... INSERT/UPDATE`. Turned down: several statements in one string (only psycopg2 can send that).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date, datetime
from functools import lru_cache
from itertools import groupby
from typing import Any, TypeVar
from uuid import UUID

from django.db import DatabaseError, connection
from django.db.models import (
    AutoField,
    BooleanField,
    CharField,
    DateField,
    DateTimeField,
    Field,
    ForeignKey,
    IntegerField,
    Model,
    TextField,
    UUIDField,
)
from django.db.models.base import ModelState
from django.db.models.fields import NOT_PROVIDED

Row = TypeVar("Row", bound=Model)
#: The rest of a statement, in the app's own SQL, and its values.
Also = tuple[str, Sequence[Any]]
_NOTHING = type(None)


class _Aware(datetime):
    """Stands for moments with a zone; one without is left to its field, which complains."""


#: Values of these classes go to the database as they are; for everything else its field is asked (3 us).
_PLAIN: dict[type[Field], frozenset[type]] = {
    CharField: frozenset({str, _NOTHING}),
    TextField: frozenset({str, _NOTHING}),
    UUIDField: frozenset({UUID, _NOTHING}),
    IntegerField: frozenset({int, _NOTHING}),
    DateTimeField: frozenset({_NOTHING, _Aware}),
    DateField: frozenset({date, _NOTHING}),
    BooleanField: frozenset({bool, _NOTHING}),
}
#: A field, what its row calls its value, and the classes of values that are plain.
_Column = tuple[Field, str, frozenset[type]]


def write_rows(
    new: Sequence[Model] = (), *, changed: tuple[Model, Sequence[str]] | None = None, also: Also | None = None
) -> None:
    """Insert new rows (keys made in Python), save some fields of one that is there, or both, in one statement.

    `also` is an INSERT, UPDATE or DELETE more. No signals, and no row sees another one of the same call: whatever a
    trigger looks up is written before. Raises DatabaseError when the changed row isn't there.
    """
    values: list[Any] = []
    for thing in new:
        values += _values(_insert(type(thing))[1], thing, is_new=True)
    if also is not None:
        values += also[1]
    if changed is not None:
        thing, names = changed
        values += [*_values(_update(type(thing), tuple(names))[1], thing, is_new=False), thing.pk]
    with connection.cursor() as cursor:
        cursor.execute(_statement(*_shape(new, changed, also)), values)
        if changed is not None and cursor.rowcount != 1:
            raise DatabaseError(f"{type(thing).__name__} {thing.pk} is not there to be changed.")
    for thing in new:
        thing._state.adding, thing._state.db = False, connection.alias


def insert_row(thing: Model) -> None:
    """Save one new row. As `save(force_insert=True)`, a sixth of its time."""
    write_rows([thing])


def update_row(thing: Model, names: Sequence[str]) -> None:
    """Save some fields of a row that is there. As `save(update_fields=names)`, a fifth of its time."""
    write_rows(changed=(thing, names))


def fresh(model: type[Row], **values: Any) -> Row:
    """A new row with its defaults, `values` by the names of columns (`subject_id`). As `model(...)`, a fifth of its time.

    No signals, no properties, no checks but that the names are there.
    """
    usual, made = _defaults(model)
    if not values.keys() <= usual.keys():
        raise TypeError(f"{model.__name__} has no {', '.join(sorted(values.keys() - usual.keys()))}.")
    thing = model.__new__(model)
    thing.__dict__.update(usual, _state=ModelState(), **values)
    for name, make in made:
        if name not in values:
            thing.__dict__[name] = make()
    return thing


@lru_cache(maxsize=256)
def _defaults(model: type[Model]) -> tuple[dict[str, Any], list[tuple[str, Callable[[], Any]]]]:
    """Values that are the same for every row, and what makes the others. A column that the database fills is left out."""
    fields = [f for f in model._meta.concrete_fields if f.db_default is NOT_PROVIDED and not f.generated]
    made = [f for f in fields if callable(f.default) and f.default is not NOT_PROVIDED]
    usual = {f.attname: None if f in made else f.get_default() for f in fields}
    return usual, [(f.attname, f.default) for f in made]


_Shape = tuple[tuple[tuple[type[Model], int], ...], tuple[type[Model], tuple[str, ...]] | None, str | None]


def _shape(new: Sequence[Model], changed: tuple[Model, Sequence[str]] | None, also: Also | None) -> _Shape:
    """What the statement's text depends on."""
    models = tuple((model, len(list(rows))) for model, rows in groupby(new, type))
    return models, changed and (type(changed[0]), tuple(changed[1])), also and also[0]


@lru_cache(maxsize=1024)
def _statement(
    new: tuple[tuple[type[Model], int], ...], changed: tuple[type[Model], tuple[str, ...]] | None, also: str | None
) -> str:
    parts = []
    for model, often in new:
        into, fields = _insert(model)
        row = f"({', '.join(['%s'] * len(fields))})"
        parts.append(f"{into} VALUES {', '.join([row] * often)}")
    parts += [also] if also else []
    parts += [_update(*changed)[0]] if changed else []
    *first, last = parts
    named = ", ".join(f"part_{number} AS ({part})" for number, part in enumerate(first))
    return f"WITH {named} {last}" if named else last


@lru_cache(maxsize=256)
def _insert(model: type[Model]) -> tuple[str, list[_Column]]:
    fields = [
        f
        for f in model._meta.local_concrete_fields
        if not f.generated and f.db_default is NOT_PROVIDED and not isinstance(f, AutoField)
    ]
    names = ", ".join(f'"{f.column}"' for f in fields)
    return f'INSERT INTO "{model._meta.db_table}" ({names})', [_column(f) for f in fields]


@lru_cache(maxsize=512)
def _update(model: type[Model], names: tuple[str, ...]) -> tuple[str, list[_Column]]:
    fields: list[Any] = [model._meta.get_field(name) for name in dict.fromkeys(names)]
    changes = ", ".join(f'"{f.column}" = %s' for f in fields)
    key = model._meta.pk.column  # type: ignore[union-attr]
    sql = f'UPDATE "{model._meta.db_table}" SET {changes} WHERE "{key}" = %s'  # noqa: S608  (names of models)
    return sql, [_column(f) for f in fields]


def _column(field: Field) -> _Column:
    kind: Any = field
    while isinstance(kind, ForeignKey):
        kind = kind.target_field
    plain = next((found for of, found in _PLAIN.items() if isinstance(kind, of)), frozenset[type]())
    is_filled = getattr(field, "auto_now", False) or getattr(field, "auto_now_add", False)
    return field, field.attname, frozenset() if is_filled else plain


def _values(columns: Sequence[_Column], thing: Model, *, is_new: bool) -> list[Any]:
    there, found = thing.__dict__, []
    for field, name, plain in columns:
        value = there.get(name, _values)
        kind = value.__class__
        if kind is datetime and value.tzinfo is not None:
            kind = _Aware
        if kind not in plain:
            value = field.get_db_prep_save(field.pre_save(thing, is_new), connection)
        found.append(value)
    return found
