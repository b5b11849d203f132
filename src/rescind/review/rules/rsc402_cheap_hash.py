"""RSC402: slow hashes at a cost that makes them fast, and schemes that are none."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from typing import Any, ClassVar

from rescind.reading import Call, walk
from rescind.review.accounts.hashers import is_only_read, own_is_fast
from rescind.review.accounts.salts import cheap_in_sql, is_common, makes_key
from rescind.review.finding import Class, Finding, Severity
from rescind.review.look import Look, Setting
from rescind.review.naming.called import called, called_function
from rescind.review.naming.words import secret_kind
from rescind.review.rule import Rule
from rescind.review.settings.configured import configured, given_values
from rescind.review.settings.settings import is_meant
from rescind.review.settings.stages import for_development

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
    (re.compile(r"^werkzeug\.security\.pbkdf2_(?:hex|bin)$"), "iterations", 2, 100_000),
    (re.compile(r"^Crypto(?:dome)?\.Protocol\.KDF\.PBKDF2$"), "count", 3, 100_000),
    (re.compile(r"^Crypto(?:dome)?\.Protocol\.KDF\.scrypt$"), "N", 3, 2**14),
    (re.compile(r"^Crypto(?:dome)?\.Protocol\.KDF\.bcrypt$"), "cost", 1, 10),
    (re.compile(r"^flask_bcrypt\.(?:Bcrypt(?:\(\))?\.)?generate_password_hash$"), "rounds", 1, 10),
)  # fmt: skip
ARGON = re.compile(
    r"^(?:argon2|pwdlib\.hashers\.argon2)\.(?:\w+\.)*(?:PasswordHasher|Argon2Hasher|hash_secret\w*|hash_password)$"
)
PASSLIB_ARGON = re.compile(r"^passlib\.hash\.argon2\.(?:using|hash|encrypt)$")
CONTEXT = re.compile(r"(?:^|\.)CryptContext$")
WEAK = re.compile(
    r"(?i)^(?:plaintext|ldap_plaintext|md5_crypt|des_crypt|apr_md5_crypt|hex_\w+|ldap_(?:md5|sha1)|ldap_salted_\w+|sha1_crypt|lmhash"
    r"|nthash|mysql\w+|bsdi_crypt|bigcrypt|crypt16|django_(?:salted_\w+|disabled|des_crypt)|unix_disabled|roundup_plaintext|hex)$"
)  # fmt: skip
SLOWS = re.compile(
    r"^(?:bcrypt\.hashpw|hashlib\.(?:pbkdf2_hmac|scrypt)|argon2\.|passlib\.hash\.|werkzeug\.security\.generate)"
)
HASHERS = re.compile(r"\.(?:Unsalted)?(?:MD5|SHA1|Crypt)PasswordHasher$")
METHOD = re.compile(
    r"^(?:plain|md5|sha1|sha224|sha256|sha512)$|^pbkdf2:\w+:(?P<rounds>\d+)$|^scrypt:(?:\d{1,4}|1[0-5]\d{3}):"
)
WEAKEST = re.compile(r"^(?:unsalted_)?(?:md5|sha1)$|^crypt$")
# What hashes a password, and where its salt is given.
SALTED = (
    (re.compile(r"^(?:bcrypt\.hashpw|crypt\.crypt)$"), "salt", 1),
    (re.compile(r"^hashlib\.pbkdf2_hmac$"), "salt", 2),
    (re.compile(r"^hashlib\.scrypt$"), "salt", None),
    (re.compile(r"^django\.contrib\.auth\.hashers\.make_password$"), "salt", 1),
    (re.compile(r"^argon2\.low_level\.hash_secret(?:_raw)?$"), "salt", 1),
)
# What hashers for Django have for their cost: the kind of hasher, and the least.
COSTS_OF_HASHERS = {
    "iterations": ("PBKDF2", 100_000),
    "rounds": ("BCrypt", 10),
    "work_factor": ("Scrypt", 2**14),
    "memory_cost": ("Argon2", 0),
    "time_cost": ("Argon2", 0),
}
ARGON_COSTS = ("memory_cost", "time_cost")
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
        schemes of a ``CryptContext``; PostgreSQL's ``gen_salt``; the method of Werkzeug's
        ``generate_password_hash``; salts that are the same for everybody; hashers of the project's own;
        passwords of which only the beginning is hashed.

    Why it matters:
        Cost is all that makes guessing slow.

    How it is decided:
        By the numbers, followed through names, settings and mappings: fewer than 10 rounds of bcrypt,
        100,000 of PBKDF2, 2**14 of scrypt, 7 MiB for argon2. Of lists the first counts, which makes new
        hashes: those behind it are only read. Settings for tests are fine.

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
            what = cheap(look, call) or of_partial(look, call) or one_salt(look, call)
            if what and not for_development(look, call.node):
                yield self.finding(look, call.node, what, fix=FIX)
        for text in cheap_in_sql(look):
            yield self.finding(look, text, "the database makes a hash that is too cheap", fix=FIX)
        for setting in look.settings:
            found = of_setting(look, setting)
            if found is not None and is_meant(look, setting):
                yield self.finding(look, found, "new passwords get a hash that is too cheap", fix=FIX)


def number(look: Look, node: ast.expr | None) -> float | None:
    return least([each.value for each in configured(look, node).options]) if node is not None else None


def least(values: list[Any]) -> float | None:
    """The least of what are numbers, or say one as what is read from the environment does."""
    found = [int(each) if isinstance(each, str) and each.isdigit() else each for each in values]
    return min((each for each in found if type(each) in {int, float}), default=None)


def given_number(look: Look, call: Call, name: str, position: int | None = None) -> float | None:
    given = call.argument(name, position)
    return number(look, given) if given is not None else least(given_values(look, call, name, position))


def cheap(look: Look, call: Call) -> str:
    for each in call.named:
        for pattern, name, position, lowest in COSTS:
            if pattern.match(each.name):
                given = given_number(look, call, name, position)
                if given is not None and given < lowest and not is_of_wifi(look, call):
                    return f"{name} of {given:g}: the hash is too cheap"
        memory, turns = (
            (given_number(look, call, "memory_cost", 1), given_number(look, call, "time_cost", 0))
            if ARGON.match(each.name)
            else of_passlib(look, call)
            if PASSLIB_ARGON.match(each.name)
            else (None, None)
        )
        if (memory or 65_536) * (turns or 3) < 35_000:
            return "argon2 with so little memory and time is too cheap"
        if SLOWS.match(each.name) and any(cut(look, argument) for argument in call.node.args[:2]):
            return "only the beginning of a password is hashed"
        if CONTEXT.search(each.name):
            return of_context(look, call)
        hasher = call.argument("hasher", 2) if each.name.endswith("hashers.make_password") else None
        if hasher is not None and any(WEAKEST.match(text) for text in look.values(hasher).texts):
            return "the hasher is one of those that are made to be fast"
        if each.name == "werkzeug.security.generate_password_hash":
            for text in given_values(look, call, "method", 1):
                found = METHOD.match(text) if isinstance(text, str) else None
                if found and (found["rounds"] is None or int(found["rounds"]) < 100_000):
                    return f"the method {text}: the hash is too cheap"
    return ""


def of_passlib(look: Look, call: Call) -> tuple[float | None, float | None]:
    """``argon2.using(rounds=1, memory_cost=512)``, where rounds are the time."""
    turns = given_number(look, call, "time_cost")
    return given_number(look, call, "memory_cost"), turns or given_number(look, call, "rounds")


def is_of_wifi(look: Look, call: Call) -> bool:
    """A key of a wireless network: the standard says how many rounds."""
    function = look.function(call.node)
    return function is not None and WIFI.search(look.module.source_of(function.node)) is not None


WIFI = re.compile(r"(?i)\bssid\b|\bwpa|\bpsk\b")


def of_partial(look: Look, call: Call) -> str:
    """``partial(hashlib.pbkdf2_hmac, "sha256", iterations=1000)``"""
    if called_function(call.node) != "partial" or not call.node.args:
        return ""
    made = look.name(call.node.args[0])
    for pattern, name, _, lowest in COSTS:
        given = given_number(look, call, name) if pattern.match(made) else None
        if given is not None and given < lowest:
            return f"{name} of {given:g}: the hash is too cheap"
    return ""


def one_salt(look: Look, call: Call) -> str:
    """What is wrong where the salt of a password stands in the source."""
    for pattern, argument, position in SALTED:
        fits = any(pattern.match(each.name) for each in call.named)
        given = call.argument(argument, position) if fits else None
        if given is not None and is_common(look, given) and is_of_password(look, call):
            return "every password gets the same salt: equal ones are seen, and one table breaks all"
    return ""


def is_of_password(look: Look, call: Call) -> bool:
    first = call.argument("password", 1 if call.name == "hashlib.pbkdf2_hmac" else 0)
    if first is None or makes_key(look, call):
        return False
    return any(secret_kind(called(each)) == "password" for each in walk(first))


PLAIN = {"password", "pw", "pwd", "passwd", "secret", "raw", "plain", "short", "data", "encoded"}


def cut(look: Look, node: ast.expr, depth: int = 1) -> bool:
    """``password[:8]``."""
    for each in walk(node):
        if (
            isinstance(each, ast.Subscript)
            and isinstance(each.slice, ast.Slice)
            and secret_kind(called(each.value)) == "password"
        ):
            upper = number(look, each.slice.upper)
            return each.slice.lower is None and upper is not None and 0 < upper < 64
        if isinstance(each, ast.Name) and depth and each.id in PLAIN:
            values = [one.value for one in look.scope(each).lookup(each.id) if one.kind == "assign"]
            if any(value is not None and cut(look, value, 0) for value in values):
                return True
    return False


def of_context(look: Look, call: Call) -> str:
    schemes, default = call.argument("schemes", 0), call.argument("default")
    for option in look.values(schemes).options if schemes is not None else ():
        first = option.value[0] if isinstance(option.value, list | tuple) and option.value else ""
        chosen = next(iter(look.values(default).texts), first) if default is not None else first
        if isinstance(chosen, str) and WEAK.match(chosen):
            return f"{chosen} makes the hashes of new passwords"
    memory, turns = (given_number(look, call, f"argon2__{name}") for name in ("memory_cost", "time_cost"))
    if (memory or 65_536) * (turns or 3) < 35_000:
        return "argon2 with so little memory and time is too cheap"
    for each in call.node.keywords:
        given = number(look, each.value)
        if each.arg and given is not None and each.arg.endswith("rounds"):
            slow = re.match(r"(?:django_)?(?:pbkdf2|sha\d)", each.arg)
            least = 10 if "bcrypt" in each.arg else 100_000 if slow else 0
            if given < least:
                return f"{each.arg} of {given:g}: the hash is too cheap"
    return ""


def of_setting(look: Look, setting: Setting) -> ast.expr | None:
    """The value of a setting that makes hashes cheap, or of a list the entry that does."""
    value = setting.value
    if setting.name == "PASSWORD_HASHERS":
        for option in look.values(value).options:
            first = option.value[0] if isinstance(option.value, list | tuple) and option.value else ""
            if isinstance(first, str) and (HASHERS.search(first) or own_is_fast(look, first)):
                return next(iter(getattr(value, "elts", ())), value)
    lowest = SETTINGS.get(setting.name)
    given = number(look, value) if lowest is not None else None
    if given is not None and lowest is not None and given < lowest:
        return value
    return value if setting.name in COSTS_OF_HASHERS and is_cheap_hasher(look, setting) else None


def is_cheap_hasher(look: Look, setting: Setting) -> bool:
    """``iterations = 1000`` of a hasher for Django that the project derives, and that makes new hashes."""
    node = look.scope(setting.node).node
    if not isinstance(node, ast.ClassDef) or isinstance(setting.node, ast.keyword | ast.Constant):
        return False
    cls, given = look.project.klass(look.module, node), number(look, setting.value)
    kind, lowest = COSTS_OF_HASHERS[setting.name]
    bases = [each.name for each in cls.mro[1:] if each.name.endswith("PasswordHasher")]
    if given is None or not any(kind in each for each in bases) or is_only_read(look, cls):
        return False
    if setting.name in ARGON_COSTS:
        ours = {each.name: number(look, each.value) for each in look.settings
                if look.scope(each.node).node is node and each.name in ARGON_COSTS}  # fmt: skip
        cost = (ours.get("memory_cost") or 102_400) * (ours.get("time_cost") or 2)
        return cost < 35_000 and setting.name == ("memory_cost" if "memory_cost" in ours else "time_cost")
    return given < lowest
