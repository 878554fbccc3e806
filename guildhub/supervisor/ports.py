"""Finding a port to answer on, and asking whether somebody answers there."""

from __future__ import annotations

import errno
import socket
import urllib.request

FIRST_PORT = 8000
TRIED = 50
#: `/healthz` says in it which run it belongs to.
RUN_HEADER = "Guildhub-Run"


class PortBusy(Exception):
    """Nothing can be bound there; the message says what to do."""


def choose_port(bind: str, wanted: int | None) -> int:
    """The wanted port, or the first free one from 8000 when none was asked for. Raises PortBusy."""
    if wanted is not None:
        reason = why_not(bind, wanted)
        if reason:
            raise PortBusy(
                f"Port {wanted} on {bind} can't be used: {reason}. "
                f"Stop what uses it, or choose another: make run PORT={next_free(bind, wanted) or wanted + 1}"
            )
        return wanted
    found = next_free(bind, FIRST_PORT - 1)
    if found is None:
        raise PortBusy(
            f"No port from {FIRST_PORT} to {FIRST_PORT + TRIED - 1} is free on {bind}. Choose one: make run PORT=9000"
        )
    return found


def next_free(bind: str, after: int) -> int | None:
    """The first free port above `after`, or None."""
    candidates = range(after + 1, min(after + 1 + TRIED, 65536))
    return next((port for port in candidates if why_not(bind, port) is None), None)


def why_not(bind: str, port: int) -> str | None:
    """Why nothing can listen on this port, or None when it can."""
    family = socket.AF_INET6 if ":" in bind else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((bind, port))
            probe.listen(1)
        except PermissionError:
            return "this user may not use ports below 1024"
        except OverflowError:
            return "ports go from 1 to 65535"
        except OSError as error:
            return "another program uses it" if error.errno == errno.EADDRINUSE else str(error.strerror or error)
    return None


def answers(address: str, run: str, *, host: str = "", timeout: float = 2.0) -> bool:
    """Whether the web server of this very run says yes there, and not another that took the port meanwhile.

    It is asked for by the name `host`, when it doesn't answer to its number.
    """
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    request = urllib.request.Request(address, headers={"Host": host} if host else {})  # noqa: S310  (our own address)
    try:
        with opener.open(request, timeout=timeout) as answer:
            return bool(answer.headers.get(RUN_HEADER) == run)
    except (OSError, ValueError):
        return False
