"""Bytes as text: marks, declared encodings, and what is neither."""

from __future__ import annotations

import ast
import codecs
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from tests.reading.written import module

from rescind.reading.text import NotText, decode


@pytest.mark.parametrize(
    ("data", "text"),
    [
        (b"", ""),
        (b"x = 1\r\ny = 2\rz = 3\n", "x = 1\ny = 2\nz = 3\n"),
        ("x = 'é'".encode(), "x = 'é'"),
        (codecs.BOM_UTF8 + b"x = 1", "x = 1"),
        (b"# -*- coding: latin-1 -*-\nx = '\xe9'", "# -*- coding: latin-1 -*-\nx = 'é'"),
        (b"#!/usr/bin/python\n# vim: set fileencoding=cp1252 :\n'\x80'", None),
        (b"x = 1\n# coding: latin-1\n", "x = 1\n# coding: latin-1\n"),
        (b"# coding: rot13\nx", "# coding: rot13\nx"),
    ],
)
def test_text(data: bytes, text: str | None) -> None:
    assert decode(data) == (data.decode("cp1252") if text is None else text)


@pytest.mark.parametrize(
    ("data", "why", "line"),
    [
        (b"x = 1\ny = '\xe9'\n", "not utf-8", 2),
        (b"# coding: ascii\n# \xc3\xa9", "not ascii", 2),
        (b"# coding: klingon\n", "an encoding that is not known: klingon", 1),
        ("x = 1".encode("utf-16"), "UTF-16, which Python does not read", 1),
        (b"x = 1\n\0\n", "a NUL byte", 2),
    ],
)
def test_what_is_no_text_says_where(data: bytes, why: str, line: int) -> None:
    with pytest.raises(NotText) as raised:
        decode(data)
    assert (raised.value.why, raised.value.line) == (why, line)


@given(st.binary() | st.builds(bytes.__add__, st.sampled_from([b"# coding: ", b"#coding=utf"]), st.binary()))
@example(b"# coding: undefined\n\xff")
@example(b"# coding: idna\nx")
def test_any_bytes_are_text_or_refused(data: bytes) -> None:
    line = 1
    try:
        text = decode(data)
    except NotText as refused:
        text, line = "", refused.line
    assert "\r" not in text and line >= 1


def test_the_source_of_a_node_is_what_the_standard_library_says(tmp_path: Path) -> None:
    text = 'x = "ü", [\n  1,\f 2]\ndef f(a):\n    return (\n        a + "😀"\n    )\ny = f(\n)  # ü\nz = x'
    found = module(tmp_path, text)
    nodes = [node for node in ast.walk(found.tree) if hasattr(node, "lineno")]
    assert len(nodes) > 15
    for node in nodes:
        assert found.source_of(node) == ast.get_source_segment(found.text, node)
    assert found.source_of(found.tree) == ""
