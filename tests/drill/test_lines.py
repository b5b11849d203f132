"""Every key and item of any TOML text is found, on the line that names it."""

from __future__ import annotations

import tomllib
from typing import Any

from hypothesis import given
from hypothesis import strategies as st
from tests.drill.written import DRILLS, FEW, written

from rescind.drill.lines import Place, lines

TEXT = '''# [not] = "a table"
[a]
x = 1
"y z".'ü'  =  """
[no]
k = 1 \\"""" # ""
[[a.list]]
t = 1979-05-27 07:32:00
u = [ 1979-05-27 07:32:00Z, 2, [
  3 ] ]
[[a.list]]
v = { w.x = 'C:\\', "q" = {} }
[a.list.sub]
z = inf
'''


def places(value: Any, at: Place = ()) -> set[Place]:
    """Every key and item of a value."""
    found = {at}
    items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for part, item in items:
        found |= places(item, (*at, part))
    return found


def test_lines_of_a_text_with_every_kind_of_value() -> None:
    found = lines(TEXT)
    assert set(found) == places(tomllib.loads(TEXT))
    assert found["a",] == 2
    assert found["a", "y z", "ü"] == 4
    assert found["a", "list", 0] == found["a", "list"] == 7
    assert found["a", "list", 0, "u", 2, 0] == 10
    assert found["a", "list", 1] == 11
    assert found["a", "list", 1, "v", "w", "x"] == 12
    assert found["a", "list", 1, "sub", "z"] == 14


def test_line_ends_of_windows_count_once() -> None:
    assert lines("a = 1\r\nb = '''\r\n'''\r\nc = 2\r\n")["c",] == 4


@FEW
@given(st.data())
def test_every_key_stands_on_its_line(data: st.DataObject) -> None:
    document = data.draw(DRILLS)
    text = data.draw(written(document))
    assert tomllib.loads(text) == document  # or the writer is wrong
    found = lines(text)
    assert set(found) == places(document)
    on = text.split("\n")
    for place, line in found.items():
        if place and isinstance(place[-1], str) and place[-1].isascii() and place[-1].isalnum():
            assert place[-1] in on[line - 1]
