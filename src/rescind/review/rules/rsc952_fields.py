"""RSC952: fields that decide what somebody may, set by what they send."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from typing import ClassVar

from rescind.reading import Class as Defined
from rescind.reading import Function
from rescind.review.asking import ADMINISTERS
from rescind.review.bodies import ATTRIBUTE, RIGHTS, for_others, models, open_field, raw
from rescind.review.called import called, called_function
from rescind.review.finding import Class, Finding, Severity
from rescind.review.flow.entries import is_model
from rescind.review.guards import OTHERS
from rescind.review.look import Look
from rescind.review.rule import Rule
from rescind.review.words import words_of

FORMS = (
    "ModelSerializer",
    "HyperlinkedModelSerializer",
    "ModelForm",
    "UserCreationForm",
    "UserChangeForm",
    "UpdateView",
    "CreateView",
)


class RSC952(Rule):
    """What somebody may is among the fields that they can set.

    What it checks:
        ``fields`` of serializers, forms and editing views that hold ``is_staff``, ``role`` and the like;
        loops that set whatever attribute the body of a request names; bodies that become a row as they are,
        ``User(**request.get_json())``; rights that are taken from the body, ``User(role=body.role)``.

    Why it matters:
        One more field in the body makes an administrator.

    How it is decided:
        The list of fields is read through names; those that are read only do not count, nor forms of the
        admin. A body counts as it came, and as a model that takes any field or has one of these; what a
        serializer, a form or a list has chosen does not. Handlers for those who may set what others may are
        left out.

    Fix:
        Name the fields that people may set; put rights under ``read_only_fields``.

    References:
        ASVS 8.2.3, CWE-915

    Since:
        0.1
    """

    kind: ClassVar[Class] = "authorisation"
    severity: ClassVar[Severity] = "high"

    def check(self, look: Look) -> Iterator[Finding]:
        if not ADMINISTERS.isdisjoint(look.module.file.split("/")):
            return
        for cls in look.module.classes:
            if not OTHERS & set(words_of(cls.name)) and any(each.name.endswith(FORMS) for each in cls.mro):
                yield from self.listed(look, cls)
        for function in look.module.functions:
            found = [
                *self.looped(look, function), *self.whole(look, function), *self.taken(look, function),
            ]  # fmt: skip
            if found and not for_others(look, function):
                yield from found

    def listed(self, look: Look, cls: Defined) -> Iterator[Finding]:
        metas = [each for each in cls.node.body if isinstance(each, ast.ClassDef) and each.name == "Meta"]
        settings = {
            getattr(node.targets[0], "id", ""): node
            for body in (cls.node.body, *(meta.body for meta in metas))
            for node in body
            if isinstance(node, ast.Assign)
        }
        if "fields" not in settings:
            return
        only = {
            text
            for name in ("read_only_fields", "exclude")
            if name in settings
            for text in texts(look, settings[name].value)
        }
        only |= {name for name in RIGHTS if declared_to_be_read(cls, name)}
        open_to_all = [text for text in texts(look, settings["fields"].value) if text in RIGHTS - only]
        if open_to_all and not any(
            "read_only" in look.module.source_of(node) and open_to_all[0] in look.module.source_of(node)
            for node in settings.values()
        ):
            yield self.finding(
                look,
                settings["fields"],
                f"`{open_to_all[0]}` is among the fields that people can set",
                fix="leave it out, or list it under read_only_fields",
            )

    def looped(self, look: Look, function: Function) -> Iterator[Finding]:
        """``for name, value in body.items(): setattr(user, name, value)``"""
        for call in function.calls:
            node = call.node
            if call.name != "setattr" or len(node.args) != 3 or isinstance(node.args[1], ast.Constant):
                continue
            name = open_to(look, node.args[1])
            if name:
                yield self.finding(
                    look,
                    node,
                    f"a request names the attributes that are set: {name}",
                    fix="set those of a list",
                )

    def whole(self, look: Look, function: Function) -> Iterator[Finding]:
        """``User(**body)``, ``repository.update(**body.dict())``, ``user.__dict__.update(body)``"""
        for call in function.calls:
            node = call.node
            parts = [each.value for each in node.keywords if each.arg is None and keeps(look, node)]
            if called_function(node) == "update" and ".__dict__." in f"{ast.unparse(node.func)}.":
                parts += node.args
            for each in parts:
                name = open_to(look, each)
                if name:
                    yield self.finding(
                        look, node, f"a body is kept as it came: {name}", fix="name the fields that are kept"
                    )

    def taken(self, look: Look, function: Function) -> Iterator[Finding]:
        """``User(role=body.role)``, ``user.is_admin = request.json["is_admin"]``"""
        pairs: list[tuple[str, ast.expr, ast.AST]] = []
        for node in function.walk():
            if isinstance(node, ast.Call):
                rights = [each for each in node.keywords if each.arg in RIGHTS]
                if rights and of_people(ast.unparse(node.func)) and keeps(look, node):
                    pairs += [(str(each.arg), each.value, node) for each in rights]
            elif isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Attribute):
                target = node.targets[0]
                if target.attr in RIGHTS and of_people(ast.unparse(target.value)):
                    pairs.append((target.attr, node.value, node))
        for name, value, node in pairs:
            if any(
                each.kind == "request" and each.part in {"body", "form", "query"}
                for each in look.origins(value, ATTRIBUTE)
            ):
                yield self.finding(
                    look, node, f"`{name}` is what the request says", fix="set it to what everybody has"
                )


PEOPLE = frozenset(["user", "users", "account", "member", "customer", "profile", "employee", "person"])


def of_people(text: str) -> bool:
    return not PEOPLE.isdisjoint(words_of(text))


def keeps(look: Look, node: ast.Call) -> bool:
    """Whether a call makes a row or changes one; a model of a body, a form and an exception do not."""
    name = called_function(node)
    words = set(words_of(name))
    if words & {"schema", "serializer", "form", "error", "exception", "response", "in", "out", "read", "dto"}:
        return False
    for each in look.project.callee(node, look.scope(node)):
        if isinstance(each.definition, Defined) and is_model(each.definition):
            return False
    row = name[:1].isupper() and of_people(name)
    return row or bool(words & {"create", "acreate", "update", "insert", "values"})


def open_to(look: Look, node: ast.expr) -> str:
    """What a body may name that it should not; empty: nothing."""
    if raw(look, node):
        return "any"
    return next((f"`{name}`" for cls in models(look, node) if (name := open_field(cls))), "")


def declared_to_be_read(cls: Defined, name: str) -> bool:
    """``role = CharField(read_only=True)``, ``permissions = SerializerMethodField()``"""
    for each in cls.mro:
        for node in each.definition.node.body if isinstance(each.definition, Defined) else ():
            if isinstance(node, ast.Assign) and called(node.targets[0]) == name:
                text = ast.unparse(node.value)
                return "MethodField" in text or "read_only=True" in text
    return False


def texts(look: Look, node: ast.expr) -> list[str]:
    found = []
    for option in look.values(node).options:
        if isinstance(option.value, list | tuple | set):
            found += [each for each in option.value if isinstance(each, str)]
    return found
