"""RSC402: slow hashes at a cost that makes them fast, and schemes that are none."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from typing import ClassVar

from rescind.reading import Call, walk
from rescind.review.called import called
from rescind.review.finding import Class, Finding, Severity
from rescind.review.look import Look, Setting
from rescind.review.rule import Rule
from rescind.review.settings import is_meant
from rescind.review.stages import for_development
from rescind.review.words import secret_kind

# Below these a cost is low: the argument, its place, and the least.
COSTS = (
    (re.compile(r"^bcrypt\.gensalt$"), "rounds", 0, 10),
    (re.compile(r"^hashlib\.pbkdf2_hmac$"), "iterations", 3, 100_000),
    (re.compile(r"^cryptography\..*\.PBKDF2HMAC$"), "iterations", 3, 100_000),
    (re.compile(r"^(?:hashlib\.scrypt|cryptography\..*\.Scrypt)$"), "n", None, 2**14),
    (re.compile(r"^passlib\.hash\.bcrypt\w*\.(?:using|hash|encrypt)$"), "rounds", None, 10),
    (re.compile(r"^passlib\.hash\.(?:django_)?pbkdf2_\w+\.(?:using|hash|encrypt)$"), "rounds", None, 100_000),
    (re.compile(r"^passlib\.hash\.sha(?:256|512)_crypt\.(?:using|hash|encrypt)$"), "rounds", None, 100_000),
    (re.compile(r"^pwdlib\.hashers\.bcrypt\.BcryptHasher$"), "rounds", 0, 10),
    (re.compile(r"^django\.utils\.crypto\.pbkdf2$"), "iterations", 2, 100_000),
)  # fmt: skip
ARGON = re.compile(
    r"^(?:argon2|pwdlib\.hashers\.argon2)\.(?:\w+\.)*(?:PasswordHasher|Argon2Hasher|hash_secret\w*|hash_password)$"
)
CONTEXT = re.compile(r"(?:^|\.)CryptContext$")
WEAK = re.compile(
    r"(?i)^(?:plaintext|ldap_plaintext|md5_crypt|des_crypt|apr_md5_crypt|hex_\w+|ldap_(?:md5|sha1)|ldap_salted_\w+|sha1_crypt|lmhash"
    r"|nthash|mysql\w+|bsdi_crypt|bigcrypt|crypt16|django_(?:salted_\w+|disabled|des_crypt)|unix_disabled|roundup_plaintext|hex)$"
)  # fmt: skip
SLOWS = re.compile(
    r"^(?:bcrypt\.hashpw|hashlib\.(?:pbkdf2_hmac|scrypt)|argon2\.|passlib\.hash\.|werkzeug\.security\.generate)"
)
HASHERS = re.compile(r"\.(?:Unsalted)?(?:MD5|SHA1|Crypt)PasswordHasher$")
METHOD = re.compile(r"^(?:plain|md5|sha1|sha224|sha256|sha512)$|^pbkdf2:\w+:(?P<rounds>\d+)$")
SETTINGS = {
    "BCRYPT_LOG_ROUNDS": 10,
    "BCRYPT_ROUNDS": 10,
    "PBKDF2_ITERATIONS": 100_000,
    "SECURITY_HASHING_ROUNDS": 10,
}
FIX = "use argon2id, or bcrypt with 12 rounds, PBKDF2 with 600,000"


class RSC402(Rule):
    """The hash of passwords is too cheap.

    What it checks:
        Rounds of bcrypt, PBKDF2, scrypt, argon2 and passlib; the first of ``PASSWORD_HASHERS`` and of the
        schemes of a ``CryptContext``; the method of Werkzeug's ``generate_password_hash``.

    Why it matters:
        Cost is all that makes guessing slow.

    How it is decided:
        By the numbers, followed through names: fewer than 10 rounds of bcrypt, 100,000 of PBKDF2, 2**14 of
        scrypt, 7 MiB for argon2. Of lists the first counts, which makes new hashes: those behind it are only
        read. Settings for tests are fine.

    Fix:
        argon2id, bcrypt with 12 rounds, PBKDF2 with 600,000.

    References:
        ASVS 11.4.2, ASVS 11.4.4, CWE-916

    Since:
        0.1
    """

    kind: ClassVar[Class] = "weak_hash"
    severity: ClassVar[Severity] = "high"

    def check(self, look: Look) -> Iterator[Finding]:
        for call in look.calls:
            what = cheap(look, call)
            if what and not for_development(look, call.node):
                yield self.finding(look, call.node, what, fix=FIX)
        for setting in look.settings:
            found = of_setting(look, setting)
            if found is not None and is_meant(look, setting):
                yield self.finding(look, found, "new passwords get a hash that is too cheap", fix=FIX)


def number(look: Look, node: ast.expr | None) -> float | None:
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Pow):
        base, times = number(look, node.left), number(look, node.right)
        return None if base is None or times is None or times > 64 else base**times
    for option in look.values(node).options if node is not None else ():
        if isinstance(option.value, int | float) and not isinstance(option.value, bool):
            return option.value
    return None


def cheap(look: Look, call: Call) -> str:
    for each in call.named:
        for pattern, name, position, least in COSTS:
            if pattern.match(each.name):
                given = number(look, call.argument(name, position))
                if given is not None and given < least:
                    return f"{name} of {given:g}: the hash is too cheap"
        memory, turns = (
            number(look, call.argument("memory_cost", 1)),
            number(look, call.argument("time_cost", 0)),
        )
        if ARGON.match(each.name) and (memory or 65_536) * (turns or 3) < 35_000:
            return "argon2 with so little memory and time is too cheap"
        if SLOWS.match(each.name) and any(cut(look, argument) for argument in call.node.args[:2]):
            return "only the beginning of a password is hashed"
        if CONTEXT.search(each.name):
            return of_context(look, call)
        if each.name == "werkzeug.security.generate_password_hash":
            method = call.argument("method", 1)
            for text in look.values(method).texts if method is not None else ():
                found = METHOD.match(text)
                if found and (found["rounds"] is None or int(found["rounds"]) < 100_000):
                    return f"the method {text}: the hash is too cheap"
    return ""


def cut(look: Look, node: ast.expr) -> bool:
    """``password[:8]``."""
    for each in walk(node):
        if (
            isinstance(each, ast.Subscript)
            and isinstance(each.slice, ast.Slice)
            and secret_kind(called(each.value)) == "password"
        ):
            upper = number(look, each.slice.upper)
            return each.slice.lower is None and upper is not None and 0 < upper < 64
    return False


def of_context(look: Look, call: Call) -> str:
    schemes, default = call.argument("schemes", 0), call.argument("default")
    for option in look.values(schemes).options if schemes is not None else ():
        first = option.value[0] if isinstance(option.value, list | tuple) and option.value else ""
        chosen = next(iter(look.values(default).texts), first) if default is not None else first
        if isinstance(chosen, str) and WEAK.match(chosen):
            return f"{chosen} makes the hashes of new passwords"
    for each in call.node.keywords:
        given = number(look, each.value)
        if each.arg and given is not None and each.arg.endswith("rounds"):
            least = (
                10 if each.arg.startswith("bcrypt") else 100_000 if re.match("pbkdf2|sha", each.arg) else 0
            )
            if given < least:
                return f"{each.arg} of {given:g}: the hash is too cheap"
    return ""


def of_setting(look: Look, setting: Setting) -> ast.expr | None:
    """The value of a setting that makes hashes cheap, or of a list the entry that does."""
    value = setting.value
    if setting.name == "PASSWORD_HASHERS":
        for option in look.values(value).options:
            first = option.value[0] if isinstance(option.value, list | tuple) and option.value else ""
            if isinstance(first, str) and HASHERS.search(first):
                return next(iter(getattr(value, "elts", ())), value)
    least = SETTINGS.get(setting.name)
    given = number(look, value) if least is not None or setting.name == "iterations" else None
    if given is not None and least is not None and given < least:
        return value
    cls = look.scope(setting.node).node
    if (
        given is not None
        and isinstance(cls, ast.ClassDef)
        and given < 100_000
        and not isinstance(setting.node, ast.keyword | ast.Constant)
    ):
        found = look.project.klass(look.module, cls)
        if any("PBKDF2" in each.name and each.name.endswith("Hasher") for each in found.mro[1:]):
            return value
    return None
