"""RSC601: cookies of authority without their flags."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from typing import ClassVar, TypeGuard

from rescind.reading import Call, Text, unparsed, walk
from rescind.review.finding import Class, Finding, Severity
from rescind.review.flow.names import bindings_at
from rescind.review.look import Look
from rescind.review.naming.called import called, called_function, variables
from rescind.review.naming.words import words_of
from rescind.review.rule import Rule
from rescind.review.sessions.authority import HARMLESS, NAMES, of_authority
from rescind.review.sessions.cookies import FLAGS, Put, deletes, deletes_value, flags, missing, put_by
from rescind.review.sessions.handed_cookies import handed, helper_of, helpers
from rescind.review.sessions.keepers import KEEPERS, of_keeper
from rescind.review.sessions.read_cookies import is_asked_for, read_for_people
from rescind.review.settings.stages import for_development

JARS = ("SimpleCookie", ".cookies", ".cookie[", ".cookie\n")
ANSWERS = frozenset(["response", "resp", "res", "answer", "rv"])
MAKES_ANSWER = re.compile(r"(?i)response|redirect|HTTPFound|HTTPSeeOther")
OTHER = re.compile(r"; *\{\}|^[^;]*\}[^;=]*\{\}$")  # flags from elsewhere: ``f"sid={sid}; {flags}"``
NO_SITE = re.compile(r"(?i)samesite=none")
WRITTEN = re.compile("(?i)set-cookie|statusCode|; ?(?:path=/|max-age=|httponly|samesite=)")
IN_TEXTS = ("set-cookie", "statuscode", "path=/", "max-age=", "httponly", "samesite=")
# A text that is nothing but a cookie with its flags, wherever it goes: ``f"sid={sid}; Path=/"``
TEXT = re.compile(
    r"(?i)^[\w{}%.-]+=[^;=]*[{%][^;]*;(?:.*;)?"
    r" *(?:path=/|max-age=|samesite=|(?:secure|httponly)(?: *;|$|[{%]))"
)
SPEAKS = ("cookie", *(each.lower() for each in KEEPERS))


class RSC601(Rule):
    """A cookie that lets somebody in is set without its flags.

    What it checks:
        ``set_cookie`` of every framework, ``Set-Cookie`` headers that are written by hand and the texts of
        cookies that are handed to whoever writes them, functions of the project that set a cookie of the
        name that they are given, and what keeps sessions, tickets or tokens in a cookie of its own:
        Pyramid's ``AuthTktCookieHelper`` and session factories, the storages of aiohttp-session, the
        configurations of Litestar, ``CookieTransport``.

    Why it matters:
        Without ``Secure`` it goes over plain HTTP, without ``HttpOnly`` every script of the page reads it,
        with ``SameSite=None`` other sites send it along.

    How it is decided:
        By the cookie's name, by what it holds (sessions, tokens, identities), and by where it is read: in
        code that finds out who somebody is or turns people away. Preferences and tokens
        against forged requests are fine, as are deletions. Flags that come from elsewhere, such as
        ``secure=not DEBUG``, are taken as set, as are those that a framework sets by itself. A name that
        begins with ``__Host-`` may have no domain.

    Fix:
        ``set_cookie(name, value, secure=True, httponly=True, samesite="Lax")``.

    References:
        ASVS 3.3.1, ASVS 3.3.2, ASVS 3.3.4, CWE-614, CWE-1004, CWE-1275

    Since:
        0.1
    """

    kind: ClassVar[Class] = "cookie"
    severity: ClassVar[Severity] = "medium"

    def prepare(self, look: Look) -> None:
        helpers(look)
        read_for_people(look)

    def check(self, look: Look) -> Iterator[Finding]:
        speaks = look.speaks_of((*SPEAKS, *(each.lower() for each in helpers(look))))
        for call in look.calls if speaks else ():
            what = said(look, call)
            if what and not for_development(look, call.node):
                yield self.finding(
                    look, call.node, what, fix='set secure=True, httponly=True and samesite="Lax"'
                )  # fmt: skip
        for node in written(look) if look.speaks_of(IN_TEXTS) and WRITTEN.search(look.module.text) else ():
            off = off_in(look, node)
            if off:
                note = f"a cookie that lets somebody in, without {' and '.join(off)}"
                yield self.finding(look, node, note, fix="add Secure, HttpOnly and SameSite=Lax")
        for made, off in morsels(look) if any(each in look.module.text for each in JARS) else ():
            note = f"a cookie that lets somebody in, without {' and '.join(off)}"
            yield self.finding(look, made, note, fix='set ["secure"], ["httponly"] and ["samesite"]')


def off_in(look: Look, node: ast.expr) -> list[str]:
    """The flags that no text which stands there has; of several, one that has it is enough."""
    texts = [each.partition("=")[::2] for each in templates(look, node)]
    lets_in = [rest for name, rest in texts if is_name(look, name, node) and not ends(rest)]
    if any(OTHER.search(rest) for rest in lets_in):
        return []
    if lets_in and all(NO_SITE.search(rest) for rest in lets_in):
        return ["SameSite"]
    return [flag for flag in FLAGS if lets_in and not any(flag in rest.lower() for rest in lets_in)]


def is_name(look: Look, name: str, node: ast.expr) -> bool:
    """Whether a cookie written by hand lets in, by its name; if that is not known by what is put into it."""
    words = set() if "{" in name or "%" in name else set(words_of(name))
    if words & NAMES:
        return not words & HARMLESS
    words |= {word for each in walk(node) for word in words_of(called(each))}
    return not words & HARMLESS and bool(words & NAMES)


def morsels(look: Look) -> Iterator[tuple[ast.Assign, list[str]]]:
    """``jar["sid"] = sid`` where the flags are not set as well: ``jar["sid"]["secure"] = True``."""
    for function in look.module.functions:
        made: dict[str, ast.Assign] = {}
        flags: dict[str, set[str]] = {}
        same: dict[str, str] = {}  # names of morsels: ``morsel = jar["sid"]``
        for node in function.walk():
            if isinstance(node, ast.Call):
                updated(node, flags, same)
            target = node.targets[0] if isinstance(node, ast.Assign) else None
            if not isinstance(node, ast.Assign):
                continue
            if isinstance(target, ast.Name) and isinstance(node.value, ast.Subscript):
                same[target.id] = unparsed(node.value)
            if not isinstance(target, ast.Subscript):
                continue
            if isinstance(target.value, ast.Subscript) or unparsed(target.value) in same:
                flag = target.slice.value if isinstance(target.slice, ast.Constant) else ""
                flags.setdefault(of_morsel(target.value, same), set()).add(str(flag).lower())
            elif (
                is_jar(look, target.value)
                and not deletes_value(look, node.value)
                and lets_in_by(look, Put(target.slice, node.value, {}, False))
            ):
                made[unparsed(target)] = node
        for name, node in made.items():
            off = [flag for flag in FLAGS if flag not in flags.get(name, set())]
            if off:
                yield node, off


def updated(node: ast.Call, flags: dict[str, set[str]], same: dict[str, str]) -> None:
    """``jar["sid"].update({"secure": True})``"""
    if called_function(node) == "update" and isinstance(node.func, ast.Attribute) and node.args:
        names = {str(getattr(each, "value", "")).lower() for each in getattr(node.args[0], "keys", ())}
        flags.setdefault(of_morsel(node.func.value, same), set()).update(names)


def of_morsel(node: ast.expr, same: dict[str, str]) -> str:
    text = unparsed(node)
    return same.get(text, text)


def is_jar(look: Look, node: ast.expr, depth: int = 1) -> bool:
    """A jar of cookies to be sent: ``SimpleCookie()``, ``response.cookies``."""
    if any(each.name.endswith("SimpleCookie") for each in look.project.types_of(node, look.scope(node))):
        return True
    if isinstance(node, ast.Name) and depth:
        values = [each.value for each in look.scope(node).lookup(node.id) if each.kind == "assign"]
        return any(each is not None and is_jar(look, each, depth - 1) for each in values)
    if not isinstance(node, ast.Attribute) or node.attr not in {"cookies", "cookie"}:
        return False
    if not ANSWERS.isdisjoint(words_of(called(node.value))):
        return True
    name = node.value.id if isinstance(node.value, ast.Name) else ""
    held = [each.value for each in look.scope(node).lookup(name)] if name else []
    return any(isinstance(each, ast.Call) and MAKES_ANSWER.search(unparsed(each.func)) for each in held)


def ends(text: str) -> bool:
    return "max-age=0" in text.lower() or "1970" in text


def said(look: Look, call: Call) -> str:
    """What is wrong with the cookie that a call sets, itself or by a function that it calls."""
    put = put_by(look, call)
    if put is None:
        return of_transport(look, call) or of_keeper(look, call) or of_helper(look, call)
    if deletes(look, put, call) or is_for_callers(look, call) or not lets_in_by(look, put):
        return ""
    return missing(put.flags) or bound_to_host(look, call, put.name)


def lets_in_by(look: Look, put: Put) -> bool:
    if isinstance(put.value, ast.Constant) and put.name is not None and not look.values(put.name).texts:
        return False  # ``set_cookie(request.args["token"], "done")``: for whoever waits for it
    if of_authority(look, put.name, put.value, signed=put.signed):
        return True
    return is_asked_for(look, put.name, put.value, signed=put.signed)


def is_for_callers(look: Look, call: Call) -> bool:
    """Whether some calls of a function that sets cookies let somebody in, and others do not."""
    function = look.function(call.node)
    helper = helper_of(look, function) if function is not None else None
    if function is None or helper is None or helper.inner.node is not call.node:
        return False
    found = set()
    for each in look.shared.flow.calls.callers(function):
        home = look.beside(each.module)
        put = handed(home, each)
        found |= {lets_in_by(home, put)} if put is not None else set()
    return len(found) == 2


def of_helper(look: Look, call: Call) -> str:
    """Of a function that sets what it is told to, unless that is said where it sets it."""
    put = handed(look, call) if called_function(call.node) in helpers(look) else None
    if put is None or deletes(look, put, call) or not lets_in_by(look, put):
        return ""
    return "" if is_said_inside(look, call) else missing(put.flags)


def is_said_inside(look: Look, call: Call) -> bool:
    for function in look.shared.flow.calls.callees(call.node, look.scope(call.node)):
        helper = helper_of(look, function)
        if helper is not None and said(look.beside(function.module), helper.inner):
            return True
    return False


def of_transport(look: Look, call: Call) -> str:
    """Of ``fastapi-users``, whose flags are on unless they are taken off."""
    if called_function(call.node) != "CookieTransport":
        return ""
    off = [flag for flag in FLAGS if flags(look, call).get(f"cookie_{flag}") is False]
    return f"the cookie that lets in is set without {' and '.join(off)}" if off else ""


def bound_to_host(look: Look, call: Call, name: ast.expr | None) -> str:
    """A name that begins with ``__Host-`` promises that no domain is given."""
    if name is None or not any(text.startswith("__Host-") for text in look.values(name).texts):
        return ""
    domain = call.argument("domain")
    if domain is None or (isinstance(domain, ast.Constant) and domain.value is None):
        return ""
    return "a cookie of this name may not have a domain: browsers refuse it"


def headers(look: Look) -> Iterator[ast.expr]:
    """The texts of ``Set-Cookie`` headers: in pairs, dictionaries, subscripts and calls, several in a list,
    and those that a gateway is given as its ``cookies``."""
    for node in look.module.nodes_of(ast.Tuple, ast.Call, ast.Assign, ast.Dict):
        value: ast.expr | None = None
        if isinstance(node, ast.Tuple) and len(node.elts) == 2 and is_set_cookie(node.elts[0]):
            value = node.elts[1]
        elif isinstance(node, ast.Call) and len(node.args) >= 2 and is_set_cookie(node.args[0]):
            value = node.args[1]
        elif isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Subscript):
            value = node.value if is_set_cookie(node.targets[0].slice) else None
        elif isinstance(node, ast.Dict):
            answer = any(getattr(each, "value", "") == "statusCode" for each in node.keys)
            pairs = zip(node.keys, node.values, strict=True)
            value = next(
                (
                    v
                    for k, v in pairs
                    if k is not None
                    and (is_set_cookie(k) or (answer and getattr(k, "value", "") == "cookies"))
                ),
                None,
            )
        some = value.elts if isinstance(value, ast.List | ast.Tuple) else [value]
        yield from (each for each in some if each is not None)


def written(look: Look) -> Iterator[ast.expr]:
    """The texts of ``Set-Cookie`` headers, and those that are cookies with flags and are handed to whoever
    writes the header."""
    known: set[ast.AST] = set()
    held: set[str] = set()
    for text in headers(look):
        known |= set(walk(text))
        held |= variables(text) if any(True for _ in templates(look, text)) else set()
        yield text
    for node in look.module.nodes_of(ast.JoinedStr, ast.BinOp, ast.Call):
        above = look.module.parent_of(node)
        if node in known or not is_put_together(node) or is_put_together(above):
            continue
        if isinstance(above, ast.Assign) and getattr(above.targets[0], "id", "") in held:
            continue  # it is judged in the header
        if any(TEXT.match(text) for text in templates(look, node)):
            known |= set(walk(node))
            yield node


def is_put_together(node: ast.AST | None) -> TypeGuard[ast.expr]:
    """``f"..."``, ``"..." % x``, ``"..." + x``, ``"...".format(x)``, ``"; ".join([...])``"""
    if isinstance(node, ast.Call):
        return called_function(node) in {"format", "join"} and isinstance(node.func, ast.Attribute)
    return isinstance(node, ast.JoinedStr | ast.BinOp)


def templates(look: Look, node: ast.expr) -> Iterator[str]:
    """What is known of a text; ``{}`` stands for the rest."""
    longer = isinstance(node, ast.BinOp) and isinstance(node.left, ast.BinOp)
    if isinstance(node, ast.BinOp) and longer and not isinstance(node.right, ast.Constant):
        return  # ``"sid=" + sid + FLAGS``
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Mod):
        node = node.left
    elif isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
        if node.func.attr == "join" and node.args:
            pieces = pieces_of(look, node.args[0])
            yield from ["; ".join(pieces)] if pieces else []
            return
        if node.func.attr in {"encode", "format"}:
            yield from templates(look, node.func.value)
            return
    for option in look.values(node).options:
        text = option.value
        if isinstance(text, Text):
            text = "".join(part if part is not None else "{}" for part in text.parts)
        if isinstance(text, str | bytes):
            yield text if isinstance(text, str) else text.decode("latin-1")


def pieces_of(look: Look, node: ast.expr) -> list[str]:
    """The texts of a list that stands there or has a name; what may be added to it later is ``{}``."""
    more: list[str] = []
    if isinstance(node, ast.Name):
        bound, function = bindings_at(node, look.scope(node)), look.function(node)
        if len(bound) != 1 or bound[0].value is None or function is None:
            return []
        added = (one.node.func for one in function.calls)
        more = ["{}" for one in added if isinstance(one, ast.Attribute) and called(one.value) == node.id]
        node = bound[0].value
    if not isinstance(node, ast.List | ast.Tuple):
        return []
    return [*(next(templates(look, each), "{}") for each in node.elts), *more]


def is_set_cookie(node: ast.AST) -> bool:
    value = node.value if isinstance(node, ast.Constant) else None
    return value is not None and str(value).lower().strip("b'") == "set-cookie"
