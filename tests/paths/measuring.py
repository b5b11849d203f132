"""What a copy of a credential can still do, measured: the application itself is asked, in this process, at
any time, by each of two workers.

A worker is the module, executed anew: files and servers are shared, memory is not. A copy that a worker does
not accept from the start, since it has never heard of it, is not asked for there. What ends a credential is
over when its answer has been sent, and not when the server has done what it does behind it.

Every application of `applications/` speaks the same: ``POST /login`` gives a cookie, ``{"token"}``,
``{"key"}`` or ``{"basic"}``, or the ``{"query"}`` or ``{"path"}`` of a link; ``GET /me`` is guarded; ``POST
/logout``, ``/disable/ada`` and ``/password`` end something where they exist.
"""

from __future__ import annotations

import importlib.util
import itertools
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import ModuleType
from typing import Any, NamedTuple
from urllib.parse import urlencode

import time_machine

APPLICATIONS = Path(__file__).parent / "applications"
BEGIN = datetime(2030, 1, 1, tzinfo=UTC)
YEARS = 10 * 365 * 86_400.0
ENDS = {
    "on_revoke": ("POST", "/logout"),
    "on_account_disable": ("POST", "/disable/ada"),
    "on_password_change": ("POST", "/password?new=other"),
}
_numbers = itertools.count()
beside: list[Callable[[float], None]] = []
"""Told how many seconds it is later, whenever time moves: clocks of servers that an application uses."""


class Measured(NamedTuple):
    """The class of a behaviour and its seconds, as they were seen."""

    kind: str
    seconds: float | None = None


class Answer(NamedTuple):
    status: int
    json: Any


class Subject:
    """One application, fresh from its file, and a client of it that keeps cookies."""

    def __init__(self, path: Path) -> None:
        self.module = fresh(path)
        self.app = self.module.app
        self.is_flask = type(self.app).__module__.startswith("flask")
        self.client = self.new_client()

    def new_client(self) -> Any:
        if self.is_flask:
            return self.app.test_client()
        from fastapi.testclient import TestClient

        return TestClient(self.app, base_url="https://testserver")

    def ask(self, method: str, path: str, client: Any = None, **given: Any) -> Answer:
        answer = (
            (client or self.client).open(path, method=method, **given)
            if self.is_flask
            else (client or self.client).request(method, path, **given)
        )
        json = answer.get_json(silent=True) if self.is_flask else None
        if not self.is_flask and answer.headers.get("content-type", "").startswith("application/json"):
            json = answer.json()
        return Answer(answer.status_code, json)

    def sign_in(self) -> Callable[[], bool]:
        """Sign in with an empty jar; gives a function that tries the copy."""
        self.client = self.new_client()
        answer = self.ask("POST", "/login", json={"user": "ada", "password": "pw"})
        assert answer.status < 400, answer
        self.headers = headers_of(answer.json)
        self.added = added_to(answer.json)
        self.copy = self.new_client()
        if self.is_flask:
            self.paste_cookies(self.client, self.copy)
        else:
            self.copy.cookies.update(self.client.cookies)
        return self.at(self)

    def at(self, worker: Subject) -> Callable[[], bool]:
        """Tries the copy at a worker."""

        def tried() -> bool:
            thief = worker.new_client()
            if self.is_flask:
                self.paste_cookies(self.copy, thief)
            else:
                thief.cookies.update(self.copy.cookies)
            return worker.ask("GET", f"/me{self.added}", thief, headers=self.headers).status == 200

        return tried

    def paste_cookies(self, source: Any, to: Any) -> None:
        for cookie in list(source._cookies.values()):
            to.set_cookie(cookie.key, cookie.value, domain=cookie.domain, path=cookie.path)

    def offers(self, end: str) -> bool:
        method, path = ENDS[end]
        plain = path.partition("?")[0].replace("/ada", "")
        if self.is_flask:
            rules = {rule.rule.partition("/<")[0] for rule in self.app.url_map.iter_rules()}
        else:
            from fastapi.routing import iter_route_contexts

            rules = {(each.path or "").partition("/{")[0] for each in iter_route_contexts(self.app.routes)}
        return method == "POST" and plain in rules

    def end(self, end: str, answered: Callable[[], object] = lambda: None) -> None:
        """Ends it; ``answered`` is called as soon as the answer has been sent."""
        method, path = ENDS[end]
        client = self.client
        if not self.is_flask:
            from fastapi.testclient import TestClient

            client = TestClient(
                told(self.app, answered), base_url="https://testserver", cookies=client.cookies
            )
        answer = self.ask(method, with_added(path, self.added), client, headers=self.headers)
        if self.is_flask:
            answered()
        assert answer.status < 400, (end, answer)


def told(app: Any, answered: Callable[[], object]) -> Any:
    """The application, which tells when the last of an answer is sent: tasks may go on then."""
    from starlette.concurrency import run_in_threadpool

    async def around(scope: Any, receive: Any, send: Any) -> None:
        async def sent(message: Any) -> None:
            await send(message)
            if message["type"] == "http.response.body" and not message.get("more_body"):
                await run_in_threadpool(answered)

        await app(scope, receive, sent)

    return around


def headers_of(json: Any) -> dict[str, str]:
    import base64

    if isinstance(json, dict) and "authorization" in json:
        return {"Authorization": json["authorization"]}
    if isinstance(json, dict) and "headers" in json:
        return dict(json["headers"])
    if isinstance(json, dict) and "token" in json:
        return {"Authorization": f"Bearer {json['token']}"}
    if isinstance(json, dict) and "key" in json:
        return {"X-API-Key": json["key"]}
    if isinstance(json, dict) and "basic" in json:
        return {"Authorization": "Basic " + base64.b64encode(":".join(json["basic"]).encode()).decode()}
    return {}


def added_to(json: Any) -> str:
    """What a link carries behind its path."""
    if isinstance(json, dict) and "query" in json:
        return f"?{urlencode(json['query'])}"
    return f"/{json['path']['token']}" if isinstance(json, dict) and "path" in json else ""


def with_added(path: str, added: str) -> str:
    plain, mark, query = path.partition("?")
    return f"{plain}{added}{'&' if mark and '?' in added else mark}{query}"


def fresh(path: Path) -> ModuleType:
    """The module, executed anew: no state is left of the last one."""
    import sys

    name = f"measured_{path.stem}_{next(_numbers)}"
    spec = importlib.util.spec_from_file_location(name, path)
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module  # annotations are looked up there
    try:
        spec.loader.exec_module(module)
    finally:
        del sys.modules[name]
    return module


def accepted_after(path: Path, seconds: float, end: str = "") -> bool:
    """Whether a copy is accepted so long after it was made and, right then, something ended it."""
    with kept_away(path), time_machine.travel(BEGIN, tick=False) as traveller:
        subject = Subject(path)
        tried = [subject.sign_in()]
        assert tried[0](), "the copy does not work at all"
        if not end:
            later(traveller, seconds)
            return tried[0]()
        other = subject.at(Subject(path))
        tried += [other] if other() else []
        at_once: list[bool] = []
        subject.end(end, lambda: at_once.append(not seconds and any(each() for each in tried)))
        later(traveller, seconds)
        return any(at_once) if not seconds else any(each() for each in tried)


@contextmanager
def kept_away(path: Path) -> Iterator[None]:
    """What an application keeps in a file is beside it, with `.db` behind its name: gone before and after."""
    kept = Path(f"{path}.db")
    kept.unlink(missing_ok=True)
    try:
        yield
    finally:
        kept.unlink(missing_ok=True)
        for each in beside:
            each(0)


def later(traveller: Any, seconds: float) -> None:
    traveller.move_to(BEGIN + timedelta(seconds=seconds))
    for each in beside:
        each(seconds)


def life(path: Path, end: str = "", most: float = YEARS) -> float | None:
    """The longest time after which a copy is accepted, to a thousandth; None: longer than ten years."""
    if accepted_after(path, most, end):
        return None
    low, high = 0.0, most
    while high - low > max(1.0, high / 1_000):
        middle = (low * high) ** 0.5 if low > 1 else min(high / 2, max(2.0, high**0.5))
        if not low + 0.5 < middle < high - 0.5:
            middle = (low + high) / 2
        low, high = (middle, high) if accepted_after(path, middle, end) else (low, middle)
    return high


def measure(path: Path) -> dict[str, Measured]:
    """Each end that the application offers; without a way to sign out the owner throws the credential
    away."""
    natural = life(path)
    found = {}
    with time_machine.travel(BEGIN, tick=False):
        subject = Subject(path)
        offered = {end: subject.offers(end) for end in ENDS}
    for end in ENDS:
        if not offered[end] and end != "on_revoke":
            continue
        found[end] = measured(path, end if offered[end] else "", natural)
    return found


def measured(path: Path, end: str, natural: float | None) -> Measured:
    """Late comes first: what is refused right after it was ended may be forgotten before it has run out."""
    whole = Measured("never") if natural is None else Measured("expiry", natural)
    late = YEARS if natural is None else max(0.0, natural - max(2.0, natural / 500))
    if not end or accepted_after(path, late, end):
        return whole
    return (
        Measured("bounded", life(path, end, late)) if accepted_after(path, 0, end) else Measured("immediate")
    )
