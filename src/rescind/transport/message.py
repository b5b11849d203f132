"""A request and an answer as values, so that the rules need no framework.

``RequestFacts`` is built only where a rule needs more than the credential: an unsafe method, a WebSocket
handshake, a refusal or one of our own routes. An authenticated ``GET`` never builds one.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

from rescind.model.session import Session

HeaderList = Iterable[tuple[bytes, bytes]]
"""Header lines as ASGI gives them: lower-case names, one entry per line, in order."""

# What a path may hold unquoted (RFC 3986 3.3). Quoting a decoded path with it restores a wire form.
_SAFE_IN_PATH = "/:@!$&'()*+,;=~"


@dataclass(frozen=True, slots=True)
class RequestFacts:
    """What the rules may know about a request.

    Attributes:
        method: upper-case method; ``GET`` for a WebSocket handshake.
        scheme: ``http`` or ``https`` (a WebSocket counts as the scheme it was upgraded from).
        host: the ``Host`` header, ``""`` if it was absent or sent twice.
        target: path and query as sent, percent-encoded, e.g. ``/a%20b?x=1``.
        headers: lower-case names, in order.
        client: address of the peer, ``None`` if there is none (a UNIX socket).
        websocket: true for a WebSocket handshake.
    """

    method: str
    scheme: str
    host: str
    target: str
    headers: tuple[tuple[bytes, bytes], ...]
    client: str | None = None
    websocket: bool = False

    def all(self, name: bytes) -> list[bytes]:
        """Every value of a header, in order. ``name`` is lower case."""
        return [value for key, value in self.headers if key == name]

    def one(self, name: bytes) -> str | None:
        """The value of a header that may be sent once, ``None`` if it is absent.

        A header sent twice with different values yields ``""``: neither value can be trusted, and ``""`` is
        a value that no rule accepts.
        """
        values = self.all(name)
        if not values:
            return None
        if any(value != values[0] for value in values[1:]):
            return ""
        return values[0].decode("latin-1").strip(" \t")


@dataclass(frozen=True, slots=True)
class Response:
    """An answer of ours. ``headers`` are ready to send, ``content-length`` is left to the server's face.

    Attributes:
        signed_in: the session whose cookie a sign-in sets with it.
        ends_cookie: our cookie is over with it; for faces whose framework owns the cookie and clears it.
    """

    status: int
    headers: tuple[tuple[str, str], ...] = ()
    body: bytes = b""
    signed_in: Session[Any] | None = None
    ends_cookie: bool = False

    def header(self, name: str) -> str | None:
        """The first value of a header, by lower-case name."""
        return next((value for key, value in self.headers if key == name), None)

    def raw_headers(self) -> list[tuple[bytes, bytes]]:
        """The headers as ASGI wants them."""
        return [(key.encode("ascii"), value.encode("latin-1")) for key, value in self.headers]


def from_scope(scope: Mapping[str, Any]) -> RequestFacts:
    """Read an ASGI scope of type ``http`` or ``websocket``."""
    websocket = scope["type"] == "websocket"
    headers = tuple(scope["headers"])
    raw_path: bytes | None = scope.get("raw_path")
    if raw_path:
        path = raw_path.partition(b"?")[0].decode("latin-1")
    else:
        path = quote(str(scope["path"]), safe=_SAFE_IN_PATH)
    query: bytes = scope.get("query_string") or b""
    client = scope.get("client")
    return RequestFacts(
        method="GET" if websocket else str(scope["method"]).upper(),
        scheme=_http_scheme(str(scope.get("scheme") or "http")),
        host=_host(headers),
        target=path + ("?" + query.decode("latin-1") if query else ""),
        headers=headers,
        client=(client[0] or None) if client else None,
        websocket=websocket,
    )


def from_environ(environ: Mapping[str, Any]) -> RequestFacts:
    """Read a WSGI environ (PEP 3333); Django's ``request.META`` is one."""
    headers = tuple(environ_headers(environ))
    path = str(environ.get("SCRIPT_NAME", "")) + str(environ.get("PATH_INFO", ""))
    query = str(environ.get("QUERY_STRING", ""))
    return RequestFacts(
        method=str(environ["REQUEST_METHOD"]).upper(),
        scheme=_http_scheme(str(environ.get("wsgi.url_scheme") or "http")),
        host=_host(headers),
        # PEP 3333: the path is decoded bytes in a latin-1 string.
        target=quote(path.encode("latin-1", "replace"), safe=_SAFE_IN_PATH) + ("?" + query if query else ""),
        headers=headers,
        client=str(environ.get("REMOTE_ADDR") or "") or None,
    )


def environ_headers(environ: Mapping[str, Any]) -> Iterable[tuple[bytes, bytes]]:
    """The header lines of a WSGI environ. Servers join repeated lines with a comma before we see them."""
    for key, value in environ.items():
        if key.startswith("HTTP_"):
            name = key[5:]
        elif key in {"CONTENT_TYPE", "CONTENT_LENGTH"} and value:
            name = key
        else:
            continue
        yield name.replace("_", "-").lower().encode("latin-1"), str(value).encode("latin-1", "replace")


def _http_scheme(scheme: str) -> str:
    return {"ws": "http", "wss": "https"}.get(scheme, scheme)


def _host(headers: HeaderList) -> str:
    hosts = {value for key, value in headers if key == b"host"}
    return hosts.pop().decode("latin-1").strip(" \t").lower() if len(hosts) == 1 else ""
