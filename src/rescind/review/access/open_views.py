"""Views of whole models, of Django and its REST framework, that show or change the rows of everybody."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from rescind.reading import Class as Defined
from rescind.reading import Function, last_name, unparsed, walk
from rescind.review.access.guards import OTHERS, class_setting, lets_everybody_in, methods_of, of_class
from rescind.review.access.owned import belongs, kind_of_view, looks_at_rows, private
from rescind.review.access.persons import is_owner, persons_of
from rescind.review.look import Look
from rescind.review.naming.called import called, called_function
from rescind.review.naming.words import words_of
from rescind.review.once import once

# Views that change what an id in the path names, and those that show it.
CHANGING = (
    "ModelViewSet", "UpdateAPIView", "DestroyAPIView", "UpdateModelMixin", "DestroyModelMixin", "UpdateView",
    "DeleteView",
)  # fmt: skip
SHOWING = (
    "DetailView", "ListView", "RetrieveAPIView", "ListAPIView", "ListCreateAPIView", "RetrieveModelMixin",
)  # fmt: skip
NARROWS = frozenset(
    ["get_queryset", "get_object", "filter_queryset", "test_func", "dispatch", "check_object_permissions",
     "has_permission", "get_permissions"]
)  # fmt: skip
# They go on from what an ancestor outside of the project finds.
FINDS = ("get_queryset", "get_object")
SIMPLE = frozenset(["is", "authenticated", "or", "read", "only", "permissions", "permission", "allow", "any"])


def open_to_all(look: Look, cls: Defined) -> str:
    """What a view lets everybody who is signed in do with everybody's rows: "see", "change" or nothing."""
    changes = any(each.name.endswith(CHANGING) for each in cls.mro)
    shows = any(each.name.endswith(SHOWING) for each in cls.mro)
    if not (changes or shows) or cls.name.endswith(("Mixin", "Base")):
        return ""
    permissions = class_setting(cls, "permission_classes")
    if any(RIGHT.search(unparsed(each.node)) for each in cls.decorators):
        return ""
    if class_setting(cls, "permission_required") is not None or (permissions is None and has_defaults(look)):
        return ""
    if any(last_name(each).endswith("PermissionRequiredMixin") for each in bases_of(cls)):
        return ""  # which refuses to go on without a right
    words = set(words_of(unparsed(permissions))) if permissions is not None else set()
    asks = of_class(cls)
    mine = saves_as_mine(look, cls)
    by_settings = permissions is None and asks_by_default(look)
    if words - SIMPLE or asks & OTHERS - {"permission", "permissions"} or not (asks or mine or by_settings):
        return ""
    if permissions is not None and lets_everybody_in(permissions):
        return ""
    if any(asks_more(look, each) for each in in_force(cls)) or set(words_of(cls.name)) & OTHERS:
        return ""
    kind = kind_of_view(look, cls)
    users = belongs(look).get(kind)
    others = {each for each in users or () if not each.startswith(f"{cls.qualname}.")}
    if changes:
        return "change" if kind != "" and (mine or users is not None) else ""
    return "see" if kind != "" and (mine or private(look, kind) or others) else ""


RIGHT = re.compile(r"permission_required|staff_member_required|user_passes_test")


def bases_of(cls: Defined) -> Iterator[ast.expr]:
    """As they are written, those that are found by their names at runtime included."""
    for each in cls.mro:
        if isinstance(each.definition, Defined):
            yield from each.definition.node.bases


def in_force(cls: Defined) -> list[Function]:
    """The methods of a class, without those of ancestors that it replaces."""
    found: dict[str, Function] = {}
    for each in methods_of(cls):
        found.setdefault(each.name, each)
    return list(found.values())


def saves_as_mine(look: Look, cls: Defined) -> bool:
    """Whether a view gives what it makes to who is signed in: ``save(owner=self.request.user)``."""
    for each in methods_of(cls):
        if each.name not in {"perform_create", "form_valid"}:
            continue
        persons = persons_of(look.beside(each.module), each)
        for node in each.walk():
            if isinstance(node, ast.keyword) and is_owner(node.arg or "") and persons.has(node.value):
                return True
            if isinstance(node, ast.Assign) and is_owner(called(node.targets[0])) and persons.has(node.value):
                return True
    return False


def asks_more(look: Look, function: Function) -> bool:
    """Whether a method may choose whose rows they are; one that takes no look at who is signed in, and finds
    all of them, does not."""
    if function.name not in NARROWS:
        return False
    if function.name not in FINDS:
        return True
    return not finds_all(look.beside(function.module), function)


def finds_all(look: Look, function: Function) -> bool:
    """``return Note.objects.all()``, with whatever is joined, sorted or searched for by the query."""
    calls = [each.node for each in function.calls]
    if function.name != "get_queryset" or not calls or "self.kwargs" in look.module.source_of(function.node):
        return False
    if any(called_function(each) == "super" for each in calls) and not above_finds_all(look, function):
        return False
    persons = persons_of(look, function)
    plain = all(called_function(each) in PLAIN or of_query(look, each) for each in calls)
    return plain and not any(persons.has(each) for each in function.walk())


def above_finds_all(look: Look, function: Function) -> bool:
    """Whether no ancestor of the project narrows what `super` gives."""
    cls = function.cls
    above = [] if cls is None else [each for each in methods_of(cls) if each.name == function.name]
    above = above[above.index(function) + 1 :] if function in above else above
    return not above


def of_query(look: Look, node: ast.Call) -> bool:
    """``found.filter(day=day)``, ``int(self.request.GET["year"])``: nobody is narrowed to what is theirs."""
    name = called_function(node)
    if name in {"filter", "exclude"}:
        return all(each.arg is not None and not is_owner(each.arg) for each in node.keywords) and all(
            not isinstance(each, ast.Starred) and called_function(each) == "Q"
            for each in node.args
            if isinstance(each, ast.Call)
        )
    return name in OF_QUERIES


OF_QUERIES = frozenset(
    ["int", "str", "strip", "lower", "get", "getlist", "Q", "split", "bool", "annotate", "distinct", "Count",
     "Sum", "date", "today", "now", "F", "Prefetch", "len"]
)  # fmt: skip


PLAIN = frozenset(
    ["all", "select_related", "prefetch_related", "order_by", "get_queryset", "only", "defer", "super"]
)


def views(look: Look) -> Iterator[tuple[Defined, str]]:
    for cls in look.module.classes:
        does = open_to_all(look, cls)
        if does:
            yield cls, does


def lost(look: Look) -> Iterator[Function]:
    """Methods of repositories that find rows without what those ask for that they replace."""
    for cls in look.module.classes:
        for method in cls.methods:
            above = next(
                (each for each in methods_of(cls) if each.name == method.name and each is not method), None
            )
            text = method.module.source_of(method.node)
            if above is None or not finds(method) or goes_on(method, text):
                continue
            narrowed = set(owners_in(above))
            if narrowed and not any(f"self.{name}" in text for name in narrowed):
                yield method


def goes_on(method: Function, text: str) -> bool:
    """``super().rows()``, ``super(Notes, self).rows()``, ``Base.rows(self)``"""
    return "super(" in text or re.search(rf"\b[A-Z]\w*\.{method.name}\(self\b", text) is not None


def finds(function: Function) -> bool:
    return any(asks_rows(function, each.node) for each in function.calls)


def asks_rows(function: Function, node: ast.Call) -> bool:
    """``session.execute(...)``; ``self.execute("push")`` of a class that has one asks whatever that does."""
    if called_function(node) not in ASKED:
        return False
    own = isinstance(node.func, ast.Attribute) and getattr(node.func.value, "id", "") == "self"
    return not (own and function.cls is not None and function.cls.member(called_function(node)) is not None)


ASKED = frozenset(["where", "filter", "filter_by", "find_one", "find", "get", "execute", "fetchrow"])


def owners_in(function: Function) -> Iterator[str]:
    """The attributes of a repository that say whose rows it finds: ``self.user`` of
    ``where(Note.user_id == self.user)``."""
    for each in function.calls:
        if not asks_rows(function, each.node):
            continue
        for argument in (*each.node.args, *each.node.keywords):
            value = argument.value if isinstance(argument, ast.keyword) else argument
            column = argument.arg or "" if isinstance(argument, ast.keyword) else ""
            if isinstance(argument, ast.Compare):
                column, value = called(argument.left), argument.comparators[0]
            held = [one for one in walk(value) if isinstance(one, ast.Attribute)]
            for one in held if column else ():
                if getattr(one.value, "id", "") == "self" and set(words_of(column)) & set(
                    words_of(one.attr)
                ) - {"id"}:
                    yield one.attr


def only_signed_in(look: Look, function: Function) -> bool:
    """Whether the permissions of a view let in everybody who is signed in: ``[IsAuthenticated]``; those that
    look at a row do not count where a method finds it by itself."""
    found = [each for one in function.decorators if one.name.endswith("permission_classes") and one.call
             for each in one.call.args]  # fmt: skip
    setting = class_setting(function.cls, "permission_classes") if function.cls is not None else None
    found += [setting] if setting is not None else []
    elements = [one for each in found for one in getattr(each, "elts", [each])]
    plain = [each for each in elements if not looks_at_rows(look, each)]
    return bool(elements) and all(not set(words_of(unparsed(each))) - SIMPLE for each in plain)


def has_defaults(look: Look) -> bool:
    """Whether the settings of Django REST framework let a class of the project's own decide everywhere."""
    for module in look.project.modules:
        for setting in look.beside(module).settings if "DEFAULT_PERMISSION_CLASSES" in module.text else ():
            if setting.name == "DEFAULT_PERMISSION_CLASSES":
                return "rest_framework.permissions." not in unparsed(setting.value)
    return False


def by_default(look: Look, function: Function) -> bool:
    """Whether the settings of Django REST framework ask who it is before a view that says nothing of it."""
    cls = function.cls
    if cls is None or not any(each.name.startswith("rest_framework.") for each in cls.mro):
        return False
    own = class_setting(cls, "permission_classes")
    if own is not None:
        return not lets_everybody_in(own)
    return asks_by_default(look)


@once
def asks_by_default(look: Look) -> bool:
    """Whether the settings of REST framework let in nobody who is not signed in."""
    return any(
        "IsAuthenticated" in unparsed(setting.value) and "OrReadOnly" not in unparsed(setting.value)
        for module in look.project.modules
        if "DEFAULT_PERMISSION_CLASSES" in module.text
        for setting in look.beside(module).settings
        if setting.name == "DEFAULT_PERMISSION_CLASSES"
    )
