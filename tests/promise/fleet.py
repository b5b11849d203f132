"""Starting, stopping, killing, pausing and forking the workers of the promise test.

They are forked as ``tests.programs`` says: a new interpreter for each, on cores that the others keep busy,
took more time than all that is measured.
"""

from __future__ import annotations

import os
import random
import signal
import time
from contextlib import suppress
from dataclasses import dataclass, field
from multiprocessing.context import ForkServerProcess
from pathlib import Path
from typing import Any

from tests.programs import SERVER
from tests.promise.board import Board
from tests.promise.wire import Held, Wire
from tests.promise.worker import main, stacks_of

HOLDS: dict[str, Held] = {"everything held": "everything", "answers held": "answers"}


@dataclass
class Member:
    process: ForkServerProcess
    pid: int
    number: int
    busy: bool
    paused_until: float = 0.0
    held_until: float = 0.0
    forked: bool = False


@dataclass
class Fleet:
    """The worker processes. Numbers below 16 are parents, number + 16 is its forked child.

    Attributes:
        model: settings of the session model.
        wires: by number of the worker, what stands between it and the server, where that can fail.
    """

    board: Path
    url: str
    wires: dict[int, Wire] = field(default_factory=dict)
    redis: str | None = None
    model: dict[str, Any] = field(default_factory=dict)
    members: dict[int, Member] = field(default_factory=dict)
    log: list[str] = field(default_factory=list)

    def start(self, number: int, *, busy: bool) -> None:
        settings = {"redis": self._seen_by(number, self.redis), **self.model}
        arguments = (self.board, self._seen_by(number, self.url), settings, number, busy)
        process = SERVER.Process(target=main, args=arguments, daemon=True)
        process.start()
        assert process.pid is not None
        self.members[number] = Member(process, process.pid, number, busy)

    def _seen_by(self, number: int, url: str | None) -> str | None:
        """The url with the wire of a worker in place of the server that it leads to."""
        wire = self.wires.get(number)
        if url is None or wire is None:
            return url
        return url.replace(f"127.0.0.1:{wire.target}", f"127.0.0.1:{wire.port}")

    def running(self) -> list[int]:
        """Numbers whose process runs, is not paused and reaches the server, forked children included."""
        now = time.monotonic()
        numbers = []
        for member in self.members.values():
            if max(member.paused_until, member.held_until) > now or not member.process.is_alive():
                continue
            numbers.append(member.number)
            if member.forked:
                numbers.append(member.number + 16)
        return numbers

    def misfortune(self, chance: random.Random, *, pause: float) -> None:
        """One event of a worker's life, at random."""
        member = chance.choice(list(self.members.values()))
        if member.paused_until or member.held_until:
            self.resume()
            return
        kinds = ["kill", "stop", "pause", "fork"]
        if member.number in self.wires and len(self.log) % 2 == 0:
            kinds = ["cut", *HOLDS]
        kind = chance.choice(kinds)
        self.log.append(kind)
        if kind == "fork":
            if not member.forked:
                os.kill(member.pid, signal.SIGUSR1)
                member.forked = True
        elif kind == "pause":
            self._signal_all(member, signal.SIGSTOP)
            member.paused_until = time.monotonic() + pause
        elif kind == "cut":
            self.wires[member.number].cut()
        elif kind in HOLDS:
            self.wires[member.number].held = HOLDS[kind]
            member.held_until = time.monotonic() + pause
        else:
            self._signal_all(member, signal.SIGKILL if kind == "kill" else signal.SIGTERM)
            member.process.join(20)
            assert not member.process.is_alive()
            self._signal_all(member, signal.SIGKILL)
            self.start(member.number, busy=member.busy)

    def resume(self, *, all_of_them: bool = False) -> None:
        for member in self.members.values():
            if member.paused_until and (all_of_them or member.paused_until <= time.monotonic()):
                self._signal_all(member, signal.SIGCONT)
                member.paused_until = 0.0
            if member.held_until and (all_of_them or member.held_until <= time.monotonic()):
                self.wires[member.number].held = "nothing"
                member.held_until = 0.0

    def stacks(self) -> str:
        """What every thread of every worker is doing; for the message of a test that failed."""
        for member in self.members.values():
            self._signal_all(member, signal.SIGUSR2)
        time.sleep(1.0)
        return "\n".join(
            f"worker {number}:\n{path.read_text()}"
            for number in self.members
            if (path := stacks_of(self.board, number)).exists()
        )

    def _signal_all(self, member: Member, number: int) -> None:
        with suppress(ProcessLookupError):
            os.killpg(member.pid, number)

    def close(self, board: Board) -> None:
        board.stop()
        self.resume(all_of_them=True)
        for member in self.members.values():
            self._signal_all(member, signal.SIGTERM)
        for member in self.members.values():
            member.process.join(10)
            self._signal_all(member, signal.SIGKILL)
            member.process.join(10)
            member.process.close()
