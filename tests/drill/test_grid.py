"""Small pictures in a table: each cell shows its requests, says the same as its text, and is closed HTML."""

from __future__ import annotations

import re

from tests.drill.test_picture import TRIALS, outline
from tests.drill.test_record import A, R, trial

from rescind.drill.grid import Grid, Line, Plot, section
from rescind.drill.picture import Table, page


def make(until: float = 6.0) -> str:
    lines = [
        Line("ours <1>", [Plot("never", True, TRIALS), None]),
        Line("theirs", [Plot("4.9 s", False, [trial((9.9, A), (12.0, A), (14.9, R))]), None], begins=True),
    ]
    return section(
        Grid("The same again", "how & why", ("sign out", "end one"), lines, until, "no such thing")
    )


def test_every_cell_has_its_text_and_an_empty_one_says_so() -> None:
    seen = outline(make())
    text = [part.strip() for part in seen.text if part.strip()]
    assert text == [
        "The same again", "how & why", "sign out", "end one", "ours <1>", "never", "no such thing", "theirs",
        "4.9 s", "no such thing",
    ]  # fmt: skip
    labels = [attributes["aria-label"] for tag, attributes in seen.seen if tag == "svg"]
    assert labels == ["ours <1>, sign out: never", "theirs, sign out: 4.9 s"]
    assert [attributes["class"] for tag, attributes in seen.seen if tag == "span"] == ["good", "bad"]
    assert [attributes.get("class") for tag, attributes in seen.seen if tag == "tr"] == [None, None, "begins"]


def test_what_is_later_than_the_picture_shows_is_left_out() -> None:
    def accepted(html: str) -> int:
        return sum(path.count("M") for path in re.findall(r'class="accepted"[^>]* d="([^"]*)"', html))

    assert accepted(make()) == 4 + 2
    assert accepted(make(until=1.0)) == 4 + 1


def test_it_stands_on_the_page_between_table_and_notes() -> None:
    html = page(
        title="t", lede="l", answer="a", strips=[], table=Table(["x"], [["1"]]), notes=["n"], more=make()
    )
    outline(html)
    assert html.index("</table>") < html.index("The same again") < html.index("<p>n</p>")
