"""Who may reach a handler: what its decorators, parameters, classes and calls say."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from weakref import WeakKeyDictionary

from rescind.reading import Applied, Class, Function, Variable, unparsed
from rescind.review.access.asked_rights import answers_right
from rescind.review.access.tools import by_tools, of_ninja
from rescind.review.access.who import (
    USERS,
    around,
    called_here,
    finds_out,
    may_hold,
    may_read,
    of_parameters,
    of_visit,
    reads_authorization,
    refuses_without,
    takes_request,
    turns_away,
)
from rescind.review.access.who import refuses as refuses_here
from rescind.review.look import Look
from rescind.review.naming.words import words_of
from rescind.review.once import once

# Of decorators, dependencies, base classes and calls: they ask who it is.
ASKS_WHO = frozenset(
    [
        "login", "logged", "authenticated", "authenticate", "auth", "jwt", "permission", "permissions",
        "guard", "guarded",
        "protected", "secured", "current", "user", "identity", "principal", "session", "require",
        "required", "requires", "role",
        "roles", "member", "bearer", "verify", "only", "admin", "staff", "owner", "token", "passes",
        "access", "scopes",
    ]
)  # fmt: skip
# They let in more than one's own: administrators and machines act on others.
OTHERS = frozenset(
    [
        "admin", "administrator", "admins", "staff", "superuser", "operator", "moderator", "machine",
        "machines", "internal",
        "service", "crew", "support", "manager", "webhook", "hook", "cron", "system", "backoffice",
        "root", "hooks", "worker",
        "sync", "scim", "staff_member", "permission", "permissions", "role", "roles", "scope", "scopes",
    ]
)  # fmt: skip
# Roles of people, who act on what is theirs.
PEOPLE = frozenset(["customer", "customers", "member", "members", "patient", "student", "buyer", "guest"])
NOT_PEOPLE = frozenset(
    ["method", "methods", "http", "csrf", "cache", "vary", "wraps", "post", "get", "transaction", "atomic"]
)


@once
def guards(look: Look, function: Function) -> frozenset[str]:
    """The words of what asks who it is, before or in a handler; nothing: nobody asks."""
    return frozenset(asked_before(look, function))


def asked_before(look: Look, function: Function) -> set[str]:
    found: set[str] = set()
    for decorator in function.decorators:
        named = set(words_of(decorator.name.rpartition(".")[2] or unparsed(decorator.node)))
        if decorator.call is not None and any(lets_everybody_in(each) for each in decorator.call.args):
            continue
        asks = named & (ASKS_WHO | OTHERS) or {"signed", "in"} <= named
        if asks and not named & NOT_PEOPLE:
            found |= named | set(words_of(spelled(decorator)))
        found |= by_argument(decorator) | of_ninja(look, decorator) | by_test(decorator, named)
        for inner in depends_on(decorator):
            found |= by_dependency(look, inner)
        found |= by_definition(look, decorator)
    if function.cls is not None:
        found |= of_class(function.cls)
    found |= by_tools(look, function)
    if {"event", "context"} <= {
        each.name for each in function.parameters
    } and "authorizer" in look.module.text:
        found.add("session")  # of a cloud: its gateway has asked
    for decorator in (*function.decorators, *(function.cls.decorators if function.cls is not None else ())):
        found |= by_hook(look, decorator)
    found |= injected(look, function) | of_parameters(look, function) | asked_inside(function)
    for call in function.calls:
        words = called_here(look, call.node)
        if "refuses" in words or (words and any(refuses_here(each) for each in function.walk())):
            found |= words
    return found


def by_definition(look: Look, decorator: Applied) -> set[str]:
    """What a decorator of the project finds out."""
    found: set[str] = set()
    for each in decorator.named:
        if isinstance(each.definition, Function):
            asked = finds_out(look, each.definition)
            found |= asked - {"role"} if asks_for_none(decorator, each.definition) else asked
        elif isinstance(each.definition, Variable):
            found |= made_before(look, each.definition)
    return found


def asks_for_none(decorator: Applied, made: Function) -> bool:
    """``@clerk_needed()``, of ``def clerk_needed(*roles)``: no role is given that it could ask for."""
    if (
        decorator.call is None
        or decorator.call.args
        or decorator.call.keywords
        or made.node.args.vararg is None
    ):
        return False
    return not any(refuses_without(node) for each in around(made) for node in each.walk())


def by_test(decorator: Applied, named: set[str]) -> set[str]:
    """``@user_passes_test(lambda user: user.is_staff)``, ``@with_page(can_write=True)``: the right that is
    asked for."""
    found: set[str] = set()
    for each in decorator.call.args[:1] if decorator.call is not None and "passes" in named else ():
        found |= set(words_of(unparsed(each))) & (OTHERS | PEOPLE)
    for one in decorator.call.keywords if decorator.call is not None else ():
        if words_of(one.arg or "")[:1] in {("can",), ("may",)} and getattr(one.value, "value", None) is True:
            found |= {"guarded", "permission"}
    return found


def made_before(look: Look, definition: Variable) -> set[str]:
    """``@clerk`` of ``clerk = user_passes_test(lambda user: user.is_clerk)``, ``member = needs("member")``"""
    found: set[str] = set()
    for value in definition.values:
        call = value if isinstance(value, ast.Call) else None
        words = set(words_of(unparsed(call.func if call is not None else value)))
        if call is not None and not words & NOT_PEOPLE:
            found |= by_dependency(look, call)
        if words & ASKS_WHO and words & MAKES_GUARDS and not words & NOT_PEOPLE:
            asked = {
                word for each in (call.args if call is not None else ()) for word in words_of(unparsed(each))
            }
            found |= words | (asked & (OTHERS | PEOPLE))
    return found


MAKES_GUARDS = frozenset(
    ["required", "requires", "require", "passes", "needs", "only", "authenticated", "guard"]
)


def depends_on(decorator: Applied) -> Iterator[ast.expr]:
    """``partner`` of ``@router.post("/sync", dependencies=[Depends(partner)])``"""
    for each in decorator.call.keywords if decorator.call is not None else ():
        for one in getattr(each.value, "elts", []) if each.arg in {"dependencies", "guards"} else ():
            yield one.args[0] if isinstance(one, ast.Call) and one.args else one


def by_hook(look: Look, decorator: Applied) -> set[str]:
    """``@falcon.before(signed_in)``: what a function asks that is called before."""
    found: set[str] = set()
    if decorator.call is None or decorator.name.rpartition(".")[2] not in {
        "before",
        "before_request",
        "hook",
    }:
        return found
    for each in decorator.call.args[:1]:
        words = set(words_of(unparsed(each)))
        found |= words if words & ASKS_WHO and not words & NOT_PEOPLE else set()
        for one in look.named(each) if isinstance(each, ast.Name | ast.Attribute) else ():
            made = one.definition
            if isinstance(made, Function) and any(turns_away(node) for node in made.walk()):
                found |= finds_out(look, made) | {"refuses", *words_of(made.name)}
    return found


def spelled(decorator: Applied) -> str:
    """``Permissions.ADMIN.require``"""
    node = decorator.call.func if decorator.call is not None else decorator.node
    return unparsed(node) if isinstance(node, ast.Attribute) else ""


def by_argument(decorator: Applied) -> set[str]:
    """``@delete("/x", guards=[signed_in])``, ``@strawberry.field(permission_classes=[IsAuthenticated])``"""
    found: set[str] = set()
    for each in decorator.call.keywords if decorator.call is not None else ():
        text = unparsed(each.value)
        if each.arg in ASKS_BY and not lets_everybody_in(each.value) and text != "None":
            found |= {"guarded", *words_of(text)}
        elif each.arg == "permission" and "NO_PERMISSION" not in text:  # of Pyramid
            found.add("guarded")
        elif each.arg == "dependencies":
            words = {word for one in DEPENDS.findall(text) for word in words_of(one)}
            found |= {"guarded", *words} if words & (ASKS_WHO | OTHERS | KNOWN_BY) - NOBODYS else set()
    return found


def by_dependency(look: Look, node: ast.expr) -> set[str]:
    """What a dependency finds out, one that is made by a call, too: ``Depends(role("lead"))``."""
    found: set[str] = set()
    node = node.func if isinstance(node, ast.Call) else node
    for one in look.named(node) if isinstance(node, ast.Name | ast.Attribute) else ():
        if isinstance(one.definition, Function):
            found |= found_by(look, one.definition)
        elif isinstance(one.definition, Class):
            called = one.definition.member("__call__")
            if called is not None and isinstance(called.definition, Function):
                found |= found_by(look, called.definition)
    return found


def found_by(look: Look, function: Function) -> set[str]:
    """What a function that stands before handlers finds out; one that asks nobody who they are, and turns
    away, asks for a key of a machine."""
    asked = finds_out(look, function)
    if asked or not any(turns_away(node) for node in function.walk()):
        return set(asked)
    return {"refuses", "machine"}


ASKS_BY = frozenset(["guards", "permission_classes"])


def injected(look: Look, function: Function) -> set[str]:
    """``user: Annotated[User, Depends(current_user)]``"""
    found: set[str] = set()
    args = function.node.args
    for parameter in (*args.args, *args.kwonlyargs):
        words = set(words_of(depended(look, function, parameter)))
        if words & (ASKS_WHO | OTHERS | KNOWN_BY) - NOBODYS:
            found |= (ASKS_WHO | OTHERS | PEOPLE | KNOWN_BY) & words
    return found


# Of what a framework makes for a handler: sessions of a database, services.
NOBODYS = frozenset(["session", "service", "manager"])
KNOWN_BY = frozenset(["account", "key", "apikey", "credentials", "claims", "signed"])
DEPENDS = re.compile(r"\b(?:Depends|Security)\(([^)]*)\)", re.DOTALL)


def depended(look: Look, function: Function, parameter: ast.arg) -> str:
    """What a parameter depends on, as text: ``current_user``; empty: nothing. The session of a database, and
    the form of a sign-in, are nobody."""
    if not has_dependencies(look):
        return ""
    annotation, _ = look.shared.flow.entries.unwrapped(parameter.annotation, function.outer)
    default = next((each.default for each in function.parameters if each.name == parameter.arg), None)
    for node in (annotation, default):
        found = DEPENDS.search(unparsed(node)) if node is not None else None
        if found is not None:
            return found[1]
    return ""


@once
def has_dependencies(look: Look) -> bool:
    """Whether anything of the project depends on something: mostly nothing does."""
    return any(True for _ in look.everywhere("depends(", "security("))


def asked_inside(function: Function) -> set[str]:
    """What the body itself asks: the user of the request, the session, a function that is there for it."""
    found: set[str] = set()
    for call in function.calls:
        words = set(words_of(unparsed(call.node.func)))
        asks = words & ASKS_WHO and words & ASKING and not words & OF_PLACES and "objects" not in words
        if asks or ("of" in words and takes_request(call.node)):
            found |= words
        elif any(reads_authorization(each) for each in call.node.args):
            found.add("token")
    for node in function.walk():
        held = node.comparators[0] if isinstance(node, ast.Compare) else node
        if not isinstance(held, ast.expr) or not may_hold(held):
            continue
        if isinstance(node, ast.Compare):
            if unparsed(held) in {"session", "request.session", "self.session"}:
                found.add("session")
        elif unparsed(node) in USERS:
            found.add("user")
        elif isinstance(node, ast.Subscript | ast.Call) and of_visit(node, unparsed(node)):
            found.add("session")
    return found


OF_PLACES = {
    "site", "page", "lang", "language", "locale", "domain", "theme", "app", "url", "time", "loop", "task",
    "thread", "process", "span", "tracer", "event", "transaction", "digest", "password", "hash",
    "argon", "bcrypt", "scrypt", "hasher", "pwd", "hmac",
}  # fmt: skip
ASKING = {"require", "required", "requires", "current", "verify", "identity", "check", "authenticate", "of"}


# Set in the body of a class: who may come there. Their value may also say that everybody may.
SETTINGS = ("permission_classes", "decorators", "method_decorators", "permission_required", "test_func",
            "guards")  # fmt: skip
DECORATE = frozenset(["decorators", "method_decorators", "guards"])
HOOKS = frozenset(["get_permissions", "test_func", "has_permission", "check_permissions"])


# Kept by the node: an answer goes when the source goes that it is about.
_OF_CLASS: WeakKeyDictionary[ast.ClassDef, frozenset[str]] = WeakKeyDictionary()


def of_class(cls: Class) -> frozenset[str]:
    """``LoginRequiredMixin``, ``permission_classes``, ``AuthenticatedResource``."""
    known = _OF_CLASS.get(cls.node)
    if known is None:
        known = _OF_CLASS[cls.node] = frozenset(asked_by_class(cls))
    return known


def asked_by_class(cls: Class) -> set[str]:
    found: set[str] = set()
    for each in cls.mro:
        words = set(words_of(each.name.rpartition(".")[2]))
        if words & NAMED_SO or (words & {"mixin", "passes"} and words & ASKS_WHO):
            found |= words
    for name in SETTINGS:
        value = class_setting(cls, name)
        if value is not None and not lets_everybody_in(value):
            kind = "guarded" if name in DECORATE else "permission"
            found |= {kind, *words_of(unparsed(value))}
    if any(each.name in HOOKS for each in methods_of(cls)) or maps_permissions(cls):
        found.add("permission")
    found |= asked_first(cls)
    if any(each.name.endswith("Consumer") for each in cls.mro) and any(
        "scope['user']" in unparsed(each.node) for each in methods_of(cls)
    ):
        found.add("authenticated")
    for decorator in cls.decorators:
        words = set(words_of(unparsed(decorator.node)))
        if words.isdisjoint({"not", "exempt", "optional"}):
            found |= words & ASKS_WHO
    return found


def maps_permissions(cls: Class) -> bool:
    """``object_permission_map = {"GET": see_note}``: which permission is asked for by which method."""
    return any(
        isinstance(node, ast.Assign)
        and isinstance(node.value, ast.Dict)
        and bool(node.value.keys)
        and not {"permission", "permissions"}.isdisjoint(words_of(getattr(node.targets[0], "id", "")))
        for each in cls.mro
        if isinstance(each.definition, Class)
        for node in each.definition.node.body
    )


# What classes of handlers begin with, whatever the method of the request.
FIRST = frozenset(["dispatch", "handle", "initial", "setup", "prepare", "before_request", "on_request"])


def asked_first(cls: Class) -> set[str]:
    """What is asked by what a class begins with, and by its questions: ``prepare`` of Tornado,
    ``test_func``."""
    found: set[str] = set()
    for each in methods_of(cls):
        refusing = [one for one in each.walk() if refuses_here(one)] if each.name in FIRST else []
        if any(turns_away(one) for one in refusing) or (refusing and asks_for_user(each)):
            found.add("authenticated")
            if any(refuses_without(one) for one in each.walk()):
                found.add("role")
        if each.name in {"test_func", "has_permission"} and answers_right(each):
            found.add("role")
    return found


def asks_for_user(function: Function) -> bool:
    return may_read(function.module.source_of(function.node))


NAMED_SO = frozenset(["required", "authenticated", "protected", "secured", "restricted", "guarded"])


def class_setting(cls: Class, name: str) -> ast.expr | None:
    """What a class, or an ancestor of the project, sets a name to in its body."""
    for each in cls.mro:
        if isinstance(each.definition, Class) and name in each.definition.own_values:
            return each.definition.own_values[name]
    return None


def methods_of(cls: Class) -> Iterator[Function]:
    """Those of a class and of its ancestors in the project."""
    for each in cls.mro:
        if isinstance(each.definition, Class):
            yield from each.definition.methods


def lets_everybody_in(value: ast.expr) -> bool:
    """``[]``, ``[AllowAny]``"""
    empty = isinstance(value, ast.List | ast.Tuple) and not value.elts
    return empty or unparsed(value).rstrip(",)]").endswith("AllowAny")
