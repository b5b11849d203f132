"""Permission classes of REST framework: whether they let somebody pass who brings no credential."""

from __future__ import annotations

import ast
from typing import Any

from rescind.paths.django.anonymous import Anonymous, Read, Verdict
from rescind.paths.django.things import REQUEST, SELF, Seen
from rescind.paths.guards import Guards
from rescind.reading import Class, Function, Named, Project

PERMISSIONS = "rest_framework.permissions."
READS = ("GET", "HEAD", "OPTIONS")
ALWAYS = {
    PERMISSIONS + name
    for name in ("IsAuthenticated", "IsAdminUser", "DjangoModelPermissions", "DjangoObjectPermissions")
}
WRITES = {
    PERMISSIONS + name for name in ("IsAuthenticatedOrReadOnly", "DjangoModelPermissionsOrAnonReadOnly")
}
NEVER = {PERMISSIONS + "AllowAny", PERMISSIONS + "BasePermission"}
SCOPED = "oauth2_provider.contrib.rest_framework.permissions."
ROLES = {
    PERMISSIONS + "IsAdminUser": "is_staff",
    PERMISSIONS + "DjangoModelPermissions": "model permissions",
    PERMISSIONS + "DjangoObjectPermissions": "object permissions",
}


class Permissions:
    """Of one project."""

    def __init__(self, project: Project, guards: Guards) -> None:
        self.project = project
        self.guards = guards

    def of(self, layer: dict[str, Any], row: dict[str, Any]) -> Read:
        """Of a view: all of its classes must agree. ``values``: the functions of its own that were read."""
        seen, own = Seen(), list[int]()
        given = layer["permissions"]
        chosen = self.chosen(layer, row)
        verdict: Verdict = False
        if chosen is not None:
            given = chosen
        elif {"get_permissions", "check_permissions"} & set(layer["own"]):
            return Read(None, seen, tuple(layer["own"].values()))
        for each in given:
            found = self.one(each, row, seen, own)
            verdict = (
                True
                if found is True or verdict is True
                else None
                if None in (found, verdict)
                else ("conditional" if "conditional" in (found, verdict) else False)
            )
        return Read(verdict, seen, tuple(own))

    def one(self, made: dict[str, Any], row: dict[str, Any], seen: Seen, own: list[int]) -> Verdict:
        if "op" in made:
            parts = [self.one(each, row, seen, own) for each in made["of"]]
            if made["op"] == "AND":
                return True if True in parts else None if None in parts else parts[0]
            if made["op"] == "OR":
                return (
                    parts[0]
                    if len({str(each) for each in parts}) == 1
                    else ("conditional" if False in parts or "conditional" in parts else None)
                )
            return None if parts != [True] else "conditional"
        name = next(
            (each for each in made["bases"] if each in ALWAYS | WRITES | NEVER or each.startswith(SCOPED)), ""
        )
        standard = self.standard(name, row, seen)
        number = made["own"].get("has_permission")
        if number is None:
            return standard
        function = self.guards.function(number)
        if function is None:
            return None
        own.append(number)
        inherited = {True: False, False: True}.get(standard) if isinstance(standard, bool) else None
        known = {} if inherited is None else {"super": inherited}
        reading = Anonymous(self.project, {**row, **known})
        plain = [each.name for each in function.parameters if each.kind == "plain"]
        found = reading.test(function, dict(zip(plain, (SELF, REQUEST, SELF), strict=False)))
        seen.user |= found.seen.user
        seen.sources |= found.seen.sources
        seen.roles |= found.seen.roles
        return found.verdict

    def standard(self, name: str, row: dict[str, Any], seen: Seen) -> Verdict:
        if name in NEVER or not name:
            return False if name in NEVER else None
        seen.user.add("is_authenticated")
        if name in ROLES:
            seen.roles.add(ROLES[name])
        if name in WRITES:
            return "conditional" if row["method"] in READS else True
        return True

    def chosen(self, layer: dict[str, Any], row: dict[str, Any]) -> list[dict[str, Any]] | None:
        """What ``get_permissions`` gives for this action; None: it cannot be said."""
        number = layer["own"].get("get_permissions")
        function = None if number is None else self.guards.function(number)
        if function is None:
            return None
        lists = Lists(self.project, row)
        found = lists.of(function)
        if found == "super":
            return list(layer["permissions"])
        if not isinstance(found, list):
            return None
        return [self.named(each, function) for each in found]

    def named(self, node: ast.expr, function: Function) -> dict[str, Any]:
        node = node.func if isinstance(node, ast.Call) else node
        for named in self.project.resolve(node, function.scope):
            return described(named, self.guards)
        return {"name": "", "bases": [], "own": {}}


def described(named: Named, guards: Guards) -> dict[str, Any]:
    """A class as the running framework describes it."""
    made = named.definition
    if not isinstance(made, Class):
        return {"name": named.name, "bases": [named.name], "own": {}}
    own = {}
    member = made.member("has_permission")
    if member is not None and isinstance(member.definition, Function):
        own["has_permission"] = guards.add(member.definition)
    return {"name": made.qualname, "bases": [made.qualname, *(each.name for each in made.mro)], "own": own}


class Lists(Anonymous):
    """Goes through ``get_permissions`` to the list that it gives."""

    def of(self, function: Any) -> Any:
        if not isinstance(function, Function):
            return super().of(function)
        self.lists: list[Any] = []
        self.result(function, {"self": SELF})
        return self.lists[0] if len(self.lists) == 1 else None

    def returned(self, node: ast.Return, guarded: bool) -> Any:
        self.lists.append(self.elements(node.value))
        return super().returned(node, guarded)

    def elements(self, node: ast.expr | None) -> Any:
        """The classes in ``[A(), B()]`` or ``[each() for each in classes]``."""
        if isinstance(node, ast.List | ast.Tuple):
            return list(node.elts)
        if isinstance(node, ast.ListComp) and isinstance(node.generators[0].iter, ast.Name):
            return self.env.get(f"list {node.generators[0].iter.id}")
        if isinstance(node, ast.Call) and ast.unparse(node).startswith("super()"):
            return "super"
        return None

    def statement(self, node: ast.stmt, guarded: bool) -> Any:
        if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name):
            self.env[f"list {node.targets[0].id}"] = self.elements(node.value)
        return super().statement(node, guarded)
