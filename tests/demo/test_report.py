"""Both files of the demo say what the table says."""

from __future__ import annotations

import json
import re
from pathlib import Path

from tests.demo.test_table import documented
from tools.readme import block

from rescind.demo.report import as_dict, headline, write
from rescind.demo.rows import ROWS
from rescind.demo.table import table


def test_the_json_report(tmp_path: Path) -> None:
    findings = documented()
    write(tmp_path, findings)
    seen = json.loads((tmp_path / "report.json").read_text(encoding="utf-8"))
    assert seen == as_dict(findings)
    assert seen["table"] == table(findings)
    assert re.fullmatch(r"\d{4}-\d\d-\d\d", seen["date"])
    assert "Python 3" in seen["machine"]
    assert [row["key"] for row in seen["rows"]] == [row.key for row in ROWS]
    assert seen["rows"][4]["accepted_after"] == 1920
    assert seen["rows"][0]["check_s"] == 1.9e-6
    assert (seen["held"], seen["promise"].split(":")[0]) == (True, "PROMISE HELD")
    assert seen["table"][3] in block(seen), "the README's tool can paste it"


def test_the_picture_says_the_finding(tmp_path: Path) -> None:
    findings = documented()
    write(tmp_path, findings)
    html = (tmp_path / "report.html").read_text(encoding="utf-8")
    said = (
        "After sign-out a copied session got in 0 of 29,407 times with rescind,"
        " and 1,958 of 1,958 with a signed JWT"
    )
    assert headline(findings) == said
    assert f"<h1>{said}</h1>" in html
    for finding in findings:
        assert f"<b>{finding.row.label}</b>" in html
    assert html.count("<figure>") == len(findings)
    assert "1.9 µs" in html
