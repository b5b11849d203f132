"""Patterns that are never reached, because one before them fits whatever they fit."""

from __future__ import annotations

import re
from collections.abc import Iterator
from importlib import import_module
from itertools import product
from typing import Any

FILLINGS = (
    "1",
    "x",
    "x-1",
    "a/b",
    "00000000-0000-4000-8000-000000000000",
    "2020",
    "01",
    "en",
    "json",
    "A1-_b",
)
SAMPLES = 2
ANCHORS = re.compile(r"(?<!\\)(?:\$|\\Z)$")
MOST = 3_000
"""Each sample is held against all patterns before it: beyond so many that takes longer than it is worth."""


def written(pattern: Any) -> str:
    """As it is written, but the anchors of a regular expression."""
    text = str(pattern)
    if type(pattern).__name__ == "RegexPattern":
        text = ANCHORS.sub("", text.removeprefix("^"))
    return text


def shadowed(resolver: Any) -> list[str]:
    """For each pattern, in the order in which they are tried, the path of the one before it that fits all
    that it fits; else an empty text. Only regular expressions are asked: a converter may be of the
    application."""
    leaves = list(walked(resolver, ()))
    if len(leaves) > MOST:
        return [""] * len(leaves)
    return [first(leaves, number) for number in range(len(leaves))]


def first(leaves: list[tuple[Any, ...]], number: int) -> str:
    paths = list(samples(leaves[number]))
    found = {next((at for at in range(number) if fits(leaves[at], path)), number) for path in paths}
    if len(found) != 1 or number in found:
        return ""
    return "".join(written(each.pattern) for each in leaves[found.pop()][1:])


def walked(resolver: Any, above: tuple[Any, ...]) -> Iterator[tuple[Any, ...]]:
    """Each pattern with the resolvers around it."""
    chain = (*above, resolver)
    for pattern in resolver.url_patterns:
        if hasattr(pattern, "url_patterns"):
            yield from walked(pattern, chain)
        else:
            yield (*chain, pattern)


def fits(chain: tuple[Any, ...], path: str) -> bool:
    for each in chain:
        rest = matched(each.pattern, path)
        if rest is None:
            return False
        path = rest
    return True


def matched(pattern: Any, path: str) -> str | None:
    """What is left of a path behind a pattern; None: it does not fit."""
    prefix = getattr(pattern, "language_prefix", None)
    if prefix is not None:
        return path.removeprefix(prefix) if path.startswith(prefix) else None
    found = pattern.regex.search(path)
    return None if found is None else path[found.end() :]


def samples(chain: tuple[Any, ...]) -> Iterator[str]:
    """Paths that fit a pattern, with different values for what varies in it."""
    normalize = import_module("django.utils.regex_helper").normalize
    count = 0
    options = []
    for each in chain:
        prefix = getattr(each.pattern, "language_prefix", None)
        options.append([(prefix, [])] if prefix is not None else normalize(each.pattern.regex.pattern)[:2])
    for parts in product(*options):
        names = list(dict.fromkeys(name for _, params in parts for name in params))
        for values in fillings(len(names)):
            given = dict(zip(names, values, strict=True))
            path = "".join(
                template % given if given else template.replace("%%", "%") for template, _ in parts
            )
            if fits(chain, path):
                yield path
                count += 1
                if count >= SAMPLES or not names:
                    return


def fillings(count: int) -> Iterator[tuple[str, ...]]:
    if count <= 2:
        yield from product(FILLINGS, repeat=count)
    else:
        yield from ((each,) * count for each in FILLINGS)
