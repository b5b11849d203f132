"""Where the value of an expression comes from, and what happens on the way to it."""

from __future__ import annotations

import ast
from collections.abc import Iterable
from contextlib import AbstractContextManager
from typing import Any

from rescind.paths.following import known
from rescind.paths.following.facts import (
    CREDENTIAL,
    NOTHING,
    At,
    Check,
    Encode,
    Facts,
    Origin,
    Origins,
)  # fmt: skip
from rescind.paths.following.origins import DIGEST, MOST, copies, fewer, is_of_class, shaped, without_word
from rescind.paths.following.refusing import is_awaited
from rescind.paths.following.stores import has_key
from rescind.paths.following.tokens import Tokens
from rescind.paths.following.wheres import is_column
from rescind.reading import Class, Function, Module, Named, Project, Variable
from rescind.reading.scopes import Scope


class Values(Tokens):
    """Evaluates expressions to origins; `Follower` adds statements."""

    facts: Facts
    stack: list[Function]

    def __init__(self, project: Project) -> None:
        self.project = project
        self.env: dict[str, Origins] = {}
        self.returned: set[Origin] = set()
        self.module: Module
        self.scope: Scope
        self.cached: float | None = None
        self.seen: dict[ast.AST, Origins] = {}
        self._accounts = {}
        self._of_authlib = {}
        self.raising: list[tuple[Origin, ast.AST]] = []  # what a KeyError may be about

    def follow(self, function: Function, given: dict[str, Origins] | None = None) -> Origins:
        raise NotImplementedError  # Follower

    def enter(self, function: Function, given: dict[str, Origins]) -> Any:
        outer = (
            self.env,
            self.returned,
            getattr(self, "module", None),
            getattr(self, "scope", None),
            self.cached,
        )
        self.stack.append(function)
        self.module, self.scope, self.returned = function.module, function.scope, set()
        self.env = {}
        for parameter in function.parameters:
            origins = given.get(parameter.name)
            self.env[parameter.name] = self.of_parameter(parameter, function) if origins is None else origins
        lasts = self.cache_of(function)  # of the function alone: what it is given was asked for before
        self.cached = self.cached if lasts is None else lasts
        return outer

    def leave(self, outer: Any) -> None:
        self.stack.pop()
        self.env, self.returned, self.module, self.scope, self.cached = outer

    # expressions

    def name_of(self, node: ast.expr) -> str:
        """The name in full of what an expression, or the call in it, refers to."""
        if isinstance(node, ast.Await):
            node = node.value
        if isinstance(node, ast.Call):
            found = self.project.callee(node, self.scope)
            return found[0].name if found else ""
        return self.project.name_of(node, self.scope)

    def of(self, node: ast.expr) -> Origins:
        handler = getattr(self, f"of_{type(node).__name__}", None)
        if handler is not None:
            found: Origins = handler(node)
            found = found if len(found) <= MOST else fewer(found)
        else:
            found = self.of_all(each for each in ast.iter_child_nodes(node) if isinstance(each, ast.expr))
        self.seen[node] = self.seen.get(node, NOTHING) | found
        return found

    def of_all(self, nodes: Iterable[ast.expr]) -> Origins:
        found: set[Origin] = set()
        for each in nodes:
            found |= self.of(each)
        return frozenset(found) if len(found) <= MOST else fewer(found)

    def of_Constant(self, _node: ast.Constant) -> Origins:
        return NOTHING

    def of_Lambda(self, _node: ast.Lambda) -> Origins:
        return NOTHING

    def of_Name(self, node: ast.Name) -> Origins:
        if node.id in self.env:
            return self.env[node.id]
        return self.of_named(self.project.resolve(node, self.scope), node)

    def of_named(self, named: Iterable[Named], node: ast.expr) -> Origins:
        found: set[Origin] = set()
        for each in named:
            if each.name == "flask.request":
                found.add(Origin("request"))
            elif each.name == "flask.session":
                found |= self.source("session", node) and {Origin("session", "session")}
            elif each.name == known.CURRENT:
                found |= self.token_found(node)
            elif each.name in known.CURRENT_USER:
                found |= self.signed_in(node)
            elif isinstance(each.definition, Variable):
                text = any(isinstance(o.value, str | bytes | int) for o in self.constants(each.definition))
                found.add(Origin("constant" if text else "store", each.name))
            elif isinstance(each.definition, Class):
                found.add(Origin("model", each.name))
        return frozenset(found)

    def constants(self, variable: Variable) -> list[Any]:
        values = [v for each in variable.bindings if each.value is not None for v in
                  self.project.values_of(each.value, each.scope).options]  # fmt: skip
        gaps = [g for each in variable.bindings if each.value is not None for g in
                self.project.values_of(each.value, each.scope).gaps if g.why == "environment"]  # fmt: skip
        return values + ([type("Set", (), {"value": ""})()] if gaps else [])

    def of_NamedExpr(self, node: ast.NamedExpr) -> Origins:
        found = self.of(node.value)
        self.env[node.target.id] = found
        return found

    def of_Attribute(self, node: ast.Attribute) -> Origins:
        base = self.of(node.value)
        found = {each for origin in base for each in self.attribute_of(origin, node.attr, node)}
        if not base or all(each.kind in {"store", "model"} for each in base):
            named = self.project.resolve(node, self.scope)
            if any(each.kind == "store" for each in base):  # of one object, not of all of its class
                named = tuple(each for each in named if not is_of_class(each))
            found |= self.of_named((each for each in named if not is_column(each, self.project)), node)
        return frozenset(found)

    def attribute_of(self, origin: Origin, attr: str, node: ast.AST) -> Origins:
        if origin.kind == "request":
            if attr == "session":
                self.source("session", node)
                return frozenset({Origin("session", "session")})
            if attr == "authorization":
                return self.source("basic", node)
            if attr == "user":
                return frozenset({Origin("claim", "request.user", "user")})
            return frozenset({Origin("part", "", attr)})
        if origin.kind == "part":
            return frozenset({origin})
        if origin.kind == "model":
            return frozenset({origin})
        if origin.kind == "store":
            return frozenset({origin._replace(source=f"{origin.source}.{attr}")})
        return frozenset({self.field(origin, attr)})

    def field(self, origin: Origin, name: str) -> Origin:
        """A field of a row, a claim or a session; of what is known already no more than that."""
        if origin.kind == "row" and name not in known.SAME:
            return origin._replace(name=".".join(filter(None, (origin.name, name))))
        if origin.kind in {"claim", "session"} and not origin.name and name not in known.SAME:
            return origin._replace(name=name)
        return origin

    def of_Subscript(self, node: ast.Subscript) -> Origins:
        base, key = self.of(node.value), self.of(node.slice)
        name = node.slice.value if isinstance(node.slice, ast.Constant) else None
        found = self.got(base, name, key, node)
        self.raising += [(each, node) for each in found if each.kind in {"raw", "session", "claim"}]
        return found

    def got(self, base: Origins, name: object, key: Origins, node: ast.AST) -> Origins:
        """``base[name]`` and ``base.get(name)``."""
        found: set[Origin] = set()
        for origin in base:
            if origin.kind == "part" and isinstance(name, str):
                found |= self.sent(origin.name, name, node)
            elif origin.kind == "store":
                found |= self.looked_up(origin.source, key, node)
            elif isinstance(name, str):
                found.add(self.field(origin, name))
            elif origin.kind in CREDENTIAL:
                found.add(without_word(origin))
        return frozenset(found)

    def sent(self, part: str, name: str, node: ast.AST) -> Origins:
        """A cookie, a header or a parameter of a request."""
        if part == "cookies":
            return self.source(f"cookie:{name}", node)
        if part == "headers":
            if name.lower() == "authorization":  # with the word before the token
                return frozenset(each._replace(shape="whole") for each in self.source("bearer", node))
            return self.source(f"header:{name.lower()}", node)
        if part in {"query_params", "args"}:
            return self.source(f"query:{name}", node) if known.looks_secret(name) else NOTHING
        return NOTHING

    def source(self, name: str, node: ast.AST) -> Origins:
        self.facts.sources.setdefault(name, At(node, self.module))
        return frozenset({Origin("raw", name)})

    def of_Compare(self, node: ast.Compare) -> Origins:
        left = self.of(node.left)
        if any(each.kind == "part" and each.name in {"path", "endpoint", "url", "url_rule"} for each in left):
            self.facts.exempt |= self.words(node.comparators[0])
        rights = [self.of(each) for each in node.comparators]
        op, right = node.ops[0], rights[0]
        negative = isinstance(op, ast.NotIn | ast.Is)
        if isinstance(op, ast.In | ast.NotIn):
            found: set[Origin] = set()
            for each in right:
                if each.kind in {"store", "part"} and has_key(left):
                    found |= self.looked_up(each.source or each.name, left, node)
            if found:
                return frozenset(each._replace(negated=negative) for each in found)
            name = node.left.value if isinstance(node.left, ast.Constant) else None
            if isinstance(name, str):  # "user" in session
                return frozenset(self.field(each, name)._replace(negated=negative) for each in right)
        if isinstance(op, ast.Is | ast.IsNot):
            return frozenset(each._replace(negated=negative != each.negated) for each in left)
        return left.union(*rights)

    def words(self, node: ast.expr) -> set[str]:
        """The texts that a path or an endpoint is held against."""
        found: set[str] = set()
        for option in self.project.values_of(node, self.scope).options:
            several = option.value if isinstance(option.value, list | tuple | set) else [option.value]
            found |= {each for each in several if isinstance(each, str)}
        return found

    def of_UnaryOp(self, node: ast.UnaryOp) -> Origins:
        found = self.of(node.operand)
        if isinstance(node.op, ast.Not):
            return frozenset(each._replace(negated=not each.negated) for each in found)
        return found

    def of_JoinedStr(self, node: ast.JoinedStr) -> Origins:
        """A key with a text around it is another key."""
        around = "{}".join(str(each.value) for each in node.values if isinstance(each, ast.Constant))
        holes = [each.value for each in node.values if isinstance(each, ast.FormattedValue)]
        return shaped(self.of_all(holes), around)

    def of_BinOp(self, node: ast.BinOp) -> Origins:
        found = self.of(node.left) | self.of(node.right)
        around = [str(each.value) for each in (node.left, node.right) if isinstance(each, ast.Constant)]
        return shaped(copies(found), "{}".join(around))

    def of_Dict(self, node: ast.Dict) -> Origins:
        return copies(self.of_all([each for each in (*node.keys, *node.values) if each is not None]))

    def of_IfExp(self, node: ast.IfExp) -> Origins:
        self.of(node.test)
        return self.of(node.body) | self.of(node.orelse)

    def of_ListComp(self, node: ast.ListComp | ast.SetComp | ast.GeneratorExp | ast.DictComp) -> Origins:
        outer = self.env
        self.env = dict(outer)
        for each in node.generators:
            self.bind(each.target, self.of(each.iter), None)
            self.of_all(each.ifs)
        found = self.of_all([node.key, node.value] if isinstance(node, ast.DictComp) else [node.elt])
        self.env = outer
        return found

    of_SetComp = of_GeneratorExp = of_DictComp = of_ListComp

    # calls

    def of_Call(self, node: ast.Call) -> Origins:
        named = self.project.callee(node, self.scope)
        name = named[0].name if named else ""
        base = self.of(node.func.value) if isinstance(node.func, ast.Attribute) else NOTHING
        of_library = self.of_library(node, name)
        if of_library is not None:
            return of_library
        for each in named:
            if isinstance(each.definition, Function):
                return self.into(each.definition, node, base)
        given = self.of_all([*node.args, *(k.value for k in node.keywords)])
        if name in known.ENCODERS and self.stack:
            self.facts.encodes.append(Encode(name, node, self.stack[-1], At(node, self.module)))
        if known.PASSWORD_CHECKS.search(name or attr_of(node)):
            self.password_checked(given | base, node)
        if isinstance(node.func, ast.Attribute):
            if node.func.attr == "validate":
                self.validated(base | given)
            return self.method(node, node.func.attr, base, given, name)
        return self.outside(node, name, given)

    def method(self, node: ast.Call, attr: str, base: Origins, given: Origins, name: str) -> Origins:
        """A method of a store, a row, a part of the request, or of a session of a database."""
        first = node.args[0] if node.args else None
        statement = self.statement_text(first, name, attr)
        if statement:
            return self.statement_run(statement, given, node)
        prefix = self.cache_key(node.func.value, first)  # type: ignore[attr-defined]
        if prefix is not None:
            return self.cache_call(prefix, attr, given, node)
        if attr in known.REMOVING:
            self.removed(base or given, given, node)
        if attr == "add" and first is not None and self.row_added(first, given, node):
            return NOTHING
        stores = frozenset(each for each in base if each.kind == "store")
        by_key = attr == "get" and any(each.kind == "model" for each in given)  # db.session.get(User, key)
        if (
            stores
            and not by_key
            and attr in {*known.ADDING, *known.ASKING, *known.REMOVING, "values", "items"}
        ):
            return self.method_of_store(node, attr, stores, given)
        models = frozenset(each for each in base | given if each.kind == "model")
        if models:
            return self.method_of_model(node, attr, models, base | given)
        rows = frozenset(each for each in base if each.kind == "row")
        if rows and attr in known.SAME:
            return copies(rows) if attr == "copy" else rows
        if attr in known.SAME:
            base = frozenset(without_word(each) for each in base)
        literal = first.value if isinstance(first, ast.Constant) else None
        if attr == "get" and isinstance(literal, str):
            return self.got(base, literal, NOTHING, node)
        if attr in known.OF_MAPPINGS and any(each.kind == "session" and not each.name for each in base):
            return self.got(base, literal, NOTHING, node) if literal else NOTHING
        return self.outside(node, name or f".{attr}", base | given)

    def outside(self, node: ast.Call, name: str, given: Origins) -> Origins:
        """What is not read: a credential that goes in may come out."""
        if name.startswith(("hashlib.", "hmac.")):  # what is kept by its digest is not found by itself
            return frozenset(each._replace(name=DIGEST) if each.kind == "raw" else each for each in given)
        if name in known.COPIES:  # what is removed from a copy is still where it was
            given = frozenset(each for each in given if each.kind != "store")
        if name.rpartition(".")[2] == "delete":
            self.removed(given, given, node)
        sent = frozenset(each for each in given if each.kind in CREDENTIAL)
        if name.rpartition(".")[2] not in known.HANDED_ON:
            given = copies(given)
        if sent and not known.HARMLESS.search(name) and not (name and name.rpartition(".")[2][:1].isupper()):
            self.facts.opaque.append((name, sent, At(node, self.module)))
        return given

    def into(self, function: Function, node: ast.Call, base: Origins) -> Origins:
        """A function of the project is followed with what it is given."""
        plain = [each.name for each in function.parameters if each.kind == "plain"]
        given: dict[str, Origins] = {}
        if function.cls is not None and not function.is_static and isinstance(node.func, ast.Attribute):
            given[plain[0] if plain else "self"] = base
            plain = plain[1:]
        for name, each in zip(plain, node.args, strict=False):
            given[name] = self.of(each)
        for keyword in node.keywords:
            found = self.of(keyword.value)
            if keyword.arg:
                given[keyword.arg] = found
        if function.is_async and not is_awaited(node, self):
            with self.doubting(True):  # it runs at some time, or never
                return self.follow(function, given)
        return self.follow(function, given)

    def password_checked(self, found: Origins, node: ast.Call) -> None:
        for each in found:
            if each.kind == "row":
                self.facts.checks.append(
                    Check("password", each.row, each.name, found, False, At(node, self.module))
                )

    def compared_by_call(self, node: ast.Call, at: At) -> bool:
        """``compare_digest(a, b)`` in a condition."""
        if not self.name_of(node).endswith("compare_digest") or len(node.args) != 2:
            return False
        self.held_against((self.of(node.args[0]), self.of(node.args[1])), at, when=False)
        return True

    def bind(self, target: ast.expr, found: Origins, value: ast.expr | None) -> None:
        raise NotImplementedError  # Follower

    def held_against(self, sides: tuple[Origins, Origins], at: At, *, when: bool) -> None:
        raise NotImplementedError  # Follower

    def doubting(self, doubtful: bool) -> AbstractContextManager[None]:
        raise NotImplementedError  # Follower


def attr_of(node: ast.Call) -> str:
    return node.func.attr if isinstance(node.func, ast.Attribute) else ""
