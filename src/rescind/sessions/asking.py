"""How a check asks the authority: one deadline for all that it waits for, on threads as on event loops.

A check is written once, as steps: a generator that yields each read it needs and gets what came of it. Memory
is asked before the first step, so what memory answers never comes here.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Generator, Hashable
from concurrent.futures import Future
from dataclasses import dataclass
from typing import Any, NoReturn, TypeVar

from rescind._clock import SystemClock
from rescind.errors import StoreUnavailable
from rescind.revocation.flights import Flights, Outcome
from rescind.revocation.outage import Outage

T = TypeVar("T")
OPENING = 2.0
"""Seconds that the check which opens the store waits in all: it connects, or makes a file and its tables."""
STUCK = 2.0
"""Times that a check waits, after which a read that is under way still counts as not answered."""


@dataclass(frozen=True, slots=True)
class Ask:
    """A read that a check needs.

    Attributes:
        key: whoever asks by an equal key before the read begins shares it.
        work: what reads; may block.
        slow: it may block for long even where reads are made in place: it opens the store.
    """

    key: Hashable
    work: Callable[[], Any]
    slow: bool = False


Steps = Generator[Ask, Any, T]
"""Gets the value of each read, or ``StoreUnavailable`` raised where it yielded."""


class Asker:
    """Args:
    inline: reads are made where they are asked for.
    bound: opening the store too, and no probe goes: whoever asks finds out.
    within: seconds that one check waits in all.
    probe: reads the authority to see whether it is back.
    opened: whether the store was opened, so that nothing but reads is left to do.
    """

    def __init__(
        self,
        outage: Outage,
        *,
        inline: bool,
        within: float,
        probe: Callable[[], object],
        opened: Callable[[], bool] = lambda: True,
        bound: bool = False,
    ) -> None:
        self.outage = outage
        self.flights = Flights(outage)
        self._inline = inline
        self._bound = bound
        self.within = within
        self._probe = probe
        self.opened = opened
        self._now = SystemClock().lease

    def begin(self) -> float:
        """When a check begins, for ``run`` and ``arun``; seconds on the lease clock."""
        return self._now()

    def run(self, steps: Steps[T], began: float | None = None) -> T:
        """Answer a check on this thread.

        Args:
            began: when it did, if it has asked the authority before.
        """
        until = (self._now() if began is None else began) + self.within
        try:
            ask = next(steps)
            while True:
                if self.refuses():
                    ask = steps.throw(StoreUnavailable(self.outage.refused()))
                elif self._is_inline(ask):
                    ask = self._inline_step(steps, ask)
                else:
                    flight, until = self.flights.ask(ask.key, ask.work), self._until(ask, until)
                    ask = self._go_on(steps, self._wait(flight.done, until))
        except StopIteration as answered:
            answer: T = answered.value
            return answer

    async def arun(self, steps: Steps[T], began: float | None = None) -> T:
        """The same without blocking the event loop."""
        until = (self._now() if began is None else began) + self.within
        try:
            ask = next(steps)
            while True:
                if self.refuses():
                    ask = steps.throw(StoreUnavailable(self.outage.refused()))
                elif self._is_inline(ask):
                    ask = self._inline_step(steps, ask)
                else:
                    flight, until = self.flights.ask(ask.key, ask.work), self._until(ask, until)
                    ask = self._go_on(steps, await self._await(flight.done, until))
        except StopIteration as answered:
            answer: T = answered.value
            return answer

    def _is_inline(self, ask: Ask) -> bool:
        return self._bound or (self._inline and not ask.slow)

    def _until(self, ask: Ask, until: float) -> float:
        """The deadline of a check, which the first one of a process has later: it opens the store."""
        return max(until, self._now() + OPENING) if ask.slow else until

    async def off(self, work: Callable[..., T], *args: Any) -> T:
        """Have something read off the loop; shared with nobody.

        Raises:
            StoreUnavailable: not within the time of a check.
        """
        flight = self.flights.ask(object(), lambda: work(*args))
        outcome = await self._await(flight.done, self._now() + self.within)
        if outcome is None:
            self._too_late()
        answer: T = outcome.get()
        return answer

    def refuses(self) -> bool:
        """Whether what would ask is refused at once. Sends the probe that ends this, when one is due."""
        outage = self.outage
        if self._bound or not outage.refuses:
            return False
        if outage.probe_is_due():
            self.flights.ask("probe", self._probe)
        return True

    def _inline_step(self, steps: Steps[Any], ask: Ask) -> Ask:
        try:
            value = ask.work()
        except StoreUnavailable as error:
            return steps.throw(error)
        return steps.send(value)

    def _go_on(self, steps: Steps[Any], outcome: Outcome | None) -> Ask:
        try:
            if outcome is None:
                self._too_late()
            value = outcome.get()
        except StoreUnavailable as error:
            return steps.throw(error)
        return steps.send(value)

    def _too_late(self) -> NoReturn:
        """It was waited for long enough. Whose fault that is the store says itself: who was kept from the CPU
        finds an answer there. Only a driver that is stuck for twice as long counts here."""
        error = StoreUnavailable(f"no answer within {self.within:g} s")
        stuck_for = self.flights.stuck_for()
        if stuck_for >= STUCK * self.within:
            self.outage.failed(error, stuck_for)
            self.flights.drop_waiting(error)
        raise error

    def _wait(self, done: Future[Outcome], until: float) -> Outcome | None:
        try:
            return done.result(max(0.0, until - self._now()))
        except TimeoutError:
            return None

    async def _await(self, done: Future[Outcome], until: float) -> Outcome | None:
        # Waited for, never cancelled: others share it.
        waited, _ = await asyncio.wait({asyncio.wrap_future(done)}, timeout=max(0.0, until - self._now()))
        return waited.pop().result() if waited else None
