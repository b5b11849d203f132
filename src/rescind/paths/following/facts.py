"""What is noted on the way through a guard."""

from __future__ import annotations

import ast
from copy import copy
from dataclasses import dataclass, field, fields
from typing import Literal, NamedTuple

from rescind.paths.following.wheres import Where
from rescind.reading import Function, Module

Kind = Literal["request", "part", "raw", "claim", "session", "row", "store", "model", "now", "constant"]
Store = Literal["memory", "database", "cache", "unknown"]
Checked = Literal["missing", "present", "attribute", "expiry", "equal", "password", "content"]
Op = Literal["remove", "add", "set"]


class Origin(NamedTuple):
    """Where a value comes from.

    Attributes:
        kind: ``raw`` as it was sent; ``claim`` of a decoded token; ``session`` content of a session; ``row``
            of a look-up; ``store`` something that rows are kept in; ``model`` a class of rows; ``part`` of a
            request.
        source: the credential, such as ``bearer`` or ``cookie:sid``; of a store its name.
        name: which claim, field or attribute, dotted; of a part ``cookies``, ``headers`` ...
        row: number of the look-up.
        negated: it is true where the row is missing.
        shape: what was made of it on the way, such as the text around it.
        copied: what is set on it is not set on the row itself.
    """

    kind: Kind
    source: str = ""
    name: str = ""
    row: int = -1
    negated: bool = False
    shape: str = ""
    copied: bool = False

    @property
    def plain(self) -> Origin:
        """As a key, whatever was made of it."""
        return self._replace(negated=False, shape="", copied=False)


Origins = frozenset[Origin]
NOTHING: Origins = frozenset()
CREDENTIAL = frozenset({"raw", "claim", "session", "row"})


class At(NamedTuple):
    """A node and its module."""

    node: ast.AST
    module: Module


@dataclass(frozen=True, slots=True)
class Lookup:
    """Something is looked up by what comes from a credential.

    Attributes:
        store: name of the variable, table, class or prefix.
        cached: seconds for which an earlier answer may be given instead; None: asked each time.
        wheres: flags that are asked for together with the key.
    """

    store: str
    kind: Store
    keys: Origins
    at: At
    cached: float | None = None
    wheres: tuple[Where, ...] = ()


@dataclass(frozen=True, slots=True)
class Decode:
    """A signed token is verified; ``checks_end`` is False where its end is not looked at.

    Attributes:
        carried: ``cookie``, where the name of the credential does not say so.
    """

    source: str
    name: str
    checks_end: bool
    verified: bool
    keys: Origins
    at: At
    carried: str = ""


@dataclass(frozen=True, slots=True)
class Check:
    """A condition that leads to a refusal.

    Attributes:
        row: the look-up that it is about; -1: none.
        name: of the attribute.
        other: what it is compared with.
        when: the truth of the attribute that refuses.
        source: the credential, where it is about no row.
    """

    kind: Checked
    row: int
    name: str
    other: Origins
    when: bool
    at: At
    source: str = ""


@dataclass(frozen=True, slots=True)
class Write:
    """Something is kept, changed or removed.

    Attributes:
        name: of the attribute that is set.
        value: what it is set to, or what is kept.
        lasts: seconds after which the store forgets it.
        certain: it happens whenever the function runs; not, where a switch or a parameter decides.
    """

    store: str
    op: Op
    name: str
    keys: Origins
    value: ast.expr | None
    at: At
    lasts: float | None = None
    certain: bool = True


@dataclass(frozen=True, slots=True)
class Encode:
    """A token is signed, in ``function``."""

    name: str
    call: ast.Call
    function: Function
    at: At


@dataclass
class Facts:
    """All that was noted, in the order in which it happens.

    Attributes:
        optional: credentials that may be left out, unless what comes later asks for them.
        left_out: credentials that may be left out, whatever is asked about one that is there.
    """

    sources: dict[str, At] = field(default_factory=dict)
    lookups: list[Lookup] = field(default_factory=list)
    decodes: list[Decode] = field(default_factory=list)
    checks: list[Check] = field(default_factory=list)
    writes: list[Write] = field(default_factory=list)
    encodes: list[Encode] = field(default_factory=list)
    opaque: list[tuple[str, Origins, At]] = field(default_factory=list)
    refusals: list[At] = field(default_factory=list)
    optional: set[str] = field(default_factory=set)
    left_out: set[str] = field(default_factory=set)
    exempt: set[str] = field(default_factory=set)
    roles: set[Origin] = field(default_factory=set)
    returned: Origins = NOTHING

    def copy(self) -> Facts:
        """The same, to which more may be added."""
        return Facts(**{each.name: copy(getattr(self, each.name)) for each in fields(self)})
