"""A house that vouches for people, on loopback: OpenID's four addresses, and Gitea's two."""

from __future__ import annotations

import json
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Any
from urllib.parse import parse_qs


class House:
    """`with House() as house:`; `house.person` is what it tells of whoever comes, `house.asked` what it was asked."""

    def __init__(self) -> None:
        self.person: dict[str, Any] = {"sub": "7", "email": "asha@forge.example", "email_verified": True}
        self.asked: list[tuple[str, dict[str, list[str]]]] = []
        self.is_broken = False
        house = self

        class Door(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                self._answer({})

            def do_POST(self) -> None:
                length = int(self.headers.get("Content-Length", 0))
                self._answer(parse_qs(self.rfile.read(length).decode()))

            def _answer(self, form: dict[str, list[str]]) -> None:
                house.asked.append((self.path, form))
                found = house.pages().get(self.path)
                status = 500 if house.is_broken else 200 if found is not None else 404
                body = json.dumps(found or {}).encode()
                self.send_response(status)
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_what: Any) -> None:
                """Says nothing."""

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Door)

    @property
    def url(self) -> str:
        """Where it stands."""
        return f"http://127.0.0.1:{self._server.server_port}"

    def pages(self) -> dict[str, dict[str, Any]]:
        """What it answers, by path."""
        return {
            "/.well-known/openid-configuration": {
                "issuer": self.url,
                "authorization_endpoint": f"{self.url}/authorize",
                "token_endpoint": f"{self.url}/token",
                "userinfo_endpoint": f"{self.url}/userinfo",
                "jwks_uri": f"{self.url}/keys",
            },
            "/token": {"access_token": "a-token", "token_type": "Bearer"},
            "/userinfo": self.person,
        }

    def __enter__(self) -> House:
        threading.Thread(target=self._server.serve_forever, daemon=True).start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._server.shutdown()
        self._server.server_close()
