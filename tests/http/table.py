"""The table: a request, and what every face answers. ``docs/http.md`` and ``docs/errors.md`` say the same."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal
from urllib.parse import urlencode

from tests.http.sites import LOGIN, PASSWORD
from tests.http.wire import Lines

Cookie = Literal["kept", "set", "cleared"]
JSON = {"Content-Type": "application/json"}
FORM = {"Content-Type": "application/x-www-form-urlencoded"}
PAGE = {"Accept": "text/html,application/xhtml+xml;q=0.9,*/*;q=0.8"}
SAME, CROSS = {"Sec-Fetch-Site": "same-origin"}, {"Sec-Fetch-Site": "cross-site"}
GOOD = {"login": LOGIN, "password": PASSWORD}
BEARER = "Bearer"
INVALID = 'Bearer error="invalid_token"'
STEP_UP = 'Bearer error="insufficient_user_authentication", max_age=300'


@dataclass(frozen=True)
class Row:
    """One request and its answer.

    Attributes:
        who: sends it; see ``tests.http.callers``.
        target: method and path.
        status, code: of the answer; ``None`` is no refusal of ours.
        cookie: what becomes of our cookie.
        sends: header lines; ``ORIGIN`` stands for the site's own.
        answers: header lines that the answer must have; ``None`` for one that it must not have.
        site: with which settings.
        of_the_framework: the answer is the framework's own beyond its status.
    """

    who: str
    target: str
    status: int
    code: str | None = None
    cookie: Cookie = "kept"
    sends: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""
    answers: Mapping[str, str | None] = field(default_factory=dict)
    site: str = "plain"
    of_the_framework: bool = False

    def __str__(self) -> str:
        extra = " ".join(f"{name}={value[:24]}" for name, value in self.sends.items())
        return f"{self.site}: {self.who} {self.target} {extra} {self.body[:24]!r}"

    @property
    def method(self) -> str:
        return self.target.partition(" ")[0]

    @property
    def path(self) -> str:
        return self.target.partition(" ")[2]

    @property
    def is_unsafe(self) -> bool:
        return self.method not in {"GET", "HEAD", "OPTIONS"}

    @property
    def is_foreign(self) -> bool:
        """Whether a page of another site, which nobody trusts, has sent it."""
        if self.site == "trusting":
            return False
        site, origin = self.sends.get("Sec-Fetch-Site"), self.sends.get("Origin")
        return site not in {None, "same-origin", "none"} or (site is None and origin not in {None, "ORIGIN"})

    def lines(self, address: str) -> Lines:
        return [(name, value.replace("ORIGIN", f"http://{address}")) for name, value in self.sends.items()]


def posted(
    who: str, path: str, fields: Mapping[str, Any], status: int, code: str | None = None, **more: Any
) -> Row:
    """A body of JSON."""
    sends = {**JSON, **more.pop("sends", {})}
    return Row(who, f"POST {path}", status, code, sends=sends, body=json.dumps(fields).encode(), **more)


def filled(
    who: str, path: str, fields: Mapping[str, str], status: int, code: str | None = None, **more: Any
) -> Row:
    """A form."""
    sends = {**FORM, **more.pop("sends", {})}
    return Row(who, f"POST {path}", status, code, sends=sends, body=urlencode(fields).encode(), **more)


def who_decides() -> Iterator[Row]:
    """Which credential decides (docs/http.md, the first table), on a route that asks for a session."""
    me = "GET /me"
    for who in ("browser", "program", "cookie twice", "bearer and cookie of one", "bearer and a dead cookie"):
        yield Row(who, me, 200)
    told = {"www-authenticate": BEARER, "cache-control": "no-store"}
    for who in (
        "ended",
        "suspended",
        "forgotten",
        "junk",
        "cookie unread",
        "cookie of 9000 bytes",
    ):
        yield Row(who, me, 401, "sign_in", cookie="cleared", answers=told)
    yield Row("rotated", me, 401, "sign_in", answers=told)  # the browser may hold the successor by then
    yield Row("two cookies", me, 401, "sign_in", cookie="cleared", answers=told)
    for who in ("nobody", "empty cookie"):
        yield Row(who, me, 401, "sign_in", answers=told)
    told = {**told, "www-authenticate": INVALID}
    for who in (
        "ended program", "junk program", "bearer of 9000 bytes", "bearer without a token", "basic",
        "two lines of authorization", "bearer and cookie of two", "dead bearer and a cookie",
    ):  # fmt: skip
        yield Row(who, me, 401, "sign_in", answers=told)
    yield Row("browser", "GET /strict", 200)
    yield Row("ended", "GET /strict", 401, "sign_in", cookie="cleared")
    yield Row("finance", "POST /payouts", 200)
    yield Row("browser", "POST /payouts", 403, "forbidden", answers={"www-authenticate": None})
    yield Row("stale finance", "POST /payouts", 401, "step_up", answers={"www-authenticate": STEP_UP})
    yield Row(
        "stale finance's program", "POST /payouts", 401, "step_up", answers={"www-authenticate": STEP_UP}
    )
    yield Row("browser", "GET /numbers", 200, answers={"vary": "Cookie"})
    yield Row("program", "GET /numbers", 200, answers={"vary": None})


def anonymous() -> Iterator[Row]:
    """Where a session is not needed; who sends no credential gets no header of ours."""
    none = {"vary": None, "set-cookie": None, "cache-control": None}
    yield Row("nobody", "GET /maybe", 200, answers=none)
    yield Row("nobody", "GET /public", 200, answers=none)
    yield Row("browser", "GET /public", 200, answers=none)
    yield Row("nobody", "POST /plain", 200, answers=none)
    yield Row("browser", "GET /maybe", 200, answers={"vary": "Cookie"})
    for who in ("ended", "junk", "suspended", "forgotten", "cookie unread"):
        yield Row(who, "GET /maybe", 200)
    for who in (
        "ended program",
        "junk program",
        "basic",
        "bearer and cookie of two",
        "two lines of authorization",
    ):
        yield Row(who, "GET /maybe", 401, "sign_in")
    yield Row("two cookies", "GET /maybe", 401, "sign_in", cookie="cleared")


def cross_site() -> Iterator[Row]:
    """docs/http.md, cross-site requests: outcomes, for every unsafe route of the application and of ours."""
    passes: list[Mapping[str, str]] = [
        {}, SAME, {"Sec-Fetch-Site": "none"}, {"Origin": "ORIGIN"}, {**SAME, "Origin": "https://evil.example"},
    ]  # fmt: skip
    fails: list[Mapping[str, str]] = [
        CROSS, {"Sec-Fetch-Site": "same-site"}, {"Origin": "https://evil.example"}, {"Origin": "null"},
        {**CROSS, "Origin": "ORIGIN"}, {"Sec-Fetch-Site": "junk"},
    ]  # fmt: skip
    for sends in passes:
        yield Row("browser", "POST /plain", 200, sends=sends)
        yield posted("nobody", "/auth/sign-in", GOOD, 200, cookie="set", sends=sends)
        yield Row("browser", "POST /auth/sign-out", 204, cookie="cleared", sends=sends)
    for sends in fails:
        yield Row("browser", "POST /plain", 403, "csrf", sends=sends)
        yield Row("finance", "POST /payouts", 403, "csrf", sends=sends)
        yield Row("nobody", "POST /plain", 200, sends=sends)
        yield Row("program", "POST /plain", 200, sends=sends)
        yield Row("browser", "GET /me", 200, sends=sends)
        yield posted("nobody", "/auth/sign-in", GOOD, 403, "csrf", sends=sends)
        yield Row("browser", "POST /auth/sign-out", 403, "csrf", sends=sends)
        yield Row("program", "POST /auth/sign-out", 204, sends=sends)
        yield Row("browser", "POST /auth/sessions/revoke", 403, "csrf", sends=sends)
        yield Row("nobody", "POST /login/9", 403, "csrf", sends=sends)
    for sends in ({**CROSS, "Origin": "https://admin.example"}, {"Origin": "https://admin.example"}):
        yield Row("browser", "POST /plain", 200, sends=sends, site="trusting")
        yield posted("nobody", "/auth/sign-in", GOOD, 200, cookie="set", sends=sends, site="trusting")


def the_way_in() -> Iterator[Row]:
    """Sign in, sign out, prove it again (API, the routes)."""
    set_ = {"cache-control": "no-store"}
    yield posted("nobody", "/auth/sign-in", GOOD, 200, cookie="set", answers=set_)
    yield posted("browser", "/auth/sign-in", GOOD, 200, cookie="set", answers=set_)
    yield posted("nobody", "/auth/sign-in", {**GOOD, "transport": "bearer"}, 200)
    for wrong in ({"password": "wrong"}, {"login": "nobody@example.com"}, {"password": ""}):
        yield posted("nobody", "/auth/sign-in", {**GOOD, **wrong}, 401, "sign_in")
        yield posted("browser", "/auth/sign-in", {**GOOD, **wrong}, 401, "sign_in")
        yield filled("nobody", "/auth/sign-in", {**GOOD, **wrong}, 401, "sign_in")
        yield filled("nobody", "/auth/sign-in", {**GOOD, **wrong}, 401, sends=PAGE)
    leads = {
        "/me?x=1": "/me?x=1",
        "https://evil.example": "/",
        "//evil.example": "/",
        "/%09/evil.example": "/",
    }
    for next_, location in leads.items():
        sent = {**GOOD, "next": next_}
        yield filled("nobody", "/auth/sign-in", sent, 303, cookie="set", answers={"location": location})
    yield Row("nobody", "POST /auth/sign-out", 204, cookie="cleared")
    yield Row("ended", "POST /auth/sign-out", 204, cookie="cleared")
    yield Row("program", "POST /auth/sign-out", 204)
    yield filled(
        "browser", "/auth/sign-out", {"next": "/bye"}, 303, cookie="cleared", answers={"location": "/bye"}
    )
    yield posted("ada", "/auth/step-up", {"password": PASSWORD}, 200, cookie="set")
    yield posted("ada", "/auth/step-up", {"password": "wrong"}, 401, "step_up")
    yield posted("ada's program", "/auth/step-up", {"password": PASSWORD}, 200)
    yield posted("nobody", "/auth/step-up", {"password": PASSWORD}, 401, "sign_in")
    yield Row("nobody", "POST /login/9", 200, cookie="set", answers={**set_, "vary": "Cookie"})
    yield Row("browser", "POST /logout", 200, cookie="cleared", answers={**set_, "vary": "Cookie"})
    yield posted("nobody", "/auth/sign-in", GOOD, 200, cookie="set", site="dev")
    yield Row("browser", "POST /auth/sign-out", 204, cookie="cleared", site="dev")
    yield Row("nobody", "POST /login/9", 200, cookie="set", site="dev")


def ones_own() -> Iterator[Row]:
    """What people see of their sessions, and end."""
    for who in ("browser", "program"):
        yield Row(who, "GET /auth/session", 200, answers={"cache-control": "no-store"})
        yield Row(who, "GET /auth/sessions", 200, answers={"cache-control": "no-store"})
        yield Row(who, "DELETE /auth/sessions/nothing", 404, "not_found")
        yield Row(who, "POST /auth/sessions/revoke", 200)
        yield posted(who, "/auth/sessions/revoke", {"keep_current": True}, 200)
    yield posted("browser", "/auth/sessions/revoke", {"keep_current": False}, 200, cookie="cleared")
    for target in (
        "GET /auth/session",
        "GET /auth/sessions",
        "POST /auth/sessions/revoke",
        "DELETE /auth/sessions/x",
    ):
        yield Row("nobody", target, 401, "sign_in")
        yield Row("ended", target, 401, "sign_in", cookie="cleared")
        yield Row("ended program", target, 401, "sign_in")
        yield Row("bearer and cookie of two", target, 401, "sign_in")


def bodies() -> Iterator[Row]:
    """Bodies that cannot be read are refused by size, type and content, in this order."""
    for path in ("/auth/sign-in", "/auth/sign-out", "/auth/sessions/revoke", "/auth/step-up"):
        for body in (b"{", b"[]", b'{"unknown": 1}', b"\xff\xfe", b"[" * 9000, b'{"password": []}'):
            yield Row("ada", f"POST {path}", 400, "invalid", sends=JSON, body=body)
        for type_ in ("text/plain", "multipart/form-data; boundary=x", "application/json-seq", ""):
            sends = {"Content-Type": type_} if type_ else {}
            yield Row("ada", f"POST {path}", 415, "unsupported_media_type", sends=sends, body=b"{}")
        for sends in (JSON, FORM, {"Content-Type": "text/plain"}):
            yield Row("ada", f"POST {path}", 413, "too_large", sends=sends, body=b"x" * 20_000)
    yield Row("nobody", "POST /auth/sign-in", 400, "invalid")
    double = b"login=a&login=b&password=c"
    yield Row("nobody", "POST /auth/sign-in", 400, "invalid", sends=FORM, body=double)
    yield Row("nobody", "POST /auth/sign-in", 400, "invalid", sends=FORM, body="login=ä".encode())
    charset = {"Content-Type": "application/json; charset=utf-8"}
    sent = json.dumps(GOOD).encode()
    yield Row("nobody", "POST /auth/sign-in", 200, cookie="set", sends=charset, body=sent)


def methods() -> Iterator[Row]:
    """Other methods at our paths, and paths beside ours."""
    for path, allow in (
        ("/auth/sign-in", "POST"), ("/auth/sign-out", "POST"), ("/auth/step-up", "POST"),
        ("/auth/sessions/revoke", "POST"), ("/auth/sessions/x", "DELETE"),
        ("/auth/session", "GET, HEAD"), ("/auth/sessions", "GET, HEAD"),
    ):  # fmt: skip
        for method in {"GET", "PUT", "PATCH", "DELETE", "OPTIONS", "POST"} - set(allow.split(", ")):
            for who in ("browser", "nobody"):
                told = {"allow": allow, "cache-control": "no-store"}
                yield Row(who, f"{method} {path}", 405, "method_not_allowed", answers=told)
    for target in ("HEAD /auth/session", "HEAD /auth/sessions"):
        yield Row("browser", target, 200)
    yield Row("nobody", "HEAD /auth/session", 401)
    yield Row("ended", "HEAD /auth/session", 401, cookie="cleared")
    yield Row("nobody", "HEAD /auth/sign-in", 405)
    for path in ("/auth", "/auth/", "/auth/nothing", "/authority", "/auth/sessions/a/b", "/auth/refresh"):
        yield Row("browser", f"GET {path}", 404, of_the_framework=True)
        yield Row("browser", f"POST {path}", 404, of_the_framework=True)
    yield Row("browser", "POST /auth/nothing", 403, "csrf", sends=CROSS)


def pages() -> Iterator[Row]:
    """JSON, a page or a way on, by who asks (docs/http.md)."""
    for who, cookie in (("nobody", "kept"), ("ended", "cleared")):
        told: dict[str, Any] = {"cookie": cookie, "sends": PAGE}
        for target in ("GET /me?a=1", "GET /auth/session"):
            yield Row(who, target, 401, **told, answers={"content-type": "text/html; charset=utf-8"})
        yield Row(
            who,
            "GET /me?a=1&b=%2F",
            303,
            **told,
            site="page",
            answers={"location": "/sign-in?next=/me%3Fa%3D1%26b%3D%252F"},
        )
    yield Row("ended program", "GET /me", 401, "sign_in", sends=PAGE, site="page")
    yield Row("nobody", "POST /payouts", 401, "sign_in", sends=PAGE, site="page")
    yield Row("stale finance", "POST /payouts", 401, "step_up", sends=PAGE, site="page")
    htmx = {"HX-Request": "true", "HX-Current-URL": "ORIGIN/list?page=2"}
    yield Row(
        "nobody",
        "GET /me",
        401,
        "sign_in",
        sends=htmx,
        site="page",
        answers={"hx-redirect": "/sign-in?next=/list%3Fpage%3D2"},
    )
    yield Row("nobody", "GET /me", 401, "sign_in", sends=htmx, answers={"hx-redirect": None})
    yield Row("ended", "POST /payouts", 401, "sign_in", cookie="cleared", sends=htmx, site="page")
    for accept in ("*/*", "application/json", "text/html;q=0.5, application/json"):
        yield Row("nobody", "GET /me", 401, "sign_in", sends={"Accept": accept}, site="page")


def tokens() -> Iterator[Row]:
    """Signed tokens: two cookies, and the way to renew the first."""
    site: dict[str, Any] = {"site": "tokens"}
    yield posted("nobody", "/auth/sign-in", GOOD, 200, cookie="set", **site)
    yield posted("nobody", "/auth/sign-in", {**GOOD, "transport": "bearer"}, 200, **site)
    yield Row("refreshing", "GET /me", 200, **site)
    yield Row("refreshing", "POST /auth/refresh", 200, cookie="set", **site)
    for who, says in (
        ("refreshing later", BEARER),
        ("program later", INVALID),
    ):  # only the access token ended
        yield Row(who, "GET /me", 401, "refresh", answers={"www-authenticate": says}, **site)
        yield Row(who, "GET /maybe", 401, "refresh", **site)
        yield Row(who, "GET /auth/session", 401, "refresh", **site)
    yield Row("refreshing later", "GET /maybe", 200, sends=PAGE, **site)  # a page cannot refresh by itself
    yield Row("refreshing later", "POST /auth/refresh", 200, cookie="set", **site)
    yield Row("refreshing later", "POST /auth/sign-out", 204, cookie="cleared", **site)
    yield Row("refreshing", "POST /auth/refresh", 403, "csrf", sends=CROSS, **site)
    yield Row("nobody", "POST /auth/refresh", 401, "sign_in", **site)
    yield Row("refreshing", "GET /auth/refresh", 405, "method_not_allowed", answers={"allow": "POST"}, **site)
    yield posted("nobody", "/auth/refresh", {"refresh_token": "junk"}, 401, "sign_in", **site)
    yield Row("program", "POST /auth/refresh", 400, "invalid", **site)
    yield Row("refreshing", "POST /auth/sign-out", 204, cookie="cleared", **site)
    public = {"cache-control": "public, max-age=300", "content-type": "application/json", "set-cookie": None}
    yield Row("browser", "GET /.well-known/jwks.json", 200, answers=public, **site)
    yield Row("nobody", "HEAD /.well-known/jwks.json", 200, **site)
    yield Row("nobody", "GET /.well-known/jwks.json", 404, of_the_framework=True)


def away() -> Iterator[Row]:
    """The authority cannot be reached: 503 for whoever presents something, and the cookie stays."""
    told = {"retry-after": "1", "cache-control": "no-store", "www-authenticate": None}
    more: dict[str, Any] = {"answers": told, "site": "away"}
    for who in ("cookie unread", "program unread"):
        for target in (
            "GET /me",
            "GET /strict",
            "GET /maybe",
            "POST /payouts",
            "GET /auth/session",
            "POST /auth/sign-out",
        ):
            yield Row(who, target, 503, "unavailable", **more)
    yield Row("nobody", "POST /login/9", 503, "unavailable", **more)
    yield Row("nobody", "GET /me", 401, "sign_in", site="away")
    yield Row("nobody", "GET /maybe", 200, site="away")
    yield Row("cookie unread", "GET /public", 200, site="away")
    yield Row("junk", "GET /me", 401, "sign_in", cookie="cleared", site="away")
    yield posted("nobody", "/auth/sign-in", GOOD, 503, "unavailable", **more)


PARTS = (who_decides, anonymous, cross_site, the_way_in, ones_own, bodies, methods, pages, tokens, away)
ROWS = {part.__name__: list(part()) for part in PARTS}
