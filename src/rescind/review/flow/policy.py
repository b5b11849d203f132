"""What takes the danger out of data on the way to a sink; each kind of sink has its own `Policy`."""

from __future__ import annotations

import ast
from collections.abc import Callable
from dataclasses import dataclass

from rescind.reading import Scope, unparsed
from rescind.review.naming.called import called_function
from rescind.review.naming.words import words_of

# Their results are numbers, truths or fixed texts, whatever they are given.
NUMBERS = frozenset(
    [
        "int", "float", "bool", "len", "round", "abs", "sum", "hash", "id", "ord", "isinstance",
        "issubclass", "type",
        "range", "hasattr", "callable", "any", "all", "complex", "uuid.UUID", "decimal.Decimal",
        "fractions.Fraction",
        "ipaddress.ip_address", "ipaddress.ip_network", "datetime.date.fromisoformat",
        "datetime.datetime.fromisoformat", "datetime.datetime.strptime", "datetime.datetime.fromtimestamp",
        "dateutil.parser.parse", "django.utils.dateparse.parse_date", "django.utils.dateparse.parse_datetime",
        "bcrypt.hashpw", "bcrypt.checkpw", "os.path.exists", "hmac.compare_digest", "secrets.compare_digest",
    ]
)  # fmt: skip
NUMBER_METHODS = frozenset(
    [
        "startswith", "endswith", "isdigit", "isalnum", "count", "index", "find", "rfind", "hexdigest",
        "digest",
        "timestamp", "bit_length", "exists", "is_valid", "verify", "check_password", "isoformat",
        "total_seconds",
    ]
)  # fmt: skip
DIGESTS = ("hashlib.", "hmac.", "secrets.", "uuid.uuid", "time.", "random.", "zlib.crc32", "zlib.adler32")
# What a name of the project's own says about what it does with its argument.
CHECKS = frozenset(
    ["allow", "allowed", "check", "checked", "ensure", "fits", "is", "permitted", "safe", "valid", "validate",
     "validated", "validator", "verify", "whitelist", "allowlist", "known", "trusted", "same", "local",
     "internal", "ok"]
)  # fmt: skip
REFUSES = frozenset(["check", "ensure", "validate", "verify", "require", "assert", "reject", "guard"])

HARMLESS = "-"  # of what a source knows to be nothing, wherever it comes from
Guard = Callable[[ast.expr, bool, str], bool]


@dataclass(frozen=True)
class Policy:
    """What a kind of sink is not hurt by.

    Attributes:
        name: of the policy; answers are kept by it.
        calls: names in full whose result is harmless.
        prefixes: the same, by how they begin.
        methods: names of methods whose result is harmless.
        guard: whether a condition that holds makes an expression harmless: condition, whether it is true,
            the text of the expression.
        special: whether a call, of these names, gives something harmless by what it is given.
        source: what else is a source, in the scope where it stands: its name, or nothing, or `HARMLESS`. It
            comes before everything else.
        through: whether a call of something outside of the project, of these names and by this method, gives
            what it is given; all do, if nothing is said.
        leading: whether a call, of these names and by this method, gives its first argument, or what it is
            called on, with the others in a place where they do no harm.
        whole: only the thing itself counts, not its attributes, items and beginnings.
        numbers: whether an annotation such as ``int`` makes a parameter harmless.
    """

    name: str
    calls: frozenset[str] = NUMBERS
    prefixes: tuple[str, ...] = DIGESTS
    methods: frozenset[str] = NUMBER_METHODS
    guard: Guard | None = None
    special: Callable[[ast.Call, list[str]], bool] | None = None
    source: Callable[[ast.expr, Scope], str] | None = None
    through: Callable[[list[str], str], bool] | None = None
    leading: Callable[[list[str], str], bool] | None = None
    whole: bool = False
    numbers: bool = True

    def cleans(self, name: str, method: str) -> bool:
        """Whether a call gives something harmless."""
        return name in self.calls or method in self.methods or name.startswith(self.prefixes)


def listed(test: ast.expr, holds: bool, subject: str) -> bool:
    """A text that was found in a list, has a known value or only harmless letters."""
    if isinstance(test, ast.Compare) and len(test.ops) == 1:
        op, right = test.ops[0], test.comparators[0]
        if isinstance(op, ast.In if holds else ast.NotIn):
            return said(test.left) == subject and not isinstance(right, ast.Constant)
        if isinstance(op, ast.Eq if holds else ast.NotEq):
            return subject in {said(test.left), said(right)} and any(
                isinstance(each, ast.Constant) or said(each).isupper() for each in (test.left, right)
            )
        return False
    if isinstance(test, ast.Call) and holds:
        return checked(test, subject)
    return False


def checked(call: ast.Call, subject: str) -> bool:
    """``x.isdigit()``, ``re.fullmatch(p, x)``, ``is_allowed(x)``, ``x in`` by any other name."""
    func, name = call.func, called_function(call)
    if isinstance(func, ast.Attribute) and said(func.value) == subject:
        return name in {"isdigit", "isnumeric", "isdecimal", "isalnum", "isalpha", "isidentifier"}
    given = {said(each) for each in call.args} | {said(each.value) for each in call.keywords}
    if subject not in given:
        return False
    return name in {"fullmatch", "match", "isinstance"} or not CHECKS.isdisjoint(words_of(name))


def said(node: ast.expr) -> str:
    """An expression as text, for telling whether two are the same."""
    return unparsed(node.value if isinstance(node, ast.NamedExpr) else node)


PLAIN = Policy("plain")
