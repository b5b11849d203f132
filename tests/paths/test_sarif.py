"""SARIF holds against the schema of OASIS, and says all that a failure does."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from tests.paths.maps import HOUR, UNKNOWN, credential, drawn, route
from tests.review.output.test_sarif import valid

from rescind.paths.model import Map
from rescind.paths.policy.configuration import Declared, Policy, Rule
from rescind.paths.policy.gate import KINDS, Failure, judge
from rescind.paths.policy.limit import Limit
from rescind.paths.policy.selector import Selector
from rescind.paths.sarif import sarif

BEARER = credential("bearer", HOUR)
POLICY = Policy("rescind.toml", rules=(Rule(1, Selector(), (("on_revoke", Limit.read("15m", "x")),)),))
HOSTILE = "/<script>alert(1)</script>/%\r\n::error::\x1b[31m\ud800"


def failures(*paths: str, file: str = "shop/views.py", policy: Policy = POLICY) -> list[Failure]:
    made: Map = drawn(*(route(path, BEARER, file=file) for path in paths), credentials=(BEARER,))
    verdict = judge(made, policy)
    return [*verdict.failures, *verdict.excused]


def shop(folder: Path) -> Path:
    for name in ("views.py", "auth.py"):
        (folder / "shop").mkdir(exist_ok=True)
        (folder / "shop" / name).touch()
    return folder


def test_a_failure(tmp_path: Path) -> None:
    run = valid(sarif(failures("/me"), "0.1.0", shop(tmp_path)))
    (result,) = run["results"]
    assert run["tool"]["driver"]["rules"][result["ruleIndex"]]["id"] == result["ruleId"] == "too-slow"
    (place,) = result["locations"]
    assert place["physicalLocation"] == {
        "artifactLocation": {"uri": "shop/views.py", "uriBaseId": "%SRCROOT%"}, "region": {"startLine": 12},
    }  # fmt: skip
    assert place["logicalLocations"][0]["name"] == "GET /me"
    assert "signed out: 1 h; wanted revoke: within 15 min (rule 1: all routes)" in result["message"]["text"]
    (related,) = result["relatedLocations"]
    assert related["physicalLocation"]["artifactLocation"]["uri"] == "shop/auth.py"
    assert (result["level"], result["suppressions"]) == ("error", [])


def test_a_file_of_a_library_is_no_file_of_the_repository(tmp_path: Path) -> None:
    (result,) = valid(sarif(failures("/docs", file="fastapi/applications.py"), "0.1.0", tmp_path))["results"]
    assert "physicalLocation" not in result["locations"][0] and "relatedLocations" not in result


def test_what_is_excused_is_suppressed_with_its_reason(tmp_path: Path) -> None:
    excused = replace(POLICY, excuses=(Declared(Selector(path=("/me",)), "until May", "too-slow"),))
    (result,) = valid(sarif(failures("/me", policy=excused), "0.1.0", tmp_path))["results"]
    assert result["suppressions"] == [{"kind": "external", "justification": "until May"}]


def test_fingerprints_stay_when_lines_move(tmp_path: Path) -> None:
    def fingerprints(found: list[Failure]) -> list[str]:
        results = valid(sarif(found, "0.1.0", tmp_path))["results"]
        return [each["partialFingerprints"]["rescind/v1"] for each in results]

    first = failures("/a", "/b", "/b")
    moved = [replace(each, route=replace(each.route, line=99, file="x.py")) for each in first]
    assert fingerprints(first) == fingerprints(moved)
    assert len(set(fingerprints(first))) == 3


def test_names_from_elsewhere_and_every_kind(tmp_path: Path) -> None:
    odd = credential("x", UNKNOWN)
    made = drawn(route(HOSTILE, odd), route("/"), credentials=(odd,))
    run = valid(sarif(judge(made, Policy()).failures, "0.1.0.dev0", tmp_path))
    assert {each["ruleId"] for each in run["results"]} == {"unknown", "unprotected"}
    assert [each["id"] for each in run["tool"]["driver"]["rules"]] == list(KINDS)
