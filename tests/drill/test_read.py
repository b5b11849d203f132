"""The reader: every way of writing a drill is the same plan, and whatever is wrong is one clear error."""

from __future__ import annotations

import contextlib
import re
import tomllib
from pathlib import Path
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.drill.test_lines import places
from tests.drill.test_plan import FILE
from tests.drill.written import DRILLS, FEW, UNTIMED, written

from rescind.drill.errors import PlanError
from rescind.drill.lines import Place
from rescind.drill.plan import Plan
from rescind.drill.read import LARGEST, read, read_file

SHORTEST = """\
[target]
bases = ["http://127.0.0.1:8000"]
[sign_in]
steps = [{ post = "/login", form = { user = "a@b.c" }, capture = { t = { json = "/token" } } }]
copy  = { header = "Authorization", value = "Bearer {t}" }
[probe]
get = "/users/me"
accepted = { status = 200, json = { "/email" = "a@b.c" } }
refused  = [{ status = 401 }]
[[end]]
name  = "logout"
steps = [{ post = "/logout", headers = { Authorization = "Bearer {t}" }, expect = [200, 204] }]
bound = "immediate"
"""


def problem(text: str) -> str:
    with pytest.raises(PlanError) as caught:
        read(text)
    return str(caught.value)


PAGE = Path(__file__).parents[2] / "docs" / "drill.md"


def test_the_file_on_the_page_is_read() -> None:
    (block,) = re.findall(r"^```toml\n(.*?)^```", PAGE.read_text(encoding="utf-8"), re.MULTILINE | re.DOTALL)
    plan = read(block)
    assert [end.bound_s for end in plan.end] == [0.05, 0.0]
    assert plan.target.worker is not None and plan.actors and plan.end[1].undo


@pytest.mark.parametrize("text", [FILE, SHORTEST])
def test_the_documented_files_are_read(text: str) -> None:
    assert read(text) == msgspec.convert(tomllib.loads(text), Plan)


@FEW
@given(st.data())
def test_every_way_of_writing_it_is_the_same_plan(data: st.DataObject) -> None:
    document = data.draw(DRILLS)
    assert read(data.draw(written(document))) == msgspec.convert(document, Plan)


WRONG = [
    ("capture = ", "captur = ", "line 4: sign_in.steps[0].captur is not known: did you mean capture?"),
    ("[[end]]", "[run]\ntrails = 3\n[[end]]", "line 11: run.trails is not known: did you mean trials?"),
    ('bound = "imm', 'zzzz = "imm', "line 13: end[0].zzzz is not known: known here: name, steps, actor, "),
    ("[probe]", "[Probe]", "line 6: Probe is not known: did you mean probe?"),
    ('get = "/users/me"\n', "", "line 6: probe.get is missing: path of a page that only"),
    ("[[end]]", "[end]", "line 10: end: expected a list, got a table"),
    ('copy  = {', 'copy  = "t" #', "line 5: sign_in.copy: expected a table, got a text"),
    ("status = 401", 'status = "401"', "line 9: probe.refused[0].status: expected `int | array`, got `str`"),
    ("status = 401", "status = [401, true]", "line 9: probe.refused[0].status[1]: expected `int`, got"),
    ("status = 401", "status = []", "line 9: status is an empty list: it fits no answer at all"),
    ("[200, 204]", "[]", "line 12: post /logout: expect is an empty list: no answer fits"),
    ('get = "/users/me"', 'get = "users"', "line 7: probe.get = 'users': a path starts with /"),
    ('= "immediate"', '= "soon"', "line 13: bound of end 'logout' = 'soon' is not a duration"),
    ('"/email" =', '"email" =', "line 8: 'email' is not a JSON pointer"),
    ('json = "/token"', 'json = "token"', "line 4: json = 'token' is not a JSON pointer"),
    ('json = "/token"', 'regex = "("', "line 4: regex = '(' is no regular expression"),
    ('"a@b.c" } }\n', "2026-01-01 } }\n", "line 8: probe.accepted.json./email: JSON has no dates"),
    ('"a@b.c" } }\n', "[1, nan] } }\n", "line 8: probe.accepted.json./email[1]: JSON has no nan"),
    ("{t}", "{tt}", "sign_in.copy: {tt} has no value; known here: t, trial"),
    ("[sign_in]", "[vars]\ntrial = 1\n[sign_in]", "line 3: vars.trial: {trial} is the number of the trial"),
    ("[target]", "[target", "line 1, column 8"),
]  # fmt: skip


@pytest.mark.parametrize(("old", "new", "said"), WRONG, ids=lambda text: re.sub(r"\s+", " ", text)[:40])
def test_what_is_wrong_is_said_with_its_line_and_the_mend(old: str, new: str, said: str) -> None:
    assert old in SHORTEST
    assert said in problem(SHORTEST.replace(old, new))


def misspelt(document: Any, place: Place, key: str) -> Any:
    """The document with the key at `place` renamed."""
    if isinstance(document, list):
        return [misspelt(item, place[1:], key) if n == place[0] else item for n, item in enumerate(document)]
    if len(place) == 1:
        return {key if name == place[0] else name: value for name, value in document.items()}
    return {
        name: misspelt(value, place[1:], key) if name == place[0] else value
        for name, value in document.items()
    }


FREE = {"vars", "form", "headers", "capture", "json", "actors"}


def known_keys(document: Any) -> list[Place]:
    """The keys that the file defines, and not its author."""
    return sorted(
        (place for place in places(document) if place and isinstance(place[-1], str)
         and not FREE.intersection(place[:-1])),
        key=str,
    )  # fmt: skip


@FEW
@given(st.data())
def test_a_misspelt_key_is_named_with_its_line_and_a_known_one(data: st.DataObject) -> None:
    document = data.draw(DRILLS)
    place = data.draw(st.sampled_from(known_keys(document)))
    right = str(place[-1])
    at = data.draw(st.integers(0, len(right)))
    wrong = right[:at] + data.draw(st.sampled_from("XY_")) + right[at:]
    text = data.draw(written(misspelt(document, place, wrong)))
    said = problem(text)
    line = re.search(r", line (\d+): ", said)
    assert line is not None and wrong in text.split("\n")[int(line[1]) - 1]
    assert f"{wrong} is not known: did you mean {right}?" in said


@UNTIMED
@given(
    st.text(max_size=60) | st.from_regex(r'(\[{0,2}[a-z."]{0,5}\]{0,2}|[a-z]= ?[\[{"1]*)(\n[a-z ={}\[\]"]*)*')
)
def test_any_text_is_a_plan_or_a_plan_error(text: str) -> None:
    with pytest.raises(PlanError):
        read(text)


@UNTIMED
@given(st.data())
def test_any_cut_of_a_good_file_is_a_plan_or_a_plan_error(data: st.DataObject) -> None:
    first, last = data.draw(st.tuples(st.integers(0, len(FILE)), st.integers(0, len(FILE))).map(sorted))
    with contextlib.suppress(PlanError):
        read(FILE[:first] + FILE[last:])


def test_brackets_without_end_are_an_error() -> None:
    assert "brackets" in problem("a = " + "[" * 100_000)


def test_a_file_that_cannot_be_read_says_so(tmp_path: Path) -> None:
    for path, data, said in (
        (tmp_path / "none.toml", None, "cannot be read: No such file"),
        (tmp_path, None, "cannot be read: Is a directory"),
        (tmp_path / "latin.toml", b'# \xe9\n', "is not UTF-8 (byte 2)"),
        (tmp_path / "large.toml", b"#" * (LARGEST + 1), "larger than"),
    ):  # fmt: skip
        if data is not None:
            path.write_bytes(data)
        with pytest.raises(PlanError, match=re.escape(said)):
            read_file(path)
    good = tmp_path / "shop.toml"
    good.write_text(SHORTEST)
    assert read_file(good) == read(SHORTEST)
    good.write_text(SHORTEST + "x = 1")
    with pytest.raises(PlanError, match=r"^shop\.toml, line 14: end\[0\]\.x is not known"):
        read_file(good)
