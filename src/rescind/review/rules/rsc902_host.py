"""RSC902: links with tokens whose host the sender of the request chooses."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from typing import ClassVar

from rescind.reading import unparsed, walk
from rescind.review.finding import Class, Finding, Severity, Step
from rescind.review.look import Look
from rescind.review.naming.called import arguments, called, called_function
from rescind.review.naming.words import secret_kind, words_of
from rescind.review.once import once
from rescind.review.rule import Rule
from rescind.review.secrets.telling import sink

SPEAKS = ("HTTP_HOST", "host", "Host", "url_root", "base_url", "HOST")
ABOUT = frozenset(
    ["token", "reset", "forgot", "forgotten", "verify", "verification", "confirm", "confirmation",
    "invite", "invitation", "magic",
     "activate", "activation", "password", "recover", "recovery", "unlock", "code"]
)  # fmt: skip
BUILDS = {"urljoin", "format", "urlunsplit", "urlunparse"}
CHECKED = {"get_host", "build_absolute_uri"}  # Django holds them against ALLOWED_HOSTS


class RSC902(Rule):
    """A link that lets somebody in is built with the Host of the request.

    What it checks:
        Texts that begin with ``request.host``, ``HTTP_HOST``, ``X-Forwarded-Host`` and the like, in code
        of resets, confirmations, invitations and links to sign in; ``url_for(_external=True)`` of Flask with
        a token and no ``SERVER_NAME``, ``build_absolute_uri`` of Django with a token and ``ALLOWED_HOSTS``
        that is a star.

    Why it matters:
        Who asks for the reset of somebody else chooses the Host: the link in the message leads to them,
        with the token.

    How it is decided:
        The text is followed back to the Host of a request; the code around has to be about tokens or
        passwords. ``get_host()`` and ``build_absolute_uri()`` of Django are fine where ``ALLOWED_HOSTS``
        is no star.

    Fix:
        Take the host from a setting.

    References:
        ASVS 4.2.1, CWE-640

    Since:
        0.1
    """

    kind: ClassVar[Class] = "transport"
    severity: ClassVar[Severity] = "high"

    def check(self, look: Look) -> Iterator[Finding]:
        yield from self.external(look)
        if not any(word in look.module.text for word in SPEAKS):
            return
        for node in look.module.nodes_of(ast.JoinedStr, ast.BinOp, ast.Call):
            if not is_text(node) or is_text(look.module.parent_of(node)):
                continue
            elsewhere = says_door(node)
            if not elsewhere and not about(look, node):
                continue
            if is_told(look, node) or "logout" in unparsed(node).lower():
                continue
            found = [each for each in look.origins(node) if each.kind == "request" and each.part == "host"]  # type: ignore[arg-type]
            inside = set(walk(node))
            if not elsewhere or about(look, node):
                found = [each for each in found if all(built.node in inside for built in each.built)]
            found = [
                each
                for each in found
                if each.steps[0].file == look.module.file and not self.is_checked(look, each.steps[0])
            ]
            steps = found[0].steps if found else steps_of_header(look, node)
            if steps:
                place = look.module.place(node)
                yield self.finding(
                    look,
                    node,
                    "the Host of the request becomes part of a link that lets somebody in",
                    trace=(*steps, Step(place.file, place.line, "the link is built")),
                    fix="take the host from a setting",
                )

    def external(self, look: Look) -> Iterator[Finding]:
        """``url_for("reset", token=token, _external=True)`` without a ``SERVER_NAME``, and Django's like
        where every host is let in."""
        for call in look.calls:
            name, given = called_function(call.node), call.argument("_external")
            flask = name == "url_for" and given is not None and look.values(given).only is not None
            if flask and given is not None:
                only = look.values(given).only
                found = only is not None and only.value is True and not names_server(look)
            else:
                found = name == "build_absolute_uri" and bool(call.node.args) and open_to_all(look)
            if found and lets_in(look, call.node):
                yield self.finding(
                    look,
                    call.node,
                    "the Host of the request becomes part of a link that lets somebody in",
                    confidence="medium",
                    fix="set SERVER_NAME, or take the host from a setting"
                    if flask
                    else "name the hosts in ALLOWED_HOSTS",
                )

    @staticmethod
    def is_checked(look: Look, step: Step) -> bool:
        module = next((each for each in look.project.modules if each.file == step.file), look.module)
        return any(f"{name}(" in module.lines[step.line - 1] for name in CHECKED) and not open_to_all(look)


OPEN = re.compile(r"""ALLOWED_HOSTS\s*(?::[^=\n]+)?=\s*[\[(]\s*["']\*["']""")
NAMED = re.compile(r"""SERVER_NAME["'\]]*\s*[=:]|(?i:trusted_?hosts?)|from_envvar|from_prefixed_env""")


def open_to_all(look: Look) -> bool:
    """Whether the settings of a project of Django accept every host."""
    return any(
        "ALLOWED_HOSTS" in module.text and OPEN.search(module.text) is not None
        for module in look.project.modules
    )


@once
def names_server(look: Look) -> bool:
    """Whether a project of Flask says which host it has, or reads its settings from elsewhere."""
    return any(NAMED.search(module.text) is not None for module in look.project.modules)


# Headers that say which host was asked for.
HEADERS = frozenset(
    ["host", "x-forwarded-host", "x-forwarded-server", "x-host", "x-original-host", "forwarded"]
)


def steps_of_header(look: Look, node: ast.AST) -> tuple[Step, ...]:
    """By which way the Host comes into a text from a helper that is told the name of the header:
    ``header_of(event, "X-Forwarded-Host")``."""
    for each in walk(node):
        if not isinstance(each, ast.Call):
            continue
        said = {str(one.value).lower() for one in arguments(each) if isinstance(one, ast.Constant)}
        for origin in look.origins(each) if said & HEADERS else ():
            if origin.kind == "request" and origin.steps:
                return origin.steps
    return ()


def lets_in(look: Look, node: ast.Call) -> bool:
    """Whether a secret is part of the address that a call builds."""
    given = arguments(node)
    names = {each.arg or "" for each in node.keywords}
    names |= {called(one) for each in given for one in walk(each) if isinstance(one, ast.expr)}
    return any(secret_kind(name) in {"token", "code"} for name in names)


def is_text(node: ast.AST | None) -> bool:
    if isinstance(node, ast.JoinedStr):
        return True
    if isinstance(node, ast.BinOp):
        return isinstance(node.op, ast.Add | ast.Mod)
    return isinstance(node, ast.Call) and called_function(node) in BUILDS


def is_told(look: Look, node: ast.AST) -> bool:
    """Whether it is written to a log, and nobody follows it."""
    above = look.module.parent_of(node)
    return isinstance(above, ast.Call) and sink(look, above) == "a log"


def says_door(node: ast.AST) -> bool:
    """``f"{root}/clave?ficha={ficha}"``, ``root + url_for("neues_passwort", ...)``: an address that says of a
    password, in any language, and something behind it that is no constant."""
    parts = list(walk(node))
    texts = [each.value for each in parts if isinstance(each, ast.Constant) and isinstance(each.value, str)]
    words = [word for text in texts if "/" in text or "." in text for word in re.split(r"[/.?&=_-]", text)]
    given = sum(isinstance(each, ast.FormattedValue | ast.keyword) for each in parts)
    given += sum(isinstance(each, ast.BinOp) and isinstance(each.right, ast.Name) for each in parts)
    return given > 0 and any(secret_kind(word) == "password" for word in words if len(word) > 3)


def about(look: Look, node: ast.AST) -> bool:
    function = look.function(node)
    if function is None:
        return False
    names = {each.id for each in function.walk() if isinstance(each, ast.Name)} | {function.name}
    names |= {each.attr for each in function.walk() if isinstance(each, ast.Attribute)}
    return any(not ABOUT.isdisjoint(words_of(name)) for name in names)
