"""Through statements, path by path."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator

from rescind.paths.proving.calls import Calls
from rescind.paths.proving.catching import caught, commits_when_left, may_raise, names_bound, suppresses
from rescind.paths.proving.state import Event, Exit, Results, State, unique_exits
from rescind.paths.proving.values import EMPTY, NONE, THERE, UNKNOWN, Value, constant, equal, raised, truth
from rescind.reading import Function


class Statements(Calls):
    """Goes through statements; `Machine` through whole functions."""

    def block(self, body: Iterable[ast.stmt], state: State) -> list[Exit]:
        live, found = [state], []
        for node in body:
            ended = unique_exits(each for before in live for each in self.step(node, before))
            found += [each for each in ended if each.kind != "next"]
            live = [each.state for each in ended if each.kind == "next"]
        return [*found, *(Exit("next", NONE, each) for each in live)]

    def step(self, node: ast.stmt, state: State) -> list[Exit]:
        handler = getattr(self, f"_{type(node).__name__}", None)
        if handler is None:
            return [Exit("next", NONE, state)]
        found: list[Exit] = handler(node, state)
        return found

    def values(self, node: ast.expr | None, state: State) -> tuple[Results, list[Exit]]:
        """The values of an expression, and the exceptions in it."""
        some = self.ev(node, state)
        failing = [Exit("raise", value, after) for value, after in some if value.kind == "raised"]
        return [(value, after) for value, after in some if value.kind != "raised"], failing

    def _Expr(self, node: ast.Expr, state: State) -> list[Exit]:
        yields = isinstance(node.value, ast.Yield)
        some, failing = self.values(
            node.value.value if isinstance(node.value, ast.Yield) else node.value, state
        )
        return [*failing, *(Exit("yield" if yields else "next", value, after) for value, after in some)]

    def _Assign(self, node: ast.Assign, state: State) -> list[Exit]:
        return self.assigned(node.targets, node.value, state)

    def _AnnAssign(self, node: ast.AnnAssign, state: State) -> list[Exit]:
        return (
            [Exit("next", NONE, state)]
            if node.value is None
            else self.assigned([node.target], node.value, state)
        )

    def assigned(self, targets: list[ast.expr], value: ast.expr, state: State) -> list[Exit]:
        if isinstance(value, ast.Yield):
            return [each._replace(kind="yield") for each in self._Expr(ast.Expr(value), state)]
        some, found = self.values(value, state)
        for each, after in some:
            done = after
            for target in targets:
                done = self.bind(target, each, done)
            found.append(Exit("next", NONE, done))
        return found

    def _AugAssign(self, node: ast.AugAssign, state: State) -> list[Exit]:
        some, found = self.values(node.value, state)
        return [*found, *(Exit("next", NONE, self.bind(node.target, UNKNOWN, after)) for _, after in some)]

    def bind(self, target: ast.expr, value: Value, state: State) -> State:
        if isinstance(target, ast.Name):
            return state.bound(target.id, value)
        if isinstance(target, ast.Tuple | ast.List):
            parts = value.data if value.kind == "several" and len(value.data) == len(target.elts) else None
            for number, each in enumerate(target.elts):
                state = self.bind(each, UNKNOWN if parts is None else parts[number], state)
            return state
        if isinstance(target, ast.Starred):
            return self.bind(target.value, UNKNOWN, state)
        return state.did(Event("write", target)) if target in self.index.writes else state

    def _Delete(self, node: ast.Delete, state: State) -> list[Exit]:
        return [Exit("next", NONE, state.did(Event("write", node)) if node in self.index.writes else state)]

    def _Return(self, node: ast.Return, state: State) -> list[Exit]:
        some, found = self.values(node.value, state)
        return [*found, *(Exit("return", value, after) for value, after in some)]

    def _Raise(self, node: ast.Raise, state: State) -> list[Exit]:
        some, found = self.values(node.exc, state) if node.exc is not None else ([(NONE, state)], [])
        name = "" if node.exc is None else self.name_of(node.exc)
        return [*found, *(Exit("raise", raised(name), after) for _, after in some)]

    def _Assert(self, node: ast.Assert, state: State) -> list[Exit]:
        some, found = self.values(node.test, state)
        for value, after in some:
            if truth(value) is not True:
                found.append(Exit("raise", raised("AssertionError"), after))
            if truth(value) is not False:
                found.append(Exit("next", NONE, after))
        return found

    def _Break(self, _node: ast.Break, state: State) -> list[Exit]:
        return [Exit("break", NONE, state)]

    def _Continue(self, _node: ast.Continue, state: State) -> list[Exit]:
        return [Exit("continue", NONE, state)]

    def _FunctionDef(self, node: ast.FunctionDef | ast.AsyncFunctionDef, state: State) -> list[Exit]:
        inner = [each for each in self.function.inner if each.node is node]
        made = Value("function", (inner[0], ())) if inner else UNKNOWN
        return [Exit("next", NONE, state.bound(node.name, made))]

    _AsyncFunctionDef = _FunctionDef

    # branches

    def _If(self, node: ast.If, state: State) -> list[Exit]:
        some, found = self.values(node.test, state)
        for value, after in some:
            there = truth(value)
            if there is not False:
                found += self.block(node.body, self.refined(node.test, after, when=True))
            if there is not True:
                found += self.block(node.orelse, self.refined(node.test, after, when=False))
        return found

    def _Match(self, node: ast.Match, state: State) -> list[Exit]:
        some, found = self.values(node.subject, state)
        for value, after in some:
            goes_on = True
            for case in node.cases if goes_on else ():
                fits = (
                    True if isinstance(case.pattern, ast.MatchAs) and case.pattern.pattern is None else None
                )
                if isinstance(case.pattern, ast.MatchSingleton | ast.MatchValue):
                    pattern = case.pattern.value
                    plain = pattern.value if isinstance(pattern, ast.Constant) else pattern
                    fits = None if isinstance(plain, ast.AST) else equal(value, constant(plain))
                if fits is not False:
                    bound = after
                    for name in {
                        each.name
                        for each in ast.walk(case.pattern)
                        if isinstance(each, ast.MatchAs) and each.name
                    }:
                        bound = bound.bound(str(name), value)
                    found += self.block(case.body, bound)
                if fits is True and case.guard is None:
                    goes_on = False
                    break
            if goes_on:
                found.append(Exit("next", NONE, after))
        return found

    def _While(self, node: ast.While, state: State) -> list[Exit]:
        some, found = self.values(node.test, state)
        for value, after in some:
            there = truth(value)
            if there is not True:
                found += self.block(node.orelse, after)
            if there is not False:
                found += self.once(node, after)
        return found

    def _For(self, node: ast.For | ast.AsyncFor, state: State) -> list[Exit]:
        some, found = self.values(node.iter, state)
        comes = self.case.what == "found" and self.is_over(node.iter)
        for value, after in some:
            if not comes:
                found += self.block(node.orelse, after)
            if value != EMPTY:
                found += self.once(node, self.bind(node.target, THERE if comes else UNKNOWN, after))
        return found

    _AsyncFor = _For

    def once(self, node: ast.For | ast.AsyncFor | ast.While, state: State) -> list[Exit]:
        """The body of a loop, for one of its turns."""
        found: list[Exit] = []
        for each in self.block(node.body, state):
            if each.kind in {"next", "continue"}:
                found += self.block(node.orelse, each.state)
            else:
                found.append(Exit("next", NONE, each.state) if each.kind == "break" else each)
        return found

    # exceptions

    def _With(self, node: ast.With | ast.AsyncWith, state: State) -> list[Exit]:
        live, found = [state], []
        for item in node.items:
            further = []
            for before in live:
                some, failing = self.values(item.context_expr, before)
                found += failing
                for value, after in some:
                    further.append(
                        after if item.optional_vars is None else self.bind(item.optional_vars, value, after)
                    )
            live = further
        managers = [(item.context_expr, self.manager(item.context_expr)) for item in node.items]
        goes_on = any(suppresses(call, self, function) for call, function in managers)
        held = [(call, self, function) for call, function in managers]
        commits = any(commits_when_left(*each, self.project, self.scope) for each in held)
        for before in live:
            for each in self.block(node.body, before):
                if each.kind == "raise" and goes_on:
                    found.append(Exit("next", NONE, each.state))
                done = each.state.did(Event("commit")) if commits and each.kind != "raise" else each.state
                found.append(each._replace(state=done))
            if goes_on and may_raise(node.body):
                found.append(Exit("next", NONE, before))
        return found

    _AsyncWith = _With

    def manager(self, node: ast.expr) -> Function | None:
        call = node.value if isinstance(node, ast.Await) else node
        for each in self.project.callee(call, self.scope) if isinstance(call, ast.Call) else ():
            if isinstance(each.definition, Function):
                return each.definition
        return None

    def _Try(self, node: ast.Try | ast.TryStar, state: State) -> list[Exit]:
        found: list[Exit] = []
        for each in self.tried(node, state):
            if each.kind == "yield":
                found.append(each)
                continue
            found += [
                last if last.kind != "next" else each._replace(state=last.state)
                for last in self.block(node.finalbody, each.state)
            ]
        return found

    _TryStar = _Try

    def tried(self, node: ast.Try | ast.TryStar, state: State) -> Iterator[Exit]:
        """Without what is done in any case."""
        ended = self.block(node.body, state)
        if node.handlers and may_raise(node.body):  # of its own accord, before anything was done
            lost = dict.fromkeys(names_bound(node.body), UNKNOWN)
            ended = [*ended, Exit("raise", raised(""), State({**state.env, **lost}, state.done))]
        for each in ended:
            if each.kind == "next":
                yield from self.block(node.orelse, each.state)
            elif each.kind == "raise":
                yield from self.handled(node, each)
            else:
                yield each

    def handled(self, node: ast.Try | ast.TryStar, each: Exit) -> Iterator[Exit]:
        for handler in node.handlers:
            takes = caught(str(each.value.data), handler, self, self.project)
            if takes is not False:
                bound = each.state if handler.name is None else each.state.bound(handler.name, THERE)
                for ended in self.block(handler.body, bound):
                    again = ended.kind == "raise" and ended.value.data == "" and each.value.data != ""
                    yield ended._replace(value=each.value) if again else ended
            if takes is True:
                return
        yield each
