from datetime import datetime, timezone
from decimal import Decimal

from flask_sqlalchemy import SQLAlchemy
from sqlalchemy.orm import Mapped, mapped_column, relationship
from werkzeug.security import check_password_hash, generate_password_hash

from services.codes import tracking_code, voucher_code

db = SQLAlchemy()


def now() -> datetime:
    return datetime.now(timezone.utc)


class Account(db.Model):
    id: Mapped[int] = mapped_column(primary_key=True)
    email: Mapped[str] = mapped_column(unique=True)
    name: Mapped[str] = mapped_column(default="")
    pw_hash: Mapped[str | None]
    session_epoch: Mapped[int] = mapped_column(default=1)
    confirmed: Mapped[bool] = mapped_column(default=False)
    closed: Mapped[bool] = mapped_column(default=False)
    operator: Mapped[bool] = mapped_column(default=False)

    orders: Mapped[list["Order"]] = relationship(back_populates="buyer")
    addresses: Mapped[list["Address"]] = relationship(back_populates="account")

    def set_password(self, plain: str) -> None:
        self.pw_hash = generate_password_hash(plain)
        self.session_epoch = (self.session_epoch or 0) + 1

    def accepts(self, plain: str) -> bool:
        return self.pw_hash is not None and check_password_hash(self.pw_hash, plain)


class Address(db.Model):
    id: Mapped[int] = mapped_column(primary_key=True)
    account_id: Mapped[int] = mapped_column(db.ForeignKey("account.id"))
    street: Mapped[str]
    postcode: Mapped[str]
    city: Mapped[str]
    account: Mapped[Account] = relationship(back_populates="addresses")


class Poster(db.Model):
    id: Mapped[int] = mapped_column(primary_key=True)
    title: Mapped[str]
    price: Mapped[Decimal]
    visible: Mapped[bool] = mapped_column(default=True)


class Order(db.Model):
    id: Mapped[int] = mapped_column(primary_key=True)
    buyer_id: Mapped[int | None] = mapped_column(db.ForeignKey("account.id"))
    guest_email: Mapped[str | None]
    tracking: Mapped[str] = mapped_column(unique=True, default=tracking_code)
    placed_at: Mapped[datetime] = mapped_column(default=now)
    ship_to_id: Mapped[int | None] = mapped_column(db.ForeignKey("address.id"))
    state: Mapped[str] = mapped_column(default="open")
    buyer: Mapped[Account | None] = relationship(back_populates="orders")
    invoice: Mapped["Invoice"] = relationship(back_populates="order")


class Invoice(db.Model):
    id: Mapped[int] = mapped_column(primary_key=True)
    order_id: Mapped[int] = mapped_column(db.ForeignKey("order.id"))
    total: Mapped[Decimal]
    pdf: Mapped[bytes]
    order: Mapped[Order] = relationship(back_populates="invoice")


class Voucher(db.Model):
    code: Mapped[str] = mapped_column(primary_key=True, default=voucher_code)
    amount: Mapped[Decimal]
    order_id: Mapped[int | None] = mapped_column(db.ForeignKey("order.id"))
