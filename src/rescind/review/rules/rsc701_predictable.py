"""RSC701: secrets that can be guessed."""

from __future__ import annotations

import ast
import math
import re
from collections.abc import Iterator
from typing import ClassVar

from rescind.reading import Call, walk
from rescind.review.called import called_function
from rescind.review.comparing import fed_later
from rescind.review.finding import Class, Finding, Severity
from rescind.review.look import Look
from rescind.review.purpose import is_for_secret
from rescind.review.rule import Rule
from rescind.review.stages import for_development
from rescind.review.words import words_of
from rescind.review.written import written

TWISTER = re.compile(
    r"^(?:numpy\.)?random\.(?:(?:Random|RandomState|default_rng|Generator)(?:\(\))?\.)?(?:random|randint|randrange"
    r"|choice|choices|sample|getrandbits|uniform|randbytes|rand|integers|bytes|shuffle|random_integers)$"
)
MAKES = frozenset(
    ["random", "randint", "randrange", "choice", "choices", "sample", "getrandbits", "uniform", "randbytes"]
)
# What turns a number into letters, and anybody turns back.
COUNTED = re.compile(r"^(?:hashids\.Hashids|sqids\.(?:\w+\.)?Sqids)$")
CLOCK = re.compile(
    r"^(?:time\.(?:time|time_ns|monotonic|perf_counter)|datetime\.(?:datetime|date)\.(?:now|utcnow|today)|django\.utils\.timezone\.now|uuid\.uuid1|os\.getpid)$"
)
CLOCKS = re.compile(r"\btime\.time(?:_ns)?\(\)|datetime\.(?:utc)?now\(")
HASHES = re.compile(
    r"^(?:uuid\.uuid[35]|hashlib\.\w+|zlib\.(?:crc32|adler32)|hash|base64\.\w+|binascii\.hexlify)$"
)
# Calls that give so many bytes.
BYTES = re.compile(
    r"^(?:secrets\.token_(?:hex|urlsafe|bytes)|os\.urandom|django\.utils\.crypto\.get_random_string|secrets\.randbits)$"
)
# One of a list, as it is: a word, a name, a sample.
PICKS = {"choice", "sample", "uniform"}
STRONG = re.compile(
    r"\b(?:secrets|_?secrets?_module)\.|urandom|uuid4|SystemRandom|get_random_string|token_hex|token_urlsafe"
)
KNOWN = re.compile(r"e?mail|user|\bname|\bid\b|_id\b|\.pk\b|phone")
SECRET = re.compile(
    r"secret|key\b|password|passw|\bpwd|salt|token|nonce|random|pepper|content|body|data|file|page|credential"
)
# What others know, and nothing else.
OTHERS_KNOW = re.compile(
    r"^(?:str\(|int\()?(?:[\w.]*\.)?(?:id|pk|username|user_id|email|user_email|phone\w*|user|login|time\(\)|timestamp)\)*$"
)
TYPED_CODE = re.compile(r"string\.digits|^['\"]\d+['\"]$")
FIX = "use secrets.token_urlsafe(32)"
TEXTS = {"str", "hex", "format", "strftime", "isoformat", "join", "b64encode", "urlsafe_b64encode"}
WEAKEST = 64  # bits


class RSC701(Rule):
    """A token, a code or a password can be guessed.

    What it checks:
        What ``random``, the clock, version 1 UUIDs, digests of what others know and numbers through Hashids
        or Sqids make, what is put together of nothing but names and ids, and what is too short.

    Why it matters:
        Who has seen some output of ``random`` knows the rest; the clock and the number of a network card are
        no secrets; 24 bits are tried in minutes.

    How it is decided:
        By what the value is made for: the names of variables, arguments, columns, keys and functions that it
        goes into, also by way of functions with a neutral name and of lists of letters. Jitter, samples,
        one out of a list, names of files and public ids are fine, and so are ``SystemRandom`` and ``secrets``
        by any name; short codes that a person types are fine when they come from there.

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
            far = 0 if any(CLOCK.match(each.name) for each in call.named) else 2
            said = what if what and is_for_secret(look, purpose(look, call), depth=far) else short
            if short and said == short and not is_for_secret(look, node, typed=False):
                continue
            if said and not for_development(look, node):
                yield self.finding(look, node, said, fix=FIX)
        for place, said in (*made_later(look), *of_what_others_know(look)):
            if not for_development(look, place):
                yield self.finding(look, place, said, confidence="medium", fix=FIX)


def purpose(look: Look, call: Call) -> ast.AST:
    """The node whose use says what is made: of ``shuffle(letters)`` the letters, wherever they go."""
    if called_function(call.node) != "shuffle" or not call.node.args:
        return call.node
    given, function = call.node.args[0], look.function(call.node)
    name = given.id if isinstance(given, ast.Name) else ""
    for each in function.walk() if name and function is not None else ():
        used = isinstance(each, ast.Name) and each.id == name and isinstance(each.ctx, ast.Load)
        if used and each is not given and is_for_secret(look, each):
            return each
    return call.node


def made_later(look: Look) -> Iterator[tuple[ast.AST, str]]:
    """``CharField(default=uuid.uuid1)``: a function that makes the value for each row."""
    for setting in look.settings if "default" in look.module.text else ():
        if setting.name in {"default", "default_factory", "insert_default", "factory"} and isinstance(
            setting.value, ast.Name | ast.Attribute
        ):
            name = look.name(setting.value)
            if (name == "uuid.uuid1" or TWISTER.match(name)) and is_for_secret(look, setting.value):
                yield setting.value, "a value that can be guessed is made for each row"


def of_what_others_know(look: Look) -> Iterator[tuple[ast.AST, str]]:
    """``token = f"{user.id}-{user.email}"``, ``sid = str(len(sessions) + 1)``."""
    for setting in look.settings:
        words = words_of(setting.name)
        if not words or words[-1] not in {"token", "sid", "apikey"} or words[0] in {"no", "next", "page"}:
            continue
        if known_alone(look, setting.value) and look.near_auth(setting.node):
            yield setting.value, "made of what others know, and of nothing else"


def known_alone(look: Look, node: ast.expr) -> bool:
    if (
        isinstance(node, ast.Call)
        and called_function(node) in {"str", "format", "hex"}
        and len(node.args) == 1
    ):
        inner = node.args[0]
        counts = isinstance(inner, ast.BinOp) and isinstance(inner.op, ast.Add)
        return counts and re.match(r"len\(.+\) \+ 1$", look.module.source_of(inner)) is not None
    pieces: list[ast.expr] = []
    if isinstance(node, ast.JoinedStr):
        pieces = [each.value for each in node.values if isinstance(each, ast.FormattedValue)]
    elif isinstance(node, ast.BinOp) and isinstance(node.op, ast.Add):
        pieces = [each for each in added(node) if not isinstance(each, ast.Constant)]
    return bool(pieces) and all(OTHERS_KNOW.match(look.module.source_of(each)) for each in pieces)


def added(node: ast.expr) -> Iterator[ast.expr]:
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Add):
        yield from added(node.left)
        yield from added(node.right)
    else:
        yield node


def guessable(look: Look, call: Call) -> str:
    names = [each.name for each in call.named]
    twister = any(TWISTER.match(name) for name in names) or of_generator(look, call)
    if twister and not system(look, call) and not picked(look, call):
        said = "made by random, whose next output is known from the last ones"
    elif "uuid.uuid1" in names:
        said = "a version 1 UUID is the clock and the number of the network card"
    elif of_counter(look, call):
        said = "a number in other letters, which anybody turns back and counts on"
    elif any(HASHES.match(name) for name in names) and of_known(look, call):
        said = "a digest of the clock and of what others know"
    elif any(CLOCK.match(name) for name in names) and is_text(look, call.node):
        said = "the clock is no secret"
    else:
        return ""
    statement = look.module.statement_of(call.node)
    return "" if statement is not None and STRONG.search(look.module.source_of(statement)) else said


def picked(look: Look, call: Call) -> bool:
    """``word = random.choice(words)``: one of a list, and not letter by letter."""
    if called_function(call.node) not in PICKS:
        return False
    for above in look.module.above(call.node):
        if isinstance(
            above, ast.GeneratorExp | ast.ListComp | ast.For | ast.While | ast.AugAssign | ast.BinOp
        ):
            return False
        if isinstance(above, ast.Call) and called_function(above) in {"join", "append", "str", "list"}:
            return False
        if isinstance(above, ast.JoinedStr):
            return False
        if isinstance(above, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda):
            return True
    return True


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
        cut = only.value if only is not None and isinstance(only.value, int) and starts(above.slice) else None
    if isinstance(look.module.parent_of(call.node), ast.comprehension):
        return ""  # byte by byte
    letters = letter_by_letter(look, call)
    if letters is not None and letters < WEAKEST:
        return f"{letters:g} bits can be tried"
    for each in call.named:
        bits = bits_of(look, call, each.name)
        if cut is not None and cut > 0 and (BYTES.match(each.name) or each.name == "uuid.uuid4"):
            bits = cut * (6 if "urlsafe" in each.name else 4)
        if bits is not None and bits < WEAKEST:
            return f"{bits:g} bits can be tried"
    return ""


def starts(node: ast.Slice) -> bool:
    return node.lower is None or (isinstance(node.lower, ast.Constant) and node.lower.value == 0)


def letter_by_letter(look: Look, call: Call) -> float | None:
    """The bits of ``"".join(secrets.choice(letters) for _ in range(8))``."""
    above = look.module.parent_of(call.node)
    if not any(each.name == "secrets.choice" for each in call.named) or not call.node.args:
        return None
    if not isinstance(above, ast.GeneratorExp | ast.ListComp):
        return None
    times = above.generators[0].iter
    if not isinstance(times, ast.Call) or called_function(times) != "range" or len(times.args) != 1:
        return None
    only, source = look.values(times.args[0]).only, look.module.source_of(call.node.args[0])
    if only is None or not isinstance(only.value, int) or TYPED_CODE.search(source):
        return None
    letters = max((len(set(each)) for each in look.values(call.node.args[0]).texts), default=0)
    return only.value * math.log2(letters if letters > 9 else 62)


def is_text(look: Look, node: ast.Call) -> bool:
    """Whether the clock becomes a text that is kept: ``f"{user}-{time.time()}"``."""
    texts = False
    for above in look.module.above(node):
        if isinstance(above, ast.JoinedStr):
            texts = True
        elif isinstance(above, ast.Call):
            name = getattr(above.func, "id", getattr(above.func, "attr", ""))
            if name not in TEXTS | {"int", "encode", "repr", "round", "timestamp"}:
                return False
            texts = texts or name in TEXTS
        elif isinstance(above, ast.stmt):
            return texts and isinstance(above, ast.Assign | ast.AnnAssign | ast.Return)
        elif not isinstance(above, ast.FormattedValue | ast.BinOp | ast.Attribute):
            return False
    return False


def held_by(look: Look, call: Call) -> tuple[str, ...]:
    """The types of what a method is called of."""
    func = call.node.func
    value = func.value if isinstance(func, ast.Attribute) else None
    types = look.project.types_of(value, look.scope(value)) if value is not None else ()
    return tuple(each.name for each in types)


def of_generator(look: Look, call: Call) -> bool:
    """``_random.choice(letters)`` where ``_random = Random(time())``."""
    return called_function(call.node) in MAKES and "random.Random" in held_by(look, call)


def of_counter(look: Look, call: Call) -> bool:
    """``hashids.encode(user.id)``"""
    named = called_function(call.node) in {"encode", "encrypt"} and call.node.args
    return bool(named) and any(COUNTED.match(each) for each in held_by(look, call))


def system(look: Look, call: Call) -> bool:
    func = call.node.func
    value = func.value if isinstance(func, ast.Attribute) else None
    named = [each.name for each in look.named(value)] if value is not None else []
    return any("SystemRandom" in each for each in (*named, *held_by(look, call)))


def of_known(look: Look, call: Call) -> bool:
    """Whether a digest is made of the clock, or of what others know, and of nothing secret or random."""
    given = [*call.node.args, *(each for each in fed_later(look, call.node) if isinstance(each, ast.expr))]
    texts = " ".join(written(look, each, 2) for each in given).lower()
    if STRONG.search(texts) or re.search(r"hmac\.|random\.", texts) or SECRET.search(texts):
        return False
    if KNOWN.search(texts) and (call.name.startswith(("hashlib.", "uuid.")) or call.name == "hash"):
        return True
    inner = [each for argument in given for each in walk(argument) if isinstance(each, ast.Call)]
    return any(CLOCK.match(look.name(each.func)) for each in inner) or CLOCKS.search(texts) is not None


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
    letters = call.argument("allowed_chars", 1)
    if letters is not None and TYPED_CODE.search(look.module.source_of(letters)):
        return None  # a code that a person types
    if name.endswith("randbits"):
        return only.value
    return only.value * (6 if name.endswith("get_random_string") else 8)
