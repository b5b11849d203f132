import datetime

from pyramid.authorization import Allow, Authenticated, Everyone
from sqlalchemy import Boolean, Column, DateTime, ForeignKey, Integer, String, Text
from sqlalchemy.ext.declarative import declarative_base
from sqlalchemy.orm import relationship, scoped_session, sessionmaker
from zope.sqlalchemy import register

DBSession = scoped_session(sessionmaker())
register(DBSession)
Base = declarative_base()


class Root(object):
    __acl__ = [
        (Allow, Everyone, "look"),
        (Allow, Authenticated, "book"),
        (Allow, "role:keeper", ("book", "keep")),
    ]

    def __init__(self, request):
        self.request = request


class User(Base):
    __tablename__ = "users"
    id = Column(Integer, primary_key=True)
    email = Column(String(120), unique=True, nullable=False)
    password = Column(String(200), nullable=False)
    name = Column(String(80))
    office = Column(String(20))
    phone = Column(String(30))
    role = Column(String(10), default="member")
    epoch = Column(Integer, default=0, nullable=False)
    disabled = Column(Boolean, default=False)
    reset_code = Column(String(64))
    reset_until = Column(DateTime)


class Guest(Base):
    __tablename__ = "guests"
    id = Column(Integer, primary_key=True)
    email = Column(String(120), unique=True, nullable=False)
    password = Column(String(128), nullable=False)
    host_id = Column(Integer, ForeignKey("users.id"), nullable=False)
    leaves = Column(DateTime, nullable=False)
    disabled = Column(Boolean, default=False)


class Device(Base):
    """A browser that stays signed in."""

    __tablename__ = "devices"
    digest = Column(String(64), primary_key=True)
    user_id = Column(Integer, ForeignKey("users.id"), nullable=False)
    label = Column(String(80))
    since = Column(DateTime, default=datetime.datetime.utcnow)
    user = relationship(User)


class Instrument(Base):
    __tablename__ = "instruments"
    id = Column(Integer, primary_key=True)
    name = Column(String(80), nullable=False)
    room = Column(String(20))
    retired = Column(Boolean, default=False)
    serial = Column(String(40), unique=True)


class Booking(Base):
    __tablename__ = "bookings"
    id = Column(Integer, primary_key=True)
    user_id = Column(Integer, ForeignKey("users.id"), nullable=False)
    instrument_id = Column(Integer, ForeignKey("instruments.id"), nullable=False)
    start = Column(DateTime, nullable=False)
    hours = Column(Integer, default=1)
    purpose = Column(Text)
    instrument = relationship(Instrument)


class Voucher(Base):
    __tablename__ = "vouchers"
    digest = Column(String(64), primary_key=True)
    until = Column(DateTime, nullable=False)


class Reading(Base):
    __tablename__ = "readings"
    id = Column(Integer, primary_key=True)
    serial = Column(String(40))
    value = Column(String(40))
    taken = Column(DateTime, default=datetime.datetime.utcnow)
