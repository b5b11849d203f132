"""Tries a plan out without ending anything: signs everybody in, asks with the copy and without it, and says
what each answer was taken for.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Collection, Mapping
from dataclasses import dataclass

from rescind.drill.client import Line, NoAnswer, Request
from rescind.drill.consent import Endpoint, Resolver, endpoints
from rescind.drill.errors import StepFailed
from rescind.drill.fill import fill, fill_match, for_trial, mask
from rescind.drill.judge import Verdict, judge, misfit
from rescind.drill.names import check_names
from rescind.drill.plan import Plan
from rescind.drill.run import agent, people
from rescind.drill.steps import Browser

NUMBER = 0  # what {trial} stands for: a real trial begins at 1


@dataclass(frozen=True, slots=True)
class Found:
    """One thing that was tried, whether it is as a drill needs it, and what was seen."""

    what: str
    good: bool
    says: str

    def to_dict(self) -> dict[str, object]:
        """The object in `found` of `--json`."""
        return {"what": self.what, "good": self.good, "says": self.says}


async def check(
    plan: Plan,
    *,
    allow: Collection[str] = (),
    environ: Mapping[str, str] | None = None,
    resolver: Resolver | None = None,
) -> list[Found]:
    """What was found, in the order in which it was tried; it ends at the first sign-in that fails.

    Raises PlanError and ConsentNeeded before the first request, as a run does.
    """
    check_names(plan)
    bases = endpoints(plan.target.bases, allow, resolver)
    environment = os.environ if environ is None else environ
    given = [
        people(plan, end, environment) for end in plan.end
    ]  # all values are there before anything is sent
    owner = given[0].owner
    secrets = frozenset[str]().union(*(one.secrets for one in given))
    found: list[Found] = []
    for endpoint in bases:
        name = "sign in" if len(bases) == 1 else f"sign in at {endpoint.base}"
        browser = _browser(plan, endpoint, owner, secrets)
        try:
            found.append(await _sign_in(plan, browser, name))
            if not found[-1].good:
                return found
            found += await _ask(plan, browser, endpoint, secrets)
        finally:
            browser.close()
    actors = {end.actor: one.actor for end, one in zip(plan.end, given, strict=True)}
    for actor, values in actors.items():
        if actor is not None and values is not None:
            browser = _browser(plan, bases[0], values, secrets)
            found.append(await _sign_in(plan, browser, f"sign in of {actor}"))
            browser.close()
    return found


def _browser(plan: Plan, endpoint: Endpoint, values: Mapping[str, str], secrets: frozenset[str]) -> Browser:
    own = for_trial(values, NUMBER, secrets)
    return Browser(endpoint, own, secrets=secrets, agent=agent(), timeout=plan.target.timeout_s)


async def _sign_in(plan: Plan, browser: Browser, name: str) -> Found:
    try:
        await browser.run(plan.sign_in.steps)
        copy = browser.copy(plan.sign_in.copy)
    except StepFailed as failure:
        return Found(name, False, str(failure))
    taken = ", ".join(plan.sign_in.copy.cookies) or plan.sign_in.copy.header
    digest = hashlib.sha256("\n".join(value for _, value in copy).encode()).hexdigest()
    return Found(name, True, f"the copy is {taken}, sha256 {digest[:12]}")


async def _ask(plan: Plan, browser: Browser, endpoint: Endpoint, secrets: frozenset[str]) -> list[Found]:
    """Both baselines of a trial, with the reason why an answer is not what it should be."""
    values = {**browser.values, **browser.captured}
    accepted = fill_match(plan.probe.accepted, values)
    refused = [fill_match(match, values) for match in plan.probe.refused]
    bare = [("User-Agent", agent()), ("Accept", "*/*")]
    copy = browser.copy(plan.sign_in.copy)
    hidden = secrets | {value for _, value in copy} | set(browser.captured.values())
    found = []
    line = Line(endpoint, keep=True, timeout=plan.target.timeout_s)
    for name, headers, wanted, matches in (
        ("without the copy", bare, Verdict.REFUSED, refused),
        ("with the copy", [*bare, *copy], Verdict.ACCEPTED, [accepted]),
    ):
        try:
            answer = await line.ask(Request("GET", fill(plan.probe.get, values), headers))
        except NoAnswer as silence:
            found.append(Found(name, False, f"undecided: {silence.why}"))
            continue
        verdict = judge(answer, accepted, refused)
        says = f"{verdict} ({answer.status})"
        if verdict is not wanted:
            misfits = "; or ".join(why for match in matches if (why := misfit(answer, match)) is not None)
            says += f", but a drill needs it {wanted}" + (f": {misfits}" if misfits else "")
        found.append(Found(name, verdict is wanted, mask(says, hidden)))
    line.close()
    return found
