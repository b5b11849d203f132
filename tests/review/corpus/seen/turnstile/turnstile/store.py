from __future__ import annotations

from sqlalchemy import String, select, text
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, mapped_column

from turnstile.passwords import hash_password, verify

DUMMY = hash_password("a password that nobody has")


class Base(DeclarativeBase):
    pass


class Person(Base):
    __tablename__ = "people"

    id: Mapped[int] = mapped_column(primary_key=True)
    email: Mapped[str] = mapped_column(String(200), unique=True)
    password: Mapped[str] = mapped_column(String(200))
    disabled: Mapped[bool] = mapped_column(default=False)


class People:
    def __init__(self, session: Session) -> None:
        self.session = session

    def sign_in(self, email: str, password: str) -> Person | None:
        person = self.session.scalar(select(Person).where(Person.email == email))
        if not verify(password, person.password if person else DUMMY):
            return None
        return person

    def sign_in_old(self, email: str, password: str) -> Person | None:
        query = self.session.query(Person)
        return query.filter_by(email=email, password=password, disabled=False).first()

    def add(self, email: str, password: str) -> Person:
        person = Person(email=email, password=password)
        self.session.add(person)
        self.session.commit()
        return person

    def register(self, email: str, password: str) -> Person:
        person = Person(email=email, password=hash_password(password))
        self.session.add(person)
        return person

    def by_domain(self, domain: str) -> list[Person]:
        rows = self.session.scalars(select(Person).from_statement(text("SELECT * FROM people WHERE email LIKE :like")), {"like": f"%@{domain}"})
        return list(rows)

    def named(self, where: str, **values: object) -> list[Person]:
        return list(self.session.scalars(select(Person).where(text(where)).params(**values)))

    def disabled_ones(self) -> list[Person]:
        return self.named("disabled = :yes", yes=True)

    def matching(self, fragment: str) -> list[int]:
        return list(self.session.scalars(text("SELECT id FROM people WHERE email LIKE '%" + fragment + "%'")))
