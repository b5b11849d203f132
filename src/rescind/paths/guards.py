"""The functions that stand before a route, followed once each however many routes they guard."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path
from typing import Any

from rescind.paths import login
from rescind.paths.denying import denial
from rescind.paths.following import Begun, Facts, Follower, Lookup
from rescind.paths.following.datastores import Datastore, datastore
from rescind.paths.following.facts import At, Op, Origin, Origins
from rescind.paths.following.known import GUARDING, LINKED, SCHEMES
from rescind.paths.libraries import Known, recognised
from rescind.paths.packaged import fastapi_users, jwt_extended, package_of, security
from rescind.paths.packaged.package import Package
from rescind.paths.proving import Case, Closed, Index, Proofs, Role, Value
from rescind.paths.proving.values import truth
from rescind.paths.story import merged
from rescind.reading import Function, Module, Project

SCHEME_MODULES = ("", "oauth2.", "http.", "api_key.", "open_id_connect_url.")
SCHEME_NAMES = {f"fastapi.security.{part}{name}" for part in SCHEME_MODULES for name in SCHEMES}


class Guards:
    """The callables of a running application, as functions of the source that was read."""

    def __init__(self, project: Project, rows: list[dict[str, Any]], framework: str = "") -> None:
        self.project = project
        self.rows = rows
        self.framework = framework
        self.index = Index()
        self.proofs = Proofs(project, self.index)
        self.loader: Function | None = None
        self.flags: set[str] = set()
        self.hooks: dict[str, int] = {}
        self.settings: dict[str, Any] = {}
        self.routes: list[dict[str, Any]] = []
        self.linked: dict[int, set[str]] = {}
        self.begun: dict[Function, Begun] = {}
        self._modules: dict[str, Module | None] = {}
        self._facts: dict[int, Facts] = {}
        self._added: dict[Function, int] = {}
        self._functions: dict[int, Function | None] = {}
        self.login: Facts | None = None
        self._store: list[Datastore | None] = []
        self._chains: dict[tuple[int, ...], Facts] = {}

    def module(self, file: str) -> Module | None:
        if file not in self._modules:
            self._modules[file] = self.project.module_at(Path(file)) if file and Path(file).exists() else None
        return self._modules[file]

    def function(self, number: int) -> Function | None:
        """The function behind a callable; None: it is not of the source that was read."""
        if number not in self._functions:
            self._functions[number] = self._function(number)
        return self._functions[number]

    def _function(self, number: int) -> Function | None:
        row = self.rows[number]
        module = self.module(row["file"])
        if module is None:
            return None
        name = "" if row["class"] else row["name"].rpartition(".")[2]
        return module.function_at(row["line"], name) or module.function_at(row["line"])

    def hook(self, name: str) -> Function | None:
        """A function that an extension was given."""
        return self.function(self.hooks[name]) if name in self.hooks else None

    def inner(self, number: int) -> int:
        """Of a view the first that was read: what a library put around it runs it."""
        while self.function(number) is None and self.rows[number].get("wraps") is not None:
            number = self.rows[number]["wraps"]
        return number

    def view(self, number: int) -> Function | None:
        return self.function(self.inner(number))

    def add(self, function: Function) -> int:
        """A function that reading has found, as one more callable."""
        if function not in self._added:
            made = {
                "name": function.qualname,
                "file": str(function.module.path),
                "line": function.node.lineno,
            }
            self.rows.append({"class": "", "options": {}, "below": [], "wraps": None, **made})
            self._added[function] = len(self.rows) - 1
        return self._added[function]

    def chain(self, numbers: list[int], names: set[str]) -> Facts:
        """What all of them do, one after the other; less those that let one of these names pass."""
        key = tuple(each for each in dict.fromkeys(numbers) if not names & self.facts(each).exempt)
        if key not in self._chains:
            self._chains[key] = merged([self.facts(each) for each in key])
        return self._chains[key]

    def facts(self, number: int, left: int = 8) -> Facts:
        """What one does, with what it wraps or is given by others."""
        if number in self._facts:
            return self._facts[number]
        self._facts[number] = Facts()  # whatever leads back here has been followed
        row = self.rows[number]
        if login.guards(row) and self.login is not None:
            parts = [self.login, *(self.facts(below, left - 1) for below in row["below"] if left)]
            self._facts[number] = merged(parts)
            return self._facts[number]
        package = self.package(row)
        if package is not None:
            parts = [
                package.facts(self, row),
                *(self.facts(below, left - 1) for below in row["below"] if left),
            ]
            self._facts[number] = merged(parts)
            return self._facts[number]
        if recognised(row) or fastapi_users.made(row) or row.get("middleware", "").startswith("rescind."):
            return self._facts[number]
        function = self.function(number)
        parts = []
        if function is not None:
            follower = Follower(self.project, self.index.overridden, self.begun)
            follower.follow(function, self.links(number, function, follower.facts) or None)
            self.index.add(follower.facts, follower.seen)
            parts += [follower.facts, *jwt_extended.in_body(self, follower.facts)]
        elif row.get("class") in SCHEME_NAMES:
            parts.append(self.scheme(row))
        if left:
            parts += [
                self.facts(below, left - 1)
                for below in row["below"]
                if function is None or self.wraps(number, below)
            ]
        self._facts[number] = merged(parts)
        return self._facts[number]

    def package(self, row: dict[str, Any]) -> Package | None:
        """What made a callable; Flask-Security loads the accounts of Flask-Login."""
        if login.guards(row) and self.login is None and self.store() is not None:
            return security.PACKAGE
        return package_of(row)

    def store(self) -> Datastore | None:
        """The store of accounts of Flask-Security."""
        if not self._store:
            self._store.append(datastore(self.project, self.modules()))
        return self._store[0]

    def modules(self) -> set[Module]:
        """Where the views are."""
        views = [self.view(each["endpoint"]) for each in self.routes if each["endpoint"] is not None]
        return {each.module for each in views if each is not None}

    def links(self, number: int, function: Function, facts: Facts) -> dict[str, Origins]:
        """The parts of the path that make a link one that nobody can guess."""
        found: dict[str, Origins] = {}
        for parameter in function.parameters:
            if parameter.name in self.linked.get(number, ()):
                source = f"path:{parameter.name}"
                facts.sources.setdefault(source, At(parameter.node, function.module))
                found[parameter.name] = frozenset({Origin("raw", source)})
        return found

    def link(self, numbers: Iterable[int], path: str) -> None:
        """Note which parts of the path of a route its functions are given."""
        names = {each for each in re.findall(r"[<{](?:\w+:)?(\w+)", path) if LINKED.search(each)}
        waiting = list(numbers) if names else []
        while waiting:
            number = waiting.pop()
            self.linked.setdefault(number, set()).update(names)
            wrapped = self.rows[number].get("wraps")
            waiting += [] if wrapped is None else [wrapped]

    def lookups(self) -> list[Lookup]:
        """All that was found so far."""
        return [each for facts in self._facts.values() for each in facts.lookups]

    def override(self, numbers: Iterable[int]) -> None:
        """Dependencies that do not run, since others are put in their place."""
        self.index.overridden |= {each for each in map(self.function, numbers) if each is not None}

    # proofs

    def shuts(self, guards: Iterable[int], endpoint: int | None, case: Case) -> bool:
        """Whether one of them lets nobody by in that case."""
        of_framework: dict[str, Role] = {"flask": "view", "django": "of_django"}
        dependency = of_framework.get(self.framework, "dependency")
        roles: list[tuple[int, Role]] = [(each, dependency) for each in guards]
        roles += [] if endpoint is None else [(endpoint, "view")]
        one = {node for node in case.nodes if len(self.index.lookups[node]) <= 1}
        case = replace(case, nodes=frozenset(one))  # what looks in several places may find it in another
        if case not in self.index.refusing:
            self.index.refusing[case] = jwt_extended.refusing(self, case)
        return any(self.shut(number, role, case) for number, role in roles)

    def shut(self, number: int, role: Role, case: Case) -> bool:
        row = self.rows[number]
        if row.get("middleware"):
            return any(self.shut(below, "middleware", case) for below in row["below"])
        if login.guards(row) and self.login is not None:
            asked = self.loader is not None and (
                self.proofs.shuts(case, self.loader, "loader", None)
                or (case.what == "attribute" and case.name in self.flags and truth(case.value) is False)
            )
            return asked or any(self.shut(below, role, case) for below in row["below"])
        package = self.package(row)
        if package is not None:
            below = (self.shut(each, role, case) for each in row["below"])
            return package.shut(self, row, case) or any(below)
        function = self.function(number)
        role = "middleware" if row.get("around") else role
        return function is not None and self.proofs.shuts(case, function, role, self.closed(number))

    def closed(self, number: int, left: int = 8) -> Closed | None:
        """What a decorator holds: the function that it was put around."""
        row, function = self.rows[number], self.function(number)
        if row.get("named"):
            return None
        inner = None if row.get("wraps") is None or not left else self.function(row["wraps"])
        maker = None if function is None else function.module.function_of(function.node)
        if inner is None or maker is None:
            return ()
        held = Value("function", (inner, self.closed(row["wraps"], left - 1)))
        return tuple((each.name, held) for each in maker.parameters)

    def always(self, number: int, store: str, op: Op, facts: Facts, *, commits: bool) -> set[ast.AST]:
        """The writes to a store that an endpoint makes whenever it is done; what is added was not there."""
        number = self.inner(number)
        function = self.function(number)
        if function is None:  # what it writes is known of a package
            return {each.at.node for each in facts.writes if each.store == store and each.op == op}
        keys = {key for write in facts.writes if write.store == store for key in write.keys}
        waiting = [each.row for each in keys if each.row >= 0]
        for row in waiting:
            further = facts.lookups[row].keys - keys
            keys |= further
            waiting += [each.row for each in further if each.row >= 0]
        nodes = frozenset(each.at.node for each in facts.lookups if each.store == store and op != "add")
        plain = frozenset(each.plain for each in keys if each.kind != "row")
        case = Case("found", store, nodes, keys=plain)
        return self.proofs.always(case, function, self.closed(number), commits=commits)

    def known(self, guards: list[int], endpoint: int | None) -> list[Known]:
        """What libraries among them ask for, each once."""
        found: dict[str, Known] = {}
        waiting = [*guards, *([] if endpoint is None else [endpoint])]
        seen: set[int] = set()
        while waiting:
            number = waiting.pop(0)
            if number not in seen:
                seen.add(number)
                waiting += self.rows[number]["below"]
                for each in (*recognised(self.rows[number]), *fastapi_users.known(self, self.rows[number])):
                    before = found.get(each.credential.name, each)
                    decides = each if each.must is True else before
                    roles = tuple(dict.fromkeys(before.roles + each.roles))
                    found[each.credential.name] = decides._replace(roles=roles)
        return list(found.values())

    def denial(self, guards: list[int], endpoint: int | None) -> At | None:
        """Where one of those that stand before a view, decorators around it among them, turns somebody
        away."""
        around = self.around(endpoint)
        for number in around:
            row, view = self.rows[number], None if endpoint is None else self.view(endpoint)
            named = GUARDING.search(row.get("made_by", "").rpartition(".")[2])
            known = self.package(row) is not None
            if named and not known and view is not None and "site-packages" in row["file"]:
                return At(view.node, view.module)  # of a package, and called as guards are
        waiting = [*guards, *around]
        seen: set[int] = set()
        while waiting:
            number = waiting.pop(0)
            if self.rows[number].get("unread"):
                return At(*self.rows[number]["unread"])
            function = None if number in seen else self.function(number)
            seen.add(number)
            found = None if function is None else denial(function)
            if function is not None and found is not None:
                return At(found, function.module)
            if number in guards:
                waiting += [each for each in self.rows[number]["below"] if each not in seen]
        return None

    def around(self, endpoint: int | None) -> list[int]:
        """The decorators around a view, from the outermost."""
        found = []
        while endpoint is not None and self.rows[endpoint].get("wraps") is not None:
            found.append(endpoint)
            endpoint = self.rows[endpoint]["wraps"]
        return found

    def wraps(self, number: int, below: int) -> bool:
        """A function that a decorator holds runs when it is called; dependencies are followed from
        parameters."""
        return self.rows[below]["file"] != "" and not self.rows[number].get("dependency")

    def scheme(self, row: dict[str, Any]) -> Facts:
        """A security scheme of FastAPI that stands before a router by itself."""
        facts = Facts()
        kind = SCHEMES[row["class"].rpartition(".")[2]]
        name = str((row["options"].get("model") or {}).get("name", ""))
        source = (
            f"{kind}:{name.lower() if kind == 'header' else name}"
            if kind in {"header", "cookie", "query"}
            else kind
        )
        module = next(iter(self.project.modules), None)
        if module is not None:
            at = At(module.tree, module)
            facts.sources[source] = at
            if not row["options"].get("auto_error", True):
                facts.optional.add(source)
            else:
                facts.refusals.append(at)
        return facts

    def place(self, number: int | None) -> tuple[str, str, int]:
        """Name, file as shown, and line of a callable."""
        if number is None:
            return "", "", 0
        row = self.rows[number]
        while row.get("wraps") is not None:  # the view, not the decorators around it
            number = row["wraps"]
            row = self.rows[number]
        module = self.module(row["file"])
        function = self.function(number)
        if function is not None:
            return function.qualname, without_environment(function.module.file), function.place.line
        file = module.file if module else str(row["file"])
        return row["name"] or row["class"], without_environment(file), row["line"]


def without_environment(file: str) -> str:
    """The file of an installed package, as the package has it."""
    return file.replace("\\", "/").rpartition("site-packages/")[2]
