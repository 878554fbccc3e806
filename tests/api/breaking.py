"""What breaks a program that was written for an earlier schema.

`released_schema.json` is the schema as it was released last. With a release, and only then, it is replaced:

    cp guildhub/openapi.json tests/api/released_schema.json

A change that the test calls breaking needs a new version of the API (`/api/v2/`), beside the old one for a while. Two words
mean different things in the two directions: what is *sent* may be asked for less and may allow more; what is *answered* may
tell more and must not tell less. An answer's list of words is closed: programs have a branch for each.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

#: Limits by which less is accepted when they grow or shrink.
_LOWER = ("minimum", "minLength", "minItems", "exclusiveMinimum")
_UPPER = ("maximum", "maxLength", "maxItems", "exclusiveMaximum")


def breaking_changes(before: dict[str, Any], after: dict[str, Any]) -> list[str]:
    """One sentence for each change that breaks somebody; none when there is no such change."""
    return list(_Comparison(before, after).findings())


class _Comparison:
    """Two documents side by side; objects that refer to themselves are looked at once."""

    def __init__(self, before: dict[str, Any], after: dict[str, Any]) -> None:
        self.before, self.after = before, after
        self.seen: set[tuple[str, str, bool]] = set()

    def findings(self) -> Iterator[str]:
        for path, methods in self.before["paths"].items():
            for method, old in methods.items():
                new = self.after["paths"].get(path, {}).get(method)
                where = f"{method.upper()} {path}"
                if new is None:
                    yield f"{where} is gone"
                else:
                    yield from self._operation(where, old, new)

    def _operation(self, where: str, old: dict[str, Any], new: dict[str, Any]) -> Iterator[str]:
        if old["operationId"] != new["operationId"]:
            yield f"{where}: its name is another"
        for option in old.get("security", [{}]):
            if option not in new.get("security", [{}]):
                yield f"{where}: {option or 'nothing'} is not enough to use it any more"
        yield from self._parameters(where, old, new)
        yield from self._body(where, old.get("requestBody"), new.get("requestBody"))
        for status, answer in old["responses"].items():
            if status not in new["responses"]:
                yield f"{where}: it never answers {status} any more"
                continue
            for kind, content in self._found(self.before, answer).get("content", {}).items():
                told = self._found(self.after, new["responses"][status]).get("content", {}).get(kind)
                if told is None:
                    yield f"{where}: {status} is not {kind} any more"
                else:
                    yield from self._schema(f"{where}, answer", content["schema"], told["schema"], is_sent=False)

    def _parameters(self, where: str, old: dict[str, Any], new: dict[str, Any]) -> Iterator[str]:
        before = {(p["name"], p["in"]): p for p in self._each(self.before, old)}
        after = {(p["name"], p["in"]): p for p in self._each(self.after, new)}
        for key, parameter in before.items():
            if key not in after:
                yield f"{where}: the parameter {key[0]} is gone"
            else:
                yield from self._schema(f"{where}, {key[0]}", parameter["schema"], after[key]["schema"], is_sent=True)
        for key, parameter in after.items():
            if parameter.get("required") and not before.get(key, {}).get("required"):
                yield f"{where}: the parameter {key[0]} is needed now"

    def _body(self, where: str, old: dict[str, Any] | None, new: dict[str, Any] | None) -> Iterator[str]:
        if new and new.get("required") and not (old or {}).get("required"):
            yield f"{where}: a body is needed now"
        for kind, content in (old or {}).get("content", {}).items():
            taken = (new or {}).get("content", {}).get(kind)
            if taken is None:
                yield f"{where}: it doesn't take {kind} any more"
            else:
                yield from self._schema(f"{where}, body", content["schema"], taken["schema"], is_sent=True)

    def _schema(self, where: str, old: dict[str, Any], new: dict[str, Any], *, is_sent: bool) -> Iterator[str]:
        key = (old.get("$ref", ""), new.get("$ref", ""), is_sent)
        if all(key[:2]):
            if key in self.seen:
                return
            self.seen.add(key)
        old, new = self._found(self.before, old), self._found(self.after, new)
        yield from _types(where, old, new, is_sent=is_sent)
        yield from _words(where, old, new, is_sent=is_sent)
        if is_sent:
            yield from _limits(where, old, new)
        if "items" in old and "items" in new:
            yield from self._schema(f"{where}[]", old["items"], new["items"], is_sent=is_sent)
        yield from self._fields(where, old, new, is_sent=is_sent)

    def _fields(self, where: str, old: dict[str, Any], new: dict[str, Any], *, is_sent: bool) -> Iterator[str]:
        before, after = old.get("properties", {}), new.get("properties", {})
        for name, inner in before.items():
            if name not in after:
                yield f"{where}: the field {name} is gone"
            else:
                yield from self._schema(f"{where}.{name}", inner, after[name], is_sent=is_sent)
        needed, promised = set(new.get("required", [])), set(old.get("required", []))
        for name in sorted(needed - promised if is_sent else promised - needed):
            yield f"{where}: the field {name} is {'needed now' if is_sent else 'not always there any more'}"

    def _found(self, document: dict[str, Any], part: dict[str, Any]) -> dict[str, Any]:
        """What a reference leads to; of a choice between one thing and null, the thing."""
        options = [one for one in part.get("oneOf", part.get("anyOf", [])) if one.get("type") != "null"]
        if len(options) == 1:
            found = dict(self._found(document, options[0]))
            kinds = found.get("type", "object")
            return {**found, "type": [*(kinds if isinstance(kinds, list) else [kinds]), "null"]}
        if "$ref" not in part:
            return part
        here: Any = document
        for name in part["$ref"].removeprefix("#/").split("/"):
            here = here[name]
        return self._found(document, here)

    def _each(self, document: dict[str, Any], operation: dict[str, Any]) -> list[dict[str, Any]]:
        return [self._found(document, parameter) for parameter in operation.get("parameters", [])]


def _types(where: str, old: dict[str, Any], new: dict[str, Any], *, is_sent: bool) -> Iterator[str]:
    before, after = _kinds(old), _kinds(new)
    if before and after and not (before <= after if is_sent else after <= before):
        yield f"{where}: {sorted(before)} became {sorted(after)}"
    if old.get("format") != new.get("format"):
        yield f"{where}: the format {old.get('format')} became {new.get('format')}"


def _kinds(schema: dict[str, Any]) -> set[str]:
    kinds = schema.get("type", [])
    return set(kinds if isinstance(kinds, list) else [kinds])


def _words(where: str, old: dict[str, Any], new: dict[str, Any], *, is_sent: bool) -> Iterator[str]:
    before, after = old.get("enum"), new.get("enum")
    if is_sent and after is not None:
        for word in before if before is not None else ["any word"]:
            if word not in after:
                yield f"{where}: {word!r} is not taken any more"
    elif not is_sent and before is not None:
        for word in after if after is not None else ["any word"]:
            if word not in before:
                yield f"{where}: {word!r} may be answered now"


def _limits(where: str, old: dict[str, Any], new: dict[str, Any]) -> Iterator[str]:
    for name in _LOWER:
        if name in new and new[name] > old.get(name, float("-inf")):
            yield f"{where}: {name} is {new[name]} now"
    for name in _UPPER:
        if name in new and new[name] < old.get(name, float("inf")):
            yield f"{where}: {name} is {new[name]} now"
    if "pattern" in new and new["pattern"] != old.get("pattern"):
        yield f"{where}: another pattern is asked for"
