"""Secrets by what they are called, and what of that name is none: rows, masks, parts."""

from __future__ import annotations

import ast

from rescind.reading import Class, Scope
from rescind.review.flow.names import bindings_at
from rescind.review.flow.texts import is_part
from rescind.review.look import Look
from rescind.review.naming.called import GETTERS, called, called_function
from rescind.review.naming.words import secret_kind, words_of

HIDES = frozenset(
    ["mask", "masked", "redact", "redacted", "censor", "obfuscate", "hide", "hidden", "anonymize",
    "anonymise", "scrub",
     "fingerprint", "sanitize", "sanitise", "shorten", "preview", "prefix", "hash", "hashed", "digest",
     "encrypt", "encrypted", "len"]
)  # fmt: skip
PUBLIC_TOKENS = frozenset(
    ["nonce", "ticket", "csrf", "csrftoken", "xsrf", "next", "public", "page", "cursor", "pagination"]
)
DECODERS = ("jwt.", "jose.", "joserfc.", "authlib.", "google.auth.", "google.oauth2.")
KEEPS = {
    "get",
    "pop",
    "getenv",
    "get_secret_value",
    "encode",
    "decode",
    "strip",
    "str",
    "getfirst",
    "get_argument",
    "get_body_argument",
}
# What texts, bytes and containers have; whoever is asked for anything else is an object, which says what its
# class says.
OF_TEXTS = frozenset(name for kind in (str, bytes, dict, list, set) for name in dir(kind))
DUMPS = frozenset(["model_dump", "dict", "_asdict", "to_dict", "vars", "asdict", "model_to_dict"])
FINDS = frozenset(["find", "get", "lookup", "load", "first", "by", "fetch", "query", "filter"])


def hides(node: ast.Call, names: list[str]) -> bool:
    """Whether what comes out is no secret any more: masked, or the claims of a token."""
    name = called_function(node)
    if name.startswith(("decode", "verify")) and any(each.startswith(DECODERS) for each in names):
        return True
    return name != "hash_password" and not HIDES.isdisjoint(words_of(name))


def by_name(look: Look, node: ast.expr, scope: Scope) -> str:
    """A secret by how it is called, unless what it holds is no text of it."""
    name = called(node)
    words = words_of(name)
    kind = secret_kind(name)
    if isinstance(node, ast.Name) and masked_by_django(look, node, scope):
        return ""
    if is_of_enumeration(look, node, scope) or is_folder(look.beside(scope.module), node):
        return ""
    if isinstance(node, ast.Attribute) and node.attr.isupper() and look.project.values_of(node, scope).texts:
        return ""  # what it says stands in the source
    if isinstance(node, ast.Name) and is_path(look.beside(scope.module), node):
        return ""
    above = look.beside(scope.module).module.parent_of(node)
    if isinstance(above, ast.Attribute) and above.attr in {"items", "keys", "values"}:
        return ""  # of a mapping anything may come
    if isinstance(above, ast.For | ast.AsyncFor | ast.comprehension) and above.iter is node:
        return ""  # each of them has a name of its own
    if not kind or (kind == "digest" and not of_password(words)) or not PUBLIC_TOKENS.isdisjoint(words):
        return ""
    if words[-1] in {"id", "sid"} or (
        kind == "token" and isinstance(node, ast.Name) and name.lstrip("_").isupper()
    ):
        return ""
    if kind == "token" and (
        words[0] in READ or is_claim(node) or is_published(look.beside(scope.module), node)
    ):
        return ""
    if isinstance(node, ast.Call) and (
        called_function(node) not in KEEPS | GETTERS
        or (of_module(node, scope) and not look.shared.flow.web.part(node, scope))
    ):
        return ""
    if isinstance(node, ast.Name) and not holds_text(look, node, scope):
        return ""
    return "" if is_file_of_tls(words) or is_who_asks(look.beside(scope.module), node) else f"`{name}`"


# What it says, which is no way in.
READ = frozenset(["decoded", "parsed", "validated", "verified"])


def is_claim(node: ast.expr) -> bool:
    """``raw_jwt[self.kind_claim]``: what is asked by a key is no text but what was read from one."""
    return (
        isinstance(node, ast.Subscript)
        and isinstance(node.slice, ast.Name | ast.Attribute)
        and isinstance(node.value, ast.Name | ast.Attribute)
        and words_of(called(node.value))[-1:] in {("jwt",), ("token",)}
    )


def is_first_word(node: ast.Subscript) -> bool:
    """``headers["Authorization"].split(" ", 1)[0]``: by which scheme somebody signs in."""
    if not isinstance(node.value, ast.Call) or not isinstance(node.slice, ast.Constant):
        return False
    return called_function(node.value) in {"split", "partition"} and node.slice.value == 0


def is_file_of_tls(words: tuple[str, ...]) -> bool:
    """``ssl_client_key``, beside ``ssl_client_cert``: the path of a file."""
    return words[-1] in {"key", "keyfile"} and not {"ssl", "tls"}.isdisjoint(words)


def is_who_asks(look: Look, node: ast.expr) -> bool:
    """``credentials`` of ``enforce(credentials, action, target)``: who somebody is, and of which roles."""
    function = look.function(node) if called(node) in {"credentials", "creds"} else None
    names = {each.name for each in function.parameters} if function is not None else set()
    return called(node) in names and not names.isdisjoint({"action", "permission", "rule", "target"})


def is_of_enumeration(look: Look, node: ast.expr, scope: Scope) -> bool:
    """``Audit.TOKEN_GIVEN_OUT`` of an enumeration: a name for something, and no more."""
    if not isinstance(node, ast.Attribute) or not node.attr.isupper():
        return False
    return any(
        each.name.endswith(("Enum", "Choices", "Flag"))
        for named in look.project.resolve(node.value, scope)
        if isinstance(named.definition, Class)
        for each in named.definition.mro
    )


def is_folder(look: Look, node: ast.expr) -> bool:
    """``pwd`` where paths are spoken of and nobody signs in: the working directory."""
    if called(node) not in {"pwd", "PWD"}:
        return False
    function = look.function(node)
    around = look.module.source_of(function.node) if function is not None else look.module.text
    words = set(words_of(around))
    return not words.isdisjoint(OF_FOLDERS) and words.isdisjoint(OF_SIGN_INS)


def is_path(look: Look, node: ast.Name) -> bool:
    """``private_key`` where it is asked whether there is such a file, or put together of the parts of a
    path."""
    function = look.function(node)
    for each in bindings_at(node, look.scope(node)):
        if each.kind == "assign" and isinstance(each.value, ast.Call):
            made = look.project.callee(each.value, each.scope)
            if any(one.name in MAKES_PATHS for one in made):
                return True
    return function is not None and any(
        look.name(each.node.func) in OF_PATHS and each.node.args and called(each.node.args[0]) == node.id
        for each in function.calls
        if isinstance(each.node.func, ast.Name | ast.Attribute)
    )


OF_PATHS = frozenset(
    ["os.path.exists", "os.path.isfile", "os.path.isdir", "os.access", "os.stat", "os.path.basename"]
)
MAKES_PATHS = frozenset(["os.path.join", "os.path.abspath", "os.path.expanduser", "pathlib.Path"])
OF_FOLDERS = frozenset(["chdir", "cmd", "cwd", "dir", "directory", "folder", "getcwd", "path", "subprocess"])
OF_SIGN_INS = frozenset(["auth", "email", "login", "password", "passwd", "user", "username", "usr"])


def is_published(look: Look, node: ast.AST) -> bool:
    """A token that is put into a record of DNS or onto a page, where an authority of certificates reads it
    (RFC 8555, 8.3 and 8.4)."""
    function = look.function(node)
    if function is None:
        return False
    names = {*function.qualname.split("."), *(each.name for each in function.parameters)}
    words = {word for each in names for word in words_of(each)}
    return not words.isdisjoint({"acme", "dns", "fqdn", "txt"})


def of_password(words: tuple[str, ...]) -> bool:
    """``password_hash``: who has it tries passwords at home."""
    return words[-1] in {"hash", "hashed", "digest"} and not OF_PASSWORDS.isdisjoint(words[:-1])


OF_PASSWORDS = frozenset(
    ["password", "passwort", "pw", "passwd", "pwd", "kennwort", "senha", "clave", "contrasena"]
)


def masked_by_django(look: Look, node: ast.Name, scope: Scope) -> bool:
    """What a receiver of ``user_login_failed`` is given: the password is stars by then."""
    function = look.beside(scope.module).function(node) if node.id == "credentials" else None
    return function is not None and "user_login_failed" in function.module.text


def of_module(node: ast.Call, scope: Scope) -> bool:
    """``jwt.decode(...)`` gives what is in a token, whatever the module is called."""
    base = node.func.value if isinstance(node.func, ast.Attribute) else None
    return isinstance(base, ast.Name) and any(each.kind == "import" for each in bindings_at(base, scope))


def holds_text(look: Look, node: ast.Name, scope: Scope) -> bool:
    for each in bindings_at(node, scope):
        if each.kind in {"import", "function", "class", "for", "except"} and each.kind != "for":
            return False
        if each.annotation is not None:
            types = look.shared.flow.entries.types(each.annotation, each.scope.parent or each.scope)
            if any(
                isinstance(one.definition, Class) or one.name.endswith(("SecretStr", "int", "bool"))
                for one in types
            ):
                return False
        value = each.value if each.kind == "assign" else None
        if isinstance(value, ast.Constant | ast.List | ast.Dict | ast.Set | ast.Tuple | ast.Compare):
            return False
        if (
            isinstance(value, ast.Subscript)
            and isinstance(value.slice, ast.Slice)
            and value.slice.upper is not None
        ):
            return False
        if isinstance(value, ast.Call) and (hides(value, []) or is_object(look, value, each.scope)):
            return False
    return True


def has_fields(node: ast.Name, scope: Scope) -> bool:
    """Whether the function asks it for something that no text has: ``token.expires_at``."""
    return not scope.asked.get(node.id, frozenset()) <= OF_TEXTS


def of_names(look: Look, node: ast.Call) -> bool:
    """``list(headers)`` of a mapping: its keys; also of ``list(request.POST)``, ``sorted(answer.json())``."""
    given = node.args[0] if node.args else None
    if called_function(node) not in {"list", "sorted", "set", "tuple"}:
        return False
    if isinstance(given, ast.Call | ast.Attribute):
        name = called_function(given) if isinstance(given, ast.Call) else given.attr
        return name in {
            "json",
            "get_json",
            "data",
            "POST",
            "GET",
            "form",
            "args",
            "headers",
            "cookies",
            "COOKIES",
            "environ",
            "__dict__",
            "config",
            *DUMPS,
        }
    if not isinstance(given, ast.Name):
        return False
    return any(
        isinstance(each.value, ast.Dict) or gives_mapping(look.beside(each.scope.module), each.value)
        for each in bindings_at(given, look.scope(given))
    )


def gives_mapping(look: Look, node: ast.expr | None) -> bool:
    """Whether a function of the project is called that gives a dictionary."""
    node = node.value if isinstance(node, ast.Await) else node
    if not isinstance(node, ast.Call):
        return False
    gives = look.shared.flow.calls.callees(node, look.scope(node))
    return bool(gives) and all(
        each.returns and all(isinstance(one, ast.Dict) for one in each.returns) for each in gives
    )


def is_row(look: Look, node: ast.Name, scope: Scope) -> bool:
    """An object, which says what its class says; credentials say all that is in them."""
    if secret_kind(node.id) == "key" or isinstance(look.module.parent_of(node), ast.Attribute):
        return False
    for each in bindings_at(node, scope):
        call = each.value if each.kind == "assign" else None
        if isinstance(call, ast.Call) and isinstance(call.func, ast.Attribute) and finds(look, call, scope):
            return True
    return look.function(node) is not None and has_fields(node, scope)


def finds(look: Look, call: ast.Call, scope: Scope) -> bool:
    """``ApiToken.find(db, given)``: a row."""
    base = call.func.value if isinstance(call.func, ast.Attribute) else call
    named = look.project.resolve(base, scope) if isinstance(base, ast.Name | ast.Attribute) else ()
    return not FINDS.isdisjoint(words_of(called_function(call))) and any(
        isinstance(each.definition, Class) and secret_kind(each.definition.name) != "" for each in named
    )


def is_object(look: Look, call: ast.Call, scope: Scope) -> bool:
    """``Token.objects.get(...)``, ``Key(...)``: prints what its class says."""
    types = look.project.types_of(call, scope)
    if any(isinstance(each.definition, Class) for each in types):
        return True
    kind = look.shared.flow.stores.kind(call, scope)
    return kind == "store" and called_function(call) not in {"get", "hget", "scalar", "fetchval"}


def says_little(node: ast.expr) -> bool:
    """``bool(token)``, ``token is not None``, ``token[:6]``, ``mask(token)``: that there is one."""
    if isinstance(node, ast.Call):
        return called_function(node) in {"bool", "len", "type", "isinstance"} or hides(node, [])
    if isinstance(node, ast.Subscript) and isinstance(node.slice, ast.Slice):
        return is_part(node.slice)
    return isinstance(node, ast.Compare) or (isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.Not))


def in_dict(look: Look, node: ast.Dict) -> str:
    for key, value in zip(node.keys, node.values, strict=True):
        name = key.value if isinstance(key, ast.Constant) and isinstance(key.value, str) else ""
        if isinstance(value, ast.Constant) or is_who_asks(look, value) or says_little(value):
            continue
        if isinstance(value, ast.Name) and is_path(look, value):
            continue
        if secret_kind(name) in {"password", "token", "key", "code"}:
            return f"`{name}`"
    return ""
