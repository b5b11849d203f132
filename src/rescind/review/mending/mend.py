"""Which findings of a review are mended, and how; the others are left as they are."""

from __future__ import annotations

import ast
from collections import defaultdict
from collections.abc import Iterable
from hashlib import sha256
from hmac import compare_digest
from typing import NamedTuple

from rescind.reading import Module
from rescind.review.finding import Finding
from rescind.review.look import Look, Shared
from rescind.review.mending.edits import Edit, How, edited
from rescind.review.mending.files import Change, ignored
from rescind.review.mending.kinds import kind_of
from rescind.review.naming.called import called_function
from rescind.review.run import Review

COOKIES = frozenset(["set_cookie", "set_secure_cookie", "set_signed_cookie"])


class Left(NamedTuple):
    """A file with findings that could be mended and is left as it is."""

    file: str
    why: str


def mend(done: Review) -> tuple[list[Change], list[Left]]:
    """What would become of the files with findings that are shown: those that a comment excuses, that a
    baseline has or that are left out otherwise are not among them. Nothing is written.
    """
    by_file: dict[str, list[Finding]] = defaultdict(list)
    for each in done.findings:
        if each.confidence == "high":
            by_file[each.file].append(each)
    unread = {each.file for each in done.unread}
    modules = {each.file: each for each in done.project.modules if each.file in by_file}
    without = ignored((each.path for each in modules.values()), done.project.root)
    shared = Shared(done.project)
    changes: list[Change] = []
    left: list[Left] = []
    for file, module in modules.items():
        edits = edits_of(shared.look(module), by_file[file])
        if not edits:
            continue
        why = "git ignores it" if module.path in without else "not all of it could be read" * (file in unread)
        found = why or changed(module, edits)
        if isinstance(found, Change):
            changes.append(found)
        elif found:
            left.append(Left(file, found))
    return changes, left


def changed(module: Module, edits: frozenset[Edit]) -> Change | str:
    """What becomes of a file; a text: why nothing does."""
    try:
        source = module.path.read_bytes()
    except OSError:
        return "it cannot be read any more"
    if not compare_digest(sha256(source).hexdigest(), module.digest):
        return "it was changed meanwhile"
    made = edited(source, edits)
    if made is None:
        return "it could not be written back as it is"
    if not made.done:
        return ""
    try:
        ast.parse(made.text)
    except (SyntaxError, ValueError):
        return "what would come out is no Python"
    return Change(module.file, module.path, source, made.text, len(made.done))


def edits_of(look: Look, findings: Iterable[Finding]) -> frozenset[Edit]:
    # A cookie that may have no domain has all of its flags.
    wanted = {(each.line, each.column): each.rule for each in findings if "domain" not in each.message}
    found: set[Edit] = set()
    for node in look.module.nodes_of(ast.Compare, ast.Call):
        place = look.module.place(node)
        rule = wanted.get((place.line, place.column))
        how = how_to(look, node, rule) if rule is not None else None
        if how is not None:
            found.add(Edit(place.line, place.column - 1, how))
    return frozenset(found)


def how_to(look: Look, node: ast.Compare | ast.Call, rule: str) -> How | None:
    if rule == "RSC301" and isinstance(node, ast.Compare):
        return comparing(look, node)
    if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Attribute):
        return None
    if rule == "RSC102":
        return "yaml" if look.name(node.func.value) == "yaml" and of_yaml(look, node) else None
    if rule == "RSC601" and called_function(node) in COOKIES:
        return "cookie" if "falcon" not in look.module.text else None  # it calls them otherwise
    return None


def of_yaml(look: Look, node: ast.Call) -> bool:
    """Whether the loader is one of PyYAML's, or none: what another adds would be lost."""
    loaders = [*node.args[1:], *(each.value for each in node.keywords if each.arg == "Loader")]
    return all(look.name(each).startswith("yaml.") for each in loaders)


def comparing(look: Look, node: ast.Compare) -> How | None:
    """`compare_digest` raises where a text is not ASCII, and for anything that is neither text nor bytes."""
    if len(node.ops) != 1 or not isinstance(node.ops[0], ast.Eq | ast.NotEq) or is_taken(look):
        return None
    kinds = {kind_of(look, node.left), kind_of(look, node.comparators[0])}
    if kinds in ({"bytes"}, {"ascii"}):
        return "compare"
    return "encode" if kinds <= {"str", "ascii"} else None


def is_taken(look: Look) -> bool:
    """Whether ``hmac`` is something else than the module in this file."""
    return any(takes_name(look, node) for node in look.module.nodes)


def takes_name(look: Look, node: ast.AST) -> bool:
    if isinstance(node, ast.alias) and (node.asname or node.name) == "hmac":
        return node.name != "hmac" or isinstance(look.module.parent_of(node), ast.ImportFrom)
    if isinstance(node, ast.Name) and not isinstance(node.ctx, ast.Load):
        return node.id == "hmac"
    if isinstance(node, ast.arg):
        return node.arg == "hmac"
    return isinstance(node, DEFINITIONS) and node.name == "hmac"


DEFINITIONS = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)
