"""RSC701: secrets that can be guessed."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from typing import ClassVar

from rescind.reading import Call, walk
from rescind.review.finding import Class, Finding, Severity
from rescind.review.look import Look
from rescind.review.naming.called import called, called_function
from rescind.review.naming.words import words_of
from rescind.review.rule import Rule
from rescind.review.secrets.comparing import fed_later
from rescind.review.secrets.digests import callee, fast_parameters
from rescind.review.secrets.written import written
from rescind.review.settings.stages import for_development
from rescind.review.tokens.clock import CLOCK, is_clock, of_clock
from rescind.review.tokens.foreseen import of_what_others_know, put_of_known
from rescind.review.tokens.generators import is_handed_weak, is_strong, is_weak
from rescind.review.tokens.lengths import PASSWORD_WEAKEST, TYPED_WEAKEST, short_by_caller, short_of
from rescind.review.uses.purpose import is_for_password, is_for_secret, speaks

TWISTER = re.compile(
    r"^(?:numpy\.)?random\.(?:(?:Random|RandomState|default_rng|Generator)(?:\(\))?\.)?(?:random|randint|randrange"
    r"|choice|choices|sample|getrandbits|uniform|randbytes|rand|integers|bytes|shuffle|random_integers)$"
)
# What turns a number into letters, and anybody turns back.
COUNTED = re.compile(r"^(?:hashids\.Hashids|sqids\.(?:\w+\.)?Sqids)$")
CODED = re.compile(r"^(?:base64\.\w+encode|binascii\.hexlify|zlib\.(?:crc32|adler32))$")
CLOCKS = re.compile(r"\btime\.time(?:_ns)?\(\)|datetime\.(?:utc)?now\(")
HASHES = re.compile(
    r"^(?:uuid\.uuid[35]|hashlib\.\w+|zlib\.(?:crc32|adler32)|hash|base64\.\w+|binascii\.hexlify)$"
)
# One of a list, as it is: a word, a name, a sample.
PICKS = {"choice", "sample", "uniform"}
STRONG = re.compile(
    r"\b(?:secrets|_?secrets?_module)\.|urandom|uuid4|SystemRandom|get_random_string|token_hex|token_urlsafe"
)
KNOWN = re.compile(r"e?mail|user|\bname|\bid\b|_id\b|\.pk\b|phone")
SECRET = re.compile(
    r"secret|key\b|password|passw|\bpwd|salt|token|nonce|random|pepper|content|body|(?<![a-z])data|file|page|credential"
)
ASKED = re.compile(
    r"get_\w+_argument|request\.\w+|req\.\w+"
)  # by what a row was found, it was made of nothing
FIX = "use secrets.token_urlsafe(32)"
KEEPS = {"set_cookie", "set", "setex"}
TEXTS = {"str", "hex", "format", "strftime", "isoformat", "join", "b64encode", "urlsafe_b64encode"}


class RSC701(Rule):
    """A token, a code or a password can be guessed.

    What it checks:
        What ``random``, the clock, version 1 UUIDs, object ids, digests and encodings of what others know and
        numbers through Hashids or Sqids make, what is counted up, what is put together of nothing but names
        and ids, and what is too short, also where a caller says how long.

    Why it matters:
        Who has seen some output of ``random`` knows the rest; the clock and the number of a network card are
        no secrets; 24 bits are tried in minutes.

    How it is decided:
        By what the value is made for: the names of variables, arguments, columns, keys and functions that it
        goes into, what class it is a field of, an end in minutes beside it, and by columns under which the
        project looks up what lets in, or against which it holds what somebody sends, also by way of functions
        with a neutral name and of lists of letters.
        A generator that is handed in is followed to whoever hands it in. Jitter, samples, one out of a list,
        names of files and public ids are fine, and so are ``SystemRandom`` and ``secrets`` by any name;
        short codes that a person types are fine when they come from there.

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
            clock = any(CLOCK.match(each.name) and each.name != "uuid.uuid1" for each in call.named)
            far = 0 if clock else 2
            said = what if what and is_for_secret(look, purpose(look, call), depth=far) else short(look, call)
            if said and not for_development(look, node):
                yield self.finding(look, node, said, fix=FIX)
        named = [each for each in look.module.functions if speaks(each.name)]
        others = dict((*made_later(look), *of_what_others_know(look), *of_clock(look, named)))
        for place, said in others.items():
            if not for_development(look, place):
                yield self.finding(look, place, said, confidence="medium", fix=FIX)


def short(look: Look, call: Call) -> str:
    """Of what is random, for a secret and too short, how short; what a person types may be shorter."""
    bits = short_of(look, call)
    if bits is None:
        bits = short_by_caller(look, call)
    if bits is None or not is_for_secret(look, call.node):
        return ""
    if not is_for_secret(look, call.node, typed=False):
        least = PASSWORD_WEAKEST if is_for_password(look, call.node) else TYPED_WEAKEST
        if bits >= least:
            return ""
    return f"{bits:.0f} bits can be tried"


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


SIZES = frozenset(["length", "len", "size", "index", "idx"])


def is_size(look: Look, call: Call) -> bool:
    """``length = randint(24, 32)``: how long it is, or which one, and not what it says."""
    statement = look.module.statement_of(call.node)
    if called_function(call.node) not in {"randint", "randrange"} or not isinstance(statement, ast.Assign):
        return False
    return not SIZES.isdisjoint(words_of(called(statement.targets[0]))[-1:])


def guessable(look: Look, call: Call) -> str:
    names = [each.name for each in call.named]
    twister = any(TWISTER.match(name) for name in names) or is_weak(look, call)
    if twister and not system(look, call) and not picked(look, call) and not is_size(look, call):
        said = "made by random, whose next output is known from the last ones"
    elif is_handed_weak(look, call):
        said = "made by what random gives, which is known from what it gave before"
    elif "uuid.uuid1" in names or "uuid.uuid6" in names:
        said = "a version 1 UUID is the clock and the number of the network card"
    elif any(name in {"bson.ObjectId", "bson.objectid.ObjectId"} for name in names) and not call.node.args:
        said = "an ObjectId is the clock and a counter"
    elif any(CODED.match(name) for name in names) and put_of_known(look, call.node):
        said = "what others know, in other letters"
    elif of_counter(look, call):
        said = "a number in other letters, which anybody turns back and counts on"
    elif (any(HASHES.match(name) for name in names) or digests(look, call)) and of_known(look, call):
        said = "a digest of the clock and of what others know"
    elif any(CLOCK.match(name) for name in names) and is_text(look, call.node):
        said = "the clock is no secret"
    elif "id" in names and is_text(look, call.node):
        said = "where an object lies in memory is no secret"
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


def is_text(look: Look, node: ast.Call) -> bool:
    """Whether the clock becomes a text that is kept: ``f"{user}-{time.time()}"``."""
    texts = False
    for above in look.module.above(node):
        if isinstance(above, ast.JoinedStr):
            texts = True
        elif isinstance(above, ast.Call):
            name = getattr(above.func, "id", getattr(above.func, "attr", ""))
            if name in KEEPS and texts:
                return True
            if name not in TEXTS | {"int", "encode", "repr", "round", "timestamp"}:
                return False
            texts = texts or name in TEXTS
        elif isinstance(above, ast.stmt):
            return texts and isinstance(above, ast.Assign | ast.AnnAssign | ast.Return)
        elif not isinstance(above, ast.FormattedValue | ast.BinOp | ast.Attribute | ast.Subscript):
            return False
    return False


def held_by(look: Look, call: Call) -> tuple[str, ...]:
    """The types of what a method is called of."""
    func = call.node.func
    value = func.value if isinstance(func, ast.Attribute) else None
    types = look.project.types_of(value, look.scope(value)) if value is not None else ()
    return tuple(each.name for each in types)


def of_counter(look: Look, call: Call) -> bool:
    """``hashids.encode(user.id)``"""
    named = called_function(call.node) in {"encode", "encrypt"} and call.node.args
    return bool(named) and any(COUNTED.match(each) for each in held_by(look, call))


def system(look: Look, call: Call) -> bool:
    func = call.node.func
    value = func.value if isinstance(func, ast.Attribute) else None
    named = [each.name for each in look.named(value)] if value is not None else []
    return is_strong(look, call) or any("SystemRandom" in each for each in (*named, *held_by(look, call)))


def of_known(look: Look, call: Call) -> bool:
    """Whether a digest is made of the clock, or of what others know, and of nothing secret or random."""
    given = [*call.node.args, *(each for each in fed_later(look, call.node) if isinstance(each, ast.expr))]
    texts = ASKED.sub("", " ".join(written(look, each, 2) for each in given).lower())
    if STRONG.search(texts) or re.search(r"hmac\.|random\.", texts) or SECRET.search(texts):
        return False
    if KNOWN.search(texts) and (call.name.startswith(("hashlib.", "uuid.", "zlib.")) or call.name == "hash"):
        return True
    inner = [each for argument in given for each in walk(argument) if isinstance(each, ast.Call)]
    clock = any(CLOCK.match(look.name(each.func)) or gives_clock(look, each) for each in inner)
    return clock or CLOCKS.search(texts) is not None


def digests(look: Look, call: Call) -> bool:
    """Whether a function of the project gives back a digest of what it is given."""
    made = callee(call)
    return made is not None and bool(fast_parameters(look, made))


def gives_clock(look: Look, node: ast.Call) -> bool:
    """``stamp()`` of ``def stamp(): return str(int(time.time()))``"""
    made = callee(look.call(node))
    if made is None or not made.returns:
        return False
    home = look.beside(made.module)
    return all(any(is_clock(home, part) for part in walk(each)) for each in made.returns)
