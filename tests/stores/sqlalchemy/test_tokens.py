"""Families of refresh tokens in tables: the statement itself says who may spend one."""

from __future__ import annotations

from pathlib import Path

from tests.stores.places import opened

from rescind.testing.records import a_family, a_session


def test_a_generation_is_spent_once_whoever_judged_it(tmp_path: Path) -> None:
    """Whatever a flow believes: the row of another generation is not touched."""
    store = opened(tmp_path / "app.db")
    with store.write() as unit:
        record = a_session(unit.head())
        unit.insert_session(record)
        unit.insert_family(a_family(record.id))
    spent = []
    for _ in range(2):
        with store.write() as unit:
            spent.append(unit.rotate_family(a_family(record.id, generation=2), expected=1))
    store.close()
    assert spent == [True, False]
