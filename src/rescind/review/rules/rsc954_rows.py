"""RSC954: a row that is found by its id, and nobody asks whose it is."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from typing import ClassVar

from rescind.reading import Class as Defined
from rescind.reading import Function
from rescind.review.access.guards import OTHERS, PEOPLE, guards
from rescind.review.access.handling import handles, stands_before
from rescind.review.access.open_views import by_default, only_signed_in, views
from rescind.review.access.owned import belongs, private
from rescind.review.access.persons import MORE, is_owner, persons_of
from rescind.review.access.proving import proves
from rescind.review.access.reached import by_dependencies, by_helpers
from rescind.review.access.routers import of_router, routers
from rescind.review.access.rows import Row, changes_it, rows
from rescind.review.enumeration.asking import words_around
from rescind.review.finding import Class, Finding, Severity, Step
from rescind.review.flow.conditions import conditions
from rescind.review.look import Look
from rescind.review.naming.called import called
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
        in or holds their owner against that, or, for changes, the model has an owner. In the handler nothing
        is held against who is signed in: no comparison, no owner in the query, no check that is given the
        row. Handlers for administrators and machines are left out, and so is what asks for a role: a
        decorator, a base class, a permission or a router that refuses by an attribute of who is signed in.

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
        for function in look.module.functions:
            row = self.open_row(look, function)
            if row is not None:
                place = look.module.place(row.call)
                yield self.finding(
                    look,
                    row.call,
                    "nobody asks whose row it is",
                    confidence="medium",
                    trace=(Step(place.file, place.line, "it is found by what the request says"),),
                    fix="put the owner into the query",
                )
        for cls, does in views(look):
            yield self.finding(
                look,
                own_setting(cls) or cls.node,
                f"`{cls.name}` lets everybody who is signed in {does} everybody's rows",
                confidence="medium",
                fix="narrow get_queryset() to the owner's",
            )

    @staticmethod
    def open_row(look: Look, function: Function) -> Row | None:
        if not handles(look, function):
            return None
        asked = guards(look, function) if function.calls else set()
        if only_signed_in(look, function):
            asked -= {"permission", "permissions"}
        around = set(words_of(function.name)) | set(words_of(look.module.name))
        around -= {word for kind in belongs(look) for word in (*words_of(kind), f"{kind.lower()}s")}
        asked |= of_router(look, function) or ({"guarded"} if stands_before(look) else set())
        asked |= {"user"} if by_default(look, function) else set()
        if not asked or "owns" in asked or ((asked | around) & OTHERS and not asked & PEOPLE):
            return None
        if not SIGNS_IN.isdisjoint(words_around(look, function)):
            return None
        known = persons_of(look, function).anywhere or bool(asked & {"session", "user"})
        if not known and proves(look, function):
            return None  # who has the code, or signs, may
        for row in (*rows(look, function), *by_helpers(look, function), *by_dependencies(look, function)):
            if not somebodys(look, function, row) or asked_before(look, row.call):
                continue
            names = {row.name} if row.name else set()
            if persons_of(look, function).holds(names, ast.unparse(row.key)):
                way = open_way(look, function, row)
                if way is None:
                    continue
                return row._replace(call=way)
            if not of_router(look, function) & OTHERS:
                return row
        return None


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
            for part in ast.walk(one.test)
        )
    ]
    return open_ones[0] if open_ones and len(open_ones) < len(uses) else None


def asked_before(look: Look, node: ast.AST) -> bool:
    """Whether only who has some right gets there: ``if user.is_admin:``, ``if may_edit(...)``."""
    return any(
        RIGHTS & {word for each in ast.walk(one.test) for word in words_of(name_of(each))}
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
    users = belongs(look).get(row.kind)
    if users is None:
        return False
    return row.changed or row.of_owner or private(look, row.kind) or bool(users - {function.qualname})
