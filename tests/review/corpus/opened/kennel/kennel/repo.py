"""Reading and writing of what belongs to a kennel."""

from collections.abc import Sequence
from typing import Any, Generic, TypeVar

from sqlalchemy import select
from sqlalchemy.orm import Session, selectinload

from .tables import Bill, Dog, Post, Stay

Row = TypeVar("Row", Dog, Stay, Bill, Post)


class Missing(LookupError):
    pass


class Repository(Generic[Row]):
    table: type[Row]

    def __init__(self, session: Session, kennel_id: int) -> None:
        self.session = session
        self.kennel_id = kennel_id

    def get(self, number: int) -> Row:
        query = select(self.table).where(self.table.id == number, self.table.kennel_id == self.kennel_id)
        if (row := self.session.scalar(query)) is None:
            raise Missing(number)
        return row

    def all(self) -> Sequence[Row]:
        query = select(self.table).where(self.table.kennel_id == self.kennel_id)
        return self.session.scalars(query.order_by(self.table.id)).all()

    def add(self, **values: Any) -> Row:
        row = self.table(kennel_id=self.kennel_id, **values)
        self.session.add(row)
        self.session.commit()
        return row

    def remove(self, number: int) -> None:
        self.session.delete(self.get(number))
        self.session.commit()


class Dogs(Repository[Dog]):
    table = Dog


class Posts(Repository[Post]):
    table = Post


class Bills(Repository[Bill]):
    table = Bill


class Stays(Repository[Stay]):
    table = Stay

    def get(self, number: int) -> Stay:
        query = select(Stay).options(selectinload(Stay.dog)).where(Stay.id == number)
        if (stay := self.session.scalar(query)) is None:
            raise Missing(number)
        return stay
