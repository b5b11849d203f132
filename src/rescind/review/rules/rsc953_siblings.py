"""RSC953: one route without the guard that those beside it have."""

from __future__ import annotations

from collections.abc import Iterator
from typing import ClassVar

from rescind.reading import Function
from rescind.review.access.actions import forgotten_actions
from rescind.review.access.asked_beside import unasked
from rescind.review.access.guards import guards, lets_everybody_in, of_class
from rescind.review.access.handling import stands_before
from rescind.review.access.owned import belongs
from rescind.review.access.siblings import PUBLIC, Handler, changes, handlers
from rescind.review.finding import Class, Finding, Severity
from rescind.review.look import Look
from rescind.review.naming.words import words_of
from rescind.review.once import once
from rescind.review.rule import Rule

OPEN_MODULES = {"webhook", "webhooks", "hook", "hooks", "public", "health", "auth", "login", "callbacks"}
LEAST = 2  # siblings with a guard


class RSC953(Rule):
    """A route has no guard, and those beside it do.

    What it checks:
        Handlers of one router, blueprint, class or module that nobody asks who it is, where most of the
        others do: by decorator, dependency, mixin, permission or a look at the user.

    Why it matters:
        It is how most holes in authorisation come about: one line is forgotten in a file where all the
        others have it.

    How it is decided:
        At least two siblings have a guard and no more go without, or all others that are about the same
        thing, at least two, ask for a role; the one in question changes something, by a verb of HTTP, a
        statement or any call for what an id in the path names, or reads what such an id names. Guards of
        the whole router, of those that it is included in, and of a table of paths count; left out are
        sign-ins, resets, hooks, pages that are public by their name, and handlers whose sender shows
        something: a password, a code, a token that nobody guesses, a signature, or whatever else it answers
        401 or 403 without; visitors who leave an address, choices that a browser keeps, and another part of
        the site. What is taken back by whoever is signed in, and done by a role, counts, and so do an
        action that ``get_permissions`` forgets, a field of messages that the siblings ask a helper about,
        and what changes something below ``/admin`` and asks for no role where others do. A decorator that
        answers 401 or 403, or raises what becomes that, is a guard, whatever it asks and however it is
        called.

    Fix:
        Give it the guard of its siblings, or put the guard on the router.

    References:
        ASVS 8.3.1, CWE-862

    Since:
        0.1
    """

    kind: ClassVar[Class] = "authorisation"
    severity: ClassVar[Severity] = "high"

    def prepare(self, look: Look) -> None:
        belongs(look)

    def check(self, look: Look) -> Iterator[Finding]:
        if not OPEN_MODULES.isdisjoint(words_of(look.module.name.rpartition(".")[2])):
            return
        yield from self.opened(look)
        yield from self.actions(look)
        yield from self.unasked(look)
        yield from self.administering(look)
        for own in grouped(handlers(look)):
            for each in dict.fromkeys((*weaker(own), *undone(own), *forgotten(own))):
                count = sum(one.guarded for one in own)
                yield self.finding(
                    look,
                    each.made.node,
                    f"`{each.made.name}` asks for no role, as those beside it do"
                    if each.guarded
                    else f"`{each.made.name}` asks nobody who they are, as {count} beside it do",
                    confidence="medium",
                    fix="give it the guard of its siblings",
                )

    def actions(self, look: Look) -> Iterator[Finding]:
        """``@action(methods=["post"])`` that `get_permissions` has forgotten."""
        for cls in look.module.classes if "rest_framework" in look.module.text else ():
            for each in forgotten_actions(cls):
                yield self.finding(
                    look,
                    each.node,
                    f"`{each.name}` asks for no role, as those beside it do",
                    confidence="medium",
                    fix="give it the guard of its siblings",
                )

    def administering(self, look: Look) -> Iterator[Finding]:
        """``/admin/purge`` that nobody asks anything before, or no role, where others are asked for one."""
        if "/admin" not in look.module.text or not of_roles(look):
            return
        found = handlers(look)
        said = {
            each.made.node for own in grouped(found) for each in (*weaker(own), *undone(own), *forgotten(own))
        }
        for each in found:
            if "/admin" not in each.path or each.made.node in said or each.role or each.open or not each.acts:
                continue
            if not each.guarded and stands_before(look):
                continue
            if each.risky and (each.plain or not each.guarded):
                yield self.finding(
                    look,
                    each.made.node,
                    f"`{each.made.name}` is of the administration, and asks for no role",
                    confidence="medium",
                    fix="ask for the role that the rest of it asks for",
                )

    def unasked(self, look: Look) -> Iterator[Finding]:
        """``message["room"]``, of which those beside ask ``works_in(user, room)``."""
        for function, what in unasked(look):
            yield self.finding(
                look,
                function.node,
                f"`{function.name}` does not ask whether its sender may have `{what}`, as those beside it do",
                confidence="medium",
                fix="ask as its siblings do",
            )

    def opened(self, look: Look) -> Iterator[Finding]:
        """``@action(methods=["post"], permission_classes=[AllowAny])`` in a class that has a guard."""
        for function in look.module.functions if "permission_classes" in look.module.text else ():
            if function.cls is None or not of_class(function.cls) or PUBLIC & set(words_of(function.name)):
                continue
            for each in function.decorators:
                given = each.call.keywords if each.call is not None else []
                if any(
                    one.arg == "permission_classes" and lets_everybody_in(one.value) for one in given
                ) and (changes(function)):
                    yield self.finding(
                        look,
                        function.node,
                        f"`{function.name}` is open to everybody, in a class that is not",
                        confidence="medium",
                        fix="give it the guard of its class",
                    )


def grouped(found: list[Handler]) -> Iterator[list[Handler]]:
    """Those of one router, class or module together."""
    for group in sorted({each.group for each in found}):
        yield [each for each in found if each.group == group]


@once
def of_roles(look: Look) -> bool:
    """Whether a project asks for a role anywhere before its handlers."""
    return any(
        "role" in guards(inner, function)
        for inner in look.everywhere()
        for function in inner.module.functions
        if function.decorators or function.parameters
    )


def forgotten(own: list[Handler]) -> list[Handler]:
    """Those that nobody asks anything before, where that is asked before most of the others."""
    guarded = [each for each in own if each.guarded]
    open_ones = [each for each in own if not each.guarded and not each.open]
    found = [each for each in open_ones if each.risky and not elsewhere(each, own, guarded)]
    if len(guarded) < LEAST or len(open_ones) > len(guarded):
        return []
    return found


def elsewhere(made: Handler, own: list[Handler], guarded: list[Handler]) -> bool:
    """Whether it is of another part of the site than all that is guarded, and not alone there: ``/bookings``,
    ``/bookings/7`` beside ``/desk/today``, ``/desk/guests``."""
    areas = {each.area for each in guarded}
    beside = [each for each in own if each.area == made.area]
    return len(areas) == 1 and "" not in areas and made.area not in {"", *areas} and len(beside) > 1


def weaker(own: list[Handler]) -> list[Handler]:
    """Those that everybody who is signed in may use to change what their siblings change for a role alone."""
    found: list[Handler] = []
    changing = [each for each in own if each.guarded and each.acts and isinstance(each.made, Function)]
    for each in changing:
        if not each.plain or each.role or each.mine or each.open:
            continue
        others = [one for one in own if one is not each and one.guarded and not one.mine]
        beside = [one for one in others if one.about & each.about]
        if len(beside) >= LEAST and all(one.role for one in beside) and any(one.acts for one in beside):
            found.append(each)
    return found


def undone(own: list[Handler]) -> list[Handler]:
    """Those by which whoever is signed in takes back what only a role may do: ``DELETE /x/7/hold`` beside
    ``PUT /x/7/hold``, ``unlock`` beside ``lock``."""
    found: list[Handler] = []
    changing = [each for each in own if each.guarded and each.acts and isinstance(each.made, Function)]
    for each in changing:
        if not each.plain or each.role or each.open:
            continue
        if any(one.role and one.mine >= each.mine and takes_back(each, one) for one in changing):
            found.append(each)
    return found


def takes_back(made: Handler, other: Handler) -> bool:
    ends = "DELETE" in made.verbs and bool({"PUT", "POST", "PATCH"} & other.verbs)
    name, done = made.made.name, other.made.name
    return (ends and made.path == other.path != "") or name in {f"un{done}", f"un_{done}"}
