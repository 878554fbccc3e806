"""The OpenAPI 3.1 document, read off the endpoints' declarations. Imported by `manage.py write_api_schema` and tests alone."""

from __future__ import annotations

import json
import re
from http import HTTPStatus
from typing import Any

from drf_spectacular.drainage import GENERATOR_STATS
from drf_spectacular.generators import SchemaGenerator
from drf_spectacular.openapi import AutoSchema
from drf_spectacular.types import OpenApiTypes

from core.api.endpoints import PUBLIC, READ, Spec

PROBLEM_REF = "#/components/schemas/ProblemDetails"
#: What any request may be answered with, beside what it asked for; writes on the right.
REFUSED_READS = (400, 401, 403, 404, 429, 503)
REFUSED_WRITES = (*REFUSED_READS[:4], 409, 413, 415, 422, *REFUSED_READS[4:])
WORDS = {
    400: "Something is missing, unknown or of the wrong shape; `errors` names the fields.",
    401: "No token, or one that is not valid.",
    403: "You may not do this, or this token may not; `detail` says what would help.",
    404: "There is nothing there, or nothing that you may see.",
    409: "The thing is in another state than you believe; read it again.",
    413: "The body is too big.",
    415: "The body is of another type than this takes.",
    422: "A rule refuses what was sent, or the Idempotency-Key was used for something else.",
    429: "Too much in too short a time; `Retry-After` says when to go on.",
    503: "The database does not answer. Nothing was changed.",
}


class EndpointSchema(AutoSchema):
    """One operation, from the `Spec` that stands on its method."""

    @property
    def spec(self) -> Spec:
        """What the method declares."""
        found: Spec = self.view.spec_of(self.method)
        return found

    def get_operation_id(self) -> str:
        """The verb's own name: the same word in services, rights and here."""
        return self.spec.name

    def get_serializer_name(self, serializer: Any, direction: Any) -> str:
        """The shape's name without the word."""
        return type(serializer).__name__.removesuffix("Shape")

    def get_tags(self) -> list[str]:
        """The app it belongs to."""
        return [self.view.topic]

    def get_summary(self) -> str:
        """The first sentence of the method's words."""
        return re.split(r"[.;](?:\s|$)", " ".join(self._words().split()))[0]

    def get_description(self) -> str:
        """All of its words."""
        return " ".join(self._words().split())

    def _words(self) -> str:
        return (getattr(self.view, self.method.lower()).__doc__ or "").strip()

    def get_auth(self) -> list[dict[str, Any]]:
        """The scope that a token needs; what is public needs none."""
        needed = {"token": [self.spec.scope or READ]}
        return [{}, needed] if self.spec.scope == PUBLIC else [needed]

    def get_request_serializer(self) -> Any:
        """The body of a write."""
        if self.spec.parser:
            return OpenApiTypes.BINARY
        sent = self.spec.sent if self.spec.is_write else None
        return sent(partial=self.spec.is_partial) if sent else None

    def get_response_serializers(self) -> Any:
        """What is answered when it was done."""
        return {self.spec.status: self.spec.answer}

    def get_override_parameters(self) -> list[Any]:
        """What the address of a read may carry."""
        return [self.spec.sent] if self.spec.sent and not self.spec.is_write and self.spec.sent().fields else []

    def get_filter_backends(self) -> list[Any]:
        """None: `Spec.sent` says what may be asked."""
        return []

    def _is_list_view(self, serializer: Any = None) -> bool:
        return False

    def map_parsers(self) -> list[Any]:
        """JSON, but where the method wants a file."""
        return [self.spec.parser.media_type] if self.spec.parser else ["application/json"]  # type: ignore[attr-defined]

    def map_renderers(self, attribute: str) -> list[Any]:
        """JSON; problem documents are added below."""
        return ["application/json"]

    def get_operation(self, *args: Any, **kwargs: Any) -> Any:
        """The operation with its refusals and, for a write, its key."""
        operation: dict[str, Any] = super().get_operation(*args, **kwargs) or {}
        refused = REFUSED_WRITES if self.spec.is_write else REFUSED_READS
        for status in refused:
            operation["responses"][str(status)] = {"$ref": f"#/components/responses/Refused{status}"}
        if self.spec.is_write:
            operation.setdefault("parameters", []).append({"$ref": "#/components/parameters/IdempotencyKey"})
        return operation


def finish(result: dict[str, Any], **_generator: Any) -> dict[str, Any]:
    """Add what all operations refer to; called by the generator when it is done."""
    parts = result["components"]
    parts["schemas"]["ProblemDetails"] = _PROBLEM
    parts["schemas"] = dict(sorted(parts["schemas"].items()))
    parts["parameters"] = {"IdempotencyKey": _KEY}
    parts["securitySchemes"] = {"token": _TOKEN}
    parts["responses"] = {
        f"Refused{status}": {
            "description": f"{HTTPStatus(status).phrase}. {WORDS[status]}",
            "content": {"application/problem+json": {"schema": {"$ref": PROBLEM_REF}}},
        }
        for status in REFUSED_WRITES
    }
    _close_bodies(result)
    return result


def _close_bodies(result: dict[str, Any]) -> None:
    """A body with a field that nobody knows is refused, so the schema says so."""
    parts = result["components"]["schemas"]
    for operations in result["paths"].values():
        for operation in operations.values():
            for content in operation.get("requestBody", {}).get("content", {}).values():
                name = content["schema"].get("$ref", "").rpartition("/")[2]
                if name:
                    parts[name]["additionalProperties"] = False


def document_text() -> str:
    """The whole document as it is committed. Raises ValueError where two shapes share a name, or one can't be told."""
    GENERATOR_STATS.reset()
    document = SchemaGenerator(urlconf="guildhub.urls").get_schema(request=None, public=True)
    if GENERATOR_STATS:
        raise ValueError(f"The schema is not whole: {[*GENERATOR_STATS._warn_cache, *GENERATOR_STATS._error_cache]}")
    return json.dumps(document, indent=1, ensure_ascii=False) + "\n"


_TOKEN = {
    "type": "http",
    "scheme": "bearer",
    "description": "A personal token, made at /settings/tokens/. Each operation names the scope that it needs.",
}
_KEY = {
    "name": "Idempotency-Key",
    "in": "header",
    "required": True,
    "description": (
        "A new UUID for each new write. Sent again under the same key, the write is done once and answered the same, with "
        "`Idempotency-Replayed: true`. Kept for 14 days. A refusal is not kept."
    ),
    "schema": {"type": "string", "pattern": "^[A-Za-z0-9._~:+/=-]{8,100}$"},
    "example": "6f1c2b7e-9a51-4d0e-8a57-0d6f3c1e2b90",
}
_PROBLEM = {
    "type": "object",
    "description": "Why something was refused (RFC 9457).",
    "required": ["type", "title", "status", "code", "detail"],
    "properties": {
        "type": {"type": "string"},
        "title": {"type": "string", "description": "The status in words."},
        "status": {"type": "integer"},
        "code": {"type": "string", "description": "One word for programs."},
        "detail": {"type": "string", "description": "A sentence for a person: what happened, what would help."},
        "errors": {
            "type": "array",
            "items": {
                "type": "object",
                "required": ["field", "code", "message"],
                "properties": {
                    "field": {"type": "string", "description": "Such as `entries.0.minutes`; empty: the whole."},
                    "code": {"type": "string"},
                    "message": {"type": "string"},
                },
            },
        },
        "request_id": {"type": "string", "description": "What to name when you ask about it."},
    },
    "example": {
        "type": "about:blank",
        "title": "Conflict",
        "status": 409,
        "code": "already_decided",
        "detail": "This was decided already: it is “approved”.",
    },
}
