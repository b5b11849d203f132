"""RSC403: passwords that are kept as they are."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from typing import ClassVar

from rescind.reading import Call, Class, Function, unparsed
from rescind.review.accounts.as_typed import CHANGED, changed, given_changed, is_as_sent, is_plain, was_typed
from rescind.review.accounts.dumped import dumps_password, set_each
from rescind.review.accounts.hashing import hashes_itself
from rescind.review.accounts.password_tables import MODEL, table_of
from rescind.review.accounts.plain_sql import given_to_passwords
from rescind.review.finding import Class as Kind
from rescind.review.finding import Finding, Severity
from rescind.review.look import Look
from rescind.review.naming.called import called, called_function
from rescind.review.naming.words import PASSWORDS, secret_kind, words_of
from rescind.review.once import once
from rescind.review.rule import Rule

LOOKS_UP = {
    "filter_by",
    "get",
    "filter",
    "get_or_none",
    "find_one",
    "exclude",
    "first",
    "find",
    "get_or_404",
    "aget",
    "select_by",
}
STORES = {
    "create",
    "acreate",
    "insert",
    "insert_one",
    "update",
    "values",
    "get_or_create",
    "update_or_create",
    "model_construct",
}
TABLES = re.compile(r"objects\.|\binsert|\bupdate\(|query|collection|_one|\busers\b")
OWN = {"self", "cls", "settings", "config", "args", "options"}
PEOPLE = {"user", "account", "member", "person", "customer", "login", "profile"}
FIX = "keep argon2.PasswordHasher().hash(password), find the account by its name and verify"


class RSC403(Rule):
    """A password is kept, or looked up, as it was typed.

    What it checks:
        Queries that look for an account by its password, and objects and statements that store one without a
        hash: in a table, a document, a dictionary of users, or the session.

    Why it matters:
        Whoever reads the table, a backup or a log of statements has every password.

    How it is decided:
        By the column and by what is given: something called a password that comes from a parameter or a
        request and went through no call on the way, or is among the fields of an object of which a row is
        made. What frameworks hash themselves (``create_user``, ``set_password``, a property, a hook or a type
        of column that hashes) is fine.

    Fix:
        Hash it with argon2, find the account by its name and verify.

    References:
        ASVS 11.4.2, CWE-256, CWE-257

    Since:
        0.1
    """

    kind: ClassVar[Kind] = "weak_hash"
    severity: ClassVar[Severity] = "high"

    def check(self, look: Look) -> Iterator[Finding]:
        for call in look.calls:
            func = call.node.func
            attr = called_function(call.node)
            if (
                attr in LOOKS_UP
                and queries(look, func)
                and any(was_typed(look, each) for each in (*(k.value for k in given(call)), *in_dict(call)))
            ):
                yield self.finding(
                    look, call.node, "an account is looked up by its password as it was typed", fix=FIX
                )
            elif not of_another_server(call) and (stores_row(look, call) or dumps_password(look, call)):
                yield self.finding(look, call.node, "a password is stored as it was typed", fix=FIX)
            elif attr in {"where", "filter", "and_"} and any(compares(look, each) for each in call.node.args):
                yield self.finding(
                    look, call.node, "an account is looked up by its password as it was typed", fix=FIX
                )
            elif any(is_plain(look, each) for each in given_to_passwords(look, call)):
                yield self.finding(look, call.node, "a statement takes a password as it was typed", fix=FIX)
        for loop in look.module.nodes_of(ast.For) if "setattr" in look.module.text else ():
            if (one := set_each(look, loop)) is not None:
                yield self.finding(look, one, "a password is stored as it was typed", fix=FIX)
        for node in look.module.nodes_of(ast.Assign, ast.Call):
            target = node.targets[0] if isinstance(node, ast.Assign) else None
            if kept_in(look, node):
                yield self.finding(look, node, "a password is stored as it was typed", fix=FIX)
            if not isinstance(node, ast.Assign) or not isinstance(target, ast.Attribute):
                continue
            if secret_kind(target.attr) == "password" and stores(look, node, target):
                yield self.finding(look, node, "a password is stored as it was typed", fix=FIX)


def kept_in(look: Look, node: ast.AST) -> bool:
    """``users[name] = {"password": password}``, ``accounts.append({...})``, ``session["password"] = ...``."""
    if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Subscript):
        container, value = node.targets[0].value, node.value
        key = node.targets[0].slice
    elif isinstance(node, ast.Call) and called_function(node) in {"append", "insert"} and node.args:
        container = node.func.value if isinstance(node.func, ast.Attribute) else node.func
        value, key = node.args[-1], None
    else:
        return False
    words = set(words_of(called(container)))
    if isinstance(value, ast.Name) and is_plain(look, value) and is_asked_again(look, container):
        return True
    named = isinstance(key, ast.Constant) and secret_kind(str(key.value)) == "password"
    if "session" in words:
        return named and is_plain(look, value)
    if words.isdisjoint(CONTAINERS) or (isinstance(key, ast.Constant) and not named):
        return False
    if isinstance(key, ast.Constant) and {"1", "2"} & set(words_of(str(key.value))):
        return False  # a form in which it is typed twice, on its way to what checks it
    if isinstance(value, ast.Dict):
        return any(
            isinstance(name, ast.Constant)
            and secret_kind(str(name.value)) == "password"
            and is_plain(look, held)
            for name, held in zip(value.keys, value.values, strict=True)
        )
    return is_plain(look, value)


def is_asked_again(look: Look, container: ast.expr) -> bool:
    """``self.rows[name] = password`` where a method of the class checks what is typed against the rows."""
    function = look.function(container)
    if (
        function is None
        or function.cls is None
        or getattr(getattr(container, "value", None), "id", "") != "self"
    ):
        return False
    return any(
        method is not function
        and not CHECKS.isdisjoint(words_of(method.name))
        and any(isinstance(each, ast.Attribute) and each.attr == called(container) for each in method.walk())
        for method in function.cls.methods
    )


CHECKS = frozenset(
    [
        "authenticate",
        "check",
        "correct",
        "fits",
        "login",
        "matches",
        "opens",
        "sign",
        "valid",
        "validate",
        "verify",
    ]
)
CONTAINERS = frozenset(["users", "accounts", "members", "people", "customers", "logins", "user", "passwords"])


def stores(look: Look, node: ast.Assign, target: ast.Attribute) -> bool:
    if stored_on_self(look, node, target):
        return True
    own = isinstance(target.value, ast.Name) and target.value.id in OWN
    if own or hashes(look, target):
        return False
    ours = ELSEWHERE.isdisjoint(words_of(target.attr)) and words_of(target.attr)[-1:] in LAST
    return of_request(look, node.value) or (ours and is_as_sent(look, node.value))


def stored_on_self(look: Look, node: ast.Assign, target: ast.Attribute) -> bool:
    """``self.password = password`` in a class of people or of a table."""
    function = look.function(node)
    if (
        function is None
        or function.cls is None
        or getattr(target.value, "id", "") != "self"
        or not (is_plain(look, node.value) or is_to_set(look, function, node.value))
    ):
        return False
    if (
        target.attr.startswith("_")
        or words_of(target.attr)[-1:] not in LAST
        or not isinstance(node.value, ast.Name)
        or hashes(look, target)
    ):
        return False
    return not PEOPLE.isdisjoint(words_of(function.cls.name)) or any(
        MODEL.search(each.name) for each in function.cls.mro[1:]
    )


LAST = [(word,) for word in PASSWORDS]


def is_to_set(look: Look, function: Function, node: ast.expr) -> bool:
    """``raw`` of ``def set_password(self, raw)``, unless all who call it have made something else of it."""
    words = words_of(function.name)
    if secret_kind(function.name) != "password" or words[0] not in {"set", "change", "update", "reset"}:
        return False
    if not isinstance(node, ast.Name) or not CHANGED.isdisjoint(words_of(node.id)):
        return False
    bound = look.scope(node).in_force(node.id, node.lineno)
    parameter = any(each.name == node.id for each in function.parameters)
    return parameter and all(each.kind != "assign" for each in bound) and not given_changed(look, node, 2)


def given(call: Call) -> Iterator[ast.keyword]:
    return (
        each
        for each in call.node.keywords
        if each.arg and secret_kind(each.arg.partition("__")[0]) == "password"
    )


def of_another_server(call: Call) -> bool:
    """``Storage.objects.create(host=host, password=password)``: what somebody else asks for, who has to
    get it as it is."""
    return any(not ELSEWHERE.isdisjoint(words_of(each.arg or "")) for each in call.node.keywords)


ELSEWHERE = frozenset(
    [
        "bucket",
        "dsn",
        "endpoint",
        "host",
        "hostname",
        "port",
        "region",
        "server",
        "smtp",
        "db",
        "ftp",
        "imap",
        "ldap",
        "mail",
        "mqtt",
        "proxy",
        "remote",
        "wifi",
    ]
)


def in_dict(call: Call) -> Iterator[ast.expr]:
    """``find_one({"name": name, "password": password})``: the values under the names of passwords."""
    for each in call.node.args[:1]:
        if isinstance(each, ast.Dict):
            for key, value in zip(each.keys, each.values, strict=True):
                if isinstance(key, ast.Constant) and secret_kind(str(key.value)) == "password":
                    yield value


def queries(look: Look, func: ast.expr) -> bool:
    """Whether it is asked of a table, and no dictionary or client of HTTP."""
    source = look.module.source_of(func)
    return re.search(r"objects\.|query|session\.|filter|\.select\(|find_one|find\b", source) is not None


def stores_row(look: Look, call: Call) -> bool:
    """Whether a row is made, or changed, with a password as it was typed."""
    table = table_of(look, call)
    if table is None and (
        called_function(call.node) not in STORES or not TABLES.search(look.module.source_of(call.node.func))
    ):
        return False
    for each in given(call):
        if was_typed(look, each.value) and not (
            table is not None and hashes_itself(look, table, str(each.arg).partition("__")[0])
        ):
            return True
    return any(was_typed(look, each) for each in in_dict(call))


def compares(look: Look, node: ast.expr) -> bool:
    """``User.password == password``."""
    if (
        not isinstance(node, ast.Compare)
        or not isinstance(node.ops[0], ast.Eq)
        or not isinstance(node.left, ast.Attribute)
    ):
        return False
    column = (isinstance(node.left.value, ast.Name) and node.left.value.id[:1].isupper()) or getattr(
        node.left.value, "attr", ""
    ) == "c"
    return bool(column) and secret_kind(node.left.attr) == "password" and is_plain(look, node.comparators[0])


def hashes(look: Look, target: ast.Attribute) -> bool:
    """Whether its class hashes what the attribute is given, or somebody has it do so right after."""
    types = [each.definition for each in look.project.types_of(target.value, look.scope(target))]
    classes = [each for each in types if isinstance(each, Class)] or hashing_classes(look, target.attr)
    return any(hashes_itself(look, each, target.attr) for each in classes) or is_hashed_after(look, target)


@once
def hashing_classes(look: Look, column: str) -> list[Class]:
    """Where the class of an object is not known: those of the project that hash what this column is given."""
    return [
        cls
        for module in look.project.modules
        if column in module.text
        for cls in module.classes
        if hashes_itself(look, cls, column)
    ]


def is_hashed_after(look: Look, target: ast.Attribute) -> bool:
    """``user.password = password; user.hash_password()``"""
    function = look.function(target)
    base = unparsed(target.value)
    return function is not None and any(
        isinstance(each.node.func, ast.Attribute)
        and unparsed(each.node.func.value) == base
        and {"hash", "encrypt"} & set(words_of(each.node.func.attr))
        and each.node.lineno > target.lineno
        for each in function.calls
    )


def of_request(look: Look, node: ast.expr) -> bool:
    bound = look.scope(node).in_force(node.id, node.lineno) if isinstance(node, ast.Name) else ()
    values = [node, *(each.value for each in bound if each.kind == "assign" and each.value is not None)]
    if any(changed(look, each) for each in values) or isinstance(node, ast.Constant):
        return False
    return (
        any(each.kind == "request" for each in look.origins(node)) and secret_kind(called(node)) == "password"
    )
