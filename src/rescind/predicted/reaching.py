"""Which routes a drill can ask, and what tells an accepted copy from a refused one there.

Somebody signs in twice. A route is asked without a copy and with each of the two. It can be measured when the
answers tell them apart: by a status that lets in, with a word that is in both answers and not in the other
one, and by a refusal. Only GET is asked: anything else may change what belongs to others.
"""

from __future__ import annotations

import re
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from urllib.parse import urlsplit

from rescind.drill.client import Answer, Line, NoAnswer, Request
from rescind.drill.consent import Endpoint
from rescind.drill.fill import fill, for_trial
from rescind.drill.plan import Env, Match, Plan, Probe
from rescind.drill.run import agent, people
from rescind.drill.steps import Browser
from rescind.paths.model import Map, Route
from rescind.predicted.prediction import carried

PARAMETER = re.compile(r"<(?:[^<>:]*:)?(\w+)>|\{(\w+)(?::[^{}]*)?\}")
WORD = re.compile(r"[\w.@+-]{3,40}")
DIGIT = re.compile(r"\d")
REFUSALS = Match(status=(401, 403))
TRIAL = 0  # what {trial} stands for here: a real trial begins at 1


@dataclass(frozen=True)
class Reach:
    """A route, and how it is asked; ``probe`` None: it is not, and ``why``."""

    route: Route
    probe: Probe | None = None
    why: str = ""


async def reach(drawn: Map, plan: Plan, endpoint: Endpoint, environ: Mapping[str, str]) -> list[Reach]:
    """All routes of a map, in its order.

    Raises:
        StepFailed: nobody could sign in.
    """
    answers: list[dict[int, tuple[Answer, Answer] | str]] = []
    # One after the other: where a new sign-in ends the one before, each is asked while it works.
    for _ in range(2):
        async with signed_in(plan, endpoint, environ) as asking:
            seen = {
                number: await asking.both(route)
                for number, route in enumerate(drawn.routes)
                if not asking.out_of_reach(route, drawn)
            }
            why = [asking.out_of_reach(route, drawn) for route in drawn.routes]
            names = asking.names
        answers.append(seen)
    found = []
    for number, route in enumerate(drawn.routes):
        if why[number]:
            found.append(Reach(route, why=why[number]))
        else:
            found.append(told_apart(route, answers[0][number], answers[1][number], names, plan))
    return found


@asynccontextmanager
async def signed_in(plan: Plan, endpoint: Endpoint, environ: Mapping[str, str]) -> AsyncIterator[Asking]:
    """Somebody who has just signed in, for as long as the block lasts."""
    given = people(plan, plan.end[0], environ)
    browser = Browser(
        endpoint, for_trial(given.owner, TRIAL, given.secrets), secrets=given.secrets, agent=agent(),
        timeout=plan.target.timeout_s,
    )  # fmt: skip
    line = Line(endpoint, keep=True, timeout=plan.target.timeout_s)
    try:
        await browser.run(plan.sign_in.steps)
        values = {**browser.values, **browser.captured}
        named = {
            value: name for name, value in browser.values.items() if not isinstance(plan.vars.get(name), Env)
        }
        yield Asking(plan, values, named, browser.copy(plan.sign_in.copy), line)
    finally:
        line.close()
        browser.close()


@dataclass(frozen=True)
class Asking:
    """What is asked with one copy. ``names``: of the values that are no secrets."""

    plan: Plan
    values: Mapping[str, str]
    names: Mapping[str, str]
    copy: list[tuple[str, str]]
    line: Line

    def out_of_reach(self, route: Route, drawn: Map) -> str:
        """Why a route is not asked at all; empty: it is."""
        if not route.accepts:
            return "it accepts no credential" if route.protected is False else "what it accepts is not known"
        if not carried(route, drawn, self.plan.sign_in.copy):
            return "it does not accept what the copy is"
        if route.method not in {"GET", "ANY"}:
            return f"only GET is asked, and {route.method} may change something"
        missing = [name for name in parameters(route) if name not in self.values]
        if missing:
            return f"give a value in [vars] for {', '.join(missing)}"
        return "" if route.path.startswith("/") else "its path is a pattern, which cannot be asked"

    async def both(self, route: Route) -> tuple[Answer, Answer] | str:
        """The answers without the copy and with it; or why there are none."""
        try:
            return await self._ask(asked(route), []), await self._ask(asked(route), self.copy)
        except NoAnswer as silence:
            return f"no answer: {silence.why}"

    async def _ask(self, path: str, copy: list[tuple[str, str]]) -> Answer:
        bare = [("User-Agent", agent()), ("Accept", "*/*")]
        return await self.line.ask(Request("GET", fill(path, self.values), [*bare, *copy]))


def parameters(route: Route) -> list[str]:
    return [found[1] or found[2] for found in PARAMETER.finditer(route.path)]


def asked(route: Route) -> str:
    """Its path with the parameters as the drill writes values."""
    return PARAMETER.sub(lambda found: f"{{{found[1] or found[2]}}}", route.path)


def told_apart(
    route: Route,
    first: tuple[Answer, Answer] | str,
    second: tuple[Answer, Answer] | str,
    names: Mapping[str, str],
    plan: Plan,
) -> Reach:
    """How the answers to a copy are known from the others, if they are."""
    if isinstance(first, str) or isinstance(second, str):
        return Reach(route, why=first if isinstance(first, str) else str(second))
    without, copied = first
    statuses = f"{without.status} without the copy, {copied.status} and {second[1].status} with it"
    if {200 <= each.status < 300 for each in (copied, second[1])} != {True} or copied.status != second[
        1
    ].status:
        return Reach(route, why=f"nobody can tell who was let in: {statuses}")
    if without.status >= 500 or without.status == 429:
        return Reach(route, why=f"nobody can tell who was refused: {statuses}")
    if 200 <= without.status < 300:
        return Reach(route, why=f"it lets in without the copy: {statuses}")
    word = proof(without, copied, second[1], names)
    if not word:
        return Reach(route, why="nothing in its answer proves who asks")
    location = urlsplit(without.header("location") or "").path
    refusal = Match(status=without.status, location=location.replace("{", "{{").replace("}", "}}") or None)
    refused = (refusal, *plan.probe.refused, REFUSALS)
    return Reach(
        route, Probe(get=asked(route), accepted=Match(status=copied.status, body=word), refused=refused)
    )


def proof(without: Answer, first: Answer, second: Answer, names: Mapping[str, str]) -> str:
    """A word that is in the answers to both copies and not in the other one; the name of somebody goes first,
    as the value that it is in the plan. What is made for one sign-in is not in both, except in a list of
    all of them: so what has no digit goes before what has some."""
    bare = without.body.decode("utf-8", "replace")
    fair = {each for each in words_of(first) & words_of(second) if each not in bare}
    people = sorted(names[each] for each in fair & set(names))
    if people:
        return f"{{{people[0]}}}"
    return max(fair, key=lambda each: (not DIGIT.search(each), len(each), each), default="")


def words_of(answer: Answer) -> set[str]:
    return set(WORD.findall(answer.body.decode("utf-8", "replace")))
