"""Which calls hold a password against its hash."""

from __future__ import annotations

import ast
import re

from rescind.reading import Function
from rescind.review.accounts.accounts import ACCOUNTS
from rescind.review.flow.conditions import decides
from rescind.review.flow.handed import meant
from rescind.review.flow.names import bindings_at
from rescind.review.look import Look
from rescind.review.naming.called import arguments, called, called_function
from rescind.review.naming.words import secret_kind, words_of
from rescind.review.once import once

VERIFIERS = re.compile(
    r"^(?:bcrypt\.checkpw|argon2\.|passlib\.|pwdlib\.|werkzeug\.security\.check_password_hash|flask_bcrypt\."
    r"|django\.contrib\.auth\.hashers\.(?:check_password|verify_password)|nacl\.pwhash\.|crypt\.crypt|hashlib\.(?:scrypt|pbkdf2_hmac)"
    r"|bcrypt\.hashpw|django\.contrib\.auth\.hashers\.make_password|werkzeug\.security\.generate_password_hash)"
)
VERIFIES = frozenset(
    ["check_password", "acheck_password", "verify_password", "checkpw", "check_password_hash",
    "verify_and_update",
     "validate_password", "password_matches", "password_ok", "correct_password", "matches_password",
     "check_pw", "verify_pw"]
)  # fmt: skip
HASHES = frozenset(
    ["set_password", "hash_password", "make_password", "hashpw", "generate_password_hash",
    "verify_dummy", "dummy_verify",
     "burn", "fake_verify", "dummy_hash"]
)  # fmt: skip
TRIES = frozenset(
    ["verify", "check", "matches", "match", "compare", "fits", "valid", "validate", "correct", "test",
     "comprobar", "comprueba", "passt", "pruefe", "pruefen", "prueft", "stimmt", "validar", "verifica",
     "verificar",
     "verifier", "confere", "conferir"]
)  # fmt: skip
# With these a new password is judged.
JUDGES = frozenset(
    ["breached", "common", "len", "policy", "pwned", "strength", "strong", "weak", "long", "isinstance"]
)


@once
def calls_in(look: Look, function: Function, depth: int, only_checks: bool) -> list[ast.Call]:
    verifying = Verifying(look)
    return [each.node for each in function.calls if verifying.is_one(each.node, function, depth, only_checks)]


class Verifying:
    """Which calls hold a password against its hash, and which work out a hash at all, by any number of
    functions."""

    def __init__(self, look: Look) -> None:
        self.look = look

    def calls(self, function: Function, depth: int = 2, *, only_checks: bool = True) -> list[ast.Call]:
        return calls_in(self.look, function, depth, only_checks)

    def is_one(self, node: ast.Call, function: Function, depth: int, only_checks: bool) -> bool:
        if self.of_other(node, function):
            return True
        node = meant(node)
        name = called_function(node)
        scope = function.module.scope_of(node)
        names = [each.name for each in self.look.project.callee(node, scope)]
        inner = self.look.shared.flow.calls.callees(node, scope)
        rules = name == "validate_password" and (inner or any(RULES.match(each) for each in names))
        if not rules and (self.by_name(node, only_checks) or self.of_account(node, function)):
            return True
        if any(
            VERIFIERS.match(each) and verifies(each) and not (only_checks and salts(each)) for each in names
        ):
            return True
        if depth == 0:
            return False
        return any(
            self.calls(each, depth - 1, only_checks=only_checks)
            for each in inner
            if each is not function and each.name != "__init__"
        )

    def of_account(self, node: ast.Call, function: Function) -> bool:
        """``if not member.fits(password):``, by whatever name."""
        if not isinstance(node.func, ast.Attribute) or len(node.args) != 1:
            return False
        if ACCOUNTS.isdisjoint(words_of(called(node.func.value))) or JUDGES & set(words_of(node.func.attr)):
            return False
        given = secret_kind(called(node.args[0])) == "password"
        return given and decides(function.module, node)

    def of_other(self, node: ast.Call, function: Function) -> bool:
        """``if directory.bind(row.dn, password):``, ``if connection.bind():`` of one that was made with the
        password: somebody else holds it against what is known of who was found."""
        if JUDGES & set(words_of(called_function(node))) or not decides(function.module, node):
            return False
        every = arguments(node)
        if not every and isinstance(node.func, ast.Attribute) and isinstance(node.func.value, ast.Name):
            made = [
                one.value
                for one in bindings_at(node.func.value, function.module.scope_of(node))
                if one.kind == "assign" and isinstance(one.value, ast.Call)
            ]
            every = [part for each in made for part in arguments(each)]
            if called_function(node) not in OPENS:
                return False
        given = [each for each in every if is_password(each)]
        return bool(given) and any(is_part(function, each) for each in every if each not in given)

    @staticmethod
    def by_name(node: ast.Call, only_checks: bool) -> bool:
        name = called_function(node)
        if name in VERIFIES or (not only_checks and hashes(node)):
            return True
        return not TRIES.isdisjoint(words_of(name)) and any(
            secret_kind(called(each)) == "password" for each in node.args
        )


OPENS = frozenset(["bind", "open", "connect", "login", "authenticate", "start", "simple_bind"])


def is_password(node: ast.expr) -> bool:
    return secret_kind(called(node)) == "password"


def is_part(function: Function, node: ast.expr) -> bool:
    """``row.dn``, ``row["name"]`` of something that the function found."""
    held = node.value if isinstance(node, ast.Attribute | ast.Subscript) else None
    if not isinstance(held, ast.Name):
        return False
    for one in bindings_at(held, function.module.scope_of(node)):
        value = one.value.value if isinstance(one.value, ast.Await) else one.value
        if one.kind == "assign" and isinstance(value, ast.Call | ast.Subscript):
            return INPUTS.isdisjoint(words_of(held.id))
    return False


INPUTS = frozenset(
    ["form", "data", "body", "payload", "args", "params", "request", "json", "config", "settings"]
)
# Of new passwords, which are held against nothing.
RULES = re.compile(r"^django\.contrib\.auth\.password_validation\.")


def salts(name: str) -> bool:
    """Whether it takes a new salt, so that nothing can be held against what it makes."""
    return name.rpartition(".")[2] in {"hash", "generate_password_hash"}


def hashes(node: ast.Call) -> bool:
    """Whether a call works a hash out by its name: ``hash_password``, ``helper.hash(password)``."""
    name = called_function(node)
    return name in HASHES or (
        isinstance(node.func, ast.Attribute)
        and name == "hash"
        and any(secret_kind(called(each)) == "password" for each in node.args)
    )


def verifies(name: str) -> bool:
    """Whether it is no constructor, and nothing that is done to a hash later."""
    last = name.rpartition(".")[2]
    return last not in MADE and ("()" not in name or last in {"verify", "verify_and_update", "hash", "check"})


MADE = {"PasswordHasher", "CryptContext", "Bcrypt", "PasswordHash", "gensalt", "recommended"}
