"""Where a behaviour stands in the picture: never in a column that is quicker than it."""

from __future__ import annotations

from math import inf
from xml.etree import ElementTree as ET

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.paths.maps import AT_ONCE, HOUR, MINUTE, NEVER, OPEN, UNKNOWN, credential, drawn, route

from rescind.paths.model import Behaviour
from rescind.paths.picture import COLUMNS, column_of, ordered, picture

SID = credential("cookie:sid", AT_ONCE)


@pytest.mark.parametrize(
    ("behaviour", "label"),
    [
        (AT_ONCE, "at once"),
        (MINUTE, "≤ 1 min"),
        (Behaviour("bounded", "", 0.001), "≤ 1 min"),
        (Behaviour("expiry", "", 60.5), "≤ 15 min"),
        (HOUR, "≤ 1 h"),
        (Behaviour("expiry", "", 86_401), "longer"),
        (Behaviour("expiry", ""), "until it ends"),
        (NEVER, "never"),
        (UNKNOWN, "not known"),
        (OPEN, "nothing to end"),
    ],
)
def test_columns(behaviour: Behaviour, label: str) -> None:
    assert COLUMNS[column_of(behaviour)].label == label


@given(st.sampled_from(["bounded", "expiry"]), st.floats(min_value=0, max_value=1e12))
def test_a_time_is_never_shown_as_shorter_than_it_is(kind: str, seconds: float) -> None:
    column = COLUMNS[column_of(Behaviour(kind, "", seconds))]  # type: ignore[arg-type]
    assert seconds <= column.most <= inf


def test_every_route_is_in_exactly_one_circle() -> None:
    some = drawn(
        route("/a", SID, audience="admin"), *(route(f"/{n}", SID) for n in range(1_200)), route("/"),
        credentials=(SID,),
    )  # fmt: skip
    svg = ET.fromstring(picture(some, "on_revoke"))
    counts = [text.text or "" for text in svg.iter("text") if text.get("class") == "count"]
    assert sorted(int(each.replace(",", "")) for each in counts) == [1, 1, 1_200]
    assert svg.get("aria-label") == "signed out: admin 1 at once; user 1,200 at once; public 1 nothing to end"
    heights = [float(each.get("cy", 0)) for each in svg.iter("circle")]
    assert max(heights) < float(svg.get("height", 0))


def test_audiences_of_ones_own_stand_before_the_public() -> None:
    assert ordered(["public", "low-risk", "user", "admin", "user"]) == ["admin", "user", "low-risk", "public"]
    assert ET.fromstring(picture(drawn(), "on_revoke")).get("aria-label") == "signed out: no route"
