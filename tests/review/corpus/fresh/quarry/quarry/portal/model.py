import secrets
import uuid
from datetime import datetime, timedelta

import bcrypt
from pyramid.authorization import Allow
from sqlalchemy import Column, DateTime, ForeignKey, Integer, LargeBinary, String, Text
from sqlalchemy.ext.declarative import declarative_base
from sqlalchemy.orm import relationship

Base = declarative_base()


class Supplier(Base):
    __tablename__ = "suppliers"

    id = Column(Integer, primary_key=True)
    number = Column(String(12), unique=True)
    email = Column(String(200))
    secret = Column(LargeBinary)
    badge = Column(String(64))

    def set_secret(self, text):
        self.secret = bcrypt.hashpw(text.encode(), bcrypt.gensalt())

    def fits(self, text):
        return self.secret is not None and bcrypt.checkpw(text.encode(), self.secret)

    def new_badge(self):
        self.badge = format(uuid.uuid1().int >> 64, "016x")


class Delivery(Base):
    __tablename__ = "deliveries"

    id = Column(Integer, primary_key=True)
    supplier_id = Column(ForeignKey("suppliers.id"))
    note = Column(Text)
    reference = Column(String(36), default=lambda: str(uuid.uuid1()))

    def __acl__(self):
        return [(Allow, f"supplier:{self.supplier_id}", ("view", "edit"))]
