"""The page is complete in itself, shows every request once, and says the same as its table."""

from __future__ import annotations

import re
from html.parser import HTMLParser

from tests.drill.test_record import A, R, U, trial

from rescind.drill.picture import Strip, Table, page

TRIALS = [
    trial((9.99, A), (9.995, A), (10.01, R), (10.02, U), (11.0, R)),
    trial((9.98, A), (10.03, A), (14.9, R)),
]


def make(label: str = "sign out", verdict: str = "1 of 5 accepted") -> str:
    return page(
        title="1 of 5 <got> in",
        lede="how",
        answer="answered",
        strips=[Strip(label, verdict, False, TRIALS), Strip("empty", "nothing", True, [])],
        table=Table(["end", "accepted"], [["sign out", "1 of 5"]]),
        notes=["a & b"],
    )


class Outline(HTMLParser):
    """Which tags were opened and not closed, which attributes and texts there are."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.seen: list[tuple[str, dict[str, str | None]]] = []
        self.text: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.seen.append((tag, dict(attrs)))
        if tag not in {"meta", "link"}:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.seen.append((tag, dict(attrs)))

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.text.append(data)


def outline(html: str) -> Outline:
    parser = Outline()
    parser.feed(html)
    assert parser.open == []
    return parser


def test_every_request_is_one_mark_in_the_whole_view() -> None:
    seen = outline(make()).seen
    paths = [attributes for tag, attributes in seen if tag == "path" and "stroke-width" in attributes]
    marks = {"accepted": 0, "refused": 0, "undecided": 0}
    for attributes in paths[3:]:  # the legend comes first
        marks[str(attributes["class"])] += str(attributes["d"]).count("M")
    # 8 in the whole view, and the 6 within 60 ms of the answer once more in the close view
    assert marks == {"accepted": 8, "refused": 3 + 1, "undecided": 2}


def test_marks_stand_on_their_side_of_the_answer() -> None:
    html = make()
    line = float(re.findall(r'class="answer" d="M([\d.]+)', html)[1])
    accepted = re.findall(r'class="accepted" stroke-width="[\d.]+" d="([^"]+)"', html)[2]
    places = [float(x) for x in re.findall(r"M([\d.]+) ", accepted)]
    assert sum(x < line for x in places) == 3
    assert sum(x > line for x in places) == 1


def test_nothing_is_loaded_from_elsewhere_and_no_script_runs() -> None:
    html = make()
    seen = outline(html).seen
    assert not {tag for tag, _ in seen} & {"script", "img", "iframe", "object", "embed", "use", "image"}
    links = [value for _, attributes in seen for name, value in attributes.items() if name in {"src", "href"}]
    assert links == ["data:,"]
    assert "url(" not in html
    assert "@import" not in html
    assert "default-src 'none'" in html


def test_the_figures_are_text_too() -> None:
    parser = outline(make())
    assert "1 of 5 <got> in" in parser.text
    assert {"end", "accepted", "1 of 5"} <= set(parser.text)
    labels = [attributes["aria-label"] for tag, attributes in parser.seen if attributes.get("role") == "img"]
    assert labels == ["sign out: 1 of 5 accepted", "empty: nothing"]


def test_what_comes_from_a_plan_is_escaped() -> None:
    html = make(label="<b onmouseover=x>", verdict='"><script>')
    assert "<script" not in html
    assert "<b onmouse" not in html
    outline(html)


def test_a_bound_is_a_line_in_each_view_that_reaches_it() -> None:
    def dashed(bound: float) -> int:
        strip = Strip("a", "b", True, TRIALS, bound)
        html = page(title="", lede="", answer="", strips=[strip], table=Table([], []), notes=[])
        return html.count("stroke-dasharray")

    assert [dashed(bound) for bound in (0, 0.05, 1.0, 60.0)] == [0, 2, 1, 0]
