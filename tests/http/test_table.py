"""One HTTP behaviour: every row of the table gets the same answer from every face."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import replace
from itertools import count
from pathlib import Path
from secrets import token_urlsafe
from typing import Any

import pytest
from tests.http.callers import CALLERS
from tests.http.differences import DIFFERENCES, OTHERWISE, Differs, Otherwise, otherwise
from tests.http.faces import FACES
from tests.http.sites import Site
from tests.http.table import ROWS, Row
from tests.http.wire import OF_THE_SERVER, Answer, Lines, send

from rescind.transport.problem import STATUS
from rescind.web.surface import ROUTES

ROOT = Path(__file__).parents[2]
SECRET = token_urlsafe(32)
SITES: dict[str, dict[str, Any]] = {
    "plain": {"url": "memory://"},
    "page": {"url": "memory://", "sign_in_url": "/sign-in"},
    "dev": {"url": "memory://", "cookie": "dev"},
    "trusting": {"url": "memory://", "trusted_origins": ["https://admin.example"]},
    "tokens": {"url": "memory://", "session_model": "jwt", "secret": [SECRET]},
    "away": {"url": "redis://127.0.0.1:1/0"},
}


class Sites:
    """Those that somebody asked for, running."""

    def __init__(self) -> None:
        self._open = ExitStack()
        self._made: dict[tuple[str, str], Site] = {}

    def of(self, face: str, name: str) -> Site:
        found = self._made.get((face, name))
        if found is None:
            found = self._made[face, name] = self._open.enter_context(FACES[face](**SITES[name]))
        found.resume()
        return found

    def close(self) -> None:
        self._open.close()


@pytest.fixture(scope="module")
def sites() -> Iterator[Sites]:
    made = Sites()
    yield made
    made.close()


def ask(site: Site, row: Row) -> Answer:
    lines: Lines = [*row.lines(site.address), *CALLERS[row.who](site)]
    if row.is_unsafe and not row.is_foreign:
        lines = site.from_own_page(lines)
    return send(site.address, row.method, row.path, lines, row.body)


def fate(answer: Answer) -> str:
    """What becomes of our cookie."""
    lines = answer.cookies
    if not lines:
        return "kept"
    cleared = {"Max-Age=0" in line for line in lines}
    assert len(cleared) == 1, lines
    return "cleared" if cleared.pop() else "set"


def check(row: Row, answer: Answer) -> None:
    assert answer.status == row.status, answer
    if not row.of_the_framework:
        assert answer.code == row.code or row.method == "HEAD"
    assert fate(answer) == row.cookie
    for name, value in row.answers.items():
        assert answer.one(name) == value, name
    for line in answer.cookies:
        assert {"Path=/", "HttpOnly"} <= set(line.split("; ")), line
        assert ("Secure" in line) == line.startswith("__Host-"), line
        assert answer.one("cache-control") == "no-store"
        assert "Cookie" in ", ".join(answer.all("vary"))
    if row.method == "HEAD":
        assert answer.body == b""


@pytest.mark.parametrize("differs", DIFFERENCES, ids=lambda one: one.target)
@pytest.mark.parametrize("face", FACES)
def test_where_the_faces_differ(sites: Sites, face: str, differs: Differs) -> None:
    """Exactly there, and so the page that says it is true."""
    answer = ask(sites.of(face, "plain"), Row(differs.who, differs.target, 0))
    assert answer.status == differs.statuses[face]
    assert fate(answer) == "kept"
    assert differs.target in (ROOT / "docs" / "http.md").read_text("utf-8")


@pytest.mark.parametrize("one", OTHERWISE, ids=lambda one: one.why)
def test_what_django_answers_otherwise_is_a_row(one: Otherwise) -> None:
    """No more than the page says, and nothing that is not asked any more."""
    rows = [row for part in ROWS.values() for row in part if one.rows(row)]
    assert rows
    assert one.why in " ".join((ROOT / "docs" / "http.md").read_text("utf-8").split())
    for row in rows:
        assert otherwise("django", row) is one, "one reason for a row"
        assert otherwise("flask", row) is None


def test_the_table_has_every_route_and_every_code() -> None:
    rows = [row for part in ROWS.values() for row in part]
    assert {row.code for row in rows} > {None, *STATUS}
    answered = {row.path.removeprefix("/auth") for row in rows if row.status < 400}
    asked = {row.path.removeprefix("/auth") for row in rows}
    for route in ROUTES:
        assert route.path.replace("{handle}", "nothing") in (asked if "{" in route.path else answered), route
    assert {row.who for row in rows} == set(CALLERS)
    assert {row.site for row in rows} == set(SITES)


def test_an_answer_that_differs_is_seen(sites: Sites) -> None:
    """By what the row says, or by what the other faces say."""
    row = Row("ended", "GET /me", 401, "sign_in", cookie="cleared")
    good = ask(sites.of("flask", "plain"), row)
    check(row, good)
    for at, (name, _) in enumerate(good.headers):
        without = replace(good, headers=(*good.headers[:at], *good.headers[at + 1 :]))
        assert name in OF_THE_SERVER or without.plain(host="") != good.plain(host="")
    for other in (
        replace(row, status=403),
        replace(row, code="refresh"),
        replace(row, cookie="kept"),
        replace(row, answers={"www-authenticate": None}),
    ):
        with pytest.raises(AssertionError):
            check(other, good)


@pytest.mark.parametrize("part", ROWS)
def test_every_face_gives_the_answer_of_the_table(sites: Sites, part: str) -> None:
    wrong: list[str] = []
    numbers = count(1_000_000 * (1 + list(ROWS).index(part)), 10)  # people are numbered alike on every face
    for row, number in zip(ROWS[part], numbers, strict=False):
        answers: dict[str, Any] = {}
        for face in FACES:
            differs = otherwise(face, row)
            expected = row if differs is None else replace(row, **differs.answer)
            site = sites.of(face, row.site)
            site.people = number
            answer = ask(site, row)
            try:
                check(expected, answer)
            except AssertionError as error:
                wrong.append(f"{face}: {row}: {error}")
            if differs is None:
                answers[face] = answer.plain(host=site.address)
        first, *others = answers.values()
        if not row.of_the_framework and any(one != first for one in others):
            wrong.append(f"{row}: the faces differ: {answers}")
    assert not wrong, "\n".join(wrong)
