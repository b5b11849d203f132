"""The map on a terminal, narrow and wide."""

from __future__ import annotations

import pytest
from rich.cells import cell_len
from rich.console import Console

from rescind.paths.model import Behaviour, Credential, Evidence, Map, Route
from rescind.paths.table import show

AT_ONCE = Behaviour("immediate", "it is looked up in SESSIONS on each request: shop/auth.py:12")
LATER = Behaviour("expiry", "it carries its own end", 1_800.0)
NEVER = Behaviour("never", "nothing about it has an end")
OPEN = Behaviour("n/a", "anybody may ask")


def credential(name: str, behaviour: Behaviour) -> Credential:
    return Credential(name, "jwt", 1_800.0, behaviour, behaviour, NEVER, OPEN, (Evidence("a.py", 1, "read"),))


def route(
    path: str, accepts: str, behaviour: Behaviour, audience: str = "user", *, protected: bool = True
) -> Route:
    accepted = (accepts,) if accepts else ()
    return Route("GET", path, "shop.view", "shop/views.py", 12, protected, "credential", accepted, ("jwt",),
    audience,
                 behaviour, behaviour)  # fmt: skip


DRAWN = Map(
    "shop.main:app", "fastapi",
    {"bearer": credential("bearer", LATER), "cookie:sid": credential("cookie:sid", AT_ONCE)},
    (
        route("/api/a-very-long-path/with/{many}/{parameters}/that/does/not/fit/anywhere/at/all", "bearer",
        LATER, "api"), route("/me", "cookie:sid", AT_ONCE), route("/admin/\x1b[31mpeople", "cookie:sid",
        AT_ONCE, "admin"), route("/", "", OPEN, "public", protected=False),
    ),
    ("importing shop.main:app printed 12 bytes",),
)  # fmt: skip


def shown(width: int) -> list[str]:
    console = Console(width=width, color_system=None)
    with console.capture() as captured:
        show(DRAWN, console)
    return captured.get().splitlines()


@pytest.mark.parametrize("width", [60, 80, 140, 200])
def test_no_line_is_wider_than_the_terminal(width: int) -> None:
    lines = shown(width)
    assert max(map(cell_len, lines)) <= width
    assert "\x1b" not in "".join(lines)


def test_what_it_says() -> None:
    lines = [" ".join(line.split()) for line in shown(140)]
    assert "shop.main:app fastapi 4 routes" in lines
    assert "note importing shop.main:app printed 12 bytes" in lines
    assert "bearer jwt 30 min 30 min never -" in lines
    assert "cookie:sid jwt at once at once never -" in lines
    assert (
        lines.index("open until it runs out 1")
        < lines.index("shut at once 2")
        < lines.index("open to anybody 1")
    )
    assert "user GET /me cookie:sid shop/views.py:12" in lines
    assert lines[-1] == "1 open until it runs out · 2 shut at once · 1 open to anybody"
