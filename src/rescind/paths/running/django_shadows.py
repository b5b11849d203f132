"""Patterns that are never reached, because one before them fits whatever they fit."""

from __future__ import annotations

import re
from collections.abc import Iterator
from heapq import merge
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
MOST = 5_000_000
"""Beyond so many comparisons it takes longer than it is worth."""
SPECIAL = re.compile(r"[\\^$.|?*+()\[\]{}]")


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
    earlier = Earlier(leaves)
    if earlier.costs() > MOST:
        return [""] * len(leaves)
    return [first(leaves, number, earlier) for number in range(len(leaves))]


def first(leaves: list[tuple[Any, ...]], number: int, earlier: Earlier) -> str:
    found = {
        next((at for at in earlier.of(path, number) if fits(leaves[at], path)), number)
        for path in samples(leaves[number])
    }
    if len(found) != 1 or number in found:
        return ""
    return "".join(written(each.pattern) for each in leaves[found.pop()][1:])


class Earlier:
    """Patterns by the first part of their path, so that few of them are held against a path."""

    def __init__(self, leaves: list[tuple[Any, ...]]) -> None:
        self.begins = [beginning(chain) for chain in leaves]
        self.by_part: dict[str, list[int]] = {}
        self.wild: list[int] = []
        for number, begin in enumerate(self.begins):
            part, slash, _ = begin.partition("/")
            (self.by_part.setdefault(part, []) if slash else self.wild).append(number)

    def costs(self) -> int:
        """How often a pattern may be held against a path."""
        parts = sum(len(each) ** 2 for each in self.by_part.values())
        return parts + len(self.wild) * len(self.begins)

    def of(self, path: str, number: int) -> Iterator[int]:
        """Those before a pattern that may fit, in their order."""
        path = path.removeprefix("/")
        for at in merge(self.by_part.get(path.partition("/")[0], ()), self.wild):
            if at >= number:
                return
            if path.startswith(self.begins[at]):
                yield at


def beginning(chain: tuple[Any, ...]) -> str:
    """The text that each path begins with that fits."""
    found = ""
    for each in chain[1:]:
        text = getattr(each.pattern, "language_prefix", None) or str(each.pattern)
        if type(each.pattern).__name__ == "RegexPattern":
            if not text.startswith("^"):
                return found
            plain = SPECIAL.split(text[1:])[0]
            if plain != ANCHORS.sub("", text[1:]):  # the last character may be one that may be missing
                return found + plain[:-1]
        else:
            plain = text.partition("<")[0]
            if plain != text:
                return found + plain
        found += plain
    return found


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
