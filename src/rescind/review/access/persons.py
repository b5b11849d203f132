"""What in a handler stands for who is signed in, and whether something is held against that."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from functools import cached_property

from rescind.reading import Function, unparsed, walk
from rescind.review.access.guards import ASKS_WHO, class_setting, depended
from rescind.review.access.held import of_others, only_told, puts_into
from rescind.review.access.kept import kept_as_person
from rescind.review.access.who import (
    USERS,
    around,
    called_here,
    finds_out,
    is_answer,
    may_hold,
    may_read,
    of_visit,
    reads_authorization,
    reads_who,
    takes_request,
)
from rescind.review.flow.calls import bind
from rescind.review.look import Look
from rescind.review.naming.called import arguments, called, called_function
from rescind.review.naming.words import words_of
from rescind.review.once import in_circles, once

# Attributes and columns that say whose something is.
OWNER = frozenset(
    ["account", "accountid", "assignee", "author", "buyer", "by", "creator", "customer", "driver", "employee",
     "holder", "host", "learner", "login", "member", "owner", "ownerid", "patient", "person", "player",
     "poster", "rider", "seller", "sender", "student", "subscriber", "tenant", "user", "userid", "username",
     "writer"]
)  # fmt: skip
SAYS_WHO = frozenset(["identity", "current", "principal", "whoami", "viewer", "authenticated", "validator"])
CHECKS = frozenset(
    ["access", "allow", "allowed", "assert", "authorize", "authorise", "belongs", "can", "check", "enforce",
     "ensure", "guard", "has", "is", "may", "must", "owned", "owner", "owns", "perm", "permission",
     "permissions", "permitted", "require", "restrict", "scope", "test", "validate", "verify", "visible"]
)  # fmt: skip
MORE = frozenset(
    ["admin", "administrator", "is_admin", "is_staff", "is_superuser", "staff", "superuser", "role", "roles",
     "permissions", "scopes", "groups", "has_perm", "has_role", "can"]
)  # fmt: skip
DECORATES = ("method_decorators", "decorators")
HOLDS = (ast.Attribute, ast.Subscript, ast.Call)


def is_owner(name: str) -> bool:
    """``user_id``, ``owner``, ``created_by``"""
    words = [word for word in words_of(name) if word not in {"id", "pk", "uuid"}]
    return bool(words) and words[-1] in OWNER


@once
def persons_of(look: Look, function: Function) -> Persons:
    """Those of a function; many rules ask for them."""
    return Persons(look, function)


class Persons:
    """Of one function."""

    def __init__(self, look: Look, function: Function) -> None:
        self.look = look
        self.function = function
        self._has: dict[ast.AST, bool] = {}

    @cached_property
    def names(self) -> frozenset[str]:
        """Variables that hold who is signed in, or what is theirs alone."""
        found = set(self.given())
        made = [
            (node, node.value)
            for node in self.function.nodes_of(ast.Assign, ast.AnnAssign, ast.NamedExpr)
            if isinstance(node, ast.Assign | ast.AnnAssign | ast.NamedExpr) and node.value is not None
        ]
        for _ in range(2):  # ``token = session["token"]; user = user_of(token)``
            before = len(found)
            for node, value in made:
                if self.says_who(value, found):
                    targets = node.targets if isinstance(node, ast.Assign) else [node.target]
                    found |= {each for one in targets for each in named_by(one)}
            if len(found) == before:
                break
        return frozenset(found)

    @cached_property
    def anywhere(self) -> bool:
        """Whether anything in the function says who is signed in."""
        return bool(self.names) or self.says_who(self.function.node, frozenset())

    def given(self) -> Iterator[str]:
        """Parameters: ``current_user``, ``user: Annotated[User, Depends(signed_in)]``."""
        args = self.function.node.args
        for each in (*args.posonlyargs, *args.args, *args.kwonlyargs):
            asks = set(words_of(depended(self.look, self.function, each))) & (ASKS_WHO | {"signed"}) - {
                "session"
            }
            if words_of(each.arg)[:1] == ("current",) or asks or self.found_by(each.arg):
                yield each.arg
        yield from self.handed_in()

    def handed_in(self) -> Iterator[str]:
        """Parameters that a decorator fills with who is signed in: ``return view(user, *args)``."""
        parameters = [each.name for each in self.function.parameters if each.name != "self"]
        definitions = [each.definition for one in self.function.decorators for each in one.named]
        definitions += [each.definition for one in self.around_class() for each in self.look.named(one)]
        for made in definitions:
            if not isinstance(made, Function):
                continue
            outer = {one.name for each in (made, *made.inner) for one in each.parameters}
            for inner in around(made):
                for call in inner.calls:
                    if getattr(call.node.func, "id", "") in outer:
                        yield from self.filled(parameters, inner, call.node)

    def around_class(self) -> list[ast.expr]:
        """``method_decorators = [signed_in]``"""
        cls = self.function.cls
        found = [class_setting(cls, each) for each in DECORATES] if cls is not None else []
        named = [one for each in found for one in getattr(each, "elts", ())]
        return [one for one in named if isinstance(one, ast.Name | ast.Attribute)]

    def filled(self, parameters: list[str], inner: Function, call: ast.Call) -> Iterator[str]:
        """Which parameters of a view a decorator's call of it fills with who is signed in."""
        persons = persons_of(self.look.beside(inner.module), inner)
        read = {
            target.id
            for node in inner.walk()
            if isinstance(node, ast.Assign) and any(reads_who(each) for each in walk(node.value))
            for target in node.targets
            if isinstance(target, ast.Name)
        }
        named = [(each.arg or "", each.value) for each in call.keywords]
        for name, value in (*zip(parameters, call.args, strict=False), *named):
            known = isinstance(value, ast.Name | ast.Attribute) and persons.has(value)
            if name in parameters and (known or getattr(value, "id", "") in read):
                yield name

    def found_by(self, name: str) -> bool:
        """Whether the function that a framework calls for a parameter finds out who it is."""
        parameter = next((each for each in self.function.parameters if each.name == name), None)
        given = (
            self.look.shared.flow.entries.marked(self.function, parameter) if parameter is not None else None
        )
        if given is None or given.depends is None:
            return False
        node, scope = given.depends
        return any(
            isinstance(each.definition, Function) and "user" in finds_out(self.look, each.definition)
            for each in self.look.project.resolve(node, scope)
        )

    def says_who(self, node: ast.AST, names: set[str] | frozenset[str]) -> bool:
        """Whether an expression is who is signed in, or was made of that."""
        for each in walk(node):
            if isinstance(each, ast.Name):
                if each.id in names or each.id in USERS:
                    return True
            elif isinstance(each, HOLDS):
                if may_hold(each):
                    text = unparsed(each)
                    if text in USERS or of_visit(each, text):
                        return True
                if kept_as_person(self.look, each):
                    return True
                if isinstance(each, ast.Call) and (
                    self.asks_who(each) or called_here(self.look, each) or self.finds_own(each)
                ):
                    return True
        return False

    def finds_own(self, node: ast.Call) -> bool:
        """``own_note(pk)``: a function of the project that finds what is of whoever is signed in."""
        look = self.look
        known = look.shared.flow.calls.callees(node, look.scope(node))
        if len(known) != 1 or known[0] is self.function:
            return False
        return gives_own(look, known[0]) or hands_out(look, known[0]) or asks_own(look, known[0])

    @staticmethod
    def asks_who(call: ast.Call) -> bool:
        """``get_jwt_identity()``, ``user_of(request)``, ``check(request.headers["Authorization"])``"""
        words = set(words_of(called_function(call)))
        if words == {"current"} and isinstance(call.func, ast.Attribute):
            words = set(words_of(called(call.func.value)))  # ``Stay.objects.current()`` is nobody
        if words & SAYS_WHO or takes_request(call):
            return True
        return any(reads_authorization(each) for each in call.args)

    def has(self, node: ast.AST) -> bool:
        if not isinstance(node, ast.expr):
            return False
        found = self._has.get(node)
        if found is None:
            found = self._has[node] = self.says_who(node, self.names)
        return found

    def holds(
        self,
        names: set[str],
        given: str = "",
        beside: frozenset[str] = frozenset(),
        without: ast.AST | None = None,
    ) -> bool:
        """Whether anything is held against who is signed in.

        Args:
            names: of variables that hold a row.
            given: the text of what it was found by.
            beside: variables that hold other rows: what is asked of them says nothing of this one.
            without: a call that is given who it is, and does nothing with that.
        """
        told = only_told(self.function) | ({without} if without is not None and self.has(without) else set())
        return any(
            self.one_holds(each, names, given, beside) for each in self.function.walk() if each not in told
        )

    def one_holds(
        self, node: ast.AST, names: set[str], given: str, beside: frozenset[str] = frozenset()
    ) -> bool:
        if isinstance(node, ast.Compare):
            sides = (node.left, *node.comparators)
            if of_others(node, names, given, beside):
                return False
            if any(self.has(each) for each in sides) and not self.is_presence(node):
                return True
            return any(of_owner(each, names) for each in sides) or self.same(node, given)
        if (
            isinstance(node, ast.Attribute)
            and isinstance(node.ctx, ast.Load)
            and node.attr in MORE
            and self.has(node.value)
        ):
            return True  # what they may is asked
        if not isinstance(node, ast.Call):
            return False
        parts = arguments(node)
        receiver = node.func.value if isinstance(node.func, ast.Attribute) else None
        asks = not CHECKS.isdisjoint(words_of(called_function(node)))
        mine = any(self.has(each) for each in parts) or (receiver is not None and self.has(receiver))
        theirs = any(
            (isinstance(each, ast.Name) and each.id in names)
            or unparsed(each) == given
            or (mine and given and not self.has(each) and self.carries(each, given))
            or (mine and asks and part_of(each) in names)
            for each in parts
        ) or (isinstance(receiver, ast.Name) and receiver.id in names)
        return theirs and (mine or asks or self.held_inside(node, names))

    def carries(self, node: ast.expr, given: str) -> bool:
        """``{"id": pk}``, also by a name, beside an argument that says who asks."""
        if isinstance(node, ast.Dict):
            return any(unparsed(each) == given for each in node.values)
        return isinstance(node, ast.Name) and any(
            isinstance(each, ast.Assign | ast.AnnAssign)
            and each.value is not None
            and puts_into(each, node.id, given)
            for each in self.function.walk()
        )

    def held_inside(self, node: ast.Call, names: set[str]) -> bool:
        """``own(note)``, that holds it against who is signed in by itself."""
        return any(
            getattr(each, "id", "") in names and self.holds_inside(node, each) for each in arguments(node)
        )

    def holds_inside(self, node: ast.Call, given: ast.AST) -> bool:
        """Whether a function of the project holds what a call gives to it against who is signed in."""
        look = self.look
        for each in look.shared.flow.calls.callees(node, look.scope(node)):
            bound = bind(each, node, look.scope(node))
            inner = {name for name, (value, _) in bound.items() if value is given}
            if inner and holds_given(look.beside(each.module), each, frozenset(inner)):
                return True
        return False

    @staticmethod
    def same(node: ast.Compare, given: str) -> bool:
        """``user_id != claims["sub"]``; no column of a query, and no text."""
        sides = [node.left, node.comparators[0]]
        others = [each for each in sides if unparsed(each) != given]
        if len(others) != 1 or not isinstance(node.ops[0], ast.Eq | ast.NotEq):
            return False
        base: ast.expr = others[0]
        while isinstance(base, ast.Attribute | ast.Subscript):
            base = base.value
        return not isinstance(others[0], ast.Constant) and not (
            isinstance(base, ast.Name) and base.id[:1].isupper()
        )

    @staticmethod
    def is_presence(node: ast.Compare) -> bool:
        """``"user" not in session``, ``user is None``"""
        right = node.comparators[0]
        return (
            isinstance(node.ops[0], ast.Is | ast.IsNot)
            or (isinstance(node.ops[0], ast.In | ast.NotIn) and isinstance(node.left, ast.Constant))
            or (isinstance(right, ast.Constant) and right.value is None)
        )


def named_by(target: ast.expr) -> Iterator[str]:
    """The variables that an assignment sets: of ``request["user"] = row`` none."""
    if isinstance(target, ast.Name):
        yield target.id
    elif isinstance(target, ast.Tuple | ast.List):
        for each in target.elts:
            yield from named_by(each)


@once
@in_circles(lambda: False)
def gives_own(look: Look, function: Function) -> bool:
    """Whether a function refuses what is not of whoever is signed in, and gives the rest back."""
    if not any(is_answer(each) for each in function.returns) or look.shared.flow.entries.routes(function):
        return False
    inner = look.beside(function.module)
    if not may_read(function.module.source_of(function.node)) and not kept_in(inner, function):
        return False
    names = {
        name
        for node in function.walk()
        if isinstance(node, ast.Assign)
        for one in node.targets
        for name in named_by(one)
    }
    return persons_of(inner, function).holds(names)


@once
@in_circles(lambda: False)
def hands_out(look: Look, function: Function) -> bool:
    """``self.visit()``, that is asked for nothing and returns ``{"user": current_user, ...}``."""
    if [each for each in function.parameters if each.name not in {"self", "request"}]:
        return False
    answers = [each for each in function.returns if isinstance(each, ast.Dict | ast.Name | ast.Attribute)]
    if not answers or len(answers) < len(list(function.returns)) or not may_read(function.module.text):
        return False
    persons = persons_of(look.beside(function.module), function)
    return all(persons.has(each) for each in answers)


@once
@in_circles(lambda: False)
def asks_own(look: Look, function: Function) -> bool:
    """``return Note.query.filter_by(owner_id=current_user.id)``: whatever is asked of that is theirs."""
    answers = list(function.returns)
    inner = look.beside(function.module)
    if not answers or not (may_read(function.module.source_of(function.node)) or kept_in(inner, function)):
        return False
    persons = persons_of(inner, function)
    return all(
        isinstance(each, ast.Call) and called_function(each) in NARROWING and persons.has(each)
        for each in answers
    )


NARROWING = frozenset(
    ["filter", "filter_by", "where", "find", "order_by", "select_related", "prefetch_related"]
)


def kept_in(look: Look, function: Function) -> bool:
    """Whether a function reads where a guard of the project has put who is signed in."""
    return any(
        kept_as_person(look, each)
        for each in function.walk()
        if isinstance(each, ast.Attribute | ast.Subscript)
    )


@once
@in_circles(lambda: False)
def holds_given(look: Look, function: Function, names: frozenset[str]) -> bool:
    """Whether a function holds what it is given against who is signed in."""
    return persons_of(look, function).holds(set(names))


def part_of(node: ast.expr) -> str:
    """``note`` of ``note.folder``"""
    return node.value.id if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) else ""


def of_owner(node: ast.expr, names: set[str]) -> bool:
    """``note.owner_id``, ``note["owner"]``"""
    base = node
    while isinstance(base, ast.Attribute | ast.Subscript):
        base = base.value
    return base is not node and isinstance(base, ast.Name) and base.id in names and is_owner(called(node))
