"""A WSGI server's part, checked by the rules of PEP 3333 (``wsgiref.validate``)."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from io import BytesIO
from typing import Any
from wsgiref.util import setup_testing_defaults
from wsgiref.validate import validator

COOKIE = "__Host-rescind"


def environ(token: str | None = None, method: str = "GET", path: str = "/", **more: Any) -> dict[str, Any]:
    """What a server makes of a request over https."""
    made: dict[str, Any] = {"REQUEST_METHOD": method, "PATH_INFO": path, "wsgi.url_scheme": "https"}
    setup_testing_defaults(made)
    made["wsgi.input"] = BytesIO(b"")
    made |= {"QUERY_STRING": "", "SCRIPT_NAME": ""}
    if token is not None:
        made["HTTP_COOKIE"] = f"{COOKIE}={token}"
    return made | more


class Answer:
    """What came over the wire.

    Attributes:
        starts: how often the server was told how the answer starts.
    """

    def __init__(self) -> None:
        self.status = 0
        self.headers: list[tuple[str, str]] = []
        self.parts: list[bytes] = []
        self.starts = 0

    def header(self, name: str) -> list[str]:
        return [value for key, value in self.headers if key.lower() == name]

    @property
    def body(self) -> bytes:
        return b"".join(self.parts)


def call(app: Callable[..., Iterable[bytes]], request: dict[str, Any]) -> Answer:
    """Serve one request to its end."""
    answer, body = begin(app, request)
    try:
        answer.parts.extend(body)
    finally:
        end(body)
    return answer


def begin(app: Callable[..., Iterable[bytes]], request: dict[str, Any]) -> tuple[Answer, Iterator[bytes]]:
    """The same up to the first part of the body, which the caller reads and closes."""
    answer = Answer()

    def start(status: str, headers: list[tuple[str, str]], exc_info: Any = None) -> Callable[[bytes], None]:
        answer.status, answer.headers = int(status.partition(" ")[0]), headers
        answer.starts += 1
        return answer.parts.append

    return answer, iter(validator(app)(request, start))


def end(body: Iterator[bytes]) -> None:
    """What a server does with every body."""
    body.close()  # type: ignore[attr-defined]
