"""What is asked: does this guard shut, is this write made each time."""

from __future__ import annotations

import ast
from typing import Literal

from rescind.paths.following.facts import Op
from rescind.paths.proving.case import Case, Index
from rescind.paths.proving.machine import Closed, Machine
from rescind.paths.proving.state import Exit, Undecided
from rescind.paths.proving.values import FALSE, NONE, THERE, TRUE, Value, truth
from rescind.reading import Function, Project

# What refuses where a package asks a function of the application, besides an exception.
ANSWERS: dict[str, tuple[Value, ...]] = {
    "revoked": (TRUE, THERE, Value("part", "")), "loads": (NONE,), "verifies": (NONE, FALSE),
}  # fmt: skip
OPPOSITE: dict[Op, Op] = {"remove": "add", "add": "remove"}
Role = Literal["dependency", "view", "middleware", "loader", "of_django", "revoked", "loads", "verifies"]


class Proofs:
    """Goes through functions in the cases that it is asked about, each once."""

    def __init__(self, project: Project, index: Index) -> None:
        self.project = project
        self.index = index
        self._machines: dict[Case, Machine] = {}
        self._shut: dict[tuple[Case, Function, Role, Closed | None], bool] = {}

    def shuts(self, case: Case, function: Function, role: Role, closed: Closed | None) -> bool:
        """Whether no path through the function lets the request by."""
        key = (case, function, role, closed)
        if key not in self._shut:
            exits = self.exits(case, function, closed)
            self._shut[key] = exits is not None and all(is_shut(each, role) for each in exits)
        return self._shut[key]

    def exits(self, case: Case, function: Function, closed: Closed | None) -> list[Exit] | None:
        """How it may end; None: there are too many paths."""
        machine = self._machines.setdefault(case, Machine(self.project, self.index, case))
        try:
            return machine.answer(function, closed)
        except (Undecided, RecursionError):
            return None

    def always(self, case: Case, function: Function, closed: Closed | None, commits: bool) -> set[ast.AST]:
        """The writes to the store that are made on each path that ends well, last and for good."""
        exits = self.exits(case, function, closed)
        ended = [each for each in exits or () if not is_shut(each, "view")]
        made = [self.lasting(case, each, commits) for each in ended]
        return set.intersection(*made) if made else set()

    def lasting(self, case: Case, ended: Exit, commits: bool) -> set[ast.AST]:
        """What was written on a path and is still so when it ends."""
        kept: dict[ast.AST, set[Op]] = {}
        waiting: dict[ast.AST, set[Op]] = {}
        for event in ended.state.done:
            if event.kind == "rollback":
                waiting = {}
            elif event.kind == "commit":
                kept |= waiting
                waiting = {}
            elif event.node is not None:
                ops = {op for store, op in self.index.writes.get(event.node, ()) if store == case.store}
                for some in (kept, waiting) if ops else ():
                    for node in [each for each in some if undoes(event.node, each, ops, some[each], ended)]:
                        del some[node]
                if ops:
                    (waiting if commits else kept)[event.node] = ops
        return set(kept)


def is_shut(ended: Exit, role: Role) -> bool:
    """Whether a request that ends so was refused."""
    if ended.kind == "raise":
        return True
    if role == "dependency":
        return False
    if role in ANSWERS:
        return (NONE if ended.kind == "next" else ended.value) in ANSWERS[role]
    passed = any(each.kind == "passed" for each in ended.state.done)
    if role == "of_django":  # views and what authenticates, which gives back nobody
        return not passed and (ended.value.kind == "refusal" or truth(ended.value) is False)
    if role == "loader":
        return ended.kind == "next" or truth(ended.value) is False
    if role == "middleware" and not passed:
        return True
    return ended.value.kind == "refusal"


def undoes(later: ast.AST, earlier: ast.AST, its: set[Op], before: set[Op], ended: Exit) -> bool:
    """Whether what was removed under a key is put back under the same one, or taken away again."""
    if not any(OPPOSITE.get(op) in before for op in its):
        return False
    key, done = key_of(earlier), [each.node for each in ended.state.done if each.node is not None]
    between = done[done.index(earlier) + 1 : done.index(later)]
    changed = any(isinstance(each, ast.expr) and ast.unparse(each) == key for each in between)
    return key_of(later) in {key, ""} and not changed


def key_of(write: ast.AST) -> str:
    """The key of ``STORE[key] = ...``, ``del STORE[key]``, ``STORE.pop(key)``, as it is written."""
    node = write.targets[0] if isinstance(write, ast.Delete) else write
    if isinstance(node, ast.Subscript):
        return ast.unparse(node.slice)
    return ast.unparse(node.args[0]) if isinstance(node, ast.Call) and node.args else ""
