"""Visitors: a few keep-alive connections that send prepared requests as fast as they are answered."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from http.client import HTTPConnection

from benchmarks.server import HOST

CONNECTIONS = 4


@dataclass(frozen=True)
class Request:
    """One request, and where a redirect that answers it must lead."""

    path: str
    headers: Mapping[str, str] = field(default_factory=dict)
    body: str = ""
    leads_to: str = ""


def send(port: int, requests: Sequence[Request]) -> int:
    """Send all of them over a few connections; returns how many bytes of body came back. Raises on any other answer."""
    with ThreadPoolExecutor(CONNECTIONS) as pool:
        shares = [requests[number::CONNECTIONS] for number in range(CONNECTIONS)]
        return sum(pool.map(lambda share: _send(port, share), shares))


def _send(port: int, requests: Sequence[Request]) -> int:
    connection = HTTPConnection(HOST, port, timeout=30)
    size = 0
    try:
        for request in requests:
            connection.request("POST" if request.body else "GET", request.path, request.body or None, request.headers)
            answer = connection.getresponse()
            size += len(answer.read())
            place = answer.getheader("Location", "")
            if answer.status != (302 if request.leads_to else 200) or not place.startswith(request.leads_to):
                raise RuntimeError(f"{request.path} was answered with {answer.status} {place}")
    finally:
        connection.close()
    return size
