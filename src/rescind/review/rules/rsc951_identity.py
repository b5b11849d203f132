"""RSC951: who somebody is, or what they may, taken from what they send."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from typing import ClassVar

from rescind.reading import Function, unparsed, walk
from rescind.review.access.actors import by_right, goes_round, named_actors
from rescind.review.access.believing import DOES, READ, asked, grants, turns_people_away
from rescind.review.access.columns import columns_of, known_as, named_in, names_for
from rescind.review.access.first import put_first
from rescind.review.access.guards import OTHERS, guards
from rescind.review.access.handling import handles, stands_before
from rescind.review.access.instead import by_default, in_bodies, signs_in_as
from rescind.review.access.messages import named_in_messages
from rescind.review.access.open_views import only_signed_in
from rescind.review.access.owned import belongs, owner_columns
from rescind.review.access.persons import Persons, persons_of
from rescind.review.access.proving import proves
from rescind.review.access.routers import of_router
from rescind.review.access.rows import held_by, part_of_parameter, statements
from rescind.review.access.unverified import IDENTITY
from rescind.review.access.whose import adds, forms, makes_row, says_whose
from rescind.review.access.written import owner_of_view, owners_written
from rescind.review.accounts.verifying import Verifying
from rescind.review.finding import Class, Finding, Severity, Step
from rescind.review.flow.names import bindings_at
from rescind.review.look import Look
from rescind.review.naming.called import called, called_function
from rescind.review.naming.words import secret_kind, words_of
from rescind.review.outside.unsigned import RIGHTS as SAID_RIGHTS
from rescind.review.rule import Rule

RIGHTS = (SAID_RIGHTS | {"privileged", "moderator"}) - {"groups", "scopes"}
WHO = frozenset(
    ["owner", "user", "uid", "userid", "member", "customer", "account", "author", "patient", "rider",
    "person", "employee",
     "student", "sender", "creator", "holder", "subscriber", "guest", "driver", "buyer", "seller",
     "tenant", "login"]
)  # fmt: skip
SINKS = frozenset(
    ["execute", "fetch", "fetchrow", "fetchval", "fetch_one", "fetch_all", "get", "filter", "filter_by",
    "create", "update", "insert",
     "get_or_404", "get_object_or_404", "query", "one", "add", "save", "find_one", "update_one",
     "insert_one", "delete", "delete_one", "where", "find", "put", "hgetall", "hget", "lrange", "smembers"]
)  # fmt: skip
# Functions of the project that find or change a row: ``update_user(db, username, values)``.
ACTS = frozenset(["get", "find", "update", "delete", "remove", "change", "set", "edit", "load", "transfer"])


SIGNS_IN = frozenset(
    [
        "login",
        "signin",
        "sign",
        "register",
        "signup",
        "authenticate",
        "token",
        "forgot",
        "reset",
        "invite",
        "search",
        "exists",
    ]
)


class RSC951(Rule):
    """Who somebody is, or what they may, is taken from what they send.

    What it checks:
        Cookies, headers and fields by the name of a right (``admin``, ``role``) that a test believes,
        and handlers that know who is signed in, and read or write rows of whoever the body names.

    Why it matters:
        Everybody may send everything: who names another id acts as somebody else.

    How it is decided:
        The value is followed back to a cookie, a header, the query, the form or the body of a request.
        An identity counts in a handler that asks who it is, where it is given to a store and compared
        with nobody: by a name of a person, by one that the project keeps who is signed in under, or in a
        column that others ask for with who is signed in, whatever the language. So does one that comes
        before who is signed in (`args.get("rider") or session["rider"]`), an owner among the fields of a
        body that becomes a row, and a row that a form names and that is signed in. Of a socket that knows
        whose it is, a message counts that says whom it is from. Handlers for
        administrators, machines and services, who act on others, are left out, and so are sign-ins.

    Fix:
        Take the id from the session or the token, and the right from the stored user.

    References:
        ASVS 8.2.2, CWE-639, CWE-565

    Since:
        0.1
    """

    kind: ClassVar[Class] = "authorisation"
    severity: ClassVar[Severity] = "high"

    def prepare(self, look: Look) -> None:
        belongs(look)

    def check(self, look: Look) -> Iterator[Finding]:
        for node in look.module.nodes_of(ast.If, ast.IfExp):
            yield from self.believed(look, node)
        for cls in look.module.classes if "fields" in look.module.text else ():
            for where, name in (*owners_written(look, cls), *owner_of_view(look, cls)):
                yield self.finding(
                    look,
                    where,
                    f"whose row it is, is what the body says: `{name}` is among its fields",
                    confidence="medium",
                    fix="list it under read_only_fields, and set it to who is signed in",
                )
        for function in look.module.functions:
            found = tuple(self.named(look, function)) or tuple(self.acting(look, function))
            yield from found or self.of_messages(look, function)

    def believed(self, look: Look, node: ast.If | ast.IfExp) -> Iterator[Finding]:
        """``if request.cookies.get("admin") == "1":``"""
        for side, holds in asked(node.test, holds=True, of_rights=turns_people_away(node)):
            name = called(side)
            if (
                RIGHTS.isdisjoint(words_of(name))
                or words_of(name)[0] in DOES
                or secret_kind(name)
                or not isinstance(side, READ)
            ):
                continue
            if isinstance(node, ast.If) and not grants(node, holds=holds):
                continue
            origin = next(
                (
                    each
                    for each in look.origins(side, IDENTITY)
                    if each.kind == "request"
                    and len(each.steps) <= (5 if each.part == "cookie" else 2)
                    and each.part in {"cookie", "header", "query", "form", "body"}
                ),
                None,
            )
            function = look.function(node)
            if function is not None and function.cls is not None and function.cls.name.endswith("Form"):
                continue  # what somebody chose for somebody else
            if origin is not None and origin.part == "form" and of_chosen(side):
                continue
            if origin is not None and not (function is not None and guards(look, function) & OTHERS):
                yield self.finding(
                    look,
                    node.test,
                    f"{origin.note} says what its sender may",
                    trace=origin.steps,
                    fix="take the right from the stored user",
                )

    def named(self, look: Look, function: Function) -> Iterator[Finding]:
        if not for_people(look, function) or by_right(look, function):
            return
        persons = persons_of(look, function)
        instead = next(self.instead(look, function), None)
        if instead is not None:
            yield instead
            return
        for call in function.calls:
            if not asks_with(look, call.node):
                continue
            made = makes_row(look, call.node)
            if made and any(secret_kind(each.arg or "") == "password" for each in call.node.keywords):
                continue  # an account of one's own is made
            if persons.has(call.node) and not adds(look, call.node):
                continue
            if made and (persons.has(call.node) or holds_any(persons, function)):
                continue
            for column, each in (*columns_of(look, call.node), *named_in(call.node)):
                whose = column if made or forms(column) & owner_columns(look) else ""
                origin = None if persons.has(each) else self.identity(look, each, whose)
                if origin is not None and not made and asked_after(look, persons, call.node):
                    continue
                if origin is not None and not compared(function, each):
                    place = look.module.place(call.node)
                    yield self.finding(
                        look,
                        call.node,
                        "whose row it is, is what the request says",
                        confidence="medium",
                        trace=(*origin, Step(place.file, place.line, "is believed")),
                        fix="take the id from the session or the token",
                    )
                    return

    def acting(self, look: Look, function: Function) -> Iterator[Finding]:
        """A row that a body names is asked for its rights; a word of it goes round what is asked."""
        for node, test in named_actors(look, function):
            place = look.module.place(test)
            yield self.finding(
                look,
                node,
                "whose rights are asked, is what the request says",
                trace=(Step(place.file, place.line, "they decide"),),
                fix="ask for the rights of who is signed in",
            )
            return
        for test in goes_round(look, function):
            yield self.finding(
                look,
                test,
                "a word that everybody may send goes round what is asked of who is signed in",
                fix="ask it of everybody",
            )

    def of_messages(self, look: Look, function: Function) -> Iterator[Finding]:
        """``{"from": content["sender"]}`` of a socket that knows whose it is."""
        for node in named_in_messages(look, function):
            yield self.finding(
                look,
                node,
                "whom it is from, is what the message says",
                confidence="medium",
                fix="take who it is from what was asked when the socket was opened",
            )
            return

    def instead(self, look: Look, function: Function) -> Iterator[Finding]:
        """Whom a request names, where nothing asks for them."""
        for node in (*by_default(look, function), *put_first(look, function)):
            yield self.finding(
                look,
                node,
                "whose rows they are, is what the request says, and who is signed in only by default",
                confidence="medium",
                fix="take the id from the session or the token",
            )
        for node, field in in_bodies(look, function):
            yield self.finding(
                look,
                node,
                f"whose row it is, is what the body says: `{field}` is among its fields",
                confidence="medium",
                fix="leave it out of the body, and set it to who is signed in",
            )
        if not proves(look, function):
            as_whom = signs_in_as(look, function)
            if as_whom is not None:
                yield self.finding(
                    look,
                    as_whom,
                    "whoever is named is signed in, and nothing shows that it is them",
                    fix="ask for a right to act as others",
                )

    @staticmethod
    def identity(look: Look, node: ast.expr, column: str = "") -> tuple[Step, ...] | None:
        known = WHO | {"username"} | known_as(look)
        words = [[one for one in words_of(each) if one not in {"id", "pk"}] for each in names_for(look, node)]
        if not any(each and each[-1] in known for each in words) and not says_whose(look, column):
            return None
        if isinstance(node, ast.Name) and made_here(look, node):
            return None
        found = [
            each
            for each in look.origins(node, IDENTITY)
            if each.kind == "request"
            and each.part in {"body", "form", "query"}
            and not (each.part == "form" and isinstance(node, ast.Attribute) and not of_form(node.value))
        ]
        if not found and part_of_parameter(look, node) == "query":  # numbers, too
            place = look.module.place(node)
            return (Step(place.file, place.line, "the query of a request"),)
        return found[0].steps if found else None


def asked_after(look: Look, persons: Persons, node: ast.Call) -> bool:
    """``if not user.has_perm("edit", found)`` of ``found = get_object_or_404(Team, pk=body["team"])``"""
    names = held_by(look, node)
    return bool(names) and persons.holds(names)


def for_people(look: Look, function: Function) -> bool:
    """Whether a handler is for people who are signed in, and neither for those who act on others nor a
    sign-in."""
    if not handles(look, function):
        return False
    around = set(words_of(function.name)) | set(words_of(look.module.name))
    asked = guards(look, function) | of_router(look, function)
    if only_signed_in(look, function):
        asked -= {"permission", "permissions"}
    if not (asked or stands_before(look)) or (asked | around) & OTHERS or around & SIGNS_IN:
        return False
    # Whoever is looked up by a sign-in, however it is called, has to know the password.
    return not Verifying(look).calls(function)


def made_here(look: Look, node: ast.Name) -> bool:
    """``account = SocialAccount(...)``: a row of its own, whatever it was filled with."""
    bound = [each.value for each in bindings_at(node, look.scope(node))]
    return bool(bound) and all(
        isinstance(each, ast.Call) and called_function(each)[:1].isupper() for each in bound
    )


def of_chosen(node: ast.expr) -> bool:
    """``owner.is_superuser``, of ``owner = form.cleaned_data["owner"]``: no form has text with attributes."""
    return isinstance(node, ast.Attribute) and not of_form(node.value)


def of_form(node: ast.expr) -> bool:
    """``form``, ``request.form``, ``self.payload``: what has been sent itself."""
    return not SENT.isdisjoint(words_of(called(node)))


SENT = frozenset(
    ["args", "body", "cleaned", "command", "data", "dto", "fields", "form", "input", "json", "params",
     "payload", "post", "request", "req", "validated", "values"]
)  # fmt: skip


def is_row(look: Look, call: ast.Call) -> bool:
    """Whether a function of the project is given, in what it is called, that it is about a person."""
    words = set(words_of(called_function(call)))
    known = look.shared.flow.calls.callees(call, look.scope(call))
    return bool(words & WHO) and (bool(known) or isinstance(call.func, ast.Name))


VERB = re.compile(r"(?is)\s*(?:select|insert into|update|delete from)\s")


def asks_with(look: Look, call: ast.Call) -> bool:
    """Whether a store, or a function of the project about people, is given what a call is given."""
    last = called_function(call)
    if isinstance(call.func, ast.Attribute) and getattr(call.func.value, "id", "") == "self":
        entries = look.shared.flow.entries
        if any(entries.is_handler(each) for each in look.shared.flow.calls.callees(call, look.scope(call))):
            return False  # ``self.get(pk, form)``: the page is shown once more
    return (
        last in SINKS
        or makes_row(look, call)
        or (not ACTS.isdisjoint(words_of(last)) and is_row(look, call))
        or any(VERB.match(text) for text in statements(look, call))
    )


def holds_any(persons: Persons, function: Function) -> bool:
    """Whether anything at all is held against who is signed in."""
    return any(persons.one_holds(each, set(), "") for each in function.walk())


def compared(function: Function, node: ast.expr) -> bool:
    """Whether the function holds it against anything."""
    text = unparsed(node)
    return any(
        isinstance(each, ast.Compare) and text in {unparsed(side) for side in (each.left, *each.comparators)}
        for each in walk(function.node)
    )
