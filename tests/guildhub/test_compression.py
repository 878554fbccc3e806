"""Pages travel compressed, and their length gives nothing away."""

from __future__ import annotations

import gzip

import pytest

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
