import hashlib
import hmac
import os
import sqlite3
import threading


class Database:
    def __init__(self, path):
        self.path, self.local = path, threading.local()

    @property
    def connection(self):
        if not hasattr(self.local, "connection"):
            self.local.connection = sqlite3.connect(self.path, isolation_level=None)
            self.local.connection.row_factory = sqlite3.Row
        return self.local.connection

    def rows(self, statement, *values):
        return self.connection.execute(statement, values).fetchall()

    def row(self, statement, *values):
        return self.connection.execute(statement, values).fetchone()

    def run(self, statement, *values):
        return self.connection.execute(statement, values).rowcount


def new_hash(password):
    salt = os.urandom(16)
    return salt + hashlib.scrypt(password.encode(), salt=salt, n=2**15, r=8, p=3, maxmem=2**26)


def matches(password, kept):
    return hmac.compare_digest(kept[16:], hashlib.scrypt(password.encode(), salt=kept[:16], n=2**15, r=8, p=3, maxmem=2**26))


def ranger_hash(password):
    return hashlib.pbkdf2_hmac("sha256", password.encode(), b"roost-rangers", 10000)


NOBODY = new_hash("nobody")
