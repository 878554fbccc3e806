"""Refusals and failures as problem documents (RFC 9457): a sentence for a person, a code for a program."""

from __future__ import annotations

import logging
from collections.abc import Iterator, Mapping, Sequence
from http import HTTPStatus
from typing import Any

from django.core.exceptions import PermissionDenied, RequestDataTooBig, SuspiciousOperation
from django.core.exceptions import ValidationError as ModelError
from django.core.signals import got_request_exception
from django.db import InterfaceError, OperationalError
from django.http import Http404, HttpRequest, JsonResponse
from django.utils.translation import gettext as _
from rest_framework import exceptions
from rest_framework.response import Response
from rest_framework.settings import api_settings

from core.errors import DomainError

logger = logging.getLogger("django.request")
CONTENT_TYPE = "application/problem+json"


class NotSent(exceptions.APIException):
    """The request lacks something, or carries something nobody asked for."""

    status_code = 400
    default_code = "bad_request"


class BodyTooBig(exceptions.APIException):
    """More than any write of this API needs."""

    status_code = 413
    default_code = "body_too_big"


class Unavailable(exceptions.APIException):
    """The database doesn't answer."""

    status_code = 503
    default_code = "unavailable"
    wait = 5


def problem(
    status: int, code: str, detail: str, *, errors: Sequence[Mapping[str, str]] = (), request: Any = None
) -> dict[str, Any]:
    """One problem document. `errors` name the fields that could not be accepted, each with its own sentence."""
    found: dict[str, Any] = {
        "type": "about:blank",
        "title": HTTPStatus(status).phrase,
        "status": status,
        "code": code,
        "detail": detail,
    }
    if errors:
        found["errors"] = list(errors)
    if request_id := getattr(request, "request_id", ""):
        found["request_id"] = str(request_id)
    return found


def answer_problem(error: Exception, context: Mapping[str, Any]) -> Response:
    """The framework's exception handler: whatever an endpoint raises, as a problem document."""
    request = context["request"]
    if isinstance(error, DomainError):
        return _refusal(error, request)
    known = _as_api_error(error)
    if known is None:
        return _answer_fault(error, request)
    if isinstance(known, exceptions.ValidationError):
        errors = list(_field_errors(known.detail))
        return _response(400, "invalid", _("Some of what was sent can't be accepted."), request, errors=errors)
    response = _response(known.status_code, str(known.get_codes()), str(known.detail), request)
    if header := getattr(known, "auth_header", None):
        response["WWW-Authenticate"] = header
    if wait := getattr(known, "wait", None):
        response["Retry-After"] = str(int(wait) + 1)
    return response


def _refusal(error: DomainError, request: Any) -> Response:
    """A service's refusal; `lines` and `fields` name each thing that is wrong, `retry_after` when there is room again."""
    lines = [{"field": "", "code": error.code, "message": str(line)} for line in getattr(error, "lines", ())]
    named = getattr(error, "fields", {})
    lines += [{"field": name, "code": error.code, "message": str(line)} for name, line in named.items()]
    refused = _response(error.status, error.code, error.message, request, errors=lines)
    if wait := getattr(error, "retry_after", None):
        refused["Retry-After"] = str(wait)
    return refused


def _as_api_error(error: Exception) -> exceptions.APIException | None:
    """The framework's error for Django's; None for what nobody foresaw."""
    if isinstance(error, exceptions.NotFound | Http404):
        return exceptions.NotFound(_("There is nothing at this address, or nothing that you may see."))
    if isinstance(error, exceptions.APIException):
        return error
    if isinstance(error, ModelError):
        return exceptions.ValidationError(_plain(error))
    if isinstance(error, RequestDataTooBig):
        return BodyTooBig(_("The request is too big."))
    if isinstance(error, SuspiciousOperation):
        return NotSent(_("This request can't be read."))
    if isinstance(error, PermissionDenied):
        return exceptions.PermissionDenied()
    if isinstance(error, OperationalError | InterfaceError):
        logger.error("The database does not answer: %s", error)
        return Unavailable(_("The database does not answer. Nothing was changed; try again in a moment."))
    return None


def _plain(error: ModelError) -> dict[str, list[str]]:
    found: dict[str, list[str]] = getattr(error, "message_dict", None) or {"": list(error.messages)}
    return {("" if field == "__all__" else field): messages for field, messages in found.items()}


def _answer_fault(error: Exception, request: Any) -> Response:
    """A fault of ours: told to the log with its traceback, and to the sender without."""
    got_request_exception.send(sender=None, request=getattr(request, "_request", request))
    logger.error("Fault in the API at %s", request.path, exc_info=error)
    return _response(500, "fault", _("Something broke on our side. It was written to the log."), request)


def _response(
    status: int, code: str, detail: str, request: Any, *, errors: Sequence[Mapping[str, str]] = ()
) -> Response:
    document = problem(status, code, detail, errors=errors, request=getattr(request, "_request", request))
    return Response(document, status=status, content_type=CONTENT_TYPE)


def _field_errors(detail: Any, path: str = "") -> Iterator[dict[str, str]]:
    """Nested errors of nested fields as a flat list: {"entries": [{"minutes": [...]}]} is about "entries.0.minutes"."""
    if isinstance(detail, Mapping):
        for name, inner in detail.items():
            is_whole = name in (api_settings.NON_FIELD_ERRORS_KEY, "")
            yield from _field_errors(inner, path if is_whole else f"{path}.{name}".lstrip("."))
    elif isinstance(detail, list | tuple):
        for place, inner in enumerate(detail):
            yield from _field_errors(inner, f"{path}.{place}" if isinstance(inner, Mapping) else path)
    else:
        yield {"field": path, "code": str(getattr(detail, "code", "invalid")), "message": str(detail)}


def problem_page(request: HttpRequest, status: int, code: str, detail: str) -> JsonResponse:
    """A problem document for what failed outside an endpoint: a middleware, an address that isn't there."""
    return JsonResponse(problem(status, code, detail, request=request), status=status, content_type=CONTENT_TYPE)
