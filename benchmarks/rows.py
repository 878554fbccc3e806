"""Rows of one model on their way into the database by COPY."""

from __future__ import annotations

import io
import json
from collections.abc import Callable
from datetime import date, datetime
from typing import Any

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models.fields import NOT_PROVIDED


class Rows:
    """A buffer of rows; columns that a caller leaves out get the model's own default, also ones added next year."""

    def __init__(self, model: type[models.Model]) -> None:
        self.table = model._meta.db_table
        fields = [f for f in model._meta.concrete_fields if not isinstance(f, models.AutoField) and not f.generated]
        fields = [f for f in fields if f.db_default is NOT_PROVIDED]
        self._columns = [f.column for f in fields]
        self._attributes = frozenset(f.attname for f in fields)
        self._plan = [(f.attname, _encoder(f), _encoder(f)(f.get_default())) for f in fields]
        self._text = io.StringIO()
        self.count = 0

    def add(self, **values: Any) -> None:
        """Append a row, by attribute name (`guild_id`, not `guild`)."""
        if unknown := values.keys() - self._attributes:
            raise ValueError(f"{self.table} has no {', '.join(sorted(unknown))}.")
        cells = [encode(values[name]) if name in values else default for name, encode, default in self._plan]
        self._text.write("\t".join(cells))
        self._text.write("\n")
        self.count += 1

    def write(self, cursor: Any) -> None:
        """Send what was added since the last time. Constraints and triggers look at every row."""
        if not self._text.tell():
            return
        self._text.seek(0)
        names = ", ".join(f'"{column}"' for column in self._columns)
        cursor.copy_expert(f'COPY "{self.table}" ({names}) FROM STDIN', self._text)
        self._text = io.StringIO()


def _encoder(field: models.Field) -> Callable[[Any], str]:
    if isinstance(field, models.JSONField):
        return lambda value: _escaped(json.dumps(value))
    if isinstance(field, ArrayField):
        return lambda value: "{" + ",".join(f'"{_escaped(str(item))}"' for item in value) + "}"
    return _plain


def _plain(value: Any) -> str:
    if value is None:
        return r"\N"
    if isinstance(value, bool):
        return "t" if value else "f"
    if isinstance(value, str):
        return _escaped(value)
    return value.isoformat() if isinstance(value, datetime | date) else str(value)


def _escaped(text: str) -> str:
    return text.replace("\\", r"\\").replace("\t", r"\t").replace("\n", r"\n").replace("\r", r"\r")
