"""Both files of the demo say what the tables say."""

from __future__ import annotations

import json
import re
from pathlib import Path

from tests.demo import test_ways
from tests.demo.test_table import documented
from tests.demo.test_ways import ONE
from tests.drill.test_picture import outline
from tools.readme import blocks

from rescind.demo import ways
from rescind.demo.kinds import KINDS
from rescind.demo.measured import Measured
from rescind.demo.report import as_dict, headline, machine, write
from rescind.demo.rows import ROWS
from rescind.demo.table import table

MEASURED = Measured(documented(), test_ways.documented(), ONE)


def test_the_json_report(tmp_path: Path) -> None:
    write(tmp_path, MEASURED)
    seen = json.loads((tmp_path / "report.json").read_text(encoding="utf-8"))
    assert seen == as_dict(MEASURED)
    assert seen["table"] == table(MEASURED.findings)
    assert seen["ways_table"] == ways.table(MEASURED.found)
    assert re.fullmatch(r"\d{4}-\d\d-\d\d", seen["date"])
    assert "Python 3" in seen["machine"]
    assert [row["key"] for row in seen["rows"]] == [row.key for row in ROWS]
    assert seen["rows"][4]["accepted_after"] == 1920
    assert seen["rows"][0]["check_s"] == 1.9e-6
    assert [kind["key"] for kind in seen["ways"]] == [kind.key for kind in KINDS]
    assert seen["ways"][-1]["ways"]["password"]["text"] == "14:58 left"
    assert seen["ways"][-1]["ways"].keys() == {"sign out", "password", "disabled"}
    assert seen["one_revoke"]["line"] == ONE.line
    assert (seen["held"], seen["promise"].split(":")[0]) == (True, "PROMISE HELD")
    first, second = blocks(seen).values()
    assert seen["table"][3] in first and seen["ways_table"][3] in second, "the README's tool can paste them"


def test_a_machine_that_had_other_work_is_said_to_be_busy() -> None:
    assert "busy" not in machine() and "busy" not in machine(0.4)
    assert machine(1000.0).endswith("; busy with other work, load 1000")


def test_the_picture_says_the_finding(tmp_path: Path) -> None:
    write(tmp_path, MEASURED)
    html = (tmp_path / "report.html").read_text(encoding="utf-8")
    outline(html)
    said = (
        "After sign-out a copied session got in 0 of 29,407 times with rescind,"
        " and 1,958 of 1,958 with a signed JWT"
    )
    assert headline(MEASURED.findings) == said
    assert f"<h1>{said}</h1>" in html
    for finding in MEASURED.findings:
        assert f"<b>{finding.row.label}</b>" in html
    assert html.count("<figure>") == len(MEASURED.findings)
    assert "1.9 µs" in html
    cells = sum(len(found.cells) for found in MEASURED.found)
    assert html.count('<td><svg width="150"') == cells == 7 * 5 + 5 * 3
    assert html.count("no such thing</td>") == 5 * 2
    assert ONE.line in html
