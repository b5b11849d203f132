"""RSC821: secrets in logs and errors."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from typing import ClassVar

from rescind.reading import Function
from rescind.review.finding import Class, Finding, Severity, Step
from rescind.review.flow import Origin
from rescind.review.flow.conditions import conditions
from rescind.review.look import Look
from rescind.review.naming.words import ABOUT, secret_kind, words_of
from rescind.review.rule import Rule
from rescind.review.secrets.named import holds_text
from rescind.review.secrets.objects import is_secret
from rescind.review.secrets.telling import Told, everything_told
from rescind.review.uses.revealing import REMOTE, secrets
from rescind.review.uses.tellers import is_of_some_caller, tellers, told_by_callers

FORMAT = re.compile(r"(?i)\{(?:authorization|cookie|x-[\w-]*(?:key|token|secret))\}i")


class RSC821(Rule):
    """A secret is written to a log or into the text of an error.

    What it checks:
        What loggers of any library, ``print`` in code of servers, reports of errors, audit rows and the texts
        of exceptions are given.

    Why it matters:
        Logs are kept for longer, read by more people and copied to more machines than the database that
        the secret came from. A token in a log signs in whoever reads it.

    How it is decided:
        What is told is followed back through variables, formats and functions to passwords, tokens,
        one-time codes, keys and MACs, to all headers or cookies of a request, to the body of a
        request to sign in, and to the answer of a token endpoint; to objects whose text says such a
        field, to mappings that such a thing is taken out of, to addresses with one in them, to the
        arguments that a decorator sees of a function with a password. What is done with a value
        counts more than its name: one that is held against a hash of a password, or made into one,
        one that is compared in equal time, that is made at random for a token or kept as a digest,
        that is signed, and links with one of these are secrets. What was masked or taken out before
        is fine. Ids, lengths, kinds of errors, the first or last characters, digests and what a
        function with a name like ``mask`` gives are fine, and so is what a program for the terminal
        prints. Where a function does nothing but tell what it is given, and only some of its callers
        give it a secret, these are named.

    Fix:
        Log the id of the user, of the session or of the key, or the first characters.

    References:
        ASVS 16.2.5, CWE-532

    Since:
        0.1
    """

    kind: ClassVar[Class] = "secret_log"
    severity: ClassVar[Severity] = "high"

    def prepare(self, look: Look) -> None:
        tellers(look)

    def check(self, look: Look) -> Iterator[Finding]:
        yield from self.formats(look)
        yield from self.handed(look)
        for told in everything_told(look):
            origins = [
                each
                for each in told_of(look, told)
                if not is_of_some_caller(look, told.call, each) and not is_missing(look, told.call, each)
            ]
            kept = kept_as(look, told.call) if not origins and told.where in {"a log", "a report"} else None
            if kept is not None:
                yield self.finding(
                    look,
                    told.call,
                    f"`{kept}` becomes part of {told.where}",
                    confidence="medium",
                    fix="tell the id of who it belongs to, or its first characters",
                )
            elif origins:
                place = look.module.place(told.call)
                yield self.finding(
                    look,
                    told.call,
                    f"{origins[0].name} becomes part of {told.where}",
                    trace=(*origins[0].steps, Step(place.file, place.line, "is told")),
                    fix="tell the id of who it belongs to, or its first characters",
                )

    def formats(self, look: Look) -> Iterator[Finding]:
        """The format of a server's log of requests: ``%({Authorization}i)s``."""
        for setting in look.settings if "access_log_format" in look.lowered else ():
            texts = look.values(setting.value).texts if setting.name.lower() == "access_log_format" else ()
            if any(FORMAT.search(each) for each in texts):
                yield self.finding(
                    look,
                    setting.value,
                    "a header that lets somebody in becomes part of a log",
                    fix="leave it out of the format",
                )

    def handed(self, look: Look) -> Iterator[Finding]:
        """By calls of functions that tell what they are given, where others give them nothing secret."""
        for (file, line), each in told_by_callers(look).items():
            if file == look.module.file:
                yield self.finding(
                    look,
                    each.call.node,
                    f"{each.origin.name} becomes part of {each.where}",
                    trace=(*each.origin.steps, Step(file, line, "is given to what tells it")),
                    fix="tell the id of who it belongs to, or its first characters",
                )


def is_missing(look: Look, node: ast.AST, origin: Origin) -> bool:
    """``if "access_token" not in data: log.error("no token in %s", data)``"""
    name = origin.name.strip("`")
    for each in conditions(look.module, node):
        test = each.test
        if not isinstance(test, ast.Compare) or not isinstance(test.ops[0], ast.In | ast.NotIn):
            continue
        absent = each.holds is isinstance(test.ops[0], ast.NotIn)
        if absent and isinstance(test.left, ast.Constant) and test.left.value == name:
            return True
    return False


def told_of(look: Look, told: Told) -> list[Origin]:
    """The secrets in what is told."""
    policy = secrets(look)
    found = [origin for each in told.what for origin in look.origins(each, policy) if origin.kind == "named"]
    if told.where != "an error":
        return found
    lines = look.function(told.call)
    return [
        each
        for each in found
        if lines is not None
        and (is_own_mac(each) or is_header(each) or (tells(each.name) and within(lines, each)))
    ]


def within(function: Function, origin: Origin) -> bool:
    """Whether a secret is named in the function itself: what comes from afar may be anything by now."""
    first, last = function.place.line, function.place.end_line
    return all(step.file == function.module.file and first <= step.line <= last for step in origin.steps)


def kept_as(look: Look, node: ast.AST) -> str | None:
    """The name of a secret under which something is told: ``log.info("issued", token=made)``."""
    for each in node.keywords if isinstance(node, ast.Call) else ():
        name, value = each.arg or "", each.value
        if (
            not is_secret(name)
            or words_of(name)[-1:] in {("id",), ("sid",)}
            or not isinstance(value, ast.Name)
        ):
            continue
        about = secret_kind(value.id) == "" and not ABOUT.isdisjoint(words_of(value.id))
        if not about and holds_text(look, value, look.scope(value)):
            return name
    return None


def is_own_mac(origin: Origin) -> bool:
    """Whether it is the right MAC, worked out for this error alone."""
    return origin.name == "a MAC" and not any(step.note.startswith("given to") for step in origin.steps)


def is_header(origin: Origin) -> bool:
    """Whether it is the header by which somebody is let in, with what is in it."""
    return origin.name.strip("`").lower() in {"authorization", "x-api-key", "cookie"}


def tells(name: str) -> bool:
    """Of errors only what nobody mistakes: parsers tell of tokens, too, and a refusal has none in it."""
    bare = name.strip("`")
    if words_of(bare)[-1:] in {("hash",), ("hashed",), ("digest",)}:
        return False  # of which kind a hash is
    return bare not in {"token", "tokens", "key", "code", REMOTE} and not bare.isupper()
