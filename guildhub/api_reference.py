"""The API's schema, read for people: operations by topic, and the fields of what is sent and answered."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

#: Further in than this nobody reads; the schema itself says the rest.
DEPTH_MOST = 3


@dataclass(frozen=True)
class FieldRow:
    """One field: its name (indented when it is inside another), what it holds, whether it must be sent."""

    name: str
    kind: str
    is_required: bool
    words: str = ""
    depth: int = 0

    @property
    def path(self) -> str:
        """The name, with a mark for each object it is inside of."""
        return "· " * self.depth + self.name


@dataclass(frozen=True)
class Operation:
    """One thing that a program can ask for."""

    name: str
    method: str
    path: str
    summary: str
    words: str
    scope: str
    is_public: bool
    is_write: bool
    topic: str
    status: str
    parameters: list[FieldRow] = field(default_factory=list)
    sent: list[FieldRow] = field(default_factory=list)
    answered: list[FieldRow] = field(default_factory=list)


def operations(document: Mapping[str, Any]) -> list[Operation]:
    """Every operation of the document, in its order."""
    return [
        _operation(document, path, method, told)
        for path, methods in document["paths"].items()
        for method, told in methods.items()
    ]


def _operation(document: Mapping[str, Any], path: str, method: str, told: Mapping[str, Any]) -> Operation:
    security = told.get("security", [])
    status, answer = next(pair for pair in told["responses"].items() if pair[0].startswith("2"))
    sent, answered = _body(told.get("requestBody", {})), _body(answer)
    return Operation(
        name=told["operationId"],
        method=method.upper(),
        path=path,
        summary=told.get("summary", ""),
        words=told.get("description", ""),
        scope=next((scopes[0] for option in security for scopes in option.values()), ""),
        is_public={} in security,
        is_write=method != "get",
        topic=told["tags"][0],
        status=status,
        parameters=list(_parameters(told)),
        sent=list(_fields(document, sent)),
        answered=list(_fields(document, answered)),
    )


def _body(part: Mapping[str, Any]) -> Mapping[str, Any]:
    """The schema of a body in its first (and only) media type."""
    for content in part.get("content", {}).values():
        found: Mapping[str, Any] = content["schema"]
        return found
    return {}


def _parameters(told: Mapping[str, Any]) -> Iterator[FieldRow]:
    for one in told.get("parameters", []):
        if "$ref" not in one:
            yield FieldRow(one["name"], _kind(one["schema"]), one.get("required", False), one.get("description", ""))


def _fields(document: Mapping[str, Any], schema: Mapping[str, Any], depth: int = 0) -> Iterator[FieldRow]:
    """The fields of an object, those of objects inside it below them."""
    found = _resolved(document, schema)
    needed = found.get("required", [])
    for name, inner in found.get("properties", {}).items():
        shape = _resolved(document, inner)
        is_list = shape.get("type") == "array"
        held = _resolved(document, shape["items"]) if is_list else shape
        kind = f"list of {_kind(held)}" if is_list else _kind(shape)
        yield FieldRow(name, kind, name in needed, shape.get("description", "") if "$ref" not in inner else "", depth)
        if depth < DEPTH_MOST and "properties" in held:
            yield from _fields(document, held, depth + 1)


def _resolved(document: Mapping[str, Any], schema: Mapping[str, Any]) -> Mapping[str, Any]:
    """The schema itself for a reference to one, and for a choice between one and null."""
    options = [one for one in schema.get("oneOf", schema.get("anyOf", [])) if one.get("type") != "null"]
    if len(options) == 1:
        return _resolved(document, options[0])
    if "allOf" in schema and len(schema["allOf"]) == 1:
        return _resolved(document, schema["allOf"][0])
    if "$ref" in schema:
        found = document["components"]["schemas"][schema["$ref"].rpartition("/")[2]]
        return _resolved(document, found)
    return schema


def _kind(schema: Mapping[str, Any]) -> str:
    """What a value is, in a few words: its type, its choices, its limits."""
    if "enum" in schema:
        return " | ".join(str(value) for value in schema["enum"] if value not in (None, ""))
    types = schema.get("type", "object")
    names = types if isinstance(types, list) else [types]
    kind = " or ".join(str(schema.get("format") or name) if name != "null" else "null" for name in names)
    limits = []
    if "maxLength" in schema:
        limits.append(f"up to {schema['maxLength']}")
    if "minimum" in schema and "maximum" in schema:
        limits.append(f"{schema['minimum']} to {schema['maximum']}")
    return ", ".join([kind, *limits])
