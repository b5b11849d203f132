"""Hashers that a project writes itself: what makes new hashes with them, and what they only read."""

from __future__ import annotations

import ast
import re

from rescind.reading import Class, Function
from rescind.review.look import Look
from rescind.review.naming.words import words_of
from rescind.review.once import once

SLOWS = re.compile(
    r"^(?:bcrypt\.hashpw|hashlib\.(?:pbkdf2_hmac|scrypt)|argon2\.|passlib\.hash\.|werkzeug\.security\.generate)"
)
FASTS = re.compile(r"^hashlib\.(?:md5|sha\d+|sha3_\d+|blake2[bs]|new)$|^hmac\.(?:new|digest)$")
MAKES = frozenset(["encode", "hash", "hash_password", "make", "make_hash", "create", "encrypt"])
OLD = frozenset(["legacy", "older", "former", "formerly", "deprecated", "migrate", "migrated", "migration",
                 "upgrade", "rehash", "imported", "altbestand", "heredado"])  # fmt: skip


def own_is_fast(look: Look, path: str) -> bool:
    """Whether a hasher of the project itself makes hashes with what is made to be fast."""
    function = encoder(look, path)
    if function is None or "super()" in function.module.source_of(function.node):
        return False
    names = [each.name for each in function.calls]
    return any(map(FASTS.match, names)) and not any(map(SLOWS.match, names))


def encoder(look: Look, path: str) -> Function | None:
    place, _, name = path.rpartition(".")
    for module in look.project.modules:
        if place and (module.name == place or module.name.endswith(f".{place}")):
            cls = next((each for each in module.classes if each.name == name), None)
            made = cls.member("encode") if cls is not None else None
            if made is not None and isinstance(made.definition, Function):
                return made.definition
    return None


def is_only_read(look: Look, cls: Class) -> bool:
    """Whether a class that checks passwords makes no new hashes: it says so, refuses to, or is not the first
    of the settings."""
    refuses = any(each.name in MAKES and raises(each) for each in cls.methods)
    return refuses or speaks_of_old(cls.node) or cls.name in behind_the_first(look)


def raises(function: Function) -> bool:
    """Whether a function does nothing but raise."""
    body = [each for each in function.node.body if not isinstance(each, ast.Expr)]
    return len(body) == 1 and isinstance(body[0], ast.Raise)


def speaks_of_old(node: ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef) -> bool:
    return not OLD.isdisjoint(words_of(f"{node.name} {ast.get_docstring(node) or ''}"))


@once
def behind_the_first(look: Look) -> frozenset[str]:
    """The names of hashers that ``PASSWORD_HASHERS`` lists, and never as the first."""
    first: set[str] = set()
    rest: set[str] = set()
    for home in look.everywhere("password_hashers"):
        for setting in home.settings:
            if setting.name == "PASSWORD_HASHERS":
                for option in home.values(setting.value).options:
                    names = [str(each).rpartition(".")[2] for each in option.value or ()]
                    first |= set(names[:1])
                    rest |= set(names[1:])
    return frozenset(rest - first)
