"""Shared memory between the revoker and the workers: who presents what, and when it was last accepted.

All moments are ``time.monotonic_ns()``, one clock for all processes of a machine. A slot holds one token
under test. The revoker writes a token and then raises the slot's generation; a worker reads generation,
token, generation again, and notes its findings under that generation.
"""

from __future__ import annotations

import mmap
import struct
from pathlib import Path

from rescind._clock import SystemClock

WORKERS, SLOTS, TOKEN, SLOT = 32, 16, 632, 640
_SLOT = struct.Struct("<Q632s")
_FINDING = struct.Struct("<QQQQ")
_SLOTS_AT = 64
_FINDINGS_AT = _SLOTS_AT + SLOTS * SLOT
SIZE = _FINDINGS_AT + WORKERS * SLOTS * _FINDING.size


class BoardClock(SystemClock):
    """The clocks of a machine whose wall clock somebody sets."""

    def __init__(self, board: Board) -> None:
        super().__init__()
        self._board = board

    def wall(self) -> int:
        return super().wall() + self._board.wall_ahead


class Board:
    """One file, mapped by every process.

    Per worker and slot: the generation looked at, the start of the last accepted check, the start of the last
    check of any outcome, and how many were made. Every field is written by one process only.
    """

    def __init__(self, path: Path) -> None:
        if not path.exists():
            path.write_bytes(bytes(SIZE))
        with path.open("r+b") as file:
            self._map = mmap.mmap(file.fileno(), SIZE)

    def stop(self) -> None:
        self._map[0] = 1

    @property
    def stopped(self) -> bool:
        return self._map[0] == 1

    @property
    def wall_ahead(self) -> int:
        """Microseconds by which the wall clock of this machine is ahead of the true time."""
        return int.from_bytes(self._map[8:16], "little", signed=True)

    def set_wall(self, seconds: float) -> None:
        self._map[8:16] = round(seconds * 1e6).to_bytes(8, "little", signed=True)

    def publish(self, slot: int, generation: int, token: str) -> None:
        at = _SLOTS_AT + slot * SLOT
        self._map[at : at + 8] = bytes(8)
        self._map[at + 8 : at + 8 + TOKEN] = token.encode().ljust(TOKEN, b"\0")
        self._map[at : at + 8] = generation.to_bytes(8, "little")

    def token(self, slot: int) -> tuple[int, str] | None:
        """Generation and token of a slot; ``None`` while it is being written or empty."""
        at = _SLOTS_AT + slot * SLOT
        generation, token = _SLOT.unpack_from(self._map, at)
        again = int.from_bytes(self._map[at : at + 8], "little")
        return (generation, token.rstrip(b"\0").decode()) if generation and generation == again else None

    def note(self, worker: int, slot: int, generation: int, started: int, accepted: bool) -> None:
        at = _FINDINGS_AT + (worker * SLOTS + slot) * _FINDING.size
        known, last_accepted, _, made = _FINDING.unpack_from(self._map, at)
        if known != generation:
            last_accepted, made = 0, 0
        _FINDING.pack_into(
            self._map, at, generation, started if accepted else last_accepted, started, made + 1
        )

    def finding(self, worker: int, slot: int) -> tuple[int, int, int, int]:
        """(generation, start of the last accepted, start of the last of any outcome, checks made)."""
        at = _FINDINGS_AT + (worker * SLOTS + slot) * _FINDING.size
        found: tuple[int, int, int, int] = _FINDING.unpack_from(self._map, at)
        return found

    def last_check(self, worker: int) -> int:
        """When this worker began its last check of any slot; 0 if it has made none."""
        return max(self.finding(worker, slot)[2] for slot in range(SLOTS))
