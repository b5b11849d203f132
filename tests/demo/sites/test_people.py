"""The application's own table: who is there, with which password, and whether they may."""

from __future__ import annotations

from pathlib import Path

import pytest

from rescind.demo.sites.people import People, Person


@pytest.fixture
def people(tmp_path: Path) -> People:
    made = People(tmp_path / "people.db")
    made.create()
    made.create()  # twice is once
    return made


def test_people_are_added_once_and_changed(people: People) -> None:
    assert people.get("ada") is None
    people.add(["ada", "bob"], "a hash")
    people.add(["ada"], "another")
    assert people.get("ada") == Person("ada", "a hash", active=True)
    people.set_hash("ada", "new")
    people.set_active("ada", active=False)
    assert people.get("ada") == Person("ada", "new", active=False)
    assert people.get("bob") == Person("bob", "a hash", active=True)


def test_other_workers_see_it_at_once(people: People, tmp_path: Path) -> None:
    people.add(["ada"])
    other = People(tmp_path / "people.db")
    other.set_active("ada", active=False)
    person = people.get("ada")
    assert person is not None
    assert not person.active
