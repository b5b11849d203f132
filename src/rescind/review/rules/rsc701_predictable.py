"""RSC701: secrets that can be guessed."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from typing import ClassVar

from rescind.reading import Call, walk
from rescind.review.finding import Class, Finding, Severity
from rescind.review.look import Look
from rescind.review.purpose import is_for_secret
from rescind.review.rule import Rule
from rescind.review.stages import for_development

TWISTER = re.compile(
    r"^(?:numpy\.)?random\.(?:Random(?:\(\))?\.)?(?:random|randint|randrange|choice|choices|sample|getrandbits|uniform|randbytes|rand|integers)$"
)
CLOCK = re.compile(
    r"^(?:time\.(?:time|time_ns|monotonic|perf_counter)|datetime\.(?:datetime|date)\.(?:now|utcnow|today)|django\.utils\.timezone\.now|uuid\.uuid1|os\.getpid)$"
)
HASHES = re.compile(r"^(?:hashlib\.\w+|zlib\.(?:crc32|adler32)|hash|base64\.\w+|binascii\.hexlify)$")
# Calls that give so many bytes.
BYTES = re.compile(
    r"^(?:secrets\.token_(?:hex|urlsafe|bytes)|os\.urandom|django\.utils\.crypto\.get_random_string|secrets\.randbits)$"
)
FIX = "use secrets.token_urlsafe(32)"
WEAKEST = 64  # bits


class RSC701(Rule):
    """A token, a code or a password can be guessed.

    What it checks:
        What ``random``, the clock, version 1 UUIDs and digests of what others know make, and what is too
        short.

    Why it matters:
        Who has seen some output of ``random`` knows the rest; the clock and the number of a network card are
        no secrets; 24 bits are tried in minutes.

    How it is decided:
        By what the value is made for: the names of variables, arguments, columns, keys and functions that it
        goes into. Jitter, samples, names of files and public ids are fine, and so are ``SystemRandom`` and
        ``secrets`` by any name; short codes that a person types are fine when they come from there.

    Fix:
        ``secrets.token_urlsafe(32)``; for codes ``secrets.randbelow(1_000_000)``.

    References:
        ASVS 11.5.1, CWE-330, CWE-338, CWE-331

    Since:
        0.1
    """

    kind: ClassVar[Class] = "predictable"
    severity: ClassVar[Severity] = "high"

    def check(self, look: Look) -> Iterator[Finding]:
        for call in look.calls:
            what, node = guessable(look, call), call.node
            short = short_of(look, call)
            said = what if what and is_for_secret(look, node) else short
            if short and said == short and not is_for_secret(look, node, typed=False):
                continue
            if said and not for_development(look, node):
                yield self.finding(look, node, said, fix=FIX)


def guessable(look: Look, call: Call) -> str:
    names = [each.name for each in call.named]
    if any(TWISTER.match(name) for name in names) and not system(look, call):
        return "made by random, whose next output is known from the last ones"
    if "uuid.uuid1" in names:
        return "a version 1 UUID is the clock and the number of the network card"
    if any(HASHES.match(name) for name in names) and call.node.args and of_clock(look, call):
        return "a digest of the clock and of what others know"
    if any(CLOCK.match(name) for name in names) and is_text(look, call.node):
        return "the clock is no secret"
    return ""


def short_of(look: Look, call: Call) -> str:
    """Of what is random and too short, how short."""
    above: ast.AST | None = call.node
    while isinstance(above, ast.Call | ast.Attribute):
        above = look.module.parent_of(above)
    cut: int | None = None
    if (
        isinstance(above, ast.Subscript)
        and isinstance(above.slice, ast.Slice)
        and above.slice.upper is not None
    ):
        only = look.values(above.slice.upper).only
        cut = (
            only.value
            if only is not None and isinstance(only.value, int) and above.slice.lower is None
            else None
        )
    for each in call.named:
        bits = bits_of(look, call, each.name)
        if cut is not None and cut > 0 and (BYTES.match(each.name) or each.name == "uuid.uuid4"):
            bits = cut * (6 if "urlsafe" in each.name else 4)
        if bits is not None and bits < WEAKEST:
            return f"{bits:g} bits can be tried"
    return ""


def is_text(look: Look, node: ast.Call) -> bool:
    """Whether the clock becomes a text that is kept: ``f"{user}-{time.time()}"``."""
    texts = False
    for above in look.module.above(node):
        if isinstance(above, ast.JoinedStr):
            texts = True
        elif isinstance(above, ast.Call):
            name = getattr(above.func, "id", getattr(above.func, "attr", ""))
            if name not in {"str", "int", "hex", "format", "encode", "repr", "round"}:
                return False
            texts = texts or name in {"str", "hex", "format"}
        elif isinstance(above, ast.stmt):
            return texts and isinstance(above, ast.Assign | ast.AnnAssign | ast.Return)
        elif not isinstance(above, ast.FormattedValue | ast.BinOp | ast.Attribute):
            return False
    return False


def system(look: Look, call: Call) -> bool:
    func = call.node.func
    value = func.value if isinstance(func, ast.Attribute) else None
    return value is not None and any(
        "SystemRandom" in each.name
        for each in (*look.named(value), *look.project.types_of(value, look.scope(value)))
    )


def of_clock(look: Look, call: Call) -> bool:
    """Whether a digest is made of the clock and of nothing that is secret or random."""
    inner = [each for argument in call.node.args for each in walk(argument) if isinstance(each, ast.Call)]
    names = [look.name(each.func) for each in inner]
    if any(name.startswith(("secrets.", "os.urandom", "hmac.")) for name in names):
        return False
    texts = " ".join(look.module.source_of(each) for each in call.node.args).lower()
    if re.search(r"secret|key\b|password|salt|token|nonce|random|pepper|content|body|data|file|page", texts):
        return False
    known = re.search(r"e?mail|user|\bname|\bid\b|\.pk\b|phone", texts) is not None
    return (known and call.name.startswith("hashlib.")) or any(CLOCK.match(name) for name in names)


def bits_of(look: Look, call: Call, name: str) -> float | None:
    """How many bits a call gives; None: it is none of those, or that is not known."""
    if not BYTES.match(name):
        return None
    given = (
        call.argument("nbytes", 0)
        or call.argument("length", 0)
        or call.argument("k", 0)
        or call.argument("size", 0)
    )
    only = look.values(given).only if given is not None else None
    if only is None or not isinstance(only.value, int):
        return None
    if name.endswith("randbits"):
        return only.value
    return only.value * (6 if name.endswith("get_random_string") else 8)
