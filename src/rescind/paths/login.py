"""Flask-Login: a signed cookie with the name of the account, and a loader that the application gives."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from rescind.paths.following import Check, Facts, Follower, Origin
from rescind.paths.following.facts import NOTHING, At
from rescind.paths.proving import Index
from rescind.paths.reaching import imported
from rescind.reading import Class, Function, Module, Project, Variable, walk, walk_inside
from rescind.reading.frameworks.facts import calls_of

USER_CLASSES = ("flask_login.UserMixin", "flask_login.mixins.UserMixin")


def guards(row: Mapping[str, Any]) -> bool:
    """Whether it is ``login_required``: what it makes has the name of the view, but not its file."""
    return "/flask_login/" in str(row.get("file", "")).replace("\\", "/")


def facts_of(project: Project, loader: Function, modules: Iterable[Module], index: Index) -> Facts:
    """What the loader does with the name in the cookie: who is not given back is not signed in."""
    follower = Follower(project)
    cookies = ["session", *(["remember"] if remembers(project, imported(project, modules)) else [])]
    named = frozenset(Origin("session", cookie, "_user_id") for cookie in cookies)
    given = {each.name: named for each in loader.parameters[:1]}
    at = At(loader.node, loader.module)
    follower.facts.sources.update(dict.fromkeys(cookies, at))
    found = follower.follow(loader, given)
    facts = follower.facts
    index.add(facts, follower.seen)
    facts.refusals.append(at)
    facts.checks += [Check("content", -1, "_user_id", NOTHING, False, at, cookie) for cookie in cookies]
    rows = {each.row for each in found if each.kind == "row" and each.row >= 0}
    flags = [each for cls in classes_of(project, loader, facts) for each in active_of(cls)]
    for row in sorted(rows):
        facts.checks.append(Check("missing", row, "", NOTHING, False, facts.lookups[row].at))
        facts.checks += [Check("attribute", row, name, NOTHING, False, where) for name, where in flags]
    return facts


def remembers(project: Project, modules: set[Module]) -> bool:
    """Whether ``login_user`` is given ``remember`` in one of the modules, unless that is certainly false."""
    for call in calls_of(project, "login_user"):
        given = call.argument("remember", 1)
        if (
            call.module in modules
            and given is not None
            and not (isinstance(given, ast.Constant) and given.value is False)
        ):
            return True
    return False


def classes_of(project: Project, loader: Function, facts: Facts) -> list[Class]:
    """The classes of the accounts: those that the loader names, or that its store is filled with."""
    found: dict[str, Class] = {}
    nodes = [(node, loader.scope) for node in loader.walk()]
    for lookup in facts.lookups:
        for named in project.find(lookup.store):
            if isinstance(named.definition, Class):
                found[named.name] = named.definition
            for binding in named.definition.bindings if isinstance(named.definition, Variable) else ():
                nodes += [(node, binding.scope) for node in walk(binding.value)] if binding.value else []
    for node, scope in nodes:
        if isinstance(node, ast.Name | ast.Attribute):
            for named in project.resolve(node, scope):
                if isinstance(named.definition, Class) and named.definition.is_a(*USER_CLASSES):
                    found[named.name] = named.definition
    return list(found.values())


def active_of(cls: Class) -> Iterator[tuple[str, At]]:
    """The attributes that decide whether an account is let in: those of ``is_authenticated``, which is
    ``is_active`` unless a class has its own."""
    own = cls.member("is_authenticated")
    yield from looked_at(
        cls, "is_authenticated" if own is not None and own.definition is not None else "is_active"
    )


def looked_at(cls: Class, word: str, left: int = 3) -> Iterator[tuple[str, At]]:
    member = cls.member(word)
    made = None if member is None else member.definition
    if isinstance(made, Variable):
        yield word, At(made.bindings[-1].node, made.module)
    for node in walk_inside(made.node) if isinstance(made, Function) else ():
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id == "self":
            inner = cls.member(node.attr)
            if left and inner is not None and isinstance(inner.definition, Function):
                yield from looked_at(cls, node.attr, left - 1)
            elif isinstance(made, Function):
                yield node.attr, At(node, made.module)
