"""Pages travel compressed, and their length gives nothing away."""

from __future__ import annotations

import gzip

import pytest
from django.http import HttpResponse, StreamingHttpResponse
from django.test import RequestFactory

from core.compression import QuickGZipMiddleware, gzip_of
from tests.factories import World
from tests.pages import client_of

pytestmark = pytest.mark.django_db


def test_a_page_is_sent_compressed_to_whoever_takes_it(standing_world: World) -> None:
    client = client_of(standing_world, "contributor")
    plain = client.get("/problems/").content
    packed = client.get("/problems/", headers={"Accept-Encoding": "gzip"})
    assert packed["Content-Encoding"] == "gzip" and "Accept-Encoding" in packed["Vary"]
    assert len(packed.content) < len(plain) / 2
    assert gzip.decompress(packed.content).startswith(b"<!doctype html>")


def test_the_length_of_a_page_with_a_secret_is_another_each_time(standing_world: World) -> None:
    client = client_of(standing_world, "contributor")
    lengths = {len(client.get("/settings/", headers={"Accept-Encoding": "gzip"}).content) for _time in range(8)}
    assert len(lengths) > 2


def test_it_is_one_gzip_member_with_a_name_that_says_nothing() -> None:
    page = "<p>हिन्दी اردو</p>".encode() * 300
    packed = [gzip_of(page, 100) for _time in range(40)]
    assert {gzip.decompress(one) for one in packed} == {page} and len({len(one) for one in packed}) > 10
    names = [one[10:].partition(b"\x00")[0] for one in packed]  # after a head of ten bytes (RFC 1952)
    assert max(len(name) for name in names) < 100 and set(b"".join(names)) == set(b"a")
    assert {len(one) - len(name) for one, name in zip(packed, names, strict=True)} == {len(packed[0]) - len(names[0])}
    assert len(packed[0]) - len(names[0]) < len(page) / 20


def test_a_short_answer_and_one_that_is_packed_stay_as_they_are(rf: RequestFactory) -> None:
    request = rf.get("/", headers={"Accept-Encoding": "gzip"})
    middleware = QuickGZipMiddleware(lambda _request: HttpResponse())
    short, packed = HttpResponse("short"), HttpResponse("x" * 900, headers={"Content-Encoding": "br"})
    for answer in (short, packed):
        before = answer.content
        assert middleware.process_response(request, answer).content == before
    tagged = HttpResponse("x" * 900, headers={"ETag": '"1"'})
    assert middleware.process_response(request, tagged)["ETag"] == 'W/"1"' and tagged["Content-Length"] == str(
        len(tagged.content)
    )
    streamed = middleware.process_response(request, StreamingHttpResponse(["x" * 900] * 3))
    assert gzip.decompress(b"".join(streamed)) == b"x" * 2700  # type: ignore[arg-type]
