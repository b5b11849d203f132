"""What is supposed while a function is gone through, and which nodes it is about."""

from __future__ import annotations

import ast
from collections import defaultdict
from dataclasses import dataclass, field
from typing import Literal

from rescind.paths.following import Facts, Origin
from rescind.paths.following.facts import Op
from rescind.paths.proving.values import UNKNOWN, Value
from rescind.reading import Function

What = Literal["missing", "present", "attribute", "found", "unverified"]


@dataclass(frozen=True)
class Case:
    """One supposition.

    Attributes:
        what: ``missing``, ``present``: the look-ups find nothing, or something; ``attribute``: a row
            whose `name` is `value`; ``found``: as present, and a loop over the store comes to the row;
            ``unverified``: the token is refused where it is decoded.
        nodes: the look-ups, or where it is decoded.
        source: the credential, which is there; so are `keys`, the claims that it is looked up by.
    """

    what: What
    store: str
    nodes: frozenset[ast.AST]
    source: str = ""
    keys: frozenset[Origin] = frozenset()
    name: str = ""
    value: Value = UNKNOWN


@dataclass
class Index:
    """All that `following` has noted, by node; `refusing` are the functions that Flask-JWT-Extended asks and
    that let nobody by in a case."""

    origins: dict[ast.AST, frozenset[Origin]] = field(default_factory=dict)
    lookups: dict[ast.AST, set[str]] = field(default_factory=lambda: defaultdict(set))
    writes: dict[ast.AST, set[tuple[str, Op]]] = field(default_factory=lambda: defaultdict(set))

    overridden: set[Function] = field(default_factory=set)
    refusing: dict[Case, tuple[str, ...]] = field(default_factory=dict)

    def add(self, facts: Facts, origins: dict[ast.AST, frozenset[Origin]]) -> None:
        for lookup in facts.lookups:
            self.lookups[lookup.at.node].add(lookup.store)
        for write in facts.writes:
            self.writes[write.at.node].add((write.store, write.op))
        for node, found in origins.items():
            self.origins[node] = self.origins.get(node, frozenset()) | found
