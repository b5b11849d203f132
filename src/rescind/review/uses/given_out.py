"""Secrets by who is given them: what a person is sent to be let in with, what is looked up by its digest,
what a store of secrets keeps."""

from __future__ import annotations

import ast
import re

from rescind.reading import Call, Function, Scope, unparsed, walk
from rescind.review.credentials.kept import LETS_IN
from rescind.review.flow.names import bindings_at
from rescind.review.look import Look
from rescind.review.naming.called import arguments, called_function
from rescind.review.naming.words import words_of
from rescind.review.once import once
from rescind.review.secrets.digests import fast_parameters, handed_on, is_fast

# What a person reads and types.
CODES = frozenset(["code", "codice", "codigo", "kod", "kode", "pin", "tan"])
LINKS = frozenset(["enlace", "lien", "link"])
MESSAGES = frozenset(["email", "mail", "sendmail", "sms", "whatsapp"])
OTHER = re.compile(r"(?i)error|status|http|exit|country|promo|discount|coupon|voucher|booking|order|tracking")
MAILS = frozenset(["email", "mail", "sendmail"])
# What looks something up, by the first or the last word of its name.
FINDS = frozenset(
    ["aget", "execute", "fetch", "fetchrow", "fetchval", "filter", "find", "first", "get", "load", "lookup",
     "one", "query", "read", "row", "scalar", "select"]
)  # fmt: skip
# What puts something into a store of secrets, and by which argument.
VAULTS = frozenset(
    [
        "add_secret_version",
        "create_secret",
        "put_parameter",
        "put_secret_value",
        "set_secret",
        "update_secret",
    ]
)
OPENS = frozenset(["fetch", "find", "get", "load", "read", "secret"])


@once
def handed_out(look: Look, function: Function) -> frozenset[str]:
    """What a function sends somebody to be let in with: ``code`` of ``sms(phone, f"Your code: {code}")``,
    ``link`` of ``send_mail("Welcome", link, None, [to])``; and what it puts into a store of secrets."""
    found: set[str] = set()
    about = not MESSAGES.isdisjoint(words_of(function.qualname))
    for each in function.calls:
        if called_function(each.node) in VAULTS:
            found |= into_vault(each.node)
        words = words_of(called_function(each.node))
        given = [part for one in arguments(each.node) for part in walk(one)]
        if about or not MESSAGES.isdisjoint(words):
            found |= {one for text in given for one in names_in(text) if says_code(text, one)}
        if not MAILS.isdisjoint(words):
            plain = [one.id for one in arguments(each.node) if isinstance(one, ast.Name)]
            found |= {one for one in plain if words_of(one)[-1:] in LAST_LINKS}
    return frozenset(found)


def says_code(node: ast.AST, name: str) -> bool:
    """``f"Your code: {code}"``, ``"Your code: %s" % code``, ``"Your code: {}".format(code)``"""
    formats = isinstance(node, ast.Call) and called_function(node) == "format"
    if words_of(name)[-1:] not in LAST_CODES or not (isinstance(node, ast.JoinedStr | ast.BinOp) or formats):
        return False
    text = " ".join(str(each.value) for each in walk(node) if isinstance(each, ast.Constant))
    return not CODES.isdisjoint(words_of(text)) and OTHER.search(text) is None


LAST_CODES = [(each,) for each in CODES]
LAST_LINKS = [(each,) for each in LINKS]


def names_in(node: ast.AST) -> set[str]:
    return {each.id for each in walk(node) if isinstance(each, ast.Name)}


def into_vault(node: ast.Call) -> set[str]:
    """``put_parameter(Name=..., Value=made, Type="SecureString")``"""
    given = {each.arg: each.value for each in node.keywords}
    kind = given.get("Type")
    if called_function(node) == "put_parameter" and getattr(kind, "value", "") != "SecureString":
        return set()
    values = [given.get("Value"), given.get("SecretString"), given.get("value"), *node.args[1:2]]
    return {each.id for each in values if isinstance(each, ast.Name)}


def is_of_vault(look: Look, node: ast.Call | ast.Name, scope: Scope) -> bool:
    """``secret("box-office")``, ``read_secret(name)``, and what a name was set to by one of these."""
    if isinstance(node, ast.Name):
        bound = bindings_at(node, scope)
        value = bound[0].value if len(bound) == 1 and bound[0].kind == "assign" else None
        return isinstance(value, ast.Call) and is_of_vault(look, value, bound[0].scope)
    words, first = words_of(called_function(node)), node.args[0] if node.args else None
    named = words[-1:] == ("secret",) and words[0] in OPENS and called_function(node).islower()
    return named and isinstance(first, ast.Constant) and isinstance(first.value, str)


@once
def looked_up(look: Look, function: Function) -> frozenset[str]:
    """What is looked up by its digest, in a table of what lets in or to sign somebody in."""
    found: set[str] = set()
    for each in function.calls:
        for name in digested(look, each):
            above = next((one for one in look.module.above(each.node) if is_look_up(one)), None)
            if isinstance(above, ast.Call) and (is_of_door(above) or signs_in(function)):
                found.add(name)
    return frozenset(found)


def digested(look: Look, call: Call) -> set[str]:
    """The names of what a call makes a digest of, by itself or by a helper."""
    if is_fast(look, call):
        return names_in(call.node.args[0]) if call.node.args else set()
    made = next((each.definition for each in call.named if isinstance(each.definition, Function)), None)
    fast = fast_parameters(look, made) if made is not None else frozenset()
    given = handed_on(look, call, made) if fast else ()
    return {one for name, value in given if name in fast for one in names_in(value)}


def is_look_up(node: ast.AST) -> bool:
    words = words_of(called_function(node)) if isinstance(node, ast.Call) else ()
    return bool(words) and not FINDS.isdisjoint((words[0], words[-1]))


def is_of_door(node: ast.Call) -> bool:
    """Whether the table, the statement or the key that is asked for is called as one of what lets in."""
    texts = [each.value for each in walk(node) if isinstance(each, ast.Constant)]
    words = {word for each in texts if isinstance(each, str) for word in words_of(each)}
    words |= set(words_of(unparsed(node.func)))
    return not words.isdisjoint(LETS_IN - {"key", "keys", "link", "links", "pass", "device", "devices"})


def signs_in(function: Function) -> bool:
    """``session["member"] = row["id"]``"""
    targets = [target for each in function.nodes_of(ast.Assign) for target in each.targets]
    return any(
        isinstance(each, ast.Subscript) and unparsed(each.value).rpartition(".")[2] == "session"
        for each in targets
    )
