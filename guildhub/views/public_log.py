"""The public log for everybody: a page in plain words, and the addresses that programs read (c2sp.org/tlog-tiles)."""

from __future__ import annotations

import base64
import re
from collections.abc import Iterable
from typing import Any

from django import forms
from django.conf import settings
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.cache import patch_cache_control
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_safe

from core.errors import DomainError
from core.log_nodes import TILE_WIDTH, NoSuchProof, tile
from core.published_log import checkpoint_of, checkpoints, consistency_of, inclusion_of, published_keys

#: Checkpoints on the page; the API has all of them.
SHOWN = 10
_DAY = 86_400
_TILE = re.compile(r"((?:x\d{3}/){0,5}\d{3})(?:\.p/([1-9]\d{0,2}))?")
_TEXT = "text/plain; charset=utf-8"


class EntryForm(forms.Form):
    """Which entry to prove."""

    entry = forms.IntegerField(label=_("Number of the event"), min_value=0, max_value=2**53)


class SizesForm(forms.Form):
    """Which two checkpoints to compare."""

    first = forms.IntegerField(label=_("Events in your saved seal"), min_value=1, max_value=2**53)


@require_safe
def public_log(request: HttpRequest) -> HttpResponse:
    """What the log is, its latest checkpoint and keys, and how to check it; with a question in its address, the proof."""
    found = list(checkpoints()[:SHOWN])
    entry_form, sizes_form = (
        form(request.GET if name in request.GET else None)
        for form, name in ((EntryForm, "entry"), (SizesForm, "first"))
    )
    context: dict[str, Any] = {
        "latest": found[0] if found else None,
        "checkpoints": found,
        "keys": published_keys()[::-1],
        "entry_form": entry_form,
        "sizes_form": sizes_form,
        "here": settings.SITE_URL + reverse("public_log"),
        "refusal": "",
    }
    try:
        if entry_form.is_valid():
            proof = inclusion_of(entry=entry_form.cleaned_data["entry"])
            context |= {"inclusion": proof, "leaf": as_text(proof.leaf), "hashes": as_texts(proof.hashes)}
        elif sizes_form.is_valid():
            shown = consistency_of(first=sizes_form.cleaned_data["first"])
            context |= {"consistency": shown, "hashes": as_texts(shown.hashes)}
    except DomainError as refusal:
        context["refusal"] = refusal.message
    return render(request, "guildhub/public_log.html", context)


@require_safe
def checkpoint(request: HttpRequest, size: int | None = None) -> HttpResponse:
    """The note of the latest checkpoint, or of one that was kept; 404 in one line when there is none."""
    try:
        answer = HttpResponse(checkpoint_of(size).note, content_type=_TEXT)
    except NoSuchProof as refusal:
        return _nothing(refusal)
    patch_cache_control(answer, public=True, max_age=5 if size is None else _DAY)
    return answer


@require_safe
def keys(request: HttpRequest) -> HttpResponse:
    """Every key with the time it signed in, and its statement."""
    answer = JsonResponse(
        {
            "keys": [
                {
                    "number": key.number,
                    "key": key.key,
                    "valid_from": key.valid_from,
                    "valid_until": key.valid_until,
                    "reason": key.reason,
                    "statement": key.statement,
                }
                for key in published_keys()
            ]
        }
    )
    patch_cache_control(answer, public=True, max_age=60)
    return answer


@require_safe
def entry_proof(request: HttpRequest, entry: int) -> HttpResponse:
    """The proof that an entry is in the latest checkpoint's log, as a file that is checked offline (c2sp.org/tlog-proof)."""
    try:
        proof = inclusion_of(entry=entry)
    except NoSuchProof as refusal:
        return _nothing(refusal)
    lines = ["c2sp.org/tlog-proof@v1", f"index {entry}", *as_texts(proof.hashes), "", proof.checkpoint.note]
    answer = HttpResponse("\n".join(lines), content_type=_TEXT)
    patch_cache_control(answer, public=True, max_age=5)
    return answer


@require_safe
def log_tile(request: HttpRequest, level: int, place: str) -> HttpResponse:
    """Up to 256 hashes side by side, 32 bytes each; only such as a checkpoint has signed."""
    try:
        found = _TILE.fullmatch(place)
        width = int(found[2] or TILE_WIDTH) if found else 0
        if found is None or not 0 < width <= TILE_WIDTH or level > 7:
            raise NoSuchProof(str(_("There is no such tile.")))
        number = int(found[1].replace("x", "").replace("/", ""))
        if (number * TILE_WIDTH + width) << (8 * level) > checkpoint_of().size:
            raise NoSuchProof(str(_("No checkpoint has signed that part of the log yet.")))
        body = tile(level=level, place=number, width=width)
    except NoSuchProof as refusal:
        return _nothing(refusal)
    answer = HttpResponse(body, content_type="application/octet-stream")
    patch_cache_control(answer, public=True, max_age=_DAY, immutable=True)
    return answer


def as_text(raw: bytes) -> str:
    """Base64, as everything of the log is written."""
    return base64.b64encode(raw).decode()


def as_texts(raw: Iterable[bytes]) -> list[str]:
    """The same of several."""
    return [as_text(each) for each in raw]


def _nothing(refusal: NoSuchProof) -> HttpResponse:
    return HttpResponse(f"{refusal.message}\n", content_type=_TEXT, status=404)
