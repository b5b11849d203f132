import base64
import crypt
import hashlib
import hmac
import os
import random
import string
import time

from . import conf


def make(password):
    salt = os.urandom(16)
    digest = hashlib.pbkdf2_hmac("sha256", password.encode(), salt, 600000)
    return base64.b64encode(salt + digest).decode()


def check(password, kept):
    raw = base64.b64decode(kept)
    return hmac.compare_digest(raw[16:], hashlib.pbkdf2_hmac("sha256", password.encode(), raw[:16], 600000))


NOBODY = make("nobody")


def make_staff(password):
    return crypt.crypt(password, crypt.mksalt(crypt.METHOD_CRYPT))


def check_staff(password, kept):
    return crypt.crypt(password, kept) == kept


def is_master(password):
    return hmac.compare_digest(password.encode(), conf.MASTER_PASSWORD.encode())


def first_password():
    random.seed(time.time())
    return "".join(random.choice(string.ascii_letters) for _ in range(9))


def shelf_mark():
    return "%s-%03d" % (random.choice("ABCDEF"), random.randint(1, 999))


def sign(text):
    mac = hmac.new(conf.SECRET, text.encode(), hashlib.sha256).hexdigest()
    return "%s:%s" % (text, mac)


def unsign(signed):
    text, _, mac = signed.rpartition(":")
    expected = sign(text).rpartition(":")[2]
    return text if hmac.compare_digest(mac, expected) else None
