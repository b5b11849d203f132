"""Where things are kept: dictionaries, tables, objects, caches. What is looked up, kept and removed."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable

from rescind.paths.following import known
from rescind.paths.following.datastores import (
    CHANGED,
    CHANGING,
    FINDING,
    TOLD,
    Datastore,
    datastore,
    tokens_of,
)
from rescind.paths.following.facts import CREDENTIAL, NOTHING, At, Lookup, Op, Origin, Origins, Store, Write
from rescind.paths.following.parameters import Parameters
from rescind.paths.following.wheres import Where, chain, of_query, of_statement
from rescind.reading import Applied, Class, Function, Module, Text, Variable, walk
from rescind.reading.scopes import Scope

RUNNING = {
    "execute", "fetchone", "fetch", "fetchrow", "fetch_one", "fetch_all", "fetchval", "executemany", "scalar",
}  # fmt: skip


class Stores(Parameters):
    """Notes look-ups and writes; `Values` evaluates the expressions around them."""

    cached: float | None
    _accounts: dict[Module, Datastore | None]
    _of_authlib: dict[Module, list[str]]

    def of(self, node: ast.expr) -> Origins:
        raise NotImplementedError  # Values

    def name_of(self, node: ast.expr) -> str:
        raise NotImplementedError  # Values

    def cache_of(self, function: Function) -> float | None:
        """Seconds for which answers of the function are remembered; infinite where there is no limit."""
        applied = function.decorated_with(*known.CACHES)
        if applied is None:
            return float("inf") if any(self.remembers(each) for each in function.decorators) else None
        if applied.call is None:
            return float("inf")
        for each in [*applied.call.args, *(keyword.value for keyword in applied.call.keywords)]:
            call = each if isinstance(each, ast.Call) else self.constructed(each, function.outer)
            if call is None or not self.project.name_of(call.func, function.outer).endswith("TTLCache"):
                continue
            given = [k.value for k in call.keywords if k.arg == "ttl"] or call.args[1:2]
            return self.number(given[0], function.outer) if given else float("inf")
        own = [k.value for k in applied.call.keywords if k.arg == "ttl"]
        return self.number(own[0], function.outer) if own else float("inf")

    def remembers(self, applied: Applied) -> bool:
        """Whether a decorator of the application, or one that is called so, gives answers of before."""
        return any(
            answers_again(each.definition)
            if isinstance(each.definition, Function)
            else known.REMEMBERING.search(each.name) is not None
            for each in applied.named
        )

    def constructed(self, node: ast.expr, scope: Scope) -> ast.Call | None:
        """The call that made what a name stands for."""
        for named in self.project.resolve(node, scope):
            if isinstance(named.definition, Variable):
                return next((v for v in named.definition.values if isinstance(v, ast.Call)), None)
        return None

    def number(self, node: ast.expr, scope: Scope) -> float:
        numbers = [
            o.value for o in self.project.values_of(node, scope).options if isinstance(o.value, int | float)
        ]
        return float(max(numbers)) if numbers else float("inf")

    def method_of_store(self, node: ast.Call, attr: str, stores: Origins, given: Origins) -> Origins:
        """``SESSIONS.get(key)``, ``REVOKED.add(key)``, ``SESSIONS.values()``"""
        if attr in known.ADDING and attr not in known.ASKING:
            value = node.args[-1] if node.args else None
            at = At(node, self.module)
            self.facts.writes += [Write(each.source, "add", "", given, value, at) for each in stores]
            return NOTHING
        keys = NOTHING if attr in {"values", "items"} else given
        return frozenset(row for each in stores for row in self.looked_up(each.source, keys, node))

    def method_of_model(self, node: ast.Call, attr: str, models: Origins, given: Origins) -> Origins:
        """``db.get(User, key)``, ``select(User).where(...)``, ``update(User).values(...)``"""
        if attr in {"values", "update"}:
            self.columns_set(models, node)
        if attr in {"add", "delete"}:
            return NOTHING
        if has_key(given) or attr in known.TERMINAL:
            return frozenset(
                row
                for each in models
                for row in self.looked_up(
                    each.source, given, node, "database", self.wheres(node, each.source)
                )
            )
        return given

    def accounts(self) -> Datastore | None:
        """The store of accounts of Flask-Security."""
        if self.module not in self._accounts:
            self._accounts[self.module] = datastore(self.project, [self.module])
        return self._accounts[self.module]

    def signed_in(self, node: ast.expr) -> Origins:
        """``current_user``: a row, where Flask-Security finds it."""
        mine = frozenset({Origin("claim", "flask_login", "user")})
        found = self.accounts()
        return mine if found is None else self.looked_up(found.model_name, mine, node, "database")

    def token_found(self, node: ast.expr) -> Origins:
        """``current_token`` of Authlib: a row, where one class of tokens is found."""
        mine = frozenset({Origin("claim", "authlib", "token")})
        if self.module not in self._of_authlib:
            self._of_authlib[self.module] = tokens_of(self.project, self.module)
        classes = self._of_authlib[self.module]
        return self.looked_up(classes[0], mine, node, "database") if len(classes) == 1 else mine

    def of_accounts(self, node: ast.Call, name: str) -> Origins | None:
        """``accounts.find_user(email=...)``, ``accounts.deactivate_user(user)``; None: it is something
        else."""
        found, last = self.accounts(), name.rpartition(".")[2]
        told = [TOLD[last]] if last in TOLD else []
        if found is None or not (told or last in FINDING or name in CHANGING):
            return None
        given = frozenset(
            each for some in (*node.args, *(k.value for k in node.keywords)) for each in self.of(some)
        )
        if last in FINDING:
            return self.looked_up(found.model_name, given, node, "database")
        told = told or [("set", each, None) for each in CHANGED]
        for op, attribute, value in told:
            set_to = None if value is None else ast.Constant(value)
            self.facts.writes.append(
                Write(found.model_name, op, attribute, given, set_to, At(node, self.module))
            )
        return NOTHING

    def row_added(self, first: ast.expr, given: Origins, node: ast.Call) -> bool:
        """``session.add(Revoked(jti=jti))``, also by way of a name."""
        made = [first]
        if isinstance(first, ast.Name):
            made = [each.value for each in self.scope.lookup(first.id) if each.value is not None]
        classes = {
            named.name for each in made if isinstance(each, ast.Call)
            for named in self.project.callee(each, self.scope) if isinstance(named.definition, Class)
        }  # fmt: skip
        at = At(node, self.module)
        self.facts.writes += [Write(each, "add", "", given, first, at) for each in sorted(classes)]
        return bool(classes)

    def wheres(self, node: ast.Call, model: str) -> tuple[Where, ...]:
        """The flags that the query around asks for."""
        calls = chain(node, self.module.parent_of)

        def is_row(expression: ast.expr) -> bool:
            return any(each.kind == "model" and each.source == model for each in self.of(expression))

        return tuple(of_query(calls, is_row))

    def looked_up(
        self,
        store: str,
        keys: Origins,
        node: ast.AST,
        kind: Store = "memory",
        wheres: tuple[Where, ...] = (),
    ) -> Origins:
        at = At(node, self.module)
        keys = frozenset(each for each in keys if each.kind in CREDENTIAL)
        for number, each in enumerate(self.facts.lookups):
            if each.at == at and each.store == store and each.keys == keys:
                return frozenset({Origin("row", store, "", number)})
        self.facts.lookups.append(Lookup(store, kind, keys, at, self.cached, wheres))
        return frozenset({Origin("row", store, "", len(self.facts.lookups) - 1)})

    def columns_set(self, models: Iterable[Origin], node: ast.Call) -> None:
        """``update(User).values(active=False)`` and ``query.update({"active": False})``"""
        at = At(node, self.module)
        names = [k.arg for k in node.keywords if k.arg]
        for each in node.args:
            keys = each.keys if isinstance(each, ast.Dict) else []
            names += [str(key.value) for key in keys if isinstance(key, ast.Constant)]
            names += [key.attr for key in keys if isinstance(key, ast.Attribute)]
        certain = not ranged(whole(node, self.module))
        for model in models:
            self.facts.writes += [
                Write(model.source, "set", name, NOTHING, None, at, certain=certain) for name in names
            ]

    def removed(self, base: Origins, keys: Origins, node: ast.AST) -> None:
        at = At(node, self.module)
        for origin in base | keys:
            if origin.kind in {"store", "model"}:
                certain = origin.kind == "store" or not ranged(whole(node, self.module))
                self.facts.writes.append(
                    Write(origin.source, "remove", "", keys | base, None, at, certain=certain)
                )
            elif origin.kind == "row":
                self.facts.writes.append(
                    Write(self.facts.lookups[origin.row].store, "remove", "", keys | base, None, at)
                )
            elif origin.kind == "session":
                self.facts.writes.append(Write("session", "remove", "", keys, None, at))

    def statement_text(self, node: ast.expr | None, name: str, attr: str) -> str:
        """The SQL that is run, as far as it is known."""
        if node is None or attr not in RUNNING:
            return ""
        if isinstance(node, ast.Call) and self.name_of(node).endswith(".text") and node.args:
            node = node.args[0]
        for option in self.project.values_of(node, self.scope).options:
            text = option.value.start if isinstance(option.value, Text) else option.value
            if isinstance(text, str) and known.TABLE.search(text):
                return (
                    " ".join(part or "?" for part in option.value.parts)
                    if isinstance(option.value, Text)
                    else text
                )
        return ""

    def statement_run(self, text: str, given: Origins, node: ast.Call) -> Origins:
        verb = (known.VERB.match(text) or ["", ""])[1].upper()
        table = known.TABLE.search(text)
        store = f"table {table[1]}" if table else "table"
        if verb == "SELECT":
            return self.looked_up(store, given, node, "database", tuple(of_statement(text)))
        at = At(node, self.module)
        certain = known.RANGE.search(text) is None  # else it is about those that have run out, or all others
        if verb == "UPDATE":
            for column in _set_columns(text):
                self.facts.writes.append(Write(store, "set", column, given, None, at, certain=certain))
        else:
            op: Op = "remove" if verb == "DELETE" else "add"
            self.facts.writes.append(Write(store, op, "", given, None, at, certain=certain))
        return NOTHING

    def cache_key(self, base: ast.expr, first: ast.expr | None) -> str | None:
        """The beginning of the key, if the method is one of a Redis client or a cache; else None."""
        types = " ".join(each.name.lower() for each in self.project.types_of(base, self.scope))
        if first is None or not any(word in types for word in ("redis", "memcache", "valkey", "cachetools")):
            return None
        for option in self.project.values_of(first, self.scope).options:
            text = option.value.start if isinstance(option.value, Text) else option.value
            if isinstance(text, str):
                return f"{'redis'} {text}"
        return "redis"

    def cache_call(self, prefix: str, attr: str, given: Origins, node: ast.Call) -> Origins:
        at = At(node, self.module)
        if attr in known.REMOVING:
            self.facts.writes.append(Write(prefix, "remove", "", given, None, at))
        elif attr in known.ADDING:
            lasts = self.lasts(node, attr)
            self.facts.writes.append(Write(prefix, "add", "", given, node.args[-1], at, lasts))
        elif has_key(given):
            return self.looked_up(prefix, given, node, "cache")
        return NOTHING

    def lasts(self, node: ast.Call, attr: str) -> float | None:
        named = [k.value for k in node.keywords if k.arg in {"ex", "ttl", "time", "expire", "timeout"}]
        given = named or (node.args[1:2] if attr == "setex" else [])
        found = self.number(given[0], self.scope) if given else None
        return None if found == float("inf") else found


def _set_columns(text: str) -> list[str]:
    found = re.search(r"\bSET\b(.*?)(?:\bWHERE\b|$)", text, re.IGNORECASE | re.DOTALL)
    return re.findall(r"(\w+)\s*=", found[1]) if found else []


def whole(node: ast.AST, module: Module) -> ast.AST:
    """The expression around a call: ``delete(Session).where(...)``"""
    for above in module.above(node):
        if isinstance(above, ast.stmt):
            break
        node = above
    return node


def ranged(node: ast.AST) -> bool:
    """Whether it holds values against a limit: rows that have run out, or all but one."""
    limits = ast.Lt | ast.LtE | ast.Gt | ast.GtE | ast.NotEq
    return any(
        isinstance(op, limits) for each in walk(node) if isinstance(each, ast.Compare) for op in each.ops
    )


def answers_again(decorator: Function) -> bool:
    """Whether it gives back what it has kept: ``kept[key] = answer`` and ``return kept[key]``"""
    kept: set[str] = set()
    given: set[str] = set()
    for node in walk(decorator.node):
        if isinstance(node, ast.Assign):
            kept |= {
                name
                for each in node.targets
                if isinstance(each, ast.Subscript)
                for name in names_in(each.value)
            }
        elif isinstance(node, ast.Return) and node.value is not None:
            given |= names_in(node.value)
    return bool(kept & given)


def names_in(node: ast.AST) -> set[str]:
    return {each.id for each in walk(node) if isinstance(each, ast.Name)}


def has_key(found: Iterable[Origin]) -> bool:
    return any(each.kind in CREDENTIAL for each in found)
