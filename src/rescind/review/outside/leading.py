"""Checks of an address of a redirect: those that keep it on the site, and those that only look so."""

from __future__ import annotations

import ast
import re
from collections.abc import Callable

from rescind.reading import Function, unparsed
from rescind.review.flow import Policy
from rescind.review.flow.conditions import conditions, implied, kept_in, parted
from rescind.review.flow.policy import CHECKS, NUMBERS, Guard, listed, said
from rescind.review.look import Look
from rescind.review.naming.called import called, called_function
from rescind.review.naming.words import words_of
from rescind.review.once import once
from rescind.review.outside.patterns import fits_others

Special = Callable[[ast.Call, list[str]], bool]
OWN = (".host_url", ".base_url", ".url_root")
SCHEMES = {"", "http://", "https://", "//", "https:", "http:"}
CLEANERS = ("safe_", "validate", "clean_", "get_safe", "sanitize")


@once
def policy_of(look: Look, special: Special) -> Policy:
    """What takes the danger out of a target, in a project: functions of its own that let others through are
    no check."""
    weak = frozenset(weak_checks(look))
    strong = frozenset(strong_checks(look))
    own = frozenset(cleaners(look))
    hosts = with_own_host(look)

    def home(test: ast.expr, holds: bool, subject: str) -> bool:
        if isinstance(test, ast.Call) and called_function(test) in weak:
            return False
        if isinstance(test, ast.Call) and holds and called_function(test) in strong:
            return subject in {said(each) for each in test.args}
        return leads_home(test, holds, subject)

    def harmless(node: ast.Call, names: list[str]) -> bool:
        return node in hosts or (called_function(node) not in own and special(node, names))

    return Policy(
        "redirect", calls=NUMBERS, guard=home, special=harmless, through=gives_on, leading=adds_to_query
    )


ADDS = frozenset(
    ["add", "append", "concat", "extend", "include", "merge", "replace", "set", "update", "with"]
)


# Of clients of a provider, and of what makes texts that are no address: the answer is their own.
ANSWERS = frozenset(
    ["authenticate", "authorise", "authorize", "begin", "dumps", "encrypt", "initiate", "prepare",
     "serialize", "sign", "start"]
)  # fmt: skip


def gives_on(names: list[str], method: str) -> bool:
    """Whether what is outside of the project gives what it is given: no ``client.start_login(state=x)``."""
    name = method or (names[0].rpartition(".")[2] if names else "")
    return ANSWERS.isdisjoint(words_of(name)[:1])


def adds_to_query(names: list[str], method: str) -> bool:
    """``url_concat(url, values)``, ``add_params_to_uri(url, values)``"""
    name = method or names[0].rpartition(".")[2] if names or method else ""
    words = set(words_of(name))
    return name == "copy_with" or (
        bool(words & ADDS)
        and bool(words & {"url", "uri", "query", "params", "parameters", "qs", "querystring"})
    )


def weak_checks(look: Look, guard: Guard | None = None) -> list[str]:
    """The functions of a project that are named as a check of an address, and let those of others through."""
    found = []
    for module in look.project.modules:
        for each in module.functions:
            given = [one.name for one in each.parameters if one.name not in {"self", "cls", "request"}]
            if CHECKS.isdisjoint(words_of(each.name)) or not 1 <= len(given) <= 3:
                continue
            if is_weak(look.beside(module), each, given[0], guard or leads_home):
                found.append(each.name)
    return found


def strong_checks(look: Look) -> list[str]:
    """The functions of a project that say whether an address stays on the site, whatever they are called:
    all that they answer is decided by its host."""
    found = []
    for module in look.project.modules:
        for each in module.functions if "netloc" in module.text or "hostname" in module.text else ():
            text = module.source_of(each.node)
            given = [one.name for one in each.parameters if one.name not in {"self", "cls", "request"}]
            yes = [one for one in each.returns if not is_no(one)]
            if not 1 <= len(given) <= 3 or not yes or not HOST.search(text):
                continue
            if all(decided_by_host(look.beside(module), one) for one in yes):
                found.append(each.name)
    return found


HOST = re.compile(r"\.(?:netloc|hostname)\b")


def decided_by_host(look: Look, node: ast.expr) -> bool:
    """``there.netloc == here.netloc``, ``not there.netloc``, one of several that all must hold."""
    if isinstance(node, ast.BoolOp):
        each_way = all if isinstance(node.op, ast.Or) else any
        return each_way(decided_by_host(look, each) for each in node.values)
    if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.Not):
        return HOST.search(unparsed(node.operand)) is not None
    if isinstance(node, ast.Compare) and isinstance(node.ops[0], ast.Eq | ast.In):
        sides = [unparsed(each) for each in (node.left, node.comparators[0])]
        return any(HOST.search(each) for each in sides[: 1 if isinstance(node.ops[0], ast.In) else 2])
    return False


def is_weak(look: Look, function: Function, name: str, guard: Guard) -> bool:
    """Whether it says yes only by what the text begins with, ends with or contains."""
    yes = [each for each in function.returns if not is_no(each)]
    if not yes or not all(seen_through(kept_in(look.module, each), name) for each in yes):
        return False
    return not all(is_strong(look, each, name, guard) for each in yes)


def is_strong(look: Look, node: ast.expr, name: str, guard: Guard) -> bool:
    test = parted(look.module, kept_in(look.module, node))
    if implied(test, True, name, guard):
        return True
    return any(
        implied(parted(look.module, kept_in(look.module, each.test)), each.holds, name, guard)
        for each in conditions(look.module, node)
    )


def is_no(node: ast.expr) -> bool:
    return isinstance(node, ast.Constant) and not node.value


def seen_through(node: ast.expr, name: str) -> bool:
    """Whether all of a test is about the text, so that what it lets through is known."""
    if isinstance(node, ast.BoolOp):
        return all(seen_through(each, name) for each in node.values)
    if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.Not):
        return seen_through(node.operand, name)
    if isinstance(node, ast.Call) and called_function(node) == "bool" and node.args:
        return seen_through(node.args[0], name)
    if isinstance(node, ast.Constant):
        return node.value is True
    if isinstance(node, ast.Compare):
        sides = (node.left, *node.comparators)
        if isinstance(node.ops[0], ast.Is | ast.IsNot) and isinstance(node.comparators[0], ast.Constant):
            return seen_through(node.left, name)
        return isinstance(node.ops[0], ast.In | ast.NotIn) and said(sides[1]) == name and of_text(node.left)
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
        if node.func.attr in {"startswith", "endswith"}:
            return said(node.func.value).partition(".")[0] == name
        return node.func.attr in {"match", "search", "fullmatch"} and name in {
            said(each) for each in node.args
        }
    return said(node) == name


def of_text(node: ast.expr) -> bool:
    return isinstance(node, ast.Constant | ast.Name | ast.Attribute)


def cleaners(look: Look) -> list[str]:
    """The functions of a project that are named as what makes an address harmless: they are looked into."""
    return [
        each.name
        for module in look.project.modules
        for each in module.functions
        if each.name.startswith(CLEANERS)
    ]


def with_own_host(look: Look) -> frozenset[ast.Call]:
    """Where a project puts an address together again with a host of its own: ``parts[1] = "lifts.example"``,
    ``urlunsplit(("https", "lifts.example", path, "", ""))``.

    With none it is not enough: a path that begins with two slashes names a host (CVE-2021-23401).
    """
    found = []
    for module in look.project.modules:
        takes_apart = "urlsplit" in module.text or "urlparse" in module.text
        for node in module.nodes_of(ast.Call) if takes_apart else ():
            name, given = called_function(node), node.args[0] if node.args else None
            if name == "_replace":
                host = next((each.value for each in node.keywords if each.arg == "netloc"), None)
            elif name in {"urlunsplit", "urlunparse"} and isinstance(given, ast.Tuple | ast.List):
                host = given.elts[1] if len(given.elts) > 1 else None
            elif name in {"urlunsplit", "urlunparse"} and isinstance(given, ast.Name):
                host = second_part(look.beside(module), node, given.id)
            else:
                continue
            if isinstance(host, ast.Constant) and host.value:
                found.append(node)
    return frozenset(found)


def second_part(look: Look, node: ast.Call, name: str) -> ast.expr | None:
    """What is set in the place of the host before a call."""
    function = look.function(node)
    for each in function.nodes_of(ast.Assign) if function is not None else ():
        for target in each.targets:
            at = target.slice if isinstance(target, ast.Subscript) and called(target.value) == name else None
            if isinstance(at, ast.Constant) and at.value == 1 and each.lineno < node.lineno:
                return each.value
    return None


def leads_home(test: ast.expr, holds: bool, subject: str) -> bool:
    """A check of the host, or that a path does not begin with two slashes; a check against a list."""
    if isinstance(test, ast.Call) and isinstance(test.func, ast.Attribute):
        given = test.args[0] if test.args else None
        if test.func.attr == "startswith" and given is not None:
            return said(test.func.value) == subject and is_fixed(given, holds)
        if test.func.attr == "endswith" and of_host(test.func.value, subject):
            return isinstance(given, ast.Constant) and str(given.value).startswith(".")
        if test.func.attr in {"match", "search", "fullmatch"} and given is not None:
            return holds and is_narrow(test, subject)
    if isinstance(test, ast.Compare) and isinstance(test.ops[0], ast.In | ast.NotIn):
        if said(test.comparators[0]) == subject:  # a part of the address says nothing of its host
            absent = isinstance(test.ops[0], ast.NotIn) is holds
            return absent and isinstance(test.left, ast.Constant) and test.left.value == "//"
        if of_host(test.comparators[0], subject):
            return False
    if of_host(test, subject):
        return True
    return listed(test, holds, subject)


def of_host(node: ast.expr, subject: str) -> bool:
    """Whether it is about the host of the address."""
    text = unparsed(node)
    return subject in text and any(
        f".{part}" in text for part in ("netloc", "hostname", "host", "is_absolute")
    )


def is_fixed(node: ast.expr, holds: bool) -> bool:
    """Whether an address that begins like it stays on the site; a host that no slash ends goes on."""
    if isinstance(node, ast.Tuple):  # what begins with none of them, or with any
        return (all if holds else any)(is_fixed(each, holds) for each in node.elts)
    if not isinstance(node, ast.Constant):
        text = unparsed(node)
        return holds and (
            text.endswith(OWN) or (isinstance(node, ast.JoinedStr) and text.rstrip("'\"")[-1:] == "/")
        )
    start = str(node.value)
    if not holds:
        return start.startswith("//")
    if start.startswith(("http:", "https:", "//")):
        return start.partition("//")[2].find("/") > 0
    return start not in SCHEMES and start != "/"


def is_narrow(test: ast.Call, subject: str) -> bool:
    """A pattern that fits no address of somebody else; one that is not known is taken as such."""
    if subject not in {said(each) for each in test.args}:
        return False
    pattern = test.args[0].value if isinstance(test.args[0], ast.Constant) else None
    whole = called_function(test) == "fullmatch"
    return not isinstance(pattern, str) or not fits_others(pattern, whole=whole)
