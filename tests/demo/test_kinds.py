"""Every cell of the second table has a drill that can run, with people that no other drill has."""

from __future__ import annotations

import re
from collections import Counter

import pytest

from rescind.demo.kinds import KINDS, ORDINARY, OURS, WAYS, Kind, plan
from rescind.demo.rows import ROWS
from rescind.demo.servers import SITES, Servers
from rescind.drill.names import check_names

SERVED = Servers({site.name: 1 for site in SITES}, {})


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.key)
def test_every_way_that_there_is_can_be_drilled(kind: Kind) -> None:
    there = []
    for way in WAYS:
        made = plan(kind, way, SERVED)
        if made is not None:
            there.append(way)
            check_names(made)
            assert made.end[0].bound_s == 0
            assert made.run.trials == kind.trials
            assert (made.end[0].actor is None) == (way == "sign out")
    assert there == ([*WAYS] if kind.ours else ["sign out", "password", "disabled"])


def test_no_two_drills_have_somebody_in_common() -> None:
    users: Counter[str] = Counter(f"{row.number}" for row in ROWS)
    for kind in KINDS:
        for way in WAYS:
            made = plan(kind, way, SERVED)
            if made is not None:
                user = str(made.vars["user"])
                assert re.fullmatch(r"\d+\{trial\}|person-\d\{trial\}@example.com", user)
                users[user] += 1
                assert made.actors["admin"].vars["user"] != user
    assert set(users.values()) == {1}
    numbers = [str(number) for number in (*(row.number for row in ROWS), *(kind.number for kind in KINDS))]
    assert len(set(numbers)) == len(numbers)
    assert {len(number) for number in numbers} == {2}, "none begins another"


def test_every_framework_is_there_and_ours_come_first() -> None:
    assert KINDS == OURS + ORDINARY
    assert all(kind.ours for kind in OURS) and not any(kind.ours for kind in ORDINARY)
    assert {kind.site.label for kind in OURS} == {"FastAPI", "Flask", "Django"}
    assert {kind.as_row for kind in KINDS if kind.as_row} == {row.key for row in ROWS if row.ours}
