"""Removing a million expired sessions: bounded batches, flat memory, readers not held up."""

from __future__ import annotations

import resource
import tempfile
import threading
import time
from pathlib import Path

from sqlalchemy import create_engine, insert

from bench.gate import Gate, Report, Row
from rescind import Rescind
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


def run(count: int = 1_000_000) -> Report:
    with tempfile.TemporaryDirectory() as folder, Rescind(f"sqlite:///{Path(folder) / 'app.db'}") as auth:
        token = auth.sessions.start("reader").token
        insert_sessions(auth, count, expired=True)
        before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        waits, stop = [0.0], threading.Event()
        reader = threading.Thread(target=read, args=(auth, token, waits, stop))
        reader.start()
        begin = time.perf_counter()
        batches: list[float] = []
        last = begin

        def note(_: object) -> None:
            nonlocal last
            now = time.perf_counter()
            batches.append(now - last)
            last = now

        total = auth.prune(on_batch=note)
        elapsed = time.perf_counter() - begin
        stop.set()
        reader.join()
        grown = (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) / 1024
    rows = [
        Row("sessions removed", f"{total.sessions:,}", total.sessions),
        Row("rate", f"{total.sessions / elapsed:,.0f} /s", total.sessions / elapsed),
        Row("longest batch", f"{max(batches) * 1e3:.1f} ms", max(batches)),
        Row("a reader beside it: longest strict check", f"{waits[0] * 1e3:.1f} ms", waits[0]),
        Row("memory grown", f"{grown:.1f} MB", grown),
    ]
    gates = [
        Gate("sessions removed, of those expired", total.sessions / count, at_least=1),
        Gate("memory grown, MB", grown, at_most=20),
    ]
    return Report("prune", rows, gates)


def read(auth: Rescind[str], token: str, waits: list[float], stop: threading.Event) -> None:
    while not stop.is_set():
        begin = time.perf_counter()
        auth.check(token, strict=True)
        waits[0] = max(waits[0], time.perf_counter() - begin)
        time.sleep(0.001)
