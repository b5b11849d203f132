"""Drills as nested values, and the many ways in which TOML can write the same value."""

from __future__ import annotations

import json
import re
from typing import Any

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st

UNTIMED = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
FEW = settings(UNTIMED, max_examples=20)
NAMES = st.text("abcxyz", min_size=1, max_size=6)
PATHS = st.sampled_from(["/", "/a", "/a/b/", "/a?b=c&d=e", "/~x"])
WORDS = st.text("aZ0 ,:_@#é✔'\"\\-=[]}", min_size=1, max_size=8)
STATUS = st.integers(200, 428)
STATUSES = STATUS | st.lists(STATUS, min_size=1, max_size=3)
DURATIONS = st.sampled_from(["50ms", "2s", "1.5s", "5m", "1h", " 10us "]) | st.integers(1, 60) | st.just(0.25)
JSON = st.recursive(
    st.booleans() | st.integers(-(2**53), 2**53) | WORDS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(WORDS, inner, max_size=3),
    max_leaves=3,
)


CAPTURES = st.one_of(
    st.fixed_dictionaries({"cookie": NAMES}),
    st.fixed_dictionaries({"json": st.sampled_from(["", "/a", "/a/0/b~1c"])}),
    st.fixed_dictionaries({"header": NAMES}),
    st.fixed_dictionaries({"regex": st.sampled_from(["a(b)", r"\d+"])}),
)
STEPS = st.builds(
    lambda method, path, rest, body: {method: path, **rest, **body},
    st.sampled_from(["get", "post", "put", "patch", "delete"]),
    PATHS,
    st.fixed_dictionaries(
        {},
        optional={
            "headers": st.dictionaries(NAMES, WORDS, max_size=2),
            "capture": st.dictionaries(NAMES, CAPTURES, max_size=2),
            "expect": STATUSES,
        },
    ),
    st.one_of(
        st.just({}),
        st.fixed_dictionaries({"form": st.dictionaries(NAMES, WORDS, max_size=2)}),
        st.fixed_dictionaries({"json": JSON}),
    ),
)
STEP_LISTS = st.lists(STEPS, min_size=1, max_size=3)
COPIES = st.one_of(
    st.fixed_dictionaries({"cookies": st.lists(NAMES, min_size=1, max_size=2)}),
    st.fixed_dictionaries({"header": NAMES, "value": WORDS}),
)
REFUSALS = st.fixed_dictionaries({"status": STATUSES}, optional={"location": PATHS, "body": WORDS})
PROOFS = st.one_of(
    st.fixed_dictionaries({"status": STATUSES, "body": WORDS}),
    st.fixed_dictionaries(
        {"status": STATUSES, "json": st.dictionaries(st.just("/a/b"), JSON, min_size=1, max_size=1)}
    ),
)
VARS = st.dictionaries(
    NAMES, WORDS | st.integers(-99, 99) | st.fixed_dictionaries({"env": NAMES}), max_size=3
)
ENDS = st.lists(
    st.fixed_dictionaries(
        {"name": WORDS.filter(str.strip), "steps": STEP_LISTS},
        optional={"undo": STEP_LISTS, "bound": DURATIONS | st.just("immediate"), "actor": st.just("admin")},
    ),
    min_size=1,
    max_size=3,
    unique_by=lambda end: str(end["name"]),
)
TARGETS = st.fixed_dictionaries(
    {"bases": st.lists(st.just("http://127.0.0.1:1"), min_size=1, max_size=2)},
    optional={
        "rate": st.integers(1, 900) | st.just(2.5),
        "connections": st.integers(2, 9),
        "timeout": DURATIONS,
        "worker": st.fixed_dictionaries({"header": NAMES}),
    },
)
DRILLS = st.fixed_dictionaries(
    {
        "target": TARGETS,
        "sign_in": st.fixed_dictionaries({"steps": STEP_LISTS, "copy": COPIES}),
        "probe": st.fixed_dictionaries(
            {"get": PATHS, "accepted": PROOFS, "refused": st.lists(REFUSALS, min_size=1, max_size=2)}
        ),
        "end": ENDS,
        "actors": st.fixed_dictionaries({"admin": st.fixed_dictionaries({"vars": VARS})}),
    },
    optional={
        "vars": VARS,
        "run": st.fixed_dictionaries({}, optional={"trials": st.integers(1, 500), "watch": DURATIONS}),
    },
)
"""Documents that can be read: no `{name}` stands in them."""


@st.composite
def written(draw: st.DrawFn, document: dict[str, Any]) -> str:
    """The document as TOML in some style: sections or inline, kinds of quotes, comments, blank lines."""
    return "\n".join(_table(draw, document, [])) + draw(st.sampled_from(["", "\n", " # the end"]))


def _table(draw: st.DrawFn, table: dict[str, Any], path: list[str]) -> list[str]:
    """Its plain pairs first, then what gets a section of its own."""
    pairs, sections = [], []
    for key, value in table.items():
        name = _key(draw, key)
        if isinstance(value, dict) and draw(st.booleans()):
            sections += [f"[{'.'.join([*path, name])}]", *_table(draw, value, [*path, name])]
        elif _holds_tables(value) and draw(st.booleans()):
            for item in value:
                sections += [f"[[ {'.'.join([*path, name])} ]]", *_table(draw, item, [*path, name])]
        else:
            pairs.append(f"{name} = {_value(draw, value)}")
        pairs += draw(st.sampled_from([[], [], [""], ["# x = [ { y = 1"]]))
    return pairs + sections


def _holds_tables(value: object) -> bool:
    return isinstance(value, list) and bool(value) and all(isinstance(item, dict) for item in value)


def _key(draw: st.DrawFn, key: str) -> str:
    bare = re.fullmatch(r"[A-Za-z0-9_-]+", key) is not None
    return key if bare and draw(st.booleans()) else _text(draw, key, lines=False)


def _value(draw: st.DrawFn, value: Any) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, str):
        return _text(draw, value, lines=True)
    if isinstance(value, list):
        gap = draw(st.sampled_from([" ", "\n", " # ]\n"]))
        return "[" + gap + ",".join(_value(draw, item) + gap for item in value) + "]"
    if isinstance(value, dict):
        return (
            "{" + ",".join(f"{_key(draw, key)} = {_value(draw, item)}" for key, item in value.items()) + "}"
        )
    return repr(value)


def _text(draw: st.DrawFn, text: str, *, lines: bool) -> str:
    """Literal where the text allows it, basic otherwise; over several lines where that is allowed."""
    basic = json.dumps(text).replace("\x7f", "\\u007f")
    ways = [basic]
    if re.fullmatch(r"[^'\x00-\x1f\x7f]*", text):
        ways.append(f"'{text}'")
        if lines:
            ways.append(f"'''\n{text}'''")
    if lines:
        ways.append(f'"""\n{basic[1:-1]}"""')
    return draw(st.sampled_from(ways))
