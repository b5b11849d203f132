"""Starting, stopping, killing, pausing and forking the workers of the promise test."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import time
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

from tests.promise.board import Board

ROOT = Path(__file__).parents[2]


@dataclass
class Member:
    process: subprocess.Popen[bytes]
    number: int
    busy: bool
    paused_until: float = 0.0
    forked: bool = False


@dataclass
class Fleet:
    """The worker processes. Numbers below 16 are parents, number + 16 is its forked child."""

    board: Path
    url: str
    members: dict[int, Member] = field(default_factory=dict)
    log: list[str] = field(default_factory=list)

    def start(self, number: int, *, busy: bool) -> None:
        command = [sys.executable, "-m", "tests.promise.worker", str(self.board), self.url, str(number)]
        if busy:
            command.append("busy")
        process = subprocess.Popen(command, cwd=ROOT, start_new_session=True)
        self.members[number] = Member(process, number, busy)

    def running(self) -> list[int]:
        """Numbers whose process runs and is not paused, forked children included."""
        now = time.monotonic()
        numbers = []
        for member in self.members.values():
            if member.paused_until > now or member.process.poll() is not None:
                continue
            numbers.append(member.number)
            if member.forked:
                numbers.append(member.number + 16)
        return numbers

    def misfortune(self, chance: random.Random, *, pause: float) -> None:
        """One event of a worker's life, at random."""
        member = chance.choice(list(self.members.values()))
        if member.paused_until:
            self._resume_if_due(member)
            return
        kind = chance.choice(("kill", "stop", "pause", "fork"))
        self.log.append(kind)
        if kind == "fork":
            if not member.forked:
                member.process.send_signal(signal.SIGUSR1)
                member.forked = True
        elif kind == "pause":
            self._signal_all(member, signal.SIGSTOP)
            member.paused_until = time.monotonic() + pause
        else:
            self._signal_all(member, signal.SIGKILL if kind == "kill" else signal.SIGTERM)
            member.process.wait(timeout=20)
            self._signal_all(member, signal.SIGKILL)
            self.start(member.number, busy=member.busy)

    def resume(self, *, all_of_them: bool = False) -> None:
        for member in self.members.values():
            if member.paused_until and (all_of_them or member.paused_until <= time.monotonic()):
                self._signal_all(member, signal.SIGCONT)
                member.paused_until = 0.0

    def _resume_if_due(self, member: Member) -> None:
        if member.paused_until <= time.monotonic():
            self._signal_all(member, signal.SIGCONT)
            member.paused_until = 0.0

    def _signal_all(self, member: Member, number: int) -> None:
        with suppress(ProcessLookupError):
            os.killpg(member.process.pid, number)

    def close(self, board: Board) -> None:
        board.stop()
        self.resume(all_of_them=True)
        for member in self.members.values():
            self._signal_all(member, signal.SIGTERM)
        for member in self.members.values():
            try:
                member.process.wait(timeout=10)
            except subprocess.TimeoutExpired:
                self._signal_all(member, signal.SIGKILL)
                member.process.wait(timeout=10)
            self._signal_all(member, signal.SIGKILL)
