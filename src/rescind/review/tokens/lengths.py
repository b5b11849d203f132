"""How many bits something random has, also where another function decides how long it is."""

from __future__ import annotations

import ast
import math
import re
from collections.abc import Iterator
from typing import NamedTuple

from rescind.reading import Call, Function, Parameter
from rescind.review.flow.calls import bind
from rescind.review.look import Look
from rescind.review.naming.called import called_function
from rescind.review.once import once

# Calls that give so many bytes, or letters.
BYTES = re.compile(
    r"^(?:secrets\.(?:token_(?:hex|urlsafe|bytes)|randbits|randbelow)|os\.urandom|random\.SystemRandom\(?\)?\.randbytes"
    r"|django\.utils\.crypto\.get_random_string|werkzeug\.security\.gen_salt|pyotp\.(?:\w+\.)?random_base32"
    r"|authlib\.common\.security\.generate_token|nanoid\.generate)$"
)
PER_UNIT = {
    "randbits": 1,
    "get_random_string": 6,
    "gen_salt": 6,
    "generate_token": 6,
    "random_base32": 5,
    "generate": 6,
}
NAMES = ("nbytes", "length", "k", "size", "n")
TYPED_CODE = re.compile(r"string\.digits|^['\"]\d+['\"]$|DIGITS\b")
STRONG = re.compile(r"(?:^|\.)(?:secrets\.(?:choice|SystemRandom.*)|random\.SystemRandom\(\)\.\w+)$")
WEAKEST = 64  # bits
TYPED_WEAKEST = 13  # of a code that a person types, a little less than four digits
PASSWORD_WEAKEST = 40  # of a password, which is hashed slowly


class Length(NamedTuple):
    """Of a function that makes something random: the parameter that says how much, and the bits of each."""

    name: str
    bits: float


def short_of(look: Look, call: Call) -> float | None:
    """Of what is random and too short, the bits; None: it is long enough, or not known."""
    above: ast.AST | None = call.node
    hexed = False
    while isinstance(above, ast.Call | ast.Attribute):
        hexed = hexed or getattr(above, "attr", "") == "hexdigest"
        above = look.module.parent_of(above)
    cut: int | None = None
    if (
        isinstance(above, ast.Subscript)
        and isinstance(above.slice, ast.Slice)
        and above.slice.upper is not None
    ):
        cut = number(look, above.slice.upper) if starts(above.slice) else None
    if isinstance(look.module.parent_of(call.node), ast.comprehension):
        return None  # byte by byte
    letters = letter_by_letter(look, call)
    if letters is not None and letters < WEAKEST:
        return letters
    if is_one_of_many(look, call):
        return None
    for each in call.named:
        bits = bits_of(look, call, each.name)
        if cut is not None and cut > 0:
            if BYTES.match(each.name) or each.name == "uuid.uuid4":
                bits = cut * (6 if "urlsafe" in each.name else 4)
            elif hexed and each.name.startswith("hashlib.") and of_random(look, call):
                bits = cut * 4
        if bits is not None and bits < WEAKEST:
            return bits
    return None


def is_one_of_many(look: Look, call: Call) -> bool:
    """``[str(secrets.randbelow(10)) for _ in range(6)]``: a letter of what is made, and not the whole."""
    if called_function(call.node) not in {"randbelow", "randbits"}:
        return False
    for above in look.module.above(call.node):
        if isinstance(above, ast.GeneratorExp | ast.ListComp | ast.AugAssign):
            return True
        if isinstance(above, ast.stmt):
            return isinstance(above, ast.Expr)  # digits.append(...)
    return False


def of_random(look: Look, call: Call) -> bool:
    return any(re.search(r"urandom|token_|uuid4", look.module.source_of(each)) for each in call.node.args)


def starts(node: ast.Slice) -> bool:
    return node.lower is None or (isinstance(node.lower, ast.Constant) and node.lower.value == 0)


def number(look: Look, node: ast.expr) -> int | None:
    """A number that stands in the source: as a constant, a default, the default of a setting."""
    if isinstance(node, ast.Call) and called_function(node) == "int" and node.args:
        return number(look, node.args[0])
    if isinstance(node, ast.Call) and called_function(node) in {"get", "getenv"} and len(node.args) == 2:
        return number(look, node.args[1])
    only = look.values(node).only or (default_of(look, node) if isinstance(node, ast.Name) else None)
    value = only.value if only is not None else None
    if isinstance(value, str) and value.isdigit():
        return int(value)
    return value if isinstance(value, int) and not isinstance(value, bool) else None


def default_of(look: Look, node: ast.Name) -> ast.Constant | None:
    parameter = parameter_of(look, node)
    default = parameter.default if parameter is not None else None
    return default if isinstance(default, ast.Constant) else None


def parameter_of(look: Look, node: ast.expr) -> Parameter | None:
    """The parameter of the function around that a name is, and never anything else."""
    function = look.function(node)
    if (
        function is None
        or not isinstance(node, ast.Name)
        or len(function.scope.bindings.get(node.id, ())) != 1
    ):
        return None
    return next((each for each in function.parameters if each.name == node.id), None)


def letter_by_letter(look: Look, call: Call) -> float | None:
    """The bits of ``"".join(secrets.choice(letters) for _ in range(8))``."""
    times = times_of(look, call)
    many = number(look, times) if times is not None else None
    return None if many is None else many * bits_of_letter(look, call.node.args[0])


def times_of(look: Look, call: Call) -> ast.expr | None:
    """How often a letter is chosen: in a comprehension, a loop, or by ``k``."""
    node = call.node
    if not any(STRONG.search(each.name) for each in call.named) or not node.args:
        return None
    if TYPED_CODE.search(look.module.source_of(node.args[0])):
        return None
    if called_function(node) in {"choices", "sample"}:
        return call.argument("k", 1)
    for above in look.module.above(node):
        times = None
        if isinstance(above, ast.GeneratorExp | ast.ListComp):
            times = above.generators[0].iter
        elif isinstance(above, ast.For):
            times = above.iter
        elif isinstance(above, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda):
            return None
        if isinstance(times, ast.Call) and called_function(times) == "range" and len(times.args) == 1:
            return times.args[0]
    return None


def bits_of_letter(look: Look, node: ast.expr) -> float:
    letters = max((len(set(each)) for each in look.values(node).texts), default=0)
    return math.log2(letters if letters > 1 else 62)


def bits_of(look: Look, call: Call, name: str) -> float | None:
    """How many bits a call gives; None: it is none of those, or that is not known."""
    given = size_of(look, call, name)
    many = number(look, given) if given is not None else None
    if many is None:
        return None
    if name.endswith("randbelow"):
        return math.log2(max(many, 1))
    return many * per_unit(name)


def per_unit(name: str) -> int:
    return PER_UNIT.get(name.rpartition(".")[2], 8)


def size_of(look: Look, call: Call, name: str) -> ast.expr | None:
    """What says how much a call gives; of a code that a person types nothing."""
    if not BYTES.match(name):
        return None
    letters = call.argument("allowed_chars", 1)
    if letters is not None and TYPED_CODE.search(look.module.source_of(letters)):
        return None
    return next((given for each in NAMES if (given := call.argument(each, 0)) is not None), None)


def short_by_caller(look: Look, call: Call) -> float | None:
    """Of a call of the project that says how long, the bits that come out, if they are too few."""
    for each in call.named:
        made = each.definition
        length = length_of(look, made) if isinstance(made, Function) else None
        if length is None or not isinstance(made, Function):
            continue
        given = bind(made, call.node, look.scope(call.node)).get(length.name)
        many = number(look, given[0]) if given is not None else None
        if many is not None and many * length.bits < WEAKEST:
            return many * length.bits
    return None


@once
def length_of(look: Look, function: Function) -> Length | None:
    """The parameter that says how much a function makes."""
    text = function.module.text
    if not any(word in text for word in ("secrets", "urandom", "SystemRandom", "random_string")):
        return None
    return next(lengths(look.beside(function.module), function), None)


def lengths(look: Look, function: Function) -> Iterator[Length]:
    for call in function.calls:
        times = times_of(look, call)
        if times is not None:
            parameter = parameter_of(look, times)
            if parameter is not None:
                yield Length(parameter.name, bits_of_letter(look, call.node.args[0]))
        for each in call.named:
            size = size_of(look, call, each.name)
            parameter = parameter_of(look, size) if size is not None else None
            if parameter is not None and not each.name.endswith("randbelow"):
                yield Length(parameter.name, per_unit(each.name))
