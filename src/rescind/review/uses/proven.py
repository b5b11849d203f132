"""Secrets by what is done with them, whatever they are called: held against a hash, compared in equal
time, made at random and kept as a digest, signed."""

from __future__ import annotations

import ast
import re

from rescind.reading import Class, Function, Scope, Variable, unparsed, walk
from rescind.review.accounts.verifying import HASHES, VERIFIERS, VERIFIES
from rescind.review.flow.calls import bind
from rescind.review.flow.handed import meant
from rescind.review.flow.names import bindings_at
from rescind.review.look import Look
from rescind.review.naming.called import arguments, called, called_function
from rescind.review.naming.words import secret_kind, words_of
from rescind.review.once import in_circles, once
from rescind.review.secrets.digests import callee, fast_parameters
from rescind.review.secrets.named import has_fields, hides
from rescind.review.secrets.telling import LEVELS
from rescind.review.uses.given_out import handed_out, is_of_vault, looked_up
from rescind.review.uses.purpose import is_for_secret

SIGNS = re.compile(
    r"^(?:itsdangerous\..*\.(?:dumps|sign)|django\.core\.signing\..*(?:dumps|sign|sign_object)|jwt\..*encode"
    r"|jose\.jwt\.encode|joserfc\.jwt\.encode|authlib\..*encode|.*[._]?make_token|pyotp\..*\.(?:now|at|provisioning_uri)"
    r"|flask_jwt_extended\.create_\w+|fastapi_users\.jwt\.generate_jwt|django\.contrib\.auth\.tokens\..*make_token)$"
)
READS = re.compile(r"^(?:jwt\.(?:\w+\.)*decode|jose\.jwt\.decode|joserfc\.jwt\.decode|authlib\.\S*\.decode)$")
CODES = re.compile(r"^pyotp\.(?:\w+\.)*[TH]OTP(?:\(\))?\.verify$")
RANDOM = ("os.urandom", "secrets.token_", "secrets.choice", "secrets.randbelow", "random.", "pyotp.random_")
DIGESTS = ("hashlib.", "hmac.")
COMPARES = frozenset(["compare_digest", "constant_time_compare", "safe_str_cmp", "safe_compare"])
PUBLIC = frozenset(["id", "number", "public", "slug", "ref", "reference", "request", "trace", "name", "color",
                    "colour", "delay", "jitter", "index", "nonce", "salt", "csrf", "sample", "order",
                    "invoice", "booking", "no", "nr"])  # fmt: skip


def by_use(look: Look, node: ast.expr, scope: Scope) -> str:
    """What an expression turns out to be; empty: nothing says that it is a secret."""
    at = look.beside(scope.module)
    if isinstance(node, ast.Call) and any(
        SIGNS.match(each.name) for each in look.project.callee(node, scope)
    ):
        return "a signed token"
    function = at.function(node)
    if function is None:
        return ""
    if isinstance(node, ast.Name) and (
        is_random(at, node, scope)
        or is_last_part(at, node, scope)
        or node.id in handed_out(at, function)
        or node.id in looked_up(at, function)
    ):
        return f"`{node.id}`"
    if isinstance(node, ast.Call | ast.Name) and is_of_vault(at, node, scope):
        return "what a store of secrets gave"
    if isinstance(node, ast.Attribute) and is_made_so(at, node):
        return f"`{node.attr}`"
    found = tried_in(at, function).get(unparsed(node), "")
    return "" if found and isinstance(node, ast.Name) and has_fields(node, scope) else found


@once
@in_circles(dict)
def tried_in(look: Look, function: Function, depth: int = 2) -> dict[str, str]:
    """What a function holds against a hash, makes a hash of, or compares in equal time, as it is written."""
    found: dict[str, str] = {}
    for each in function.calls:
        for given in tried_by(look, each.node, depth):
            text = unparsed(bare(given))
            if not isinstance(bare(given), ast.Constant):
                found[text] = "a password"
        if each.node.args and any(READS.match(one.name) for one in each.named):
            found[unparsed(bare(each.node.args[0]))] = "a token"
        if each.node.args and any(CODES.match(one.name) for one in each.named):
            found[unparsed(bare(each.node.args[0]))] = "a code"
        if called_function(each.node) in COMPARES:
            for given in each.node.args:
                if is_kept(look, bare(given)):
                    found[unparsed(bare(given))] = "what has to be matched"
    return found


def bare(node: ast.expr) -> ast.expr:
    """Without ``.encode()`` and ``str()``."""
    while isinstance(node, ast.Call):
        if isinstance(node.func, ast.Attribute) and node.func.attr in {"encode", "decode", "strip"}:
            node = node.func.value
        elif isinstance(node.func, ast.Name) and node.func.id in {"str", "bytes"} and node.args:
            node = node.args[0]
        else:
            break
    return node


def tried_by(look: Look, node: ast.Call, depth: int) -> list[ast.expr]:
    """The arguments of a call that are a password or its hash."""
    call = meant(node)
    name = called_function(call)
    scope = look.scope(node)
    inner = look.shared.flow.calls.callees(call, scope)
    names = [each.name for each in look.project.callee(call, scope)]
    own = isinstance(call.func, ast.Attribute) and (name in VERIFIES or name in HASHES)
    if any(VERIFIERS.match(each) and "()" not in each.rpartition(".")[2] for each in names):
        return call.args[:2] if not name[:1].isupper() and name != "gensalt" else []
    if own and len(call.args) == 1 and not name.startswith("validate"):
        return call.args
    if not depth:
        return []
    found: list[ast.expr] = []
    for each in inner:
        if each.name != "__init__":
            said = tried_in(look.beside(each.module), each, depth - 1)
            given = bind(each, call, scope)
            found += [value for one, (value, _) in given.items() if one in said and said[one] == "a password"]
    return found


def is_kept(look: Look, node: ast.expr) -> bool:
    """``row.seal``, ``row["seal"]``: what was there before, and no part of the request."""
    if not isinstance(node, ast.Attribute | ast.Subscript) or not isinstance(node.value, ast.Name):
        return False
    if secret_kind(node.value.id) or node.value.id in {"self", "cls"}:
        return False
    return not any(each.kind == "request" for each in look.origins(node))


def is_random(look: Look, node: ast.Name, scope: Scope) -> bool:
    """Made at random for a secret, or made so and kept as a digest."""
    if not PUBLIC.isdisjoint(words_of(node.id)):
        return False
    for each in bindings_at(node, scope):
        made = random_in(look, each.value) if each.kind == "assign" and each.value is not None else None
        if made is not None and each.scope.module is look.module:
            function = look.function(node)
            if any(one.name.startswith("pyotp.random_") for one in look.call(made).named):
                return True
            if is_for_secret(look, made) or (function is not None and is_digested(look, function, node.id)):
                return True
            if function is not None and is_long(look, made) and is_sent(look, function, node.id):
                return True
    return False


LONG = 1_000  # values of which one is drawn: those of a code that somebody types


def is_long(look: Look, made: ast.Call) -> bool:
    """Whether it is more than a delay or a draw: text, or a number of several digits."""
    if called_function(made) not in {"randint", "randrange", "randbelow", "SystemRandom"}:
        return called_function(made) not in {"random", "uniform", "gauss", "shuffle", "sample"}
    ends = [look.values(each).only for each in made.args[-1:]]
    return any(each is not None and isinstance(each.value, int) and each.value >= LONG for each in ends)


def is_sent(look: Look, function: Function, name: str) -> bool:
    """Whether it is kept and told to somebody as well: in a text that another call is given, beside an
    address of somebody."""
    kept = told = False
    for each in function.calls:
        given = arguments(each.node)
        plain = any(isinstance(one, ast.Name) and one.id == name for one in given)
        inside = any(
            isinstance(part, ast.Name) and part.id == name
            for one in given
            if isinstance(one, ast.JoinedStr | ast.BinOp)
            for part in walk(one)
        )
        logs = isinstance(each.node.func, ast.Attribute) and each.node.func.attr in LEVELS
        if logs:
            continue
        kept |= plain and each.name not in {"str", "len", "print"}
        told |= inside and any(not ADDRESSES.isdisjoint(words_of(called(one))) for one in given)
    return kept and told


ADDRESSES = frozenset(
    ["address", "adresse", "contact", "courriel", "email", "mail", "mobile", "mobil", "number", "phone",
     "recipient", "tel", "telefon", "telefono", "telefone", "telefoon", "telephone", "to", "komu", "puhelin"]
)  # fmt: skip


def random_in(look: Look, value: ast.expr, depth: int = 1) -> ast.Call | None:
    """The call that makes something at random, be it one of a function of the project that gives it back."""
    if isinstance(value, ast.Call) and hides(value, []):
        return None
    for each in walk(value):
        if isinstance(each, ast.Call) and any(
            one.name.startswith(RANDOM) or (depth and gives_random(look, one.definition))
            for one in look.call(each).named
        ):
            return each
    return None


def gives_random(look: Look, made: object) -> bool:
    """``def new_code(): return "".join(random.choice(digits) for _ in range(8))``"""
    return (
        isinstance(made, Function)
        and bool(made.returns)
        and all(random_in(look.beside(made.module), each, 0) is not None for each in made.returns)
    )


def is_digested(look: Look, function: Function, name: str) -> bool:
    """``hashlib.sha256(made.encode())``, ``make_password(made)``"""
    for each in function.calls:
        slow = called_function(each.node) in HASHES or any(VERIFIERS.match(one.name) for one in each.named)
        helper = callee(each)
        fast = helper is not None and bool(fast_parameters(look, helper))
        if not slow and not fast and not any(one.name.startswith(DIGESTS) for one in each.named):
            continue
        if any(getattr(one, "id", "") == name for arg in each.node.args for one in walk(arg)):
            return True
    return False


def is_last_part(look: Look, node: ast.Name, scope: Scope, depth: int = 1) -> bool:
    """``rest`` of ``scheme, _, rest = request.headers["Authorization"].partition(" ")``, and what comes last
    in that."""
    for each in bindings_at(node, scope):
        target = each.node.targets[0] if isinstance(each.node, ast.Assign) else None
        if each.kind != "unpacked" or not isinstance(target, ast.Tuple) or each.value is None:
            continue
        last = target.elts[-1]
        parts = each.value
        if not isinstance(last, ast.Name) or last.id != node.id or not isinstance(parts, ast.Call):
            continue
        if called_function(parts) in {"partition", "rpartition", "split", "rsplit"} and isinstance(
            parts.func, ast.Attribute
        ):
            held = [parts.func.value]
            if isinstance(held[0], ast.Name):
                held += [one.value for one in bindings_at(held[0], each.scope) if one.value is not None]
            inner = [one for one in walk(parts.func.value) if isinstance(one, ast.Name)]
            if depth and any(is_last_part(look, one, each.scope, depth - 1) for one in inner):
                return True
            return any(words_of(called(one))[-1:] == ("authorization",) for one in held)
    return False


def is_made_so(look: Look, node: ast.Attribute) -> bool:
    """``row.mark``, a column whose values are made at random."""
    if not PUBLIC.isdisjoint(words_of(node.attr)):
        return False
    for each in look.named(node):
        if isinstance(each.definition, Variable):
            for binding in each.definition.bindings:
                if isinstance(binding.value, ast.Call) and makes_random(look, binding.scope, binding.value):
                    return True
    return False


def makes_random(look: Look, scope: Scope, column: ast.Call) -> bool:
    home = look.beside(scope.module)
    for each in column.keywords:
        if each.arg not in {"default", "default_factory", "insert_default", "factory"}:
            continue
        if random_in(home, each.value) is not None:
            return True
        for one in home.named(each.value) if isinstance(each.value, ast.Name | ast.Attribute) else ():
            if one.name.startswith("secrets.token_"):
                return True
            made = one.definition
            if isinstance(made, Function) and any(
                random_in(look.beside(made.module), value) is not None for value in made.returns
            ):
                return True
    return False


def secret_of_class(look: Look, cls: Class) -> str:
    """The field of a form, a serializer or a schema that is a secret; empty: none."""
    for each in cls.mro:
        if isinstance(each.definition, Class):
            for name in each.definition.scope.bindings:
                if secret_kind(name) in {"password", "token", "key", "code"} and not name.startswith(
                    ("validate", "clean")
                ):
                    return name
    return ""


def forms_in(look: Look, function: Function) -> list[Class]:
    """The classes of forms that a function makes objects of, or that its class names."""
    found = [
        each.definition
        for call in function.calls
        for each in call.named
        if isinstance(each.definition, Class)
    ]
    for node in function.cls.node.body if function.cls is not None else ():
        named = isinstance(node, ast.Assign) and getattr(node.targets[0], "id", "") in NAMES_FORM
        if isinstance(node, ast.Assign) and named and isinstance(node.value, ast.Name | ast.Attribute):
            found += [one.definition for one in look.named(node.value) if isinstance(one.definition, Class)]
    return [each for each in found if any(one.name.endswith(FORMS) for one in each.mro)]


FORMS = ("Form", "Serializer", "Schema", "BaseModel", "Struct")
NAMES_FORM = frozenset(["serializer_class", "form_class", "schema"])
