"""The examples of RFC 6901, section 5, and what it says is not there."""

from __future__ import annotations

import pytest

from rescind.drill.pointer import NotThere, point

DOCUMENT: dict[str, object] = {
    "foo": ["bar", "baz"],
    "": 0,
    "a/b": 1,
    "c%d": 2,
    "e^f": 3,
    "g|h": 4,
    "i\\j": 5,
    'k"l': 6,
    " ": 7,
    "m~n": 8,
}


@pytest.mark.parametrize(
    ("pointer", "value"),
    [("", DOCUMENT), ("/foo", ["bar", "baz"]), ("/foo/0", "bar"), ("/", 0), ("/a~1b", 1), ("/c%d", 2),
     ("/e^f", 3), ("/g|h", 4), ("/i\\j", 5), ('/k"l', 6), ("/ ", 7), ("/m~0n", 8)],
)  # fmt: skip
def test_examples_of_the_rfc(pointer: str, value: object) -> None:
    assert point(DOCUMENT, pointer) == value


@pytest.mark.parametrize(
    "pointer", ["foo", "/bar", "/foo/2", "/foo/-", "/foo/x", "/a/b", "/foo/0/0", "/foo/²"]
)
def test_what_is_not_there(pointer: str) -> None:
    with pytest.raises(NotThere):
        point(DOCUMENT, pointer)
