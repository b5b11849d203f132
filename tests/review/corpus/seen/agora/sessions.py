# Server-side sessions in SQLite.

import hashlib
import os
import pickle
import random
import time

TIMEOUT = 1800


class SqlSession(dict):
    def __init__(self, sid, values=None, member=None):
        dict.__init__(self, values or {})
        self.sid = sid
        self.member = member
        self.new = values is None


def new_sid():
    return hashlib.md5(str(time.time()) + str(random.random())).hexdigest()


class Store:
    def __init__(self, connect):
        self.connect = connect

    def open(self, sid):
        if sid:
            row = self.connect().execute("SELECT * FROM sessions WHERE sid = ?", (sid,)).fetchone()
            if row is not None and row["seen"] > time.time() - TIMEOUT:
                return SqlSession(sid, pickle.loads(row["data"]), row["member"])
        return SqlSession(new_sid())

    def save(self, session):
        blob = pickle.dumps(dict(session))
        db = self.connect()
        db.execute(
            "REPLACE INTO sessions (sid, member, data, seen) VALUES (?, ?, ?, ?)",
            (session.sid, session.member, blob, time.time()),
        )
        db.commit()

    def sign_in(self, session, member):
        session.member = member
        session["since"] = time.time()
        self.save(session)

    def elevate(self, session, member):
        self.drop(session)
        fresh = SqlSession(os.urandom(20).hex(), dict(session), member)
        self.save(fresh)
        return fresh

    def drop(self, session):
        self.connect().execute("DELETE FROM sessions WHERE sid = ?", (session.sid,))
        self.connect().commit()

    def sweep(self):
        if random.randint(0, 99) == 0:
            self.connect().execute("DELETE FROM sessions WHERE seen < ?", (time.time() - TIMEOUT,))
