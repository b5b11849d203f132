"""Calls: what is looked up and written, and what functions of the project do."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from rescind.paths.following import known
from rescind.paths.following.refusing import is_awaited, is_refusing_answer
from rescind.paths.proving.comparing import Comparing
from rescind.paths.proving.expressions import failed
from rescind.paths.proving.state import Event, Exit, Results, State
from rescind.paths.proving.values import (
    EMPTY,
    FALSE,
    NONE,
    REFUSAL,
    RESULT,
    THERE,
    TRUE,
    UNKNOWN,
    Value,
    of_truth,
    raised,
    truth,
)
from rescind.reading import Class, Function, walk_inside

ONE = {"one", "scalar_one", "get_or_404", "first_or_404", "one_or_404"}
MANY = {"fetchall", "all", "hgetall", "smembers", "values", "items", "keys", "find", "fetch_all", "lrange"}
COUNTS = {"exists", "sismember", "count", "has_key", "hexists", "ttl", "__contains__"}
RESULTS = {
    "execute", "query", "filter", "filter_by", "where", "select", "scalars", "options", "join", "order_by",
    "limit", "mappings", "unique",
}  # fmt: skip
RUNNING = {
    "execute", "scalars", "scalar", "exec", "fetch_one", "fetch_all", "fetchrow", "fetchval", "first", "one",
    "one_or_none",
}  # fmt: skip
SAME_AGAIN = {"dict", "json.loads", "copy.copy", "copy.deepcopy", "typing.cast", "list", "builtins.dict"}
REVOKED = "flask_jwt_extended.exceptions.RevokedTokenError"
DEFAULTS = {"get", "pop", "setdefault"}
TRANSPARENT = {
    "staticmethod", "classmethod", "property", "functools.wraps", "contextlib.contextmanager",
    "contextlib.asynccontextmanager", "functools.cached_property", "abc.abstractmethod",
}  # fmt: skip
FRAMEWORKS = (
    "flask.Flask.", "flask.Blueprint.", "fastapi.FastAPI.", "fastapi.APIRouter.", "flask_login.LoginManager.",
    "starlette.applications.Starlette.", "flask_jwt_extended.JWTManager.", "flask_httpauth.HTTP",
)  # fmt: skip


class Calls(Comparing):
    """Evaluates calls; `Machine` goes through the functions that they lead to."""

    def ev_Call(self, node: ast.Call, state: State) -> Results:
        named = self.project.callee(node, self.scope)
        name = named[0].name if named else ""
        if name in known.REFUSERS:
            return [
                (failed(values) or raised("HTTPException"), s) for values, s in self.each(node.args, state)
            ]
        found: Results = []
        given = [*node.args, *(each.value for each in node.keywords)]
        base = [node.func.value] if isinstance(node.func, ast.Attribute) else []
        for values, after in self.each([*base, *given], state):
            if failed(values):
                found.append((values[-1], after))
                continue
            mine, rest = (values[0], values[1:]) if base else (UNKNOWN, values)
            done = after.did(*self.events(node, name))
            found += self.applied(node, name, mine, rest, done)
        return found

    def events(self, node: ast.Call, name: str) -> Iterator[Event]:
        """What a call does besides giving a value."""
        attr = node.func.attr if isinstance(node.func, ast.Attribute) else ""
        if node in self.index.writes and not self.is_left(node):
            yield Event("write", node)
        if attr in {"commit", "rollback"}:
            yield Event("commit" if attr == "commit" else "rollback")
        if name.endswith(("call_next", ".app", "get_response")) or attr in {"app", "get_response"}:
            yield Event("passed")

    def verifies(self, node: ast.Call) -> bool:
        """Whether ``verify_jwt_in_request()`` refuses, since a function that it asks does."""
        given = {each.arg: getattr(each.value, "value", None) for each in node.keywords}
        refresh = given.get("refresh", False)
        kind = {True: known.REFRESH, False: known.ACCESS}.get(refresh) if isinstance(refresh, bool) else None
        mine = given.get("verify_type", True) is False or kind == self.case.source
        if not mine or len(node.args) > 1 or None in given:
            return False
        skips = given.get("skip_revocation_check", False) is not False
        asked = self.index.refusing.get(self.case, ())
        return "user_lookup" in asked or ("token_in_blocklist" in asked and not skips)

    def is_left(self, node: ast.Call) -> bool:
        """Whether it is a coroutine that nobody awaits."""
        if not self.function.is_async or not isinstance(node.func, ast.Attribute):
            return False
        types = " ".join(each.name for each in self.project.types_of(node.func.value, self.scope))
        above = self.module.parent_of(node)
        return isinstance(above, ast.Expr) and any(word in types for word in ("asyncio", "Async", "motor"))

    def applied(
        self, node: ast.Call, name: str, base: Value, given: tuple[Value, ...], state: State
    ) -> Results:
        """The value of a call, its parts known."""
        function = self.target(node, base, state)
        if function is not None:
            return self.into(function, node, given, state)
        if name == known.JWT_VERIFIED and self.verifies(node):
            return [(raised(REVOKED), state)]
        attr = node.func.attr if isinstance(node.func, ast.Attribute) else ""
        last = name.rpartition(".")[2]
        if is_refusing_answer(node, self):
            return [(REFUSAL, state)]
        if base == NONE and attr:
            return [(raised("AttributeError"), state)]
        if base in {RESULT, EMPTY}:
            return self.emptied(attr, state)
        if base.kind == "part" and attr:
            key = given[0].data if attr == "get" and given and given[0].kind == "constant" else None
            same = base if attr in known.SAME else UNKNOWN
            return [(self.part(base, key) if isinstance(key, str) else same, state)]
        if attr in RUNNING and given and given[0] == RESULT:
            return self.emptied(attr, state)
        if (
            (name in SAME_AGAIN or attr in RUNNING)
            and given
            and (given[0].kind == "part" or name in SAME_AGAIN)
        ):
            return [(given[0], state)]
        if last == "bool" and given:
            return [(of_truth(truth(given[0])), state)]
        if last == "compare_digest" or known.PASSWORD_CHECKS.search(name or attr):
            return [(FALSE if {each.kind for each in given} & {"fresh", "later"} else UNKNOWN, state)]
        if last == "isinstance" and given:
            return [(FALSE if given[0] == NONE else UNKNOWN, state)]
        made = [each for each in self.project.callee(node, self.scope) if isinstance(each.definition, Class)]
        return [(THERE if made else UNKNOWN, state)]

    def emptied(self, attr: str, state: State) -> Results:
        """A method of a result without rows."""
        if attr in ONE:
            return [(raised("NoResultFound"), state)]
        if attr in MANY:
            return [(EMPTY, state)]
        if attr in COUNTS:
            return [(FALSE, state)]
        return [
            (RESULT if attr in RESULTS else NONE if attr in {*known.SAME, *known.ASKING} else UNKNOWN, state)
        ]

    # look-ups

    def looked(self, node: ast.expr, state: State) -> Results:
        """A look-up that something is supposed of."""
        parts = [each for each in ast.iter_child_nodes(node) if isinstance(each, ast.expr)]
        if isinstance(node, ast.Call):
            base = [node.func.value] if isinstance(node.func, ast.Attribute) else []
            parts = [*base, *node.args, *(each.value for each in node.keywords)]
        found: Results = []
        for values, after in self.each(parts, state):
            if failed(values):
                found.append((values[-1], after))
            elif self.case.what == "unverified":
                found.append((raised(""), after))
            elif self.case.what == "missing":
                again = any(
                    (self.case.store, "add") in self.index.writes.get(each.node, ())
                    for each in after.done if each.node is not None
                )  # fmt: skip
                found += [(UNKNOWN, after)] if again else self.not_there(node, after)
            else:
                found.append((self.there(node), after.did(*self.events_of(node))))
        return found

    def events_of(self, node: ast.expr) -> Iterator[Event]:
        if node in self.index.writes:
            yield Event("write", node)

    def there(self, node: ast.expr) -> Value:
        if isinstance(node, ast.Compare):
            return FALSE if isinstance(node.ops[0], ast.NotIn) else TRUE
        attr = node.func.attr if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) else ""
        if attr in COUNTS:
            return TRUE
        return Value("part", "")

    def not_there(self, node: ast.expr, state: State) -> Results:
        if isinstance(node, ast.Compare):
            return [(TRUE if isinstance(node.ops[0], ast.NotIn) else FALSE, state)]
        if isinstance(node, ast.Subscript):
            return [(UNKNOWN if self.makes_anew() else raised("KeyError"), state)]
        if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Attribute):
            return [(UNKNOWN, state)]
        attr = node.func.attr
        if self.is_of_rows(node):
            return (
                [(NONE, state)]
                if attr in {"get", "scalar", "fetch_one", "fetchrow", "fetchval"}
                else self.emptied(attr, state)
            )
        if attr in DEFAULTS:
            default = [*node.args[1:2], *(k.value for k in node.keywords if k.arg == "default")]
            if attr == "pop" and not default:
                return [(raised("KeyError"), state)]
            return self.ev(default[0], state) if default else [(NONE, state)]
        return self.emptied(attr, state)

    def is_of_rows(self, node: ast.Call) -> bool:
        """Whether rows of tables are asked for, whose `get` has no default."""
        models = {"model"} & {o.kind for each in ast.walk(node) for o in self.index.origins.get(each, ())}
        return self.case.store.startswith("table ") or bool(models)

    def makes_anew(self) -> bool:
        """Whether what is missing is made when it is asked for: a ``defaultdict``."""
        for named in self.project.find(self.case.store):
            for each in getattr(named.definition, "values", ()):
                if isinstance(each, ast.Call) and "dict" in ast.unparse(each.func) and each.args:
                    return "defaultdict" in ast.unparse(each.func)
        return False

    # functions

    def target(self, node: ast.Call, base: Value, state: State) -> Value | None:
        """The function of the project that is called, if it is one."""
        if isinstance(node.func, ast.Name) and node.func.id in state.env:
            value = state.env[node.func.id]
            return value if value.kind == "function" else None
        for each in self.project.callee(node, self.scope):
            if isinstance(each.definition, Function):
                return Value("function", (each.definition, None))
        if isinstance(node.func, ast.Call):
            return None
        return base if base.kind == "function" and isinstance(node.func, ast.Name) else None

    def into(self, value: Value, node: ast.Call, given: tuple[Value, ...], state: State) -> Results:
        function, closed = value.data
        made = self.decorated(function) if closed is None else value
        if made is None:
            return [(UNKNOWN, state)]
        function, closed = made.data
        if is_generator(function) or (function.is_async and not is_awaited(node, self)):
            return [(THERE, state)]
        bound = self.bound(function, node, given)
        return [
            (NONE if each.kind == "next" else each.value, state.did(*each.state.done))
            for each in self.enter(function, bound, dict(closed or ()))
        ]

    def bound(self, function: Function, node: ast.Call, given: tuple[Value, ...]) -> dict[str, Value]:
        """Parameters with what they are given; after a star nobody knows."""
        plain = [each.name for each in function.parameters if each.kind == "plain"]
        found: dict[str, Value] = {}
        if function.cls is not None and not function.is_static and isinstance(node.func, ast.Attribute):
            plain = plain[1:]
        for name, each, value in zip(plain, node.args, given, strict=False):
            if isinstance(each, ast.Starred):
                break
            found[name] = value
        for keyword, value in zip(node.keywords, given[len(node.args) :], strict=False):
            if keyword.arg:
                found[keyword.arg] = value
        return found

    def decorated(self, function: Function) -> Value | None:
        """What stands under the name of a function: itself, or what its decorators made of it."""
        made = Value("function", (function, ()))
        for applied in reversed(function.decorators):
            name = applied.name
            if name in TRANSPARENT | known.CACHES or name.startswith(FRAMEWORKS) or ".setter" in name:
                continue
            makers = [each.definition for each in applied.named if isinstance(each.definition, Function)]
            maker = makers[0] if len(makers) == 1 else None
            inner = None if maker is None else self.closure(maker, made, applied.call is not None)
            if inner is None:
                return None
            made = inner
        return made

    def closure(self, maker: Function, made: Value, called: bool) -> Value | None:
        """The function that a decorator gives back, with the one that it was given."""
        names = {each.id for each in maker.returns if isinstance(each, ast.Name)}
        if called:  # @decorator(...) gives the decorator
            for outer in maker.inner:
                if outer.name in names:
                    return self.closure(outer, made, called=False)
            return None
        first = next((each.name for each in maker.parameters), "")
        if names == {first}:
            return made
        inner = [each for each in maker.inner if each.name in names]
        return Value("function", (inner[0], ((first, made),))) if len(inner) == 1 == len(names) else None

    def enter(self, function: Function, given: dict[str, Value], closed: dict[str, Value]) -> list[Exit]:
        raise NotImplementedError  # Machine


def is_generator(function: Function) -> bool:
    return any(isinstance(each, ast.Yield | ast.YieldFrom) for each in walk_inside(function.node))
