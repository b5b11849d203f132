"""One person signs in to all three applications; one revoke; then every session is tried in each of them."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from http.client import HTTPConnection, HTTPException
from typing import Any

from rescind.demo.port import HOST
from rescind.demo.processes import WORKERS, ServersFailed
from rescind.demo.servers import FASTAPI, OURS, Servers
from rescind.drill.report import duration

PERSON = "100"  # nobody else in the drills
TRIES = 4 * WORKERS  # with each session in each application, on connections of their own
ANSWERS_WITHIN = 30.0  # seconds


@dataclass(frozen=True, slots=True)
class OneRevoke:
    """What its receipt said, and how many of the requests after it got in. `seconds`: as the receipt says."""

    state: str
    sessions: int
    applications: int
    workers: int
    seconds: float
    accepted: int
    asked: int

    @property
    def line(self) -> str:
        """The receipt in a few words."""
        parts = [
            self.state,
            f"{self.sessions} sessions in {self.applications} applications",
            f"{self.workers} workers",
            duration(self.seconds),
        ]
        return " · ".join(parts)

    def to_dict(self) -> dict[str, object]:
        """For the report."""
        return {
            "state": self.state,
            "sessions": self.sessions,
            "applications": self.applications,
            "workers": self.workers,
            "elapsed_s": self.seconds,
            "accepted_after": self.accepted,
            "probes_after": self.asked,
        }


def measure(served: Servers) -> OneRevoke:
    """Signs in, revokes through FastAPI, and asks all. Raises ServersFailed when it cannot be measured."""
    ports = {site.name: served.ports[site.name] for site in OURS}
    cookies = {name: _sign_in(port) for name, port in ports.items()}
    before, tried = _accepted(ports, cookies)
    if before != tried:
        raise ServersFailed(f"only {before} of {tried} requests were accepted before the revoke")
    status, receipt, _ = ask(
        ports[FASTAPI.name],
        "POST",
        "/auth/sessions/revoke",
        cookies[FASTAPI.name],
        {"keep_current": False},
    )
    if status != 200:
        raise ServersFailed(f"the revoke answered {status}: {receipt}")
    accepted, asked = _accepted(ports, cookies)
    return OneRevoke(
        state=receipt["state"],
        sessions=receipt["ended"].get("session", 0),
        applications=len(cookies),
        workers=receipt["workers_confirmed"],
        seconds=receipt["elapsed"],
        accepted=accepted,
        asked=asked,
    )


def _sign_in(port: int) -> str:
    status, said, headers = ask(port, "POST", "/rescind/sign-in", body={"user": PERSON})
    if status != 200:
        raise ServersFailed(f"sign-in answered {status}: {said}")
    return headers["set-cookie"].partition(";")[0]


def _accepted(ports: Mapping[str, int], cookies: Mapping[str, str]) -> tuple[int, int]:
    """How many requests get in, of how many: every session is tried in every application."""
    statuses = [
        ask(port, "GET", "/rescind/note", cookie)[0]
        for port in ports.values()
        for cookie in cookies.values()
        for _ in range(TRIES)
    ]
    undecided = set(statuses) - {200, 401}
    if undecided:
        raise ServersFailed(f"a request was neither accepted nor refused: {undecided}")
    return statuses.count(200), len(statuses)


def ask(
    port: int, method: str, path: str, cookie: str = "", body: object = None
) -> tuple[int, Any, Mapping[str, str]]:
    """One request on a connection of its own: status, JSON, headers of the answer. Raises ServersFailed."""
    connection = HTTPConnection(HOST, port, timeout=ANSWERS_WITHIN)
    headers = {"Accept": "application/json", "Content-Type": "application/json", "Cookie": cookie}
    try:
        connection.request(method, path, json.dumps(body) if body is not None else None, headers)
        answer = connection.getresponse()
        said = {name.lower(): value for name, value in answer.getheaders()}
        return answer.status, json.loads(answer.read()), said
    except (OSError, HTTPException, ValueError) as error:
        raise ServersFailed(f"{method} {path}: {error}") from error
    finally:
        connection.close()
