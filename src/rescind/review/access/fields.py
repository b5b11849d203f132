"""Which fields of a model a form, a serializer, a schema or an editing view lets people set."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from rescind.reading import Class, Function, unparsed
from rescind.review.access.bodies import RIGHTS, fills_own
from rescind.review.access.guards import OTHERS, class_setting, of_class
from rescind.review.access.own_rights import own_rights
from rescind.review.flow.entries import Entries
from rescind.review.look import Look
from rescind.review.naming.called import called
from rescind.review.naming.words import words_of
from rescind.review.once import once

FORMS = (
    "ModelSerializer", "HyperlinkedModelSerializer", "ModelForm", "UserCreationForm", "UserChangeForm",
    "UpdateView", "CreateView", "ModelSchema", "SQLAlchemyAutoSchema",
)  # fmt: skip
SCHEMAS = ("ModelSchema", "SQLAlchemyAutoSchema")  # of answers, too: where a body is read with one, it counts
READS = ("ListAPIView", "RetrieveAPIView", "ReadOnlyModelViewSet", "DetailView", "ListView")
OUT = frozenset(["out", "read", "response", "public", "detail", "list", "view", "brief", "export"])
USERS = ("AbstractUser", "AbstractBaseUser", "PermissionsMixin", "auth.models.User", "get_user_model()")
OF_GROUPS = (("group",), ("role",), ("permission",))
ADMINISTERED = frozenset(["groups", "user_permissions", "is_superuser"])
# What Django's users have.
OF_USERS = ("is_staff", "is_superuser", "groups", "user_permissions")


def open_fields(look: Look, cls: Class) -> Iterator[tuple[ast.AST, str]]:
    """Where such a class opens a field that decides what somebody may, and which one."""
    if not any(each.name.endswith(FORMS) for each in cls.mro) or only_read(look, cls):
        return
    settings = settings_of(cls)
    model = settings["model"].value if "model" in settings else class_setting(cls, "model")
    if model is not None and words_of(called(model))[-1:] in OF_GROUPS:
        return  # who may set what a group may gives out rights, and takes none
    if only_for_rulers(look, cls):
        return
    fields = settings.get("fields") or settings.get("model_fields")
    without = settings.get("exclude") or settings.get("model_exclude")
    only = {name for name in RIGHTS if declared_to_be_read(cls, name)}
    if "read_only_fields" in settings:
        only |= set(texts(look, settings["read_only_fields"].value))
    if "extra_kwargs" in settings:
        text = unparsed(settings["extra_kwargs"].value)
        only |= {name for name in RIGHTS if f"'{name}'" in text and "read_only" in text}
    if fields is not None and unparsed(fields.value) not in {"'__all__'", "forms.ALL_FIELDS"}:
        rights = RIGHTS | (own_rights(look) if edits_account(look, cls, model) else frozenset())
        listed = [text for text in texts(look, fields.value) if text in rights - only]
        if len(ADMINISTERED & set(texts(look, fields.value))) > 1:
            return  # of an administration: nobody's own page has the groups and the standing of an account
        if listed and not (without is not None and listed[0] in texts(look, without.value)):
            yield fields, listed[0]
    elif fields is not None or without is not None:
        left = set(texts(look, without.value)) if without is not None else set()
        found = (
            [each for each in rights_of(look, model) if each not in only | left] if model is not None else []
        )
        if found:
            yield fields or without or cls.node, found[0]


def only_for_rulers(look: Look, cls: Class) -> bool:
    """Whether every view that has a form asks for a right before."""
    views = forms_of_views(look).get(cls.name, [])
    return bool(views) and all(
        class_setting(each, "permission_required") is not None or bool(of_class(each) & OTHERS)
        for each in views
    )


@once
def forms_of_views(look: Look) -> dict[str, list[Class]]:
    """Of the whole project: by the name of a form the views that have it."""
    found: dict[str, list[Class]] = {}
    for module in look.project.modules:
        for cls in module.classes if "form_class" in module.text else ():
            value = class_setting(cls, "form_class")
            if value is not None:
                found.setdefault(called(value), []).append(cls)
    return found


def edits_account(look: Look, cls: Class, model: ast.expr | None) -> bool:
    """Whether a serializer or a schema is of accounts, and some view or handler changes by it what is of who
    is signed in."""
    users = used_by(look).get(cls.name, ())
    own = [
        one for each in users if isinstance(each, Class) for one in each.methods if one.name == "get_object"
    ]
    by_user = any("self.request.user" in unparsed(each) for one in own for each in one.returns)
    by_user |= any(fills_own(look.beside(each.module), each) for each in users if isinstance(each, Function))
    return model is not None and by_user


def settings_of(cls: Class) -> dict[str, ast.Assign]:
    """Of its body and of its ``Meta`` or ``Config``."""
    inner = [
        each for each in cls.node.body if isinstance(each, ast.ClassDef) and each.name in {"Meta", "Config"}
    ]
    return {
        getattr(node.targets[0], "id", ""): node
        for body in (cls.node.body, *(each.body for each in inner))
        for node in body
        if isinstance(node, ast.Assign)
    }


def rights_of(look: Look, model: ast.expr) -> list[str]:
    """The fields of a model that decide what somebody may."""
    for each in look.named(model):
        cls = each.definition
        names = [one.name for one in cls.mro] if isinstance(cls, Class) else [each.name]
        own = list(declared(cls)) if isinstance(cls, Class) else []
        if any(name.endswith(USERS) for name in names):
            return [*OF_USERS, *own]
        if own:
            return own
    return list(OF_USERS) if unparsed(model) in {"User", "get_user_model()"} else []


def declared(cls: Class) -> Iterator[str]:
    for each in cls.mro:
        for node in each.definition.node.body if isinstance(each.definition, Class) else ():
            name = called(node.targets[0]) if isinstance(node, ast.Assign) else ""
            if name in RIGHTS and isinstance(getattr(node, "value", None), ast.Call):
                yield name


def only_read(look: Look, cls: Class) -> bool:
    """Whether nobody sets anything by it: it is there for answers, or all views that have it only show."""
    if OUT & set(words_of(cls.name)):
        return True
    users = used_by(look)
    if any(each.name.endswith(SCHEMAS) for each in cls.mro):
        return cls.name not in users
    views = [each for each in users.get(cls.name, ()) if isinstance(each, Class)]
    return bool(views) and all(shows(each) for each in views)


def shows(cls: Class) -> bool:
    return any(each.name.endswith(READS) for each in cls.mro) and not any(
        each.name in {"post", "put", "patch", "create", "update"} for each in cls.methods
    )


@once
def used_by(look: Look) -> dict[str, list[Class | Function]]:
    """Of the whole project: by the name of a serializer or schema the views and handlers that have it."""
    found: dict[str, list[Class | Function]] = {}
    entries: Entries = look.shared.flow.entries
    for module in look.project.modules:
        for cls in module.classes:
            value = class_setting(cls, "serializer_class")
            if value is not None:
                found.setdefault(called(value), []).append(cls)
        for function in module.functions if "Schema" in module.text or "ninja" in module.text else ():
            for each in function.parameters if entries.routes(function) else ():
                for one in (
                    entries.types(each.annotation, function.outer) if each.annotation is not None else ()
                ):
                    found.setdefault(one.name.rpartition(".")[2], []).append(function)
            for call in function.calls:
                if call.name.endswith(".load") and isinstance(call.node.func, ast.Attribute):
                    found.setdefault(unparsed(call.node.func.value).partition("(")[0], []).append(function)
    return found


def declared_to_be_read(cls: Class, name: str) -> bool:
    """``role = CharField(read_only=True)``, ``permissions = SerializerMethodField()``"""
    for each in cls.mro:
        for node in each.definition.node.body if isinstance(each.definition, Class) else ():
            if isinstance(node, ast.Assign) and called(node.targets[0]) == name:
                text = unparsed(node.value)
                return "MethodField" in text or "read_only=True" in text or "dump_only=True" in text
    return False


def texts(look: Look, node: ast.expr) -> list[str]:
    found = []
    for option in look.values(node).options:
        if isinstance(option.value, list | tuple | set):
            found += [each for each in option.value if isinstance(each, str)]
    return found
