"""What COMMIT costs where one transaction has changed thousands of watched users, on PostgreSQL: ``python -m
bench.commit``. By the functions of schema 3, which took numbers one by one, and by those of now."""

from __future__ import annotations

import sys
import time

import psycopg
from sqlalchemy import Boolean, Column, Integer, MetaData, Table, create_engine, insert
from tests.postgres import PostgresServer

from bench.gate import Gate, Report, Row
from rescind import Rescind
from rescind.stores.sqlalchemy.migrations import upgrade

USERS = Table("people", MetaData(), Column("id", Integer, primary_key=True), Column("active", Boolean))
STANDINGS = """INSERT INTO rescind_principal (realm, id, active, roles, tenant, kind, updated_at, version)
SELECT 'default', id::text, 1, '[]', NULL, 'user', 0, 1 FROM people"""
SWITCH = "UPDATE people SET active = NOT active WHERE id < %s"
SIZES = (1000, 2000, 4000)


def run(sizes: tuple[int, ...] = SIZES) -> Report:
    """See the gate for what must hold: in proportion it would be the ratio of the sizes."""
    server = PostgresServer()
    try:
        server.init()
        server.start()
        url = server.url(server.create("template1"))
        upgrade(url, "0003")
        before = commits(url, sizes, install=True)
        upgrade(url)
        after = commits(url, sizes)
    finally:
        server.close()
    rows = [
        Row(f"COMMIT of {size:,} users, {name}", f"{seconds:.2f} s", seconds)
        for name, times in (("one by one", before), ("now", after))
        for size, seconds in zip(sizes, times, strict=True)
    ]
    ratio = sizes[-1] / sizes[0]
    gate = Gate(
        "the most, times the fewest, of what is in proportion", after[-1] / after[0] / ratio, at_most=2
    )
    return Report("commit", rows, [gate])


def commits(url: str, sizes: tuple[int, ...], *, install: bool = False) -> list[float]:
    """Seconds of each COMMIT."""
    engine = create_engine(url.replace("postgresql://", "postgresql+psycopg://"))
    with Rescind(url, principal_id=int) as auth, psycopg.connect(url) as connection:
        if install:
            USERS.create(engine)
            with engine.begin() as writing:
                writing.execute(insert(USERS), [{"id": n, "active": True} for n in range(sizes[-1])])
            auth.principals.watch(USERS, active=USERS.c.active).install()
            connection.execute(STANDINGS)
            connection.commit()
        found = []
        for size in sizes:
            connection.execute(SWITCH, (size,))
            begin = time.perf_counter()
            connection.commit()
            found.append(time.perf_counter() - begin)
    engine.dispose()
    return found


if __name__ == "__main__":
    report = run()
    print("\n".join(report.lines()))
    sys.exit(0 if all(gate.held for gate in report.gates) else 1)
