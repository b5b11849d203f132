from datetime import datetime, timedelta

from flask_sqlalchemy import SQLAlchemy
from sqlalchemy import Boolean, Column, DateTime, ForeignKey, Integer, LargeBinary, String, Table, Text
from sqlalchemy.orm import relationship, synonym
from werkzeug.security import check_password_hash, generate_password_hash

db = SQLAlchemy()
user_roles = Table(
    "user_roles",
    db.metadata,
    Column("user_id", Integer, ForeignKey("users.id")),
    Column("role_id", Integer, ForeignKey("roles.id")),
)


class Role(db.Model):
    __tablename__ = "roles"
    id = Column(Integer, primary_key=True)
    name = Column(String(64), unique=True)


class User(db.Model):
    __tablename__ = "users"
    id = Column(Integer, primary_key=True)
    username = Column(String(64), unique=True)
    email = Column(String(320), unique=True)
    active = Column(Boolean, default=True)
    _password = Column("password", String(256))
    fail_count = Column(Integer, default=0)
    token_version = Column(Integer, default=0)
    roles = relationship("Role", secondary=user_roles)

    @property
    def password(self):
        return self._password

    @password.setter
    def password(self, plain):
        self._password = generate_password_hash(plain, method="scrypt")

    def verify(self, plain):
        return check_password_hash(self._password, plain)


class WebSession(db.Model):
    __tablename__ = "sessions"
    id = Column(Integer, primary_key=True)
    session_id = Column(String(255), unique=True)
    user_id = Column(String(64))
    data = Column(LargeBinary)
    expiry = Column(DateTime)


class Connection(db.Model):
    __tablename__ = "connections"
    id = Column(Integer, primary_key=True)
    conn_id = Column(String(80), unique=True)
    login = Column(String(200))
    _password = Column("password", Text)
    owner_id = Column(ForeignKey("users.id"))

    def set_password(self, plain, fernet):
        self._password = fernet.encrypt(plain.encode()).decode()

    def __repr__(self):
        return f"<Connection {self.conn_id} login={self.login}>"


class LogEntry(db.Model):
    __tablename__ = "log"
    id = Column(Integer, primary_key=True)
    at = Column(DateTime, default=datetime.utcnow)
    owner = Column(String(64))
    event = Column(String(60))
    extra = Column(Text)
