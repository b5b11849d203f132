"""How long a copy lives on can be compared, of any two behaviours; what is not known never wins."""

from __future__ import annotations

from math import inf, isnan

from hypothesis import given, settings
from hypothesis import strategies as st
from tests.paths.maps import AT_ONCE, HOUR, MINUTE, UNKNOWN, credential, drawn, route

from rescind.paths.model import ORDER, Behaviour, Map, Pace

SECONDS = st.none() | st.floats(min_value=0, max_value=1e12)
PACES = st.builds(Pace.of, st.sampled_from(ORDER), st.none() | st.floats(allow_nan=True))


@settings(max_examples=40)
@given(SECONDS.filter(lambda each: each is not None), st.floats(min_value=0, max_value=1e12))
def test_of_one_time_the_class_decides_and_of_two_times_the_time(first: float, second: float) -> None:
    ladder = [
        Pace.of("n/a"), Pace.of("immediate"), Pace.of("bounded", first), Pace.of("expiry", first),
        Pace.of("expiry"), Pace.of("never"), Pace.of("unknown"),
    ]  # fmt: skip
    assert ladder == sorted(set(ladder))
    if first < second:
        assert Pace.of("expiry", first) < Pace.of("bounded", second)


@settings(max_examples=40)
@given(PACES, PACES, PACES)
def test_it_is_an_order(a: Pace, b: Pace, c: Pace) -> None:
    assert (a < b) + (a == b) + (b < a) == 1
    assert a <= c if a <= b <= c else True
    assert not isnan(a.longest) and 0 <= a.longest <= inf


@settings(max_examples=40)
@given(st.sampled_from(ORDER), SECONDS)
def test_nothing_is_worse_than_unknown_and_only_immediate_is_as_good_as_immediate(
    kind: str, seconds: float | None
) -> None:
    pace = Pace.of(kind, seconds)  # type: ignore[arg-type]
    assert pace <= Pace.of("unknown")
    assert (pace <= Pace.of("immediate")) is (kind in ("immediate", "n/a"))


def test_a_time_that_nobody_knows_is_longer_than_any_that_is_known() -> None:
    assert Behaviour("expiry", "").rank > Behaviour("bounded", "", 1e12).rank
    assert Behaviour("bounded", "", float("nan")).rank.longest == inf
    assert Behaviour("bounded", "", -1.0).rank.longest == inf


def test_the_worst_of_a_route_is_of_all_that_it_accepts() -> None:
    slow = credential("bearer", HOUR, disable=MINUTE, privilege=UNKNOWN)
    quick = credential("cookie", AT_ONCE, disable=HOUR)
    both = route("/me", quick, slow)
    made: Map = drawn(both, route("/"), credentials=(slow, quick))
    assert made.worst(both, "on_revoke") == HOUR == both.worst_revocation
    assert made.worst(both, "on_account_disable") == HOUR
    assert made.worst(both, "on_privilege_change") == UNKNOWN
    assert made.worst(made.routes[1], "on_account_disable").kind == "n/a"
