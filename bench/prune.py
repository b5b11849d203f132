"""Removing a million expired sessions: bounded batches, flat memory, readers not held up."""

from __future__ import annotations

import statistics
import tempfile
import threading
import time
from dataclasses import dataclass, field
from pathlib import Path

from sqlalchemy import create_engine, insert

from bench.gate import Gate, Report, Row
from bench.measure import percentile, resident
from rescind import Refused, Rescind
from rescind._tokens import digest_of, new_session_id
from rescind.sqlalchemy import metadata

CHUNK = 10_000
DAY = 86_400_000_000


def insert_sessions(auth: Rescind[str], count: int, *, expired: bool) -> None:
    """Rows as the engine writes them, in bulk."""
    head, now = auth.mark(), auth.core.time.now()
    table = metadata.tables["rescind_session"]
    created = now - 90 * DAY if expired else now
    engine = create_engine(auth.settings.url)
    try:
        for start in range(0, count, CHUNK):
            rows = [
                make_row(head.birth, head.seq, created, n) for n in range(start, min(count, start + CHUNK))
            ]
            with engine.begin() as connection:
                connection.execute(insert(table), rows)
    finally:
        engine.dispose()


def make_row(birth: str, seq: int, created: int, number: int) -> dict[str, object]:
    session_id = new_session_id()
    return {
        "id": session_id, "digest": digest_of(session_id), "realm": "default",
        "principal_id": f"bulk{number}",
        "birth": birth, "issued_seq": seq, "method": "password", "created_at": created, "auth_time": created,
        "last_seen": created, "expires_at": created + 30 * DAY, "idle": None,
    }  # fmt: skip


@dataclass
class Reader:
    """Checks strictly, once a millisecond, until it is told to stop."""

    auth: Rescind[str]
    token: str
    waits: list[float] = field(default_factory=list)
    refused: int = 0
    stop: threading.Event = field(default_factory=threading.Event)

    def __call__(self) -> None:
        while not self.stop.wait(0.001):
            begin = time.perf_counter()
            self.refused += isinstance(self.auth.check(self.token, strict=True), Refused)
            self.waits.append(time.perf_counter() - begin)


@dataclass
class Batches:
    """What is seen after each batch: how long it took, and the memory."""

    last: float
    seconds: list[float] = field(default_factory=list)
    sizes: list[int] = field(default_factory=list)

    def __call__(self, _: object) -> None:
        now = time.perf_counter()
        self.seconds.append(now - self.last)
        self.sizes.append(resident())
        self.last = now


def run(count: int = 1_000_000) -> Report:
    """``count`` expired sessions are removed, while another thread checks one that is alive."""
    with tempfile.TemporaryDirectory() as folder, Rescind(f"sqlite:///{Path(folder) / 'app.db'}") as auth:
        reader = Reader(auth, auth.sessions.start("reader").token)
        insert_sessions(auth, count, expired=True)
        before, thread = resident(), threading.Thread(target=reader)
        thread.start()
        begin = time.perf_counter()
        batches = Batches(begin)
        total = auth.prune(on_batch=batches)
        elapsed = time.perf_counter() - begin
        reader.stop.set()
        thread.join()
    grown = (max(batches.sizes) - before) / 1e6
    batch, slow = statistics.median(batches.seconds), percentile(reader.waits, 0.99)
    rows = [
        Row("sessions removed", f"{total.sessions:,}", total.sessions),
        Row("rate", f"{total.sessions / elapsed:,.0f} /s", total.sessions / elapsed),
        Row("one batch, p50", f"{batch * 1e3:.1f} ms", batch),
        Row("longest batch", f"{max(batches.seconds) * 1e3:.1f} ms", max(batches.seconds)),
        Row("strict checks beside it", f"{len(reader.waits):,}", len(reader.waits)),
        Row("one of them, p99", f"{slow * 1e3:.2f} ms", slow),
        Row("the longest", f"{max(reader.waits) * 1e3:.1f} ms", max(reader.waits)),
        Row("memory grown", f"{grown:.1f} MB", grown),
    ]
    gates = [
        Gate("sessions removed, of those expired", total.sessions / count, at_least=1),
        Gate("memory grown, MB", grown, at_most=20),
        Gate("readers refused", reader.refused, at_most=0),
        # Whoever waits for the writer waits for half a batch in the middle.
        Gate("a reader's wait (p99), in batches", slow / batch, at_most=0.5),
    ]
    return Report("prune", rows, gates)
