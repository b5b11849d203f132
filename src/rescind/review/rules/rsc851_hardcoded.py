"""RSC851: secrets that stand in the source."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from typing import ClassVar

from rescind.reading import unparsed
from rescind.review.finding import Class as Kind
from rescind.review.finding import Finding, Severity
from rescind.review.look import Look, Setting
from rescind.review.naming.called import called, called_function
from rescind.review.naming.words import FOUND_BY, secret_kind, words_of
from rescind.review.rule import Rule
from rescind.review.secrets.comparing import is_column
from rescind.review.settings.defaults import default_of, is_default, values_behind, values_given
from rescind.review.settings.elsewhere import held, set_elsewhere
from rescind.review.settings.keys import keys_given
from rescind.review.settings.literals import (
    DOTTED,
    FORMATS,
    IDENTIFIER,
    SPEECH,
    SWITCHES,
    Literal,
    counts_as,
    is_kept,
    is_key,
    looks_secret,
    password_in_address,
    secret_name,
    signs,
    texts,
)
from rescind.review.settings.shown import in_example, in_prose, is_option

CONNECTS = {
    "connect",
    "connection",
    "redis",
    "pool",
    "client",
    "login",
    "engine",
    "smtp",
    "bind",
    "dsn",
    "credentials",
}
ASKS = {"key", "token", "secret", "password", "pin", "auth", "authorization", "pw", "passwd", "code"}
EVERYBODYS = {
    "requested",
    "forwarded",
    "http",
    "real",
    "request",
    "original",
    "correlation",
    "frame",
    "powered",
}
HASHES = {"hash", "hashpw", "generate_password_hash", "make_password", "encrypt"}
PASSWORDS = re.compile(
    r"^(?:passlib\.hash\.\w+\.|passlib\.context\.CryptContext(?:\(\))?\.|argon2\.PasswordHasher(?:\(\))?\.|pwdlib\."
    r"|bcrypt\.hashpw$|werkzeug\.security\.|django\.contrib\.auth\.hashers\.)"
)
# Hashes that nobody's password has: they only take as long as a real one.
FOR_TIME = frozenset(
    ["decoy", "dummy", "empty", "fake", "missing", "nobody", "nothing", "null", "placeholder", "time",
     "timing", "unknown", "unusable", "warm", "waste"]
)  # fmt: skip
SETTINGS = {"settings", "config", "configuration", "options", "setup"}
SHORT = {"secret", "password", "secret_key", "jwt_secret"}
AUTHORIZATION = re.compile(r"^(?:Bearer|Basic|Token|Key|Api-Key) (?=\S*\d)[\w.+/=-]{12,}$")


class RSC851(Rule):
    """A key, a password or a token is written in the source, be it as a default.

    What it checks:
        Settings, fields, arguments and constants that are called by the name of a secret; whatever is given
        as a key to what signs, encrypts or authenticates; what a password, token or key is compared with;
        passwords in addresses. Defaults count: ``environ.get("KEY", "literal")``,
        ``config("KEY", default="literal")``, ``Field(default="literal")``, ``environ["KEY"] or "literal"``.

    Why it matters:
        Everybody who has ever seen the source, an image or a backup can sign in, sign tokens or open the
        database. A default is worse: it holds where nobody noticed that the setting is missing.

    How it is decided:
        By use, then by name: what signs is a key whatever it is called, and is followed through imports to
        the literal. What only has a secret's name must look like a secret: names of fields, headers, paths,
        dotted names, sentences and places to fill in do not. Settings for development and tests, and
        literals with which the program refuses to start, are fine.

    Fix:
        Read it from the environment or a store of secrets, and fail when it is missing.

    References:
        ASVS 13.3.1, ASVS 13.2.3, CWE-798, CWE-1392

    Since:
        0.1
    """

    kind: ClassVar[Kind] = "hardcoded"
    severity: ClassVar[Severity] = "high"

    def check(self, look: Look) -> Iterator[Finding]:
        done: set[ast.AST] = set()
        for literal, what, worst in self.found(look):
            if literal.node in done or not isinstance(literal.node, ast.Constant | ast.JoinedStr | ast.BinOp):
                continue
            if in_example(literal.module, literal.node) or not is_kept(look, literal):
                continue
            done.add(literal.node)
            yield self.finding(
                look.beside(literal.module),
                literal.node,
                f"{what} stands in the source"
                + (" as the default: it holds where none is set" if literal.default else ""),
                severity="critical" if worst else "high",
                fix="read it from the environment or a store of secrets, and refuse to start without it",
            )

    def found(self, look: Look) -> Iterator[tuple[Literal, str, bool]]:
        for key in keys_given(look):
            named = set_elsewhere(look, key.node) if key.used != "an account" else ()
            for each in (*texts(values_given(look, key.node).options), *held(look, key.node), *named):
                if is_key(each.text) and not (key.used == "a broker" and each.text == "guest"):
                    yield each, f"the key of {key.used}", True
        for setting in look.settings:
            yield from self.setting(look, setting)
        for arg in look.module.nodes_of(ast.arg):
            yield from self.parameter(look, arg)
        for text in look.module.nodes_of(ast.Constant):
            if isinstance(text.value, str) and len(text.value) > 12:
                what = by_form(text.value)
                if what and (FORMATS.search(text.value) or not is_documentation(look, text)):
                    yield Literal(text.value, text, look.module, False), what, False
        for node in look.module.nodes_of(ast.Compare, ast.Call):
            yield from self.hashed(look, node)
            yield from self.default(look, node)
            yield from self.compared(look, node)

    @staticmethod
    def default(look: Look, node: ast.AST) -> Iterator[tuple[Literal, str, bool]]:
        """``environ.get("KEY", "literal")``: what is set outside is a secret by the name of the variable."""
        default = default_of(node)
        if default is not None and (
            secret_name(default.name) or is_key_setting(default.name) or gives_secret(node, default.name)
        ):
            for each in texts(values_behind(look, default.value).options):
                sure = signs(default.name) or default.name.isupper()
                if DOTTED.match(each.text) and not signs(default.name):
                    continue  # a class, by its name
                if names_itself(each.text) and each.text not in SHORT:
                    continue  # under which name it is found
                if not secret_name(default.name) and names_field(each.text, default.name):
                    continue
                if (sure and is_key(each.text)) or counts_as(each.text, default.name):
                    yield each._replace(default=True), default.name, signs(default.name)

    def setting(self, look: Look, setting: Setting) -> Iterator[tuple[Literal, str, bool]]:
        name = setting.name
        if not secret_name(name) or in_enum(look, setting.node) or name.startswith("$"):
            return  # ``$.account.private_key``: where something is in a document
        value = setting.value
        if isinstance(value, ast.Tuple) and len(value.elts) == 2 and isinstance(value.elts[0], ast.Name):
            value = value.elts[1]  # Env(KEY=(str, "default"))
        yield from self.many(look, name, value)
        for each in texts(values_behind(look, value).options):
            default = is_default(setting.value) or each.default or in_model(look, setting.node)
            if self.counts(look, setting, each.text, each.node) and not in_prose(look.module, setting):
                yield each._replace(default=default), name, signs(name)

    @staticmethod
    def counts(look: Look, setting: Setting, text: str, at: ast.AST) -> bool:
        """What signs counts whatever it says; other names are names of fields too: it must look secret."""
        name = setting.name
        if IDENTIFIER.match(text) and isinstance(look.module.statement_of(at), ast.Return):
            return False  # what a function answers: "replaced"
        if DOTTED.match(text) and (is_found_by(name) or secret_name(text.rpartition(".")[2])):
            return False
        if signs(name) and text.lower() != name.lower():
            return is_key(text) and (text in SHORT or not names_itself(text))
        if (
            in_settings(look, setting.node)
            or opens(look, setting)
            or (name == "PASSWORD" and isinstance(setting.node, ast.Constant))
        ):
            return is_key(text)
        return counts_as(text, name)

    @staticmethod
    def hashed(look: Look, node: ast.AST) -> Iterator[tuple[Literal, str, bool]]:
        """``hasher.hash("literal")``: the password of an account, unless it is there to take time."""
        if not isinstance(node, ast.Call) or not node.args or called_function(node) not in HASHES:
            return
        function, statement = look.function(node), look.module.statement_of(node)
        about = [function.name] if function is not None else []
        about += [called(each) for each in getattr(statement, "targets", ())]
        if not any(PASSWORDS.match(each.name) for each in look.call(node).named) or any(
            not FOR_TIME.isdisjoint(words_of(each)) for each in about
        ):
            return
        for each in texts(values_behind(look, node.args[0]).options):
            if re.search(r"\d", each.text) and counts_as(each.text, "password"):
                yield each, "the password of an account", False

    @staticmethod
    def many(look: Look, name: str, node: ast.expr) -> Iterator[tuple[Literal, str, bool]]:
        """``API_KEYS = {"k-81f2": "billing"}``, ``TOKENS = ["..."]``."""
        if (
            isinstance(node, ast.Call)
            and called_function(node) in {"frozenset", "set", "tuple"}
            and node.args
        ):
            node = node.args[0]
        some: list[ast.expr | None] = getattr(node, "keys", None) or getattr(node, "elts", None) or []
        if (isinstance(node, ast.Dict) and not name.lower().endswith("s")) or any(is_option(e) for e in some):
            return  # ``oauth_credential = {"x5t#S256": thumbprint}``: names of fields; arguments of a program
        for each in some:
            text = each.value if isinstance(each, ast.Constant) else None
            if (
                each is not None
                and isinstance(text, str)
                and re.search(r"\d", text)
                and looks_secret(text, name)
            ):
                yield Literal(text, each, look.module, False), name, False

    @staticmethod
    def parameter(look: Look, node: ast.arg) -> Iterator[tuple[Literal, str, bool]]:
        function = look.owner(node)
        falls_back = (
            function is not None and node.arg in {"default", "fallback"} and secret_name(function.name)
        )
        if secret_name(node.arg) or falls_back:
            for each in function.parameters if function else ():
                if each.node is node and each.default is not None:
                    for literal in texts(look.values(each.default).options):
                        if (
                            signs(node.arg) and is_key(literal.text) and not secret_name(literal.text)
                        ) or counts_as(literal.text, node.arg):
                            yield literal._replace(default=True), f"the parameter {node.arg}", False

    @staticmethod
    def compared(look: Look, node: ast.Compare | ast.Call) -> Iterator[tuple[Literal, str, bool]]:
        """``given == "s3cr3t"``, ``compare_digest(given, SECRET)``."""
        if isinstance(node, ast.Call):
            if called_function(node) not in {
                "compare_digest",
                "constant_time_compare",
            } and "hmac.compare_digest" not in look.name(node.func):
                return
            sides, sure = node.args[:2], True
        elif len(node.ops) == 1 and isinstance(node.ops[0], ast.Eq | ast.NotEq):
            sides, sure = [node.left, node.comparators[0]], False
        else:
            return
        if decides_nothing(look, node):
            return
        for side, other in (sides, sides[::-1]) if len(sides) == 2 else ():
            name = called(other) or header_asked(look, other)
            asks = not ASKS.isdisjoint(words_of(name)[-1:]) and not (
                from_mapping(look, other) or is_column(look, other)
            )
            if (sure or secret_name(name) or asks or is_secret_header(name)) and not isinstance(
                other, ast.Constant
            ):
                for each in (*texts(values_behind(look, side).options), *held(look, side)):
                    asked = asks and any(one.kind == "request" for one in look.origins(other))
                    word = (
                        len(each.text) > 3
                        and each.text.lower() not in SWITCHES
                        and (asked or secret_kind(name) == "password")
                        and not set(words_of(each.text)) <= SPEECH
                    )
                    if isinstance(each.node, ast.Constant) and (
                        (word and is_key(each.text))
                        or counts_as(each.text, "password" if sure else name if not asks else "token")
                    ):
                        yield each, f"what {name or 'a secret'} is compared with", False


def header_asked(look: Look, node: ast.expr) -> str:
    """The name in ``request.header("X-Lab-Key")``, by whatever method of a request."""
    first = node.args[0] if isinstance(node, ast.Call) and node.args else None
    if not isinstance(first, ast.Constant) or not isinstance(first.value, str):
        return ""
    return first.value if any(one.kind == "request" for one in look.origins(node)) else ""


def decides_nothing(look: Look, node: ast.expr) -> bool:
    """``if compare_digest("...", given): return None``, and else the same: it is there to take time."""
    above = look.module.parent_of(node)
    return (
        isinstance(above, ast.If)
        and bool(above.orelse)
        and [unparsed(each) for each in above.body] == [unparsed(each) for each in above.orelse]
    )


def gives_secret(node: ast.AST, name: str) -> bool:
    """``read_secret("django", "literal")``; what is the name or the place of a secret is none."""
    words = words_of(called_function(node)) if isinstance(node, ast.Call) else ()
    about = {"file", "id", "name", "path"} & set(words_of(name)[-1:])
    return words[-1:] == ("secret",) and len(words) > 1 and not about


def is_key_setting(name: str) -> bool:
    """``BILLING_KEY``; ``ERROR_MESSAGE_KEY`` is what something is found by."""
    found_by = {"id", "number", "phonenumber", "text", "user", "username", *FOUND_BY}
    return re.search(r"[A-Z]_KEY$", name) is not None and found_by.isdisjoint(words_of(name)[-2:-1])


def is_found_by(name: str) -> bool:
    """``SECRET_SESSION_KEY``: under which a secret is found in a session, a cache, a header."""
    words = words_of(name)
    return words[-1:] == ("key",) and not {"session", *FOUND_BY}.isdisjoint(words[-2:-1])


def names_itself(text: str) -> bool:
    """``oauth_token_secret``: under which name a secret is found."""
    return text.startswith("_") or (text.isidentifier() and secret_name(text))


def names_field(text: str, name: str) -> bool:
    """``email`` of ``EMAIL_KEY``, ``person_entitlement`` of ``ENTITLEMENT_KEY``: what a field is called."""
    words = set(words_of(text))
    about = {word for word in words_of(name) if word != "key"}
    return IDENTIFIER.match(text) is not None and (bool(words & about) or words <= SPEECH)


def is_secret_header(name: str) -> bool:
    """``X-Internal-Auth``, ``HTTP_X_TOKEN``, and any of its own; ``X-Requested-With`` is everybody's."""
    found = re.match(r"(?i)(?:http_)?x[-_](?P<of>[a-z]+)|authorization", name)
    return found is not None and (found["of"] or "").lower() not in EVERYBODYS


def from_mapping(look: Look, node: ast.expr) -> bool:
    """``for key, value in data.items()``: a key that something is found by."""
    bindings = look.scope(node).lookup(node.id) if isinstance(node, ast.Name) else ()
    return any(each.kind == "for" for each in bindings)


def is_documentation(look: Look, node: ast.Constant) -> bool:
    """A text that stands by itself: how an address is written is shown there."""
    return isinstance(look.module.parent_of(node), ast.Expr)


def by_form(text: str) -> str:
    """What a text is by its form alone, or nothing."""
    if password_in_address(text):
        return "a password in an address"
    return "what lets into a service" if AUTHORIZATION.match(text) or FORMATS.search(text) else ""


def in_enum(look: Look, node: ast.AST) -> bool:
    """Whether it is a member of an enumeration: its values are names."""
    cls = look.scope(node).node
    if not isinstance(cls, ast.ClassDef):
        return False
    found = look.project.klass(look.module, cls)
    return any(each.name.startswith("enum.") or each.name.endswith(("Enum", "Choices")) for each in found.mro)


def opens(look: Look, setting: Setting) -> bool:
    """``connect(password=...)``: an argument of something that connects or signs in."""
    call = look.module.parent_of(setting.node)
    return (
        isinstance(setting.node, ast.keyword)
        and secret_kind(setting.name) == "password"
        and isinstance(call, ast.Call)
        and not CONNECTS.isdisjoint(words_of(called_function(call)))
    )  # fmt: skip


def in_settings(look: Look, node: ast.AST) -> bool:
    """Whether it is a field of a class of settings: its default holds where nothing else is set."""
    cls = look.scope(node).node
    if not (isinstance(node, ast.AnnAssign) and isinstance(cls, ast.ClassDef)):
        return False
    found = look.project.klass(look.module, cls)
    return any(not SETTINGS.isdisjoint(words_of(each.name.rpartition(".")[2])) for each in found.mro)


def in_model(look: Look, node: ast.AST) -> bool:
    """Whether it is a field of a class with annotations: what stands there is a default."""
    return isinstance(node, ast.AnnAssign) and isinstance(look.scope(node).node, ast.ClassDef)
