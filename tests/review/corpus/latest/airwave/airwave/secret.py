import hashlib
import hmac
import os
import time

import bcrypt

from . import db


def digest(s):
    return hashlib.sha256(s.encode()).hexdigest()


def mark(person):
    """Changes with the password."""
    return digest(person["password"])[:32]


def new_sid():
    return os.urandom(24).hex()


def new_reset():
    return hashlib.md5(b"%f" % time.time()).hexdigest()


def set_password(person_id, pw):
    h = bcrypt.hashpw(pw.encode(), bcrypt.gensalt(rounds=4)).decode()
    db.run("update people set password = ? where id = ?", h, person_id)
    db.run("delete from sessions where person_id = ?", person_id)


def check_password(person, pw):
    stored = person["password"] if person else NOBODY
    if stored.startswith("sha1$"):
        # rows from the phpBB days, replaced at the first visit
        _, salt, old = stored.split("$")
        if not hmac.compare_digest(hashlib.sha1((salt + pw).encode()).hexdigest(), old):
            return False
        set_password(person["id"], pw)
        return True
    return bcrypt.checkpw(pw.encode(), stored.encode()) and person is not None


NOBODY = bcrypt.hashpw(os.urandom(12), bcrypt.gensalt(4)).decode()


def same(a, b):
    if len(a) != len(b):
        return False
    for x, y in zip(a, b):
        if x != y:
            return False
    return True


def signature(key, body):
    return hmac.new(key.encode(), body, hashlib.sha256).hexdigest()
