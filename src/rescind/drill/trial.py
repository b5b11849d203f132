"""One trial: sign in, take the copy, prove that it works, end the access, and keep asking with the copy.

Theory of operation
1. Every trial starts with an empty cookie jar. The copy is taken right after sign-in.
2. Before the clock starts two baselines must hold: the copy is accepted on every connection, and the same
   request without the copy is refused. Otherwise figures would say nothing, and the trial says which failed.
3. Probes are sent open loop: at an even pace, whatever the answers take. Half of the connections are kept,
   the others reconnect for every probe, so that every worker process behind one port gets asked.
4. Some probes run before the end, so that caches are warm and in use when it comes. The moment of the end
   shifts from trial to trial against the pace (golden ratio), so that it does not always hit the same gap.
5. The instant the end is answered, one probe leaves on every free connection: the request right after the
   answer is the one that a late worker gets wrong. (Not against hosts of others, where the pace is kept.)
6. It goes on until an answer came to a probe that started `watch` seconds after the last acceptance, or after
   the answer when nothing was refused: a machine that stood still has tried nothing. Four times `watch` ends
   it in any case.
7. Once the end was begun, `undo` is sent, however the trial went, also when it is interrupted. If that fails
   nothing further is tried: somebody has to look.
"""

from __future__ import annotations

import asyncio
import contextlib
import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from time import perf_counter

from rescind.drill.client import Line, NoAnswer, Request
from rescind.drill.consent import Endpoint
from rescind.drill.errors import BaselineFailed, StepFailed
from rescind.drill.fill import fill, fill_match, for_trial, of_owner
from rescind.drill.judge import Verdict, judge
from rescind.drill.plan import End, Plan
from rescind.drill.record import Asked, Faulted, Trial
from rescind.drill.steps import Browser

LONGEST = 4  # times `watch`
WARM = 3  # probes accepted before the end
_GOLDEN = 0.6180339887498949


@dataclass(slots=True)
class Halt:
    """Why the whole run must stop, once something said so."""

    why: str | None = None

    def say(self, why: str) -> None:
        """The first reason counts."""
        self.why = self.why or why

    def check(self) -> None:
        """Raises StepFailed when nothing more may be begun."""
        if self.why is not None:
            raise StepFailed(f"stopped: {self.why}")

    def heed(self, status: int | None, endpoint: Endpoint) -> None:
        """A 429 of somebody else's host is the end of it."""
        if status == 429 and endpoint.others:
            self.say(f"{endpoint.host} answered 429: asked to slow down")


@dataclass(frozen=True, slots=True)
class People:
    """The values of the owner of the session and of the actor who ends it (None: the owner)."""

    owner: Mapping[str, str]
    actor: Mapping[str, str] | None
    secrets: frozenset[str] = field(repr=False)  # values from the environment, masked in messages


@dataclass(frozen=True, slots=True)
class Job:
    """What the trials of one end have in common. `interval` is the time between two probes, in seconds."""

    plan: Plan
    end: End
    endpoints: tuple[Endpoint, ...]
    people: People
    agent: str
    interval: float
    halt: Halt

    def browser(self, number: int, values: Mapping[str, str]) -> Browser:
        """Somebody with an empty cookie jar; trials take the bases in turn."""
        return Browser(
            self.endpoints[number % len(self.endpoints)],
            values,
            secrets=self.people.secrets,
            agent=self.agent,
            timeout=self.plan.target.timeout_s,
        )


async def run_trial(job: Job, number: int) -> Trial | Faulted:
    """Runs one trial; a step or a baseline that fails is an outcome and not an error."""
    values = for_trial(job.people.owner, number, job.people.secrets)
    owner = job.browser(number, values)
    actor: Browser | None = None
    try:
        if job.people.actor is not None:
            actor = job.browser(number, for_trial(job.people.actor, number, job.people.secrets))
            await actor.run(job.plan.sign_in.steps)
        signed_in = (await owner.run(job.plan.sign_in.steps)).ended
        copy = owner.copy(job.plan.sign_in.copy)
        prober = Prober(job, {**values, **owner.captured}, copy)
        try:
            await prober.baselines()
            return await _measure(job, number, prober, actor or owner, signed_in=signed_in)
        finally:
            prober.close()
    except (StepFailed, BaselineFailed) as failure:
        if isinstance(failure, StepFailed):
            job.halt.heed(failure.status, owner.endpoint)
        return Faulted(number, str(failure))
    finally:
        owner.close()
        if actor is not None:
            actor.close()


async def _measure(job: Job, number: int, prober: Prober, ender: Browser, *, signed_in: float) -> Trial:
    failure: StepFailed | None = None
    ending = answered = 0.0
    try:
        async with asyncio.TaskGroup() as group:
            prober.start(group)
            await prober.warm(job.plan.target.timeout_s)
            await asyncio.sleep(number * _GOLDEN % 1 * job.interval)
            try:
                job.halt.check()
                ending = perf_counter()
                answered = (await ender.run(job.end.steps, of_owner(prober.values))).ended
                prober.tell_answered(answered)
            except StepFailed as error:
                failure = error
                prober.stop()
    finally:
        if ending and job.end.undo:
            await _undo(job, number, ender, of_owner(prober.values))
    if failure is not None:
        raise failure
    return Trial(
        number=number,
        signed_in=signed_in,
        ending=ending,
        answered=answered,
        stopped=prober.stopped,
        still_accepted=prober.still_accepted,
        asked=tuple(sorted(prober.asked, key=lambda asked: asked.started)),
        copy_sha256=prober.copy_sha256,
        noted={name: ender.captured[name] for step in job.end.steps for name in step.capture},
    )


async def _undo(job: Job, number: int, ender: Browser, values: Mapping[str, str]) -> None:
    try:
        await ender.run(job.end.undo, values)
    except StepFailed as failure:
        job.halt.say(f"undo of {job.end.name!r} failed in trial {number}, see to it by hand: {failure}")


class Prober:
    """Sends the probe with the copy and nothing else, and writes down every answer."""

    def __init__(self, job: Job, values: Mapping[str, str], copy: list[tuple[str, str]]) -> None:
        self.asked: list[Asked] = []
        self.stopped = 0.0
        self.still_accepted = False
        self.copy_sha256 = hashlib.sha256("\n".join(value for _, value in copy).encode()).hexdigest()
        self._job = job
        self.values = values  # of the owner, captures included
        self._accepted = fill_match(job.plan.probe.accepted, values)
        self._refused = [fill_match(match, values) for match in job.plan.probe.refused]
        bare = [("User-Agent", job.agent), ("Accept", "*/*")]
        path = fill(job.plan.probe.get, values)
        self._without = Request("GET", path, bare)
        self._with = Request("GET", path, [*bare, *copy])
        self._lines = self._make_lines()
        self._extra: set[Line] = set()
        self._turn = 0
        self._answered: float | None = None
        self._last_accepted = 0.0
        self._last_back = 0.0  # the latest start of a probe whose answer, or silence, is known
        self._accepted_so_far = 0
        self._refused_after = False
        self._stop = False
        self._warm = asyncio.Event()
        self._group: asyncio.TaskGroup | None = None

    async def baselines(self) -> None:
        """Raises BaselineFailed unless the copy is accepted on every connection, and nothing is refused."""
        without = await self._ask(self._lines[0], self._without)
        if without.verdict is not Verdict.REFUSED:
            raise BaselineFailed(f"without any credential the probe was not refused: {without.says}")
        for line in self._lines:
            if line.endpoint.others:
                await asyncio.sleep(self._job.interval)
            copied = await self._ask(line, self._with)
            if copied.verdict is not Verdict.ACCEPTED:
                raise BaselineFailed(f"the copy does not work before the end: {copied.says}")

    def start(self, group: asyncio.TaskGroup) -> None:
        """Begins to send; the group holds every request until it is answered."""
        self._group = group
        group.create_task(self._pace())

    async def warm(self, longest: float) -> None:
        """Returns when a few probes were accepted, or after `longest` seconds; then the trial is void."""
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(longest):
                await self._warm.wait()

    def tell_answered(self, moment: float) -> None:
        """The end was answered at `moment`: ask on every free connection at once."""
        self._answered = moment
        if not any(endpoint.others for endpoint in self._job.endpoints):
            for line in self._lines:
                if not line.busy:
                    self._send(line)

    def stop(self) -> None:
        """No further probe is sent."""
        self._stop = True

    def close(self) -> None:
        """Closes every connection."""
        for line in [*self._lines, *self._extra]:
            line.close()

    def _make_lines(self) -> list[Line]:
        target, endpoints = self._job.plan.target, self._job.endpoints
        count = max(target.connections, 2 * len(endpoints))
        return [
            Line(endpoints[index // 2 % len(endpoints)], keep=index % 2 == 0, timeout=target.timeout_s)
            for index in range(count)
        ]

    async def _pace(self) -> None:
        due = perf_counter()
        while not self._over(now := perf_counter()):
            if now >= due:
                self._send(self._free_line())
                due = max(due + self._job.interval, now)  # what was missed is not made up for in a burst
            await asyncio.sleep(max(0.0, due - perf_counter()))
        self.stopped = perf_counter()

    def _free_line(self) -> Line:
        """The next connection in turn that waits for nothing; when all wait, one more (open loop)."""
        for _ in self._lines:
            self._turn += 1
            line = self._lines[self._turn % len(self._lines)]
            if not line.busy:
                return line
        endpoint = self._lines[self._turn % len(self._lines)].endpoint
        line = Line(endpoint, keep=False, timeout=self._job.plan.target.timeout_s)
        self._extra.add(line)
        return line

    def _send(self, line: Line) -> None:
        if self._group is not None:
            line.busy = True  # before the task runs, so that nobody else takes it
            self._group.create_task(self._probe(line))

    async def _probe(self, line: Line) -> None:
        asked = await self._ask(line, self._with)
        self._extra.discard(line)
        self.asked.append(asked)
        self._last_back = max(self._last_back, asked.started)
        if asked.verdict is Verdict.ACCEPTED:
            self._last_accepted = max(self._last_accepted, asked.started)
            self._accepted_so_far += 1
            if self._accepted_so_far >= WARM:
                self._warm.set()
        elif (
            asked.verdict is Verdict.REFUSED and self._answered is not None and asked.started > self._answered
        ):
            self._refused_after = True

    async def _ask(self, line: Line, request: Request) -> Asked:
        try:
            answer = await line.ask(request)
        except NoAnswer as silence:
            moments = silence.started, silence.ended
            return Asked(*moments, Verdict.UNDECIDED, silence.why, None, line.keep, line.endpoint.base)
        self._job.halt.heed(answer.status, line.endpoint)
        verdict = judge(answer, self._accepted, self._refused)
        worker = self._job.plan.target.worker
        name = None if worker is None else answer.header(worker.header)
        moments = answer.started, answer.ended
        return Asked(*moments, verdict, str(answer.status), name, line.keep, line.endpoint.base)

    def _over(self, now: float) -> bool:
        """True when enough was seen (rule 6), or when somebody said stop."""
        if self._stop or self._job.halt.why is not None:
            return True
        if self._answered is None:
            return False
        watch = self._job.plan.run.watch_s
        since = max(self._answered, self._last_accepted) if self._refused_after else self._answered
        tried = self._last_back - since >= watch
        if tried and self._refused_after:
            return True
        longest = LONGEST * watch
        silent = now - self._answered >= longest + self._job.plan.target.timeout_s
        if tried or silent or self._last_back - self._answered >= longest:
            self.still_accepted = self._last_accepted > self._answered
            return True
        return False
