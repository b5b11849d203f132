"""What fails a policy, what does not, and what each failure says."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.paths.maps import (
    AT_ONCE,
    HOUR,
    MINUTE,
    NEVER,
    OPEN,
    UNKNOWN,
    credential,
    drawn,
    route,
    written,
)

from rescind.paths.model import ENDS, Behaviour, Map
from rescind.paths.policy.configuration import Policy, Rule
from rescind.paths.policy.gate import Verdict, judge
from rescind.paths.policy.limit import Limit
from rescind.paths.policy.selector import Selector, with_audiences

QUICK = credential("cookie:sid", AT_ONCE, mechanism="session_db")
SLOW = credential("bearer", HOUR)
ODD = credential("header:x", UNKNOWN, mechanism="unknown")
SHOP = drawn(
    route("/admin/people", QUICK, audience="admin"),
    route("/admin/export", QUICK, SLOW, audience="admin"),
    route("/api/orders", SLOW, audience="api"),
    route("/me", QUICK),
    route("/", protected=False),
    credentials=(QUICK, SLOW, ODD),
)
RULES = """
[[paths.rule]]
audience = "admin"
protected = true
revoke = "immediate"

[[paths.rule]]
audience = "api"
revoke = "15m"

[[paths.public]]
path = "/"
reason = "the home page"
"""


def judged(folder: Path, text: str, made: Map = SHOP, baseline: Map | None = None) -> Verdict:
    policy = written(folder, text)
    return judge(with_audiences(made, policy.audiences), policy, baseline)


def failed(verdict: Verdict) -> list[tuple[str, str]]:
    return [(each.kind, each.route.path) for each in verdict.failures]


def test_what_is_slower_than_it_may_be(tmp_path: Path) -> None:
    verdict = judged(tmp_path, RULES)
    assert failed(verdict) == [("too-slow", "/admin/export"), ("too-slow", "/api/orders")]
    first, second = verdict.failures
    assert first.wanted == "revoke: immediate (rule 1: audience admin)"
    assert (first.found, first.why, first.where) == ("signed out: 1 h", HOUR.why, "shop/views.py:12")
    assert second.wanted == "revoke: within 15 min (rule 2: audience api)"
    assert "a list of what is revoked" in second.mend
    assert verdict.remarks == ()
    told = verdict.to_dict()
    assert (told["passed"], told["failures"][1]["path"], told["failures"][1]["end"]) == (
        False,
        "/api/orders",
        "on_revoke",
    )


def test_the_worst_of_all_credentials_counts_and_not_the_first() -> None:
    """`revocation` of /admin/export is immediate: whoever looked at it alone would let it pass."""
    export = SHOP.routes[1]
    assert (export.revocation.kind, export.worst_revocation.kind) == ("immediate", "expiry")


def test_a_rule_speaks_of_the_ends_that_it_names(tmp_path: Path) -> None:
    made = drawn(route("/me", one := credential("bearer", AT_ONCE, disable=HOUR)), credentials=(one,))
    assert failed(judged(tmp_path, "[[paths.rule]]\nrevoke = 'immediate'\n", made)) == []
    verdict = judged(tmp_path, "[[paths.rule]]\ndisable = 'immediate'\n", made)
    assert [each.found for each in verdict.failures] == ["disabled: 1 h"]


def test_what_is_open_must_be_declared_for_all_its_methods(tmp_path: Path) -> None:
    made = drawn(route("/"), route("/any", method="ANY"), route("/maybe", QUICK, protected="conditional"),
                 credentials=(QUICK,))  # fmt: skip
    assert failed(judged(tmp_path, "", made)) == [
        ("unprotected", "/"),
        ("unprotected", "/any"),
        ("unprotected", "/maybe"),
    ]
    only_get = "[[paths.public]]\npath = '*'\nmethod = 'GET'\nreason = 'x'\n"
    assert failed(judged(tmp_path, only_get, made)) == [("unprotected", "/any")]
    assert failed(judged(tmp_path, "[paths]\nunprotected = 'allowed'\n", made)) == []


def test_no_declaration_opens_what_a_rule_wants_protected(tmp_path: Path) -> None:
    made = drawn(route("/admin/people", audience="admin", protected=False))
    everything = "[[paths.public]]\npath = '*'\nreason = 'all is fine'\n"
    assert failed(judged(tmp_path, everything, made)) == []
    verdict = judged(tmp_path, everything + "[[paths.rule]]\naudience = 'admin'\nprotected = true\n", made)
    assert failed(verdict) == [("unprotected", "/admin/people")]
    assert verdict.failures[0].wanted == "protected (rule 1: audience admin)"


def test_unknown_fails_until_it_is_excused_with_a_reason(tmp_path: Path) -> None:
    made = drawn(route("/odd", ODD), route("/unread", protected=None, worst=UNKNOWN), credentials=(ODD,))
    verdict = judged(tmp_path, "", made)
    assert failed(verdict) == [("unknown", "/odd"), ("unknown", "/unread")]
    assert verdict.failures[0].why == UNKNOWN.why
    excuse = "[[paths.excuse]]\nrule = 'unknown'\npath = '/odd'\nreason = 'asked the vendor'\n"
    verdict = judged(tmp_path, excuse, made)
    assert {each.route.path for each in verdict.failures} == {"/unread"}
    assert [(each.route.path, each.reason) for each in verdict.excused] == [("/odd", "asked the vendor")]
    assert failed(judged(tmp_path, "[paths]\nunknown = 'allowed'\n", made)) == []
    public = "[[paths.public]]\npath = '*'\nreason = 'anybody may'\n"
    assert failed(judged(tmp_path, public, made)) == [("unknown", "/odd")]  # it is protected, and not public
    strict = "[paths]\nunknown = 'allowed'\n[[paths.rule]]\npath = '/odd'\nrevoke = 'never'\n"
    assert failed(judged(tmp_path, strict, made)) == [("unknown", "/odd")]


def test_a_guard_that_nobody_knows_anything_of_is_unknown(tmp_path: Path) -> None:
    """Protected, but by nothing that has a name: what ends it is not known either."""
    made = drawn(route("/odd", protected=True, worst=UNKNOWN))
    assert failed(judged(tmp_path, "", made)) == [("unknown", "/odd")]
    assert failed(judged(tmp_path, "[[paths.rule]]\ndisable = 'never'\n", made)) == [
        ("unknown", "/odd"),
        ("unknown", "/odd"),
    ]


def test_an_excuse_that_has_come_to_its_end_excuses_nothing(tmp_path: Path) -> None:
    made = drawn(route("/odd", ODD), credentials=(ODD,))
    excuse = "[[paths.excuse]]\nrule = 'unknown'\npath = '/odd'\nreason = 'asked the vendor'\n"
    policy = written(tmp_path, excuse + "until = 2027-01-31\n")
    last = judge(made, policy, None, date(2027, 1, 31))
    assert [each.to_dict()["until"] for each in last.excused] == ["2027-01-31"] and not last.failures
    (failure,) = judge(made, policy, None, date(2027, 2, 1)).failures
    assert failure.why == f"it was excused until 2027-01-31 (asked the vendor); {UNKNOWN.why}"
    longer = written(tmp_path, f"{excuse}until = 2027-01-31\n{excuse}until = 2027-06-30\n")
    assert [each.until for each in judge(made, longer, None, date(2027, 2, 1)).excused] == [date(2027, 6, 30)]


def test_an_excuse_is_of_one_kind(tmp_path: Path) -> None:
    """What was not known and turns out to be slow is told anew."""
    text = RULES + "[[paths.excuse]]\nrule = 'unknown'\npath = '*'\nreason = 'x'\n"
    verdict = judged(tmp_path, text)
    assert len(verdict.failures) == 2 and verdict.excused == ()
    assert verdict.remarks == ("excuse 1 says nothing: nothing that is unknown is path *",)


def test_what_got_worse_than_the_baseline(tmp_path: Path) -> None:
    lost = replace(
        SHOP.routes[3], protected=False, accepts=(), worst_revocation=OPEN, revocation=OPEN, line=99
    )
    slower = drawn(*SHOP.routes[:3], lost, SHOP.routes[4],
                   credentials=(QUICK, credential("bearer", NEVER)))  # fmt: skip
    slower = replace(slower, routes=tuple(
        replace(each, worst_revocation=NEVER) if "bearer" in each.accepts else each for each in slower.routes
    ))  # fmt: skip
    relaxed = "[paths]\nunprotected = 'allowed'\n"
    assert failed(judged(tmp_path, relaxed, SHOP, SHOP)) == []
    verdict = judged(tmp_path, relaxed, slower, SHOP)
    assert {each.kind for each in verdict.failures} == {"worse"}
    said = {(each.route.path, each.wanted, each.found) for each in verdict.failures}
    before = "protected: protected, as in the baseline"
    assert ("/me", before, "protected: open to anybody") in said
    assert ("/api/orders", "signed out: 1 h, as in the baseline", "signed out: never") in said
    assert failed(judged(tmp_path, relaxed, SHOP, slower)) == []  # better is fine


BEHAVIOURS = st.sampled_from([OPEN, AT_ONCE, MINUTE, HOUR, NEVER, UNKNOWN])
LIMITS = st.sampled_from(["immediate", "30s", "15m", "2h", "expiry", "never"])


@given(BEHAVIOURS, BEHAVIOURS, LIMITS, st.sampled_from(ENDS))
def test_a_gate_that_passes_has_seen_every_credential_in_time(
    first: Behaviour, second: Behaviour, text: str, end: str
) -> None:
    """Whatever the two are: nothing passes that is slower than the limit, or not known."""
    a, b = credential("a", first), credential("b", second)
    made = drawn(route("/x", a, b), credentials=(a, b))
    limit = Limit.read(text, "x")
    policy = Policy("rescind.toml", unknown="allowed", rules=(Rule(1, Selector(), ((end, limit),)),))
    passes = not judge(made, policy).failures
    assert passes == all(each.kind != "unknown" and each.rank <= limit.pace for each in (first, second))


@pytest.mark.parametrize("kind", ["jwt", "session_signed_cookie", "static_key", "custom", "basic"])
def test_every_failure_has_a_mend(kind: str) -> None:
    one = credential("c", NEVER, mechanism=kind)
    policy = Policy(rules=(Rule(1, Selector(), (("on_revoke", Limit.read("1m", "x")),)),))
    (only,) = judge(drawn(route("/x", one), credentials=(one,)), policy).failures
    assert only.mend
