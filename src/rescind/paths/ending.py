"""Whether what is written when something ends is what a guard looks at."""

from __future__ import annotations

import ast

from rescind.paths.following import Check, Lookup, Origin, Write
from rescind.paths.following.known import ACCESS, ENDED, NOW, REFRESH
from rescind.paths.proving.values import FRESH, LATER, Value, constant
from rescind.reading import Project, Variable
from rescind.reading.nodes import walk, walk_inside

KEYS = {
    "id",
    "key",
    "sid",
    "token",
    "jti",
    "session_id",
    "pk",
    "digest",
    "hash",
    "uuid",
    "token_hash",
    "session_key",
}


def added(node: ast.AST | None) -> ast.expr | None:
    """What is added to a time."""
    some = () if node is None else walk(node)
    found = [each for each in some if isinstance(each, ast.BinOp) and isinstance(each.op, ast.Add)]
    return found[0].right if found else None


def turns(check: Check, write: Write) -> bool:
    """Whether what is written is what refuses: not, where both are known and it is the other."""
    known = isinstance(write.value, ast.Constant) and not isinstance(check.at.node, ast.Compare)
    return not known or bool(write.value.value) == check.when  # type: ignore[union-attr]


def written(write: Write) -> Value:
    """What an attribute is once it was set: a constant, a time, or nothing that was there before."""
    above = write.at.module.parent_of(write.at.node)
    if isinstance(above, ast.AugAssign):
        return LATER
    if isinstance(write.value, ast.Constant):
        return constant(write.value.value)
    scope = write.at.module.scope_of(write.at.node)
    made = write.value
    if isinstance(made, ast.Call) and getattr(made.func, "id", "") == "int" and len(made.args) == 1:
        made = made.args[0]  # int(time.time())
    now = isinstance(made, ast.Call) and write.at.module.project.name_of(made.func, scope) in NOW
    return LATER if now else FRESH


def is_empty_at_start(project: Project, store: str) -> bool | None:
    """Whether a variable is empty when its module has been imported; None: it is no variable of a module."""
    for named in project.find(store):
        made = named.definition
        if not isinstance(made, Variable):
            continue
        if any(filled(each.value) for each in made.bindings):
            return False
        name = store.rpartition(".")[2]
        return not any(
            isinstance(node, ast.Subscript | ast.Attribute)
            and isinstance(node.value, ast.Name)
            and node.value.id == name
            for node in walk_inside(made.module.tree)  # without the functions
        )
    return None


def filled(value: ast.expr | None) -> bool:
    if isinstance(value, ast.Dict):
        return bool(value.keys)
    if isinstance(value, ast.List | ast.Set | ast.Tuple):
        return any(not isinstance(each, ast.Dict) or each.keys for each in value.elts)
    return isinstance(value, ast.ListComp | ast.DictComp | ast.SetComp)


def fits(write: Write, lookup: Lookup, fields: set[str]) -> bool:
    """Whether what is removed or added can be what is looked up: not, where both keys are known and
    differ."""
    mine = {identity(each) for each in write.keys if each.kind in {"raw", "claim", "session"}}
    other = {identity(each) for each in lookup.keys if each.kind in {"raw", "claim", "session"}}
    if mine and other and {each[0] for each in (*mine, *other)} == {"raw"} and not mine & other:
        return False  # what is sent in one place does not say what was sent in another
    kinds, others = ({each.source for each in some if each.source in {ACCESS, REFRESH}}
                     for some in (write.keys, lookup.keys))  # fmt: skip
    if kinds and others and not kinds & others:
        return False  # the other of two tokens that are looked at alike
    if write.op == "set" or lookup.kind == "database":
        return True  # which rows, its condition says
    rows = [each for each in write.keys if each.kind == "row"]
    if rows and not mine:
        return any(each.name.rpartition(".")[2] in {"", *KEYS, *fields} for each in rows)
    return not mine or not other or bool(mine & other)


def identity(origin: Origin) -> tuple[str, ...]:
    """What tells a key from another: which claim it is, or which credential as it was sent."""
    mine = origin.kind == "raw" or origin.source in {ACCESS, REFRESH}
    return (origin.kind, origin.name, origin.source if mine else "", origin.shape)


def same(written: str, checked: str) -> bool:
    """Whether setting an attribute changes what is checked; ``revoked`` and ``revoked_at`` are one thing."""
    mine, other = written.rpartition(".")[2], checked.rpartition(".")[2]
    return mine == other or (
        mine in ENDED and other in ENDED and mine.removesuffix("_at") == other.removesuffix("_at")
    )
