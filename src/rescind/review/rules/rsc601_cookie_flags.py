"""RSC601: cookies of authority without their flags."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from typing import ClassVar

from rescind.reading import Call, Function, Text, walk
from rescind.review.finding import Class, Finding, Severity
from rescind.review.look import Look
from rescind.review.naming.called import called, called_function
from rescind.review.naming.words import words_of
from rescind.review.rule import Rule
from rescind.review.sessions.authority import HARMLESS, NAMES, of_authority
from rescind.review.settings.stages import for_development

JARS = ("SimpleCookie", ".cookies[", ".cookie[")
FLAGS = ("secure", "httponly")
UNKNOWN = object()


class RSC601(Rule):
    """A cookie that lets somebody in is set without its flags.

    What it checks:
        ``set_cookie`` of every framework, ``Set-Cookie`` headers that are written by hand, and transports
        that set a cookie.

    Why it matters:
        Without ``Secure`` it goes over plain HTTP, without ``HttpOnly`` every script of the page reads it,
        with ``SameSite=None`` other sites send it along.

    How it is decided:
        By the cookie's name and by what it holds: sessions, tokens, identities. Preferences and tokens
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

    def check(self, look: Look) -> Iterator[Finding]:
        for call in look.calls if "cookie" in look.module.text.lower() else ():
            what = said(look, call)
            if what and not for_development(look, call.node):
                yield self.finding(
                    look, call.node, what, fix='set secure=True, httponly=True and samesite="Lax"'
                )  # fmt: skip
        for node, text in headers(look) if re.search("(?i)set-cookie", look.module.text) else ():
            name, _, rest = text.partition("=")
            off = [flag for flag in FLAGS if flag not in rest.lower()]
            if off and is_name(look, name, node) and not ends(rest):
                note = f"a cookie that lets somebody in, without {' and '.join(off)}"
                yield self.finding(look, node, note, fix="add Secure, HttpOnly and SameSite=Lax")
        for made, off in morsels(look) if any(each in look.module.text for each in JARS) else ():
            note = f"a cookie that lets somebody in, without {' and '.join(off)}"
            yield self.finding(look, made, note, fix='set ["secure"], ["httponly"] and ["samesite"]')


def is_name(look: Look, name: str, node: ast.expr) -> bool:
    """Whether a cookie written by hand lets in, by its name; if that is not known by what is put into it."""
    words = set() if "{" in name or "%" in name else set(words_of(name))
    if words & NAMES:
        return not words & HARMLESS
    words |= {word for each in walk(node) for word in words_of(called(each))}
    return not words & HARMLESS and bool(words & NAMES)


def morsels(look: Look) -> Iterator[tuple[ast.Assign, list[str]]]:
    """``jar["sid"] = sid`` where the flags are not set as well."""
    for function in look.module.functions:
        made: dict[str, ast.Assign] = {}
        flags: dict[str, set[str]] = {}
        for node in function.walk():
            target = node.targets[0] if isinstance(node, ast.Assign) else None
            if not isinstance(node, ast.Assign) or not isinstance(target, ast.Subscript):
                continue
            if isinstance(target.value, ast.Subscript):
                flag = target.slice.value if isinstance(target.slice, ast.Constant) else ""
                flags.setdefault(ast.unparse(target.value), set()).add(str(flag).lower())
                continue
            if (
                is_jar(look, target.value)
                and of_authority(look, target.slice, node.value)
                and not deletes_value(look, node.value)
            ):
                made[ast.unparse(target)] = node
        for name, node in made.items():
            off = [flag for flag in FLAGS if flag not in flags.get(name, set())]
            if off:
                yield node, off


def is_jar(look: Look, node: ast.expr) -> bool:
    """A jar of cookies to be sent: ``SimpleCookie()``, ``response.cookies``."""
    if any(each.name.endswith("SimpleCookie") for each in look.project.types_of(node, look.scope(node))):
        return True
    if not isinstance(node, ast.Attribute) or node.attr not in {"cookies", "cookie"}:
        return False
    return not {"response", "resp", "res", "answer", "rv"}.isdisjoint(words_of(called(node.value)))


def deletes_value(look: Look, value: ast.expr) -> bool:
    only = look.values(value).only
    return only is not None and only.value in {"", b"", None}


def ends(text: str) -> bool:
    return "max-age=0" in text.lower() or "1970" in text


def said(look: Look, call: Call) -> str:
    attr = called_function(call.node)
    if any(isinstance(each.definition, Function) for each in call.named):
        return ""  # that function calls the framework's
    if attr in {"set_cookie", "set_secure_cookie", "set_signed_cookie", "Cookie", "add_cookie"}:
        name = call.argument("key", 0) or call.argument("name", 0) or spread(look, call, "key", "name")
        value = call.argument("value", 1) or spread(look, call, "value")
        if getattr(name, "id", "") in {"self", "handler", "request", "response", "resp"}:
            return ""  # no framework's: it says itself what the cookie is called
        signed = attr != "set_cookie" or call.argument("secret") is not None
        if not of_authority(look, name, value, signed=signed) or deletes(look, call, value):
            return ""
        return missing(preset(look, attr) | flags(look, call)) or bound_to_host(look, call, name)
    if attr == "CookieTransport":
        off = [flag for flag in FLAGS if flags(look, call).get(f"cookie_{flag}") is False]
        return f"the cookie that lets in is set without {' and '.join(off)}" if off else ""
    return ""


def spread(look: Look, call: Call, *names: str) -> ast.expr | None:
    """Of ``set_cookie(**options)`` what the dictionary has under a name."""
    options = [options_of(look, each.value) or {} for each in call.node.keywords if each.arg is None]
    return next((found[name] for found in options for name in names if name in found), None)


def options_of(look: Look, node: ast.expr) -> dict[str, ast.expr] | None:
    """What a dictionary has under which key, one that stands there or was made for a name; None: not all
    of it is known."""
    made, later = node, {}
    if isinstance(node, ast.Name):
        bound = look.scope(node).lookup(node.id)
        if len(bound) != 1 or bound[0].scope.module is not look.module or bound[0].value is None:
            return None
        made, function = bound[0].value, look.function(node)
        for each in function.walk() if function is not None else ():
            if isinstance(each, ast.Assign) and isinstance(each.targets[0], ast.Subscript):
                target = each.targets[0]
                if getattr(target.value, "id", "") == node.id and isinstance(target.slice, ast.Constant):
                    later[str(target.slice.value)] = each.value
            elif isinstance(each, ast.Attribute) and getattr(each.value, "id", "") == node.id:
                return None
    if isinstance(made, ast.Call) and called_function(made) == "dict" and not made.args:
        return {each.arg: each.value for each in made.keywords if each.arg} | later
    if not isinstance(made, ast.Dict):
        return None
    pairs = zip(made.keys, made.values, strict=True)
    found = {key.value: value for key, value in pairs if isinstance(key, ast.Constant)}
    return {str(key): value for key, value in found.items()} | later if len(found) == len(made.keys) else None


def preset(look: Look, attr: str) -> dict[str, object]:
    """Flags that a framework sets where nothing is said."""
    if "falcon" in look.module.text:
        return {"secure": True, "httponly": True}
    return {"secure": True} if attr == "add_cookie" else {}


def bound_to_host(look: Look, call: Call, name: ast.expr | None) -> str:
    """A name that begins with ``__Host-`` promises that no domain is given."""
    if name is None or not any(text.startswith("__Host-") for text in look.values(name).texts):
        return ""
    domain = call.argument("domain")
    if domain is None or (isinstance(domain, ast.Constant) and domain.value is None):
        return ""
    return "a cookie of this name may not have a domain: browsers refuse it"


def flags(look: Look, call: Call) -> dict[str, object]:
    """What a call says of each argument in small letters; one that comes from elsewhere is `UNKNOWN`."""
    found: dict[str, object] = {}
    for each in call.node.keywords:
        values = look.values(each.value)
        if each.arg is not None:
            found[each.arg.lower().replace("http_only", "httponly")] = (
                values.only.value if values.only is not None else UNKNOWN
            )
            continue
        options = options_of(look, each.value)
        if options is not None:
            given = {name.lower(): look.values(value).only for name, value in options.items()}
            found |= {name: UNKNOWN if only is None else only.value for name, only in given.items()}
            continue
        local = isinstance(each.value, ast.Name) and look.function(each.value) is not None
        known = [one.value for one in values.options if isinstance(one.value, dict) and not local]
        for one in known:
            found |= {str(name).lower(): value for name, value in one.items()}
        if not known or values.gaps:
            found |= {flag: found.get(flag, UNKNOWN) for flag in (*FLAGS, "samesite")}
    for at, name in ((6, "secure"), (7, "httponly"), (8, "samesite")):
        if len(call.node.args) > at:
            found.setdefault(name, UNKNOWN)
    return found


def missing(given: dict[str, object]) -> str:
    off = [flag for flag in FLAGS if not given.get(flag)]
    site = given.get("samesite", UNKNOWN)
    if off:
        return f"a cookie that lets somebody in is set without {' and '.join(off)}"
    if site is None or site is False:
        return "a cookie that lets somebody in is sent along by other sites: SameSite is off"
    return ""


def deletes(look: Look, call: Call, value: ast.expr | None) -> bool:
    """An empty value, or an end that has passed."""
    if value is not None and deletes_value(look, value):
        return True
    for name in ("max_age", "expires"):
        end = call.argument(name)
        if end is not None and (only := look.values(end).only) is not None and only.value in {0, "0"}:
            return True
    return False


def headers(look: Look) -> Iterator[tuple[ast.expr, str]]:
    """The texts of ``Set-Cookie`` headers: in pairs, dictionaries, subscripts and calls."""
    for node in look.nodes:
        value: ast.expr | None = None
        if isinstance(node, ast.Tuple) and len(node.elts) == 2 and is_set_cookie(node.elts[0]):
            value = node.elts[1]
        elif isinstance(node, ast.Call) and len(node.args) >= 2 and is_set_cookie(node.args[0]):
            value = node.args[1]
        elif isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Subscript):
            value = node.value if is_set_cookie(node.targets[0].slice) else None
        elif isinstance(node, ast.Dict):
            pairs = zip(node.keys, node.values, strict=True)
            value = next((v for k, v in pairs if k is not None and is_set_cookie(k)), None)
        if value is not None:
            yield from ((value, text) for text in templates(look, value))


def templates(look: Look, node: ast.expr) -> Iterator[str]:
    """What is known of a text; ``{}`` stands for the rest."""
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Mod):
        node = node.left
    elif isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
        if node.func.attr == "join" and node.args and isinstance(node.args[0], ast.List | ast.Tuple):
            yield "; ".join(next(templates(look, each), "{}") for each in node.args[0].elts)
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


def is_set_cookie(node: ast.AST) -> bool:
    value = node.value if isinstance(node, ast.Constant) else None
    return value is not None and str(value).lower().strip("b'") == "set-cookie"
