"""RSC802: an answer says whether an account exists."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from typing import ClassVar, TypeGuard

from rescind.reading import Function, unparsed, walk
from rescind.review.accounts.serving import is_served
from rescind.review.accounts.verifying import Verifying
from rescind.review.enumeration.answers import MESSAGES, Answer, Told, answers, of_web, told
from rescind.review.enumeration.asking import asking, asks
from rescind.review.enumeration.counted import counted
from rescind.review.enumeration.lookups import Lookup, asks_there, lookups, says_there
from rescind.review.enumeration.presence import SIGNS_IN, Presence, holds, implied, plain
from rescind.review.finding import Class, Finding, Severity, Step
from rescind.review.flow.names import bindings_at
from rescind.review.look import Look
from rescind.review.naming.called import called, called_function
from rescind.review.naming.words import words_of
from rescind.review.once import once
from rescind.review.rule import Rule

OTHER = "the answer is another one where there is no account"
ONLY = "the answer is one that is only given where there is an account"
SAYS = "the answer says whether there is an account"
ONE = "give one answer, whether it exists or not"
# Of signing up, and not of "already verified".
TAKEN = re.compile(
    r"already(?![ _-]*(?:been[ _-]*)?(?:verified|confirmed|activ|validated|sent|used))|taken|in use|_exists"
    r"|(?<!not )exists\b|(?<!not )(?<!un)registered"
)
CONSTANT = re.compile(r"['\"]|\b[A-Z][A-Z_]{2,}\b")
TOLD = frozenset(
    ["value", "message", "detail", "name", "reason", "error", "code", "text", "status", "grund", "motivo",
     "fehler",
     "mensaje", "msg", "kind", "mensagem", "meldung"]
)  # fmt: skip
FAILS = re.compile(
    r"attempts|left|remaining|versuche|intentos|tentativas|bloque|gesperrt|inactiv|wrong|invalid|incorrect|locked|disabled|inactive|expired|suspend|denied|\b4\d\d\b"
)
SENDS = frozenset(
    ["forgot", "forgotten", "lost", "magic", "recover", "recovery", "remind", "reminder", "resend", "reset",
     "send", "code", "otp", "link"]
)  # fmt: skip


class RSC802(Rule):
    """An answer says whether an account exists.

    What it checks:
        What functions answer that look an account up by an address or name that somebody typed: to sign in,
        to reset a password, to send a code or a link, to check one.

    Why it matters:
        With a list of who has an account, passwords of other breaches are tried on those alone, and the
        users of a clinic or a dating site are known by name.

    How it is decided:
        What is returned, raised, flashed or kept as an error is put in three groups by the conditions
        around it: where there is no account, where there is one but no password or code was right
        yet, and both. What was found is an account where a password is held against it, where
        something is sent to it or made for it, or where it is called so. An answer of the first group
        that is in neither of the others counts, and so does one of the second, such as that an
        account is locked. Names are followed to what they hold. What says how many rows a statement
        about somebody found says it, too. Exceptions of the project count where
        a caller makes different answers of them. Registration, pages for those who are signed in,
        administration and lookups by token are left out.

    Fix:
        Give one answer: the same text, status and place, whether there is an account or not.

    References:
        ASVS 6.3.8, CWE-204

    Since:
        0.1
    """

    kind: ClassVar[Class] = "enumeration"
    severity: ClassVar[Severity] = "medium"

    def check(self, look: Look) -> Iterator[Finding]:
        verifying = Verifying(look)
        for function in asking(look):
            signs_in = proves(function) or bool(verifying.calls(function))
            asked = signs_in or asks(look, function)
            if not asked and not answered(look, function):
                continue
            for lookup in lookups(look, function):
                line = getattr(lookup.node, "lineno", 0)
                if not asked and not is_served(look, function, lookup.name, line):
                    continue
                found = self.judged(look, function, lookup, verifying, signs_in=signs_in)
                if found is not None:
                    yield found
                    break
            else:
                yield from self.existing(look, function)

    def judged(
        self, look: Look, function: Function, lookup: Lookup, verifying: Verifying, *, signs_in: bool
    ) -> Finding | None:
        checks = [
            each for each in verifying.calls(function) if each.lineno >= getattr(lookup.node, "lineno", 0)
        ]
        presence = Presence(look, function, lookup, checks)
        found = told(look, function, presence)
        if any(TAKEN.search(each.text.lower()) for each in found.there) and not sends_again(
            look, function, lookup
        ):
            return None
        if not signs_in and not reaches(look, function, found):
            return None
        if lookup.misses and lookup.handler is None and not signs_in and answered(look, function):
            return self.at(look, lookup, OTHER, None)
        other = found.differ()
        if other is not None and (
            of_web(other) or answered(look, function) or surfaces(look, function, found)
        ):
            return self.at(look, lookup, OTHER, other)
        only = found.gives_away() if signs_in or shows_only(function, found) else None
        if only is not None and refuses(only, found) and (answered(look, function) or of_web(only)):
            return self.at(look, lookup, ONLY, only)
        tells = next((each for each in function.returns if tells_there(each, lookup.name)), None)
        if tells is not None and not signs_in and answered(look, function):
            return self.finding(look, tells, SAYS, fix="do not offer this")
        if answered(look, function) and (choice := chosen_by(look, function, presence)) is not None:
            return self.finding(look, choice, OTHER, confidence="medium", fix=ONE)
        return None

    def at(self, look: Look, lookup: Lookup, message: str, answer: Answer | None) -> Finding:
        steps = []
        if answer is not None:
            place = look.module.place(answer.node)
            steps = [Step(place.file, place.line, "is only answered then")]
        return self.finding(look, lookup.node, message, confidence="medium", trace=steps, fix=ONE)

    def existing(self, look: Look, function: Function) -> Iterator[Finding]:
        """``return {"exists": User.objects.filter(email=email).exists()}``"""
        if not asks(look, function) or not answered(look, function):
            return
        for node in function.returns:
            if any(asks_there(look, each) is not None for each in walk(node)):
                yield self.finding(look, node, SAYS, fix="do not offer this")
        for each in counted(look, function):
            yield self.finding(look, each, SAYS, confidence="medium", fix=ONE)


def proves(function: Function) -> bool:
    """Whether a password or a code is compared, or given to ``authenticate``."""
    return any(
        (isinstance(each, ast.Compare) and plain(each))
        or (isinstance(each, ast.Call) and (called_function(each) in SIGNS_IN or holds(each)))
        for each in function.nodes_of(ast.Compare, ast.Call)
    )


def answered(look: Look, function: Function) -> bool:
    """Whether the function itself answers a request: what helpers give may become anything."""
    names = {each.name for each in function.parameters}
    if look.shared.flow.entries.is_handler(function) or "request" in names:
        return True
    if "from flask" in look.module.text and not look.shared.callers(function.qualname):
        return True
    if function.cls is not None and words_of(function.name)[:1] in {("clean",), ("validate",)}:
        return True
    mutates = {"mutation", "resolver"}
    return function.name == "mutate" or any(
        not mutates.isdisjoint(words_of(unparsed(each.node))) for each in function.decorators
    )


def sends_again(look: Look, function: Function, lookup: Lookup) -> bool:
    """Whether something is sent to whom was found: nobody is signed up there."""
    return bool(lookup.name) and is_served(
        look, function, lookup.name, getattr(lookup.node, "lineno", 0), by_random=False
    )


def refuses(answer: Answer, found: Told) -> bool:
    """Whether an answer lets nobody in: it says so, it is an error, or it is made like one of a refusal."""
    if answer.kind not in {"returned", "kept"} or FAILS.search(answer.text.lower()):
        return True
    made = shape(answer.text)
    return bool(made) and any(shape(each.text) == made for each in (*found.missing, *found.both))


def shape(text: str) -> str:
    """``{"error": _}`` of ``{"error": "This member has no office."}``: an answer that names an error; empty:
    it is none."""
    try:
        node = ast.parse(text, mode="eval").body
    except SyntaxError:
        return ""
    names = [
        (one.value if isinstance(one, ast.Constant) else "", value)
        for each in walk(node)
        if isinstance(each, ast.Dict)
        for one, value in zip(each.keys, each.values, strict=True)
    ]
    names += [(each.arg or "", each.value) for each in walk(node) if isinstance(each, ast.keyword)]
    errors = [name for name, value in names if is_text(value) and MESSAGES & set(words_of(str(name)))]
    return " ".join(sorted(str(name) for name, _ in names)) if errors else ""


def reaches(look: Look, function: Function, found: Told) -> bool:
    return answered(look, function) or any(of_web(each) for each in (*found.missing, *found.both))


def shows_only(function: Function, found: Told) -> bool:
    """``if user: send(user); flash("It is on its way")``, and nothing else of that kind."""
    words = set(words_of(function.name))
    return bool(words & SENDS) and not found.missing


def surfaces(look: Look, function: Function, found: Told) -> bool:
    """Whether what helpers give as different becomes different answers of whoever calls them."""
    kinds = [{part(each) for each in some if telling(each)} for some in (found.missing, found.there)]
    if not kinds[0] or not kinds[1] or kinds[0] == kinds[1]:
        return False
    if handled_apart(look, [{each.rpartition(".")[2] for each in some} for some in kinds]):
        return True
    for call in look.shared.flow.calls.callers(function):
        caller = call.module.function_of(call.node)
        if caller is not None and passes_on(look.beside(call.module), caller, call.node, kinds):
            return True
    return False


def telling(answer: Answer) -> bool:
    """An exception, a text, or a constant that stands for one: ``NO_SUCH_USER``, ``Outcome.UNKNOWN``."""
    return answer.kind == "raised" or CONSTANT.search(answer.text) is not None


def part(answer: Answer) -> str:
    """Of an exception its class."""
    return answer.text.partition("(")[0] if answer.kind == "raised" else answer.text


def passes_on(look: Look, caller: Function, call: ast.Call, kinds: list[set[str]]) -> bool:
    """Whether a caller answers differently to the exceptions, or tells what it was given."""
    below: ast.AST = call
    for above in look.module.above(call):
        if isinstance(above, ast.Try) and any(each is below for each in above.body):
            return handled(above, kinds)
        below = above
    statement = look.module.statement_of(call)
    if not isinstance(statement, ast.Assign):
        return False
    names = {each.id for target in statement.targets for each in walk(target) if isinstance(each, ast.Name)}
    return any(
        isinstance(node, ast.Name) and node.id in names and not asked_about(look, node)
        for each in answers(look, caller)
        if each.node is not statement
        for node in walk(each.node)
    )


def handled_apart(look: Look, kinds: list[set[str]]) -> bool:
    """Whether what the application has for its exceptions, ``@app.exception_handler(X)``, answers two of them
    differently, or tells what they say."""
    ends = [next((end for name in sorted(some) if (end := handler_for(look, name))), None) for some in kinds]
    first, second = ends
    if first is None or second is None:
        return False
    return first is not second or tells_exception(first)


def handler_for(look: Look, name: str) -> Function | None:
    """What is registered for an exception of the project, or for one of its ancestors."""
    handlers = registered(look)
    if not handlers:
        return None
    for module in look.project.modules:
        for cls in module.classes if name in module.text else ():
            if cls.name == name:
                names = [each.name.rpartition(".")[2] for each in cls.mro]
                return next((handlers[each] for each in names if each in handlers), None)
    return None


@once
def registered(look: Look) -> dict[str, Function]:
    """The functions that make answers of exceptions, by the names of these."""
    found: dict[str, Function] = {}
    for module in look.project.modules:
        if "errorhandler" in module.text or "exception_handler" in module.text:
            for function in module.functions:
                for each in function.decorators:
                    if each.call is not None and called_function(each.call) in HANDLERS:
                        found.update({called(one): function for one in each.call.args[:1]})
    return found


HANDLERS = frozenset(["errorhandler", "app_errorhandler", "exception_handler"])


def tells_exception(function: Function) -> bool:
    """``return jsonify(error=e.text), e.status``"""
    names = {each.name for each in function.parameters} - {"request", "self", "req"}
    return any(
        isinstance(each, ast.Name) and each.id in names for value in function.returns for each in walk(value)
    )


def asked_about(look: Look, node: ast.Name) -> bool:
    """``result.id``, ``token_for(result)``: what was found, and not what was said about it."""
    above = look.module.parent_of(node)
    if isinstance(above, ast.Subscript) and above.slice is node:
        return False  # ``MESSAGES[code]``
    if isinstance(above, ast.Attribute) and above.attr in TOLD:
        return False
    return isinstance(above, ast.Compare | ast.Attribute | ast.Subscript) or (
        isinstance(above, ast.Call) and called_function(above) not in {"flash", "str", "jsonify", "Response"}
    )


def handled(node: ast.Try, kinds: list[set[str]]) -> bool:
    """Whether the exceptions end in different handlers, or in one that tells their text."""
    ends = []
    for some in kinds:
        names = {each.rpartition(".")[2] for each in some}
        ends.append(next((each for each in node.handlers if catches(each, names)), None))
    if ends[0] is None or ends[1] is None:
        return False
    first, second = (unparsed(ast.Module(each.body, [])) for each in ends if each is not None)
    return first != second


def catches(handler: ast.ExceptHandler, names: set[str]) -> bool:
    if handler.type is None:
        return True
    return any(called(each) in names for each in walk(handler.type))


def chosen_by(look: Look, function: Function, presence: Presence) -> ast.AST | None:
    """``jsonify(error="wrong" if user else "unknown")``, ``status_code=200 if user else 404``, also by way
    of a variable."""
    for answer in answers(look, function):
        case = presence.of(answer.node)
        if case.checked or case.there is not None or not presence.is_after(answer.node):
            continue
        parts = [answer.node, *(value for each in walk(answer.node) for value in held(look, each))]
        for each in (one for part in parts for one in walk(part)):
            if is_choice(each) and implied(each.test, True, presence.is_there) is not None:
                return each
    return None


def is_choice(node: ast.AST) -> TypeGuard[ast.IfExp]:
    """Of two texts, or two numbers."""
    if not isinstance(node, ast.IfExp) or not is_text(node.body) or not is_text(node.orelse):
        return False
    return ast.dump(node.body) != ast.dump(node.orelse)


def held(look: Look, node: ast.AST) -> list[ast.expr]:
    if not isinstance(node, ast.Name):
        return []
    bound = bindings_at(node, look.scope(node))
    return [one.value for one in bound if isinstance(one.value, ast.IfExp)]


def is_text(node: ast.expr) -> bool:
    """A text or a number, and no lack of one."""
    return isinstance(node, ast.Constant) and bool(node.value)


def tells_there(node: ast.expr, name: str) -> bool:
    """``{"exists": row is not None}``, ``bool(user)``"""
    for each in walk(node):
        if isinstance(each, ast.Compare) and says_there(each, name):
            return True
        if isinstance(each, ast.Call) and getattr(each.func, "id", "") == "bool":
            return bool(each.args) and says_there(each.args[0], name)
    return False
