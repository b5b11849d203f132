"""Who sends a request: what it presents, made anew for each request."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from tests.http.sites import ADA, Site
from tests.http.wire import Lines

from rescind import Rescind
from rescind.model.session import Issued

Caller = Callable[[Site], Lines]


def cookie_of(site: Site, *tokens: str) -> Lines:
    name = (site.engine.settings.cookie == "dev" and "rescind-dev") or "__Host-rescind"
    return [("Cookie", "; ".join(["theme=dark", *(f"{name}={token}" for token in tokens)]))]


def bearer(token: str) -> Lines:
    return [("Authorization", f"Bearer {token}")]


def start(site: Site, *roles: str) -> Issued[int]:
    return site.engine.sessions.start(site.somebody(*roles))


def ended(site: Site) -> str:
    issued = start(site)
    site.engine.revoke(session=issued.session.id, reason="over")
    return issued.token


def suspended(site: Site) -> str:
    issued = start(site)
    site.engine.principals.set(issued.session.principal_id, active=False, reason="under investigation")
    return issued.token


def rotated(site: Site) -> str:
    """A token whose session goes on under another."""
    issued = start(site)
    site.engine.sessions.rotate(issued.session)
    return issued.token


def stale(site: Site, *roles: str) -> str:
    """Of somebody who proved who they are too long ago for ``fresh``."""
    issued = start(site, *roles)
    site.clock.advance(minutes=6)
    return issued.token


def forgotten(site: Site) -> str:
    """Idle for longer than a session may be."""
    issued = start(site)
    site.clock.advance(days=8)
    return issued.token


def unread() -> str:
    """A token whose form is right, of a session that no site here has."""
    with Rescind("memory://") as elsewhere:
        return elsewhere.sessions.start("ada").token


def signed(site: Site) -> Issued[int]:
    return site.engine.sessions.start(ADA)


def refreshing(site: Site) -> Lines:
    """A browser that holds both cookies of signed tokens."""
    issued = signed(site)
    assert issued.refresh_token is not None
    pairs = f"__Host-rescind={issued.token}; __Host-rescind-refresh={issued.refresh_token}"
    return [("Cookie", pairs)]


def later(site: Site, lines: Lines) -> Lines:
    """The same when the access token has ended."""
    site.clock.advance(minutes=6)
    return lines


def twice(site: Site, *, same: bool) -> Lines:
    one = start(site).token
    return cookie_of(site, one, one if same else start(site).token)


def both(site: Site, *, of_two: bool) -> Lines:
    """A bearer and a cookie, of one person or of two."""
    one = start(site)
    who = site.somebody() if of_two else one.session.principal_id
    return [*bearer(one.token), *cookie_of(site, site.engine.sessions.start(who).token)]


CALLERS: Mapping[str, Caller] = {
    "nobody": lambda _: (),
    "browser": lambda site: cookie_of(site, start(site).token),
    "program": lambda site: bearer(start(site).token),
    "ada": lambda site: cookie_of(site, signed(site).token),
    "ada's program": lambda site: bearer(signed(site).token),
    "finance": lambda site: cookie_of(site, start(site, "finance").token),
    "stale finance": lambda site: cookie_of(site, stale(site, "finance")),
    "stale finance's program": lambda site: bearer(stale(site, "finance")),
    "ended": lambda site: cookie_of(site, ended(site)),
    "ended program": lambda site: bearer(ended(site)),
    "suspended": lambda site: cookie_of(site, suspended(site)),
    "rotated": lambda site: cookie_of(site, rotated(site)),
    "forgotten": lambda site: cookie_of(site, forgotten(site)),
    "junk": lambda site: cookie_of(site, "junk"),
    "empty cookie": lambda site: cookie_of(site, ""),
    "cookie of 9000 bytes": lambda site: cookie_of(site, "x" * 9000),
    "junk program": lambda _: bearer("junk"),
    "bearer of 9000 bytes": lambda _: bearer("x" * 9000),
    "bearer without a token": lambda _: [("Authorization", "Bearer")],
    "basic": lambda site: [("Authorization", "Basic YTpi"), *cookie_of(site, start(site).token)],
    "cookie twice": lambda site: twice(site, same=True),
    "two cookies": lambda site: twice(site, same=False),
    "two lines of authorization": lambda site: [*bearer(start(site).token), *bearer(start(site).token)],
    "bearer and cookie of one": lambda site: both(site, of_two=False),
    "bearer and cookie of two": lambda site: both(site, of_two=True),
    "bearer and a dead cookie": lambda site: [*bearer(start(site).token), *cookie_of(site, ended(site))],
    "dead bearer and a cookie": lambda site: [*bearer(ended(site)), *cookie_of(site, start(site).token)],
    "cookie unread": lambda site: cookie_of(site, unread()),
    "program unread": lambda _: bearer(unread()),
    "refreshing": refreshing,
    "refreshing later": lambda site: later(site, refreshing(site)),
    "program later": lambda site: later(site, bearer(signed(site).token)),
}
