"""The frame of every endpoint: who may ask, what may be sent, done once, answered in one shape.

`@reads` and `@writes` stand on the methods of an `Endpoint`. A method without one of them is refused when its class is
made, so nothing is reachable without a declared scope. Writes need an Idempotency-Key (core/idempotency.py).
"""

from __future__ import annotations

import functools
import hashlib
import json
import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.http import HttpResponse
from django.utils import timezone
from django.utils.cache import patch_vary_headers
from django.utils.translation import gettext as _
from rest_framework import exceptions
from rest_framework.fields import empty
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from core.api.paging import Listing, Order, PagingShape, next_address, read_cursor, write_cursor
from core.api.parsing import JsonRenderer
from core.api.problems import NotSent
from core.api.shapes import Shape, page_of
from core.conflicts import despite_conflicts
from core.errors import PermissionRefused
from core.idempotency import Answer, answer_once

#: The scope of what everybody may read, with or without a token.
PUBLIC = ""
READ = "read"
_KEY = re.compile(r"[A-Za-z0-9._~:+/=-]{8,100}")
_METHODS = frozenset({"get", "post", "put", "patch", "delete"})


class ScopeMissing(PermissionRefused):
    """The person might, but this token of theirs may not."""

    code = "scope_missing"


@dataclass(frozen=True)
class Spec:
    """What one method of one endpoint declares: for the checks, for the schema, for the tests that try it."""

    name: str
    scope: str
    answer: type[Shape] | None
    sent: type[Shape] | None = None
    order: Order | None = None
    status: int = 200
    is_write: bool = False
    is_partial: bool = False
    parser: type | None = None

    @property
    def is_paged(self) -> bool:
        return self.order is not None


def reads(
    name: str, answer: type[Shape], *, scope: str = READ, query: type[Shape] | None = None, order: Order | None = None
) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """A method that answers a question. `query` is what its address may carry; with `order` it is a paged list.

    The method gets the checked values of `query` as `values`, with `limit` and `after` when it is paged, and returns
    what `answer` shows (a `Listing` of such when it is paged).
    """
    asked = _with_paging(query) if order else query or Shape
    spec = Spec(name, scope, page_of(answer) if order else answer, sent=asked, order=order)

    def wrap(method: Callable[..., Any]) -> Callable[..., Any]:
        @functools.wraps(method)
        def call(endpoint: Endpoint, request: Request, **names: Any) -> Response:
            values = _checked(asked, {key: request.query_params[key] for key in request.query_params})
            if order:
                cursor = values.pop("cursor", "")
                values["after"] = read_cursor(name, order.kinds, cursor) if cursor else None
            if query or order:
                names["values"] = values
            found = method(endpoint, request, **names)
            if order:
                found = _page(name, found, request)
            return Response(shown(spec.answer, found))

        call.spec = spec  # type: ignore[attr-defined]
        return call

    return wrap


def writes(
    name: str,
    *,
    scope: str,
    answer: type[Shape] | None,
    body: type[Shape] | None = None,
    status: int = 200,
    is_partial: bool = False,
    parser: type | None = None,
) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """A method that changes something by one service call; `name` is the verb's.

    The method gets the checked `body` as `values` (with `is_partial` only what was sent) and returns what `answer`
    shows. It runs once per key; its answer is stored in its own transaction.
    """
    spec = Spec(name, scope, answer, sent=body, status=status, is_write=True, is_partial=is_partial, parser=parser)

    def wrap(method: Callable[..., Any]) -> Callable[..., Any]:
        @functools.wraps(method)
        def call(endpoint: Endpoint, request: Request, **names: Any) -> HttpResponse:
            key = _key_of(request)
            if request.query_params:
                raise NotSent(_("A write takes everything in its body, and nothing in its address."))
            kwargs = names
            if body:
                kwargs = {**names, "values": _checked(body, request.data, is_partial=is_partial)}
            elif parser:
                kwargs = {**names, "values": _file(request)}
            elif request.data:
                raise NotSent(_("This takes no body."))

            def write() -> tuple[int, str]:
                found = shown(answer, method(endpoint, request, **kwargs))
                return status, JsonRenderer().render(found).decode() if found is not None else ""

            def once() -> Answer:
                sent = _payload(request)
                return answer_once(
                    subject=request.user.subject_id, key=key, payload=sent, now=timezone.now(), write=write
                )

            kept = despite_conflicts(once)
            response = HttpResponse(kept.body, status=kept.status, content_type="application/json; charset=utf-8")
            if kept.is_replayed:
                response["Idempotency-Replayed"] = "true"
            return response

        call.spec = spec  # type: ignore[attr-defined]
        return call

    return wrap


class Endpoint(APIView):
    """One address of the API. Its methods are declared with `@reads` and `@writes`, and call one service each."""

    #: Heading under which the docs list it; by default the app's name.
    topic = ""
    metadata_class = None

    def __init_subclass__(cls, **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)
        cls.topic = cls.topic or cls.__module__.partition(".")[0]
        for method in _METHODS & cls.__dict__.keys():
            if not hasattr(cls.__dict__[method], "spec"):
                raise TypeError(f"{cls.__name__}.{method} declares neither @reads nor @writes")

    def spec_of(self, method: str) -> Spec | None:
        """What that method declares; None when there is no such method here."""
        return getattr(getattr(self, method.lower(), None), "spec", None)

    def get_parsers(self) -> list[Any]:
        """JSON, but where the method wants a file."""
        spec = self.spec_of(self.request.method or "") if getattr(self, "request", None) else None
        return [spec.parser()] if spec and spec.parser else super().get_parsers()

    def check_permissions(self, request: Request) -> None:
        """A method that isn't declared doesn't exist; a declared one asks for its scope."""
        spec = self.spec_of(request.method or "")
        if spec is None:
            raise exceptions.MethodNotAllowed(request.method)
        if spec.scope != PUBLIC and not request.user.is_authenticated:
            raise exceptions.NotAuthenticated(_("Send a personal token; make one at /settings/tokens/."))
        needed = spec.scope or READ
        if request.user.is_authenticated and needed not in request.auth.scopes:
            raise ScopeMissing(
                _("This token may not do that: it lacks “%(scope)s”. Make one that has it at /settings/tokens/.")
                % {"scope": needed}
            )

    def finalize_response(self, request: Request, response: Any, *args: Any, **kwargs: Any) -> Any:
        """Nothing that a token opened is kept by anybody on the way."""
        response = super().finalize_response(request, response, *args, **kwargs)
        patch_vary_headers(response, ["Authorization"])
        response["Cache-Control"] = "no-cache" if not getattr(request, "auth", None) else "no-store"
        return response


class NothingHere(Endpoint):
    """Every address below the API that isn't one."""

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        """404 before anything else is asked."""
        raise exceptions.NotFound


def shown(answer: type[Shape] | None, found: Any) -> Any:
    """What is found, in its shape; None where nothing is told."""
    return answer(found).data if answer is not None else None


def _page(name: str, listing: Listing, request: Request) -> dict[str, Any]:
    following = None
    if listing.after is not None:
        following = next_address(request.path, request.query_params.dict(), write_cursor(name, listing.after))
    return {"items": listing.items, "next": following}


def _with_paging(query: type[Shape] | None) -> type[Shape]:
    return type(f"Paged{query.__name__}", (query, PagingShape), {}) if query else PagingShape


def _checked(shape: type[Shape], data: Any, *, is_partial: bool = False) -> dict[str, Any]:
    sent = shape(data=data)
    if is_partial:
        # Not the framework's `partial`, which would let objects inside lists lack their fields too.
        for field in sent.fields.values():
            field.required, field.default = False, empty
    sent.is_valid(raise_exception=True)
    return dict(sent.validated_data)


def _file(request: Request) -> dict[str, bytes]:
    if not request.data.get("data"):
        raise NotSent(_("Send a file as the body, as application/octet-stream."))
    return {"data": request.data["data"]}


def _key_of(request: Request) -> str:
    text = request.headers.get("Idempotency-Key", "").strip().strip('"')
    if not text:
        raise NotSent(
            _(
                "A write needs a header Idempotency-Key, such as a new UUID: whatever is sent again under the same key is "
                "done once. Nothing was changed."
            ),
            "idempotency_key_missing",
        )
    if not _KEY.fullmatch(text):
        raise NotSent(
            _("An Idempotency-Key has 8 to 100 letters, digits and . _ ~ : + / = - signs."), "idempotency_key_bad"
        )
    return text


def _payload(request: Request) -> bytes:
    """What makes two requests the same: method, address and values, however they were spelled."""
    values = json.dumps(request.data, sort_keys=True, separators=(",", ":"), default=_digest)
    return f"{request.method} {request.path}\n{values}".encode("utf-8", "surrogatepass")


def _digest(sent: bytes) -> str:
    return hashlib.sha256(sent).hexdigest()
