"""Texts that stand in the source: which of them are secrets, and which only look so."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from typing import NamedTuple

from rescind.reading import Module, Option, walk
from rescind.review.flow.conditions import ends
from rescind.review.look import Look
from rescind.review.naming.words import secret_kind, words_of
from rescind.review.settings.stages import for_development

# Nobody takes these for a value: something has to be filled in.
PLACEHOLDER = re.compile(
    r"^\W*$|^<.*>$|^\[.*\]$|\$\{|\{\{|^\{\w*\}$|%\(\w+\)s|^%s$|^([xX0?#])\1+$|\.\.\.|\*\*\*|\(.*\)$"
)
PATH = re.compile(
    r"^[a-z_.-]+(?:/[a-z_.-]+)+$|^(?:\.{0,2}/|[a-z][\w+.-]*://|[A-Z]:\\)|^[\w.-]+\.(?:pem|key|txt|json|ya?ml|toml|env|html|py|crt)$"
)
PATTERN = re.compile(r"\[[^\]]+\][+*{]|\(\?|\\[dwsb]")
RATE = re.compile(r"^\d+/\d*(?:s|m|h|d|sec|min|second|minute|hour|day)s?\b")
DOTTED = re.compile(r"^[A-Za-z_]\w*(?:\.[A-Za-z_]\w*)+\.?$|^[\w.]+:\w+$|^[A-Za-z][\w.-]+:[a-z_]+$")
IDENTIFIER = re.compile(r"^[a-z_]+$|^[A-Z_]+$|^[A-Z][a-z]+(?:[A-Z][a-z]+)*$|^X-[\w-]+$")
# The last are for browsers, which everybody reads: PostHog's and Stripe's.
PUBLIC = re.compile(
    r"^(?:-----BEGIN (?:[A-Z]+ )?(?:PUBLIC KEY|CERTIFICATE)|ssh-|ecdsa-sha2|phc_\w{20}|pk_(?:live|test)_)"
)
WITH_PASSWORD = re.compile(
    r"^[a-z][\w+.-]*://(?P<user>[^/\s:@{}$<]*):(?P<password>[^/\s@{}$<%*]+)@(?P<host>[^/:?\s]*)"
)
# Of these words names of fields, headers and kinds are made.
SPEECH = frozenset(
    [
        "a", "access", "account", "set", "change", "update", "admin", "api", "auth", "authorization",
        "basic", "bearer", "client", "code", "confirm",
        "confirmation", "cookie", "credentials", "csrf", "current", "digest", "email", "field", "form",
        "hash", "header", "hidden",
        "http", "id", "identity", "input", "jwt", "key", "login", "magic", "middleware", "name", "new",
        "nonce", "none", "null",
        "oauth", "oauth2", "old", "opaque", "otp", "pass", "password", "pat", "private", "public",
        "refresh", "reset", "secret",
        "session", "sessionid", "sid", "signature", "state", "string", "text", "token", "type",
        "unknown", "user", "username",
        "value", "verify", "x", "xsrf",
    ]
)  # fmt: skip
NOT_REAL = frozenset(
    ["test", "tests", "fake", "dummy", "example", "sample", "mock", "public", "publishable", "site", "demo"]
)
# Passwords with which servers on one's own machine come.
SHIPPED = frozenset(
    ["postgres", "password", "root", "guest", "admin", "secret", "mysql", "redis", "test", "user", "pass"]
)
IN_DSN = re.compile(r"(?i)(?:^|[\s;])(?:password|passwd|pwd)=(?P<password>[^\s;{}%$<>'\"&]+)")
# What several services give out, and keys as files have them.
FORMATS = re.compile(
    r"^(?:AKIA[0-9A-Z]{16}|gh[pousr]_\w{30,}|github_pat_\w{30,}|sk_live_\w{16,}|xox[baprs]-[\w-]{10,}|SG\.[\w-]{16,}\.[\w-]{16,}|glpat-[\w-]{16,})$"
    r"|-----BEGIN (?:[A-Z]+ )?PRIVATE KEY-----\s+[\w+/=]{40}"
)


class Literal(NamedTuple):
    """A text that stands in the source where a secret is wanted. ``default``: only if nothing else is set."""

    text: str
    node: ast.AST
    module: Module
    default: bool


def texts(options: tuple[Option, ...]) -> Iterator[Literal]:
    """Those options that are texts, or bytes that are one."""
    for each in options:
        value = each.value.decode("latin-1") if isinstance(each.value, bytes) else each.value
        if isinstance(value, str):
            yield Literal(value, written(each), each.module, each.how == "default")


def written(option: Option) -> ast.AST:
    """Where the text itself stands, of a dictionary or list that it was taken from."""
    if isinstance(option.node, ast.Dict | ast.List | ast.Tuple):
        for each in walk(option.node):
            if isinstance(each, ast.Constant) and each.value == option.value:
                return each
    return option.node


def is_placeholder(text: str) -> bool:
    """Whether something has to be filled in, or is to be read from elsewhere."""
    return PLACEHOLDER.search(text) is not None or PATH.search(text) is not None


def is_key(text: str) -> bool:
    """Whether a text, used where a key is wanted, is one: whatever signs is a key, be it ``dev``."""
    return bool(text) and not is_placeholder(text) and not PUBLIC.match(text.strip())


def looks_secret(text: str, name: str) -> bool:
    """Whether a text that is called by the name of a secret is one, and no name, path or sentence."""
    if len(text) < 4 or len(text) > 4_000 or re.search(r"\s", text.strip()) or is_placeholder(text):
        return False
    if text.lower() in SWITCHES or names_variable(text):
        return False
    if PATTERN.search(text) or RATE.match(text) or PUBLIC.match(text) or "abcdef" in text.lower():
        return False
    if DOTTED.match(text) or text.startswith(
        ("$2", "$argon2", "pbkdf2", "-----BEGIN PUBLIC", "scrypt:", "sha")
    ):
        return "-----BEGIN" in text and "PRIVATE" in text
    words = [word for word in words_of(text) if not word.isdigit()]
    if (
        secret_kind(name) == "password"
        and len(words_of(name)) > 1
        and not {word.removesuffix("s") for word in words} <= SPEECH | set(words_of(name))
    ):
        return True
    if set(words) <= SPEECH | set(words_of(name)):
        return looks_random(text)
    return bool(words) and (not IDENTIFIER.match(text) or looks_random(text))


SWITCHES = frozenset(["true", "false", "enabled", "disabled", "required", "optional"])


def names_variable(text: str) -> bool:
    """``APP_DB_PASSWORD``: under which name the environment has it."""
    return re.fullmatch(r"[A-Z]+(?:_[A-Z]+)+", text) is not None and secret_name(text)


def looks_random(text: str) -> bool:
    """Letters and digits as nobody writes names: ``1f9d``, ``s3cr3t``, 32 hexadecimal digits."""
    changes = len(re.findall(r"(?<=[A-Za-z])(?=\d)|(?<=\d)(?=[A-Za-z])", text))
    cases = len(re.findall(r"(?<=[a-z])(?=[A-Z])", text))
    return len(text) >= 8 and changes + cases / 3 >= 3 and not re.match(r"^[\w-]*v?\d+(?:\.\d+)*$", text[:4])


def secret_name(name: str) -> bool:
    """Whether what has this name is a password, a key or a token of somebody, and no test's."""
    kind = secret_kind(name)
    words = set(words_of(name))
    if kind == "token" and words_of(name)[-2:] == ("session", "key"):
        return False  # under which something is found
    return kind in {"password", "key", "token"} and not words & NOT_REAL


def counts_as(text: str, name: str) -> bool:
    """Whether a text under the name of a secret is one; one who is called a token has to look random."""
    if secret_kind(name) == "token" and not any(letter.isdigit() for letter in text):
        return False
    return looks_secret(text, name)


def signs(name: str) -> bool:
    """Whether what has this name is a key that signs: ``SECRET_KEY``, ``JWT_SECRET``, ``signing_key``."""
    words = words_of(name)
    return bool(
        {"secret", "signing", "jwt", "encryption", "private"} & set(words)
        and words[-1] in {"key", "secret"}
        and not {"public", "name", "id", "access", "type", "kind"} & set(words)
    )  # fmt: skip


def password_in_address(text: str) -> bool:
    """Whether a text is an address, or a DSN, with a password in it that no server comes with."""
    found = WITH_PASSWORD.match(text)
    if found is not None:
        return (
            found["password"].lower() not in {*SHIPPED, found["user"].lower()} and len(found["password"]) > 2
        )
    dsn = IN_DSN.search(text) if re.search(r"(?i)\b(?:dbname|database|host|server|user)=", text) else None
    return dsn is not None and dsn["password"].lower() not in SHIPPED


def is_kept(look: Look, literal: Literal) -> bool:
    """Whether a literal is one that users meet: no test's, not only for development, not refused."""
    home = look.beside(literal.module)
    return not home.is_test and not for_development(home, literal.node) and not is_refused(look, literal)


def is_refused(look: Look, literal: Literal) -> bool:
    """Whether the program does not start with it: ``if key == "change-me": raise ...``."""
    names = {each.id for each in targets(look, literal)}
    return any(
        refuses(look.beside(module), literal.text)
        for module in look.project.modules
        if literal.text[:12] in module.text or any(name in module.text for name in names)
    )


def targets(look: Look, literal: Literal) -> Iterator[ast.Name]:
    statement = literal.module.statement_of(literal.node)
    if isinstance(statement, ast.Assign | ast.AnnAssign):
        for each in statement.targets if isinstance(statement, ast.Assign) else [statement.target]:
            if isinstance(each, ast.Name):
                yield each


def refuses(look: Look, text: str) -> bool:
    return any(
        says(look, side, text)
        for node in look.module.nodes_of(ast.If, ast.Assert)
        for side in compared(node.test, stopping(node))
    )


def stopping(node: ast.If | ast.Assert) -> tuple[type[ast.cmpop], ...]:
    """By which comparisons a statement stops the program; nothing: by none."""
    if isinstance(node, ast.Assert):
        return ast.NotEq, ast.NotIn
    stops = ends(node.body) and not isinstance(node.body[-1], ast.Return | ast.Continue)
    return (ast.Eq, ast.In) if stops else ()


def compared(test: ast.expr, operators: tuple[type[ast.cmpop], ...]) -> Iterator[ast.expr]:
    """What is compared by these operators; ``startswith`` too."""
    if not operators:
        return
    for each in walk(test):
        if isinstance(each, ast.Compare) and isinstance(each.ops[0], operators):
            yield from (each.left, *each.comparators)
        elif (
            isinstance(each, ast.Call)
            and isinstance(each.func, ast.Attribute)
            and each.func.attr == "startswith"
        ):
            yield from each.args


def says(look: Look, node: ast.expr, text: str) -> bool:
    """Whether a side of a comparison is the text, a list with it, or its constant."""
    if isinstance(node, ast.Constant):
        value = node.value.decode("latin-1") if isinstance(node.value, bytes) else node.value
        return isinstance(value, str) and len(value) > 2 and text.startswith(value)
    if isinstance(node, ast.List | ast.Tuple | ast.Set):
        return any(says(look, each, text) for each in node.elts)
    if not isinstance(node, ast.Name | ast.Attribute):
        return False
    only = look.values(node).only
    held = only.value if only is not None else ()
    return any(
        one in {text, text.encode("latin-1", "ignore")}
        for one in (held if isinstance(held, list | tuple | set | frozenset) else [held])
        if isinstance(one, str | bytes)
    )
