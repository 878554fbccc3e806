"""The web server's command line: one place for the supervisor, the container and the benchmarks."""

from __future__ import annotations


def web_command(bind: str, port: int, application: str = "guildhub.wsgi:application") -> list[str]:
    """Granian and its flags, to follow `python -m`."""
    return [
        "granian", "--interface", "wsgi", "--host", bind, "--port", str(port),
        "--workers", "2", "--blocking-threads", "4", "--no-ws", "--log-level", "warning",
        "--workers-kill-timeout", "5", application,
    ]  # fmt: skip
