"""The readers of the log: renewals, the registry of workers, pushes; and asking where the log may be gone."""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any, TypeVar

from rescind.errors import Conflict, RescindError, StoreUnavailable
from rescind.model.revocation import Renewal, WorkerRow
from rescind.stores.base import Incarnation
from rescind.stores.redis import codec, keys
from rescind.stores.redis.births import ATTEMPTS, Births
from rescind.stores.redis.connections import LONG_PATIENCE, Connections, Wire
from rescind.stores.redis.listener import Listener
from rescind.stores.redis.reads import Flushed, Reader
from rescind.stores.redis.scripts import ACKNOWLEDGE, FORGET, REGISTER, RENEW, RETIRE, WORKERS, Script
from rescind.stores.redis.server import APPEND_SETTINGS, Known, Server

logger = logging.getLogger("rescind.redis")

T = TypeVar("T")
REGISTRY = (keys.WORKERS, keys.ACKED, keys.RETIRED)


class Readers:
    """The part of the store that workers and barriers use; see ``rescind.stores.base.Store``."""

    def __init__(self, connections: Connections, births: Births, channel: str) -> None:
        self._connections = connections
        self._births = births
        self._channel = channel

    def renew(self, worker_id: str, applied: int, *, limit: int = 1000) -> Renewal:
        names = (keys.META, keys.LOG, keys.ENTRIES, keys.WORKERS, keys.RETIRED, keys.SERVER)

        def ask(wire: Wire) -> Renewal | None:
            words = (*names, worker_id, applied, limit + 1)
            found, settings = wire.run_with(APPEND_SETTINGS, RENEW, *words)
            self._births.told_settings(settings)
            renewal = _renewal_of(found, limit) if found[0] and None not in found[3] else None
            whole = renewal is not None and _reaches_the_head(renewal, applied)
            return renewal if self._is_believed(wire, found, whole=whole) else None

        return self._until_believed(ask, patience=None)

    def register(self, worker: WorkerRow) -> None:
        words = (worker.id, codec.encode_worker(worker), f"{worker.acked} {worker.seen_at}")
        if not self._run(REGISTER, keys.WORKERS, keys.ACKED, *words):
            raise Conflict(f"worker {worker.id} exists: an id is for one incarnation")

    def acknowledge(self, worker_id: str, seq: int, *, at: int) -> None:
        self._run(ACKNOWLEDGE, keys.WORKERS, keys.ACKED, worker_id, seq, f"{seq} {at}")

    def deregister(self, worker_id: str) -> None:
        self._run(FORGET, *REGISTRY, worker_id, "")

    def workers(self) -> Sequence[WorkerRow]:
        return self.registry()[0]

    def registry(self) -> tuple[Sequence[WorkerRow], Incarnation]:
        def ask(wire: Wire) -> list[Any] | None:
            found: list[Any] = wire.run(WORKERS, keys.META, *REGISTRY, keys.SERVER, keys.SETTLED)
            return found if self._is_believed(wire, found) else None

        meta, rows, acked, retired, settled, noted, _ = self._until_believed(ask, patience=LONG_PATIENCE)
        words = dict(zip(acked[::2], acked[1::2], strict=True))
        workers = [
            _worker_of(value, words[worker_id], worker_id in retired)
            for worker_id, value in zip(rows[::2], rows[1::2], strict=True)
        ]
        return workers, _incarnation_of(meta, noted, settled)

    def incarnation(self) -> Incarnation:
        def ask(reader: Reader) -> Incarnation:
            meta, noted, settled = reader.values(keys.META, keys.SERVER, keys.SETTLED)
            if meta is None or noted is None:
                raise Flushed
            return _incarnation_of(meta, noted, settled)

        return self._read(ask)

    def settle(self, incarnation: str) -> None:
        # Of another one that settled meanwhile this takes the word back: then it is watched once more.
        self._connections.ask(lambda wire: wire.call("SET", keys.SETTLED, incarnation))

    def push(self) -> None:
        try:
            self._connections.ask(lambda wire: wire.call("PUBLISH", self._channel, 0))
        except RescindError as error:
            logger.warning("could not push: %s; workers look within a quarter of a lease", error)

    def listen(self, wake: Callable[[], None]) -> Callable[[], None]:
        return Listener(self._connections, self._channel, wake).stop

    def retire(self, worker_id: str, seq: int) -> None:
        self._run(RETIRE, *REGISTRY, worker_id, seq)

    def forget(self, worker_id: str) -> None:
        self._run(FORGET, *REGISTRY, worker_id, "retired")

    # -- reading -----------------------------------------------------------------------------------------

    def _read(self, question: Callable[[Reader], T], *, patience: float | None = LONG_PATIENCE) -> T:
        """Ask, after beginning a new log if the old one is gone.

        Args:
            patience: ``None`` where a check waits.
        """
        for _ in range(ATTEMPTS):
            try:
                return self._connections.ask(lambda wire: question(Reader(wire)), patience=patience)
            except Flushed:
                self._connections.ask(self._births.greet)
        raise Flushed

    def _run(self, script: Script, *words: Any) -> Any:
        return self._connections.ask(lambda wire: wire.run(script, *words), patience=LONG_PATIENCE)

    def _is_believed(self, wire: Wire, found: list[Any], *, whole: bool = True) -> bool:
        """Whether a reply, which names log, server and INFO at its ends, is of a log that can be believed."""
        meta, noted, info = found[0], found[-2], found[-1]
        return self._births.look(wire, Server.read(info), meta or None, noted or None, whole=whole)

    def _until_believed(self, question: Callable[[Wire], T | None], *, patience: float | None) -> T:
        for _ in range(ATTEMPTS):
            answer = self._connections.ask(question, patience=patience)
            if answer is not None:
                return answer
        raise StoreUnavailable(f"{self._connections.place}: the log is begun anew again and again")


def _renewal_of(found: list[Any], limit: int) -> Renewal:
    meta, registered, applied_id, page, _, _ = found
    return Renewal(
        head=codec.decode_head(meta),
        registered=bool(registered),
        applied_id=applied_id.decode() or None,
        entries=tuple(codec.decode_entry(value) for value in page[:limit]),
        more=len(page) > limit,
    )


def _reaches_the_head(renewal: Renewal, applied: int) -> bool:
    """The newest entry is never removed: without it the log has lost some."""
    last = renewal.entries[-1].seq if renewal.entries else applied
    return renewal.more or last >= renewal.head.seq


def _incarnation_of(meta: bytes, noted: bytes, settled: bytes | None) -> Incarnation:
    now = f"{codec.decode_head(meta).birth}:{Known.decode(noted).run}"
    return Incarnation(now, settled=settled == now.encode())


def _worker_of(value: bytes, acked: bytes, retired: bool) -> WorkerRow:
    seq, _, at = acked.partition(b" ")
    return replace(codec.decode_worker(value), acked=int(seq), seen_at=int(at), retired=retired)
