"""RSC954: a row that is found by its id, and nobody asks whose it is."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from collections.abc import Set as AbstractSet
from typing import ClassVar

from rescind.reading import Class as Defined
from rescind.reading import Function, unparsed, walk
from rescind.review.access.asked_rights import refused_by_right, required_right
from rescind.review.access.columns import ordinary
from rescind.review.access.files import named_files
from rescind.review.access.guards import OTHERS, PEOPLE, guards
from rescind.review.access.handling import handles, stands_before
from rescind.review.access.mapped import mapped, owned_mappings
from rescind.review.access.open_views import by_default, lost, only_signed_in, open_to_all, views
from rescind.review.access.owned import belongs, for_others, of_shared, private
from rescind.review.access.parents import accounts, parents
from rescind.review.access.path_held import unheld
from rescind.review.access.persons import MORE, is_owner, persons_of
from rescind.review.access.proving import proves
from rescind.review.access.reached import by_dependencies, by_helpers
from rescind.review.access.routers import of_router, routers
from rescind.review.access.rows import FINDS, Row, changes_it, held_by, kind_of, parts_of, rows
from rescind.review.access.within import asked_of_class, within
from rescind.review.accounts.verifying import Verifying
from rescind.review.enumeration.asking import words_around
from rescind.review.finding import Class, Finding, Severity, Step
from rescind.review.flow.conditions import conditions
from rescind.review.flow.web import is_own_scope
from rescind.review.look import Look
from rescind.review.naming.called import arguments, called, called_function, variables
from rescind.review.naming.words import words_of
from rescind.review.rule import Rule


class RSC954(Rule):
    """Somebody else's row: found by its id, and nobody asks whose it is.

    What it checks:
        Handlers for people who are signed in that find a row by what a request says, and change it, delete
        it or give it back, also by way of a helper, a repository or a dependency; views that show or change
        all rows of a model.

    Why it matters:
        Who is signed in counts the ids up, and reads or deletes what belongs to everybody else. It is the
        most frequent hole of applications with a sign-in.

    How it is decided:
        The rows of the model or table belong to people: another function asks for them with who is signed
        in or holds their owner against that, or, for changes, the model has an owner; so do the parts of
        such rows, entries of a mapping that are put there with an owner, and files where others of the module
        put who is signed in into their names, and what a path names where another handler refuses by it. A
        condition whose answer is only logged asks nothing. In the
        handler nothing is held against who is signed in: no comparison, no owner in the query, no check that
        is given the row; what is asked of another row does not count. A queryset or a repository that
        replaces one with an owner, and asks for none, counts by itself. Handlers for administrators and
        machines are left out, and so is what asks for a role: a decorator, a base class, a permission or a
        router that refuses by an attribute of who is signed in.

    Fix:
        Put the owner into the query: `Order.objects.get(pk=pk, user=request.user)`.

    References:
        ASVS 8.2.2, CWE-639

    Since:
        0.1
    """

    kind: ClassVar[Class] = "authorisation"
    severity: ClassVar[Severity] = "high"

    def prepare(self, look: Look) -> None:
        belongs(look)
        routers(look)

    def check(self, look: Look) -> Iterator[Finding]:
        found = [(each, self.open_row(look, each)) for each in look.module.functions]
        said = [function for function, row in found if row is not None]
        for _, row in found:
            if row is not None and not said_there(look, row, said):
                place = look.module.place(row.call)
                yield self.finding(
                    look,
                    row.call,
                    "nobody asks whose row it is",
                    confidence="medium",
                    trace=(Step(place.file, place.line, "it is found by what the request says"),),
                    fix="put the owner into the query",
                )
        for function, node in unheld(look):
            if function not in said:
                yield self.finding(
                    look,
                    node,
                    "what the path names is held against nobody, as it is beside it",
                    confidence="medium",
                    fix="hold it against who is signed in, as the others do",
                )
        for method in lost(look):
            yield self.finding(
                look,
                method.node,
                f"`{method.name}` finds everybody's rows: what it replaces asks whose they are",
                confidence="medium",
                fix="put the owner into the query, or go on from `super()`",
            )
        for cls, does in views(look):
            yield self.finding(
                look,
                own_setting(cls) or own_queryset(cls) or cls.node,
                f"`{cls.name}` lets everybody who is signed in {does} everybody's rows",
                confidence="medium",
                fix="narrow get_queryset() to the owner's",
            )

    @staticmethod
    def open_row(look: Look, function: Function) -> Row | None:
        if not handles(look, function) or required_right(function) or refused_by_right(function):
            return None
        if function.name == "get_queryset" and function.cls is not None and open_to_all(look, function.cls):
            return None
        asked = guards(look, function) if function.calls or "epends" in look.module.text else set()
        if only_signed_in(look, function):
            asked -= {"permission", "permissions"}
        around = set(words_of(function.name)) | set(words_of(look.module.name))
        around -= {word for kind in belongs(look) for word in (*words_of(kind), f"{kind.lower()}s")}
        asked |= of_router(look, function) or ({"guarded"} if stands_before(look) else set())
        asked |= {"user"} if by_default(look, function) else set()
        others = OTHERS - ordinary(look)
        people = PEOPLE - ({"member", "members"} if "staff" in asked else set())  # staff_member_required
        if not asked or ((asked | around) & others and not asked & people):
            return None
        if not SIGNS_IN.isdisjoint(words_around(look, function)):
            return None
        known = persons_of(look, function).anywhere or bool(asked & {"session", "user"})
        if not known and proves(look, function):
            return None  # who has the code, or signs, may
        return next(open_ones(look, function, asked, others), None)


def said_there(look: Look, row: Row, said: list[Function]) -> bool:
    """Whether a helper finds it that is said already: ``self.get_object(pk)``."""
    node = row.call
    known = look.shared.flow.calls.callees(node, look.scope(node)) if isinstance(node, ast.Call) else []
    return any(each in said for each in known)


def open_ones(
    look: Look, function: Function, asked: AbstractSet[str], others: frozenset[str]
) -> Iterator[Row]:
    """Those of a handler that nobody asks whose they are; of some only where a way is open."""
    found = [*rows(look, function), *by_helpers(look, function), *by_dependencies(look, function)]
    found += mapped(look, function)
    mine = own_rows(look, function) if found else frozenset()
    for row in found:
        if not somebodys(look, function, row) or asked_before(look, row.call):
            continue
        if given_to_check(look, function, row.call) or asked_of_class(look, function, row):
            continue
        if within(look, row) or shown_by_password(look, function, row) or of_own(function, row):
            continue
        if "owns" in asked and of_path(look, row):
            continue
        names = {row.name} if row.name else set()
        if persons_of(look, function).holds(names, unparsed(row.key), beside(found, row) | mine, row.call):
            way = open_way(look, function, row)
            if way is not None:
                yield row._replace(call=way)
        elif not of_router(look, function) & others:
            yield row
    yield from named_files(look, function)


def of_own(function: Function, row: Row) -> bool:
    """``Widget.objects.get(user=self.user, pk=pk)`` of a view that keeps who is signed in on itself."""
    return function.cls is not None and any(
        isinstance(each, ast.keyword)
        and is_owner(each.arg or "")
        and isinstance(each.value, ast.Attribute)
        and each.value.attr in {"user", "current_user", each.arg}
        and getattr(each.value.value, "id", "") == "self"
        for each in walk(row.call)
    )


def shown_by_password(look: Look, function: Function, row: Row) -> bool:
    """``verify(body["password"], row["hash"])``: who knows it, is whose row it is."""
    if not row.name or row.changed:
        return False
    return any(row.name in variables(each) for each in Verifying(look).calls(function))


def of_path(look: Look, row: Row) -> bool:
    """Whether it is what the path names, of which a guard before the handler has asked whose it is."""
    return "path" in parts_of(look, row.key) or isinstance(row.key, ast.Name)


def beside(found: list[Row], row: Row) -> frozenset[str]:
    """The variables of the other rows that a handler finds by what a request says."""
    known = variables(row.call) | {row.name}
    same = {each.name for each in found if unparsed(each.key) == unparsed(row.key)}
    return frozenset(
        each.name
        for each in found
        if each.name and each.name not in known | same and row.name not in variables(each.call)
    )


def own_rows(look: Look, function: Function) -> frozenset[str]:
    """The variables that hold rows which were found by who is signed in."""
    known = belongs(look).keys() - accounts(look) - ACCOUNTS
    return frozenset(
        name
        for each in function.calls
        if called_function(each.node) == "get_object"
        or (called_function(each.node) in FINDS and kind_of(look, each.node) in known)
        if persons_of(look, function).has(each.node) or called_function(each.node) == "get_object"
        for name in held_by(look, each.node)
    )


def given_to_check(look: Look, function: Function, node: ast.AST) -> bool:
    """``belongs_to(user, session.get(Note, pk))``, ``only_mine(session.get(Note, pk))``"""
    persons = persons_of(look, function)
    above = look.module.parent_of(node)
    while isinstance(above, ast.Await | ast.Call | ast.keyword):
        if isinstance(above, ast.Call):
            others = [each for each in arguments(above) if each is not node]
            if any(persons.has(each) for each in others) or persons.holds_inside(above, node):
                return True
        node, above = above, look.module.parent_of(above)
    return False


def open_way(look: Look, function: Function, row: Row) -> ast.AST | None:
    """Where a row is changed or deleted without what is asked before it is on another way."""
    persons, names = persons_of(look, function), {row.name} - {""}
    uses = [node for node in function.walk() if names and changes_it(node, row.name)]
    open_ones = [
        each
        for each in uses
        if not any(
            persons.one_holds(part, names, "")
            for one in conditions(look.module, each)
            for part in walk(one.test)
        )
    ]
    return open_ones[0] if open_ones and len(open_ones) < len(uses) else None


def asked_before(look: Look, node: ast.AST) -> bool:
    """Whether only who has some right gets there: ``if user.is_admin:``, ``if may_edit(...)``."""
    return any(
        RIGHTS
        & {word for each in walk(one.test) if not is_own_scope(each) for word in words_of(name_of(each))}
        for one in conditions(look.module, node)
    )


RIGHTS = (MORE | OTHERS | {"perm", "may", "allowed", "permitted", "owns", "privileged"}) - {
    "groups",
    "hook",
    "sync",
}


def name_of(node: ast.AST) -> str:
    """What a node says in a name or in a text."""
    if isinstance(node, ast.Constant):
        return node.value if isinstance(node.value, str) else ""
    return getattr(node, "id", "") or getattr(node, "attr", "")


def own_setting(cls: Defined) -> ast.AST | None:
    """``queryset = Note.objects.all()``"""
    return next(
        (
            each
            for each in cls.node.body
            if isinstance(each, ast.Assign) and getattr(each.targets[0], "id", "") in {"queryset", "model"}
        ),
        None,
    )


def own_queryset(cls: Defined) -> ast.AST | None:
    """Where a view replaces what its ancestors narrow."""
    return next((each.node for each in cls.methods if each.name == "get_queryset"), None)


ACCOUNTS = frozenset(["User", "Account", "Customer", "Member", "Profile", "users", "accounts"])
SIGNS_IN = frozenset(
    ["login", "signin", "sign", "register", "signup", "authenticate", "token", "forgot", "reset", "invite",
     "verify", "confirm", "activate", "callback", "webhook", "search", "exists", "unsubscribe"]
)  # fmt: skip


def somebodys(look: Look, function: Function, row: Row) -> bool:
    """Whether the rows of that kind belong to people; that of an account does."""
    if row.kind in ACCOUNTS and not row.changed and not private(look, row.kind):
        return False  # others may look at a profile
    if row.kind in ACCOUNTS and is_owner(called(row.key)):
        return True
    if row.kind in owned_mappings(look):
        return True
    if not row.changed and of_shared(look, row.column):
        return False  # when a hall is taken, everybody may see
    users = belongs(look).get(row.kind)
    if any(function.qualname in belongs(look).get(each, ()) for each in parents(look).get(row.kind, ())):
        return True  # the row that it is part of has just been asked for with who is signed in
    if users is None:
        return False
    if row.changed or row.of_owner or private(look, row.kind):
        return True
    return bool(users - {function.qualname}) and not for_others(look, row.kind)
