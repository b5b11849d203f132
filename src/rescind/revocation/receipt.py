"""What ``revoke()`` returns: what ended, whether it is final, and what that rests on."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal, Protocol

from rescind.revocation.barrier import Barrier

ReceiptState = Literal["final", "committed", "pending", "void"]

_NAMES = {
    "session": ("session", "sessions"),
    "refresh_family": ("refresh family", "refresh families"),
    "access_token": ("access token", "access tokens"),
    "key": ("key", "keys"),
}


class Rest(Protocol):
    """What is left to be done for a receipt: steps that never wait, and a barrier between them."""

    def begin(self) -> Barrier | None:
        """``None``: nobody is to be waited for."""
        ...

    def end(self) -> None:
        """After the barrier."""
        ...

    def finish(self, instead: str) -> None:
        """All of it; blocks.

        Raises:
            UseAio: this thread runs an event loop; call ``instead``.
        """
        ...


@dataclass(eq=False)
class Receipt:
    """The outcome of a revocation or of a change of standing.

    Attributes:
        state: ``final``: no worker accepts it on any request that starts from now on. ``committed``: durable,
            not waited for (``wait=False``). ``pending``: the caller's transaction is open. ``void``: it
            rolled back, nothing happened.
        id: the revocation id; a retry with it appends nothing.
        seq: the entry's number, or the head that was confirmed when nothing was to end; 0 while pending.
        matched: credentials in the store that the selector named, live or not.
        ended: live ones that it ended, by kind: ``{"session": 3}``. A repeat with the same id tells what the
            first call ended.
        counted: ``False``: those two are not known: the transaction is open, or the store did not answer when
            they were to be counted. A repeat with the same id asks again.
        changed: it tells of a change of standing, not of an end.
        workers_confirmed: workers that have it.
        workers_lapsed: workers whose term passed without a word; they cannot act on what they had.
        proof: what ``final`` rests on: ``counter``, ``acknowledged``, ``term`` or ``none``.
        outside: what the promise does not cover, and until when, in words.
        elapsed: seconds from the call to this state.
    """

    state: ReceiptState
    id: str
    seq: int = 0
    matched: int = 0
    ended: Mapping[str, int] = field(default_factory=dict)
    workers_confirmed: int = 0
    workers_lapsed: int = 0
    proof: str = "none"
    outside: tuple[str, ...] = ()
    elapsed: float = 0.0
    changed: bool = False
    counted: bool = True

    def wait(self) -> Receipt:
        """Block until the state is ``final`` (after ``wait=False``); at most about one lease.

        Raises:
            RuntimeError: the receipt is pending; commit first, then ``complete()``.
            UseAio: there is something to wait for and an event loop runs: ``await auth.aio.wait(receipt)``.
        """
        self.refuse_pending()
        return self._finish("await auth.aio.wait(receipt)")

    def complete(self) -> Receipt:
        """After the caller's commit or rollback: find out which it was and wait for the workers.

        Needed only where the commit cannot be observed; harmless elsewhere.

        Raises:
            UseAio: there is something to find out and an event loop runs: ``await
                auth.aio.complete(receipt)``.
        """
        return self._finish("await auth.aio.complete(receipt)")

    def to_dict(self) -> dict[str, Any]:
        """Plain values, for JSON."""
        return {
            "state": self.state,
            "id": self.id,
            "seq": self.seq,
            "matched": self.matched,
            "ended": dict(self.ended),
            "counted": self.counted,
            "workers_confirmed": self.workers_confirmed,
            "workers_lapsed": self.workers_lapsed,
            "proof": self.proof,
            "outside": list(self.outside),
            "elapsed": self.elapsed,
            "changed": self.changed,
        }

    def __str__(self) -> str:
        """``final · seq 41 · ended 3 sessions · 4 workers in 2.9 ms``"""
        if self.state in ("pending", "void"):
            return f"{self.state} · revocation {self.id}"
        parts = [self.state, f"seq {self.seq}", self._what()]
        if self.state == "final":
            parts.append(f"{_workers(self)} in {_time(self.elapsed)}")
        parts.extend(f"outside: {one}" for one in self.outside)
        return " · ".join(parts)

    def _what(self) -> str:
        if self.changed:
            return "standing changed"
        return ended_text(self.ended) if self.counted else "not counted"

    def finish_with(self, rest: Rest) -> None:
        """For the engine: how to bring this receipt to its end."""
        self.__dict__["_rest"] = rest  # no field: whoever prints or encodes a receipt does not see it

    @property
    def rest(self) -> Rest | None:
        """For the engine: what is left to be done, ``None`` if nothing is."""
        rest: Rest | None = self.__dict__.get("_rest")
        return rest if self.state in ("pending", "committed") else None

    def refuse_pending(self) -> None:
        """Raise ``RuntimeError`` while the caller's transaction is open."""
        if self.state == "pending":
            raise RuntimeError("the transaction is open: commit it, then call receipt.complete()")

    def _finish(self, instead: str) -> Receipt:
        if self.rest is not None:
            self.rest.finish(instead)
        return self


def ended_text(ended: Mapping[str, int]) -> str:
    """``ended 3 sessions, 1 refresh family`` or ``nothing to end``."""
    parts = []
    for kind, count in ended.items():
        one, many = _NAMES.get(kind, (kind, kind + "s"))
        parts.append(f"{count} {one if count == 1 else many}")
    return "ended " + ", ".join(parts) if parts else "nothing to end"


def _workers(receipt: Receipt) -> str:
    count = receipt.workers_confirmed
    text = f"{count} worker{'' if count == 1 else 's'}"
    return text if not receipt.workers_lapsed else f"{text}, {receipt.workers_lapsed} lapsed"


def _time(elapsed: float) -> str:
    return f"{elapsed * 1000:.1f} ms" if elapsed < 1 else f"{elapsed:.2f} s"
