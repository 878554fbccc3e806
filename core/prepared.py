"""Querysets whose SQL is made once. Rows are written that way by `core.writes`.

Django builds and compiles a queryset anew for every call: 300 to 900 us, where sending finished SQL and reading a row
takes 35 (measured; it was two thirds of a page's cost). `@prepared` keeps what was compiled and fills in the values, so
the queryset stays the one place that says what is read. Turned down: every hot read as SQL text (it would not follow the
models), and a cache inside the compiler (most of the time goes before it, in `filter` and `annotate`).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import UTC, date, datetime
from functools import lru_cache, wraps
from inspect import Parameter, signature
from typing import Any
from uuid import UUID

from django.core.exceptions import EmptyResultSet
from django.db import connection
from django.db.models import Model, QuerySet
from django.db.models.base import ModelState
from django.db.models.query import ModelIterable, RelatedPopulator, ValuesListIterable, get_related_populators
from django.db.transaction import TransactionManagementError

#: Lists of another length and other constants make other SQL; more than this is a wrong use.
_PLANS_MOST = 300
#: Placeholders are dates of this year: what a queryset computes from one is found out and refused.
_YEAR = 1901


def prepared(build: Callable[..., QuerySet]) -> Callable[..., list[Any]]:
    """Make a function that returns a queryset one that returns its rows, compiling only the first time.

    What stands before the `*` in its parameters are values: UUIDs, dates, texts, numbers or lists of them, which must go into
    the queryset as they are. What stands after it shapes the SQL (a limit, an order). Raises ValueError for a value that
    doesn't arrive in the SQL as given.
    """
    given = signature(build).parameters.values()
    names = [p.name for p in given if p.kind is not Parameter.KEYWORD_ONLY]
    shapers = [p.name for p in given if p.kind is Parameter.KEYWORD_ONLY]
    usual = {p.name: p.default for p in given if p.default is not Parameter.empty}
    plans: dict[tuple[Any, ...], _Plan] = {}

    @wraps(build)
    def read(*args: Any, **kwargs: Any) -> list[Any]:
        values = {**usual, **dict(zip(names, args, strict=False)), **kwargs}
        key = (*[_shape(values[name]) for name in names], *[values[name] for name in shapers])
        plan = plans.get(key)
        if plan is None:
            if len(plans) > _PLANS_MOST:
                plans.clear()
            plan = plans[key] = _Plan(build, {n: values[n] for n in names}, {n: values[n] for n in shapers})
        return plan.rows(values)

    return read


def first_of(rows: list[Any]) -> Any:
    """The first row, or None."""
    return rows[0] if rows else None


def _shape(value: Any) -> Any:
    """What of a value changes the SQL: whether it is there, and the length of a list."""
    kind = value.__class__
    return len(value) if kind is list or kind is tuple else None if value is None else True


class _Plan:
    """One compiled queryset, and where in its parameters which value goes."""

    def __init__(self, build: Callable[..., QuerySet], values: dict[str, Any], shape: dict[str, Any]) -> None:
        samples, places = _samples(values)
        rows = build(**samples, **shape)
        if rows._iterable_class not in (ModelIterable, ValuesListIterable):  # type: ignore[attr-defined]
            raise TypeError(f"{build.__qualname__} gives neither models nor values_list.")
        self._gives_models = rows._iterable_class is ModelIterable  # type: ignore[attr-defined]
        query = rows.query
        compiler = query.get_compiler(connection=connection)
        #: Django looks for the transaction while it compiles; here that was another time.
        self._locks = bool(query.select_for_update)
        self.sql: str | None
        try:
            self.sql, params = compiler.as_sql()
        except EmptyResultSet:
            self.sql, params = None, ()
        self._params = list(params)
        found_places = [(n, _place_of(param, places)) for n, param in enumerate(params)]
        self._slots = [(n, *place) for n, place in found_places if place is not None]
        found = {name for _n, name, _index in self._slots}
        missing = {name for name, _index in places.values()} - found
        if self.sql is not None and missing:
            raise ValueError(f"{build.__qualname__}: {', '.join(sorted(missing))} didn't arrive in the SQL as given.")
        self._read_rows(compiler)

    def _read_rows(self, compiler: Any) -> None:
        """How rows become objects, as Django's ModelIterable does it."""
        self._make: Callable[[Sequence[Any]], Any] = tuple
        self._converters: dict[int, Any] = {}
        if self.sql is None:
            return
        self._compiler = compiler
        self._converters = compiler.get_converters([column[0] for column in compiler.select[: compiler.col_count]])
        if not self._gives_models:
            return
        model, fields = compiler.klass_info["model"], compiler.klass_info["select_fields"]
        start, end = fields[0], fields[-1] + 1
        names = [column[0].target.attname for column in compiler.select[start:end]]
        related = get_related_populators(compiler.klass_info, compiler.select, connection.alias)  # type: ignore[call-arg]
        annotations = list(compiler.annotation_col_map.items())

        def make(row: Sequence[Any]) -> Any:
            thing = _thing(model, names, row[start:end])
            for populator in related:
                _populate(populator, row, thing)
            for name, position in annotations:
                setattr(thing, name, row[position])
            return thing

        self._make = make

    def rows(self, values: dict[str, Any]) -> list[Any]:
        """Run it with these values."""
        if self.sql is None:
            return []
        params = self._params.copy()
        for number, name, index in self._slots:
            params[number] = values[name] if index is None else values[name][index]
        if self._locks and not connection.in_atomic_block:
            raise TransactionManagementError("Rows are locked inside a transaction.")
        with connection.cursor() as cursor:
            cursor.execute(self.sql, params)
            rows: Any = cursor.fetchall()
        if self._converters:
            rows = self._compiler.apply_converters(rows, self._converters)
        make = self._make
        return [make(row) for row in rows]


def _samples(values: dict[str, Any]) -> tuple[dict[str, Any], dict[Any, tuple[str, int | None]]]:
    """Stand-ins of the same kind for every value, and which stand-in stands for what."""
    places: dict[Any, tuple[str, int | None]] = {}

    def sample(value: Any, name: str, index: int | None) -> Any:
        number = len(places) + 1
        made: Any
        if isinstance(value, UUID):
            made = UUID(int=0xC0FFEE << 64 | number)
        elif isinstance(value, datetime):
            made = datetime(_YEAR, 1, 1, 0, number // 60, number % 60, tzinfo=UTC)
        elif isinstance(value, date):
            made = date(_YEAR, 1 + number // 28, 1 + number % 28)
        elif isinstance(value, bool) or value is None:
            return value
        elif isinstance(value, int):
            made = 7_777_777_700 + number
        elif isinstance(value, str):
            made = f"value {number} to be filled in"
        else:
            raise TypeError(f"{name} of a prepared queryset is a {type(value).__name__}.")
        places[made] = (name, index)
        return made

    samples = {
        name: [sample(item, name, n) for n, item in enumerate(value)]
        if value.__class__ in (list, tuple)
        else sample(value, name, None)
        for name, value in values.items()
    }
    return samples, places


def _place_of(param: Any, places: dict[Any, tuple[str, int | None]]) -> tuple[str, int | None] | None:
    """Which value stands at this parameter; None for a constant. Raises ValueError for one that was made into another."""
    if isinstance(param, list | tuple) and param:
        found = {_place_of(item, places) for item in param}
        names = {place[0] for place in found if place is not None}
        if not names:
            return None
        if (
            len(names) == 1
            and None not in found
            and [places.get(i) for i in param] == [p for p in places.values() if p[0] in names]
        ):
            return names.pop(), None  # a whole list as one array
        raise ValueError("A prepared queryset takes a list as it comes.")
    if param in places:
        return places[param]
    changed = isinstance(param, date) and abs(param.year - _YEAR) <= 3
    if changed or any(str(sample) in str(param) for sample in places if not isinstance(sample, int)):
        raise ValueError("A prepared queryset takes its values as they come; compute before the call.")
    return None


def _thing(model: type[Model], names: Sequence[str], values: Sequence[Any]) -> Any:
    """An instance as `from_db` makes it, without the signals that nothing here listens to (2 us instead of 12)."""
    if not _is_plain(model):
        return model.from_db(connection.alias, names, values)
    thing = model.__new__(model)
    state = ModelState()
    state.adding, state.db = False, connection.alias
    thing.__dict__.update(zip(names, values, strict=True), _state=state)
    return thing


@lru_cache(maxsize=256)
def _is_plain(model: type[Model]) -> bool:
    return model.__init__ is Model.__init__ and model.from_db.__func__ is Model.from_db.__func__  # type: ignore[attr-defined]


def _populate(populator: RelatedPopulator, row: Sequence[Any], owner: Any) -> None:
    values = (populator.reorder_for_init or _between(populator))(row)
    thing = None
    if values[populator.pk_idx] is not None:
        thing = _thing(populator.model_cls, populator.init_list, values)
        for inner in populator.related_populators:
            _populate(inner, row, thing)
    populator.local_setter(owner, thing)
    if thing is not None:
        populator.remote_setter(thing, owner)


def _between(populator: RelatedPopulator) -> Callable[[Sequence[Any]], Sequence[Any]]:
    return lambda row: row[populator.cols_start : populator.cols_end]
