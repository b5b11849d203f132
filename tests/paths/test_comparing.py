"""What changed from one map to the next, and that lines which move change nothing."""

from __future__ import annotations

from dataclasses import replace

from hypothesis import given, settings
from hypothesis import strategies as st
from tests.paths.maps import AT_ONCE, HOUR, MINUTE, NEVER, UNKNOWN, credential, drawn, route

from rescind.paths.comparing import Changed, compare
from rescind.paths.model import Credential, Map, Route

SID = credential("cookie:sid", AT_ONCE, mechanism="session_db")
BEARER = credential("bearer", HOUR)
BEFORE = drawn(route("/me", SID), route("/api", BEARER), route("/"), credentials=(SID, BEARER))


def changed(before: Map, after: Map) -> list[tuple[str, str, list[tuple[str, str, str, str]]]]:
    return [
        (each.sort, each.here.path, [change[:4] for change in each.changes])
        for each in compare(before, after).routes
    ]


def test_lines_that_move_and_names_of_endpoints_change_nothing() -> None:
    moved = replace(BEFORE, routes=tuple(
        replace(each, line=each.line + 7, file="shop/other.py", endpoint="x", evidence=())
        for each in BEFORE.routes
    ))  # fmt: skip
    found = compare(BEFORE, moved)
    assert (found.routes, found.credentials, found.worse) == ((), (), False)


def test_added_and_removed() -> None:
    after = drawn(route("/new"), *BEFORE.routes[1:], credentials=(SID, BEARER))
    assert changed(BEFORE, after) == [("added", "/new", []), ("removed", "/me", [])]
    assert not compare(BEFORE, after).worse


def test_protection_lost_and_gained() -> None:
    after = drawn(route("/me"), *BEFORE.routes[1:], credentials=(BEARER,))
    (lost,) = compare(BEFORE, after).routes
    assert [each[:4] for each in lost.worse] == [("worse", "protected", "protected", "open to anybody")]
    assert compare(BEFORE, after).worse and not compare(after, BEFORE).worse
    maybe = drawn(route("/me", SID, protected="conditional"), *BEFORE.routes[1:], credentials=(SID, BEARER))
    assert changed(BEFORE, maybe) == [
        ("changed", "/me", [("worse", "protected", "protected", "may be left out")])
    ]
    unread = drawn(route("/me", protected=None, worst=UNKNOWN), *BEFORE.routes[1:], credentials=(BEARER,))
    assert compare(BEFORE, unread).worse


def test_slower_and_faster() -> None:
    slow = credential("bearer", NEVER, disable=MINUTE, password=UNKNOWN, privilege=HOUR)
    after = drawn(BEFORE.routes[0], route("/api", slow), BEFORE.routes[2], credentials=(SID, slow))
    assert changed(BEFORE, after) == [
        ("changed", "/api", [
            ("worse", "on_revoke", "1 h", "never"), ("better", "on_account_disable", "1 h", "1 min"),
            ("worse", "on_password_change", "1 h", "unknown"),
        ])
    ]  # fmt: skip
    (credentials,) = compare(BEFORE, after).credentials
    assert [each.what for each in credentials.worse] == ["on_revoke", "on_password_change"]


def test_a_second_credential_is_told_and_the_route_is_as_bad_as_it() -> None:
    after = drawn(route("/me", SID, BEARER), *BEFORE.routes[1:], credentials=(SID, BEARER))
    ((_, _, changes),) = changed(BEFORE, after)
    assert ("worse", "on_revoke", "at once", "1 h") in changes
    assert ("other", "accepts", "cookie:sid (session_db)", "cookie:sid (session_db), bearer (jwt)") in changes


def test_the_numbers_behind_names_mean_nothing() -> None:
    """They go by the order of the routes, so that a new route may swap them."""
    one, two = credential("bearer", HOUR), credential("bearer 2", MINUTE)
    swapped = replace(one, name="bearer 2"), replace(two, name="bearer")
    before = drawn(route("/a", one), route("/b", two), credentials=(one, two))
    after = drawn(route("/b", swapped[1]), route("/a", swapped[0]), credentials=(swapped[1], swapped[0]))
    found = compare(before, after)
    assert (found.routes, found.credentials) == ((), ())


def test_a_longer_life_is_worse() -> None:
    after = replace(BEFORE, credentials={"cookie:sid": SID, "bearer": replace(BEARER, max_lifetime_s=None)})
    (only,) = compare(BEFORE, after).credentials
    assert [each[:4] for each in only.worse] == [("worse", "lifetime", "1 h", "no end known")]


def test_several_of_one_path_are_told_apart_by_their_endpoints() -> None:
    first, second = route("/x", SID, endpoint="a"), route("/x", BEARER, endpoint="b")
    before = drawn(first, second, credentials=(SID, BEARER))
    assert changed(before, drawn(second, first, credentials=(SID, BEARER))) == []
    assert changed(before, drawn(second, credentials=(SID, BEARER))) == [("removed", "/x", [])]


CREDENTIALS = st.builds(
    credential, st.sampled_from(["a", "b", "b 2"]), st.sampled_from([AT_ONCE, MINUTE, HOUR, NEVER, UNKNOWN])
)


@st.composite
def maps(draw: st.DrawFn) -> Map:
    some: list[Credential] = draw(st.lists(CREDENTIALS, unique_by=lambda each: each.name, max_size=3))

    def taken() -> list[Credential]:
        return draw(st.lists(st.sampled_from(some), unique_by=id, max_size=2)) if some else []

    paths = draw(st.lists(st.sampled_from(["/a", "/b"]), max_size=4))
    routes: list[Route] = [route(path, *taken(), endpoint=str(at)) for at, path in enumerate(paths)]
    return drawn(*routes, credentials=tuple(some))


@settings(max_examples=30)
@given(maps(), maps())
def test_there_and_back(one: Map, two: Map) -> None:
    assert compare(one, one).routes == () == compare(one, one).credentials
    there, back = compare(one, two).routes, compare(two, one).routes

    def count(rows: tuple[Changed[Route], ...], sort: str) -> int:
        return sum(each.sort == sort for each in rows)

    assert count(there, "added") == count(back, "removed")
    assert len(two.routes) - len(one.routes) == count(there, "added") - count(there, "removed")
