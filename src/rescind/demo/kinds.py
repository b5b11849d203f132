"""The rows and columns of the second table: kinds of sessions by framework, and ways to end access.

A cell is one drill: somebody signs in, the copy is taken, access is ended in one way, the copy is tried. Each
cell has people of its own. What a framework has no such thing for has no cell.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from rescind.demo.rows import ANSWERS_WITHIN_SECONDS, CONNECTIONS, PROBES_PER_SECOND, WATCH_SECONDS
from rescind.demo.servers import DJANGO, FASTAPI, FLASK, STOCK, Servers, Site
from rescind.demo.sites.peers import TOKEN_SECONDS
from rescind.demo.sites.people import ADMIN, PASSWORD, address
from rescind.drill.plan import (
    Actor,
    Capture,
    Copy,
    End,
    Match,
    Plan,
    Probe,
    Run,
    SignIn,
    Step,
    Target,
    WorkerName,
)

WAYS = ("sign out", "end one", "end all", "password", "disabled")
"""The first by themselves, the next three from another browser of theirs, the last by somebody else."""
OUR_TRIALS = 4
ORDINARY_TRIALS = 2
OURS_COOKIE = "__Host-rescind"
NEW_PASSWORD = "nine-lamps-plum-tractor"  # noqa: S105 - of people who exist while the demo runs
NOBODY = (Match(status=401),)


@dataclass(frozen=True, slots=True)
class Ends:
    """How one kind of session is made, asked with, and ended."""

    sign_in: SignIn
    probe: Probe
    ways: Mapping[str, tuple[Step, ...]]


@dataclass(frozen=True, slots=True)
class Kind:
    """One row. `path` is where its pages are; `number` begins the ids of its people, and no other's.

    `as_row`: the row of the first table that has measured its sign-out. `life`: seconds that a copy is good
    for when nobody ends it, where the application says so.
    """

    key: str
    label: str
    site: Site
    path: str
    number: int
    ours: bool
    ends: Callable[[Kind], Ends]
    as_row: str = ""
    life: Callable[[], float] | None = None

    @property
    def trials(self) -> int:
        """Of each way."""
        return OUR_TRIALS if self.ours else ORDINARY_TRIALS


def ours(kind: Kind) -> Ends:
    """Sign-out and sessions by the routes that rescind brings, which are the same in every framework.

    Django's own rule against forged requests wants its token with each of them.
    """
    auth = "/auth" if kind.path == "/rescind" else f"{kind.path}/auth"
    token = {"csrf": Capture(cookie="csrftoken")} if kind.site is DJANGO else {}
    headers = {"X-CSRFToken": "{csrf}"} if token else {}
    session = Step(get=f"{auth}/session", capture={"handle": Capture(json="/handle"), **token})
    return Ends(
        sign_in=SignIn(steps=(_sign_in(kind), session), copy=Copy(cookies=(OURS_COOKIE,))),
        probe=_note(kind),
        ways={
            "sign out": (Step(post=f"{auth}/sign-out", headers=headers, expect=204),),
            "end one": (Step(delete=f"{auth}/sessions/{{owner.handle}}", headers=headers, expect=200),),
            "end all": (Step(post=f"{auth}/sessions/revoke", json={}, headers=headers, expect=200),),
            **_password_and_account(kind, headers),
        },
    )


def ordinary(cookie: str) -> Callable[[Kind], Ends]:
    """Sessions of a framework by themselves: nobody can see or end those of another browser."""

    def ends(kind: Kind) -> Ends:
        sign_out = Step(post=f"{kind.path}/sign-out", expect=200)
        return Ends(
            sign_in=SignIn(steps=(_sign_in(kind),), copy=Copy(cookies=(cookie,))),
            probe=_note(kind),
            ways={"sign out": (sign_out,), **_password_and_account(kind)},
        )

    return ends


def of_fastapi_users(kind: Kind) -> Ends:
    """fastapi-users with its own routers."""
    form = {"username": "{user}", "password": PASSWORD}
    token = {"token": Capture(json="/access_token")}
    bearer = {"Authorization": "Bearer {token}"}
    password, disabled = {"password": NEW_PASSWORD}, {"is_active": False}
    me, owner = f"{kind.path}/users/me", f"{kind.path}/users/{{owner.user}}"
    return Ends(
        sign_in=SignIn(
            steps=(Step(post=f"{kind.path}/auth/login", form=form, capture=token),),
            copy=Copy(header="Authorization", value="Bearer {token}"),
        ),
        probe=Probe(get=me, accepted=Match(status=200, json={"/email": "{user}"}), refused=NOBODY),
        ways={
            "sign out": (Step(post=f"{kind.path}/auth/logout", headers=bearer, expect=(200, 204)),),
            "password": (Step(patch=me, headers=bearer, json=password, expect=200),),
            "disabled": (Step(patch=owner, headers=bearer, json=disabled, expect=200),),
        },
    )


def of_a_flask_cookie() -> float:
    """Seconds that Flask honours the cookie of its session after it was signed."""
    from flask import Flask  # late: it takes a while, and servers start

    return float(Flask.default_config["PERMANENT_SESSION_LIFETIME"].total_seconds())


def _sign_in(kind: Kind) -> Step:
    return Step(post=f"{kind.path}/sign-in", json={"user": "{user}"}, expect=200)


def _note(kind: Kind) -> Probe:
    accepted = Match(status=200, json={"/user": "{user}"})
    return Probe(get=f"{kind.path}/note", accepted=accepted, refused=NOBODY)


def _password_and_account(
    kind: Kind, headers: Mapping[str, str] | None = None
) -> dict[str, tuple[Step, ...]]:
    new, owner = {"password": NEW_PASSWORD}, {"user": "{owner.user}"}
    return {
        "password": (Step(post=f"{kind.path}/password", json=new, headers=headers or {}, expect=200),),
        "disabled": (Step(post=f"{kind.path}/disable", json=owner, headers=headers or {}, expect=200),),
    }


OURS = (
    Kind("django", "Django · database", DJANGO, "/rescind", 11, True, ours),
    Kind("flask", "Flask · database", FLASK, "/rescind", 12, True, ours),
    Kind("flask-redis", "Flask · redis", FLASK, "/redis", 13, True, ours),
    Kind("flask-jwt", "Flask · jwt", FLASK, "/jwt", 14, True, ours),
    Kind("fastapi", "FastAPI · database", FASTAPI, "/rescind", 15, True, ours, "rescind"),
    Kind("fastapi-redis", "FastAPI · redis", FASTAPI, "/redis", 16, True, ours, "redis"),
    Kind("fastapi-jwt", "FastAPI · jwt", FASTAPI, "/jwt", 17, True, ours, "jwt"),
)
IN_DJANGO, IN_FLASK = ordinary("sessionid"), ordinary("session")
ORDINARY = (
    Kind("stock-db", "Django, db", STOCK, "/db", 21, False, IN_DJANGO),
    Kind("stock-shared", "Django, cached_db, Redis", STOCK, "/shared", 22, False, IN_DJANGO),
    Kind("stock-local", "Django, cached_db, locmem", STOCK, "/local", 23, False, IN_DJANGO),
    Kind("flask-login", "Flask-Login", FLASK, "/flask-login", 24, False, IN_FLASK, life=of_a_flask_cookie),
    Kind("fastapi-users", "fastapi-users, JWT", FASTAPI, "/fastapi-users", 25, False, of_fastapi_users,
         life=lambda: TOKEN_SECONDS),
)  # fmt: skip
KINDS = OURS + ORDINARY


def plan(kind: Kind, way: str, served: Servers) -> Plan | None:
    """The drill of one cell, None where there is no such way."""
    ends = kind.ends(kind)
    if way not in ends.ways:
        return None
    number = WAYS.index(way) + 1
    admin, user = f"{kind.number}{number}0", f"{kind.number}{number}{{trial}}"
    if kind.ends is of_fastapi_users:
        admin, user = ADMIN, address(f"{number}{{trial}}")
    actor = {"end one": "elsewhere", "end all": "elsewhere", "password": "elsewhere", "disabled": "admin"}
    return Plan(
        target=Target(
            bases=(served.base(kind.site.name),),
            rate=kind.trials * PROBES_PER_SECOND,
            connections=CONNECTIONS,
            timeout=ANSWERS_WITHIN_SECONDS,
            worker=WorkerName(header="x-worker"),
        ),
        vars={"user": user},
        sign_in=ends.sign_in,
        probe=ends.probe,
        end=(End(name=f"{kind.label}: {way}", steps=ends.ways[way], actor=actor.get(way)),),
        actors={"elsewhere": Actor(vars={}), "admin": Actor(vars={"user": admin})},
        run=Run(trials=kind.trials, watch=WATCH_SECONDS),
    )
